"""What a policy says: the schema of a policy file, and the nouns that planning reads."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field, Strict

from recommender.planning.amounts import COURSES, Measure
from recommender.planning.matching import STRICT, Career, Clause, Scope, Words
from recommender.planning.terms import Cycle, MonthDay, Period

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Sentence = Annotated[str, Field(min_length=1)]
Amount = Annotated[Decimal, Field(ge=0)]
Weight = Annotated[Fraction, Field(ge=0, le=1)]
Whole = Annotated[int, Strict(), Field(ge=1)]

#: The spans of a requirement that every policy has; a policy's windows are further ones.
SPANS = ("cycle", "year", "term")


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a teacher's own time, such as the induction year.

    It begins on the first day as a teacher (``employed``) or on the day on which the teacher
    took up one of ``scope.roles`` (``role``), and lasts ``months``.
    """

    __pydantic_config__ = STRICT

    id: Id
    zh: Sentence
    en: Sentence
    starts: Literal["employed", "role"]
    months: Whole
    scope: Scope = field(default_factory=Scope)

    def of(self, career: Career) -> Period | None:
        """Return the teacher's window, or ``None`` if its first day is not known or not had."""
        start = self._start(career)
        if start is None or not self.scope.open_on(start):
            return None
        if not self.scope.covers(career.on(start)):
            return None
        return Period(self.id, start, _months_later(start, self.months), self.zh, self.en)

    def _start(self, career: Career) -> dt.date | None:
        if self.starts == "employed":
            return career.employed_on
        days = [career.took_up(role) for role in self.scope.roles]
        return max((day for day in days if day is not None), default=None)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One demand, with the sentence that a teacher reads.

    Parameters
    ----------
    per
        What it must be met in: each ``cycle``, ``year`` or ``term``, or one of the policy's
        windows.
    minimum, maximum
        In the policy's unit, or a number of courses where ``counts`` is ``course``.
    where
        Clauses of which a line must fit one; none: every line.
    scope
        For whom, and since and until when, lines earned in between alone counting.
    share, of
        Instead of a minimum: this part of what another requirement asks in the same period.
    carry_over, loan
        The most of what is above the minimum of a period that counts in the next one; the most
        that may be missing in a period, to be owed in the next one on top.
    since, until
        In force on [since, until): a year or term is asked for by the rule of its middle day, a
        whole cycle by that of its day closest to today, its lines counting whenever earned.
    waived_during, waived_on
        Windows, and opaque codes of leave, that waive it: a year that lies for more than half
        in them is not owed.
    pro_rata
        A cycle's minimum is owed only for the years in which it is not waived and in which the
        teacher serves for at least half of the days.
    compulsory
        It comes before everything else in a plan and never gives way.
    may_give
        The order in which requirements give way where not all can be met: 1 first; those
        without a number last.
    """

    __pydantic_config__ = STRICT

    id: Id
    zh: Sentence
    en: Sentence
    per: str = "cycle"
    counts: Literal["amount", "course"] = "amount"
    minimum: Amount | None = None
    maximum: Amount | None = None
    where: tuple[Clause, ...] = ()
    scope: Scope = field(default_factory=Scope)
    share: Annotated[Fraction, Field(gt=0, le=1)] | None = None
    of: str = ""
    carry_over: Amount | None = None
    loan: Amount | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    waived_during: Words = ()
    waived_on: Words = ()
    pro_rata: Annotated[bool, Strict()] = False
    compulsory: Annotated[bool, Strict()] = False
    may_give: Whole | None = None

    def in_force_on(self, day: dt.date) -> bool:
        """Say whether the rule itself, not what it counts, holds on a day."""
        return Scope(since=self.since, until=self.until).open_on(day)


@dataclass(frozen=True, slots=True)
class Counting:
    """How lines count for some requirements: in part, not at all, or up to a cap.

    For each line and requirement the first rule of the policy that fits decides; a line that
    no rule fits counts in full.

    Parameters
    ----------
    requirements
        The requirements it is about.
    within
        A window of the policy; only lines earned inside it are meant.
    weight
        The part that counts: 0, "1/2", 1.
    cap, per
        At most this much of such lines counts in a requirement's period, or in each policy
        year of it.
    beside
        It decides nothing: its cap, for the period, holds beside the rule that decides. Of
        several such rules the first that fits holds.
    """

    __pydantic_config__ = STRICT

    id: Id
    zh: Sentence
    en: Sentence
    requirements: Annotated[Words, Field(min_length=1)]
    where: tuple[Clause, ...] = ()
    within: str = ""
    scope: Scope = field(default_factory=Scope)
    weight: Weight = Fraction(1)
    cap: Amount | None = None
    per: Literal["period", "year"] = "period"
    beside: Annotated[bool, Strict()] = False


@dataclass(frozen=True, slots=True)
class Condition:
    """What a line needs beside its amount before it counts at all.

    ``needs = "evaluation"``: that an evaluation of the offering was handed in. Only a line whose
    enrolment says that none was is left out; where nothing is known, the ledger is believed.
    """

    __pydantic_config__ = STRICT

    id: Id
    zh: Sentence
    en: Sentence
    needs: Literal["evaluation"]
    where: tuple[Clause, ...] = ()
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True, slots=True)
class Round:
    """An enrolment round of every year: its days, and the terms that it gives places in."""

    __pydantic_config__ = STRICT

    id: Id
    zh: Sentence
    en: Sentence
    opens: MonthDay
    closes: MonthDay
    terms: Annotated[Words, Field(min_length=1)]

    def closes_for(self, term: Period) -> dt.date:
        """Return its last day for a term: the latest that lies before the term ends."""
        last = dt.date.fromisoformat(f"{term.until.year}-{self.closes}")
        return last if last < term.until else last.replace(year=last.year - 1)


@dataclass(frozen=True, slots=True)
class Sanction:
    """What not coming costs: offerings that fit ``where``, in the next policy year.

    Parameters
    ----------
    after
        The state of an enrolment that brings it about.
    excused
        Reason codes of enrolments that do not.
    """

    __pydantic_config__ = STRICT

    id: Id
    zh: Sentence
    en: Sentence
    after: Literal["no_show"] = "no_show"
    where: tuple[Clause, ...] = ()
    excused: Words = ()
    scope: Scope = field(default_factory=Scope)


@dataclass(frozen=True, slots=True)
class Conversion:
    """What an amount in another unit is worth: ``each`` of ``unit`` gives ``gives``.

    The first conversion that fits a line is used; what is left below a step is dropped.

    Parameters
    ----------
    scope
        Whose lines, and earned between which days.
    under
        Ids of policies of other places, or those places; the credits that were counted there
        are meant, and no others.
    """

    __pydantic_config__ = STRICT

    id: Id
    unit: Literal["hour", "credit"]
    each: Annotated[Decimal, Field(gt=0)]
    gives: Amount
    where: tuple[Clause, ...] = ()
    scope: Scope = field(default_factory=Scope)
    under: Words = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules of a place in one period of time; the file's keys are these fields.

    Parameters
    ----------
    place
        ``CN``, or an ISO 3166-2 code such as ``CN-ZJ``; a place covers those inside it.
    since, until
        In force on [since, until); no ``until``: still in force.
    applies
        The teachers whom the whole policy is for.
    source, verified
        Where the figures come from, and what has been checked against the official text.
    unit, step
        Every amount is a whole number of steps of this unit.
    newcomers
        What those owe who come from another place in mid-cycle: what is owed since they came
        (``since_arrival``), or everything (``all``).
    named_only
        It is never found for a teacher, only used where it is named.
    hours_per_year
        The most hours that a plan may ask of a teacher in a policy year, whatever is owed.
    budget_funding
        The funding sources whose costs count against a school's remaining allotment.
    absences_at_once
        The most teachers of a school who may be away on one day of term.
    lineage
        Ids of the policies that it completes: what was counted under them counts here.
    version
        ``<id>@<12 hexadecimal digits>`` of its content, inherited rules included.
    measure
        The unit, in a step fine enough that every counted part is a whole number.
    """

    __pydantic_config__ = STRICT

    id: Id
    title_zh: Sentence
    title_en: Sentence
    place: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    since: dt.date
    source: Sentence
    verified: Sentence
    unit: Literal["hour", "credit"]
    step: Annotated[Fraction, Field(gt=0)]
    cycle: Cycle
    requirement: Annotated[tuple[Requirement, ...], Field(min_length=1)]
    until: dt.date | None = None
    applies: Scope = field(default_factory=Scope)
    window: tuple[Window, ...] = ()
    counting: tuple[Counting, ...] = ()
    conversion: tuple[Conversion, ...] = ()
    condition: tuple[Condition, ...] = ()
    sanction: tuple[Sanction, ...] = ()
    round: tuple[Round, ...] = ()
    hours_per_year: Annotated[Decimal, Field(gt=0)] | None = None
    budget_funding: Words = ()
    absences_at_once: Annotated[int, Strict(), Field(ge=0)] | None = None
    newcomers: Literal["since_arrival", "all"] = "since_arrival"
    named_only: Annotated[bool, Strict()] = False
    lineage: Words = ()
    version: str = ""
    measure: Measure = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = math.lcm(*(rule.weight.denominator for rule in self.counting))
        # It is asked for with every amount.
        object.__setattr__(self, "measure", Measure(self.unit, self.step).finer(parts))

    def own(self, career: Career) -> Policy:
        """Return the policy with the cycles of a teacher, where they begin on an own day."""
        cycle = self.cycle.own(career.registered_on)
        return self if cycle is self.cycle else replace(self, cycle=cycle)

    def arrival(self, career: Career) -> dt.date | None:
        """Return the day from which a newcomer owes what the policy asks; ``None``: all along."""
        return career.arrived_in(self.place) if self.newcomers == "since_arrival" else None

    def counted_elsewhere(self, under: str, career: Career, day: dt.date) -> bool:
        """Say whether a line is another policy's: by the policy stated on it, else by place.

        Credits of two policies are as different as hours and credits.
        """
        if under:
            return under not in (self.id, *self.lineage)
        return career.away_from(self.place, day)

    def may_enrol(self, term: Period, today: dt.date) -> bool:
        """Say whether a round for a term is still open or to come; so too where it has none."""
        season = self.cycle.season(term.since)
        rounds = [each for each in self.round if season in each.terms]
        return not rounds or any(each.closes_for(term) >= today for each in rounds)

    def measure_of(self, requirement: Requirement) -> Measure:
        """Return what a requirement is measured in: the policy's unit, or courses."""
        return COURSES if requirement.counts == "course" else self.measure

    def windows_of(self, career: Career) -> dict[str, Period]:
        """Return the windows that a teacher has, by id."""
        found = {window.id: window.of(career) for window in self.window}
        return {name: period for name, period in found.items() if period is not None}


@lru_cache(maxsize=4096)
def _months_later(day: dt.date, months: int) -> dt.date:
    """Return the day this many months on; the last of the month where it has no such day."""
    return (pd.Timestamp(day) + pd.DateOffset(months=months)).date()
