"""The list as cards: what a course asks of a teacher, and which cards are wanted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd
from fastapi import Request

from features.dataset import Dataset
from recommender.advise import Recommendation
from recommender.openings import Opening

#: Enough to filter from, and few enough to read.
LONGEST, SHOWN = 200, 12
#: What the list is looked through for; each is a parameter of the address.
LONGEST_TEXT = 60
#: How a place is come by -> the badge that says so before a course's own kind does.
_BY_ADMISSION = {"nominated": "nominated", "assigned": "assigned", "whole_school": "assigned"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to; empty is everything.

    Where lists are filtered before they are cut (`GET .../recommendations` with `subject`,
    `mode`, `tier` and `year`), :func:`narrowed` is what that replaces.
    """

    subject: str = ""
    domain: str = ""
    mode: str = ""
    tier: str = ""
    term: str = ""
    q: str = ""

    @classmethod
    def of(cls, request: Request) -> Wanted:
        """Read it off the address."""
        given = request.query_params
        return cls(**{each.name: given.get(each.name, "")[:LONGEST_TEXT] for each in fields(cls)})

    @property
    def query(self) -> dict[str, str]:
        """The parameters that say it."""
        named = {each.name: str(getattr(self, each.name)) for each in fields(self)}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Card:
    """A course to choose.

    Parameters
    ----------
    course
        Its row of the catalogue.
    badge
        ``compulsory``, ``assigned``, ``elective`` or ``nominated``.
    choice, enrolment
        What the teacher did with it here, and what the platform says; empty where nothing.
    """

    found: Recommendation
    course: Mapping[str, Any]
    choice: str
    enrolment: str

    @property
    def badge(self) -> str:
        """How one comes to take it."""
        by_rule = str(self.course.get("obligation") or "elective")
        if by_rule == "elective" and self.opening is not None:
            return _BY_ADMISSION.get(self.opening.admission_mode, by_rule)
        return by_rule

    @property
    def opening(self) -> Opening | None:
        """The offering to apply for: the first that is open, else the first to open."""
        runs = self.found.openings
        return next((each for each in runs if each.is_open), runs[0] if runs else None)


def cards_of(
    found: Sequence[Recommendation],
    dataset: Dataset,
    choices: Mapping[str, str],
    enrolments: Mapping[str, str],
) -> list[Card]:
    """Return the cards of a list, in its order."""
    table = dataset.table("courses")
    courses = table[table["course_id"].isin([each.course_id for each in found])]
    rows = {row["course_id"]: _stated(row) for row in courses.to_dict("records")}
    return [
        Card(
            each,
            rows.get(each.course_id, {}),
            choices.get(each.course_id, ""),
            next(
                (enrolments[r.offering_id] for r in each.openings if r.offering_id in enrolments),
                "",
            ),
        )
        for each in found
    ]


def narrowed(cards: Sequence[Card], wanted: Wanted) -> list[Card]:
    """Return the cards that are wanted; what was waved off is not."""
    return [each for each in cards if each.choice != "dismissed" and _is_wanted(each, wanted)]


def values_in(cards: Sequence[Card], column: str) -> list[str]:
    """Return what a filter can be set to, of courses in the list."""
    words = (str(each.course.get(column) or "").split(";") for each in cards)
    return sorted({word for each in words for word in each if word})


def terms_in(cards: Sequence[Card]) -> list[str]:
    """Return the months in which openings of the list begin, as ``2026-09``."""
    starts = (run.starts_on for each in cards for run in each.found.openings)
    return sorted({f"{day:%Y-%m}" for day in starts if day is not None})


def _is_wanted(card: Card, wanted: Wanted) -> bool:
    course, runs = card.course, card.found.openings
    subjects = str(course.get("subjects") or "")
    text = " ".join((*card.found.title, card.found.course_id)).lower()
    return (
        (not wanted.subject or not subjects or wanted.subject in subjects.split(";"))
        and (not wanted.domain or wanted.domain == course.get("domain"))
        and (not wanted.mode or wanted.mode in {course.get("mode"), *(r.mode for r in runs)})
        and (not wanted.tier or wanted.tier in {course.get("tier"), *(r.tier for r in runs)})
        and (not wanted.term or any(_in_month(run, wanted.term) for run in runs))
        and (not wanted.q or all(word in text for word in wanted.q.lower().split()))
    )


def _in_month(run: Opening, month: str) -> bool:
    return run.starts_on is not None and f"{run.starts_on:%Y-%m}" == month


def _stated(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}
