"""A teacher's years ahead: the stage to come, and how well courses will suit then.

For each policy year the teacher is seen as each stage that is likely by then, with the years of
service and the title of that year; courses are scored for each, and what they are worth is
weighed by how likely it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.events import EventLog
from features.ids import IdMap
from features.states import teachers_at
from features.tenure import DAYS_PER_YEAR, tenure
from recommender.eligibility import Eligibility
from recommender.model import Model
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
    model: Model,
    dataset: Dataset,
    teacher_id: str,
    as_of: pd.Timestamp,
    *,
    horizon: Horizon,
    catalogue: Catalogue,
) -> Ahead:
    """Return a teacher's years ahead, and how well each course will suit in each.

    Parameters
    ----------
    catalogue
        What ``model.catalogue`` returned for this data set and moment.

    Raises
    ------
    UnknownId
        If there is no such teacher.
    """
    position = dataset.teachers.position(teacher_id)
    one = dataset.of_teachers(np.array([position]))
    state = teachers_at(one, as_of)
    days = [_middle(year, horizon.today) for year in horizon.years]
    served = float(tenure(state, as_of).iloc[0])
    outlooks = {
        column: steps.outlook(_word(state[column]), served, horizon.today, days)
        for column, steps in model.steps.items()
    }
    stages = outlooks.get("career_stage")
    selves = tuple(
        Self(year, (day - horizon.today).days, stage, _title(outlooks["title"], year), chance)
        for year, day in enumerate(days)
        for stage, chance in _likely(stages, year)
    )
    several = _as_each(one, selves)
    profiles = model.profiles(several, as_of, catalogue, np.arange(len(selves)))
    allowed = Eligibility.of(several, as_of).open_to(profiles.teachers)
    scores = model.score(profiles, catalogue, allowed=allowed)
    relevance = _relevance(scores.astype(np.float64), allowed, selves)
    return Ahead(selves, stages, relevance, bool(profiles.personal.all()))


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


def _word(cell: pd.Series) -> str:
    value = cell.iloc[0]
    return "" if pd.isna(value) else str(value)


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


def _relevance(
    scores: NDArray[np.float64], allowed: NDArray[np.bool_], selves: Sequence[Self]
) -> NDArray[np.float64]:
    """Weigh what suits each self, shape (n_selves, n_courses), by the chances of a year."""
    best = scores.max(axis=1, initial=0, where=allowed)
    scores = np.clip(scores / np.maximum(best, 1e-9)[:, None], 0, None)
    weight = np.zeros((max(each.year for each in selves) + 1, len(selves)))
    for row, each in enumerate(selves):
        weight[each.year, row] = each.chance
    worth = weight @ np.where(allowed, scores, 0)
    return np.where(weight @ allowed >= OPEN, worth, -1.0).T


def _as_each(one: Dataset, selves: Sequence[Self]) -> Dataset:
    """Return a data set in which each self of its only teacher is a teacher of its own."""
    width = len(str(len(selves)))
    ids = [f"{number:0{width}d}" for number in range(len(selves))]
    tables = dict(one.tables)
    for name, frame in one.tables.items():
        if "teacher_id" in frame:
            copies = [frame.assign(teacher_id=own) for own in ids]
            tables[name] = pd.concat(copies, ignore_index=True).astype(dict(frame.dtypes))
    states = one.tables["teachers"]
    changed = [_changed(states, own, each) for own, each in zip(ids, selves, strict=True)]
    tables["teachers"] = pd.concat(changed, ignore_index=True).astype(dict(states.dtypes))
    log = one.log
    times = {field.name: np.repeat(getattr(log, field.name), len(ids)) for field in fields(log)}
    times["teacher"] = np.tile(np.arange(len(ids), dtype=np.int32), len(log))
    return replace(
        one,
        tables=MappingProxyType(tables),
        teachers=IdMap.of("teacher", ids),
        log=EventLog(**times),
    )


def _changed(states: pd.DataFrame, teacher_id: str, self: Self) -> pd.DataFrame:
    """Return a teacher's states as those of the self: stage, title and years of service."""
    changed = states.assign(
        teacher_id=teacher_id,
        employed_on=states["employed_on"] - pd.Timedelta(days=self.ahead),
        years_of_service=states["years_of_service"] + self.ahead / DAYS_PER_YEAR,
    )
    if self.stage:
        changed["career_stage"] = self.stage
    if self.title:
        changed["title"] = self.title
    return changed
