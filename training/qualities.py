"""What lists are measured by beside the truth: how known, mixed, true to interests, and open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.catalogue import Catalogue
from features.codes import CHOICE_KINDS
from features.dataset import Dataset
from features.encoding import WordEncoder
from features.events import EventLog
from recommender.openings import OpenCourses
from training.split import Split
from training.variety import diversity, information, miscalibration, novelty

#: Share of a list's courses with an opening for the teacher, and whether any has one.
OPEN_METRICS = ("open", "any_open")


@dataclass(frozen=True, slots=True, eq=False)
class Qualities:
    """What is known at a split's cut to measure lists by.

    Parameters
    ----------
    information
        Self-information of each course in bits, shape (n_courses,).
    content
        Rows of length 1 or 0, shape (n_courses, n_content).
    category
        The column of courses that calibration goes by, ``""`` without any.
    categories
        Each course's share in each word of it, shape (n_courses, n_words).
    history
        1 where a teacher chose a course before, shape (n_teachers, n_courses).
    open
        The courses with an offering open to each teacher; None without any offerings.
    """

    information: NDArray[np.float64]
    content: sparse.csr_array
    category: str
    categories: sparse.csr_array
    history: sparse.csr_array
    open: OpenCourses | None

    @classmethod
    def of(cls, split: Split, catalogue: Catalogue) -> Qualities:
        """See what was known at the cut, in the training part alone."""
        train = split.train
        taken = train.log.before(split.cut).of_kinds(*CHOICE_KINDS)
        by_whom = _pairs(taken, train)
        takers = np.asarray(by_whom.sum(axis=0)).astype(np.int64)
        column = _category(train)
        return cls(
            information=information(takers, int((np.diff(by_whom.indptr) > 0).sum())),
            content=catalogue.features,
            category=column,
            categories=_shares(train, column),
            history=_pairs(taken.where(taken.self_selected), train),
            open=OpenCourses.of(train, split.cut) if len(train.table("offerings")) else None,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of what :meth:`measure` returns, in its order."""
        known = ["novelty", "diversity"]
        known += ["miscalibration"] if self.category else []
        return (*known, *(OPEN_METRICS if self.open else ()))

    def measure(
        self, teachers: NDArray[np.integer], shown: NDArray[np.integer]
    ) -> NDArray[np.float64]:
        """Return each quality of each list, shape (n, n_names).

        Parameters
        ----------
        teachers
            Positions, shape (n,).
        shown
            Their lists, -1 where one is short; shape (n, k).
        """
        found = [novelty(shown, self.information), diversity(shown, self.content)]
        if self.category:
            found.append(miscalibration(shown, self.categories, self.history[teachers]))
        if self.open:
            found += _open(shown, self.open.to(teachers))
        return np.column_stack(found)


def _open(shown: NDArray[np.integer], is_open: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    listed = shown >= 0
    found = listed & np.take_along_axis(is_open, np.maximum(shown, 0), axis=1)
    length = listed.sum(axis=1)
    share = np.divide(found.sum(axis=1), length, out=np.full(len(shown), np.nan), where=length > 0)
    return [share, np.where(length > 0, found.any(axis=1), np.nan)]


def _pairs(log: EventLog, dataset: Dataset) -> sparse.csr_array:
    """Return 1 for each teacher and course in the log, shape (n_teachers, n_courses)."""
    shape = (len(dataset.teachers), len(dataset.courses))
    pairs = sparse.csr_array((np.ones(len(log), bool), (log.teacher, log.course)), shape=shape)
    pairs.sum_duplicates()
    return pairs.astype(np.float64)


def _category(dataset: Dataset) -> str:
    """Return ``domain`` where it is known of any course, else the first declared word column."""
    declared = dataset.columns.features.get("courses", {})
    columns = ["domain", *(n for n, kind in declared.items() if kind in ("category", "list"))]
    table = dataset.table("courses")
    return next((name for name in columns if table[name].notna().any()), "")


def _shares(dataset: Dataset, column: str) -> sparse.csr_array:
    """Return each course's share in each word, rows of sum 1 or 0, in the order of courses."""
    if not column:
        return sparse.csr_array((len(dataset.courses), 0))
    courses = dataset.table("courses").set_index("course_id")[column].reindex(dataset.courses.ids)
    frame = pd.DataFrame({column: courses})
    marks = WordEncoder.fit(frame).transform(frame).astype(np.float64)
    count = np.maximum(np.diff(marks.indptr), 1)
    return sparse.csr_array(
        sparse.dia_array((1 / count[None, :], 0), shape=(len(count),) * 2) @ marks
    )
