"""The later slice of time on which a hybrid's second stage is learned and chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.histories import histories_before
from features.moments import instant
from features.profiles import Profiles
from recommender.candidates import candidates
from recommender.eligibility import Eligibility
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.places import places
from recommender.scorers.top import ndcg, top

MAX_TEACHERS = 3_000
#: Teachers times courses that are judged at most: bounds memory for a large catalogue.
MAX_CELLS = 20_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Teachers who chose something new after a moment, and what they chose.

    Parameters
    ----------
    training
        What was known at the moment.
    profiles
        The teachers as they are asked for, n of them.
    truth, closed
        What each chose later, and what could not be shown; bool, shape (n, n_courses).
    """

    training: Training
    profiles: Profiles
    truth: NDArray[np.bool_]
    closed: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.truth)

    @classmethod
    def of(
        cls, training: Training, cut: pd.Timestamp, withheld: NDArray[np.bool_] | None = None
    ) -> Self:
        """Look at the choices of ``training`` from ``cut`` on, knowing only what came before.

        Where courses are ``withheld``, shape (n_courses,), nothing is known of them, and they
        alone are asked for: how new courses fare.
        """
        earlier = training.earlier(cut, withheld)
        teachers, truth = _later(training, cut)
        # Judged as lists are made: a part is not to shine with courses that nobody is shown.
        closed = ~Eligibility.of(training.dataset, cut).allowed(teachers)
        closed |= ~candidates(training.dataset, cut, training.log.before(cut))
        if withheld is not None:
            closed |= ~withheld
        truth &= ~closed
        some = truth.any(axis=1)
        return cls(earlier, earlier.profiles.rows(teachers[some]), truth[some], closed[some])

    def rows(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of its teachers; ``chosen`` has shape (n,)."""
        own = self.profiles.rows(np.flatnonzero(chosen))
        return replace(self, profiles=own, truth=self.truth[chosen], closed=self.closed[chosen])

    def of_strangers(self) -> Self:
        """Return the same teachers as if nothing they did were known."""
        strangers = self.training.strangers()
        return replace(self, profiles=strangers.rows(self.profiles.teachers))

    def of_those_who_go_on(self, training: Training) -> Self:
        """Return those who chose several times, asked once more after half of these choices.

        The parts know what they knew; only the histories reach on. ``training`` is what the
        slice is a later part of.
        """
        teachers = self.profiles.teachers
        moment, before = _halfway(training, self.training.as_of, teachers)
        histories = histories_before(
            training.log,
            teachers,
            moment,
            self.training.catalogue,
            self.training.profile_encoder.weights,
        )
        profiles = replace(self.profiles, histories=histories)
        truth = self.truth & ~before
        some = truth.any(axis=1) & before.any(axis=1) & profiles.warm & profiles.personal
        whole = replace(self, profiles=profiles, truth=truth, closed=self.closed | before)
        return whole.rows(some)

    def places(self, part: Scorer) -> NDArray[np.int16]:
        """Return the places that a part, fitted on the earlier slice, gives what can be shown."""
        return places(part.score(self.profiles, self.training.catalogue), ~self.closed)

    def quality(
        self, scores: NDArray[np.floating], rows: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """Return each teacher's NDCG@10 under scores of shape (n, n_courses).

        With ``rows``, of these teachers alone, whose scores are given.
        """
        chosen = slice(None) if rows is None else rows
        shown = np.where(self.closed[chosen], np.float32(-np.inf), scores)
        return ndcg(top(shown, min(10, shown.shape[1])), self.truth[chosen])


def _since(
    training: Training, cut: pd.Timestamp
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Return teacher, course (as the data set counts) and moment of what was chosen since then."""
    choices, catalogue = training.choices, training.catalogue
    later = choices.moment >= instant(cut)
    course = catalogue.courses.positions(catalogue.fitted_courses.ids[choices.course[later]])
    return choices.teacher[later], course, choices.moment[later]


def _rows(training: Training, teachers: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return each teacher's place among some, -1 for the rest; shape (n_teachers,)."""
    row = np.full(len(training.profiles), -1)
    row[teachers] = np.arange(len(teachers))
    return row


def _later(training: Training, cut: pd.Timestamp) -> tuple[NDArray[np.integer], NDArray[np.bool_]]:
    """Return who chose from a moment on, or a sample of them, and what, (n, n_courses)."""
    teacher, course, _ = _since(training, cut)
    n_courses = len(training.catalogue.courses)
    room = min(MAX_TEACHERS, max(1, MAX_CELLS // max(n_courses, 1)))
    teachers = np.unique(teacher)
    if len(teachers) > room:
        teachers = np.random.default_rng(training.seed).choice(teachers, room, replace=False)
        teachers.sort()
    row = _rows(training, teachers)[teacher]
    truth = np.zeros((len(teachers), n_courses), bool)
    truth[row[row >= 0], course[row >= 0]] = True
    return teachers, truth


def _halfway(
    training: Training, cut: pd.Timestamp, teachers: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return when teachers made the middle one of their choices from a moment on, and what before.

    Moments have shape (n,); what was chosen before, since the cut, has shape (n, n_courses).
    Who chose once is asked at that choice.
    """
    teacher, course, when = _since(training, cut)
    row = _rows(training, teachers)[teacher]
    row, course, when = row[row >= 0], course[row >= 0], when[row >= 0]
    order = np.argsort(row, kind="stable")
    first = np.searchsorted(row[order], np.arange(len(teachers)))
    count = np.bincount(row, minlength=len(teachers))
    moment = when[order[first + count // 2]]
    earlier = when < moment[row]
    before = np.zeros((len(teachers), len(training.catalogue.courses)), bool)
    before[row[earlier], course[earlier]] = True
    return moment, before
