"""The teachers of a simulated province: who they are, and how they change over the years."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from training.simulate.cells import dates, ids, pick
from training.simulate.province import Province
from training.simulate.rounds import day, first_day
from training.simulate.settings import Simulation
from training.simulate.words import Words

NOVICE, DEVELOPING, BACKBONE, LEAD, PRINCIPAL, TRAINER = range(len(codes.CAREER_STAGES))
_NEW_SHARE = 0.026
_MOVE_SHARE = 0.035
_NOT_PERSONAL_SHARE = 0.04
_NOT_CONNECTED_SHARE = 0.015
_LATE_SHARE = 0.10
#: Yearly chance to rise from developing to backbone, and from backbone to lead.
_RISE = (0.09, 0.035)
#: Shares of principals, trainers and research officers among teachers of eight years and more.
_ROLE_SHARES = (0.03, 0.012, 0.012)
#: Years of service from which each title may be held; the last two need luck besides.
_TITLE_YEARS = (1, 5, 12, 22)


@dataclass(frozen=True, slots=True, eq=False)
class Teachers:
    """Teachers by number; a teacher's number is the position in the data set's ids.

    Parameters
    ----------
    ids
        Outside ids.
    first_year
        The school year (by its first calendar year) of the first column of what changes.
    phase, subject, role
        Position in ``codes.PHASES``, number in the vocabulary, position in ``codes.ROLES``;
        shape (n_teachers,).
    stage, title, school
        Position in ``codes.CAREER_STAGES``, in ``codes.TITLES``, and school number in each
        school year; shape (n_teachers, n_school_years).
    employed, joined
        Days since 1970: first day as a teacher, and the day from which the platform has
        records, shape (n_teachers,).
    second_subject
        Number of a second subject, -1 for none, shape (n_teachers,).
    """

    ids: pd.Series
    first_year: int
    phase: NDArray[np.int64]
    subject: NDArray[np.int64]
    second_subject: NDArray[np.int64]
    role: NDArray[np.int64]
    stage: NDArray[np.int8]
    title: NDArray[np.int8]
    school: NDArray[np.int32]
    employed: NDArray[np.int64]
    joined: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.phase)

    def column(self, school_year: int) -> int:
        """Return the column of a school year, the nearest one where it lies outside."""
        return int(np.clip(school_year - self.first_year, 0, self.stage.shape[1] - 1))


def make_teachers(
    settings: Simulation, words: Words, province: Province, rng: np.random.Generator
) -> Teachers:
    """Draw the teachers and their yearly states."""
    n = settings.teachers
    first_year = first_day(settings.ends_on, settings.years).year - 1
    last_year = settings.ends_on.year - (settings.ends_on.month < 9)
    school_years = np.arange(first_year, last_year + 1)
    entered = _entered(settings, n, school_years, rng)
    school = rng.integers(len(province.school_id), size=n)
    phase = province.school_phase[school]
    role = _roles(entered, first_year, rng)
    subject, second = _subjects(words, phase, rng)
    employed = np.array([day_of_september(int(year)) for year in entered])
    return Teachers(
        ids=ids("t", n, 7),
        first_year=first_year,
        phase=phase,
        subject=subject,
        second_subject=second,
        role=role,
        stage=_stages(entered, school_years, role, rng),
        title=_titles(entered, school_years, rng),
        school=_schools(province, school, len(school_years), rng),
        employed=employed,
        joined=_joined(settings, province, school, employed, rng),
    )


def day_of_september(year: int) -> int:
    """Return the first of September, when a school year begins, as days since 1970."""
    return int(np.datetime64(f"{year:04d}-09-01").astype(np.int64))


def _entered(
    settings: Simulation, n: int, school_years: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Draw the year of employment: most long ago, a few new teachers every year."""
    past = school_years[0] - rng.gamma(1.8, 7.5, size=n).clip(0, 38).astype(np.int64)
    new = rng.random(n) < _NEW_SHARE * settings.years
    return np.where(new, rng.choice(school_years[1:], size=n), past)


