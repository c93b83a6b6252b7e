"""Look for better parameters of each scorer, on a slice of time before any that judges.

Only what was known before a moment is looked at. Its later part, in several windows of time, says
which setting foresees best; what happens from that moment on is left to judge the model by.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.errors import InvalidSetting, NotEnoughData
from features.moments import instant
from training.sought import Sought, sought, wanted
from training.split import Strategy, TimeSplit
from training.study import Study, Tried
from training.tuning import Asked, Found, Tuning
from training.validation_slice import Slice, windows
from training.withhold import without_later

#: ``zixuan evaluate`` judges from its cut on, unless told otherwise.
JUDGED = TimeSplit(0.85)
#: What is looked at begins here, and falls into as many windows.
LOOKED_AT, WINDOWS = TimeSplit(0.55), 3


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to look; with both limits, until the first is reached.

    Parameters
    ----------
    minutes
        Of this run. A trial is not begun if the scorer's longest one would not fit in the rest.
    trials
        Of each scorer in all, those of earlier runs of the study among them.
    """

    minutes: float | None = None
    trials: int | None = None

    def __post_init__(self) -> None:
        given = [limit for limit in (self.minutes, self.trials) if limit is not None]
        if not given or not all(limit > 0 for limit in given):
            raise InvalidSetting(
                "tuning budget",
                expected="minutes, trials or both, above 0",
                got=f"minutes {self.minutes}, trials {self.trials}",
                remedy="say how long to look",
            )


def tune(
    dataset: Dataset,
    *,
    study: Path,
    budget: Budget,
    until: pd.Timestamp | None = None,
    split: Strategy = LOOKED_AT,
    n_windows: int = WINDOWS,
    scorers: Sequence[str] | None = None,
    seed: int = 0,
    report: Callable[[str], None] | None = None,
    found: Callable[[str], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Tuning:
    """Try settings of each scorer alone, its default first, and compare their NDCG@10.

    The scorer that has had the least time is next. Ctrl+C ends the search and keeps what was
    found.

    Parameters
    ----------
    dataset
        All events; those from ``until`` on are not seen.
    study
        SQLite file of the trials; where it exists, the search goes on.
    budget
        How long to look.
    until
        Nothing dated at or after it is seen; the cut of ``JUDGED`` when left out.
    split
        Where the first window begins in what was known before ``until``; by time, so that
        nothing leaks.
    n_windows
        Into so many windows, each foreseen from all before it, falls what comes after.
    scorers
        Names, and ``event_weights``; all that are installed when left out, and the weights where
        there are events of several kinds.
    seed
        Of fitting, of the settings proposed and of the bootstrap.
    report, found
        Are told each step, and each trial's outcome.
    clock
        Seconds from any start.

    Raises
    ------
    InvalidSetting
        If a scorer is unknown, or the split is not one by time.
    NotEnoughData
        If a part of the split is empty, or the budget is too small for a single trial.
    Refused
        If the study is of other data, another split or another seed.
    """
    began, tell = clock(), report or (lambda _: None)
    by_time = _checked(split, n_windows)
    tell("split")
    before = JUDGED(dataset).cut if until is None else until
    past = without_later(dataset, np.full(len(dataset.teachers), instant(before)))
    names = wanted(scorers, past)
    splits = windows(past, by_time.quantile, n_windows)
    facts: dict[str, Any] = {
        "data_hash": past.content_hash,
        "split": f"time:{by_time.quantile:g}",
        "windows": [each.cut.isoformat() for each in splits],
        "until": before.isoformat(),
        "seed": seed,
    }
    tell("profiles")
    slices = [Slice.of(each, seed) for each in splits]
    asked = Asked.of(slices)
    facts["teachers_asked"] = len(asked.teacher)
    looked_for = sought(names, slices)
    with Study.open(study, facts) as kept:
        for each in looked_for:
            kept.take_up(each)
        search = _Search(looked_for, kept, budget, clock, found or (lambda _: None))
        tell("tune")
        interrupted = search.run(began)
        return _told(kept, asked, facts, interrupted)


def _checked(split: Strategy, n_windows: int) -> TimeSplit:
    if not isinstance(split, TimeSplit) or n_windows < 1:
        raise InvalidSetting(
            "windows of tuning",
            expected="time:Q, as all other splits let later choices leak, and at least 1 window",
            got=f"{type(split).__name__}, {n_windows}",
            remedy="write for instance time:0.55 and 3 windows",
        )
    return split


def _told(kept: Study, asked: Asked, facts: Mapping[str, Any], interrupted: bool) -> Tuning:
    seed: int = facts["seed"]
    found = tuple(Found.of(name, tried, asked, seed) for name, tried in kept.tried.items() if tried)
    if not found:
        raise NotEnoughData(
            "tuning",
            expected="time for at least one trial",
            got="none finished",
            remedy="run it again with more minutes, or with fewer scorers",
        )
    return Tuning(facts, found, interrupted)


@dataclass(frozen=True, slots=True)
class _Search:
    sought: Sequence[Sought]
    study: Study
    budget: Budget
    clock: Callable[[], float]
    tell: Callable[[str], None]

    def run(self, began: float) -> bool:
        """Try settings until the budget is used up; True if interrupted before."""
        minutes = np.inf if self.budget.minutes is None else self.budget.minutes
        try:
            while turn := self._turn(began + 60 * minutes - self.clock()):
                self._try(turn)
        except KeyboardInterrupt:
            return True
        return False

    def _turn(self, left: float) -> Sought | None:
        """Return what has had the least time, of all with a trial left that fits."""
        seconds = {name: [t.seconds for t in tried] for name, tried in self.study.tried.items()}
        ready = [
            each
            for each in self.sought
            if len(seconds[each.name]) < self._trials(each)
            and max(seconds[each.name], default=0.0) < left
        ]
        return min(ready, key=lambda each: sum(seconds[each.name]), default=None)

    def _trials(self, sought: Sought) -> float:
        if not sought.space:
            return 1  # there is only the default to try
        return np.inf if self.budget.trials is None else self.budget.trials

    def _try(self, sought: Sought) -> None:
        began = self.clock()
        parameters = self.study.proposed(sought)
        values = sought.values(parameters)
        self.study.add(sought, Tried(parameters, values, self.clock() - began))
        means = [each.values.mean() for each in self.study.tried[sought.name]]
        best, default = max(means), means[0]
        self.tell(f"{sought.name}: trial {len(means)}, best {best:.4f}, default {default:.4f}")
