"""Which second stage ships: what foresees best, on a later slice of time, what was chosen then.

One scorer alone, rank fusion, and what is learned are judged side by side. What is learned is
judged on teachers that it did not learn from (cross-fitting), so that it is never preferred for
knowing the answers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.scorers.blend import Blend, Examples, Places, SecondStage
from recommender.scorers.places import RECIPROCAL, worth
from recommender.scorers.validation import Validation

FOLDS = 4
MAX_STEPS = 8

#: What turns examples into a second stage.
Learner: TypeAlias = Callable[[Examples], SecondStage]


def alone(slice_: Validation, places: Places) -> dict[str, float]:
    """Return the mean NDCG@10 of each scorer alone."""
    return {
        name: float(slice_.quality(_reciprocal(place)).mean()) for name, place in places.items()
    }


def choose(
    slice_: Validation, places: Places, learner: Learner | None, seed: int
) -> tuple[SecondStage, dict[str, float]]:
    """Choose a second stage; without a ``learner``, one scorer or rank fusion.

    Returns
    -------
    tuple
        The stage; and NDCG@10 of each scorer alone, of ``fusion`` and of what is ``learned``,
        with the number of ``teachers`` who judged.
    """
    found = alone(slice_, places)
    stage: SecondStage
    stage, quality = fuse(slice_, places, max(found, key=lambda name: found[name]))
    found |= {"teachers": float(len(slice_)), "fusion": float(quality.mean())}
    if learner is None:
        return stage, found
    rng = np.random.default_rng(seed)
    examples = Examples.of(places, slice_.truth, slice_.closed, rng)
    held = _held_out(slice_, places, examples, learner, rng)
    if held is not None:
        found["learned"] = float(held.mean())
        if found["learned"] >= found["fusion"]:
            stage = learner(examples)
    return stage, found


def fuse(slice_: Validation, places: Places, start: str) -> tuple[Blend, NDArray[np.float64]]:
    """Select scorers for rank fusion greedily, ``start`` first; return it and its quality.

    A step is taken only if it gains more than one standard error of the paired difference:
    what a few teachers seem to prefer is noise.
    """
    taken, total = [start], _reciprocal(places[start])
    now = slice_.quality(total)
    for _ in range(MAX_STEPS):
        gains = {
            name: slice_.quality(total + _reciprocal(place)) - now for name, place in places.items()
        }
        name = max(gains, key=lambda n: float(gains[n].mean()))
        if gains[name].mean() <= gains[name].std() / np.sqrt(len(now)):
            break
        taken.append(name)
        total = total + _reciprocal(places[name])
        now = now + gains[name]
    return Blend.of_ranks({name: float(taken.count(name)) for name in dict.fromkeys(taken)}), now


def _held_out(
    slice_: Validation,
    places: Places,
    examples: Examples,
    learner: Learner,
    rng: np.random.Generator,
) -> NDArray[np.float64] | None:
    """Return each teacher's NDCG@10 under what the others teach; None if they teach nothing."""
    fold = rng.permutation(len(slice_)) % FOLDS
    quality = np.zeros(len(fold))
    for number in np.unique(fold):
        rows = fold == number
        others = examples.of_rows(~rows)
        if not others.teach:
            return None
        scores = learner(others).score({name: place[rows] for name, place in places.items()})
        quality[rows] = slice_.quality(scores, rows)
    return quality


def _reciprocal(place: NDArray[np.int16]) -> NDArray[np.float32]:
    return worth(RECIPROCAL)[place]
