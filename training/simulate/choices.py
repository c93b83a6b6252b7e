"""Years of choices: who takes what in each round, drawn from the truth.

Teachers are drawn in blocks, so that memory stays bounded; within a block everything is
vectorised over teachers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from training.simulate.offerings import APPLICATION, NOMINATED, OPEN
from training.simulate.places import COMPLETED, REFUSED, Glances, Places
from training.simulate.sampler import Sampler
from training.simulate.turns import DONE, TAKEN, Block, Considered, Scene, Turn

BLOCK = 20_000
_MOST_IN_A_ROUND = 6
_ACTIVITY_SPREAD = 0.75
#: Chances of outcomes of a wish that was granted, in the order of the numbers in ``places``.
_OUTCOMES = (0.89, 0.03, 0.05, 0.03)
_REFUSED_SHARE = 0.12
_VIEWED_SHARE = 0.22
_DISMISSED_SHARE = 0.07
_NOMINATED_SHARE = 0.03


def activity(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return how active each teacher is: heavy-tailed with mean 1, shape (n,)."""
    spread = _ACTIVITY_SPREAD
    return rng.lognormal(-spread * spread / 2, spread, size=n)


def choose(
    scene: Scene,
    rate: float,
    duties: Places,
    active: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[Places, Glances]:
    """Draw all choices and nominations of the first ``len(active)`` teachers.

    Parameters
    ----------
    rate
        Mean number of choices of a teacher of activity 1 in a round.
    duties
        Imposed places; their courses are not chosen besides.
    active
        Activity of each teacher, shape (n,).
    """
    samplers = [_samplers(scene, number) for number in range(len(scene.rounds))]
    places, glances = [], []
    for first in range(0, len(active), BLOCK):
        block = _open_block(scene, first, duties, active)
        for number, (free, nominated) in enumerate(samplers):
            turn = Turn(scene, block, number, rng)
            _nominate(turn, nominated)
            _choose_round(turn, free, rate)
        places += block.places
        glances += block.glances
    return Places.joined(places), Glances.joined(glances)


def _open_block(scene: Scene, first: int, duties: Places, active: NDArray[np.float64]) -> Block:
    members = np.arange(first, min(first + BLOCK, len(active)))
    taken = np.zeros((len(members), len(scene.catalogue)), np.uint8)
    own = (duties.teacher >= first) & (duties.teacher <= members[-1])
    taken[duties.teacher[own] - first, duties.course[own]] = TAKEN
    return Block(members, active[members], taken, np.full(len(members), -1))


def _samplers(scene: Scene, number: int) -> tuple[Sampler, Sampler]:
    """Return the samplers of a round: of courses to choose, and of those to be sent to."""
    running = scene.running[number]
    runs = running >= 0
    nominated = runs & (scene.offerings.admission[running] == NOMINATED)
    noticed = np.exp((scene.truth.appeal[number] + scene.truth.base).astype(np.float64))
    weights = scene.truth.eligible * noticed
    return Sampler(weights * (runs & ~nominated)), Sampler(weights * nominated)


def _choose_round(turn: Turn, sampler: Sampler, rate: float) -> None:
    """Let each teacher take the best of what was considered, as many as this round brings."""
    weights, rng, segment = turn.scene.truth.weights, turn.rng, turn.segment
    count = rng.poisson(rate * turn.block.activity).clip(0, _MOST_IN_A_ROUND)
    rows = np.flatnonzero((count > 0) & turn.here & sampler.has_any[segment])
    considered = turn.consider(rows, sampler.draw(segment[rows], weights.considered, rng))
    exponential = rng.standard_exponential(considered.course.shape, dtype=np.float32)
    chance = -np.log(np.maximum(exponential, np.finfo(np.float32).tiny))
    total = considered.utility + weights.noise * chance
    total[~considered.possible] = -np.inf
    best = np.argsort(-total, axis=1)[:, :_MOST_IN_A_ROUND]
    wanted = np.arange(best.shape[1]) < count[rows, None]
    row, place = np.nonzero(wanted & np.isfinite(np.take_along_axis(total, best, axis=1)))
    column = best[row, place]
    _take(turn, rows[row], considered.course[row, column], considered.utility[row, column])
    turn.block.glances.append(_glance(turn, rows, considered))


def _nominate(turn: Turn, sampler: Sampler) -> None:
    """Send a few teachers to programmes that need a nomination."""
    segment = turn.segment
    sent = turn.rng.random(len(segment)) < _NOMINATED_SHARE
    rows = np.flatnonzero(sent & turn.here & sampler.has_any[segment])
    if not len(rows):
        return
    course = sampler.draw(segment[rows], 1, turn.rng)[:, 0]
    fresh = turn.block.taken[rows, course] == 0
    _take(turn, rows[fresh], course[fresh], np.zeros(int(fresh.sum()), np.float32))


def _take(
    turn: Turn,
    rows: NDArray[np.int64],
    course: NDArray[np.int64],
    liking: NDArray[np.float32],
) -> None:
    """Write places down, and remember what was taken, done and chosen last."""
    block, rng = turn.block, turn.rng
    offering = turn.running[course]
    admission = turn.scene.offerings.admission[offering]
    outcome = rng.choice(len(_OUTCOMES), size=len(rows), p=_OUTCOMES)
    refused = (admission == APPLICATION) & (rng.random(len(rows)) < _REFUSED_SHARE)
    outcome[refused] = REFUSED
    block.taken[rows, course] = np.where(outcome == COMPLETED, DONE, TAKEN)
    chosen = admission != NOMINATED
    block.last[rows[chosen]] = course[chosen]
    members = block.members[rows]
    days = _days(turn, members, offering)
    block.places.append(Places(members, course, offering, outcome, *days, liking))


def _days(
    turn: Turn, members: NDArray[np.int64], offering: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the days of the wish, the first and the last lesson.

    Who applies does so inside the window, then waits; an open course begins with the wish.
    """
    offers = turn.scene.offerings
    waits = offers.admission[offering] != OPEN
    starts, ends = offers.starts[offering], offers.ends[offering]
    luck = turn.rng.random((2, len(offering)))
    since = np.where(waits, offers.apply_from[offering], starts)
    until = np.where(waits, offers.apply_until[offering], ends - 25)
    wished = since + ((until - since) * luck[0]).astype(np.int64)
    wished = np.maximum(wished, _known_since(turn, members))
    started = np.where(waits, np.maximum(starts, wished), wished) + 1
    own_pace = started + 3 + ((ends - started - 3) * luck[1] ** 2).astype(np.int64)
    return wished, started, np.where(waits, np.maximum(ends, started), own_pace)


def _known_since(turn: Turn, members: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.maximum(turn.scene.teachers.joined[members], turn.scene.first_day)


def _glance(turn: Turn, rows: NDArray[np.int64], considered: Considered) -> Glances:
    """Draw who opened a page without taking the course, and who waved the least liked away."""
    rng = turn.rng
    worst = np.where(considered.possible, considered.utility, np.inf).argmin(axis=1)
    luck = rng.random(len(rows))
    dismissed = luck < _DISMISSED_SHARE
    any_one = rng.integers(considered.course.shape[1], size=len(rows))
    column = np.where(dismissed, worst, any_one)
    row = np.flatnonzero(luck < _DISMISSED_SHARE + _VIEWED_SHARE)
    course = considered.course[row, column[row]]
    left = considered.possible[row, column[row]] & (turn.block.taken[rows[row], course] == 0)
    row, course = row[left], course[left]
    members = turn.block.members[rows[row]]
    opened = turn.scene.offerings.apply_from[turn.running[course]]
    on = np.maximum(opened + rng.integers(30, size=len(row)), _known_since(turn, members))
    return Glances(members, course, on, dismissed[row])
