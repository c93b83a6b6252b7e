"""Steps of a career: how soon teachers go from one stage, or title, to the next.

Learned from dated states as the chance of moving within a year, by years of service: moves divided
by the years for which teachers were at risk, each from the day of being seen in a stage to the
day of asking or, who moved, to the end of that year of service (initial exposure, as in a life
table). So nobody is taken to stay who was only watched for a short time, and who always move
after the third year move for sure. A year's chance falls on its months as moves have fallen: most
titles and stages change with the school year. Where few were seen, a chance leans on that of the
stage as a whole, and this on that of all stages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.stats import beta

from features.codes import REPLACEABLE
from features.dataset import Dataset
from features.errors import InvalidSetting
from features.fitted import Fitted
from features.moments import MICROSECONDS_PER_DAY, NEVER, instant, microseconds
from features.tenure import DAYS_PER_YEAR

Floats = NDArray[np.float64]

#: Columns that are steps of a career, and the lists of their words in order of growth.
COLUMNS = MappingProxyType({"career_stage": "career_stages", "title": "titles"})
#: Years of service at which a chance may change; a last column is for whom they are unknown.
EDGES = (*np.arange(1.0, 11.0).tolist(), 12.0, 15.0, 20.0, 25.0, 30.0)
UNKNOWN = len(EDGES) + 1
#: A chance leans on the more general one as if so many teacher-years of that had been seen.
LEANING = 10.0
#: Of where a move leads: as if the next word in order had been seen so often before.
NEXT = 0.5
#: What an interval adds to those who moved and to those who did not (Jeffreys' prior).
JEFFREYS = 0.5
#: Chance that the truth lies below the lower or above the upper end of an interval.
TAIL = 0.05
#: No move is surer than that.
SUREST = 0.99
YEAR = DAYS_PER_YEAR * MICROSECONDS_PER_DAY
#: Years are not equally long: who moves within some days of an anniversary moves on it.
A_DAY = 3 / DAYS_PER_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """What a teacher is likely to be at some moments to come.

    Parameters
    ----------
    words
        The stages or titles, m of them.
    chances
        Of each word at each moment, rows summing to 1; shape (n_moments, m).
    stays
        Lower and upper end of the chance that the teacher has not moved until then, 90% of
        what the data leave open being between them; shape (n_moments, 2).
    """

    words: tuple[str, ...]
    chances: Floats
    stays: Floats

    def likely(self, moment: int) -> tuple[str, float]:
        """Return the likeliest word at a moment, and its chance."""
        at = int(np.argmax(self.chances[moment]))
        return self.words[at], float(self.chances[moment, at])


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """Chances of moving from word to word within a year.

    Parameters
    ----------
    words
        The words of the column that were seen, in the order of growth.
    moves, years
        Moves out of each word, and teacher-years at risk, by years of service; with what the
        chances lean on. Shape (m, n_edges + 2).
    leads
        Share of the moves out of the row's word that lead to the column's, shape (m, m);
        a row is 0 where nothing is known to lie beyond.
    season
        Share of the moves in each month, shape (12,).
    """

    words: tuple[str, ...]
    moves: Floats
    years: Floats
    leads: Floats
    season: Floats

    @classmethod
    def fit(cls, dataset: Dataset, as_of: pd.Timestamp, column: str) -> Self:
        """Learn from the states known at a moment; ``column`` is one of :data:`COLUMNS`."""
        name = COLUMNS[column]
        order = dataset.columns.codes.get(name, REPLACEABLE[name])
        spells = _spells(dataset, as_of, column)
        words = tuple(word for word in order if spells["word"].eq(word).any())
        number = {word: at for at, word in enumerate(words)}
        row = spells["word"].map(number).to_numpy(np.int64)
        after = spells["after"].map(number).fillna(-1).to_numpy(np.int64)
        moved, leads = after >= 0, np.eye(len(words), k=1) * NEXT
        np.add.at(leads, (row[moved], after[moved]), 1)
        counted = np.zeros((len(words), UNKNOWN + 1))
        seen = np.zeros_like(counted)
        since, until = spells["since"].to_numpy(), spells["until"].to_numpy()
        unknown = spells["unknown"].to_numpy()
        np.add.at(counted, (row[moved], _bucket(until[moved])), 1)
        np.add.at(seen, row, _years(since, np.where(moved, _to_the_end(until), until)))
        ended = np.where(moved & (unknown > 0), _to_the_end(unknown), unknown)
        np.add.at(seen[:, UNKNOWN], row, ended)
        total = leads.sum(axis=1, keepdims=True)
        leads = np.divide(leads, total, out=np.zeros_like(leads), where=total > 0)
        months = np.bincount(spells["month"].to_numpy()[moved], minlength=13)[1:] + NEXT / 12
        return cls(words, *_leaning(counted, seen), leads, months / months.sum())

    def outlook(
        self, word: str, served: float, today: dt.date, days: Sequence[dt.date]
    ) -> Outlook | None:
        """Return what a teacher will be on some days, who is ``word`` today.

        Parameters
        ----------
        served
            Years of service today; NaN where they are not known.
        days
            Ascending, none before today.

        Returns
        -------
        Outlook or None
            None for a word of which nothing is known.

        Raises
        ------
        InvalidSetting
            If the days do not ascend from today.
        """
        if any(late < early for early, late in pairwise([today, *days])):
            expected = f"days from {today} on that ascend"
            raise InvalidSetting("the days", expected=expected, got=", ".join(map(str, days)))
        if word not in self.words:
            return None
        here = self.words.index(word)
        now = np.zeros(len(self.words))
        now[here] = 1
        risk = np.zeros(2)
        ends = self._ends(here)
        chances, stays = [], []
        for since, until in pairwise([today, *days]):
            for bucket, span in self._parts(served, today, since, until):
                now = now @ expm(self._generator(bucket) * span)
                risk += ends[:, bucket] * span
            chances.append(np.clip(now, 0, 1) / np.clip(now, 0, 1).sum())
            stays.append(np.exp(-risk[::-1]))
        shapes = (len(days), len(now)), (len(days), 2)
        told = (np.array(each).reshape(s) for each, s in zip((chances, stays), shapes, strict=True))
        return Outlook(self.words, *told)

    def _parts(
        self, served: float, today: dt.date, since: dt.date, until: dt.date
    ) -> list[tuple[int, float]]:
        """Cut a time where chances may change: column, and length in years as moves fall.

        Months are whole or counted by their days.
        """
        found: list[tuple[int, float]] = []
        for month in pd.period_range(since, until, freq="M"):
            first = max(since, month.start_time.date())
            after = min(until, (month + 1).start_time.date())
            middle = (first - today).days + (after - first).days / 2
            bucket = int(_bucket(np.array([served + middle / DAYS_PER_YEAR]))[0])
            span = float(self.season[month.month - 1]) * (after - first).days / month.days_in_month
            if found and found[-1][0] == bucket:
                span += found.pop()[1]
            found.append((bucket, span))
        return found

    def _generator(self, bucket: int) -> Floats:
        chance = self.moves[:, bucket] / self.years[:, bucket]
        rates = self.leads * _rate(chance)[:, None]
        return rates - np.diag(rates.sum(axis=1))

    def _ends(self, word: int) -> Floats:
        """Return the lower and upper end of the rates out of a word, shape (2, n_edges + 2)."""
        if not self.leads[word].any():
            return np.zeros((2, UNKNOWN + 1))
        moved, stayed = self.moves[word], self.years[word] - self.moves[word]
        return _rate(beta.ppf([[TAIL], [1 - TAIL]], moved + JEFFREYS, stayed + JEFFREYS))

    def to_fitted(self) -> Fitted:
        """Return words and counts; no teacher is in them."""
        names = ("moves", "years", "leads", "season")
        arrays = {name: getattr(self, name) for name in names}
        return Fitted(arrays=arrays, values={"words": list(self.words)})

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read them back.

        Raises
        ------
        ValueError
            If they do not fit together, or are no chances.
        """
        words = tuple(map(str, fitted.values["words"]))
        names = ("moves", "years", "leads", "season")
        moves, years, leads, season = (fitted.arrays[name] for name in names)
        shape = (len(words), UNKNOWN + 1)
        shapes = (shape, shape, (len(words),) * 2, (12,))
        if tuple(each.shape for each in (moves, years, leads, season)) != shapes:
            raise ValueError("steps of another number of words or years")
        sound = all(
            np.isfinite(each).all() and (each >= 0).all() for each in (moves, years, leads, season)
        )
        if (
            not sound
            or (years <= 0).any()
            or (moves > years).any()
            or (leads.sum(axis=1) > 1 + 1e-9).any()
        ):
            raise ValueError("steps that are no chances")
        return cls(words, moves, years, leads, season)


