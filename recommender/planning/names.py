"""What courses and terms are called in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.labels import Label
from recommender.planning.terms import Cycle


@dataclass(frozen=True, slots=True)
class Names:
    """Titles of courses, and the calendar that names terms; ids and keys where there is none.

    >>> Names({"c-7": ("群文阅读", "Sets of texts")}).course("c-7")
    ('《群文阅读》', '“Sets of texts”')
    >>> Names().course("c-7")
    ('“c-7”', '“c-7”')
    """

    titles: Mapping[str, Label] = field(default_factory=dict)
    cycle: Cycle | None = None

    def title(self, course: str) -> Label:
        """Return a course's title as it stands; empty where there is none."""
        return self.titles.get(course, ("", ""))

    def course(self, course: str) -> Label:
        """Return what a course is called, in the middle of a sentence."""
        zh, en = self.title(course)
        return f"《{zh or en}》" if zh or en else f"“{course}”", f"“{en or zh or course}”"

    def term(self, key: str) -> Label:
        """Return what a term is called."""
        return self.cycle.named(key) if self.cycle is not None else (key, key)


#: Courses by their ids, terms by their keys.
PLAIN = Names()
