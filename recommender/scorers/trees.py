"""The second stage as boosted trees over places, by LightGBM's lambdarank (Burges 2010; Ke 2017).

An option: trees see what a weighted sum cannot, such as a scorer that is right only where another
is, but need more teachers to learn it from. What LightGBM grew is kept as plain arrays and
walked here, so that serving needs neither LightGBM nor its file format.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from features.errors import MissingComponent
from features.fitted import Fitted
from recommender.scorers.blend import Examples, Places
from recommender.scorers.places import LOG, candidates, candidates_first, worth

FORM = "trees"
SETTINGS: Mapping[str, Any] = {
    "objective": "lambdarank",
    "n_estimators": 100,
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_child_samples": 30,
    "reg_lambda": 10.0,
    "n_jobs": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
_ARRAYS = ("roots", "feature", "threshold", "left", "right", "value")
LEAF = -1


def available() -> bool:
    """Say whether LightGBM is installed; only growing trees needs it."""
    return importlib.util.find_spec("lightgbm") is not None


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Trees as arrays over all nodes, a parent before its children.

    Parameters
    ----------
    names
        The scorers whose places are the features.
    roots
        Node numbers, shape (n_trees,).
    feature
        What each node asks, ``LEAF`` for a leaf; shape (n_nodes,), as are the following.
    threshold
        At most this much goes left.
    left, right
        Children.
    value
        What a leaf adds; of an inner node, what it would add were it a leaf.
    """

    names: tuple[str, ...]
    roots: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]

    @property
    def weights(self) -> Mapping[str, float]:
        """How often each scorer is asked, as a share of all questions."""
        asked = np.bincount(self.feature[self.feature != LEAF], minlength=len(self.names))
        shares = asked / max(asked.sum(), 1)
        return {name: float(share) for name, share in zip(self.names, shares, strict=True)}

    def score(self, places: Places) -> NDArray[np.float32]:
        """Return the sum over the trees for candidates, and what is no candidate behind them."""
        near = candidates(places)
        told = worth(LOG)
        inputs = np.column_stack([told[places[name][near]] for name in self.names])
        total = np.zeros(near.shape, np.float32)
        total[near] = self._sums(inputs)
        return candidates_first(total, places)

    def parts(self, places: Places, course: int) -> dict[str, float]:
        """Return what each scorer's place adds for one course of one teacher.

        The differences of value along the paths, by the scorer that each node asks (Saabas 2014).
        """
        told = worth(LOG)
        inputs = np.array([told[places[name][0, course]] for name in self.names])
        added = np.zeros(len(self.names))
        for root in self.roots:
            node = int(root)
            while self.feature[node] != LEAF:
                asked = self.feature[node]
                left = inputs[asked] <= self.threshold[node]
                child = int(self.left[node] if left else self.right[node])
                added[asked] += self.value[child] - self.value[node]
                node = child
        return {name: float(part) for name, part in zip(self.names, added, strict=True)}

    def to_fitted(self) -> Fitted:
        """Return the arrays."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        return Fitted(arrays, {"form": FORM, "names": list(self.names)})

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read them back.

        Raises
        ------
        ValueError
            If they are no trees.
        """
        trees = cls(tuple(fitted.values["names"]), *(fitted.arrays[name] for name in _ARRAYS))
        nodes = np.arange(len(trees.feature))
        inner = trees.feature != LEAF
        sound = all(len(getattr(trees, name)) == len(nodes) for name in _ARRAYS[2:])
        if not sound or not trees.feature.dtype.kind == "i":
            raise ValueError("arrays of trees that do not fit together")
        for child in (trees.left, trees.right):
            # A child behind its parent: walking down ends.
            sound &= bool(((child > nodes) & (child < len(nodes)))[inner].all())
        sound &= bool((trees.feature[inner] < len(trees.names)).all())
        if not sound or not np.isin(trees.roots, nodes).all():
            raise ValueError("trees that lead nowhere")
        return trees

    def _sums(self, inputs: NDArray[np.float32]) -> NDArray[np.float64]:
        total = np.zeros(len(inputs))
        rows = np.arange(len(inputs))
        for root in self.roots:
            node = np.full(len(inputs), root)
            while True:
                asked = self.feature[node]
                inner = asked != LEAF
                if not inner.any():
                    break
                left = inputs[rows, np.maximum(asked, 0)] <= self.threshold[node]
                node = np.where(inner, np.where(left, self.left[node], self.right[node]), node)
            total += self.value[node]
        return total


def grow(examples: Examples) -> Trees:
    """Grow trees that put what was chosen first in each teacher's list.

    Raises
    ------
    MissingComponent
        If LightGBM is not installed.
    """
    if not available():
        raise MissingComponent(
            "LightGBM",
            expected="lightgbm to be installed for the second stage 'trees'",
            remedy="install zixuan's extra 'trees', or leave the second stage as it is",
        )
    from lightgbm import LGBMRanker

    _, group = np.unique(examples.row, return_counts=True)
    ranker = LGBMRanker(**SETTINGS, random_state=0)
    ranker.fit(examples.worths.astype(np.float64), examples.chosen.astype(int), group=group)
    nodes: list[tuple[float, ...]] = []
    roots = [
        _flattened(tree["tree_structure"], nodes)
        for tree in ranker.booster_.dump_model()["tree_info"]
    ]
    feature, threshold, left, right, value = np.array(nodes).T
    return Trees(
        names=examples.names,
        roots=np.array(roots, np.int32),
        feature=feature.astype(np.int32),
        threshold=threshold,
        left=left.astype(np.int32),
        right=right.astype(np.int32),
        value=value,
    )


def _flattened(tree: Mapping[str, Any], nodes: list[tuple[float, ...]]) -> int:
    """Append a tree's nodes, a parent before its children; return the number of its root."""
    here = len(nodes)
    if "split_feature" not in tree:
        nodes.append((LEAF, 0.0, LEAF, LEAF, tree["leaf_value"]))
        return here
    nodes.append((0.0,) * 5)
    left = _flattened(tree["left_child"], nodes)
    right = _flattened(tree["right_child"], nodes)
    asked = (tree["split_feature"], tree["threshold"], left, right, tree["internal_value"])
    nodes[here] = asked
    return here
