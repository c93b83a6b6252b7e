"""Splits: what a model may learn from, and what it is then asked to foresee.

A split is honest when nothing that a model learns from is dated at or after the moment at which
it is asked. Shuffled splits are not: the popularity of next month, and a teacher's own later
courses, then help to foresee this month. So the split to judge by is :class:`TimeSplit`, whose
folds are half-open: what was known strictly before the cut trains, what happened at or after it
is foreseen. :mod:`training.newcomers` takes the past of some teachers or courses out of such a
split. The others exist to compare with published figures, and say what they leak.

Examples
--------
The cut lies on the event of 3 March. It belongs to the later fold, so that the training part
knows neither it nor that anybody took course ``c`` that day:

>>> events = pd.DataFrame({
...     "teacher_id": ["t1", "t1", "t2", "t2", "t1"],
...     "course_id": ["a", "b", "a", "c", "c"],
...     "occurred_at": pd.date_range("2024-03-01", periods=5, tz="UTC"),
... })
>>> dataset = Dataset.of({
...     "teachers": pd.DataFrame({"teacher_id": ["t1", "t2"]}),
...     "courses": pd.DataFrame({"course_id": ["a", "b", "c"]}),
...     "events": events,
... })
>>> split = parse("time:0.5")(dataset)
>>> split.cut.date(), len(split.train.log)
(datetime.date(2024, 3, 3), 2)
>>> split.candidates.tolist(), split.cold.tolist()
([True, True, False], [False, True])

Course ``c`` did not exist at the cut as far as anybody knew, so only ``a`` is left to foresee:

>>> split.truth.toarray().tolist(), split.out_of_reach
([[False, False, False], [True, False, False]], 2)
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.codes import CHOICE_KINDS
from features.dataset import Dataset
from features.errors import InvalidData, InvalidSetting, NotEnoughData, Problem, did_you_mean
from features.events import EventLog
from features.moments import instant
from recommender.candidates import candidates, offered
from recommender.eligibility import Eligibility
from training.reach import all_closed, within_reach
from training.withhold import without_later, without_pairs

#: Only what a teacher chose, or what was assigned to the teacher too.
OWN, ALL = CHOICES = ("own", "all")


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One data set taken apart.

    Parameters
    ----------
    name
        As it would be written for :func:`parse`.
    train
        What a model may learn from. All teachers and courses are in it, at the same positions.
    cut
        The moment as of which the model is asked.
    truth
        The relevant courses: distinct ones among the teacher's later choices that were not done
        at the cut and could be shown; bool, shape (n_teachers, n_courses).
    rules
        Who may take what at the cut. They know all that was done by then, also where it is
        withheld from learning.
    candidates
        The courses that could be recommended at the cut, shape (n_courses,).
    cold
        The teachers without any event in ``train``, shape (n_teachers,).
    out_of_reach
        How many relevant (teacher, course) pairs were left out because the course was no
        candidate, or closed to the teacher by a rule: no list could have held them.
    choices
        Which choices are relevant: a teacher's ``own``, ``all``, or those ``given`` by a file.
    closed_by_rules
        How many teachers chose candidates, all of which the rules close to them.
    """

    name: str
    train: Dataset
    cut: pd.Timestamp
    truth: sparse.csr_array
    rules: Eligibility
    candidates: NDArray[np.bool_]
    cold: NDArray[np.bool_]
    out_of_reach: int
    choices: str = OWN
    closed_by_rules: int = 0

    @property
    def done(self) -> sparse.csr_array:
        """What each teacher had done at the cut; bool, shape (n_teachers, n_courses)."""
        return self.rules.done

    def can_be_shown(self, teachers: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return what lists of these teachers may hold at the cut, shape (n, n_courses).

        Every list that is judged, tuned on or compared goes by this: candidates that the rules
        allow, not done, with prerequisites met and no equivalent done, as lists are made in use.
        It is dense: ask for some thousand teachers at a time.
        """
        return self.candidates & self.rules.allowed(teachers)


class Strategy(Protocol):
    """A way to split any data set."""

    def __call__(self, dataset: Dataset) -> Split:
        """Split it; ``NotEnoughData`` where a part would be empty."""
        ...


#: What comes before the first colon of a split.
KINDS = ("time", "cold-teachers", "cold-courses", "last", "file")


def parse(text: str, choices: str = OWN) -> Strategy:
    """Read ``time:0.85``, ``cold-teachers:0.85:1/5``, ``cold-courses:0.85:1/5``, ``last:1`` ...

    ... or ``file:TEST.csv``. Without ``:1/5`` the first of five folds is meant.

    Parameters
    ----------
    text
        A kind and its values, with colons between them.
    choices
        ``own`` lets only a teacher's own choices be relevant, ``all`` the assigned, nominated
        and whole-school ones too. The pairs of a file stay what they are.

    Raises
    ------
    InvalidSetting
        If it is none of these.
    """
    # Newcomers are made of a split by time, and so know this module.
    from training.newcomers import NewCourses, NewTeachers, fold_of

    if choices not in CHOICES:
        raise InvalidSetting(
            "choices that count",
            expected=" or ".join(CHOICES),
            got=repr(choices),
            remedy="pick one",
        )
    kind, _, value = text.partition(":")
    quantile, colon, fold = value.partition(":")
    try:
        if kind == "time" and 0 < float(value) < 1:
            return TimeSplit(float(value), choices)
        if kind == "last" and int(value) > 0:
            return LastSplit(int(value), choices)
        for name, cold in (("cold-teachers", NewTeachers), ("cold-courses", NewCourses)):
            if kind == name and 0 < float(quantile) < 1:
                return cold(float(quantile), *fold_of(fold if colon else "1/5"), choices=choices)
    except ValueError:
        pass
    if kind == "file" and value:
        return FileSplit(Path(value))
    raise InvalidSetting(
        "split",
        expected="time:Q, cold-teachers:Q:FOLD/FOLDS or cold-courses:Q:FOLD/FOLDS with 0 < Q < 1 "
        "and 1 <= FOLD <= FOLDS, last:K with K >= 1, or file:TEST.csv",
        got=repr(text),
        remedy=did_you_mean([kind] if kind not in KINDS else [], KINDS)
        or "write for instance time:0.85",
    )


@dataclass(frozen=True, slots=True)
class TimeSplit:
    """Everything known strictly before a quantile of the events' times trains.

    An undated course is a candidate from the first event that names it.

    Parameters
    ----------
    quantile
        Of the times of all events, between 0 and 1.
    choices
        Which are relevant, ``own`` or ``all``; see :func:`parse`.
    """

    quantile: float
    choices: str = OWN

    def __call__(self, dataset: Dataset) -> Split:
        """Split at the moment of the quantile."""
        log = dataset.log
        if not len(log):
            raise NotEnoughData(
                "split by time",
                expected="at least one event",
                got="none",
                remedy="add rows to the table of events",
            )
        microsecond = int(np.quantile(log.occurred_at, self.quantile))
        cut = pd.Timestamp(microsecond, unit="us", tz="UTC")
        return split_at(dataset, cut, f"time:{self.quantile:g}", self.choices)


def split_at(dataset: Dataset, cut: pd.Timestamp, name: str, choices: str = OWN) -> Split:
    """Split at a moment; what was known strictly before it trains.

    Raises
    ------
    NotEnoughData
        If a part would be empty.
    """
    log, microsecond = dataset.log, instant(cut)
    train = without_later(dataset, np.full(len(dataset.teachers), microsecond))
    pairs = _pairs(dataset, _choices(log.where(log.occurred_at >= microsecond), choices))
    known = candidates(dataset, cut, train.log)
    return replace(_split(name, train, cut, pairs, known), choices=choices)


@dataclass(frozen=True, slots=True)
class LastSplit:
    """The last choices of each teacher are held out, with all else of the teacher's since then.

    A teacher with no more choices than are held out is not tested. The model is asked as of the
    data set's end, so it knows what *other* teachers chose after the choices that it must
    foresee: popularity and transitions of the future leak. Figures are too high for use.

    Parameters
    ----------
    count
        How many choices to hold out; those of the same instant as the earliest go with it.
    choices
        Which are relevant, ``own`` or ``all``; see :func:`parse`.
    """

    count: int
    choices: str = OWN

    def __call__(self, dataset: Dataset) -> Split:
        """Split each teacher's events at the earliest choice held out."""
        choices = _choices(dataset.log, self.choices)
        since = self._since(choices, len(dataset.teachers))
        cut = dataset.log.end
        later = choices.where(choices.occurred_at >= since[choices.teacher])
        pairs = _pairs(dataset, later)
        train = without_later(dataset, since)
        split = _split(f"last:{self.count}", train, cut, pairs, offered(dataset, cut))
        return replace(split, choices=self.choices)

    def _since(self, choices: EventLog, n_teachers: int) -> NDArray[np.int64]:
        """Return the microsecond from which each teacher's events are held out."""
        order = np.lexsort((choices.occurred_at, choices.teacher))
        moments = choices.occurred_at[order]
        total = np.bincount(choices.teacher, minlength=n_teachers)
        tested = total > self.count
        since = np.full(n_teachers, np.iinfo(np.int64).max)
        since[tested] = moments[np.cumsum(total)[tested] - self.count]
        return since


@dataclass(frozen=True, slots=True)
class FileSplit:
    """Pairs of teacher and course listed in a file are held out.

    As with :class:`LastSplit` the model is asked as of the data set's end; how much leaks
    depends on how the pairs were drawn.

    Parameters
    ----------
    path
        A CSV file with the columns ``teacher_id`` and ``course_id``; others are not read.
    """

    path: Path

    def __call__(self, dataset: Dataset) -> Split:
        """Hold out the pairs of the file."""
        frame = self._read()
        teacher = dataset.teachers.positions(frame["teacher_id"])
        course = dataset.courses.positions(frame["course_id"])
        self._check(frame, teacher, course)
        shape = (len(dataset.teachers), len(dataset.courses))
        pairs = sparse.csr_array((np.ones(len(frame), bool), (teacher, course)), shape=shape)
        cut = dataset.log.end
        train = without_pairs(dataset, pairs)
        split = _split(f"file:{self.path.name}", train, cut, pairs, offered(dataset, cut))
        return replace(split, choices="given")

    def _read(self) -> pd.DataFrame:
        columns = ["teacher_id", "course_id"]
        try:
            return pd.read_csv(self.path, dtype="str", usecols=columns, keep_default_na=False)
        except (OSError, ValueError) as error:
            raise InvalidSetting(
                f"split file {self.path}",
                expected=f"a CSV file with the columns {' and '.join(columns)}",
                got=str(error),
                remedy="check the path and the header",
            ) from error

    def _check(
        self, frame: pd.DataFrame, teacher: NDArray[np.int32], course: NDArray[np.int32]
    ) -> None:
        problems = [
            Problem(self.path.name, int(row) + 1, column, frame[column].iloc[row], "a known id")
            for column, position in (("teacher_id", teacher), ("course_id", course))
            for row in np.flatnonzero(position < 0)
        ]
        if problems:
            raise InvalidData(problems)


def _choices(log: EventLog, which: str) -> EventLog:
    """Keep the choices, or only the teachers' own: assigned training is no preference."""
    return (log.where(log.self_selected) if which == OWN else log).of_kinds(*CHOICE_KINDS)


def _pairs(dataset: Dataset, log: EventLog) -> sparse.csr_array:
    shape = (len(dataset.teachers), len(dataset.courses))
    pairs = sparse.csr_array((np.ones(len(log), bool), (log.teacher, log.course)), shape=shape)
    pairs.sum_duplicates()
    return pairs


def _split(
    name: str,
    train: Dataset,
    cut: pd.Timestamp,
    pairs: sparse.csr_array,
    known: NDArray[np.bool_],
) -> Split:
    """Take what was done or out of reach off the pairs held out; ``known`` are the candidates."""
    rules = Eligibility.of(train, cut)
    already = rules.done.multiply(pairs)
    relevant = sparse.csr_array(pairs.astype(np.int8) - already.astype(np.int8)).astype(bool)
    relevant.eliminate_zeros()
    split = Split(name, train, cut, relevant, rules, known, without_events(train), 0)
    truth = within_reach(relevant, split.can_be_shown)
    of_candidates = relevant.astype(np.int32) @ known.astype(np.int32)
    closed = int(((of_candidates > 0) & (np.diff(truth.indptr) == 0)).sum())
    if closed and not truth.nnz:
        raise all_closed(name, closed)
    check_parts(name, train, truth)
    out_of_reach = relevant.nnz - truth.nnz
    return replace(split, truth=truth, out_of_reach=out_of_reach, closed_by_rules=closed)


def check_parts(name: str, train: Dataset, truth: sparse.csr_array) -> None:
    """Refuse a split with an empty part (``NotEnoughData``)."""
    parts = ((f"training part of {name}", len(train.log)), (f"test of {name}", truth.nnz))
    for part, size in parts:
        if not size:
            raise NotEnoughData(
                part,
                expected="at least one event",
                got="none",
                remedy="choose another split, or give more data",
            )


def without_events(train: Dataset) -> NDArray[np.bool_]:
    """Say which teachers have no event in the training part, shape (n_teachers,)."""
    return np.bincount(train.log.teacher, minlength=len(train.teachers)) == 0
