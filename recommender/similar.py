"""Courses like a course: alike in content, or taken next by those who took it.

Both are read off the model: content is compared as scorers compare it, and what was taken next is
what a history of this one course adds to the score of another. No teacher is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.events import KIND_NUMBER, EventLog
from features.histories import histories_before
from features.labels import Label
from features.moments import instant
from features.profiles import Profiles
from recommender.backdrop import Backdrop
from recommender.reasons import Reason
from recommender.scorers.following import Following
from recommender.scorers.sequence import Sequence

#: Scorers that know what was taken next, the one asked first before the others.
NEXT = (Following.name, Sequence.name)
CONTENT = "content"
#: A course counts as alike from this cosine on, and as taken next from this share of the most.
LEAST = 0.05
WORDS: dict[str, Label] = {
    "content": ("内容相近", "Its content is alike"),
    "next": ("学过该课程的教师随后常选", "Teachers who took the one often went on to the other"),
}


@dataclass(frozen=True, slots=True)
class Similar:
    """A course like another.

    Parameters
    ----------
    score
        0 to 1; the values of the reasons add up to it.
    """

    course_id: str
    title: Label
    rank: int
    score: float
    reasons: tuple[Reason, ...]


def similar(backdrop: Backdrop, course: int, as_of: pd.Timestamp, k: int) -> tuple[Similar, ...]:
    """Return the courses most like one, by position, the most alike first.

    Half of a score is the cosine of content, half how much more often it was taken next than
    others; all of it is content where nothing is known of what was taken next. Courses
    that are closed to all are left out.
    """
    catalogue = backdrop.catalogue.whole
    alike = (catalogue.features @ catalogue.features[[course]].T).toarray()[:, 0]
    parts = {CONTENT: (CONTENT, np.where(alike >= LEAST, alike, 0.0))}
    name = next((name for name in NEXT if name in backdrop.model.scorers), None)
    is_known = catalogue.position >= 0
    if name is not None and is_known[course]:
        # What a new course would borrow from its neighbours nobody has done.
        added = np.where(is_known, _added(backdrop, name, course, as_of), 0.0)
        parts = {source: (code, own / 2) for source, (code, own) in parts.items()}
        parts[name] = ("next", np.where(added >= LEAST, added, 0.0) / 2)
    total = np.sum([own for _, own in parts.values()], axis=0)
    total[backdrop.rules.closed | ~catalogue.appeared] = 0
    total[course] = 0
    order = np.argsort(-total, kind="stable")[:k]
    told = _teller(parts)
    ids = backdrop.dataset.courses.ids
    return tuple(
        Similar(
            course_id=str(ids[place]),
            title=backdrop.titles.get(str(ids[place]), ("", "")),
            rank=rank,
            score=float(total[place]),
            reasons=told(int(place)),
        )
        for rank, place in enumerate(order.tolist(), start=1)
        if total[place] > 0
    )


def _teller(
    parts: dict[str, tuple[str, NDArray[np.floating]]],
) -> Callable[[int], tuple[Reason, ...]]:
    def told(place: int) -> tuple[Reason, ...]:
        found = [
            Reason(code, "", float(own[place]), source, *WORDS[code])
            for source, (code, own) in parts.items()
            if own[place] > 0
        ]
        return tuple(sorted(found, key=lambda reason: -reason.value))

    return told


def _added(
    backdrop: Backdrop, scorer: str, course: int, as_of: pd.Timestamp
) -> NDArray[np.floating]:
    """Return what a history of one course adds to others' scores, as shares of the most."""
    scores = [
        backdrop.model.score(_stranger(backdrop, own, as_of), backdrop.catalogue, scorer)[0]
        for own in ([course], [])
    ]
    added = np.clip(scores[0] - scores[1], 0, None).astype(np.float64)
    added[course] = 0
    return np.asarray(added / max(float(added.max(initial=0)), 1e-12))


def _stranger(backdrop: Backdrop, courses: list[int], as_of: pd.Timestamp) -> Profiles:
    """Return the profile of somebody of whom nothing is known but courses taken just now."""
    encoder, one = backdrop.model.profile_encoder, np.zeros(1, np.intp)
    moment, n = instant(as_of), len(courses)
    log = EventLog(
        teacher=np.zeros(n, np.int32),
        course=np.array(courses, np.int32),
        occurred_at=np.full(n, moment - 1),
        known_at=np.full(n, moment - 1),
        kind=np.full(n, KIND_NUMBER["completed"], np.int8),
        self_selected=np.ones(n, bool),
        value=np.full(n, np.nan, np.float32),
        silent=np.zeros(n, bool),
    )
    return Profiles(
        teachers=one,
        features=sparse.csr_array((1, len(encoder.names)), dtype=np.float32),
        names=encoder.names,
        histories=histories_before(
            log, one, np.array([moment]), backdrop.catalogue, encoder.weights
        ),
        segment=np.full(1, -1),
        personal=np.ones(1, bool),
    )
