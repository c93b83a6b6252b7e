"""What a rule looks at: the attributes of a line, and the state of a teacher."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

#: Keys that the schema does not know are faults, not comments.
STRICT = ConfigDict(extra="forbid")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attributes:
    """What is known of one ledger line or planned course; an empty text means not known.

    The words are those of the tables ``courses``, ``offerings`` and ``credits``; ``kind`` is
    the ledger's (a planned course is an ``offering``).
    """

    kind: str = "offering"
    obligation: str = ""
    domain: str = ""
    credit_kind: str = ""
    theme: Words = ()
    mode: str = ""
    tier: str = ""
    line: str = ""
    admission_mode: str = ""
    activity: str = ""
    difficulty: str = ""
    result: str = ""
    block: str = "unbroken"

    @property
    def main_theme(self) -> str:
        """The first of its themes: the one it counts for where it may count for one only."""
        return self.theme[0] if self.theme else ""


@dataclass(frozen=True, slots=True)
class Clause:
    """Attributes that must all fit; each lists the words of which one is enough.

    Several attributes in one clause are a crossed condition (kind x tier x theme).

    Parameters
    ----------
    theme, main_theme
        Any of a line's themes, or its first alone: so a policy says whether one course counts
        for several themes.
    difficulty, result
        Words of columns that a data set declares on courses, and of how a course was passed.
    block
        ``unbroken``, or ``staged`` for an offering in several stages.
    least
        The line alone is worth at least this much, in the policy's unit.
    words
        The attributes that it lists, each with its words.
    """

    __pydantic_config__ = STRICT

    kind: Words = ()
    obligation: Words = ()
    domain: Words = ()
    credit_kind: Words = ()
    theme: Words = ()
    mode: Words = ()
    tier: Words = ()
    line: Words = ()
    admission_mode: Words = ()
    activity: Words = ()
    main_theme: Words = ()
    difficulty: Words = ()
    result: Words = ()
    block: tuple[Literal["unbroken", "staged"], ...] = ()
    least: Annotated[Decimal, Field(gt=0)] | None = None
    words: tuple[tuple[str, Words], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Thousands of lines are asked for them.
        listed = ((name, getattr(self, name)) for name in _WORDS)
        words = tuple((name, wanted) for name, wanted in listed if wanted)
        object.__setattr__(self, "words", words)

    def fits(self, attributes: Attributes) -> bool:
        """Say whether a line has one of the words for every attribute that is listed.

        What it is worth is not asked here: see :meth:`Batch.fitting`.
        """
        for name, wanted in self.words:
            has = getattr(attributes, name)
            if not (set(has) if isinstance(has, tuple) else {has}) & set(wanted):
                return False
        return True


#: What a clause lists words of.
_WORDS = tuple(each.name for each in fields(Clause) if each.init and each.name != "least")


def fits_any(clauses: tuple[Clause, ...], attributes: Attributes) -> bool:
    """Say whether a line fits one of the clauses; no clause at all fits every line.

    >>> ethics = (Clause(theme=("ethics",)), Clause(domain=("ethics",)))
    >>> fits_any(ethics, Attributes(theme=("ethics", "rule_of_law")))
    True
    >>> fits_any(ethics, Attributes(domain="teaching"))
    False
    """
    return not clauses or any(clause.fits(attributes) for clause in clauses)


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of a teacher since a day."""

    since: dt.date
    role: str = "teacher"
    stage: str = ""
    phase: str = ""
    subjects: Words = ()
    region: str = ""
    leave: str = ""


def lies_in(region: str, place: str) -> bool:
    """Say whether a region is a place or inside it: ``CN-ZJ`` lies in ``CN``."""
    return region == place or region.startswith(f"{place}-")


def _elsewhere(region: str, place: str) -> bool:
    """Say whether a region is surely outside a place: not unknown, nor one that holds it."""
    return bool(region) and not lies_in(region, place) and not lies_in(place, region)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whom a rule is for, and between which days (``since`` included, ``until`` not)."""

    __pydantic_config__ = STRICT

    roles: Words = ()
    stages: Words = ()
    phases: Words = ()
    subjects: Words = ()
    since: dt.date | None = None
    until: dt.date | None = None

    def covers(self, standing: Standing) -> bool:
        """Say whether a teacher in this state is meant, whatever the day."""
        return (
            (not self.roles or standing.role in self.roles)
            and (not self.stages or standing.stage in self.stages)
            and (not self.phases or standing.phase in self.phases)
            and (not self.subjects or bool(set(self.subjects) & set(standing.subjects)))
        )

    def open_on(self, day: dt.date) -> bool:
        """Say whether the rule is in force on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )

    @property
    def narrowness(self) -> int:
        """How many attributes of a teacher the scope names: the more, the more specific."""
        return sum(map(bool, (self.roles, self.stages, self.phases, self.subjects)))


#: The scope of a rule that holds for all, at all times.
EVERYONE = Scope()


@dataclass(frozen=True, slots=True)
class Assumed:
    """A stage that a plan takes for granted from a day on, though it lies ahead."""

    since: dt.date
    stage: str
    chance: float


@dataclass(frozen=True, slots=True)
class Career:
    """The dated states of one teacher, oldest first, and the first day as a teacher.

    ``standings`` holds at least one; the first holds for every earlier day as well. On
    ``registered_on`` the teacher was registered or accredited: cycles may begin with it.
    """

    standings: tuple[Standing, ...]
    employed_on: dt.date | None = None
    registered_on: dt.date | None = None

    def on(self, day: dt.date) -> Standing:
        """Return the state in force on a day; days to come keep the last one."""
        known = [standing for standing in self.standings if standing.since <= day]
        return known[-1] if known else self.standings[0]

    def on_leave(self, codes: Words) -> tuple[tuple[dt.date, dt.date], ...]:
        """Return the stretches [since, until) of leave under one of these codes, in order."""
        ends = [*(standing.since for standing in self.standings[1:]), dt.date.max]
        return tuple(
            (standing.since, until)
            for standing, until in zip(self.standings, ends, strict=True)
            if standing.leave and standing.leave in codes
        )

    def arrived_in(self, place: str) -> dt.date | None:
        """Return the day on which the teacher last came into a place from another.

        ``None`` where the teacher has been there for as long as is known, or never was.
        """
        pairs = zip(self.standings, self.standings[1:], strict=False)
        days = [
            after.since
            for before, after in pairs
            if lies_in(after.region, place) and _elsewhere(before.region, place)
        ]
        return days[-1] if days else None

    def away_from(self, place: str, day: dt.date) -> bool:
        """Say whether the teacher of a place was in another one on a day."""
        ever = any(lies_in(standing.region, place) for standing in self.standings)
        return ever and _elsewhere(self.on(day).region, place)

    def took_up(self, role: str) -> dt.date | None:
        """Return the last day on which the teacher changed into a role from another.

        A role that the teacher has had for as long as is known was not taken up on a known day.
        """
        pairs = zip(self.standings, self.standings[1:], strict=False)
        days = [
            after.since for before, after in pairs if after.role == role and before.role != role
        ]
        return days[-1] if days else None
