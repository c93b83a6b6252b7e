"""What every method is given, and the splits that only a comparison needs."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.codes import CHOICE_KINDS
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.moments import MICROSECONDS_PER_DAY, instant
from features.profiles import ProfileEncoder
from recommender.scorers.contract import Choices
from training.split import FileSplit, Split

#: What a fitted method is: positions of teachers -> float32 scores, shape (n, n_courses).
Scores: TypeAlias = Callable[[NDArray[np.integer]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """The earlier part of a split as matrices; courses are numbered as in the data set.

    Parameters
    ----------
    split
        Where it comes from.
    choices
        The first time each teacher chose each course, in order of time.
    pairs
        The same without times: float32 ones, shape (n_teachers, n_courses).
    floor_days
        What knows teachers by id alone shows a new one what was chosen most in these last days.
    """

    split: Split
    choices: Choices
    pairs: sparse.csr_array
    floor_days: float

    @classmethod
    def of(cls, split: Split, floor_days: float = np.inf) -> Task:
        """Take the choices out of what may be learned from."""
        n_courses = len(split.train.courses)
        log = split.train.log.before(split.cut)
        choices = Choices.of(log, np.arange(n_courses, dtype=np.int32))
        ones = np.ones(len(choices), np.float32)
        shape = (len(split.train.teachers), n_courses)
        pairs = sparse.csr_array((ones, (choices.teacher, choices.course)), shape=shape)
        return cls(split, choices, pairs, floor_days)

    def popularity(self, days: float) -> NDArray[np.float32]:
        """Return how often each course was chosen in the last days, shape (n_courses,)."""
        age = (instant(self.split.cut) - self.choices.moment) / MICROSECONDS_PER_DAY
        recent = self.choices.course[age <= days]
        return np.bincount(recent, minlength=self.pairs.shape[1]).astype(np.float32)


@functools.cache
def features(task: Task) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Return features of all teachers and codes of all courses, as our own scorers see them."""
    train, cut = task.split.train, task.split.cut
    courses = CourseEncoder.fit(train, cut)
    of_courses = courses.content_of(train)[:, : len(courses.words.names)]
    return ProfileEncoder.fit(train, cut).features(train, cut), of_courses


@dataclass(frozen=True, slots=True)
class ShareSplit:
    """The last share of each teacher's choices is held out, to compare with published figures.

    As with ``training.split.LastSplit``, what others chose later leaks.

    Parameters
    ----------
    share
        Of each teacher's choices, rounded down.
    """

    share: float

    def __call__(self, dataset: Dataset) -> Split:
        """Split each teacher's choices."""
        # What was chosen and later withdrawn was chosen: truth knows no withdrawals.
        chosen = dataset.log.of_kinds(*CHOICE_KINDS)
        choices = Choices.of(chosen, np.arange(len(dataset.courses), dtype=np.int32))
        order = np.argsort(choices.teacher, kind="stable")
        teacher = choices.teacher[order]
        total = np.bincount(teacher, minlength=len(dataset.teachers))
        left = np.cumsum(total)[teacher] - np.arange(len(teacher))
        held = order[left <= np.floor(total * self.share)[teacher]]
        frame = pd.DataFrame(
            {
                "teacher_id": dataset.teachers.outside(choices.teacher[held]),
                "course_id": dataset.courses.outside(choices.course[held]),
            }
        )
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "held.csv"
            frame.to_csv(path, index=False)
            split = FileSplit(path)(dataset)
        return replace(split, name=f"each teacher's last {self.share:.0%}")
