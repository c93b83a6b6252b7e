"""Policies by name, by file and by teacher: reading, checking, finding.

Shipped policies are package data; a directory of further files can be read beside them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from importlib import resources
from pathlib import Path

import pandas as pd

from features.errors import InvalidPolicy, did_you_mean
from recommender.planning.matching import Career, Scope, lies_in
from recommender.planning.policy_file import Folder, read
from recommender.planning.rules import Policy


def load(name: str, directory: Path | None = None) -> Policy:
    """Return a policy by its id, from a directory if it is there, else as shipped.

    Raises
    ------
    InvalidPolicy
        If there is none of that name, or its file breaks the schema; every fault is listed.
    """
    return _of_package(name) if directory is None else read(name, _folders(directory))


@cache
def _of_package(name: str) -> Policy:
    """Return a shipped policy; package data do not change while a program runs."""
    return read(name, _folders(None))


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
    return tuple(load(name, directory) for name in sorted(names))


def find(policies: Iterable[Policy], career: Career, as_of: pd.Timestamp) -> Policy:
    """Return the policy in force for a teacher at a moment; its day is that of each policy's zone.

    Of those that cover the place and the teacher, the most specific place wins; then the
    scope that names most of the teacher; then the one that came into force last.

    Raises
    ------
    InvalidPolicy
        If none is in force.
    """
    held = [policy for policy in policies if _holds(policy, career, policy.cycle.today(as_of))]
    if not held:
        now = career.standings[-1]
        raise InvalidPolicy(
            f"the rules for a {now.role or 'teacher'} in {now.region or 'an unknown place'} "
            f"at {as_of.isoformat()}",
            expected="a policy in force",
            got="none",
            remedy="name a policy, or add one for that place (docs/policies.md)",
        )
    return max(
        held,
        key=lambda policy: (len(policy.place), policy.applies.narrowness, policy.since, policy.id),
    )


def in_force(
    career: Career, as_of: pd.Timestamp, name: str | None = None, directory: Path | None = None
) -> Policy:
    """Return the policy of a name, or where none is named the one in force for a teacher.

    Its cycles are the teacher's, where they begin on an own day.

    Raises
    ------
    InvalidPolicy
        If there is none of that name, none is in force, or a file breaks the schema.
    """
    if name is None:
        return find(shipped(directory), career, as_of).own(career)
    try:
        return load(name, directory).own(career)
    except InvalidPolicy as error:
        known = [] if error.faults else [each.id for each in shipped(directory)]
        if meant := did_you_mean([name], known):
            raise InvalidPolicy(
                error.what, expected=error.expected, got=error.got, remedy=meant
            ) from error
        raise


def _holds(policy: Policy, career: Career, today: dt.date) -> bool:
    teacher = career.on(today)
    return (
        not policy.named_only
        and lies_in(teacher.region, policy.place)
        and Scope(since=policy.since, until=policy.until).open_on(today)
        and policy.applies.open_on(today)
        and policy.applies.covers(teacher)
    )


def _folders(directory: Path | None) -> tuple[Folder, ...]:
    own = resources.files("recommender.planning") / "policies"
    return (own,) if directory is None else (directory, own)
