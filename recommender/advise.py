"""Advice for one teacher: the list to choose from, and why a course is not in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.labels import Label
from features.past import past_courses
from features.profiles import Profiles
from recommender.eligibility import Eligibility
from recommender.model import Model
from recommender.openings import Opening, openings
from recommender.ranking import NONE, Ranker, Ranking, rank
from recommender.reasons import SHOWN, Facts, Reason, drawn_by_chance, reasons
from recommender.scorers.contract import Part


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A course in a teacher's list.

    Parameters
    ----------
    rank
        From 1.
    score
        Of the model's scorer; comparable within one list only.
    reasons
        The true parts of the score, strongest first; before them, that chance drew it.
    openings
        In which the course can be taken now or in the next round.
    propensity
        Chance of the course standing at this rank, given those above it: 1 where the order
        decided, below 1 where exploration drew it.
    """

    course_id: str
    title: Label
    rank: int
    score: float
    reasons: tuple[Reason, ...]
    openings: tuple[Opening, ...]
    propensity: float = 1.0


def recommend(
    model: Model,
    dataset: Dataset,
    *,
    teacher_id: str,
    as_of: pd.Timestamp,
    k: int,
    scorer: str = "hybrid",
    explain: bool = True,
    catalogue: Catalogue | None = None,
    explore: float = 0.0,
    rng: np.random.Generator | None = None,
) -> tuple[Recommendation, ...]:
    """Return a teacher's k best eligible courses, best first; fewer where fewer are eligible.

    A teacher who has switched personalisation off gets what everyone would get, and nothing is
    explored with them.

    Parameters
    ----------
    catalogue
        What ``model.catalogue`` returned for this data set and moment, where it is at hand.
    explore
        Share of the places that go to courses of uncertain worth; see :mod:`recommender.explore`.
    rng
        What they are drawn with; needed where any place explores.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    InvalidSetting
        If ``k`` is below 1, the scorer unknown, the share not from 0 to 1, or ``rng`` missing.
    """
    teacher = np.array([dataset.teachers.position(teacher_id)])
    ranker = Ranker.of(
        model,
        dataset,
        as_of=as_of,
        k=k,
        teachers=teacher,
        scorer=scorer,
        catalogue=catalogue,
        explore=explore,
        rng=rng,
    )
    ranking = ranker.chunk(0)
    found = ranking.courses[0][ranking.courses[0] != NONE]
    names = titles(dataset)
    ids = dataset.courses.outside(found)
    runs = openings(dataset, teacher_id, ids, as_of)

    facts = Facts(names, past_courses(dataset, int(teacher[0]), as_of))
    tell = None
    if explain:
        tell = teller(model, ranker.profiles, ranker.catalogue, facts, _sources(ranker))
    return shown(ranking, ids, names, runs, tell)


def shown(
    ranking: Ranking,
    ids: NDArray[np.object_],
    names: Mapping[str, Label],
    runs: Mapping[str, tuple[Opening, ...]],
    tell: Callable[[int, float], tuple[Reason, ...]] | None,
) -> tuple[Recommendation, ...]:
    """Put one teacher's list into words.

    Parameters
    ----------
    ranking
        Of one teacher.
    ids
        Of its courses.
    names, runs
        Titles and openings by course.
    tell
        Gives the reasons of a course, by position, that had a chance to stand where it does.
    """
    courses, chances = ranking.courses[0].tolist(), ranking.chance[0].tolist()
    return tuple(
        Recommendation(
            course_id=course_id,
            title=names.get(course_id, ("", "")),
            rank=place + 1,
            score=float(ranking.scores[0][place]),
            reasons=tell(courses[place], chances[place]) if tell else (),
            openings=runs[course_id],
            propensity=chances[place],
        )
        for place, course_id in enumerate(ids.tolist())
    )


def teller(
    model: Model,
    profiles: Profiles,
    catalogue: Catalogue,
    facts: Facts,
    explained: Callable[[int], tuple[Part, ...]],
) -> Callable[[int, float], tuple[Reason, ...]]:
    """Return what gives the reasons of a course that had a chance to stand where it does.

    ``explained`` gives the scorers that put a course, by position, where it is.
    """

    def tell(course: int, chance: float) -> tuple[Reason, ...]:
        of_score = reasons(model, profiles, catalogue, course, facts, sources=explained(course))
        if chance == 1:
            return of_score
        return (drawn_by_chance(chance, int(catalogue.takers[course])), *of_score)[:SHOWN]

    return tell


def _sources(ranker: Ranker) -> Callable[[int], tuple[Part, ...]]:
    """Return what gives the scorers that put a course of the list where it is."""
    hybrid = ranker.model.hybrid
    if ranker.scorer != hybrid.name:
        alone = (Part("source", ranker.scorer, 1.0),)
        return lambda course: alone
    (allowed,) = ranker.eligibility.allowed(ranker.profiles.teachers)
    chosen = np.flatnonzero(allowed)
    catalogue = ranker.catalogue.only(chosen)
    everything = np.ones((1, len(chosen)), bool)
    return among(chosen, hybrid.explainer(ranker.profiles, catalogue, everything))


def among(
    chosen: NDArray[np.integer], explained: Callable[[int], tuple[Part, ...]]
) -> Callable[[int], tuple[Part, ...]]:
    """Return what asks by position among all courses, of what asks by that among the chosen."""
    return lambda course: explained(int(np.searchsorted(chosen, course)))


@dataclass(frozen=True, slots=True)
class WhyNot:
    """What keeps a course out of a teacher's list.

    Parameters
    ----------
    rules
        Codes of the rules that exclude it; empty if it is eligible.
    rank
        Its place among the eligible courses, from 1; 0 if a rule excludes it.
    """

    rules: tuple[str, ...]
    rank: int


def why_not(
    model: Model, dataset: Dataset, *, teacher_id: str, course_id: str, as_of: pd.Timestamp
) -> WhyNot:
    """Return the rules, or the rank, that keep a course out of a teacher's list.

    Raises
    ------
    UnknownId
        If there is no such teacher or course.
    """
    teacher = dataset.teachers.position(teacher_id)
    course = dataset.courses.position(course_id)
    rules = Eligibility.of(dataset, as_of).why_not(teacher, course)
    if rules:
        return WhyNot(rules, 0)
    everything = len(dataset.courses)
    (ranking,) = rank(model, dataset, as_of=as_of, k=everything, teachers=np.array([teacher]))
    return WhyNot((), 1 + int(np.flatnonzero(ranking.courses[0] == course)[0]))


def titles(dataset: Dataset) -> dict[str, Label]:
    """Return each course's title in Chinese and English, empty where there is none."""
    table = dataset.table("courses")
    pairs = zip(table["title_zh"].fillna(""), table["title_en"].fillna(""), strict=True)
    return dict(zip(table["course_id"], pairs, strict=True))
