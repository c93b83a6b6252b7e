"""What changes from one plan to the next, and why, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from features.labels import Label
from recommender.planning.causes import Asking, Cause, Place
from recommender.planning.explain import Sentence
from recommender.planning.plan import Plan


@dataclass(frozen=True, slots=True)
class Move:
    """A course that goes from one term to another, both by key."""

    course: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a plan differs from an earlier one; (course, key of its term), sorted.

    A course planned several times is compared term by term; what is left over on both sides
    has moved, in the order of terms.

    Parameters
    ----------
    causes
        Why a course was moved, dropped or added, where that can be told; a moved one by the term
        that it comes from.
    """

    kept: tuple[Place, ...]
    moved: tuple[Move, ...]
    dropped: tuple[Place, ...]
    added: tuple[Place, ...]
    causes: tuple[Cause, ...] = ()

    @classmethod
    def between(cls, before: Plan, after: Plan) -> Difference:
        """Compare two plans of one teacher, without asking why."""
        old = [(item.course, item.term) for item in before.items]
        new = [(item.course, item.term) for item in after.items]
        kept = sorted(set(old) & set(new))
        gone = [place for place in old if place not in kept]
        come = [place for place in new if place not in kept]
        moved, dropped = [], []
        for course, term in gone:
            match = next((place for place in come if place[0] == course), None)
            if match is None:
                dropped.append((course, term))
            else:
                come.remove(match)
                moved.append(Move(course, term, match[1]))
        return cls(tuple(kept), tuple(moved), tuple(sorted(dropped)), tuple(sorted(come)))

    def explained(self, asking: Asking) -> Difference:
        """Return the same with the cause of each change, as far as it can be told."""
        found = (
            *(asking.moved(each.course, each.before, each.after) for each in self.moved),
            *(asking.dropped(*place) for place in self.dropped),
            *(asking.added(*place) for place in self.added),
        )
        return replace(self, causes=tuple(cause for cause in found if cause is not None))

    def sentences(self, titles: Mapping[str, Label] | None = None) -> tuple[Sentence, ...]:
        """Say it: what moved, was dropped, was added, why, and how much stays as it was.

        Courses are called by their ids, and by their titles where those are given.
        """
        named = _Named(titles or {})
        return (
            *(
                self._because(
                    (move.course, move.before),
                    "moved",
                    f"课程{named.zh(move.course)}由 {move.before} 调整到 {move.after}",
                    f"Course {named.en(move.course)} moves from {move.before} to {move.after}",
                )
                for move in self.moved
            ),
            *(
                self._because(
                    (course, term),
                    "dropped",
                    f"不再安排课程{named.zh(course)}（原 {term}）",
                    f"Course {named.en(course)} is no longer planned (it was in {term})",
                )
                for course, term in self.dropped
            ),
            *(
                self._because(
                    (course, term),
                    "added",
                    f"新增课程{named.zh(course)}（{term}）",
                    f"Course {named.en(course)} is new, in {term}",
                )
                for course, term in self.added
            ),
            Sentence(
                "kept",
                f"其余 {len(self.kept)} 项安排不变。",
                f"The other {len(self.kept)} stay as they were.",
            ),
        )

    def _because(self, place: Place, code: str, zh: str, en: str) -> Sentence:
        told = [each for each in self.causes if (each.course, each.term) == place]
        if not told:
            return Sentence(code, f"{zh}。", f"{en}.")
        return Sentence(code, f"{zh}：{told[0].zh}。", f"{en}: {told[0].en}.")


@dataclass(frozen=True, slots=True)
class _Named:
    """Names of courses, in the middle of a sentence."""

    titles: Mapping[str, Label]

    def zh(self, course: str) -> str:
        title = self.titles.get(course, ("", ""))[0]
        return f"《{title}》（{course}）" if title else f" {course} "

    def en(self, course: str) -> str:
        title = self.titles.get(course, ("", ""))[1]
        return f"{title} ({course})" if title else course
