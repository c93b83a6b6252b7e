"""A teacher's years ahead: the stage to come, and how well courses will suit then.

For each policy year the teacher is seen as each stage that is likely by then, with the years of
service and the title of that year; courses are scored for each, and what they are worth is
weighed by how likely it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.dossiers import Dossier
from features.ids import IdMap
from features.moments import instant
from features.profiles import Profiles
from features.tenure import DAYS_PER_YEAR, tenure_of
from recommender.backdrop import Backdrop
from recommender.planning.horizon import Horizon
from recommender.planning.matching import Assumed, Career, Standing
from recommender.planning.options import Candidate
from recommender.planning.terms import Period
from recommender.steps import Outlook

#: Stages less likely than this are left out.
LIKELY = 0.05
#: A stage to come is planned for, as if it were sure, from this chance on.
NEARLY_SURE = 0.9
#: A course is for a teacher in a year if it is for the stages that are together as likely.
OPEN = 0.5
#: By so much the chances of a year, added up, may miss their sum.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Self:
    """A teacher as he or she may be in some year of the horizon.

    Parameters
    ----------
    year
        Index into the horizon's years.
    ahead
        Days from today.
    stage, title
        Empty where nothing is known of them.
    chance
        Those of a year sum to 1.
    """

    year: int
    ahead: int
    stage: str
    title: str
    chance: float


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """The years of a horizon.

    Parameters
    ----------
    selves
        In the order of the years.
    outlook
        Of the stage in the middle of each year; ``None`` where nothing is known of it.
    relevance
        Of every course in each year, 0 to 1, -1 where it will not be for the teacher; shape
        (n_courses, n_years). Whether a course was done is not asked: it may be repeated.
    personal
        Whether the teacher is advised personally.
    """

    selves: tuple[Self, ...]
    outlook: Outlook | None
    relevance: NDArray[np.float64]
    personal: bool

    def assumed(self, years: Sequence[Period], present: str) -> tuple[Assumed, ...]:
        """Return the stages to come that are nearly sure, from the first day they are on."""
        if self.outlook is None:
            return ()
        found: list[Assumed] = []
        for number, year in enumerate(years):
            stage, chance = self.outlook.likely(number)
            last = found[-1].stage if found else present
            if stage != last and chance >= NEARLY_SURE:
                found.append(Assumed(year.since, stage, chance))
        return tuple(found)

    def open_candidates(
        self, candidates: Sequence[Candidate], courses: IdMap, horizon: Horizon
    ) -> tuple[Candidate, ...]:
        """Return the candidates with the terms of those years in which they are for the teacher."""
        found = []
        for each in candidates:
            open_ = self.relevance[courses.position(each.course)] >= 0
            options = tuple(o for o in each.options if open_[horizon.year_of_term[o.term]])
            if options:
                found.append(replace(each, options=options))
        return tuple(found)

    @property
    def last_stage(self) -> str:
        """The likeliest stage of the last year; empty where nothing is known of it."""
        return "" if self.outlook is None else self.outlook.likely(-1)[0]


def look_ahead(
    backdrop: Backdrop, dossier: Dossier, as_of: pd.Timestamp, horizon: Horizon
) -> Ahead:
    """Return a teacher's years ahead, and how well each course will suit in each.

    Parameters
    ----------
    backdrop
        At that moment.
    """
    moment = instant(as_of)
    state = dossier.state(moment)
    served = tenure_of(state, moment)
    days = [_middle(year, horizon.today) for year in horizon.years]
    outlooks = {
        column: steps.outlook(
            state.get(column) or "", np.nan if served is None else served, horizon.today, days
        )
        for column, steps in backdrop.model.steps.items()
    }
    stages = outlooks.get("career_stage")
    selves = tuple(
        Self(year, (day - horizon.today).days, stage, _title(outlooks["title"], year), chance)
        for year, day in enumerate(days)
        for stage, chance in _likely(stages, year)
    )
    relevance = _relevance(_Suits(backdrop, dossier, as_of), selves)
    return Ahead(selves, stages, relevance, dossier.personal(moment))


def planned_career(career: Career, assumed: Sequence[Assumed]) -> Career:
    """Return a career with the stages to come that a plan takes for granted."""
    last = career.standings[-1]
    to_come = tuple(replace(last, since=each.since, stage=each.stage) for each in assumed)
    standings: tuple[Standing, ...] = (*career.standings, *to_come)
    return replace(career, standings=standings)


def _middle(year: Period, today: dt.date) -> dt.date:
    """Return the day in the middle of what is left of a year."""
    since = max(year.since, today)
    return since + (year.until - since) / 2


def _title(outlook: Outlook | None, year: int) -> str:
    return "" if outlook is None else outlook.likely(year)[0]


def _likely(outlook: Outlook | None, year: int) -> list[tuple[str, float]]:
    """Return the stages of a year that are not unlikely, with chances that sum to 1."""
    if outlook is None:
        return [("", 1.0)]
    chances = outlook.chances[year]
    kept = np.flatnonzero(chances >= LIKELY)
    total = float(chances[kept].sum())
    return [(outlook.words[at], float(chances[at]) / total) for at in kept.tolist()]


def _relevance(suits: _Suits, selves: Sequence[Self]) -> NDArray[np.float64]:
    """Weigh what suits each self by the chances of a year, shape (n_courses, n_years)."""
    years = max(each.year for each in selves) + 1
    worth = np.zeros((len(suits.backdrop.dataset.courses), years))
    open_ = np.zeros_like(worth)
    for each in selves:
        courses, scores = suits.of(each)
        worth[courses, each.year] += each.chance * scores
        open_[courses, each.year] += each.chance
    return np.where(open_ >= OPEN - ROUNDING, worth, -1.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Suits:
    """What suits a teacher as he or she may be; seen alike, one is scored once."""

    backdrop: Backdrop
    dossier: Dossier
    as_of: pd.Timestamp
    _known: dict[tuple[object, ...], tuple[NDArray[np.intp], NDArray[np.float64]]] = field(
        default_factory=dict
    )

    def of(self, who: Self) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return the courses that are for a self, and how well each suits, 0 to 1."""
        seen = self.backdrop
        then = replace(self.dossier, states=tuple(_as(who, state) for state in self.dossier.states))
        profile = then.profile(
            seen.model.profile_encoder,
            seen.surroundings,
            seen.catalogue,
            seen.dataset.columns.features.get("teachers", {}),
            self.as_of,
        )
        courses = np.flatnonzero(seen.open_to(then.state(instant(self.as_of))))
        alike = (profile.features.indices.tobytes(), int(profile.segment[0]), courses.tobytes())
        if alike not in self._known:
            self._known[alike] = courses, self._scores(profile, courses)
        return self._known[alike]

    def _scores(self, profile: Profiles, courses: NDArray[np.intp]) -> NDArray[np.float64]:
        if not len(courses):
            return np.zeros(0)
        allowed = np.ones((1, len(courses)), bool)
        catalogue = self.backdrop.catalogue.only(courses)
        scores = self.backdrop.model.score(profile, catalogue, allowed=allowed)[0]
        best = max(float(scores.max()), 1e-9)
        return np.clip(scores.astype(np.float64) / best, 0, None)


def _as(who: Self, state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a teacher's state as that of the self: stage, title and years of service."""
    changed = dict(state)
    if state["employed_on"] is not None:
        changed["employed_on"] = state["employed_on"] - dt.timedelta(days=who.ahead)
    if state["years_of_service"] is not None:
        changed["years_of_service"] = state["years_of_service"] + who.ahead / DAYS_PER_YEAR
    if who.stage:
        changed["career_stage"] = who.stage
    if who.title:
        changed["title"] = who.title
    return changed
