"""What tuning looks for: the parameters of a scorer, and the weights of events."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from features.codes import EVENT_KINDS, EVENT_WEIGHTS
from recommender import event_weights
from recommender.scorers.registry import SCORERS, chosen, made
from recommender.scorers.space import Span, defaults
from training.split import Split
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


def sought(split: Split, names: Iterable[str] | None, seed: int) -> list[Sought]:
    """Return what to look for on a split.

    Parameters
    ----------
    split
        Its earlier part is fitted on, its later compares.
    names
        Scorers, and ``event_weights``; when left out, all that are installed, and the weights
        where there are kinds of events to weigh.
    seed
        Of all randomness.

    Raises
    ------
    InvalidSetting
        If a name is unknown.
    """
    of_weights = _of_weights(split, seed)
    if names is None:
        asked = [*chosen(None), *([of_weights.name] if of_weights.space else [])]
    else:
        asked = list(dict.fromkeys(names))
    scorers = [name for name in asked if name != of_weights.name]
    if len(scorers) == len(asked) or scorers:
        chosen(scorers)  # refuses what is unknown before anything is computed
    slice_ = Slice.of(split, seed)
    return [of_weights if name == of_weights.name else _of_scorer(name, slice_) for name in asked]


def _of_scorer(name: str, slice_: Slice) -> Sought:
    def values(parameters: Mapping[str, Any]) -> NDArray[np.float64]:
        return slice_.values(made([name], {name: parameters})[name])

    space, start = SCORERS[name].SPACE, defaults(SCORERS[name])
    return Sought(name, space, {key: start[key] for key in space}, values)


def _of_weights(split: Split, seed: int) -> Sought:
    """Look for the weights of those kinds of events that there are."""
    kinds = [EVENT_KINDS[number] for number in np.unique(split.train.log.kind)]
    several = kinds if len(kinds) > 1 else []
    space = {kind: event_weights.SPACE[kind] for kind in several if kind in event_weights.SPACE}

    def values(weights: Mapping[str, Any]) -> NDArray[np.float64]:
        slice_ = Slice.of(split, seed, weights)
        return np.mean([slice_.values(scorer) for scorer in made(READERS).values()], axis=0)

    return Sought(event_weights.NAME, space, {kind: EVENT_WEIGHTS[kind] for kind in space}, values)
