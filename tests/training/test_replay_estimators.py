"""Off-policy estimates: refused where they cannot be had, and true where they are given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from features.errors import InvalidSetting, NotEnoughData
from training.replay.estimators import DR, ESTIMATORS, IPS, LOGGED, SNIPS, Places, judge

SEEDS = 200
TEACHERS, PLACES_EACH = 300, 3
N_KINDS, N_COURSES = 4, 8


def places(**changed: NDArray[np.float64]) -> Places:
    """A hundred places of a hundred teachers, shown alike by both policies."""
    whole = {name: np.full(100, 0.5) for name in ("reward", "propensity", "target")}
    whole |= {"predicted": np.zeros(100), "expected": np.zeros(100)}
    return Places(teacher=np.arange(100), **(whole | changed))


@pytest.mark.parametrize("bad", [0.0, -0.1, 1.5, np.nan])
def test_a_propensity_that_is_no_chance_is_refused(bad: float) -> None:
    chances = np.full(100, 0.5)
    chances[3] = bad
    with pytest.raises(InvalidSetting, match="propensity: expected chances up to 1"):
        places(propensity=chances)


def test_a_target_that_is_no_chance_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="target"):
        places(target=np.full(100, 1.1))


def test_a_clip_below_one_is_refused() -> None:
    with pytest.raises(InvalidSetting, match="clip: expected at least 1, got 0.5"):
        judge(places(), np.random.default_rng(0), clip=0.5)


@pytest.mark.parametrize("alike", [0, 1, 29])
def test_where_the_policies_hardly_overlap_nothing_is_estimated(alike: int) -> None:
    target = (np.arange(100) < alike).astype(float)
    message = f"expected an effective 30 places or more .*, got {alike}.0 of 100 explored places"
    with pytest.raises(NotEnoughData, match=message):
        judge(places(target=target), np.random.default_rng(0))


def test_no_places_are_too_few() -> None:
    none = np.zeros(0)
    empty = Places(np.zeros(0, int), none, none, none, none, none)
    with pytest.raises(NotEnoughData):
        judge(empty, np.random.default_rng(0))


def test_the_logged_policy_itself_is_worth_what_was_observed() -> None:
    reward = np.random.default_rng(0).integers(0, 2, 100).astype(float)
    found = judge(places(reward=reward), np.random.default_rng(1))

    for name in ESTIMATORS:
        assert found.values[name] == found.values[LOGGED]
        lead = found.leads[name]
        assert (lead.mean, lead.low, lead.high) == (0, 0, 0)
    assert found.effective == pytest.approx(100)
    assert found.support.mean == 1
    assert found.clipped == 0


def test_estimates_are_the_formulas() -> None:
    """Two places of each kind: weights 2 and 0.5."""
    half = np.arange(100) < 50
    found = judge(
        places(
            reward=np.where(half, 1.0, 0.0),
            target=np.where(half, 1.0, 0.25),
            predicted=np.full(100, 0.4),
            expected=np.full(100, 0.6),
        ),
        np.random.default_rng(0),
    )

    assert found.values[IPS].mean == pytest.approx((2 * 1 + 0.5 * 0) / 2)
    assert found.values[SNIPS].mean == pytest.approx((2 * 1 + 0.5 * 0) / (2 + 0.5))
    corrected = ((0.6 + 2 * (1 - 0.4)) + (0.6 + 0.5 * (0 - 0.4))) / 2
    assert found.values[DR].mean == pytest.approx(corrected)
    assert found.effective == pytest.approx((50 * 2 + 50 * 0.5) ** 2 / (50 * 4 + 50 * 0.25))
    assert found.support.mean == pytest.approx(1.25)


def test_weights_above_the_clip_are_cut_and_counted() -> None:
    chance = np.where(np.arange(100) < 10, 0.01, 0.5)
    found = judge(places(propensity=chance, target=np.ones(100)), np.random.default_rng(0), clip=4)

    assert found.clipped == 0.1
    assert found.support.mean == pytest.approx((10 * 100 + 90 * 2) / 100)
    assert found.values[IPS].mean == pytest.approx(0.5 * (10 * 4 + 90 * 2) / 100)


def test_the_teachers_places_stand_or_fall_together() -> None:
    """Ten places of each of ten teachers tell less than a hundred places of a hundred."""
    reward = np.repeat(np.arange(10) % 2, 10).astype(float)
    apart = judge(places(reward=reward), np.random.default_rng(0)).values[IPS]
    ten = places(reward=reward)
    together = judge(
        Places(np.repeat(np.arange(10), 10), *(getattr(ten, n) for n in ten.__slots__[1:])),
        np.random.default_rng(0),
    ).values[IPS]

    assert together.high - together.low > 2 * (apart.high - apart.low)
    assert (together.teachers, apart.teachers) == (10, 100)


@dataclass(frozen=True)
class Clicks:
    """A click model and two policies over kinds of teachers: all of it known."""

    liked: NDArray[np.float64]
    logging: NDArray[np.float64]
    new: NDArray[np.float64]

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Clicks:
        liked = rng.beta(2, 6, (N_KINDS, N_COURSES))
        logging = rng.dirichlet(np.full(N_COURSES, 2.0), N_KINDS) * 0.8 + 0.2 / N_COURSES
        best = np.eye(N_COURSES)[liked.argmax(axis=1)]
        return cls(liked, logging, 0.7 * best + 0.3 / N_COURSES)

    @property
    def truth(self) -> float:
        """What the new policy is worth; all kinds of teachers are equally many."""
        return float((self.new * self.liked).sum(axis=1).mean())

    def log(self, rng: np.random.Generator, believed: NDArray[np.float64]) -> Places:
        """Places that the logging policy filled, and what a reward model believes of them."""
        teacher = np.repeat(np.arange(TEACHERS), PLACES_EACH)
        kind = rng.integers(N_KINDS, size=TEACHERS)[teacher]
        shown = (self.logging[kind].cumsum(axis=1) > rng.random((len(kind), 1))).argmax(axis=1)
        return Places(
            teacher=teacher,
            reward=(rng.random(len(kind)) < self.liked[kind, shown]).astype(float),
            propensity=self.logging[kind, shown],
            target=self.new[kind, shown],
            predicted=believed[kind, shown],
            expected=(self.new * believed).sum(axis=1)[kind],
        )


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Over many worlds; doubly robust estimates with a good and with a useless reward model."""
    covered, width, error = {}, {}, {}
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        world = Clicks.drawn(rng)
        good = np.clip(world.liked + rng.normal(0, 0.05, world.liked.shape), 0, 1)
        useless = np.full(world.liked.shape, 0.9)
        state = rng.integers(2**32)
        for name, believed in (("good", good), ("useless", useless)):
            # The same log for both.
            log = world.log(np.random.default_rng(state), believed)
            found = judge(log, rng, draws=400)
            for estimator in ESTIMATORS:
                figure, key = found.values[estimator], f"{estimator}, {name}"
                covered.setdefault(key, []).append(figure.low <= world.truth <= figure.high)
                width.setdefault(key, []).append(figure.high - figure.low)
                error.setdefault(key, []).append(figure.mean - world.truth)

    rates = {key: float(np.mean(hits)) for key, hits in covered.items()}
    assert {key: rate for key, rate in rates.items() if not 0.90 <= rate <= 0.99} == {}
    assert np.var(error["dr, good"]) < 0.9 * np.var(error["ips, good"])
    assert np.mean(width["dr, good"]) < np.mean(width["ips, good"])
    for key, errors in error.items():
        assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(SEEDS), key
