"""The courses of a simulated province: the table, and the same as arrays for choosing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from training.simulate.cells import dates, ids
from training.simulate.drafts import Draft, make_drafts
from training.simulate.province import Province
from training.simulate.rounds import day, first_day
from training.simulate.settings import Simulation
from training.simulate.words import Words

NOT_RETIRED = np.iinfo(np.int64).max
#: Share of the catalogue that is there from the first day; the rest appears year by year.
_FIRST_DAY_SHARE = 0.55
_RETIRED_SHARE = 0.07
#: Groups that are there from the beginning and never retire.
_LASTING = ("ethics", "induction", "theme")
#: Shares of modes, in the order of ``codes.MODES``, by group.
_MODE_SHARES = {
    "subject": (0.18, 0.45, 0.17, 0.20),
    "programme": (0.5, 0.0, 0.0, 0.5),
    "induction": (0.0, 0.0, 0.0, 1.0),
}
_ONLINE = (0.0, 1.0, 0.0, 0.0)
#: Shares of tiers, in the order of ``codes.TIERS``, for courses that state none, by mode.
_TIER_SHARES = (
    (0.02, 0.18, 0.35, 0.45, 0.0),
    (0.15, 0.40, 0.20, 0.25, 0.0),
    (0.0, 0.0, 0.0, 0.0, 1.0),
    (0.05, 0.25, 0.35, 0.35, 0.0),
)
_GRADE_SHARES = (0.25, 0.45, 0.27, 0.03)
_CREDITS_PER_HOUR = {"face_to_face": 1.0, "online": 1.0, "school_based": 0.5, "blended": 1.0}
_YUAN_PER_HOUR = {"face_to_face": 40, "online": 3, "school_based": 0, "blended": 20}


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Courses by number; a course's number is its position in the data set's ids.

    Parameters
    ----------
    drafts
        What each course is.
    frame
        The courses table.
    subject
        Number of the subject in the vocabulary, -1 for all subjects, shape (n_courses,).
    phases, stages, roles
        Who may take it, shape (n_courses, n_codes).
    competency
        Number of the competency, -1 for none, shape (n_courses,).
    level, hours, credits, prerequisite
        As in the table; ``prerequisite`` is a course number or -1; shape (n_courses,).
    mode
        Position in ``codes.MODES``, shape (n_courses,).
    provider
        Provider number, shape (n_courses,).
    first_day, last_day
        Days since 1970 on which it appears and retires, shape (n_courses,).
    """

    drafts: list[Draft]
    frame: pd.DataFrame
    subject: NDArray[np.int64]
    phases: NDArray[np.bool_]
    stages: NDArray[np.bool_]
    roles: NDArray[np.bool_]
    competency: NDArray[np.int64]
    level: NDArray[np.int64]
    hours: NDArray[np.float64]
    credits: NDArray[np.float64]
    prerequisite: NDArray[np.int64]
    mode: NDArray[np.int64]
    provider: NDArray[np.int64]
    first_day: NDArray[np.int64]
    last_day: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.drafts)

    def of_group(self, *groups: str) -> NDArray[np.bool_]:
        """Say which courses belong to these groups of drafts, shape (n_courses,)."""
        return np.array([draft.group in groups for draft in self.drafts])


