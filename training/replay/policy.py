"""What a new model would have shown in the places of a log."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.dataset import Dataset
from recommender.eligibility import Eligibility
from recommender.explore import Beliefs, normal_scores
from recommender.model import Model
from training.replay.log import NONE, Log

#: Policies: the new model's best course left, or a course by its exploration.
BEST, EXPLORING = "best", "exploring"
POLICIES = (BEST, EXPLORING)
_AT_ONCE = 1_024


@dataclass(frozen=True, slots=True, eq=False)
class Options:
    """What a policy may show in each place, and how likely; the columns are the options.

    Parameters
    ----------
    target
        Chance of the logged course under the policy, shape (n,).
    logged
        What is known of the logged course, shape (n, n_facts).
    chance
        Of each option, rows sum to 1, shape (n, n_options).
    facts
        What is known of each option, shape (n, n_options, n_facts).
    """

    target: NDArray[np.float64]
    logged: NDArray[np.float32]
    chance: NDArray[np.float64]
    facts: NDArray[np.float32]


def options(model: Model, dataset: Dataset, log: Log, policy: str) -> Options:
    """Return what a policy may show in each place of a log, given the courses above it.

    The model sees each teacher as of the first of the log's moments on that day (or a later one
    of the day, if the day is taken apart), and so nothing that came after the place was filled.

    Parameters
    ----------
    policy
        ``best``: the best eligible course that is not above; ``exploring``: a course with the
        chances of :mod:`recommender.explore`.
    """
    dataset = dataset.of_teachers(np.unique(log.teacher))
    log = replace(log, teacher=np.unique(log.teacher, return_inverse=True)[1].astype(np.int32))
    catalogue = model.catalogue(dataset, _first_moment(log))
    found, order = [], []
    for day in np.unique(log.day):
        own = np.flatnonzero(log.day == day)
        for start in range(0, len(own), _AT_ONCE):
            rows = own[start : start + _AT_ONCE]
            sight = _Sight.of(model, dataset, log.where(rows), catalogue)
            found.append(sight.best() if policy == BEST else sight.exploring())
            order.append(rows)
    back = np.argsort(np.concatenate(order))
    return Options(
        *(
            np.concatenate([getattr(each, name) for each in found])[back]
            for name in ("target", "logged", "chance", "facts")
        )
    )


def _first_moment(log: Log) -> pd.Timestamp:
    return pd.Timestamp(int(log.shown_at.min()), unit="us", tz="UTC")


@dataclass(frozen=True, slots=True, eq=False)
class _Sight:
    """How some places of one day look to the model; rows are places.

    ``worth`` is the normal score, ``allowed`` what may be shown, ``shown`` what is above.
    """

    log: Log
    worth: NDArray[np.float64]
    allowed: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    beliefs: Beliefs
    takers: NDArray[np.integer]

    @classmethod
    def of(cls, model: Model, dataset: Dataset, log: Log, catalogue: Catalogue) -> _Sight:
        moment = _first_moment(log)
        teachers, row = np.unique(log.teacher, return_inverse=True)
        dataset = dataset.of_teachers(teachers)
        seen = catalogue.at(dataset, moment)
        profiles = model.profiles(dataset, moment, seen)
        allowed = Eligibility.of(dataset, moment).allowed(profiles.teachers)
        scores = model.score(profiles, seen, allowed=allowed)
        personal = allowed & profiles.personal[:, None]
        shown = np.zeros((len(log), scores.shape[1] + 1), bool)
        np.put_along_axis(shown, log.above.astype(np.int64), True, axis=1)
        return cls(
            log=log,
            worth=normal_scores(scores, allowed)[row],
            allowed=allowed[row],
            shown=shown[:, :NONE],
            beliefs=Beliefs.of(scores, personal, catalogue.takers).rows(row),
            takers=catalogue.takers,
        )

    def best(self) -> Options:
        left = np.where(self.allowed & ~self.shown, self.worth, -np.inf)
        # A place that nothing is left for is one that the policy leaves empty.
        there = np.asarray(np.isfinite(left).any(axis=1))
        course = left.argmax(axis=1)
        return Options(
            target=((course == self.log.course) & there).astype(float),
            logged=self._facts(self.log.course[:, None])[:, 0],
            chance=there[:, None].astype(float),
            facts=self._facts(course[:, None]),
        )

    def exploring(self) -> Options:
        left = self.beliefs.without(self.shown)
        chance = left.chances()
        own = left.courses == self.log.course[:, None]
        return Options(
            target=np.minimum((chance * own).sum(axis=1), 1.0),
            logged=self._facts(self.log.course[:, None])[:, 0],
            chance=chance,
            facts=self._facts(left.courses),
        )

    def _facts(self, courses: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return what a reward model may know of courses, (n, n_options, 4)."""
        worth = np.take_along_axis(self.worth, courses.astype(np.int64), axis=1)
        takers = np.log1p(self.takers[courses])
        rank = np.broadcast_to(np.log(self.log.rank)[:, None], worth.shape)
        return np.stack([worth, worth**2, takers, rank], axis=2).astype(np.float32)
