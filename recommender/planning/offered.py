"""Which courses can go where: candidates and their terms, from a data set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from features.dataset import Dataset
from features.done import NEVER_AGAIN, free_from
from features.moments import local_days
from recommender.openings import announced
from recommender.planning.attendance import stages_of, stretches
from recommender.planning.cells import (
    Row,
    amount,
    attributes,
    by_id,
    day,
    in_blocks,
    rows_of,
    text,
    words,
)
from recommender.planning.horizon import Horizon
from recommender.planning.matching import fits_any
from recommender.planning.options import Candidate, Option
from recommender.planning.rules import Policy
from recommender.planning.sanctions import Lost, lost_places
from recommender.planning.terms import ONE_DAY


def candidates(
    dataset: Dataset,
    teacher_id: str,
    as_of: pd.Timestamp,
    course_positions: NDArray[np.integer],
    *,
    policy: Policy,
    horizon: Horizon,
) -> tuple[Candidate, ...]:
    """Return courses with the terms in which a teacher can take them, in the order given.

    A term in which an announced offering ends that the teacher may still join is concrete.
    Later terms are expected: those of the seasons in which the course has been offered before,
    all where it was never offered with dates. A course done is left out until it may be
    repeated, and so are those of its equivalence group.
    """
    past = completions(dataset, teacher_id, as_of)
    names = dataset.courses.outside(course_positions)
    known = by_id(dataset, "courses", {*names, *past})
    lifted: dict[tuple[str, str], dt.date] = {}
    for name, last in past.items():
        since, group = _free_from(known[name], last), _group(known[name])
        lifted[group] = max(since, lifted.get(group, since))
    runs = _offerings(dataset, teacher_id, as_of, names)
    stages = stages_of(dataset, (row["offering_id"] for own in runs.values() for row in own))
    lost = lost_places(dataset, teacher_id, as_of, policy)
    terms = {
        number: (policy.cycle.season(term.since), term.since > horizon.today)
        for number, term in enumerate(horizon.terms)
        if policy.may_enrol(term, horizon.today)
    }
    calendar = _Calendar(dataset, policy, horizon, runs, stages, lost, terms)
    found = []
    for name in names:
        row = known[name]
        candidate = Candidate(
            course=name,
            options=calendar.options(row, lifted.get(_group(row), dt.date.min)),
            prerequisites=words(row["prerequisites"]),
            equivalence=text(row["equivalence"]),
            repeatable=text(row["repeatable"]) or NEVER_AGAIN,
        )
        if candidate.options:
            found.append(candidate)
    return tuple(found)


def completions(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> dict[str, pd.Timestamp]:
    """Return every course that a teacher completed before a moment, and on which day last.

    Its keys are what prerequisites ask for: what may be repeated was done all the same.
    """
    here = np.array([dataset.teachers.position(teacher_id)])
    log = dataset.log.before(as_of).of_kinds("completed").of_teachers(here)
    order = np.argsort(log.occurred_at, kind="stable")
    days = local_days(log.occurred_at[order], dataset.columns.zone)
    return dict(zip(dataset.courses.outside(log.course[order]), days, strict=True))


def _group(course: Row) -> tuple[str, str]:
    """Return what names a course's equivalence group; without one it is alone in its own."""
    equivalence = text(course["equivalence"])
    return equivalence, "" if equivalence else course["course_id"]


def _free_from(course: Row, completed: pd.Timestamp) -> dt.date:
    days = pd.DatetimeIndex([completed])
    return free_from(days, text(course["repeatable"]) or NEVER_AGAIN)[0].date()


