"""What tuning looks for: the parameters of a scorer, and the weights of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from features.codes import EVENT_KINDS, EVENT_WEIGHTS
from features.dataset import Dataset
from recommender import event_weights
from recommender.scorers.registry import SCORERS, chosen, made
from recommender.scorers.space import Span, defaults
from training.validation_slice import Slice

#: These scorers read histories, and quickly: their mean tells weights of events apart.
READERS = ("content", "sequence", "season")

#: Parameters -> each asked teacher's NDCG@10.
Values: TypeAlias = Callable[[Mapping[str, Any]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Sought:
    """A set of parameters to look for.

    Parameters
    ----------
    name
        Of the scorer, or ``event_weights``.
    space
        Where each is looked for; without any, only ``start`` is to be tried.
    start
        Their defaults.
    values
        What a setting is worth.
    """

    name: str
    space: Mapping[str, Span]
    start: Mapping[str, Any]
    values: Values


def wanted(names: Iterable[str] | None, past: Dataset) -> list[str]:
    """Return what is to be looked for, by name.

    When left out: the scorers that are installed, and the weights of events where there are
    several kinds of them to weigh.

    Raises
    ------
    InvalidSetting
        If a name is unknown, or there is none.
    """
    if names is None:
        return [*chosen(None), *([event_weights.NAME] if _weighable(past) else [])]
    asked = list(dict.fromkeys(names))
    if asked != [event_weights.NAME]:
        chosen([name for name in asked if name != event_weights.NAME])
    return asked


def sought(names: Iterable[str], slices: Sequence[Slice]) -> list[Sought]:
    """Return what to look for on windows of time; ``names`` as :func:`wanted` returns them."""
    return [
        _of_weights(slices) if name == event_weights.NAME else _of_scorer(name, slices)
        for name in names
    ]


def _of_scorer(name: str, slices: Sequence[Slice]) -> Sought:
    def values(parameters: Mapping[str, Any]) -> NDArray[np.float64]:
        asked = {name: parameters}
        return np.concatenate([each.values(made([name], asked)[name]) for each in slices])

    space, start = SCORERS[name].SPACE, defaults(SCORERS[name])
    return Sought(name, space, {key: start[key] for key in space}, values)


def _of_weights(slices: Sequence[Slice]) -> Sought:
    space = _weighable(slices[0].split.train)

    def values(weights: Mapping[str, Any]) -> NDArray[np.float64]:
        weighed = [Slice.of(each.split, each.training.seed, weights) for each in slices]
        return np.mean([_of_scorer(name, weighed).values({}) for name in READERS], axis=0)

    return Sought(event_weights.NAME, space, {kind: EVENT_WEIGHTS[kind] for kind in space}, values)


def _weighable(dataset: Dataset) -> dict[str, Span]:
    """Return the spans of those kinds of events that there are; none if all are of one kind."""
    kinds = [EVENT_KINDS[number] for number in np.unique(dataset.log.kind)]
    if len(kinds) < 2:
        return {}
    return {kind: event_weights.SPACE[kind] for kind in kinds if kind in event_weights.SPACE}
