"""Who may take what: rules, not scores, each with a reason that can be asked for.

A rule says nothing where the data says nothing: a course without phases is for every phase, a
teacher without a phase is kept from no course by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.catalogue import appeared
from features.dataset import Dataset
from features.done import done
from features.encoding import WordEncoder, items
from features.moments import NEVER, instant, microseconds
from features.organisations import unaccredited
from features.states import states_at

#: Course column -> teacher column that must share a word with it, and the rule's code.
MATCHES = (
    ("phases", "phase", "other_phase"),
    ("stages", "career_stage", "other_stage"),
    ("subjects", "subjects", "other_subject"),
    ("roles", "role", "other_role"),
    ("regions", "places", "other_region"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """A rule that teacher and course must share a word of a list, where both have one."""

    code: str
    of_teachers: sparse.csr_array
    of_courses: sparse.csr_array

    def excluded(self, teachers: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which courses the rule keeps from these teachers, shape (n, n_courses)."""
        mine = self.of_teachers[teachers]
        shared = (mine @ self.of_courses.T).toarray() > 0
        stated = (np.diff(mine.indptr) > 0)[:, None] & (np.diff(self.of_courses.indptr) > 0)
        return stated & ~shared


@dataclass(frozen=True, slots=True, eq=False)
class Eligibility:
    """All rules of a data set at a moment.

    Parameters
    ----------
    done
        Courses done, bool, shape (n_teachers, n_courses).
    completed
        Courses ever completed, which open what they are prerequisites of.
    groups
        1 where the row is a course of the column's equivalence group, of which one counts;
        shape (n_courses, n_groups).
    prerequisites
        1 where the row is a prerequisite of the column, shape (n_courses, n_courses).
    closed
        Code -> courses closed to all by it, shape (n_courses,).
    matches
        The rules that compare lists.
    """

    done: sparse.csr_array
    completed: sparse.csr_array
    groups: sparse.csr_array
    prerequisites: sparse.csr_array
    closed: dict[str, NDArray[np.bool_]]
    matches: tuple[Match, ...]

    @classmethod
    def of(cls, dataset: Dataset, as_of: pd.Timestamp) -> Eligibility:
        """Read the rules off the tables, as they stood at a moment."""
        courses = dataset.table("courses").set_index("course_id", drop=False)
        courses = courses.reindex(dataset.courses.ids)
        return cls(
            done=done(dataset, as_of),
            completed=_completed(dataset, as_of),
            groups=WordEncoder.fit(courses[["equivalence"]]).transform(courses[["equivalence"]]),
            prerequisites=_prerequisites(dataset, courses),
            closed=_closed(dataset, courses, as_of),
            matches=_matches(dataset, courses, as_of),
        )

    def allowed(self, teachers: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which courses these teachers may be shown, shape (n_teachers, n_courses)."""
        open_ = self.open_to(teachers) & ~self._unprepared(teachers)
        return open_ & ~self.done[teachers].toarray() & ~self._replaced(teachers)

    def open_to(self, teachers: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which courses are for these teachers at all, whatever they have done so far.

        A plan asks this: it places prerequisites first and repeats what may be repeated.
        """
        kept = np.ones((len(teachers), self.done.shape[1]), bool)
        for closed in self.closed.values():
            kept &= ~closed
        for match in self.matches:
            kept &= ~match.excluded(teachers)
        return kept

    def why_not(self, teacher: int, course: int) -> tuple[str, ...]:
        """Return the codes of the rules that keep a course from a teacher; empty if none does."""
        one = np.array([teacher])
        codes = [code for code, closed in self.closed.items() if closed[course]]
        if self.done[one].toarray()[0, course]:
            codes.append("done")
        elif self._replaced(one)[0, course]:
            codes.append("equivalent_done")
        codes += [match.code for match in self.matches if match.excluded(one)[0, course]]
        if self._unprepared(one)[0, course]:
            codes.append("prerequisite_missing")
        return tuple(codes)

    def _replaced(self, teachers: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which courses are of a group of which these teachers have done one."""
        if not self.groups.nnz:
            return np.zeros((len(teachers), self.groups.shape[0]), bool)
        taken = self.done[teachers].astype(np.float32) @ self.groups
        return np.asarray((taken @ self.groups.T).toarray() > 0)

    def _unprepared(self, teachers: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return which courses these teachers lack a prerequisite of."""
        if not self.prerequisites.nnz:
            return np.zeros((len(teachers), self.prerequisites.shape[1]), bool)
        needed = self.prerequisites.sum(axis=0)
        met = self.completed[teachers].astype(np.int32) @ self.prerequisites
        return np.asarray(met.toarray() < needed)


@dataclass(frozen=True, slots=True, eq=False)
class StandingRules:
    """The same rules kept for a while, and applied to one teacher at a time.

    :class:`Eligibility` reads teachers off a data set; here they come as words and courses.

    Parameters
    ----------
    closed
        Courses closed to all by any rule, shape (n_courses,).
    words
        Rule -> word -> the courses that name it, shape (n_courses,).
    stated
        Rule -> the courses that name any word, shape (n_courses,).
    groups, prerequisites
        As in :class:`Eligibility`.
    needed
        How many prerequisites each course has, shape (n_courses,).
    """

    closed: NDArray[np.bool_]
    words: dict[str, dict[str, NDArray[np.bool_]]]
    stated: dict[str, NDArray[np.bool_]]
    groups: sparse.csr_array
    prerequisites: sparse.csr_array
    needed: NDArray[np.int64]

    @classmethod
    def of(cls, dataset: Dataset, as_of: pd.Timestamp) -> StandingRules:
        """Read the rules off the tables of the catalogue, as they stood at a moment."""
        courses = dataset.table("courses").set_index("course_id", drop=False)
        courses = courses.reindex(dataset.courses.ids)
        closed = _closed(dataset, courses, as_of)
        words: dict[str, dict[str, NDArray[np.bool_]]] = {}
        stated = {}
        for of_course, _, code in MATCHES:
            encoder = WordEncoder.fit(courses[[of_course]])
            marks = encoder.transform(courses[[of_course]]).toarray() > 0
            names = [word for _, word in encoder.numbers]
            words[code] = dict(zip(names, np.ascontiguousarray(marks.T), strict=True))
            stated[code] = marks.any(axis=1)
        prerequisites = _prerequisites(dataset, courses)
        return cls(
            closed=np.logical_or.reduce(list(closed.values())),
            words=words,
            stated=stated,
            groups=WordEncoder.fit(courses[["equivalence"]]).transform(courses[["equivalence"]]),
            prerequisites=prerequisites,
            needed=np.asarray(prerequisites.sum(axis=0)).ravel(),
        )

    def open_to(self, words: Mapping[str, Sequence[str]]) -> NDArray[np.bool_]:
        """Return which courses are for a teacher at all, shape (n_courses,).

        ``words`` holds those of the teacher by the rule's code; see ``MATCHES``.
        """
        kept = ~self.closed
        for code, own in words.items():
            if own:
                shared = [self.words[code][word] for word in own if word in self.words[code]]
                any_shared = np.logical_or.reduce(shared) if shared else False
                kept &= ~self.stated[code] | any_shared
        return kept

    def allowed(
        self,
        open_: NDArray[np.bool_],
        done: NDArray[np.integer],
        completed: NDArray[np.integer],
    ) -> NDArray[np.bool_]:
        """Return which of the courses open to a teacher may be shown, shape (n_courses,).

        Parameters
        ----------
        open_
            What :meth:`open_to` returned.
        done, completed
            Positions of the courses done, and of those ever completed, repeats allowed.
        """
        kept = open_.copy()
        kept[done] = False
        if self.groups.nnz and len(done):
            groups = np.unique(self.groups[done].indices)
            kept &= ~(self.groups[:, groups].sum(axis=1) > 0)
        if self.prerequisites.nnz:
            met = self.prerequisites[np.unique(completed)].sum(axis=0)
            kept &= np.asarray(met).ravel() >= self.needed
        return kept


def _completed(dataset: Dataset, as_of: pd.Timestamp) -> sparse.csr_array:
    log = dataset.log.before(as_of).of_kinds("completed")
    matrix = sparse.csr_array(
        (np.ones(len(log), bool), (log.teacher, log.course)),
        shape=(len(dataset.teachers), len(dataset.courses)),
    )
    matrix.sum_duplicates()
    return matrix


def _prerequisites(dataset: Dataset, courses: pd.DataFrame) -> sparse.csr_array:
    lists = courses["prerequisites"].dropna().map(items)
    pairs = lists.explode().dropna()
    rows = dataset.courses.positions(pairs)
    columns = dataset.courses.positions(pairs.index)
    known = (rows >= 0) & (columns >= 0)
    return sparse.csr_array(
        (np.ones(int(known.sum()), np.int32), (rows[known], columns[known])),
        shape=(len(courses), len(courses)),
    )


def _closed(
    dataset: Dataset, courses: pd.DataFrame, as_of: pd.Timestamp
) -> dict[str, NDArray[np.bool_]]:
    """Return the rules that hold for every teacher alike."""
    until = microseconds(courses["available_until"])
    return {
        "not_yet_available": ~appeared(courses, as_of),
        "retired": (until != NEVER) & (until < instant(as_of)),
        "failing_grade": (courses["grade"] == "failing").to_numpy(dtype=bool),
        "provider_not_accredited": courses["provider_id"]
        .isin(unaccredited(dataset, as_of))
        .to_numpy(dtype=bool),
    }


def _matches(dataset: Dataset, courses: pd.DataFrame, as_of: pd.Timestamp) -> tuple[Match, ...]:
    teachers = states_at(dataset.table("teachers"), "teacher_id", as_of)
    teachers = teachers.reindex(dataset.teachers.ids)
    teachers["places"] = _places(dataset, teachers["organisation_id"], as_of)
    found = []
    for of_course, of_teacher, code in MATCHES:
        words = WordEncoder.fit(courses[[of_course]])
        if words.names:
            # Every word counts, also one that no course names: it still is "stated".
            both = WordEncoder.fit(
                pd.DataFrame({code: pd.concat([courses[of_course], teachers[of_teacher]])})
            )
            found.append(
                Match(
                    code,
                    both.transform(teachers[[of_teacher]].set_axis([code], axis=1)),
                    both.transform(courses[[of_course]].set_axis([code], axis=1)),
                )
            )
    return tuple(found)


def _places(dataset: Dataset, schools: pd.Series, as_of: pd.Timestamp) -> pd.Series:
    """Return each teacher's school and all organisations above it, as a list cell."""
    parents = states_at(dataset.table("organisations"), "organisation_id", as_of)["parent_id"]
    words, above = schools.fillna(""), schools
    # The tree is as deep as nation, province, city, county, school; validation refuses cycles.
    for _ in range(6):
        above = above.map(parents).astype("str")
        words = words + (";" + above).fillna("")
    return words.where(schools.notna())
