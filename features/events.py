"""Events as arrays: what was done, by whom, with which course, and when it became known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features import codes
from features.ids import IdMap
from features.moments import instant, microseconds

KIND_NUMBER = {kind: number for number, kind in enumerate(codes.EVENT_KINDS)}


@dataclass(frozen=True, slots=True, eq=False)
class EventLog:
    """Events in order of time, each column an array of shape (n_events,).

    Parameters
    ----------
    teacher, course
        Positions in the data set's id maps.
    occurred_at, known_at
        UTC microseconds; an event is known from the later of its happening and its recording.
    kind
        Index into ``features.codes.EVENT_KINDS``.
    self_selected
        Whether the teacher chose it: an assigned, nominated or whole-school place is history
        and no preference.
    value
        Rating or other value; NaN where there is none.
    silent
        Whether it is to say nothing about taste, as the teacher wants; what is done stays done.
    """

    teacher: NDArray[np.int32]
    course: NDArray[np.int32]
    occurred_at: NDArray[np.int64]
    known_at: NDArray[np.int64]
    kind: NDArray[np.int8]
    self_selected: NDArray[np.bool_]
    value: NDArray[np.float32]
    silent: NDArray[np.bool_]

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame], teachers: IdMap, courses: IdMap) -> EventLog:
        """Turn a sorted, valid events table into arrays.

        The same ``event_id`` counts once, as it first became known.
        """
        frame = tables["events"]
        frame = frame[_first_told(frame["event_id"], _known_at(frame))]
        known = _known_at(frame)
        return cls(
            teacher=teachers.positions(frame["teacher_id"]),
            course=courses.positions(frame["course_id"]),
            occurred_at=microseconds(frame["occurred_at"]),
            known_at=known,
            kind=frame["kind"].map(KIND_NUMBER).to_numpy(dtype=np.int8),
            self_selected=_self_selected(frame, known, tables),
            value=frame["value"].to_numpy(dtype=np.float32),
            silent=np.zeros(len(frame), bool),
        )

    def __len__(self) -> int:
        return len(self.teacher)

    def where(self, chosen: NDArray[np.bool_]) -> EventLog:
        """Return the chosen events; ``chosen`` has shape (n_events,)."""
        return EventLog(*(getattr(self, field.name)[chosen] for field in fields(self)))

    @property
    def end(self) -> pd.Timestamp:
        """The first moment at which all of this is known; 1970 without events."""
        return pd.Timestamp(int(self.known_at.max(initial=-1)) + 1, unit="us", tz="UTC")

    def before(self, as_of: pd.Timestamp) -> EventLog:
        """Return what was known before a moment: nothing dated at or after it is seen."""
        return self.where(self.known_at < instant(as_of))

    def of_kinds(self, *kinds: str) -> EventLog:
        """Return the events of these kinds."""
        asked = np.zeros(len(KIND_NUMBER), bool)
        asked[[KIND_NUMBER[kind] for kind in kinds]] = True
        return self.where(asked[self.kind])

    def standing(self) -> NDArray[np.bool_]:
        """Say which events are a teacher's own choice that stands; shape (n_events,).

        A choice stands until the teacher withdraws from the course, and what was chosen again
        later stands anew. Of a choice and a withdrawal at the same instant the withdrawal is
        taken to be the later, for it needs something to withdraw from. A dismissal says that a
        course is not wanted in lists, and takes no choice back.
        """
        kinds = [KIND_NUMBER[kind] for kind in codes.CHOICE_KINDS]
        own = np.isin(self.kind, kinds) & self.self_selected
        left = self.kind == KIND_NUMBER["withdrawn"]
        if not left.any():
            return own
        pair = self.teacher.astype(np.int64) * (int(self.course.max()) + 1) + self.course
        pairs, number = np.unique(pair[left], return_inverse=True)
        last = np.full(len(pairs), np.iinfo(np.int64).min)
        np.maximum.at(last, number, self.occurred_at[left])
        place = np.minimum(np.searchsorted(pairs, pair), len(pairs) - 1)
        return own & ((pairs[place] != pair) | (self.occurred_at > last[place]))

    def of_teachers(self, positions: NDArray[np.integer]) -> EventLog:
        """Return these teachers' events, teachers numbered anew in the order given."""
        renumber = np.full(
            max(int(self.teacher.max(initial=-1)), int(max(positions, default=-1))) + 1,
            -1,
            np.int32,
        )
        renumber[positions] = np.arange(len(positions), dtype=np.int32)
        teacher = renumber[self.teacher]
        kept = self.where(teacher >= 0)
        return EventLog(
            renumber[kept.teacher], *(getattr(kept, field.name) for field in fields(self)[1:])
        )


def self_selected(tables: Mapping[str, pd.DataFrame]) -> NDArray[np.bool_]:
    """Say which rows of the events table follow from a teacher's own choice, shape (n_rows,)."""
    frame = tables["events"]
    return _self_selected(frame, _known_at(frame), tables)


def _known_at(frame: pd.DataFrame) -> NDArray[np.int64]:
    return np.maximum(microseconds(frame["occurred_at"]), microseconds(frame["recorded_at"]))


def _first_told(event_id: pd.Series, known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which rows are not a later telling of an event; a row without an id never is."""
    in_order = event_id.iloc[np.argsort(known, kind="stable")]
    again = in_order[in_order.notna() & in_order.duplicated()]
    return ~event_id.index.isin(again.index)


def _self_selected(
    frame: pd.DataFrame, known: NDArray[np.int64], tables: Mapping[str, pd.DataFrame]
) -> NDArray[np.bool_]:
    """Say which events follow from a teacher's own choice.

    The admission mode of the enrolment as it stood when the event became known decides, so that
    what is decided later changes nothing; then the offering's; without either it is a choice.
    """
    mode = pd.Series(np.nan, index=frame.index, dtype="str")
    if "offerings" in tables:
        offerings = tables["offerings"].set_index("offering_id")["admission_mode"]
        mode = frame["offering_id"].map(offerings).astype("str")
    if "enrolments" in tables:
        mode = _of_enrolment(frame, known, tables["enrolments"]).fillna(mode)
    return (mode.isna() | mode.isin(codes.SELF_SELECTED_MODES)).to_numpy(dtype=bool)


def _of_enrolment(
    frame: pd.DataFrame, known: NDArray[np.int64], enrolments: pd.DataFrame
) -> pd.Series:
    """Return the admission mode of each event's enrolment, the latest decided by then."""
    keys = ["teacher_id", "offering_id"]
    own = enrolments.dropna(subset=["admission_mode"])[[*keys, "admission_mode"]]
    own = own.assign(moment=microseconds(enrolments["decided_at"].loc[own.index]))
    events = frame.loc[frame["offering_id"].notna(), keys]
    events = events.assign(moment=known[frame["offering_id"].notna().to_numpy()], row=events.index)
    joined = pd.merge_asof(
        events.sort_values("moment", kind="stable"),
        own.sort_values("moment", kind="stable"),
        on="moment",
        by=keys,
    )
    return joined.set_index("row")["admission_mode"].reindex(frame.index)
