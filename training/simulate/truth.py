"""What is true of a simulated province and no data set shows: tastes, courses, chance.

The known part of what a course is worth to a teacher in a round is

    taste . vector + base[segment, course] + pull[competency] + appeal[round, course]
    + drift * (vector of the course taken last . vector) + follow (if it follows that course)

A teacher considers some eligible courses on offer, drawn by exp(base + appeal), and takes those
with the largest sum of the known part and ``noise`` times a standard Gumbel variable.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting

_ARRAYS = "arrays.npz"
_WEIGHTS = "weights.json"
_README = "README.md"
TRUTH_FILES = (_ARRAYS, _WEIGHTS, _README)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each known part counts, and the scale of chance."""

    noise: float
    """Scale of the Gumbel part."""
    drift: float
    """Weight of likeness to the course taken last, times a likeness of about 0 to 1."""
    follow: float = 1.6
    """Bonus of a course that follows the one taken last."""
    taste: float = 1.1
    """Weight of lasting taste, times a standard normal affinity."""
    appeal: float = 1.0
    """Weight of this round's popularity."""
    considered: int = 40
    """Courses that a teacher looks at in one round, besides those that follow the last."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The truth behind a simulated data set; rows are in the order of its ids.

    Parameters
    ----------
    weights
        The parameters of a choice.
    teacher_ids, course_ids
        Outside ids, shape (n_teachers,) and (n_courses,).
    taste, vectors
        Lasting tastes and course vectors of length 1, shape (n, n_factors).
    segment
        Segment of each teacher in each school year, shape (n_teachers, n_school_years).
    base
        What a segment thinks of a course (its stage, level, subject), (n_segments, n_courses).
    eligible
        Whether a segment may take a course at all, (n_segments, n_courses).
    pull
        Goals and gaps: by competency, the last column for courses without one.
    competency
        Column of ``pull`` for each course, shape (n_courses,).
    appeal
        Popularity, shape (n_rounds, n_courses).
    followers
        The courses that follow each course, -1 for none, shape (n_courses, n_followers).
    round_years
        The calendar year in which each round is taught, shape (n_rounds,).
    first_school_year
        First calendar year of the first column of ``segment``; one number in an array.
    """

    weights: Weights
    teacher_ids: NDArray[np.str_]
    course_ids: NDArray[np.str_]
    taste: NDArray[np.float32]
    vectors: NDArray[np.float32]
    segment: NDArray[np.int32]
    base: NDArray[np.float32]
    eligible: NDArray[np.bool_]
    pull: NDArray[np.float32]
    competency: NDArray[np.int64]
    appeal: NDArray[np.float32]
    followers: NDArray[np.int64]
    round_years: NDArray[np.int64]
    first_school_year: NDArray[np.int64]

    def utility(
        self, teachers: NDArray[np.integer], courses: NDArray[np.integer], year: int
    ) -> NDArray[np.float32]:
        """Return the known utility without drift, shape (len(teachers), len(courses)).

        Parameters
        ----------
        teachers, courses
            Positions in the data set's id maps.
        year
            Calendar year: states are those of the school year it began in, popularity is the
            mean over the rounds taught in it.

        Raises
        ------
        InvalidSetting
            If no round is taught in that year.
        """
        rounds = self.round_years == year
        if not rounds.any():
            known = sorted({int(one) for one in self.round_years})
            raise InvalidSetting(
                "year",
                expected=f"{known[0]} to {known[-1]}",
                got=str(year),
                remedy="ask for a year of the simulation",
            )
        affinity = self.taste[teachers] @ self.vectors[courses].T
        parts = self.weights.taste * affinity
        parts += self.base[self.segment_in(teachers, year - 1)][:, courses]
        parts += self.pull[teachers][:, self.competency[courses]]
        return parts + self.weights.appeal * self.appeal[rounds].mean(axis=0)[courses]

    def segment_in(self, teachers: NDArray[np.integer], school_year: int) -> NDArray[np.int32]:
        """Return the segments of teachers in a school year, the nearest known; (n,)."""
        column = np.clip(school_year - self.first_school_year[0], 0, self.segment.shape[1] - 1)
        return self.segment[teachers, column]

    def drift(self, last: NDArray[np.integer], courses: NDArray[np.integer]) -> NDArray[np.float32]:
        """Return what the course taken last adds, shape (len(last), len(courses))."""
        likeness = self.vectors[last] @ self.vectors[courses].T
        follows = (self.followers[last][:, :, None] == courses).any(axis=1)
        return self.weights.drift * likeness + self.weights.follow * follows.astype(np.float32)


def save_truth(truth: Truth, folder: Path) -> None:
    """Write the truth as arrays and JSON, with a README that says what they are."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {f.name: getattr(truth, f.name) for f in fields(Truth) if f.name != "weights"}
    np.savez_compressed(folder / _ARRAYS, allow_pickle=False, **arrays)
    (folder / _WEIGHTS).write_text(json.dumps(asdict(truth.weights), indent=2) + "\n", "utf-8")
    about = f"# The truth behind this data set\n\n{__doc__}\n{Truth.__doc__}\n"
    about += "\nNo model may see this folder. `training.simulate.load_truth` reads it.\n"
    (folder / _README).write_text(about, "utf-8")


def remove_truth(folder: Path) -> None:
    """Remove what :func:`save_truth` wrote, and the folder if nothing else is in it."""
    for name in TRUTH_FILES:
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def load_truth(folder: Path) -> Truth:
    """Read what :func:`save_truth` wrote."""
    weights = Weights(**json.loads((folder / _WEIGHTS).read_text("utf-8")))
    with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
        return Truth(weights, **{name: arrays[name] for name in arrays.files})
