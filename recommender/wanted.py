"""What a list is narrowed to: some modes, tiers, subjects or domains, words of a title."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.dataset import Dataset
from features.encoding import items
from features.errors import InvalidSetting, did_you_mean
from features.tables import BY_NAME
from recommender.openings import Board

#: Filters over what a course is, and over how it can be taken.
OF_COURSE = {"subject": "subjects", "domain": "domain"}
OF_RUN = {"mode": "mode", "tier": "tier"}
#: So many known words are named to who asks for an unknown one.
NAMED = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a list beside its length; everything where nothing is asked.

    Parameters
    ----------
    mode, tier, subject, domain
        A course is any of these.
    exclude
        Courses that are left out.
    text
        Words that are all in the titles, in whatever case and width.
    diversity
        0 to 1: how much is given up in relevance for courses unlike those above.
    """

    mode: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    text: str = ""
    diversity: float = 0.0

    @property
    def narrows(self) -> bool:
        """Whether any course could be left out."""
        return bool(
            self.mode or self.tier or self.subject or self.domain or self.exclude or self.text
        )


EVERYTHING = Wanted()


@dataclass(frozen=True, slots=True, eq=False)
class Facets:
    """What courses can be told apart by, while their openings stand.

    Parameters
    ----------
    number
        Course -> its position.
    words
        Filter -> the words that it knows.
    marks
        Filter over courses -> word -> the courses that have it, shape (n_courses,).
    stated
        Filter over runs -> the word that each course states itself, shape (n_courses,).
    run_of, held_for
        Of each opening, the position of its course, and the place it is held for or None; shape
        (n_openings,).
    run_words
        Filter over runs -> the word of each opening, shape (n_openings,).
    names
        The titles of each course, folded.
    """

    number: Mapping[str, int]
    words: Mapping[str, tuple[str, ...]]
    marks: Mapping[str, Mapping[str, NDArray[np.bool_]]]
    stated: Mapping[str, NDArray[np.object_]]
    run_of: NDArray[np.intp]
    held_for: NDArray[np.object_]
    run_words: Mapping[str, NDArray[np.object_]]
    names: Sequence[str]

    @classmethod
    def of(cls, dataset: Dataset, board: Board) -> Self:
        """Read them off the tables of the catalogue and its openings."""
        table = dataset.table("courses").set_index("course_id").reindex(dataset.courses.ids)
        number = {str(course): place for place, course in enumerate(dataset.courses.ids)}
        marks = {name: _marks(table[column]) for name, column in OF_COURSE.items()}
        stated = {name: _cells(table[column]) for name, column in OF_RUN.items()}
        runs = [(course, place, row) for course, own in board.rows.items() for place, row in own]
        run_of = np.array([number[course] for course, _, _ in runs], np.intp)
        run_words = {}
        for name, column in OF_RUN.items():
            own = pd.Series([row[column] for _, _, row in runs], dtype=object)
            run_words[name] = _cells(own.where(own.notna(), pd.Series(stated[name][run_of])))
        codes = {c.name: c.codes for c in dataset.columns.declared(BY_NAME["courses"]).columns}
        words = {name: tuple(sorted(own)) for name, own in marks.items()}
        words |= {name: codes[column] for name, column in OF_RUN.items()}
        titles = table["title_zh"].fillna("") + "\n" + table["title_en"].fillna("")
        return cls(
            number=number,
            words=words,
            marks=marks,
            stated=stated,
            run_of=run_of,
            held_for=np.array([place for _, place, _ in runs], object),
            run_words=run_words,
            names=[folded(title) for title in titles],
        )

    def passing(self, wanted: Wanted, places: Collection[str]) -> NDArray[np.bool_]:
        """Return which courses are wanted, shape (n_courses,).

        Of a course that can be applied for, an opening has the mode and tier; of another, the
        course itself.

        Parameters
        ----------
        places
            The teacher's school and what is above it: whose openings count.

        Raises
        ------
        InvalidSetting
            If a word or a course is unknown; it names those that are known.
        """
        self._check(wanted)
        kept = np.ones(len(self.names), bool)
        for name, marks in self.marks.items():
            if asked := getattr(wanted, name):
                kept &= np.logical_or.reduce([marks[word] for word in asked])
        if wanted.mode or wanted.tier:
            kept &= self._runs(wanted, places)
        kept[[self.number[course] for course in wanted.exclude]] = False
        for word in folded(wanted.text).split():
            kept &= np.array([word in name for name in self.names], bool)
        return kept

    def _runs(self, wanted: Wanted, places: Collection[str]) -> NDArray[np.bool_]:
        here = np.array([place is None or place in places for place in self.held_for], bool)
        alone = np.ones(len(self.names), bool)
        alone[self.run_of[here]] = False
        for name, own in self.run_words.items():
            if asked := getattr(wanted, name):
                here &= np.isin(own, asked)
                alone &= np.isin(self.stated[name], asked)
        alone[self.run_of[here]] = True
        return alone

    def _check(self, wanted: Wanted) -> None:
        for name, known in self.words.items():
            _known(name, getattr(wanted, name), known)
        _known("exclude", wanted.exclude, self.number)


def folded(text: str) -> str:
    """Return text as it is compared: case and width aside.

    >>> folded("ＡＩ Teaching")
    'ai teaching'
    """
    return unicodedata.normalize("NFKC", text).casefold()


def _known(name: str, asked: Sequence[str], known: Collection[str]) -> None:
    unknown = [word for word in asked if word not in known]
    if unknown:
        few = len(known) <= NAMED
        raise InvalidSetting(
            name,
            expected=f"any of {', '.join(known)}" if few else f"any of {len(known)} known words",
            got=", ".join(map(repr, unknown)),
            remedy=did_you_mean(unknown, known) or "ask for one that is known, or leave it out",
        )


def _marks(column: pd.Series) -> dict[str, NDArray[np.bool_]]:
    found: dict[str, NDArray[np.bool_]] = {}
    for place, cell in enumerate(_cells(column)):
        for word in items(cell or ""):
            found.setdefault(word, np.zeros(len(column), bool))[place] = True
    return found


def _cells(column: pd.Series) -> NDArray[np.object_]:
    return column.astype(object).where(column.notna(), None).to_numpy(object)
