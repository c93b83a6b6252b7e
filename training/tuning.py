"""What tuning found, kept as JSON that training can read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting
from training.bootstrap import Figure, figures
from training.study import Tried
from training.validation_slice import K, Slice


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Whom the values of a trial belong to: a teacher in a window of time; shape (n,) each."""

    teacher: NDArray[np.integer]
    window: NDArray[np.integer]

    @classmethod
    def of(cls, slices: Sequence[Slice]) -> Self:
        """Return the rows of windows one after another, as trials have them."""
        teachers = [each.profiles.teachers for each in slices]
        window = np.repeat(np.arange(len(slices)), [len(each) for each in teachers])
        return cls(np.concatenate(teachers), window)

    def means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of each window."""
        return np.bincount(self.window, values) / np.bincount(self.window)

    def error(self, values: NDArray[np.float64]) -> float:
        """Return the standard error of the mean; a teacher's rows stand or fall together."""
        of_row = np.unique(self.teacher, return_inverse=True)[1]
        sums = np.bincount(of_row, values - values.mean())
        return float(np.sqrt((sums**2).sum()) / len(values))


@dataclass(frozen=True, slots=True)
class Found:
    """The best setting of a scorer beside its default, on the same teachers.

    Parameters
    ----------
    parameters
        The best setting of those that were ahead of the default in every window; the default
        where none was.
    default, best
        Mean NDCG@10 of the default and of that setting.
    gain, error
        The mean of ``best - default``, teacher by teacher, and its standard error.
    by_window
        The gain in each window.
    trials
        How many settings were tried, the default among them.
    """

    scorer: str
    parameters: Mapping[str, Any]
    default: Figure
    best: Figure
    gain: Figure
    error: float
    by_window: tuple[float, ...]
    trials: int

    @classmethod
    def of(cls, scorer: str, tried: Sequence[Tried], asked: Asked, seed: int) -> Self:
        """Compare at least one trial with the first, which is the default."""
        start = tried[0].values
        ahead = [each for each in tried if (asked.means(each.values - start) > 0).all()]
        top = max(ahead, key=lambda each: each.values.mean(), default=tried[0])
        gains = top.values - start
        default, best, gain = figures(
            np.column_stack([start, top.values, gains]), asked.teacher, np.random.default_rng(seed)
        )
        by_window = tuple(asked.means(gains).tolist())
        error = asked.error(gains)
        return cls(scorer, top.parameters, default, best, gain, error, by_window, len(tried))

    @property
    def better(self) -> bool:
        """Whether the setting is ahead by more than one standard error: less is noise."""
        return self.gain.mean > self.error


@dataclass(frozen=True, slots=True)
class Tuning:
    """What was found for each scorer.

    Parameters
    ----------
    facts
        What the values depend on: data hash, split, moment and seed.
    found
        In the order of the scorers; one that no trial was finished of is missing.
    interrupted
        Whether it was stopped before its budget was used up.
    """

    facts: Mapping[str, Any]
    found: tuple[Found, ...]
    interrupted: bool

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """What to train with: the settings that are clearly better than their default."""
        return {each.scorer: dict(each.parameters) for each in self.found if each.better}

    def to_json(self) -> str:
        """Return parameters, and how they were found, as JSON."""
        scorers = {each.scorer: asdict(each) | {"better": each.better} for each in self.found}
        document = {
            "parameters": self.parameters,
            "metric": f"ndcg@{K}",
            **self.facts,
            "interrupted": self.interrupted,
            "scorers": scorers,
        }
        return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def read_parameters(path: Path) -> dict[str, dict[str, Any]]:
    """Return the ``parameters`` of a file of :meth:`Tuning.to_json`, or of one written by hand.

    Names and ranges are left for those to check who know the scorers.

    Raises
    ------
    InvalidSetting
        If it is no JSON object that holds ``parameters``, an object.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
        got = f"{type(document).__name__} without it"
    except ValueError as error:
        document, got = None, str(error)
    found = document.get("parameters") if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise InvalidSetting(
            f"parameters file {path}",
            expected='a JSON object with "parameters": {scorer: {parameter: value}}',
            got=got,
            remedy="take what 'zixuan tune' writes, or write one like it",
        )
    return found