def fitting(dataset: Dataset, policy: Policy) -> dict[str, NDArray[np.int32]]:
    """Return, for each requirement that asks for certain courses only, those that fit it.

    Whoever chooses candidates adds some of each: a ranking alone may leave a duty unmet.

    Returns
    -------
    dict
        Requirement id -> positions of courses, ascending.
    """
    table = dataset.table("courses")
    known = [attributes("offering", row) for row in rows_of(table)]
    positions = dataset.courses.positions(table["course_id"])
    return {
        requirement.id: np.sort(positions[[fits_any(requirement.where, each) for each in known]])
        for requirement in policy.requirement
        if requirement.where and (requirement.minimum or requirement.share)
    }


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The announced and past offerings of the courses asked about, against a horizon.

    ``terms`` holds those in which one may enrol: number -> season, and whether it is to come.
    """

    dataset: Dataset
    policy: Policy
    horizon: Horizon
    offerings: Mapping[str, Sequence[Row]]
    stages: Mapping[str, Sequence[Row]]
    lost: tuple[Lost, ...]
    terms: Mapping[int, tuple[str, bool]]

    def options(self, course: Row, since: dt.date) -> tuple[Option, ...]:
        """Return where a course can go from a day on, in the order of terms."""
        announced = self.offerings.get(course["course_id"], ())
        concrete: dict[int, Option] = {}
        for row in announced:
            option = self._concrete(course, row)
            if option is not None and option.earned_on >= since:
                concrete.setdefault(option.term, option)
        expected = {
            term: Option(
                term=term,
                earned_on=self.horizon.last_days[term],
                attributes=attributes("offering", course),
                hours=amount("hours", course),
                credits=amount("credits", course),
                cost=amount("cost", course),
            )
            for term in self._expected(course, announced)
            if self.horizon.last_days[term] >= since
        }
        return tuple(
            option
            for _, option in sorted((expected | concrete).items())
            if not any(each.keeps_from(option.earned_on, option.attributes) for each in self.lost)
        )

    def _concrete(self, course: Row, row: Row) -> Option | None:
        """Return the option of an offering that can still be joined."""
        if text(row["admission_mode"]) not in codes.SELF_SELECTED_MODES:
            return None
        stages = self.stages.get(row["offering_id"], ())
        option = dated_option(self.horizon, course, row, stages)
        last = row["starts_on"] if pd.isna(row["apply_until"]) else row["apply_until"]
        return None if option is None or last.date() < self.horizon.today else option

    def _expected(self, course: Row, offerings: Sequence[Row]) -> list[int]:
        """Return the terms in which a repeat is likely; the one under way only if undated."""
        ends = [row["ends_on"].date() for row in offerings if not pd.isna(row["ends_on"])]
        seasons = {self.policy.cycle.season(end) for end in ends}
        undated = not len(self.dataset.table("offerings"))
        withdrawn = day(course["available_until"], self.dataset.columns.zone) or dt.date.max
        return [
            number
            for number, (season, ahead) in self.terms.items()
            if (undated or ahead)
            and (not seasons or season in seasons)
            and self.horizon.last_days[number] < withdrawn
        ]


def dated_option(
    horizon: Horizon, course: Row, offering: Row, stages: Sequence[Row]
) -> Option | None:
    """Return an offering as an option, ``None`` if it has no dates or ends outside the horizon."""
    run = stretches(offering, course, stages)
    if pd.isna(offering["starts_on"]) or not run:
        return None
    last_day = max(each.until for each in run) - ONE_DAY
    ends = last_day if pd.isna(offering["ends_on"]) else offering["ends_on"].date()
    term = horizon.term_of(ends)
    if term < 0:
        return None
    return Option(
        term=term,
        earned_on=ends,
        attributes=in_blocks(attributes("offering", offering, course), len(stages)),
        hours=amount("hours", offering, course),
        credits=amount("credits", offering, course),
        offering=offering["offering_id"],
        cost=amount("cost", offering, course),
        funding=text(offering["funding"]),
        stretches=run,
        days_away=amount("days_away", offering),
    )


def _offerings(
    dataset: Dataset, teacher_id: str, as_of: pd.Timestamp, names: NDArray[np.object_]
) -> dict[str, list[Row]]:
    table = announced(dataset, teacher_id, as_of)
    found: dict[str, list[Row]] = {}
    for row in rows_of(table[table["course_id"].isin(list(names))]):
        found.setdefault(row["course_id"], []).append(row)
    return found
