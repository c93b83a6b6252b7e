"""What is fitted of courses: vocabularies, and the content of those that had takers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features import kriging
from features.catalogue import Catalogue, appeared, visible
from features.dataset import Dataset
from features.encoding import TextEncoder, WordEncoder, binned, quantile_edges, unit_rows
from features.events import EventLog
from features.fitted import Fitted, numbers_of
from features.ids import IdMap
from features.neighbours import carry_of, nearest

CODE_COLUMNS = (
    "kind",
    "subjects",
    "phases",
    "stages",
    "roles",
    "domain",
    "competencies",
    "themes",
    "obligation",
    "credit_kind",
    "mode",
    "tier",
    "line",
    "grade",
)
TEXT_COLUMNS = ("title_zh", "title_en", "text_zh", "text_en")
COLUMNS = (*CODE_COLUMNS, *TEXT_COLUMNS)
Rows: TypeAlias = NDArray[np.float32] | sparse.csr_array


@dataclass(frozen=True, slots=True, eq=False)
class CourseEncoder:
    """Fitted vocabularies of courses, and the content of the courses that had takers.

    Parameters
    ----------
    words, text
        Encoders of codes and text.
    edges
        Declared number column -> inner edges of its bins.
    fitted
        Ids of the courses that had takers, sorted: the columns of every scorer.
    content
        Their content, shape (n_fitted, n_content).
    takers
        How many teachers had chosen each of them, shape (n_fitted,).
    noise
        How little content tells of a course's takers; see :func:`features.kriging.noise_of`.
    """

    words: WordEncoder
    text: TextEncoder
    edges: dict[str, list[float]]
    fitted: IdMap
    content: sparse.csr_array
    takers: NDArray[np.int32]
    noise: float

    @classmethod
    def fit(cls, dataset: Dataset, as_of: pd.Timestamp) -> CourseEncoder:
        """Learn from the courses that had appeared, and from the events known, by a moment."""
        table = dataset.table("courses")
        table = table[appeared(table, as_of)]
        edges = {
            name: quantile_edges(table[name])
            for name, kind in dataset.columns.features.get("courses", {}).items()
            if kind == "number"
        }
        words = WordEncoder.fit(_codes(dataset, table, edges))
        text = TextEncoder.fit(_texts(dataset, table))
        log = dataset.log.before(as_of)
        fitted = IdMap.of("course", dataset.courses.outside(np.unique(log.course)))
        own = dataset.courses.positions(fitted.ids)
        takers = _takers(log, len(dataset.courses))[own]
        unfitted = cls(words, text, edges, fitted, sparse.csr_array((0, 0)), takers, 1.0)
        content = unfitted.content_of(dataset)[own]
        return replace(unfitted, content=content, noise=kriging.noise_of(content, takers))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the content columns."""
        return (*self.words.names, *(f"text={ngram}" for ngram in self.text.ngrams))

    @property
    def declared(self) -> set[str]:
        """Names of the coded columns, declared in ``columns.toml``, that it was fitted on."""
        return ({*self.words.vocabularies} - {*CODE_COLUMNS}) | {*self.edges}

    def content_of(
        self, dataset: Dataset, courses: NDArray[np.integer] | None = None
    ) -> sparse.csr_array:
        """Return content, half codes and half text, rows of length 1 or 0; of all if not told."""
        table = dataset.table("courses").set_index("course_id", drop=False).sort_index()
        table = table if courses is None else table.iloc[courses]
        codes = unit_rows(self.words.transform(_codes(dataset, table, self.edges)))
        text = self.text.transform(_texts(dataset, table))
        both = sparse.hstack([codes, text], format="csr", dtype=np.float32)
        return unit_rows(sparse.csr_array(both))

    def transform(self, dataset: Dataset, as_of: pd.Timestamp) -> Catalogue:
        """See the courses of a data set, new ones included, at a moment."""
        return self.see(dataset.courses, self.content_of(dataset), visible(dataset, as_of))

    def renew(
        self, former: Catalogue, before: Dataset, dataset: Dataset, as_of: pd.Timestamp
    ) -> Catalogue:
        """See the courses of a data set of which most were seen before.

        Only what was added or changed is worked out: one course of 20,000 takes a thousandth of
        the time of all. What is returned is what :meth:`transform` returns.

        Parameters
        ----------
        former, before
            What this encoder made of a data set, and that data set.
        """
        former = former.whole
        kept = unchanged(before, dataset)
        fresh = np.flatnonzero(kept < 0)
        content = self.content_of(dataset, fresh)
        position = self.fitted.positions(dataset.courses.ids)
        alike = nearest(content, self.content, position[fresh])
        new = position < 0
        weights = kriging.weights(self.content, content[new[fresh]], self.noise)
        number = np.cumsum(former.position < 0) - 1
        borrowers = np.where(kept[new] >= 0, number[kept[new]], -1)
        return self._catalogue(
            dataset.courses,
            _spliced(former.features, content, kept),
            sparse.csr_array(_spliced(former.alike.T.tocsr(), alike.T.tocsr(), kept).T),
            _spliced(former.borrowed.T, weights.T, borrowers).T,
            visible(dataset, as_of),
        )

    def see(
        self,
        courses: IdMap,
        features: sparse.csr_array,
        seen: NDArray[np.bool_] | None = None,
    ) -> Catalogue:
        """See courses by their content, shape (n_courses, n_content); all of them if not told."""
        position = self.fitted.positions(courses.ids)
        return self._catalogue(
            courses,
            features,
            nearest(features, self.content, position),
            kriging.weights(self.content, features[position < 0], self.noise),
            np.ones(len(courses), bool) if seen is None else seen,
        )

    def _catalogue(
        self,
        courses: IdMap,
        features: sparse.csr_array,
        alike: sparse.csr_array,
        borrowed: NDArray[np.float32] | sparse.csc_array,
        seen: NDArray[np.bool_],
    ) -> Catalogue:
        position = self.fitted.positions(courses.ids)
        return Catalogue(
            courses=courses,
            features=features,
            n_codes=len(self.words.names),
            fitted_courses=self.fitted,
            fitted_features=self.content,
            alike=alike,
            carry=carry_of(alike, position),
            borrowed=borrowed,
            appeared=seen,
            position=position,
            # A new course's -1 finds the 0 at the end.
            takers=np.append(self.takers, np.int32(0))[position],
        )

    def to_fitted(self) -> Fitted:
        """Return vocabularies, ids of fitted courses, their content and takers."""
        return (
            self.words.to_fitted().under("words")
            | self.text.to_fitted().under("text")
            | Fitted.of_matrix("content", self.content)
            | Fitted({"takers": self.takers})
            | Fitted(
                values={
                    "edges": self.edges,
                    "courses": self.fitted.ids.tolist(),
                    "noise": self.noise,
                }
            )
        )

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> CourseEncoder:
        """Read it back.

        Raises
        ------
        ValueError
            If its parts do not fit together.
        """
        encoder = cls(
            WordEncoder.from_fitted(fitted.part("words")),
            TextEncoder.from_fitted(fitted.part("text")),
            numbers_of(fitted.values["edges"]),
            IdMap.of("course", fitted.values["courses"]),
            fitted.matrix("content"),
            fitted.arrays["takers"],
            float(fitted.values["noise"]),
        )
        expected = (len(encoder.fitted), len(encoder.names))
        if encoder.content.shape != expected:
            raise ValueError(f"content of shape {encoder.content.shape}, not {expected}")
        takers = encoder.takers
        if takers.shape != expected[:1] or takers.dtype.kind != "i" or (takers < 0).any():
            raise ValueError(f"takers that are no {expected[0]} counts")
        return encoder


