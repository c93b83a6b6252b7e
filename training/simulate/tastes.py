"""Draws the truth: course vectors, tastes, segments, popularity and what follows what."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features import codes
from training.simulate.catalogue import Catalogue
from training.simulate.competence import Competence
from training.simulate.rounds import Round, day
from training.simulate.teachers import Teachers
from training.simulate.words import Words

N_FACTORS = 12
N_FOLLOWERS = 4
#: Share of the variance of taste that teachers of one subject and stage have in common.
_SHARED_TASTE = 0.4
_GOAL_PULL = 0.7
_GAP_PULL = 0.35
_OWN_SUBJECT = 1.0
_NEW_APPEAL = 0.5
#: Level that suits each stage best, in the order of ``codes.CAREER_STAGES``.
_SUITS = np.array([1.0, 1.6, 2.4, 3.0, 2.0, 2.8])
_TOO_FAR = 0.5


def course_vectors(catalogue: Catalogue, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return vectors of length 1: courses of one topic, angle or domain are alike."""
    total = 0.5 * rng.normal(size=(len(catalogue), N_FACTORS))
    for attribute, weight in (("domain", 0.8), ("angle", 1.0), ("topic", 1.2), ("subject", 0.6)):
        words = [getattr(draft, attribute) for draft in catalogue.drafts]
        kinds, number = np.unique(words, return_inverse=True)
        total += weight * rng.normal(size=(len(kinds), N_FACTORS))[number]
    return (total / np.linalg.norm(total, axis=1, keepdims=True)).astype(np.float32)


def tastes(teachers: Teachers, words: Words, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return lasting tastes of unit variance; those of one subject and stage lean one way."""
    group = teachers.subject * len(codes.CAREER_STAGES) + teachers.stage[:, 0]
    shape = (len(words.subjects) * len(codes.CAREER_STAGES), N_FACTORS)
    shared = rng.normal(size=shape)[group]
    own = rng.standard_normal((len(teachers), N_FACTORS), dtype=np.float32)
    mixed = np.sqrt(_SHARED_TASTE) * shared + np.sqrt(1 - _SHARED_TASTE) * own
    return mixed.astype(np.float32)


def leaning(
    taste: NDArray[np.float32], vectors: NDArray[np.float32], catalogue: Catalogue, many: int
) -> NDArray[np.float32]:
    """Return how much each teacher likes the courses of each competency, (n_teachers, many)."""
    centres = np.stack(
        [
            vectors[catalogue.competency == number].sum(axis=0)
            / max(1, int((catalogue.competency == number).sum()))
            for number in range(many)
        ]
    )
    return (taste @ centres.T).astype(np.float32)


def pulls(competence: Competence) -> NDArray[np.float32]:
    """Return the pull of goals and gaps by competency; a last column of 0 for no competency."""
    n, many = competence.gap.shape
    pull = np.zeros((n, many + 1), np.float32)
    pull[:, :many] = _GAP_PULL * competence.gap
    for goal in competence.goals:
        having = np.flatnonzero(goal >= 0)
        pull[having, goal[having]] += _GOAL_PULL
    return pull


def segments(
    teachers: Teachers, catalogue: Catalogue
) -> tuple[NDArray[np.int32], NDArray[np.bool_], NDArray[np.float32]]:
    """Group teachers by phase, subject, role and stage.

    Returns
    -------
    tuple
        Segment of each teacher in each school year; whether a segment may take a course and
        what it thinks of it, both of shape (n_segments, n_courses).
    """
    n_stages, n_roles = len(codes.CAREER_STAGES), len(codes.ROLES)
    n_subjects = int(teachers.subject.max()) + 1
    fixed = (teachers.phase * n_subjects + teachers.subject) * n_roles + teachers.role
    kinds, number = np.unique(fixed[:, None] * n_stages + teachers.stage, return_inverse=True)
    rest, stage = np.divmod(kinds, n_stages)
    rest, role = np.divmod(rest, n_roles)
    phase, subject = np.divmod(rest, n_subjects)
    own = subject[:, None] == catalogue.subject
    eligible = (own | (catalogue.subject < 0)) & catalogue.phases[:, phase].T
    eligible &= catalogue.stages[:, stage].T & catalogue.roles[:, role].T
    eligible &= ~catalogue.of_group("ethics", "induction")
    base = _OWN_SUBJECT * own - _TOO_FAR * np.abs(_SUITS[stage][:, None] - catalogue.level)
    shape = teachers.stage.shape
    return number.reshape(shape).astype(np.int32), eligible, base.astype(np.float32)


def appeals(
    catalogue: Catalogue, rounds: Sequence[Round], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return popularity: lasting quality, what is in fashion this round, and newness."""
    n = len(catalogue)
    quality = 0.5 * rng.normal(size=n)
    fashion = 0.6 * rng.normal(size=n)
    rows = []
    for one in rounds:
        fashion = 0.6 * fashion + 0.5 * rng.normal(size=n)
        age = day(one.published) - catalogue.first_day
        rows.append(quality + fashion + _NEW_APPEAL * ((age >= 0) & (age < 365)))
    return np.stack(rows).astype(np.float32)


def followers(
    catalogue: Catalogue, vectors: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return what follows each course: the next level, then others of its subject by chance.

    This is what makes the order of choices matter beyond likeness; shape
    (n_courses, ``N_FOLLOWERS``), -1 for none.
    """
    found = np.full((len(catalogue), N_FOLLOWERS), -1)
    chained = np.flatnonzero(catalogue.prerequisite >= 0)
    found[catalogue.prerequisite[chained], 0] = chained
    phase = catalogue.phases.argmax(axis=1)
    cell = np.where(catalogue.subject >= 0, catalogue.subject * len(codes.PHASES) + phase, -1)
    for here in np.unique(cell):
        courses = np.flatnonzero((cell == here) & ~catalogue.of_group("ethics", "induction"))
        if len(courses) <= N_FOLLOWERS:
            continue
        near = vectors[courses] @ vectors[courses].T + 0.5 * rng.gumbel(size=(len(courses),) * 2)
        np.fill_diagonal(near, -np.inf)
        best = np.argsort(-near, axis=1)[:, : N_FOLLOWERS - 1]
        found[courses, 1:] = courses[best]
    return found
