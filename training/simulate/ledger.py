"""Enrolments and credits of a simulated province: what the authority wrote down."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from training.simulate.catalogue import Catalogue
from training.simulate.cells import dates, ids, pick, times
from training.simulate.offerings import APPLICATION, NOMINATED, OPEN, Offerings, offering_ids
from training.simulate.places import COMPLETED, NO_SHOW, REFUSED, Places
from training.simulate.rounds import at, day, first_day
from training.simulate.settings import Simulation
from training.simulate.teachers import Teachers

#: Every final state is kept; the steps towards it only for the last year, as in an archive.
_STEPS_KEPT = 365
_DECISION_DAYS = 12
_CREDITS_PER_YEAR = 60
_ACTIVITIES_PER_YEAR = 2.0
_STATE = {state: number for number, state in enumerate(codes.ENROLMENT_STATES)}
_DECIDERS = ("teacher", "school", "platform", "county", "provider")
_DECIDER_OF = {"applied": 0, "school_approved": 1, "admitted": 2, "refused": 3}
_REASONS = ("no_seat", "away_too_long", "unexcused")


def enrolments_frame(
    places: Places,
    teachers: Teachers,
    offerings: Offerings,
    last_day: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the states that were reached by ``last_day``."""
    admission = offerings.admission[places.offering]
    recent = places.wished > last_day - _STEPS_KEPT
    applied = admission == APPLICATION
    nominated = admission == NOMINATED
    refused = places.outcome == REFUSED
    decided = places.wished + np.where(applied | nominated, _DECISION_DAYS, 0)
    parts = [
        _reached("applied", places.wished, recent & applied),
        _reached("school_approved", places.wished + 4, recent & (applied | nominated)),
        _reached("refused", decided, refused),
        _reached("admitted", decided, recent & ~refused),
        _reached("completed", places.ended, places.outcome == COMPLETED),
        _reached("no_show", places.ended, places.outcome == NO_SHOW),
    ]
    place, state, on = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = on <= last_day
    place, state, on = place[kept], state[kept], on[kept]
    completed = state == _STATE["completed"]
    reason = np.where(state == _STATE["refused"], place % 2, -1)
    reason = np.where(state == _STATE["no_show"], 2, reason)
    return pd.DataFrame(
        {
            "teacher_id": pick(teachers.ids, places.teacher[place]),
            "offering_id": pick(offering_ids(offerings), places.offering[place]),
            "state": pick(codes.ENROLMENT_STATES, state),
            "decided_at": times(at(on, rng)),
            "admission_mode": pick(codes.ADMISSION_MODES, admission[place]),
            "decider": pick(_DECIDERS, _deciders()[state]),
            "reason": pick(_REASONS, reason),
            "evaluated": pd.Series(
                np.where(completed, rng.random(len(place)) < 0.8, False), dtype="boolean"
            ).where(completed),
        }
    )


def _reached(
    state: str, on: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    place = np.flatnonzero(chosen)
    return place, np.full(len(place), _STATE[state]), on[place]


def _deciders() -> NDArray[np.int64]:
    """Return who decides each state, as a position in ``_DECIDERS``; the provider by default."""
    return np.array([_DECIDER_OF.get(state, 4) for state in codes.ENROLMENT_STATES])


def capacities(offerings: Offerings, places: Places, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return seats: all who were admitted, and some seats that stayed empty."""
    admitted = np.bincount(places.offering[places.outcome != REFUSED], minlength=len(offerings))
    seats = np.where(offerings.admission == OPEN, 500, 50)
    filled = np.ceil(admitted * (1 + 0.3 * rng.random(len(offerings))) / 10) * 10
    return np.maximum(seats, filled).astype(np.int64)


def credits_frame(
    settings: Simulation,
    places: Places,
    teachers: Teachers,
    catalogue: Catalogue,
    offerings: Offerings,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the ledger: completed offerings, activities, and openings of late schools."""
    last = day(settings.ends_on)
    done = places.where((places.outcome == COMPLETED) & (places.ended <= last))
    parts = [
        _for_offerings(done, teachers, catalogue, offerings),
        _openings(settings, teachers),
        _activities(settings, teachers, rng),
    ]
    frame = pd.concat(parts, ignore_index=True)
    earned = frame.pop("earned").to_numpy()
    recorded = np.minimum(earned + rng.integers(1, 25, size=len(earned)), last)
    return frame.assign(
        entry_id=ids("k", len(frame), 9),
        earned_on=dates(earned),
        recorded_at=times(at(recorded, rng)),
        unit="credit",
        state=pick(["recognised", "claimed"], (recorded == last).astype(np.int64)),
    )


def _for_offerings(
    done: Places, teachers: Teachers, catalogue: Catalogue, offerings: Offerings
) -> pd.DataFrame:
    columns = {
        name: pick(catalogue.frame[name].fillna(""), done.course).replace("", None)
        for name in ("tier", "mode", "credit_kind", "themes")
    }
    return pd.DataFrame(
        {
            "teacher_id": pick(teachers.ids, done.teacher),
            "kind": "offering",
            "earned": done.ended,
            "amount": catalogue.credits[done.course],
            "course_id": pick(catalogue.frame["course_id"], done.course),
            "offering_id": pick(offering_ids(offerings), done.offering),
            **columns,
            "authority": "county",
        }
    )


def _openings(settings: Simulation, teachers: Teachers) -> pd.DataFrame:
    """Return one balance for each teacher who was at work before the records begin."""
    start = day(first_day(settings.ends_on, settings.years))
    late = np.flatnonzero((teachers.joined > start + 30) & (teachers.employed < teachers.joined))
    since = np.maximum(teachers.employed[late], start)
    years = (teachers.joined[late] - since) / 365.25
    return pd.DataFrame(
        {
            "teacher_id": pick(teachers.ids, late),
            "kind": "opening",
            "earned": teachers.joined[late],
            "amount": np.floor(2 * _CREDITS_PER_YEAR * years) / 2,
            "credit_kind": "knowledge",
            "authority": "province",
        }
    )


def _activities(settings: Simulation, teachers: Teachers, rng: np.random.Generator) -> pd.DataFrame:
    """Return research, mentoring and the like, which happen outside offerings."""
    last = day(settings.ends_on)
    many = rng.poisson(_ACTIVITIES_PER_YEAR * settings.years, size=len(teachers))
    who = np.repeat(np.arange(len(teachers)), np.where(teachers.joined < last, many, 0))
    since = teachers.joined[who]
    return pd.DataFrame(
        {
            "teacher_id": pick(teachers.ids, who),
            "kind": "activity",
            "earned": since + ((last - since) * rng.random(len(who))).astype(np.int64),
            "amount": rng.integers(24, 57, size=len(who)) / 2,
            "activity": pick(codes.ACTIVITIES, rng.integers(len(codes.ACTIVITIES), size=len(who))),
            "tier": "school",
            "mode": "school_based",
            "credit_kind": "practice",
            "authority": "school",
        }
    )
