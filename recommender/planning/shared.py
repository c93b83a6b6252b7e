"""What every plan of a school contains: whole-school study, by enrolment or as the school says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from features.dataset import Dataset
from features.errors import UnknownId
from recommender.planning.attendance import admission_mode, held_places, stages_of
from recommender.planning.cells import by_id, rows_of
from recommender.planning.horizon import Horizon
from recommender.planning.offered import dated_option
from recommender.planning.options import Candidate, Option


def with_shared(
    dataset: Dataset,
    candidates: Iterable[Candidate],
    *,
    teacher_id: str,
    as_of: pd.Timestamp,
    contains: Iterable[str],
    horizon: Horizon,
) -> tuple[Candidate, ...]:
    """Return the candidates of a teacher with what the whole school does in their places.

    That are the offerings named, and those in which the teacher holds a place as whole-school
    study. A course among them can be nowhere else, and asks for no prerequisite. Of those that
    end before today or after the horizon nothing is to be planned.

    Raises
    ------
    UnknownId
        If there is no such offering.
    """
    shared = _options(dataset, {*contains, *_enrolled(dataset, teacher_id, as_of)}, horizon)
    kept = [each for each in candidates if each.course not in shared]
    own = (Candidate(course, shared[course]) for course in sorted(shared))
    return (*kept, *own)


def _enrolled(dataset: Dataset, teacher_id: str, as_of: pd.Timestamp) -> list[str]:
    """Return the offerings in which a teacher holds a place because the whole school does."""
    held = rows_of(held_places(dataset, as_of, [teacher_id]))
    runs = by_id(dataset, "offerings", [row["offering_id"] for row in held])
    return [
        row["offering_id"]
        for row in held
        if admission_mode(row, runs[row["offering_id"]]) == "whole_school"
    ]


def _options(
    dataset: Dataset, offerings: set[str], horizon: Horizon
) -> Mapping[str, tuple[Option, ...]]:
    """Return course -> its options that are in the plan in any case, in the order of terms."""
    runs = by_id(dataset, "offerings", offerings)
    if unknown := sorted(offerings - runs.keys()):
        raise UnknownId(
            "the offering",
            expected="an id of the table offerings",
            got=unknown[0],
            remedy="check what the school's plans are to contain",
        )
    courses = by_id(dataset, "courses", {row["course_id"] for row in runs.values()})
    stages = stages_of(dataset, runs)
    found: dict[str, dict[int, Option]] = {}
    for name in sorted(runs):
        row = runs[name]
        option = dated_option(horizon, courses[row["course_id"]], row, stages.get(name, ()))
        if option is not None and option.earned_on >= horizon.today:
            places = found.setdefault(row["course_id"], {})
            places.setdefault(option.term, replace(option, fixed=True))
    return {
        course: tuple(option for _, option in sorted(places.items()))
        for course, places in found.items()
    }