def _spells(dataset: Dataset, as_of: pd.Timestamp, column: str) -> pd.DataFrame:
    """Return each dated state with the word it leads to.

    ``since`` and ``until`` are in years of service, NaN where these are unknown; ``unknown`` is
    how long it lasted then, in years, else 0; ``month`` is that of its end. ``after`` is missing
    where the word stays.
    """
    table = dataset.table("teachers")
    begun = microseconds(table["valid_from"])
    known = table[(begun != NEVER) & (begun < instant(as_of))].dropna(subset=[column])
    known = known.assign(begun=microseconds(known["valid_from"]))
    known = known.sort_values(["teacher_id", "begun"], kind="stable").reset_index(drop=True)
    by_teacher = known.groupby("teacher_id", sort=False)
    ended = by_teacher["begun"].shift(-1).fillna(instant(as_of)).to_numpy(np.float64)
    after = by_teacher[column].shift(-1)
    started = known["begun"].to_numpy(np.float64)
    employed = _employed(known)
    return pd.DataFrame(
        {
            "word": known[column],
            "after": after.where(after != known[column]),
            "since": (started - employed) / YEAR,
            "until": (ended - employed) / YEAR,
            "month": pd.to_datetime(ended, unit="us", utc=True)
            .tz_convert(dataset.columns.zone)
            .month,
            "unknown": np.where(np.isnan(employed), (ended - started) / YEAR, 0.0),
        }
    )


