"""One round of one block of teachers: who is there, what they consider, what it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.simulate.catalogue import Catalogue
from training.simulate.offerings import NOMINATED, Offerings
from training.simulate.places import Glances, Places
from training.simulate.rounds import Round, day
from training.simulate.teachers import Teachers
from training.simulate.truth import Truth

#: What a teacher has of a course: nothing (0), a place, or a completed one.
TAKEN, DONE = 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What all choices are made from.

    Parameters
    ----------
    running
        Number of the offering of each course in each round, -1 for none; (n_rounds, n_courses).
    first_day
        The first day of the period, as days since 1970.
    """

    truth: Truth
    teachers: Teachers
    catalogue: Catalogue
    offerings: Offerings
    running: NDArray[np.int64]
    rounds: Sequence[Round]
    first_day: int


@dataclass(slots=True, eq=False)
class Block:
    """Some teachers and what they have taken so far.

    Parameters
    ----------
    members
        Teacher numbers, shape (n_block,).
    activity
        How active each is, shape (n_block,).
    taken
        0, ``TAKEN`` or ``DONE``, shape (n_block, n_courses).
    last
        The course chosen last, -1 for none, shape (n_block,).
    """

    members: NDArray[np.int64]
    activity: NDArray[np.float64]
    taken: NDArray[np.uint8]
    last: NDArray[np.int64]
    places: list[Places] = field(default_factory=list)
    glances: list[Glances] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Considered:
    """Courses before some teachers of a block: each field of shape (n_rows, n_considered)."""

    course: NDArray[np.int64]
    possible: NDArray[np.bool_]
    utility: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """A block of teachers in a round; ``rows`` are positions in the block."""

    scene: Scene
    block: Block
    number: int
    rng: np.random.Generator

    @property
    def running(self) -> NDArray[np.int64]:
        """The offering of each course in this round, -1 for none, shape (n_courses,)."""
        return self.scene.running[self.number]

    @property
    def segment(self) -> NDArray[np.int32]:
        """The segment of each teacher when the round was published, shape (n_block,)."""
        school_year = self.scene.rounds[self.number].school_year
        return self.scene.truth.segment_in(self.block.members, school_year)

    @property
    def here(self) -> NDArray[np.bool_]:
        """Who has records by the first day of the round, shape (n_block,)."""
        starts = day(self.scene.rounds[self.number].starts)
        return self.scene.teachers.joined[self.block.members] <= starts

    def consider(self, rows: NDArray[np.int64], drawn: NDArray[np.int64]) -> Considered:
        """Add what follows the last course, strike out what cannot be taken, value the rest."""
        scene, last = self.scene, self.block.last[rows]
        followers = np.where(last[:, None] >= 0, scene.truth.followers[last], -1)
        course = np.sort(np.concatenate([drawn, followers], axis=1), axis=1)
        offering, taken = self.running[course], self.block.taken
        possible = (course >= 0) & (offering >= 0)
        possible &= scene.truth.eligible[self.segment[rows, None], course]
        possible &= scene.offerings.admission[offering] != NOMINATED
        possible &= taken[rows[:, None], course] == 0
        before = scene.catalogue.prerequisite[course]
        possible &= (before < 0) | (taken[rows[:, None], before] == DONE)
        # Rows are sorted, so a course that was drawn twice stands beside itself.
        possible[:, 1:] &= course[:, 1:] != course[:, :-1]
        return Considered(course, possible, self._utility(rows, course))

    def _utility(self, rows: NDArray[np.int64], course: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the known utility with drift, as ``truth`` states it; shape as ``course``."""
        truth, weights = self.scene.truth, self.scene.truth.weights
        members, last = self.block.members[rows], self.block.last[rows]
        known = (last >= 0)[:, None]
        wanted = weights.taste * truth.taste[members]
        wanted += weights.drift * known * truth.vectors[last]
        wanted = wanted.astype(np.float32)
        utility = np.matmul(truth.vectors[course], wanted[:, :, None])[:, :, 0]
        utility += truth.base[self.segment[rows, None], course]
        utility += truth.pull[members[:, None], truth.competency[course]]
        utility += weights.appeal * truth.appeal[self.number][course]
        for place in range(truth.followers.shape[1]):
            follows = course == truth.followers[last, place, None]
            utility += np.float32(weights.follow) * (known & follows)
        return utility
