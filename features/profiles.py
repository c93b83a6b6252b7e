"""Teachers as the model sees them at a moment: coded features and decayed histories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.catalogue import Catalogue
from features.dataset import Dataset
from features.encoding import WordEncoder, binned, quantile_edges, unit_rows
from features.fitted import Fitted, numbers_of
from features.histories import Histories, histories_before
from features.moments import instant
from features.past import PAST_COLUMNS, past_training
from features.states import states_at, teachers_at
from features.tenure import tenure

STATE_COLUMNS = ("career_stage", "phase", "subjects", "title", "role", "goals")
TENURE_EDGES = (1, 3, 5, 10, 20, 30)
#: The columns that every data set's profiles have; others were declared in ``columns.toml``.
OWN_COLUMNS = (*STATE_COLUMNS, "locality", "key_county", "tenure", *PAST_COLUMNS)
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
        Decayed histories over the model's fitted courses.
    segment
        Number of the teacher's segment, -1 for one unseen in fitting; shape (n,).
    personal
        Whether the teacher is advised personally; else all else is empty. Shape (n,).
    """

    teachers: NDArray[np.integer]
    features: sparse.csr_array
    names: tuple[str, ...]
    histories: Histories
    segment: NDArray[np.int64]
    personal: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.teachers)

    @property
    def warm(self) -> NDArray[np.bool_]:
        """Whose history says anything about taste, shape (n,)."""
        return np.asarray(np.diff(self.histories.lasting.indptr) > 0)

    def rows(self, chosen: slice | NDArray[np.integer]) -> Profiles:
        """Return the profiles of some rows."""
        return Profiles(
            self.teachers[chosen],
            self.features[chosen],
            self.names,
            self.histories.each(lambda history: history[chosen]),
            self.segment[chosen],
            self.personal[chosen],
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
    segment_columns
        The columns whose words together name a teacher's segment.
    segments
        Names of the segments; their order gives :attr:`Profiles.segment`.
    weights
        Kind of event -> what it says about taste, where that is not as declared.
    """

    words: WordEncoder
    edges: dict[str, list[float]]
    segment_columns: tuple[str, ...]
    segments: tuple[str, ...]
    weights: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        as_of: pd.Timestamp,
        weights: Mapping[str, float] | None = None,
    ) -> ProfileEncoder:
        """Learn from what was known of the teachers at a moment; ``weights`` are given."""
        states = teachers_at(dataset, as_of)
        edges = {
            name: quantile_edges(states[name])
            for name, kind in dataset.columns.features.get("teachers", {}).items()
            if kind == "number"
        }
        seen = _seen(dataset, as_of)
        frame = _feature_frame(dataset, states, as_of, edges)[seen]
        words = WordEncoder.fit(frame, min_rows=min(MIN_TEACHERS, max(1, len(frame) // 20)))
        columns = _segment_columns(dataset, states)
        named = sorted(_segments(states[seen], columns).unique())
        # Those of whom no such word is known are no segment.
        segments = tuple(name for name in named if name.strip("|"))
        return cls(words, edges, columns, segments, dict(weights or {}))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the feature columns."""
        return self.words.names

    @property
    def declared(self) -> set[str]:
        """Names of the further columns, declared in ``columns.toml``, that it was fitted on."""
        return ({*self.words.vocabularies} - {*OWN_COLUMNS}) | {*self.edges}

    def features(self, dataset: Dataset, as_of: pd.Timestamp) -> sparse.csr_array:
        """Return the features of all teachers at a moment, shape (n_teachers, n_features)."""
        states = teachers_at(dataset, as_of)
        marks = self.words.transform(_feature_frame(dataset, states, as_of, self.edges))
        return unit_rows(marks)

    def transform(
        self,
        dataset: Dataset,
        as_of: pd.Timestamp,
        catalogue: Catalogue,
        teachers: NDArray[np.integer] | None = None,
    ) -> Profiles:
        """Profile teachers at a moment; nothing dated at or after it is seen.

        A teacher who has switched personalisation off has an empty profile, and so is shown
        what everyone would be. A course outside the fitted ones counts in a history as its
        nearest neighbours.
        """
        chosen = np.arange(len(dataset.teachers)) if teachers is None else np.asarray(teachers)
        if teachers is not None and len(chosen) < len(dataset.teachers):
            dataset = dataset.of_teachers(chosen)
            rows = np.unique(chosen, return_inverse=True)[1]
        else:
            rows = chosen
        states = teachers_at(dataset, as_of)
        personal = _personal(dataset, as_of)
        marks = self.words.transform(_feature_frame(dataset, states, as_of, self.edges))
        now = np.full(len(rows), instant(as_of))
        past = histories_before(dataset.log, rows, now, catalogue, self.weights)
        return Profiles(
            teachers=chosen,
            features=_blanked(unit_rows(marks), personal)[rows],
            names=self.names,
            histories=past.each(lambda history: _blanked(history, personal[rows])),
            segment=np.where(personal, self._segment(states), -1)[rows],
            personal=personal[rows],
        )

    def segment_number(self, name: str) -> int:
        """Return the number of a segment, -1 for one unseen in fitting."""
        return self.segments.index(name) if name in self.segments else -1

    def _segment(self, states: pd.DataFrame) -> NDArray[np.int64]:
        numbers = {name: number for number, name in enumerate(self.segments)}
        named = _segments(states, self.segment_columns)
        return named.map(numbers).fillna(-1).to_numpy(np.int64)

    def to_fitted(self) -> Fitted:
        """Return vocabularies, edges and segments."""
        return self.words.to_fitted().under("words") | Fitted(
            values={
                "edges": self.edges,
                "segment_columns": list(self.segment_columns),
                "segments": list(self.segments),
                "event_weights": dict(self.weights),
            }
        )

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> ProfileEncoder:
        """Read it back."""
        values = fitted.values
        return cls(
            WordEncoder.from_fitted(fitted.part("words")),
            numbers_of(values["edges"]),
            tuple(values["segment_columns"]),
            tuple(values["segments"]),
            {str(kind): float(weight) for kind, weight in values["event_weights"].items()},
        )


def _personal(dataset: Dataset, as_of: pd.Timestamp) -> NDArray[np.bool_]:
    """Say which teachers are advised personally, as each last stated; shape (n_teachers,).

    A later state that leaves it open (a new title, a new school) does not undo the choice.
    """
    table = dataset.table("teachers")
    stated = states_at(table[table["personalisation"].notna()], "teacher_id", as_of)
    by_teacher = stated["personalisation"].reindex(dataset.teachers.ids)
    return np.asarray(by_teacher.fillna(True), bool)


def _seen(dataset: Dataset, as_of: pd.Timestamp) -> NDArray[np.bool_]:
    """Say of which teachers a state or an event was known at a moment, shape (n_teachers,)."""
    stated = states_at(dataset.table("teachers"), "teacher_id", as_of).index
    seen = np.asarray(dataset.teachers.ids.isin(stated), bool)
    seen[dataset.log.before(as_of).teacher] = True
    return seen


def _feature_frame(
    dataset: Dataset,
    states: pd.DataFrame,
    as_of: pd.Timestamp,
    edges: dict[str, list[float]],
) -> pd.DataFrame:
    """Return one column of words for each kind of feature, rows in the order of teachers."""
    columns = {name: states[name] for name in (*STATE_COLUMNS, "locality")}
    columns["key_county"] = states["key_county"].astype("str")
    columns["tenure"] = binned(tenure(states, as_of), TENURE_EDGES)
    for name, kind in dataset.columns.features.get("teachers", {}).items():
        if kind == "number" and edges.get(name):
            columns[name] = binned(states[name], edges[name])
        elif kind in ("category", "list"):
            columns[name] = states[name]
    return pd.DataFrame(columns | past_training(dataset, as_of))


def _segment_columns(dataset: Dataset, states: pd.DataFrame) -> tuple[str, ...]:
    """Return phase and stage where they are known of anyone, else the first declared category."""
    known = tuple(name for name in SEGMENT_COLUMNS if states[name].notna().any())
    declared = dataset.columns.features.get("teachers", {})
    return known or tuple(name for name, kind in declared.items() if kind == "category")[:1]


def _segments(states: pd.DataFrame, columns: tuple[str, ...]) -> pd.Series:
    if not columns:
        return pd.Series("", index=states.index, dtype="str")
    # A data set may lack a column that the model was fitted with: then nothing is known of it.
    words = states.reindex(columns=list(columns)).astype("str").fillna("")
    first, *others = (words[name] for name in columns)
    return first.str.cat(others, sep="|") if others else first


def _blanked(matrix: sparse.csr_array, kept: NDArray[np.bool_]) -> sparse.csr_array:
    """Empty the rows that are not kept."""
    if kept.all():
        return matrix
    keep = sparse.dia_array((kept[None, :].astype(np.float32), 0), shape=(len(kept), len(kept)))
    emptied = sparse.csr_array(keep @ matrix)
    emptied.eliminate_zeros()
    return emptied
