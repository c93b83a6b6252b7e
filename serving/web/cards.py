"""The list as cards: what a course asks of a teacher, and which cards are wanted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import pandas as pd
from fastapi import Request

from features.dataset import Dataset
from recommender.advise import Recommendation
from recommender.openings import Opening
from recommender.wanted import Wanted
from serving.api.list_queries import LONGEST_LIST

#: As long as a list can be, and few enough to read.
LONGEST, SHOWN = LONGEST_LIST, 12
LONGEST_TEXT = 60
#: How a place is come by -> the badge that says so before a course's own kind does.
_BY_ADMISSION = {"nominated": "nominated", "assigned": "assigned", "whole_school": "assigned"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty is everything.

    Parameters
    ----------
    term
        The month in which an opening begins, as ``2026-09``: no property of a course, so that the
        cards are looked through for it.
    """

    subject: str = ""
    domain: str = ""
    mode: str = ""
    tier: str = ""
    term: str = ""
    q: str = ""

    @classmethod
    def of(cls, request: Request) -> Filters:
        """Read it off the address."""
        given = request.query_params
        return cls(**{each.name: given.get(each.name, "")[:LONGEST_TEXT] for each in fields(cls)})

    @property
    def query(self) -> dict[str, str]:
        """The parameters that say it."""
        named = {each.name: str(getattr(self, each.name)) for each in fields(self)}
        return {name: value for name, value in named.items() if value}

    def wanted(self, waved_off: Collection[str]) -> Wanted:
        """Return what is asked of the list, without the courses that the teacher waved off."""
        return Wanted(
            mode=_one(self.mode),
            tier=_one(self.tier),
            subject=_one(self.subject),
            domain=_one(self.domain),
            exclude=tuple(sorted(waved_off)),
            text=self.q,
        )


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


def beginning_in(cards: Sequence[Card], month: str) -> list[Card]:
    """Return the cards with an opening that begins in a month; all where none is asked for."""
    return [
        each
        for each in cards
        if not month or any(_in_month(run, month) for run in each.found.openings)
    ]


def values_in(cards: Sequence[Card], column: str) -> list[str]:
    """Return what a filter can be set to, of courses in the list."""
    words = (str(each.course.get(column) or "").split(";") for each in cards)
    return sorted({word for each in words for word in each if word})


def terms_in(cards: Sequence[Card]) -> list[str]:
    """Return the months in which openings of the list begin, as ``2026-09``."""
    starts = (run.starts_on for each in cards for run in each.found.openings)
    return sorted({f"{day:%Y-%m}" for day in starts if day is not None})


def _one(word: str) -> tuple[str, ...]:
    return (word,) if word else ()


def _in_month(run: Opening, month: str) -> bool:
    return run.starts_on is not None and f"{run.starts_on:%Y-%m}" == month


def _stated(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name): None if pd.isna(value) else value for name, value in row.items()}
