"""One teacher as the model sees them at a moment, out of a few rows and without a data frame.

:class:`~features.profiles.ProfileEncoder` profiles many teachers of a data set; setting up its
frames costs more than one teacher's whole answer may. What is said here of one teacher must be
what is said there of all: the tests hold the one against the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features import codes
from features.catalogue import Catalogue
from features.dataset import Dataset
from features.encoding import interval, items
from features.events import KIND_NUMBER, EventLog
from features.histories import histories_before
from features.moments import MICROSECONDS_PER_DAY, NEVER, instant
from features.past import COUNT_EDGES, HOURS_EDGES, RECENCY_EDGES
from features.profiles import STATE_COLUMNS, TENURE_EDGES, ProfileEncoder, Profiles
from features.states import states_at
from features.tenure import tenure_of

Row = Mapping[str, Any]
_NOBODY: Row = {}


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What the profiles of all teachers look up at a moment.

    Parameters
    ----------
    places
        Organisation -> its locality, and its ``key_county`` as text; None where not stated.
    domains
        The distinct domains of courses.
    domain
        Of each course, its number among them, -1 for none; shape (n_courses,).
    hours
        Of each course, 0 where not stated; shape (n_courses,).
    """

    places: Mapping[str, tuple[str | None, str | None]]
    domains: tuple[str, ...]
    domain: NDArray[np.intp]
    hours: NDArray[np.float64]

    @classmethod
    def of(cls, dataset: Dataset, as_of: pd.Timestamp) -> Surroundings:
        """See organisations and courses at a moment."""
        organisations = states_at(dataset.table("organisations"), "organisation_id", as_of)
        cells = (_told(organisations["locality"]), _told(organisations["key_county"].astype("str")))
        courses = dataset.table("courses").set_index("course_id").reindex(dataset.courses.ids)
        domain, domains = pd.factorize(courses["domain"])
        return cls(
            places=dict(zip(organisations.index, zip(*cells, strict=True), strict=True)),
            domains=tuple(domains),
            domain=domain,
            hours=courses["hours"].fillna(0).to_numpy(np.float64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Dossier:
    """What is known of one teacher, whenever it became known.

    Parameters
    ----------
    teacher_id
        Whose it is.
    states
        Column -> cell, None where empty; instants are UTC microseconds, ``valid_from`` is
        ``NEVER`` where undated. The oldest first.
    log
        The teacher's events.
    numbered_by
        Course -> its number in the log: its position in the data set.
    """

    teacher_id: str
    states: tuple[Row, ...]
    log: EventLog
    numbered_by: Mapping[str, int]

    def state(self, moment: int) -> Row:
        """Return the state in force just before a moment; empty where none is known."""
        return self._latest(moment) or _NOBODY

    def latest(self, until: int) -> int:
        """Return when the latest event became known, or state began by then; 0 for neither."""
        begun = (state["valid_from"] for state in self.states)
        dates = [begins for begins in begun if begins <= until]
        return max(0, int(self.log.known_at.max(initial=0)), *dates)

    def personal(self, moment: int) -> bool:
        """Say whether the teacher is advised personally, as last stated."""
        stated = self._latest(moment, "personalisation")
        return stated is None or bool(stated["personalisation"])

    def profile(
        self,
        encoder: ProfileEncoder,
        surroundings: Surroundings,
        catalogue: Catalogue,
        kinds: Mapping[str, str],
        as_of: pd.Timestamp,
    ) -> Profiles:
        """Return the profile at a moment, of one row, equal to what the encoder makes.

        Parameters
        ----------
        kinds
            Further column of teachers -> its kind, as declared in ``columns.toml``.
        """
        moment = instant(as_of)
        if not self.personal(moment):
            return self._impersonal(encoder, catalogue, moment)
        state = self.state(moment)
        cells = self._cells(state, encoder, surroundings, kinds, moment)
        one = np.zeros(1, np.intp)
        return Profiles(
            teachers=one,
            features=_marks(encoder, cells),
            names=encoder.names,
            histories=histories_before(
                self.log, one, np.array([moment]), catalogue, encoder.weights
            ),
            segment=np.array([_segment(encoder, state)]),
            personal=np.ones(1, bool),
        )

    def _latest(self, moment: int, stating: str | None = None) -> Row | None:
        for state in reversed(self.states):
            if state["valid_from"] < moment and (stating is None or state[stating] is not None):
                return state
        return None

    def _impersonal(self, encoder: ProfileEncoder, catalogue: Catalogue, moment: int) -> Profiles:
        one = np.zeros(1, np.intp)
        nothing = self.log.where(np.zeros(len(self.log), bool))
        return Profiles(
            teachers=one,
            features=sparse.csr_array((1, len(encoder.names)), dtype=np.float32),
            names=encoder.names,
            histories=histories_before(nothing, one, np.array([moment]), catalogue),
            segment=np.full(1, -1),
            personal=np.zeros(1, bool),
        )

    def _cells(
        self,
        state: Row,
        encoder: ProfileEncoder,
        surroundings: Surroundings,
        kinds: Mapping[str, str],
        moment: int,
    ) -> dict[str, str | None]:
        """Return the words of each column of ``features.profiles``, joined by ``;``."""
        cells: dict[str, str | None] = {name: state.get(name) for name in STATE_COLUMNS}
        school = state.get("organisation_id")
        locality, key_county = surroundings.places.get(school or "", (None, None))
        stated = state.get("key_county")
        cells["locality"] = state.get("locality") or locality
        cells["key_county"] = key_county if stated is None else str(bool(stated))
        cells["tenure"] = interval(tenure_of(state, moment), TENURE_EDGES)
        for name, kind in kinds.items():
            if kind == "number" and encoder.edges.get(name):
                cells[name] = interval(state.get(name), encoder.edges[name])
            elif kind in ("category", "list"):
                cells[name] = state.get(name)
        return cells | self._past(surroundings, moment)

    def _past(self, surroundings: Surroundings, moment: int) -> dict[str, str | None]:
        known = self.log.known_at < moment
        done = known & (self.log.kind == KIND_NUMBER["completed"])
        telling = self.log.course[done & ~self.log.silent]
        last = self.log.occurred_at[known][-1:]
        days = (moment - last[0]) / MICROSECONDS_PER_DAY if len(last) else None
        domain = surroundings.domain[telling]
        told = domain >= 0
        hours = np.bincount(domain[told], surroundings.hours[telling][told])
        words = [
            f"{surroundings.domains[number]}:{interval(float(hours[number]), HOURS_EDGES)}"
            for number in np.flatnonzero(hours >= HOURS_EDGES[0])
        ]
        return {
            "past_count": interval(float(done.sum()), COUNT_EDGES),
            "days_since_last": interval(days, RECENCY_EDGES),
            "past_hours": ";".join(words),
        }


def log_of(
    rows: Sequence[Row],
    course_number: Mapping[str, int],
    offered: Mapping[str, str | None],
    enrolments: Sequence[Row],
) -> EventLog:
    """Return one teacher's events as arrays.

    Parameters
    ----------
    rows
        Events in order of time, instants as UTC microseconds.
    course_number
        Course -> its position in the data set.
    offered
        Offering -> its admission mode.
    enrolments
        The teacher's, in the order of the data set.
    """
    occurred = np.array([row["occurred_at"] for row in rows], np.int64)
    recorded = np.array([_or_never(row["recorded_at"]) for row in rows], np.int64)
    known = np.maximum(occurred, recorded)
    values = [row["value"] for row in rows]
    return EventLog(
        teacher=np.zeros(len(rows), np.int32),
        course=np.array([course_number[row["course_id"]] for row in rows], np.int32),
        occurred_at=occurred,
        known_at=known,
        kind=np.array([KIND_NUMBER[row["kind"]] for row in rows], np.int8),
        self_selected=_self_selected(rows, known.tolist(), offered, enrolments),
        value=np.array([np.nan if value is None else value for value in values], np.float32),
        silent=np.zeros(len(rows), bool),
    )


def _self_selected(
    rows: Sequence[Row],
    known: Sequence[int],
    offered: Mapping[str, str | None],
    enrolments: Sequence[Row],
) -> NDArray[np.bool_]:
    decided = sorted(
        (row for row in enrolments if row["admission_mode"] is not None),
        key=lambda row: _or_never(row["decided_at"]),
    )
    own = []
    for row, moment in zip(rows, known, strict=True):
        offering = row["offering_id"]
        mode = offered.get(offering) if offering else None
        for enrolment in decided if offering else ():
            if (
                enrolment["offering_id"] == offering
                and _or_never(enrolment["decided_at"]) <= moment
            ):
                mode = enrolment["admission_mode"]
        own.append(mode is None or mode in codes.SELF_SELECTED_MODES)
    return np.array(own, bool)


def _or_never(moment: int | None) -> int:
    return NEVER if moment is None else moment


def _segment(encoder: ProfileEncoder, state: Row) -> int:
    words = [str(state.get(name) or "") for name in encoder.segment_columns]
    return encoder.segment_number("|".join(words))


def _marks(encoder: ProfileEncoder, cells: Mapping[str, str | None]) -> sparse.csr_array:
    number = encoder.words.numbers
    found = {
        number[column, word]
        for column, cell in cells.items()
        if cell
        for word in items(str(cell))
        if (column, word) in number
    }
    columns = np.array(sorted(found), np.int32)
    # A row of so many ones, scaled to length 1.
    shares = np.full(len(columns), 1 / np.sqrt(max(len(columns), 1)), np.float32)
    row = (shares, columns, np.array([0, len(columns)], np.int32))
    return sparse.csr_array(row, shape=(1, len(encoder.names)))


def _told(column: pd.Series) -> list[str | None]:
    return [None if missing else cell for cell, missing in zip(column, column.isna(), strict=True)]
