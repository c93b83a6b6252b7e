"""Whom an administrator may see: the teachers of an organisation and of all that lies below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from features.dataset import Dataset
from features.errors import UnknownId
from features.labels import Label
from features.moments import instant
from features.organisations import parents_at
from features.states import states_at
from serving.store.rows import CHUNK
from serving.store.schema import DATA, TENANT

SCHOOL: Final = "school"


@dataclass(frozen=True, slots=True)
class Member:
    """One teacher of a jurisdiction.

    Parameters
    ----------
    locality
        Code of the teacher's or the school's locality; empty where neither is known.
    key_county
        None where it is not known.
    """

    teacher_id: str
    school: str
    locality: str
    key_county: bool | None


@dataclass(frozen=True, eq=False)
class Jurisdiction:
    """An organisation, all that lies below it, and the teachers there.

    Parameters
    ----------
    labels
        Organisation of the subtree -> its names.
    named
        Whether its teachers may be named: within one's own school alone.
    """

    tenant: str
    organisation_id: str
    labels: Mapping[str, Label]
    named: bool
    members: tuple[Member, ...]

    @cached_property
    def teachers(self) -> tuple[str, ...]:
        """The ids of its teachers, sorted."""
        return tuple(member.teacher_id for member in self.members)

    def require(self, organisation_id: str) -> None:
        """Let pass what is asked of the own organisation.

        Raises
        ------
        UnknownId
            Of any other, whether there is one or not.
        """
        if organisation_id != self.organisation_id:
            raise unknown_organisation(organisation_id)

    def label(self, organisation_id: str) -> Label:
        """Return the names of an organisation of the subtree, its id where it has none."""
        zh, en = self.labels.get(organisation_id, ("", ""))
        return zh or en or organisation_id, en or zh or organisation_id


def jurisdiction(
    connection: sa.Connection,
    tenant: str,
    shared: Dataset,
    organisation_id: str,
    now: pd.Timestamp,
) -> Jurisdiction:
    """Return the jurisdiction of an organisation at a moment.

    Parameters
    ----------
    shared
        The tenant's catalogue, with its organisations.

    Raises
    ------
    UnknownId
        If there is no such organisation at that moment.
    """
    states = states_at(shared.table("organisations"), "organisation_id", now)
    if organisation_id not in states.index:
        raise unknown_organisation(organisation_id)
    below = sorted(_below(parents_at(shared, now), organisation_id))
    states = states.reindex(below)
    names = zip(_text(states["name_zh"]), _text(states["name_en"]), strict=True)
    localities = dict(zip(below, _text(states["locality"]), strict=True))
    keys = {place: _flag(cell) for place, cell in zip(below, states["key_county"], strict=True)}
    members = (
        Member(
            row.teacher_id,
            row.organisation_id,
            row.locality or localities[row.organisation_id],
            keys[row.organisation_id] if row.key_county is None else bool(row.key_county),
        )
        for row in _states_in(connection, tenant, below, instant(now))
    )
    return Jurisdiction(
        tenant,
        organisation_id,
        dict(zip(below, names, strict=True)),
        str(states["kind"][organisation_id]) == SCHOOL,
        tuple(sorted(members, key=lambda member: member.teacher_id)),
    )


def unknown_organisation(organisation_id: str) -> UnknownId:
    """Say that there is no such organisation for who asks."""
    return UnknownId(f"organisation {organisation_id!r}", remedy="open the page of your own")


def _below(parents: Mapping[str, str], top: str) -> set[str]:
    children: dict[str, list[str]] = {}
    for child, parent in parents.items():
        children.setdefault(parent, []).append(child)
    found, ahead = {top}, [top]
    while ahead:
        new = [child for child in children.get(ahead.pop(), ()) if child not in found]
        found.update(new)
        ahead += new
    return found


def _states_in(
    connection: sa.Connection, tenant: str, places: Sequence[str], now: int
) -> Iterator[Any]:
    """Yield the state in force of each teacher of some organisations."""
    state, later = DATA["teachers"], DATA["teachers"].alias("later")
    overtaken = sa.exists().where(
        later.c[TENANT] == tenant,
        later.c.teacher_id == state.c.teacher_id,
        later.c.valid_from > state.c.valid_from,
        later.c.valid_from <= now,
    )
    columns = (state.c.teacher_id, state.c.organisation_id, state.c.locality, state.c.key_county)
    for start in range(0, len(places), CHUNK):
        among = state.c.organisation_id.in_(places[start : start + CHUNK])
        yield from connection.execute(
            sa.select(*columns).where(
                state.c[TENANT] == tenant, among, state.c.valid_from <= now, ~overtaken
            )
        )


def _text(cells: pd.Series) -> list[str]:
    return ["" if missing else str(cell) for cell, missing in zip(cells, cells.isna(), strict=True)]


def _flag(cell: object) -> bool | None:
    return None if pd.isna(cell) else bool(cell)
