"""What the platform noticed: the events that places and glances left behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from features.events import KIND_NUMBER
from features.moments import MICROSECONDS_PER_DAY, NEVER
from training.simulate.catalogue import Catalogue
from training.simulate.cells import ids, pick, times
from training.simulate.offerings import APPLICATION, OPEN, Offerings, offering_ids
from training.simulate.places import COMPLETED, FAILED, WITHDRAWN, Glances, Places
from training.simulate.rounds import at
from training.simulate.teachers import Teachers

#: Chances that a step of a place leaves an event.
_WISH_OF_OPEN = 0.45
_VIEWED_BEFORE = 0.15
_SAVED_BEFORE = 0.05
_STARTED = 0.2
_RATED = 0.2
_RESULT_SHARES = (0.35, 0.45, 0.20)
_MEAN_RATING = 3.6
_RECORDED_LATE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Happenings:
    """Events before they get a time and an id, each field of shape (n_events,).

    ``kind`` and ``result`` are positions in ``codes.EVENT_KINDS`` and ``codes.RESULTS`` (-1 for
    none), ``on`` is a day since 1970, ``value`` a rating or NaN.
    """

    teacher: NDArray[np.int64]
    course: NDArray[np.int64]
    offering: NDArray[np.int64]
    kind: NDArray[np.int64]
    on: NDArray[np.int64]
    result: NDArray[np.int64]
    value: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.teacher)

    def until(self, last_day: int) -> Happenings:
        """Return what happened up to a day."""
        kept = self.on <= last_day
        return Happenings(*(getattr(self, f.name)[kept] for f in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Happenings]) -> Happenings:
        """Put events one after another."""
        return cls(
            *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls))
        )


def happenings(
    places: Places, glances: Glances, offerings: Offerings, rng: np.random.Generator
) -> Happenings:
    """Return the events of places and glances, in no order."""
    return Happenings.joined(
        [
            _wishes(places, offerings, rng),
            _endings(places, rng),
            _ratings(places, offerings, rng),
            _of_glances(glances),
        ]
    )


def _event(
    places: Places, kind: str, on: NDArray[np.int64], chosen: NDArray[np.bool_]
) -> Happenings:
    n = int(chosen.sum())
    return Happenings(
        teacher=places.teacher[chosen],
        course=places.course[chosen],
        offering=places.offering[chosen],
        kind=np.full(n, KIND_NUMBER[kind]),
        on=on[chosen],
        result=np.full(n, -1),
        value=np.full(n, np.nan),
    )


def _wishes(places: Places, offerings: Offerings, rng: np.random.Generator) -> Happenings:
    """Return what comes before the end: looking, keeping, wishing and starting."""
    admission = offerings.admission[places.offering]
    is_open, applied = admission == OPEN, admission == APPLICATION
    luck = rng.random((4, len(places)))
    own = is_open | applied
    return Happenings.joined(
        [
            _event(places, "viewed", places.wished, own & (luck[0] < _VIEWED_BEFORE)),
            _event(places, "saved", places.wished, own & (luck[1] < _SAVED_BEFORE)),
            _event(
                places, "selected", places.wished, applied | is_open & (luck[2] < _WISH_OF_OPEN)
            ),
            _event(places, "started", places.started, is_open & (luck[3] < _STARTED)),
        ]
    )


def _endings(places: Places, rng: np.random.Generator) -> Happenings:
    completed = _event(places, "completed", places.ended, places.outcome == COMPLETED)
    completed.result[:] = rng.choice(3, size=len(completed), p=_RESULT_SHARES) + 1
    failed = _event(places, "failed", places.ended, places.outcome == FAILED)
    failed.result[:] = codes.RESULTS.index("fail")
    midway = places.started + (places.ended - places.started) // 2
    withdrawn = _event(places, "withdrawn", midway, places.outcome == WITHDRAWN)
    return Happenings.joined([completed, failed, withdrawn])


def _ratings(places: Places, offerings: Offerings, rng: np.random.Generator) -> Happenings:
    """Ratings of own choices, from 1 to 5; they follow liking, and most are kind."""
    own = offerings.admission[places.offering] <= APPLICATION
    chosen = own & (places.outcome == COMPLETED) & (rng.random(len(places)) < _RATED)
    rated = _event(places, "rated", places.ended + 2, chosen)
    liking = places.liking[chosen]
    spread = liking.std() if len(liking) > 1 else 1.0
    liking = (liking - liking.mean()) / max(spread, 1e-6) if len(liking) else liking
    noisy = _MEAN_RATING + 0.6 * liking + 0.6 * rng.normal(size=len(liking))
    rated.value[:] = np.clip(np.round(noisy), 1, 5)
    return rated


def _of_glances(glances: Glances) -> Happenings:
    n = len(glances.teacher)
    return Happenings(
        teacher=glances.teacher,
        course=glances.course,
        offering=np.full(n, -1),
        kind=np.where(glances.dismissed, KIND_NUMBER["dismissed"], KIND_NUMBER["viewed"]),
        on=glances.on,
        result=np.full(n, -1),
        value=np.full(n, np.nan),
    )


def events_frame(
    events: Happenings,
    teachers: Teachers,
    catalogue: Catalogue,
    offerings: Offerings,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the events table in order of time."""
    occurred = at(events.on, rng)
    order = np.argsort(occurred, kind="stable")
    occurred, kind = occurred[order], events.kind[order]
    completed = kind == KIND_NUMBER["completed"]
    late = completed & (rng.random(len(order)) < _RECORDED_LATE)
    delay = rng.integers(1, 15, size=len(order)) * MICROSECONDS_PER_DAY
    recorded = np.where(late & (occurred + delay <= occurred[-1]), occurred + delay, NEVER)
    hours = catalogue.hours[events.course[order]]
    return pd.DataFrame(
        {
            "event_id": ids("e", len(order), 9),
            "teacher_id": pick(teachers.ids, events.teacher[order]),
            "course_id": pick(catalogue.frame["course_id"], events.course[order]),
            "occurred_at": times(occurred),
            "kind": pick(codes.EVENT_KINDS, kind),
            "offering_id": pick(offering_ids(offerings), events.offering[order]),
            "recorded_at": times(recorded),
            "value": events.value[order],
            "result": pick(codes.RESULTS, events.result[order]),
            "amount": np.where(completed, hours, np.nan),
            "unit": pick(codes.UNITS, np.where(completed, codes.UNITS.index("hour"), -1)),
        }
    )
