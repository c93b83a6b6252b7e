"""Splits by time in which some teachers or courses are new: their past is taken out.

Real newcomers of a test slice are few, and differ from the others in more than being new (new
courses are about what is new). Dealing those who have a past into folds, and making each fold new
in turn, judges a cold start on all of them, and on the same choices as the warm one.

Examples
--------
>>> fold_of("2/5")
(1, 5)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from features.dataset import Dataset
from features.moments import NEVER
from training.split import OWN, Split, TimeSplit, check_parts, without_events
from training.withhold import without_later, without_pairs

FOLDS = 5


@dataclass(frozen=True, slots=True)
class NewTeachers:
    """A time split in which some teachers are new: nothing of their past may be learned from.

    Only they are judged. Their states stay, and what they had done is still not shown, since it
    cannot be relevant.

    Parameters
    ----------
    quantile
        As of :class:`~training.split.TimeSplit`.
    fold, folds
        The teachers with a past and something to foresee are dealt at random into so many
        folds; those of one, counted from 0, are new.
    seed
        Of the deal.
    choices
        Which are relevant, ``own`` or ``all``.
    """

    quantile: float
    fold: int = 0
    folds: int = FOLDS
    seed: int = 0
    choices: str = OWN

    def __call__(self, dataset: Dataset) -> Split:
        """Split by time, then withhold every fact of the new teachers."""
        split = TimeSplit(self.quantile, self.choices)(dataset)
        asked = np.diff(split.truth.indptr) > 0
        new = _dealt(asked & ~split.cold, self.fold, self.folds, self.seed)
        # Nothing of a new teacher is before the first moment of all.
        since = np.where(new, NEVER, np.iinfo(np.int64).max)
        train = without_later(split.train, since)
        name = f"cold-teachers:{self.quantile:g}:{self.fold + 1}/{self.folds}"
        return _of_new(split, name, train, sparse.csr_array(split.truth.multiply(new[:, None])))


@dataclass(frozen=True, slots=True)
class NewCourses:
    """A time split in which some courses are new: nothing of their past may be learned from.

    Only the new courses are candidates, and only they are relevant.

    Parameters
    ----------
    quantile
        As of :class:`~training.split.TimeSplit`.
    fold, folds
        The candidates are dealt at random into so many folds; those of one, counted from 0,
        are new.
    seed
        Of the deal.
    choices
        Which are relevant, ``own`` or ``all``.
    """

    quantile: float
    fold: int = 0
    folds: int = FOLDS
    seed: int = 0
    choices: str = OWN

    def __call__(self, dataset: Dataset) -> Split:
        """Split by time, then withhold every fact of the new courses."""
        split = TimeSplit(self.quantile, self.choices)(dataset)
        new = _dealt(split.candidates, self.fold, self.folds, self.seed)
        log = split.train.log
        of_new = new[log.course]
        pairs = sparse.csr_array(
            (np.ones(int(of_new.sum()), bool), (log.teacher[of_new], log.course[of_new])),
            shape=split.truth.shape,
        )
        train = without_pairs(split.train, pairs)
        name = f"cold-courses:{self.quantile:g}:{self.fold + 1}/{self.folds}"
        found = _of_new(split, name, train, sparse.csr_array(split.truth.multiply(new[None, :])))
        return replace(found, candidates=new)


def fold_of(text: str) -> tuple[int, int]:
    """Read ``FOLD/FOLDS``, the first fold being 1, as a position and a number.

    Raises
    ------
    ValueError
        If it is not so written, or there is no such fold.
    """
    fold, folds = (int(number) for number in text.split("/"))
    if not 1 <= fold <= folds:
        raise ValueError(f"no fold {fold} of {folds}")
    return fold - 1, folds


def _dealt(chosen: NDArray[np.bool_], fold: int, folds: int, seed: int) -> NDArray[np.bool_]:
    """Deal the chosen at random into folds and mark those of one."""
    order = np.random.default_rng(seed).permutation(np.flatnonzero(chosen))
    marked = np.zeros(len(chosen), bool)
    marked[order[fold::folds]] = True
    return marked


def _of_new(split: Split, name: str, train: Dataset, truth: sparse.csr_array) -> Split:
    truth.eliminate_zeros()
    check_parts(name, train, truth)
    # The new are dealt among what is within reach.
    cold = without_events(train)
    return replace(split, name=name, train=train, truth=truth, cold=cold, closed_by_rules=0)
