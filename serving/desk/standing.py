"""How teachers stand: who has a plan, has chosen, whose credits are at risk; and how equally."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from features.moments import MICROSECONDS_PER_DAY, instant
from serving.desk.intervals import Share, wilson
from serving.desk.jurisdiction import Jurisdiction, Member
from serving.desk.small_cells import Shown, few, shown, shown_part
from serving.plans import StoredPlan
from serving.store.rows import CHUNK
from serving.store.schema import DATA, TENANT

#: What is told of groups, in this order.
MEASURES: Final = ("planned", "confirmed", "chosen", "completed", "at_risk")
_YEAR: Final = 365 * MICROSECONDS_PER_DAY


@dataclass(frozen=True, slots=True)
class Facts:
    """Of which teachers something holds.

    Parameters
    ----------
    holds
        Measure -> teachers: ``planned`` has a plan, ``confirmed`` one that the school has
        confirmed, ``chosen`` has selected a course in the last 365 days, ``completed`` has
        completed one in them, and the plan of who is ``at_risk`` leaves a compulsory requirement
        unmet.
    """

    holds: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """How many of a group something holds for.

    Parameters
    ----------
    count
        None where it would tell of a few.
    share
        With its interval, where the count is told and the group is not empty.
    """

    count: Shown
    share: Share | None


@dataclass(frozen=True, slots=True)
class Group:
    """Teachers who have something in common.

    Parameters
    ----------
    code
        Of a locality, of key counties (``key``, ``other``), or of an organisation; empty where it
        is not known.
    teachers
        How many there are; None where they are too few to be told.
    parts
        In the order of ``MEASURES``.
    """

    code: str
    teachers: Shown
    parts: tuple[Part, ...]


def facts(
    connection: sa.Connection,
    within: Jurisdiction,
    plans: Mapping[str, StoredPlan],
    now: pd.Timestamp,
) -> Facts:
    """Return what holds of which teachers of a jurisdiction."""
    done: dict[str, set[str]] = {"selected": set(), "completed": set()}
    for teacher, kind in _lately(connection, within, instant(now)):
        done[kind].add(teacher)
    confirmed = (t for t, each in plans.items() if each.plan.state == "school_confirmed")
    return Facts(
        {
            "planned": frozenset(plans),
            "confirmed": frozenset(confirmed),
            "chosen": frozenset(done["selected"]),
            "completed": frozenset(done["completed"]),
            "at_risk": frozenset(t for t, each in plans.items() if lacking(each)),
        }
    )


def _lately(connection: sa.Connection, within: Jurisdiction, now: int) -> Iterator[Any]:
    """Yield (teacher, kind) of what own teachers chose and completed in the year before now."""
    events = DATA["events"].c
    for start in range(0, len(within.teachers), CHUNK):
        query = sa.select(events.teacher_id, events.kind).distinct()
        yield from connection.execute(
            query.where(
                events[TENANT] == within.tenant,
                events.teacher_id.in_(within.teachers[start : start + CHUNK]),
                events.occurred_at.between(now - _YEAR, now),
                events.kind.in_(("selected", "completed")),
            )
        )


def lacking(stored: StoredPlan) -> tuple[str, ...]:
    """Return the compulsory requirements that a plan cannot meet any more, as id@period."""
    return tuple(
        f"{each.requirement}@{each.period}"
        for each in stored.plan.unmet
        if each.compulsory and each.missing != "0"
    )


def whole(within: Jurisdiction, found: Facts) -> Group:
    """Return all teachers of a jurisdiction as one group."""
    return _group("", within.members, found, within.named)


def by_locality(within: Jurisdiction, found: Facts) -> tuple[Group, ...]:
    """Return the teachers by locality."""
    return _groups(within, found, lambda member: member.locality)


def by_key_county(within: Jurisdiction, found: Facts) -> tuple[Group, ...]:
    """Return the teachers of key counties, and the others."""
    words = {True: "key", False: "other", None: ""}
    return _groups(within, found, lambda member: words[member.key_county])


def by_school(within: Jurisdiction, found: Facts) -> tuple[Group, ...]:
    """Return the teachers by school."""
    return _groups(within, found, lambda member: member.school)


def _groups(
    within: Jurisdiction, found: Facts, code_of: Callable[[Member], str]
) -> tuple[Group, ...]:
    members: dict[str, list[Member]] = {}
    for member in within.members:
        members.setdefault(code_of(member), []).append(member)
    codes = sorted(members)
    if within.named:
        return tuple(_group(code, members[code], found, True) for code in codes)
    sizes = shown([len(members[code]) for code in codes])
    columns = [_told([members[code] for code in codes], found.holds[each]) for each in MEASURES]
    return tuple(
        Group(
            code,
            sizes[row],
            tuple(_part(column[row], len(members[code]), sizes[row]) for column in columns),
        )
        for row, code in enumerate(codes)
    )


def _told(groups: Sequence[Sequence[Member]], who: frozenset[str]) -> tuple[Shown, ...]:
    """Return how many of each group are among some teachers, as they may be told.

    The sum over all groups is told elsewhere. Of a group, those who are not among them are people,
    too: where they are few, the count is hidden as if it were itself.
    """
    counts = [sum(member.teacher_id in who for member in group) for group in groups]
    rests = [len(group) - count for group, count in zip(groups, counts, strict=True)]
    both = zip(shown(counts), shown(rests), strict=True)
    return tuple(None if count is None or rest is None else count for count, rest in both)


def _part(count: Shown, of: int, teachers: Shown) -> Part:
    if count is None or teachers is None:
        return Part(None, None)
    return Part(count, wilson(count, of))


def _group(code: str, members: Sequence[Member], found: Facts, named: bool) -> Group:
    of = len(members)
    counts = (sum(m.teacher_id in found.holds[each] for m in members) for each in MEASURES)
    told = [count if named else shown_part(count, of) for count in counts]
    size = of if named or not few(of) else None
    return Group(code, size, tuple(_part(count, of, size) for count in told))
