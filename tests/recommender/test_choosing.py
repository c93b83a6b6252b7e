"""What ships: one scorer, rank fusion, or what was learned; whichever foresees best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.scorers.blend import Blend, learn
from recommender.scorers.choosing import choose, fuse
from recommender.scorers.places import LOG, RECIPROCAL, places
from tests.recommender.test_validation_slice import slice_of


def placed(slice_, **scores: np.ndarray) -> dict[str, np.ndarray]:
    return {n: places(s.astype(np.float32), ~slice_.closed) for n, s in scores.items()}


def halves(slice_, blind: bool = False) -> dict[str, np.ndarray]:
    """Each of two scorers foresees the choices of half of the teachers; a blind one of none."""
    even = (np.arange(len(slice_)) % 2 == 0)[:, None]
    first = np.where(slice_.truth, np.cumsum(slice_.truth, axis=1), 0).astype(np.int16)
    return {"even": first * even, "odd": first * ~even * (not blind)}


def noisy(slice_) -> dict[str, np.ndarray]:
    """One scorer foresees most choices, the other none."""
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(2, *slice_.truth.shape))
    return placed(slice_, good=slice_.truth + 0.4 * noise[0], bad=noise[1])


@pytest.mark.parametrize("blind", [True, False])
def test_fusion_leaves_out_only_what_is_surely_worse(blind: bool) -> None:
    slice_ = slice_of()
    scores = halves(slice_, blind)
    quality = {name: slice_.quality(-place.astype(np.float32)) for name, place in scores.items()}
    surely = quality["even"] + 0.5

    assert set(fuse({**quality, "sure": surely}).names) == {"sure"}
    assert set(fuse({"one": surely, "other": surely[::-1]}).names) == {"one", "other"}


def test_copies_of_a_weaker_scorer_do_not_outvote_the_best() -> None:
    """Teachers enough that the best is clearly ahead, and too few that any copy is surely worse."""
    slice_ = slice_of()
    rng = np.random.default_rng(3)
    good, weak = (
        slice_.truth + spread * rng.normal(size=slice_.truth.shape) for spread in (0.3, 1)
    )
    near = {f"weak {n}": weak + 0.01 * rng.normal(size=weak.shape) for n in range(5)}
    scores = placed(slice_, good=good, **near)
    alone, together = (
        slice_.quality(Blend.of_ranks(dict.fromkeys(names, 1.0)).score(scores))
        for names in (["good"], list(scores))
    )

    blend, found = choose(slice_, scores, None, 0)

    assert alone.mean() > together.mean()
    assert blend.names == ("good",)
    assert found["good"] >= found["fusion"]


def test_the_order_of_courses_tells_a_blind_scorer_nothing() -> None:
    """All truths lie on the first courses; a scorer that scores all alike foresees none."""
    slice_ = slice_of()
    order = np.argsort(-slice_.truth.sum(axis=0), kind="stable")
    first = replace(slice_, truth=slice_.truth[:, order], closed=slice_.closed[:, order])
    blind, popular = np.zeros(first.truth.shape), np.tile(first.truth.sum(axis=0), (len(first), 1))
    scores = placed(first, blind=blind, popular=popular)

    _, found = choose(first, scores, None, 0)

    assert found["blind"] < found["popular"]


def test_where_one_scorer_knows_all_it_ships_alone() -> None:
    slice_ = slice_of()
    truth = slice_.truth.astype(float)

    blend, found = choose(slice_, placed(slice_, all=truth, none=-truth), inverted, 0)

    assert blend == Blend.of_ranks({"all": 1.0})
    assert found["all"] == found["fusion"] == 1
    assert found["learned"] < 1


def test_what_is_learned_ships_only_where_it_is_ahead() -> None:
    slice_ = slice_of()

    blend, found = choose(slice_, noisy(slice_), learn, 0)

    assert blend.form == RECIPROCAL or found["learned"] > found["fusion"]
    assert found["teachers"] == len(slice_)


def test_what_is_learned_is_judged_on_others_than_it_learned_from() -> None:
    """A learner that notes whom it saw never is asked about them."""
    slice_ = slice_of()
    seen: list[set[int]] = []

    def noting(examples) -> Blend:
        seen.append(set(examples.row.tolist()))
        return learn(examples)

    choose(slice_, noisy(slice_), noting, 0)

    everyone = set(range(len(slice_)))
    left_out = [everyone - rows for rows in seen if rows != everyone]
    assert set().union(*left_out) == everyone
    assert sum(map(len, left_out)) == len(everyone)


def test_without_a_learner_nothing_is_learned() -> None:
    slice_ = slice_of()

    blend, found = choose(slice_, noisy(slice_), None, 0)

    assert blend.form == RECIPROCAL
    assert "learned" not in found


def inverted(examples) -> Blend:
    """The worst that can be learned."""
    blend = learn(examples)
    return Blend(LOG, {name: -weight for name, weight in blend.weights.items()})
