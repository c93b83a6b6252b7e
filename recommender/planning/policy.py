"""Policies by name, by file and by teacher: reading, checking, finding.

Shipped policies are package data; a directory of further files can be read beside them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from features.errors import InvalidPolicy
from recommender.planning.matching import Scope, Standing
from recommender.planning.policy_file import Folder, read
from recommender.planning.rules import Policy


def load(name: str, directory: Path | None = None) -> Policy:
    """Return a policy by its id, from a directory if it is there, else as shipped.

    Raises
    ------
    InvalidPolicy
        If there is none of that name, or its file breaks the schema; every fault is listed.
    """
    return read(name, _folders(directory))


def load_file(path: Path) -> Policy:
    """Return the policy of one file; what it extends is looked for beside it, then as shipped.

    Raises
    ------
    InvalidPolicy
        If it breaks the schema; every fault is listed.
    """
    return read(path.stem, _folders(path.parent), path)


def shipped(directory: Path | None = None) -> tuple[Policy, ...]:
    """Return every policy that zixuan ships and those of a directory, in the order of ids.

    A file of the directory replaces a shipped one of the same name.
    """
    folders = _folders(directory)
    names = {
        entry.name.removesuffix(".toml")
        for folder in folders
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return tuple(read(name, folders) for name in sorted(names))


def find(policies: Iterable[Policy], *, region: str, stage: str, role: str, on: dt.date) -> Policy:
    """Return the policy in force for a teacher on a day.

    Of those that cover the place and the teacher, the most specific place wins; then the
    scope that names most of the teacher; then the one that came into force last.

    Parameters
    ----------
    region
        Where the teacher works: ``CN``, ``CN-ZJ``.

    Raises
    ------
    InvalidPolicy
        If none is in force.
    """
    teacher = Standing(on, role, stage)
    held = [
        policy
        for policy in policies
        if _covers(policy.place, region)
        and Scope(since=policy.since, until=policy.until).open_on(on)
        and policy.applies.open_on(on)
        and policy.applies.covers(teacher)
    ]
    if not held:
        raise InvalidPolicy(
            f"the rules for a {role or 'teacher'} in {region or 'an unknown place'} on {on}",
            expected="a policy in force",
            got="none",
            remedy="name a policy, or add one for that place (docs/policies.md)",
        )
    return max(
        held,
        key=lambda policy: (len(policy.place), policy.applies.narrowness, policy.since, policy.id),
    )


def _covers(place: str, region: str) -> bool:
    return region == place or region.startswith(f"{place}-")


def _folders(directory: Path | None) -> tuple[Folder, ...]:
    own = resources.files("recommender.planning") / "policies"
    return (own,) if directory is None else (directory, own)
