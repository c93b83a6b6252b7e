"""From scores to lists: the best eligible courses of each teacher, some teachers at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.errors import InvalidSetting
from features.profiles import Profiles
from recommender.diversity import varied
from recommender.eligibility import Eligibility
from recommender.explore import Beliefs, Exploration
from recommender.model import Model
from recommender.scorers.top import top

#: Teachers scored at once: bounds memory, and is wide enough for fast matrix products.
CHUNK = 2_048
NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """The best courses of some teachers.

    Parameters
    ----------
    teachers
        Positions, shape (n,).
    courses
        Positions, best first, ``NONE`` where fewer than k are eligible; int32, shape (n, k).
    scores
        Their scores, -inf beside ``NONE``; float32, shape (n, k).
    chance
        Of each course standing at its rank, given those above it: 1 where the order decided,
        below 1 where exploration drew it; float64, shape (n, k).
    """

    teachers: NDArray[np.integer]
    courses: NDArray[np.int32]
    scores: NDArray[np.float32]
    chance: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """What lists are made from; a chunk of them depends on it and the chunk's start alone.

    Parameters
    ----------
    profiles
        Of the teachers to rank for, in their order.
    k
        Length of the lists.
    scorer
        A part's name ranks by that part alone.
    exploration
        Of the teachers in ``profiles``; none when left out.
    """

    model: Model
    catalogue: Catalogue
    eligibility: Eligibility
    profiles: Profiles
    k: int
    scorer: str = "hybrid"
    exploration: Exploration | None = None

    @classmethod
    def of(
        cls,
        model: Model,
        dataset: Dataset,
        *,
        as_of: pd.Timestamp,
        k: int,
        teachers: NDArray[np.integer] | None = None,
        scorer: str = "hybrid",
        catalogue: Catalogue | None = None,
        explore: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> Self:
        """See a data set at a moment; the parameters are those of :func:`rank`."""
        if k < 1:
            raise InvalidSetting("k", expected="at least 1", got=str(k), remedy="ask for more")
        k = min(k, len(dataset.courses))
        n_teachers = len(dataset.teachers) if teachers is None else len(teachers)
        exploration = Exploration.of(explore, k, n_teachers, rng)
        catalogue = model.catalogue(dataset, as_of) if catalogue is None else catalogue
        return cls(
            model=model,
            catalogue=catalogue,
            eligibility=Eligibility.of(dataset, as_of),
            profiles=model.profiles(dataset, as_of, catalogue, teachers),
            k=k,
            scorer=scorer,
            exploration=exploration,
        )

    @property
    def starts(self) -> range:
        """Where the chunks of teachers begin."""
        return range(0, len(self.profiles), CHUNK)

    def chunk(self, start: int) -> Ranking:
        """Return the lists of the chunk of teachers that begins there."""
        rows = slice(start, start + CHUNK)
        profiles = self.profiles.rows(rows)
        allowed = self.eligibility.allowed(profiles.teachers)
        exploration = None if self.exploration is None else self.exploration.rows(rows)
        if len(profiles) > 1:
            scores = self.model.score(profiles, self.catalogue, self.scorer, allowed)
            return listed(
                profiles,
                scores,
                allowed,
                k=self.k,
                takers=self.catalogue.takers,
                exploration=exploration,
            )
        return rank_one(
            self.model,
            profiles,
            self.catalogue.only(np.flatnonzero(allowed[0])),
            k=self.k,
            scorer=self.scorer,
            exploration=exploration,
        )


def rank_one(
    model: Model,
    profile: Profiles,
    catalogue: Catalogue,
    *,
    k: int,
    scorer: str = "hybrid",
    exploration: Exploration | None = None,
    scores: NDArray[np.float32] | None = None,
    diversity: float = 0.0,
) -> Ranking:
    """Return the list of one teacher, scoring only what can be shown.

    Parameters
    ----------
    profile
        Of one teacher.
    catalogue
        With the courses chosen that the teacher may be shown.
    scores
        Of these, shape (1, width), where they are at hand.
    diversity
        0 to 1: how much is given up for courses unlike those above; see
        :func:`recommender.diversity.varied`.
    """
    chosen = np.arange(catalogue.width) if catalogue.chosen is None else catalogue.chosen
    allowed = np.ones((1, catalogue.width), bool)
    if not catalogue.width:
        nothing = np.full((1, k), NONE, np.int32), np.full((1, k), -np.inf, np.float32)
        return Ranking(profile.teachers, *nothing, np.ones((1, k)))
    if scores is None:
        scores = model.score(profile, catalogue, scorer, allowed)
    order = None
    if diversity:
        order = varied(scores[0], catalogue.features[chosen], k, diversity)
    found = listed(
        profile,
        scores,
        allowed,
        k=k,
        takers=catalogue.takers,
        exploration=exploration,
        order=order,
    )
    # A -1 finds the one at the end.
    courses = np.append(chosen, NONE).astype(np.int32)[found.courses]
    return Ranking(found.teachers, courses, found.scores, found.chance)


def listed(
    profiles: Profiles,
    scores: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    *,
    k: int,
    takers: NDArray[np.integer],
    exploration: Exploration | None,
    order: NDArray[np.int64] | None = None,
) -> Ranking:
    """Return lists by these scores, of shape (n, n_courses) as ``allowed``, some places explored.

    ``takers`` has shape (n_courses,); without ``exploration`` the order decides every place.
    Of one teacher, ``order`` may be another than that of the scores; shape (at most k,).
    """
    if order is None:
        ranking = best(profiles.teachers, scores, allowed, k)
    else:
        ranking = _ordered(profiles.teachers, scores, order, k)
    if exploration is None:
        return ranking
    # Who is not advised personally gets what everyone would get, by nobody's chance.
    beliefs = Beliefs.of(scores, allowed & profiles.personal[:, None], takers)
    courses, chance = exploration.lists(ranking.courses, beliefs, scores.shape[1])
    shown = np.take_along_axis(scores, courses.astype(np.int64), axis=1)
    shown = np.where(courses == NONE, np.float32(-np.inf), shown)
    return Ranking(profiles.teachers, courses, shown, chance)


def rank(
    model: Model,
    dataset: Dataset,
    *,
    as_of: pd.Timestamp,
    k: int,
    teachers: NDArray[np.integer] | None = None,
    scorer: str = "hybrid",
    catalogue: Catalogue | None = None,
    explore: float = 0.0,
    rng: np.random.Generator | None = None,
) -> Iterator[Ranking]:
    """Rank eligible courses for teachers, and yield the lists chunk by chunk.

    Parameters
    ----------
    model, dataset
        The data set may hold teachers and courses that the model has never seen.
    as_of
        Nothing dated at or after it is seen.
    k
        Length of the lists, at least 1; no longer than there are courses.
    teachers
        Positions; all when left out.
    scorer
        A part's name ranks by that part alone.
    catalogue
        What ``model.catalogue`` returned for this data set and moment, where it is at hand.
    explore
        Share of the ranks that explore; see :mod:`recommender.explore`.
    rng
        What they are drawn with; needed where any rank explores.

    Raises
    ------
    InvalidSetting
        If ``k`` is below 1, the scorer unknown, the share not from 0 to 1, or ``rng`` missing.
    """
    ranker = Ranker.of(
        model,
        dataset,
        as_of=as_of,
        k=k,
        teachers=teachers,
        scorer=scorer,
        catalogue=catalogue,
        explore=explore,
        rng=rng,
    )
    yield from map(ranker.chunk, ranker.starts)


def _ordered(
    teachers: NDArray[np.integer], scores: NDArray[np.float32], order: NDArray[np.int64], k: int
) -> Ranking:
    short = ((0, 0), (0, k - len(order)))
    courses = np.pad(order[None, :], short, constant_values=NONE).astype(np.int32)
    found = np.pad(scores[:, order], short, constant_values=-np.inf)
    return Ranking(teachers, courses, found, np.ones(found.shape))


def best(
    teachers: NDArray[np.integer],
    scores: NDArray[np.float32],
    allowed: NDArray[np.bool_],
    k: int,
) -> Ranking:
    """Return the k best allowed courses of each row; scores have shape (n, n_courses)."""
    masked = np.where(allowed, scores, np.float32(-np.inf))
    courses = top(masked, min(k, masked.shape[1]))
    found = np.take_along_axis(masked, courses, axis=1)
    short = ((0, 0), (0, k - courses.shape[1]))
    courses = np.pad(courses, short, constant_values=NONE)
    found = np.pad(found, short, constant_values=-np.inf)
    shown = np.where(np.isneginf(found), NONE, courses).astype(np.int32)
    return Ranking(teachers, shown, found, np.ones(found.shape))
