"""What changes from one plan to the next, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.planning.explain import Sentence
from recommender.planning.plan import Plan

Place = tuple[str, str]


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
    """

    kept: tuple[Place, ...]
    moved: tuple[Move, ...]
    dropped: tuple[Place, ...]
    added: tuple[Place, ...]

    @classmethod
    def between(cls, before: Plan, after: Plan) -> Difference:
        """Compare two plans of one teacher."""
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

    def sentences(self) -> tuple[Sentence, ...]:
        """Say it: what moved, was dropped, was added, and how much stays as it was."""
        return (
            *(
                Sentence(
                    "moved",
                    f"课程 {move.course} 由 {move.before} 调整到 {move.after}。",
                    f"Course {move.course} moves from {move.before} to {move.after}.",
                )
                for move in self.moved
            ),
            *(
                Sentence(
                    "dropped",
                    f"不再安排课程 {course}（原 {term}）。",
                    f"Course {course} is no longer planned (it was in {term}).",
                )
                for course, term in self.dropped
            ),
            *(
                Sentence(
                    "added",
                    f"新增课程 {course}（{term}）。",
                    f"Course {course} is new, in {term}.",
                )
                for course, term in self.added
            ),
            Sentence(
                "kept",
                f"其余 {len(self.kept)} 项安排不变。",
                f"The other {len(self.kept)} stay as they were.",
            ),
        )