def _roles(
    entered: NDArray[np.int64], first_year: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    draw = rng.random(len(entered))
    role = 1 + np.searchsorted(np.cumsum(_ROLE_SHARES), draw, side="right")
    experienced = entered <= first_year - 8
    return np.where(experienced & (role < len(codes.ROLES)), role, 0)


def _subjects(
    words: Words, phase: NDArray[np.int64], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw a subject of the phase, and a second one for some primary teachers."""
    shares = np.array(
        [[subject.phases.get(code, 0.0) for subject in words.subjects] for code in codes.PHASES]
    )
    shares = np.cumsum(shares / shares.sum(axis=1, keepdims=True), axis=1)
    both = [
        np.minimum(
            (rng.random((len(phase), 1)) > shares[phase]).sum(axis=1), len(words.subjects) - 1
        )
        for _ in range(2)
    ]
    primary = phase == codes.PHASES.index("primary")
    has_second = primary & (rng.random(len(phase)) < 0.25) & (both[0] != both[1])
    return both[0], np.where(has_second, both[1], -1)


def _stages(
    entered: NDArray[np.int64],
    school_years: NDArray[np.int64],
    role: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int8]:
    """Walk from novice (under three years) to developing, backbone and lead."""
    tenure = school_years[0] - entered
    risen = rng.random(len(entered)) < np.clip((tenure - 6) * 0.06, 0, 0.6)
    led = risen & (rng.random(len(entered)) < np.clip((tenure - 14) * 0.02, 0, 0.3))
    grown = DEVELOPING + risen.astype(np.int8) + led.astype(np.int8)
    columns = []
    for year in school_years:
        served = year - entered
        luck = rng.random(len(entered))
        rises = (grown == DEVELOPING) & (served >= 7) & (luck < _RISE[0])
        rises |= (grown == BACKBONE) & (served >= 13) & (luck < _RISE[1])
        grown = grown + rises
        columns.append(np.where(served < 3, NOVICE, grown))
    stage = np.stack(columns, axis=1).astype(np.int8)
    stage[role == codes.ROLES.index("principal")] = PRINCIPAL
    stage[role >= codes.ROLES.index("trainer")] = TRAINER
    return stage


def _titles(
    entered: NDArray[np.int64], school_years: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int8]:
    """Give a title by years of service; waiting times differ between teachers."""
    wait = rng.gamma(2.0, 1.0, size=(len(entered), len(_TITLE_YEARS)))
    # The senior title is for about half of all, full senior for a few in a hundred.
    wait[rng.random(len(entered)) > 0.5, 2:] = 100
    wait[rng.random(len(entered)) > 0.06, 3] = 100
    since = np.array(_TITLE_YEARS) + wait
    served = (school_years[:, None] - entered).T
    return (served[:, :, None] >= since[:, None, :]).sum(axis=2).astype(np.int8)


def _schools(
    province: Province, school: NDArray[np.int64], years: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Move a few teachers every year to another school of the same phase."""
    by_phase = [np.flatnonzero(province.school_phase == p) for p in range(len(codes.PHASES))]
    columns = [school.astype(np.int32)]
    for _ in range(years - 1):
        now = columns[-1].copy()
        moving = np.flatnonzero(rng.random(len(now)) < _MOVE_SHARE)
        phase = province.school_phase[now[moving]]
        for number, schools in enumerate(by_phase):
            here = moving[phase == number]
            now[here] = rng.choice(schools, size=len(here)) if len(here) else now[here]
        columns.append(now)
    return np.stack(columns, axis=1)


def _joined(
    settings: Simulation,
    province: Province,
    school: NDArray[np.int64],
    employed: NDArray[np.int64],
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Say since when there are records: some schools joined late, and a few only now."""
    start, end = day(first_day(settings.ends_on, settings.years)), day(settings.ends_on)
    luck = rng.random(len(province.school_id))
    late = start + rng.integers((end - start) * 3 // 4, size=len(luck))
    school_joined = np.where(luck < _LATE_SHARE, late, start)
    school_joined[luck > 1 - _NOT_CONNECTED_SHARE] = end
    return np.maximum(school_joined[school], employed)


def teachers_frame(
    teachers: Teachers,
    words: Words,
    province: Province,
    goals: list[NDArray[np.int64]],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the dated states: one row for the first state and for each change.

    ``goals`` holds one array of competency numbers, -1 for none, for each place in the list.
    """
    row, column = _changes(teachers)
    since = np.array(
        [day_of_september(teachers.first_year + c) for c in range(teachers.stage.shape[1])]
    )[column]
    subject_codes = [subject.code for subject in words.subjects]
    competency_codes = [competency.code for competency in words.competencies]
    personal = rng.random(len(teachers)) >= _NOT_PERSONAL_SHARE
    return pd.DataFrame(
        {
            "teacher_id": pick(teachers.ids, row),
            "valid_from": dates(since).dt.tz_localize("UTC") - pd.Timedelta(hours=8),
            "career_stage": pick(codes.CAREER_STAGES, teachers.stage[row, column]),
            "phase": pick(codes.PHASES, teachers.phase[row]),
            "subjects": _joined_words(
                subject_codes, [teachers.subject[row], teachers.second_subject[row]]
            ),
            "title": pick(codes.TITLES, teachers.title[row, column]),
            "role": pick(codes.ROLES, teachers.role[row]),
            "organisation_id": pick(province.school_id, teachers.school[row, column]),
            "employed_on": dates(teachers.employed[row]),
            "goals": _joined_words(competency_codes, [one[row] for one in goals]),
            "personalisation": personal[row],
        }
    )


def _changes(teachers: Teachers) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the teacher and school year of each state that differs from the one before."""
    years = np.arange(teachers.first_year, teachers.first_year + teachers.stage.shape[1])
    september = np.array([day_of_september(int(year)) for year in years])
    here = september >= teachers.employed[:, None]
    changed = np.zeros_like(here)
    for state in (teachers.stage, teachers.title, teachers.school):
        changed[:, 1:] |= state[:, 1:] != state[:, :-1]
    first = here & (np.cumsum(here, axis=1) == 1)
    row, column = np.nonzero(here & (changed | first))
    return row, column


def _joined_words(words: list[str], positions: list[NDArray[np.int64]]) -> pd.Series:
    """Join the words at these positions by ``;``; -1 is left out."""
    pairs = [f"{a};{b}" if a and b else a or b for a in ["", *words] for b in ["", *words]]
    first, second = positions
    return pick(pairs, (first + 1) * (len(words) + 1) + second + 1).replace("", None)
