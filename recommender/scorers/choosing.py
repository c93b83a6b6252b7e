"""Which second stage ships: what foresees best, on a later slice of time, what was chosen then.

One scorer alone, rank fusion, and what is learned are judged for teachers with and without
history apart. What is learned is judged on teachers that it did not learn from (cross-fitting),
so that a blend is never preferred for knowing the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.scorers.blend import Blend, Examples, Places
from recommender.scorers.places import RECIPROCAL, worth
from recommender.scorers.validation import Validation

#: Fewer teachers than this cannot judge; a group smaller than that is judged with all others.
MIN_TEACHERS = 20
MIN_GROUP = 100
#: Teachers with and without history are blended apart: what works for one fails the other.
GROUPS = ("cold", "warm")
FOLDS = 4
MAX_STEPS = 8

#: What turns examples into a blend for each group.
Learner: TypeAlias = Callable[[Examples], Mapping[str, Blend]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A second stage and why it was chosen.

    Parameters
    ----------
    blends
        By group.
    preferred
        The scorer that is best alone.
    found
        NDCG@10 on the slice: group -> ``teachers``, each scorer's name, ``fusion``, ``learned``;
        empty where too few teachers could judge.
    """

    blends: Mapping[str, Blend]
    preferred: str
    found: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def even(names: list[str]) -> Chosen:
    """Return rank fusion in which all scorers count alike."""
    return Chosen({group: Blend.of_ranks(dict.fromkeys(names, 1.0)) for group in GROUPS}, names[0])


def choose(slice_: Validation, places: Places, learner: Learner, seed: int) -> Chosen:
    """Choose each group's second stage; a group too small to judge takes that of all."""
    every = np.ones(len(slice_.teachers), bool)
    alone = {name: slice_.quality(_reciprocal(place)) for name, place in places.items()}
    rng = np.random.default_rng(seed)
    examples = Examples.of(places, slice_.truth, slice_.closed, ~slice_.warm, rng)
    held = _held_out(slice_, places, examples, learner, rng)
    learned = learner(examples) if held is not None else {}
    blends, found = {}, {}
    for group, own in zip(GROUPS, (~slice_.warm, slice_.warm), strict=True):
        rows = own if own.sum() >= MIN_GROUP else every
        means = {name: float(quality[rows].mean()) for name, quality in alone.items()}
        fused, quality = fuse(slice_, places, max(means, key=lambda name: means[name]), rows)
        blends[group] = fused
        found[group] = {"teachers": float(rows.sum()), **means, "fusion": float(quality.mean())}
        if held is not None:
            found[group]["learned"] = float(held[rows].mean())
            if found[group]["learned"] >= found[group]["fusion"]:
                blends[group] = learned[group]
    total = {name: float(quality.mean()) for name, quality in alone.items()}
    return Chosen(blends, max(total, key=lambda name: total[name]), found)


def fuse(
    slice_: Validation, places: Places, start: str, rows: NDArray[np.bool_]
) -> tuple[Blend, NDArray[np.float64]]:
    """Select scorers for rank fusion greedily, ``start`` first; return it and its quality.

    A step is taken only if it gains more than one standard error of the paired difference:
    what a few teachers seem to prefer is noise.
    """
    shares = {name: _reciprocal(place[rows]) for name, place in places.items()}
    taken, total = [start], shares[start]
    now = slice_.quality(total, rows)
    for _ in range(MAX_STEPS):
        gains = {name: slice_.quality(total + share, rows) - now for name, share in shares.items()}
        name = max(gains, key=lambda n: float(gains[n].mean()))
        if gains[name].mean() <= gains[name].std() / np.sqrt(len(now)):
            break
        taken.append(name)
        total = total + shares[name]
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
    fold = rng.permutation(len(slice_.teachers)) % FOLDS
    quality = np.zeros(len(fold))
    for number in range(FOLDS):
        others = examples.of_rows(fold != number)
        if not others.teach:
            return None
        blends = learner(others)
        for group, own in zip(GROUPS, (~slice_.warm, slice_.warm), strict=True):
            rows = own & (fold == number)
            if rows.any():
                scores = blends[group].score({n: place[rows] for n, place in places.items()})
                quality[rows] = slice_.quality(scores, rows)
    return quality if examples.teach else None


def _reciprocal(place: NDArray[np.int16]) -> NDArray[np.float32]:
    return worth(RECIPROCAL)[place]
