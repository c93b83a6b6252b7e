"""What changes from one plan to the next, and why, in both languages."""

from __future__ import annotations

from dataclasses import dataclass, replace

from features.labels import Label
from recommender.planning.causes import Asking, Cause, Place
from recommender.planning.explain import Sentence
from recommender.planning.names import PLAIN, Names
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

    def sentences(self, names: Names = PLAIN) -> tuple[Sentence, ...]:
        """Say it: what moved, was dropped, was added, why, and how much stays as it was."""
        return (
            *(self._moved(each, names) for each in self.moved),
            *(self._dropped(place, names) for place in self.dropped),
            *(self._added(place, names) for place in self.added),
            Sentence(
                "kept",
                f"其余 {len(self.kept)} 项安排不变。",
                f"The other {len(self.kept)} stay as they were.",
            ),
        )

    def _moved(self, move: Move, names: Names) -> Sentence:
        (zh, en), (was_zh, was_en) = names.course(move.course), names.term(move.before)
        now_zh, now_en = names.term(move.after)
        said = f"{zh}由 {was_zh}调整到 {now_zh}", f"{en} moves from {was_en} to {now_en}"
        return self._because((move.course, move.before), "moved", said, names)

    def _dropped(self, place: Place, names: Names) -> Sentence:
        (zh, en), (was_zh, was_en) = names.course(place[0]), names.term(place[1])
        said = f"不再安排{zh}（原 {was_zh}）", f"{en} is no longer planned (it was in {was_en})"
        return self._because(place, "dropped", said, names)

    def _added(self, place: Place, names: Names) -> Sentence:
        (zh, en), (now_zh, now_en) = names.course(place[0]), names.term(place[1])
        said = f"新增{zh}（{now_zh}）", f"{en} is new, in {now_en}"
        return self._because(place, "added", said, names)

    def _because(self, place: Place, code: str, said: Label, names: Names) -> Sentence:
        told = [each for each in self.causes if (each.course, each.term) == place]
        if not told:
            return Sentence(code, f"{said[0]}。", f"{said[1]}.")
        zh, en = told[0].worded(names)
        return Sentence(code, f"{said[0]}：{zh}。", f"{said[1]}: {en}.")