def _employed(states: pd.DataFrame) -> Floats:
    """Return when each state's teacher began to teach, in microseconds; NaN where unknown."""
    days = states["employed_on"]
    day = np.where(days.notna(), microseconds(days.dt.tz_localize("UTC")), np.nan)
    counted = states["begun"] - states["years_of_service"].astype(np.float64) * YEAR
    own = pd.Series(np.where(np.isnan(day), counted, day), index=states.index)
    # A teacher's other states may say what this one leaves open.
    return own.fillna(own.groupby(states["teacher_id"]).transform("last")).to_numpy(np.float64)


def _to_the_end(served: Floats) -> Floats:
    """Return the end of the year of service that a moment lies in."""
    return np.floor(served + A_DAY) + 1 - A_DAY


def _rate(chance: Floats) -> Floats:
    """Return the steady rate under which a move within a year has a chance."""
    return np.asarray(-np.log1p(-np.minimum(chance, SUREST)))


def _bucket(served: Floats) -> NDArray[np.int64]:
    """Return the column of each number of years of service."""
    known = np.searchsorted(np.array(EDGES) - A_DAY, np.nan_to_num(served, nan=-1), side="right")
    return np.where(np.isnan(served), UNKNOWN, known).astype(np.int64)


def _years(since: Floats, until: Floats) -> Floats:
    """Return the years between two numbers of years of service, by column; shape (n, n_columns).

    Service that a table says to begin later than the state counts as none.
    """
    low = np.array([0.0, *EDGES]) - A_DAY
    high = np.array([*EDGES, np.inf]) - A_DAY
    inside = np.minimum(until[:, None], high) - np.maximum(since[:, None], low)
    return np.column_stack([np.nan_to_num(np.maximum(inside, 0)), np.zeros(len(since))])


def _leaning(counted: Floats, seen: Floats) -> tuple[Floats, Floats]:
    """Let each chance lean on its word's, and each word's on that of all.

    Those whose years of service are not known are foreseen by everyone in their stage.
    """
    everyone = counted.sum() / max(seen.sum(), 1e-9)
    of_word = (counted.sum(axis=1) + LEANING * everyone) / (seen.sum(axis=1) + LEANING)
    counted[:, UNKNOWN], seen[:, UNKNOWN] = counted.sum(axis=1), seen.sum(axis=1)
    return counted + LEANING * of_word[:, None], seen + LEANING
