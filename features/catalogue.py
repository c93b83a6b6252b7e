"""Courses as the model sees them: content, and how a new course borrows from its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features import kriging
from features.dataset import Dataset
from features.encoding import TextEncoder, WordEncoder, binned, quantile_edges, unit_rows
from features.events import EventLog
from features.fitted import Fitted, numbers_of
from features.ids import IdMap
from features.moments import NEVER, instant, microseconds
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
Kept = TypeVar("Kept")
#: So many things are kept beside a catalogue: those of one model's scorers, not of all ever tried.
KEPT = 32


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """The courses of a data set at a moment, beside the courses a model was fitted on.

    Parameters
    ----------
    courses
        Ids of all courses of the data set; the columns of every score matrix.
    features
        Content, rows of length 1 (or 0), float32, shape (n_courses, n_content).
    n_codes
        How many of the content columns are codes; the rest is text.
    fitted_courses, fitted_features
        Ids of the courses a model was fitted on, sorted: the columns of every scorer; and their
        content, shape (n_fitted, n_content).
    alike
        Cosines of each course's nearest fitted neighbours, itself left out, float32, shape
        (n_fitted, n_courses), at most 20 in a column.
    carry
        Takes histories of all courses to the fitted ones, float32, shape (n_fitted, n_courses): a
        fitted course counts as itself; a new one as its nearest neighbours, whose shares sum to 1.
    borrowed
        Takes scores of fitted courses to new ones, in the order of their positions; float32,
        shape (n_fitted, n_new); see :mod:`features.kriging`.
    appeared
        Which courses can be seen at the moment, shape (n_courses,).
    position
        Of each course among the fitted ones, -1 for a new one; shape (n_courses,).
    takers
        How many teachers had chosen each course when the model was fitted, 0 for a new one;
        shape (n_courses,). What few have taken is uncertain.
    chosen
        Positions of the courses that are to be scored, ascending; None for all. Where some are
        chosen, ``appeared``, ``position`` and ``takers`` are theirs alone, and all else is of all.
    """

    courses: IdMap
    features: sparse.csr_array
    n_codes: int
    fitted_courses: IdMap
    fitted_features: sparse.csr_array
    alike: sparse.csr_array
    carry: sparse.csr_array
    borrowed: NDArray[np.float32] | sparse.csr_array
    appeared: NDArray[np.bool_]
    position: NDArray[np.int32]
    takers: NDArray[np.int32]
    chosen: NDArray[np.intp] | None = None
    _whole: Catalogue | None = field(default=None, repr=False)
    _kept: dict[int, tuple[object, Any]] = field(default_factory=dict, repr=False)

    @property
    def width(self) -> int:
        """How many courses are to be scored: the columns of every score matrix."""
        return len(self.position)

    @property
    def whole(self) -> Catalogue:
        """The catalogue in which no courses are chosen."""
        return self if self._whole is None else self._whole

    def only(self, chosen: NDArray[np.intp]) -> Catalogue:
        """Return the same courses, of which only those at these positions are to be scored.

        Whoever may be shown few of many courses is scored in a fraction of the time.
        """
        return replace(
            self,
            appeared=self.appeared[chosen],
            position=self.position[chosen],
            takers=self.takers[chosen],
            chosen=chosen,
            _whole=self.whole,
        )

    def keep(self, owner: object, make: Callable[[], Kept]) -> Kept:
        """Return what an owner makes of all courses, made once for as long as these stand.

        It must not depend on the moment, nor on which courses are chosen.
        """
        kept = self._kept.get(id(owner))
        if kept is None:
            if len(self._kept) >= KEPT:
                self._kept.clear()
            # The owner is kept beside it, lest another take its number.
            kept = self._kept[id(owner)] = owner, make()
        return cast(Kept, kept[1])

    def columns(self, matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the columns of the courses to be scored, out of those of all courses."""
        return matrix if self.chosen is None else matrix[:, self.chosen]

    def at(self, dataset: Dataset, as_of: pd.Timestamp) -> Catalogue:
        """Return the same courses at another moment, which decides only which have appeared."""
        return replace(self, appeared=_seen(dataset, as_of))

    def carried(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Take scores of shape (n, n_fitted) to all courses, shape (n, n_courses)."""
        known = np.flatnonzero(self.position >= 0)
        new = np.flatnonzero(self.position < 0)
        out = np.empty((len(scores), self.width), np.float32)
        out[:, known] = scores[:, self.position[known]]
        if len(new):
            out[:, new] = scores @ self._borrowed_by(new)
        return out

    def product(
        self, owner: object, left: NDArray[np.float32], right: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return ``carried(left @ right)``, shape (n, width).

        Where few courses are to be scored, only their columns are multiplied, out of what is
        kept for the owner of ``right``, a matrix of shape (m, n_fitted).
        """
        if self.chosen is None:
            return self.carried(left @ right)
        rows = self.keep(owner, lambda: np.ascontiguousarray(self.whole.carried(right).T))
        return np.asarray(left @ rows[self.chosen].T, np.float32)

    def weighed(self, matrix: NDArray[np.float32], course: int) -> NDArray[np.float32]:
        """Return ``matrix @ weights_of(course)``; the matrix has n_fitted columns."""
        own = self.position[course]
        return matrix[:, own] if own >= 0 else np.asarray(matrix @ self.weights_of(course))

    def _borrowed_by(self, new: NDArray[np.intp]) -> NDArray[np.float32] | sparse.csr_array:
        if self.chosen is None:
            return self.borrowed
        number = np.cumsum(self.whole.position < 0) - 1
        return self.borrowed[:, number[self.chosen[new]]]

    def weights_of(self, course: int) -> NDArray[np.float32]:
        """Return what a course's score takes of each fitted course's, shape (n_fitted,)."""
        own = self.position[course]
        if own >= 0:
            return np.asarray(np.arange(len(self.fitted_courses)) == own, np.float32)
        column = int((self.position[:course] < 0).sum())
        one = np.zeros(self.borrowed.shape[1], np.float32)
        one[column] = 1
        return np.asarray(self.borrowed @ one)


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

    def content_of(self, dataset: Dataset) -> sparse.csr_array:
        """Return the content of all courses, half codes and half text, rows of length 1 or 0."""
        table = dataset.table("courses").set_index("course_id", drop=False).sort_index()
        codes = unit_rows(self.words.transform(_codes(dataset, table, self.edges)))
        text = self.text.transform(_texts(dataset, table))
        both = sparse.hstack([codes, text], format="csr", dtype=np.float32)
        return unit_rows(sparse.csr_array(both))

    def transform(self, dataset: Dataset, as_of: pd.Timestamp) -> Catalogue:
        """See the courses of a data set, new ones included, at a moment."""
        return self.see(dataset.courses, self.content_of(dataset), _seen(dataset, as_of))

    def see(
        self,
        courses: IdMap,
        features: sparse.csr_array,
        seen: NDArray[np.bool_] | None = None,
    ) -> Catalogue:
        """See courses by their content, shape (n_courses, n_content); all of them if not told."""
        position = self.fitted.positions(courses.ids)
        alike = nearest(features, self.content, position)
        return Catalogue(
            courses=courses,
            features=features,
            n_codes=len(self.words.names),
            fitted_courses=self.fitted,
            fitted_features=self.content,
            alike=alike,
            carry=carry_of(alike, position),
            borrowed=kriging.weights(self.content, features[position < 0], self.noise),
            appeared=np.ones(len(courses), bool) if seen is None else seen,
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


def _takers(log: EventLog, n_courses: int) -> NDArray[np.int32]:
    """Count the distinct teachers whose own choice of each course stands, shape (n_courses,)."""
    own = log.where(log.standing())
    pairs = np.unique(own.teacher.astype(np.int64) * n_courses + own.course)
    return np.bincount(pairs % max(n_courses, 1), minlength=n_courses).astype(np.int32)


def appeared(table: pd.DataFrame, as_of: pd.Timestamp) -> NDArray[np.bool_]:
    """Say which rows of the courses table had appeared before a moment; undated ones had."""
    since = microseconds(table["available_from"])
    return np.asarray((since < instant(as_of)) | (since == NEVER))


def _seen(dataset: Dataset, as_of: pd.Timestamp) -> NDArray[np.bool_]:
    """Say which courses of a data set had appeared before a moment, shape (n_courses,)."""
    table = dataset.table("courses")
    seen = np.zeros(len(dataset.courses), bool)
    seen[dataset.courses.positions(table["course_id"])] = appeared(table, as_of)
    return seen


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
