"""Which second stage ships: what foresees best, on a later slice of time, what was chosen then.

Which scorer is best alone on a slice of time is partly luck, so all that are not surely worse than
the best are fused with equal weights; the best ships alone where it is clearly ahead of them. What
is learned has to be clearly ahead of what ships without it, and is judged on teachers that it did
not learn from (cross-fitting), so that it is never preferred for knowing the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from recommender.scorers.blend import Blend, Examples, Places, SecondStage
from recommender.scorers.places import RECIPROCAL, worth
from recommender.scorers.validation import Validation

FOLDS = 4
#: Standard errors of the paired difference by which a scorer is surely worse than the best, by
#: which the best is clearly ahead alone, and by which what is learned is, from others as it is.
SURELY, ALONE, LEARNED = 3.0, 1.0, 0.5
#: Breaks ties among places at random: below any difference of what two places are worth.
JITTER = 1e-8

#: What turns examples into a second stage.
Learner: TypeAlias = Callable[[Examples], SecondStage]


def alone(slice_: Validation, places: Places) -> dict[str, float]:
    """Return the mean NDCG@10 of each scorer alone."""
    return {name: float(each.mean()) for name, each in _qualities(slice_, places, 0).items()}


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
    quality = _qualities(slice_, places, seed)
    found = {name: float(each.mean()) for name, each in quality.items()}
    best = max(found, key=lambda name: found[name])
    shipped = fuse(quality)
    reached = slice_.quality(shipped.score({name: places[name] for name in shipped.names}))
    found |= {"teachers": float(len(slice_)), "fusion": float(reached.mean())}
    if _ahead(quality[best], reached, ALONE):
        shipped, reached = Blend.of_ranks({best: 1.0}), quality[best]
    if learner is None:
        return shipped, found
    rng = np.random.default_rng(seed)
    examples = Examples.of(places, slice_.truth, slice_.closed, rng)
    held = _held_out(slice_, places, examples, learner, rng)
    if held is None:
        return shipped, found
    found["learned"] = float(held.mean())
    return (learner(examples) if _ahead(held, reached, LEARNED) else shipped), found


def _ahead(one: NDArray[np.float64], other: NDArray[np.float64], by: float) -> bool:
    """Say whether one serves teachers better than the other ``by`` so many standard errors."""
    return bool((one - other).mean() > by * _standard_error(one - other))


def fuse(quality: Mapping[str, NDArray[np.float64]]) -> Blend:
    """Fuse the scorers that are not surely worse than the best, with equal weights.

    Parameters
    ----------
    quality
        Of every teacher under each scorer alone, shape (n,) each.

    Examples
    --------
    >>> luck = np.array([0.5, 0.6, 0.4, 0.5])
    >>> fuse({"good": luck, "as good": luck[::-1], "bad": luck - 0.4}).names
    ('good', 'as good')
    """
    best = max(quality, key=lambda name: float(quality[name].mean()))
    behind = {name: quality[best] - each for name, each in quality.items()}
    kept = [n for n, b in behind.items() if n == best or b.mean() < SURELY * _standard_error(b)]
    return Blend.of_ranks(dict.fromkeys(kept, 1.0))


def _standard_error(differences: NDArray[np.float64]) -> float:
    return float(differences.std() / np.sqrt(max(len(differences), 1)))


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


def _qualities(slice_: Validation, places: Places, seed: int) -> dict[str, NDArray[np.float64]]:
    """Return every teacher's NDCG@10 under each scorer alone, equals in random order."""
    value = worth(RECIPROCAL).astype(np.float64)
    rng = np.random.default_rng(seed)
    return {
        name: slice_.quality(value[place] + JITTER * rng.random(place.shape))
        for name, place in places.items()
    }
