"""The competency framework, the teachers' true levels, goals, and what was diagnosed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from training.simulate.cells import pick, times
from training.simulate.rounds import at, day
from training.simulate.settings import Simulation
from training.simulate.teachers import Teachers
from training.simulate.words import Words

FRAMEWORK = "simulated-framework-1"
#: Target level, from 1 to 5, in the order of ``codes.CAREER_STAGES``.
_TARGETS = (2.0, 2.75, 3.5, 4.25, 3.75, 4.25)
#: How far each competency's target lies from the stage's, in the order of the vocabulary.
_SHIFTS = (0.0, 0.25, 0.0, -0.25, 0.0)
_DIAGNOSED_SHARE = 0.35
_GOAL_SHARE = 0.6
_SECOND_GOAL_SHARE = 0.35


@dataclass(frozen=True, slots=True, eq=False)
class Competence:
    """What teachers can do and what they want to.

    Parameters
    ----------
    level
        True levels from 0 to 5, shape (n_teachers, n_competencies).
    gap
        Target of the first known stage less the true level, shape as ``level``.
    goals
        Two arrays of competency numbers, -1 for none, each of shape (n_teachers,).
    """

    level: NDArray[np.float32]
    gap: NDArray[np.float32]
    goals: list[NDArray[np.int64]]


def targets() -> NDArray[np.float32]:
    """Return the target levels, shape (n_stages, n_competencies)."""
    return np.add.outer(_TARGETS, _SHIFTS).astype(np.float32)


def make_competence(
    teachers: Teachers, leaning: NDArray[np.float32], rng: np.random.Generator
) -> Competence:
    """Draw levels, and goals that follow the teachers' leaning.

    ``leaning``, shape (n_teachers, n_competencies), is what their taste says of each.
    """
    target = targets()[teachers.stage[:, 0]]
    spread = rng.normal(-0.5, 0.7, size=target.shape).astype(np.float32)
    level = np.clip(target + spread, 0, 5)
    order = np.argsort(-(leaning + rng.gumbel(0, 0.3, size=leaning.shape)), axis=1)
    has_one = rng.random(len(teachers)) < _GOAL_SHARE
    has_two = has_one & (rng.random(len(teachers)) < _SECOND_GOAL_SHARE)
    goals = [np.where(has_one, order[:, 0], -1), np.where(has_two, order[:, 1], -1)]
    return Competence(level, target - level, goals)


def competencies_frame(words: Words) -> pd.DataFrame:
    """Return the framework: a row for each competency and stage."""
    target = targets()
    return pd.DataFrame(
        [
            {
                "framework": FRAMEWORK,
                "competency": competency.code,
                "stage": stage,
                "target": float(target[row, column]),
                "domain": competency.domain,
                "name_zh": competency.name[0],
                "name_en": competency.name[1],
            }
            for row, stage in enumerate(codes.CAREER_STAGES)
            for column, competency in enumerate(words.competencies)
        ]
    )


def diagnoses_frame(
    settings: Simulation,
    words: Words,
    teachers: Teachers,
    competence: Competence,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return what was measured: for a share of teachers, each competency once, with error."""
    end = day(settings.ends_on)
    measured = np.flatnonzero(
        (rng.random(len(teachers)) < _DIAGNOSED_SHARE) & (teachers.joined < end - 60)
    )
    when = at(rng.integers(teachers.joined[measured] + 30, end), rng)
    many = len(words.competencies)
    error = rng.choice([0.25, 0.4, 0.6], size=(len(measured), many))
    level = np.clip(competence.level[measured] + error * rng.normal(size=error.shape), 0, 5)
    who = np.repeat(measured, many)
    return pd.DataFrame(
        {
            "teacher_id": pick(teachers.ids, who),
            "competency": pick(
                [competency.code for competency in words.competencies],
                np.tile(np.arange(many), len(measured)),
            ),
            "diagnosed_at": times(np.repeat(when, many)),
            "level": np.round(level, 2).ravel(),
            "uncertainty": error.ravel(),
            "framework": FRAMEWORK,
            "instrument": pick(
                ["lesson_observation", "online_test", "self_report"],
                np.searchsorted([0.3, 0.5], error.ravel()),
            ),
            "source": "county_centre",
        }
    )
