"""What tuning found, kept as JSON that training can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from features.errors import InvalidSetting
from training.bootstrap import Figure, figures
from training.study import Tried
from training.validation_slice import K


@dataclass(frozen=True, slots=True)
class Found:
    """The best setting of a scorer beside its default, on the same teachers.

    Parameters
    ----------
    parameters
        The best setting that was tried.
    default, best
        Mean NDCG@10 of the default and of that setting.
    gain, error
        The mean of ``best - default``, teacher by teacher, and its standard error.
    trials
        How many settings were tried, the default among them.
    """

    scorer: str
    parameters: Mapping[str, Any]
    default: Figure
    best: Figure
    gain: Figure
    error: float
    trials: int

    @classmethod
    def of(cls, scorer: str, tried: list[Tried], seed: int) -> Self:
        """Compare the best of at least one trial, of which the first is the default."""
        start = tried[0].values
        top = max(tried, key=lambda each: each.values.mean())
        gains = top.values - start
        rows = np.column_stack([start, top.values, gains])
        rng = np.random.default_rng(seed)
        default, best, gain = figures(rows, np.arange(len(rows)), rng)
        error = float(gains.std() / np.sqrt(len(gains)))
        return cls(scorer, top.parameters, default, best, gain, error, len(tried))

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