def unchanged(before: Dataset, dataset: Dataset) -> NDArray[np.intp]:
    """Return where each course stood before if nothing said of it has changed, else -1."""
    nowhere = np.full(len(dataset.courses), -1, np.intp)
    if before.columns != dataset.columns:
        return nowhere
    ids = dataset.courses.ids
    old, new = (each.table("courses").set_index("course_id") for each in (before, dataset))
    old, new = old.reindex(ids), new.reindex(ids)
    if list(old) != list(new):
        return nowhere
    same = ((old == new) | (old.isna() & new.isna())).to_numpy().all(axis=1)
    return np.where(same, before.courses.positions(ids), nowhere)


def _spliced(old: Rows, fresh: Rows, kept: NDArray[np.intp]) -> Rows:
    """Return rows of old, and of fresh in their order where ``kept`` is -1."""
    order = np.where(kept >= 0, kept, old.shape[0] + np.cumsum(kept < 0) - 1)
    if isinstance(old, sparse.csr_array) and isinstance(fresh, sparse.csr_array):
        return sparse.csr_array(sparse.vstack([old, fresh], format="csr")[order])
    return np.concatenate([_dense(old), _dense(fresh)])[order]


def _dense(rows: Rows) -> NDArray[np.float32]:
    return rows.toarray() if isinstance(rows, sparse.csr_array) else rows


def _takers(log: EventLog, n_courses: int) -> NDArray[np.int32]:
    """Count the distinct teachers whose own choice of each course stands, shape (n_courses,)."""
    own = log.where(log.standing())
    pairs = np.unique(own.teacher.astype(np.int64) * n_courses + own.course)
    return np.bincount(pairs % max(n_courses, 1), minlength=n_courses).astype(np.int32)


def _codes(dataset: Dataset, table: pd.DataFrame, edges: dict[str, list[float]]) -> pd.DataFrame:
    declared = dataset.columns.features.get("courses", {})
    columns = {name: table[name] for name in CODE_COLUMNS}
    columns |= {n: table[n] for n, kind in declared.items() if kind in ("category", "list")}
    columns |= {n: _binned_or_missing(table[n], edges[n]) for n in edges if n in table}
    return pd.DataFrame(columns)


def _texts(dataset: Dataset, table: pd.DataFrame) -> pd.Series:
    declared = dataset.columns.features.get("courses", {})
    names = [*TEXT_COLUMNS, *(n for n, kind in declared.items() if kind == "text")]
    first, *others = (table[name].fillna("") for name in names)
    return first.str.cat(others, sep=" ")


def _binned_or_missing(numbers: pd.Series, edges: list[float]) -> pd.Series:
    if edges:
        return binned(numbers, edges)
    return pd.Series(None, index=numbers.index, dtype="str")
