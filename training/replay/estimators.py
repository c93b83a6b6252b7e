"""Off-policy estimates: what another policy would have been worth, from logged chances.

With r the reward of a place, p the logged chance of the course shown there, pi the new policy's
chance of that course, q a prediction of r, and w = min(pi / p, clip), means over places are

    IPS     w r                                       (Horvitz and Thompson 1952)
    SNIPS   sum w r / sum w                           (Swaminathan and Joachims 2015)
    DR      sum_a pi(a) q(a) + w (r - q(course))      (Dudik, Langford and Li 2011)

IPS is unbiased where p is right and above 0 wherever pi is; SNIPS trades a bias that vanishes
with the number of places for less variance; DR is unbiased if p or q is right, and varies less
the better q is. Intervals are bootstrapped over teachers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting, NotEnoughData
from training.bootstrap import DRAWS, LEVEL, Figure

#: No place weighs more; what is cut is reported, and biases IPS towards 0.
CLIP = 100.0
#: With fewer places' worth of information nothing is estimated.
LEAST_EFFECTIVE = 30.0
LOGGED, IPS, SNIPS, DR = "logged", "ips", "snips", "dr"
ESTIMATORS = (IPS, SNIPS, DR)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places of lists that chance filled; each field of shape (n,).

    Parameters
    ----------
    teacher
        A number for each teacher.
    reward
        What followed, 0 to 1.
    propensity
        Chance with which the logged course was drawn, above 0.
    target
        Chance with which the new policy would show that course there.
    predicted
        The reward model's prediction of ``reward``.
    expected
        Its prediction for what the new policy would show there.

    Raises
    ------
    InvalidSetting
        If a propensity is not above 0 and at most 1, or a target chance not from 0 to 1.
    """

    teacher: NDArray[np.integer]
    reward: NDArray[np.float64]
    propensity: NDArray[np.float64]
    target: NDArray[np.float64]
    predicted: NDArray[np.float64]
    expected: NDArray[np.float64]

    def __post_init__(self) -> None:
        _chances("propensity", self.propensity, (self.propensity > 0) & (self.propensity <= 1))
        _chances("target", self.target, (self.target >= 0) & (self.target <= 1))

    def __len__(self) -> int:
        return len(self.teacher)

    @property
    def ratio(self) -> NDArray[np.float64]:
        """How much more often the new policy would show what was shown, unclipped."""
        return self.target / self.propensity


@dataclass(frozen=True, slots=True)
class Judged:
    """What a policy would have been worth, per place.

    Parameters
    ----------
    values
        ``logged`` (what was observed) and every estimator -> its figure.
    leads
        Every estimator -> the figure of its lead over ``logged``, place by place.
    effective
        Effective number of places, (sum w)^2 / sum w^2 (Kish 1965).
    support
        Mean unclipped weight: about 1 where the log could have shown all that the new policy
        would, below where it could not.
    clipped
        Share of places whose weight was cut.
    """

    values: Mapping[str, Figure]
    leads: Mapping[str, Figure]
    effective: float
    support: Figure
    clipped: float


def judge(
    places: Places,
    rng: np.random.Generator,
    *,
    clip: float = CLIP,
    least_effective: float = LEAST_EFFECTIVE,
    draws: int = DRAWS,
) -> Judged:
    """Estimate what the new policy would have been worth.

    Parameters
    ----------
    rng
        Of the bootstrap.
    clip
        Largest weight, at least 1.
    least_effective
        Below so many effective places nothing is estimated.
    draws
        How many times all teachers are drawn anew.

    Raises
    ------
    InvalidSetting
        If ``clip`` is below 1.
    NotEnoughData
        If there are no places, or the policies overlap too little.

    Examples
    --------
    Two courses, drawn evenly; the new policy shows the first, which is chosen each time:

    >>> first = (np.arange(200) % 2 == 0) * 1.0
    >>> places = Places(
    ...     teacher=np.arange(200),
    ...     reward=first,
    ...     propensity=np.full(200, 0.5),
    ...     target=first,
    ...     predicted=first,
    ...     expected=np.ones(200),
    ... )
    >>> found = judge(places, np.random.default_rng(0))
    >>> [round(found.values[name].mean, 2) for name in ("logged", "ips", "snips", "dr")]
    [0.5, 1.0, 1.0, 1.0]
    >>> found.effective
    100.0
    """
    if not clip >= 1:
        raise InvalidSetting("clip", expected="at least 1", got=f"{clip:g}", remedy="raise it")
    weight = np.minimum(places.ratio, clip)
    effective = float(weight.sum() ** 2 / max((weight**2).sum(), 1e-300))
    _enough(places, effective, least_effective)
    dr = places.expected + weight * (places.reward - places.predicted)
    terms = [weight * places.reward, weight, dr, places.reward, places.ratio]
    table = np.column_stack([*terms, np.ones(len(places))])
    sums = np.zeros((int(places.teacher.max()) + 1, table.shape[1]))
    np.add.at(sums, places.teacher, table)
    sums = sums[sums[:, -1] > 0]
    n = len(sums)
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws)
    found = _means(sums.sum(axis=0, keepdims=True)), _means(times @ sums)
    whole, drawn = ({name: each[name] for name in each} for each in found)

    def figure(name: str, less: str = "") -> Figure:
        mean, spread = whole[name], drawn[name]
        if less:
            mean, spread = mean - whole[less], spread - drawn[less]
        low, high = np.nanquantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        return Figure(float(mean[0]), float(low), float(high), n)

    return Judged(
        values={name: figure(name) for name in (LOGGED, *ESTIMATORS)},
        leads={name: figure(name, LOGGED) for name in ESTIMATORS},
        effective=effective,
        support=figure("support"),
        clipped=float((places.ratio > clip).mean()),
    )


def _means(sums: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return each estimate of some sums over places, shape (n_draws,)."""
    won, weight, dr, reward, ratio, places = sums.T
    snips = np.divide(won, weight, out=np.full(len(won), np.nan), where=weight > 0)
    return {
        LOGGED: reward / places,
        IPS: won / places,
        SNIPS: snips,
        DR: dr / places,
        "support": ratio / places,
    }


def _enough(places: Places, effective: float, least: float) -> None:
    if effective < least or not len(places):
        raise NotEnoughData(
            "replay",
            expected=f"an effective {least:g} places or more that the new model would fill alike",
            got=f"{effective:.1f} of {len(places):,} explored places",
            remedy="explore more or log for longer, or judge a model less unlike the logged one",
        )


def _chances(name: str, values: NDArray[np.float64], sound: NDArray[np.bool_]) -> None:
    if not sound.all():
        bad = values[~sound]
        raise InvalidSetting(
            name,
            expected="chances up to 1, of what was shown above 0",
            got=f"{len(bad):,} others, such as {bad[0]:g}",
            remedy="log every course with the chance that it was drawn with",
        )
