"""Teachers as the model sees them at a moment: coded features and decayed histories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.preprocessing import normalize

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.encoding import WordEncoder, binned
from features.fitted import Fitted
from features.histories import HALF_LIVES, histories_before
from features.moments import instant
from features.past import past_training
from features.states import states_at

STATE_COLUMNS = ("career_stage", "phase", "subjects", "title", "role", "goals")
TENURE_EDGES = (1, 3, 5, 10, 20, 30)
#: The columns that make up a teacher's segment, for popularity.
SEGMENT_COLUMNS = ("phase", "career_stage")
MIN_TEACHERS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """What the model sees of some teachers at a moment.

    Parameters
    ----------
    teachers
        Their positions in the data set, shape (n,).
    features
        0/1 features scaled to rows of length 1 (or 0), float32, shape (n, n_features).
    names
        The features' names, ``column=word``.
    histories
        Decayed histories over the model's fitted courses, one for each of ``half_lives``:
        float32, shape (n, n_fitted); an event weighs half as much after each half-life.
    half_lives
        In days.
    segment
        Number of the teacher's segment, -1 for one unseen in fitting; shape (n,).
    """

    teachers: NDArray[np.integer]
    features: sparse.csr_array
    names: tuple[str, ...]
    histories: tuple[sparse.csr_array, ...]
    half_lives: tuple[float, ...]
    segment: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.teachers)

    def rows(self, chosen: slice | NDArray[np.integer]) -> Profiles:
        """Return the profiles of some rows."""
        return Profiles(
            self.teachers[chosen],
            self.features[chosen],
            self.names,
            tuple(history[chosen] for history in self.histories),
            self.half_lives,
            self.segment[chosen],
        )


@dataclass(frozen=True, slots=True, eq=False)
class ProfileEncoder:
    """Fitted vocabularies of teachers.

    Parameters
    ----------
    words
        The encoder of all feature columns.
    edges
        Declared number column -> inner edges of its bins.
    segments
        Names of the segments; their order gives :attr:`Profiles.segment`.
    half_lives
        In days.
    """

    words: WordEncoder
    edges: dict[str, list[float]]
    segments: tuple[str, ...]
    half_lives: tuple[float, ...] = HALF_LIVES

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        as_of: pd.Timestamp,
        *,
        half_lives: Sequence[float] = HALF_LIVES,
    ) -> ProfileEncoder:
        """Learn from what was known of the teachers at a moment."""
        states = _states(dataset, as_of)
        edges = {
            name: sorted(set(states[name].dropna().quantile([0.2, 0.4, 0.6, 0.8]).tolist()))
            for name, kind in dataset.columns.features.get("teachers", {}).items()
            if kind == "number"
        }
        frame = _feature_frame(dataset, states, as_of, edges)
        words = WordEncoder.fit(frame, min_rows=min(MIN_TEACHERS, max(1, len(frame) // 20)))
        segments = tuple(sorted(_segments(dataset, states).unique()))
        return cls(words, edges, segments, tuple(half_lives))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the feature columns."""
        return self.words.names

    def features(self, dataset: Dataset, as_of: pd.Timestamp) -> sparse.csr_array:
        """Return the features of all teachers at a moment, shape (n_teachers, n_features)."""
        states = _states(dataset, as_of)
        marks = self.words.transform(_feature_frame(dataset, states, as_of, self.edges))
        return sparse.csr_array(normalize(marks))

    def transform(
        self,
        dataset: Dataset,
        as_of: pd.Timestamp,
        catalogue: Catalogue,
        teachers: NDArray[np.integer] | None = None,
    ) -> Profiles:
        """Profile teachers at a moment; nothing dated at or after it is seen.

        A course outside the fitted ones counts in a history as its nearest neighbours.
        """
        chosen = np.arange(len(dataset.teachers)) if teachers is None else np.asarray(teachers)
        if teachers is not None and len(chosen) < len(dataset.teachers):
            dataset = dataset.of_teachers(chosen)
            rows = np.argsort(np.argsort(chosen))
        else:
            rows = chosen
        states = _states(dataset, as_of)
        marks = self.words.transform(_feature_frame(dataset, states, as_of, self.edges))
        numbers = {name: number for number, name in enumerate(self.segments)}
        segment = _segments(dataset, states).map(numbers).fillna(-1).to_numpy(np.int64)
        return Profiles(
            teachers=chosen,
            features=sparse.csr_array(normalize(marks))[rows],
            names=self.names,
            histories=histories_before(
                dataset.log, rows, np.full(len(rows), instant(as_of)), catalogue, self.half_lives
            ),
            half_lives=self.half_lives,
            segment=segment[rows],
        )

    def to_fitted(self) -> Fitted:
        """Return vocabularies, edges, segments and half-lives."""
        return self.words.to_fitted().under("words") | Fitted(
            values={
                "edges": self.edges,
                "segments": list(self.segments),
                "half_lives": list(self.half_lives),
            }
        )

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> ProfileEncoder:
        """Read it back."""
        values = fitted.values
        return cls(
            WordEncoder.from_fitted(fitted.part("words")),
            values["edges"],
            tuple(values["segments"]),
            tuple(values["half_lives"]),
        )


def _states(dataset: Dataset, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return every teacher's state at a moment with the place of the school, in id order."""
    states = states_at(dataset.table("teachers"), "teacher_id", as_of)
    states = states.reindex(dataset.teachers.ids)
    organisations = states_at(dataset.table("organisations"), "organisation_id", as_of)
    for column in ("locality", "key_county"):
        of_school = states["organisation_id"].map(organisations[column])
        states[column] = states[column].fillna(of_school.astype(states[column].dtype))
    return states


def _feature_frame(
    dataset: Dataset,
    states: pd.DataFrame,
    as_of: pd.Timestamp,
    edges: dict[str, list[float]],
) -> pd.DataFrame:
    """Return one column of words for each kind of feature, rows in the order of teachers."""
    columns = {name: states[name] for name in (*STATE_COLUMNS, "locality")}
    columns["key_county"] = states["key_county"].astype("str")
    columns["tenure"] = binned(_tenure(states, as_of), TENURE_EDGES)
    for name, kind in dataset.columns.features.get("teachers", {}).items():
        if kind == "number" and edges.get(name):
            columns[name] = binned(states[name], edges[name])
        elif kind in ("category", "list"):
            columns[name] = states[name]
    return pd.DataFrame(columns | past_training(dataset, as_of))


def _tenure(states: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Return years of service at a moment, from the day of employment or the stated years."""
    today = as_of.tz_convert("UTC").tz_localize(None)
    since = (today - states["employed_on"]).dt.days / 365.25
    stated = (as_of - states["valid_from"]).dt.days / 365.25
    return since.fillna(states["years_of_service"] + stated.fillna(0)).clip(lower=0)


def _segments(dataset: Dataset, states: pd.DataFrame) -> pd.Series:
    """Return each teacher's segment: phase and stage, or the first declared category."""
    columns = [name for name in SEGMENT_COLUMNS if states[name].notna().any()]
    if not columns:
        declared = dataset.columns.features.get("teachers", {})
        columns = [name for name, kind in declared.items() if kind == "category"][:1]
    if not columns:
        return pd.Series("", index=states.index, dtype="str")
    return states[columns].fillna("").agg("|".join, axis=1).astype("str")