def make_catalogue(
    settings: Simulation, words: Words, province: Province, rng: np.random.Generator
) -> Catalogue:
    """Draw the catalogue."""
    drafts = make_drafts(words, settings.catalogue_size, rng)
    appears, retires = _life(settings, drafts, rng)
    subjects = [subject.code for subject in words.subjects]
    competencies = [competency.code for competency in words.competencies]
    mode = np.array([_mode(draft, rng) for draft in drafts])
    provider = np.array([_provider(draft, mode[n], rng) for n, draft in enumerate(drafts)])
    hours = np.array([float(draft.hours) for draft in drafts])
    rate = np.array([_CREDITS_PER_HOUR[codes.MODES[number]] for number in mode])
    shared = _Shared(mode, provider, hours, np.floor(2 * hours * rate) / 2)
    return Catalogue(
        drafts=drafts,
        frame=_frame(words, province, drafts, shared, rng).assign(
            available_from=dates(appears).dt.tz_localize("UTC") - pd.Timedelta(hours=8),
            available_until=_until(retires),
        ),
        subject=np.array([_number(draft.subject, subjects) for draft in drafts]),
        phases=_mask([draft.phases for draft in drafts], codes.PHASES),
        stages=_mask([draft.stages for draft in drafts], codes.CAREER_STAGES),
        roles=_mask([draft.roles for draft in drafts], codes.ROLES),
        competency=np.array([_number(draft.competency, competencies) for draft in drafts]),
        level=np.array([draft.level for draft in drafts]),
        hours=hours,
        credits=shared.credits,
        prerequisite=np.array([draft.after for draft in drafts]),
        mode=mode,
        provider=provider,
        first_day=appears,
        last_day=retires,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Shared:
    """What both the table and the arrays need; each of shape (n_courses,)."""

    mode: NDArray[np.int64]
    provider: NDArray[np.int64]
    hours: NDArray[np.float64]
    credits: NDArray[np.float64]


def _number(code: str, among: Sequence[str]) -> int:
    return among.index(code) if code else -1


def _mask(lists: Sequence[Sequence[str]], among: Sequence[str]) -> NDArray[np.bool_]:
    """Return who is meant, shape (len(lists), len(among)); an empty list means everyone."""
    return np.array([[not one or code in one for code in among] for one in lists])


def _life(
    settings: Simulation, drafts: list[Draft], rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Draw when each course appears and retires; a chain appears in order and never retires."""
    start, end = day(first_day(settings.ends_on, settings.years)), day(settings.ends_on)
    # A course appears 40 days or more before the end, so that a round can still hold it.
    later = start + rng.integers(365 * settings.years - 40, size=len(drafts))
    appears = np.where(rng.random(len(drafts)) < _FIRST_DAY_SHARE, start - 100, later)
    retires = np.full(len(drafts), NOT_RETIRED)
    leaves = rng.random(len(drafts)) < _RETIRED_SHARE
    needed = {draft.after for draft in drafts} | {n for d in drafts for n in d.contains}
    for number, draft in enumerate(drafts):
        if draft.group in _LASTING:
            appears[number] = start - 100
        elif draft.after >= 0:
            appears[number] = max(appears[number], appears[draft.after])
        elif draft.from_year:
            appears[number] = max(appears[number], min(start + 365 * draft.from_year, end - 40))
        if leaves[number] and draft.group == "subject" and number not in needed:
            retires[number] = appears[number] + 365 + rng.integers(365 * settings.years)
    for number, draft in enumerate(drafts):
        for inner in draft.contains:
            appears[number] = max(appears[number], appears[inner])
    return appears, np.where(retires < end - 30, retires, NOT_RETIRED)


def _until(retires: NDArray[np.int64]) -> pd.Series:
    known = retires != NOT_RETIRED
    days = dates(np.where(known, retires, 0)).dt.tz_localize("UTC") - pd.Timedelta(hours=8)
    return days.where(known)


def _mode(draft: Draft, rng: np.random.Generator) -> int:
    shares = _MODE_SHARES.get(draft.group, _ONLINE)
    return int(rng.choice(len(codes.MODES), p=shares))


def _provider(draft: Draft, mode: int, rng: np.random.Generator) -> int:
    """Choose a provider that would teach this: its number in the vocabulary."""
    if draft.group in _LASTING:
        return 3
    if draft.subject in ("pe", "music", "art"):
        return int(rng.choice([0, 9]))
    if draft.subject == "early_childhood":
        return int(rng.choice([1, 8]))
    if draft.domain == "family_education":
        return int(rng.choice([11, 12]))
    if draft.domain == "digital_literacy":
        return int(rng.choice([4, 10]))
    if codes.MODES[mode] == "online":
        return int(rng.choice([0, 3, 4]))
    return int(rng.choice([0, 1, 2, 3, 5, 6, 7, 12, 13]))


def _credit_kind(draft: Draft) -> str:
    if draft.domain == "ethics":
        return "ethics"
    return "practice" if draft.angle == "lesson_study" or draft.line else "knowledge"


def _frame(
    words: Words,
    province: Province,
    drafts: list[Draft],
    shared: _Shared,
    rng: np.random.Generator,
) -> pd.DataFrame:
    outside = ids("c", len(drafts), 4)
    rows = [
        _row(words, draft, codes.MODES[shared.mode[n]], outside, rng)
        for n, draft in enumerate(drafts)
    ]
    return pd.DataFrame(rows).assign(
        course_id=outside,
        hours=shared.hours,
        credits=shared.credits,
        provider_id=[province.provider_id[number] for number in shared.provider],
    )


def _row(
    words: Words, draft: Draft, mode: str, outside: pd.Series, rng: np.random.Generator
) -> dict[str, object]:
    note = words.mode_notes[mode]
    lasting = draft.group in _LASTING
    tier = draft.tier or str(rng.choice(codes.TIERS, p=_TIER_SHARES[codes.MODES.index(mode)]))
    free = lasting or tier in ("national", "school")
    return {
        "kind": "programme" if draft.group == "programme" else "course",
        "title_zh": draft.title[0],
        "title_en": draft.title[1],
        "text_zh": draft.text[0] + note[0],
        "text_en": f"{draft.text[1]} {note[1]}",
        "subjects": draft.subject or None,
        "phases": ";".join(draft.phases) or None,
        "stages": ";".join(draft.stages) or None,
        "roles": ";".join(draft.roles) or None,
        "domain": draft.domain,
        "competencies": f"{draft.competency}:{draft.level}" if draft.competency else None,
        "themes": ";".join(draft.themes) or None,
        "obligation": draft.obligation,
        "credit_kind": _credit_kind(draft),
        "prerequisites": outside[draft.after] if draft.after >= 0 else None,
        "contains": ";".join(outside[list(draft.contains)]) or None,
        "repeatable": "yearly" if draft.group == "ethics" else "never",
        "mode": mode,
        "tier": "provincial" if lasting else tier,
        "line": draft.line or None,
        "grade": "good" if lasting else str(rng.choice(codes.GRADES, p=_GRADE_SHARES)),
        "cost": 0.0 if free else float(_YUAN_PER_HOUR[mode] * draft.hours),
    }
