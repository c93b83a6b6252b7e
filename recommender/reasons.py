"""Why a course is shown: the true parts of its score, in Chinese and English.

A hybrid's parts say which scorers put the course where it is; the parts of the one that did most
say why. Nothing is invented: every reason is an addend of a score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from features.catalogue import Catalogue
from features.labels import Label, column_label, word_label
from features.profiles import Profiles
from recommender.model import Model
from recommender.scorers.contract import Part

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    Parameters
    ----------
    code
        The part's kind: ``past_course``, ``profile``, ``popularity``, ``segment``, ``base``.
    name
        What it refers to: a course id, ``column=word``, a segment.
    value
        What it adds to the score of ``source``.
    source
        The scorer whose score it is a part of.
    zh, en
        A sentence for the teacher.
    """

    code: str
    name: str
    value: float
    source: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be known beside a score to word its parts truly.

    Parameters
    ----------
    titles
        Course id -> its title in Chinese and English; a course without one goes by its id.
    past
        Courses of the teacher's past that speak for taste -> whether they were completed.
    """

    titles: Mapping[str, Label]
    past: Mapping[str, bool]


def reasons(
    model: Model, profiles: Profiles, catalogue: Catalogue, course: int, facts: Facts
) -> tuple[Reason, ...]:
    """Return the strongest true reasons for one course and the one teacher in ``profiles``.

    A part that cannot be told truly is left out: that of a course that only stands for a like
    one, or that was dismissed.

    Returns
    -------
    tuple of Reason
        At most three, the strongest first; empty if no part speaks for the course.
    """
    sources = model.explain(profiles, catalogue, course)
    if not sources:
        return ()
    source = max(sources, key=lambda part: part.value).name
    parts = model.explain(profiles, catalogue, course, source)
    speaking = [p for p in parts if p.value > 0 and _is_told(p, facts)]
    strongest = sorted(speaking, key=lambda p: -p.value)[:SHOWN]
    wording = _Wording(
        facts,
        borrowed=source == "content" or catalogue.position[course] < 0,
        segment=tuple(column_label(name) for name in model.profile_encoder.segment_columns),
    )
    return tuple(_reason(part, source, wording) for part in strongest)


@dataclass(frozen=True, slots=True)
class _Wording:
    """What the sentences depend on.

    ``borrowed``: the course's takers are those of courses like it; ``segment``: what a teacher's
    segment is made of.
    """

    facts: Facts
    borrowed: bool
    segment: tuple[Label, ...]


def _is_told(part: Part, facts: Facts) -> bool:
    return part.kind != "past_course" or part.name in facts.past


def _reason(part: Part, source: str, wording: _Wording) -> Reason:
    zh, en = SENTENCES[part.kind](part, wording)
    return Reason(part.kind, part.name, part.value, source, zh, en)


def _of_past_course(part: Part, wording: _Wording) -> Label:
    zh, en = wording.facts.titles.get(part.name, ("", ""))
    zh, en = zh or en or part.name, en or zh or part.name
    if wording.facts.past[part.name]:
        return f"您学过《{zh}》，与本课程相承接", f"It follows on from “{en}”, which you took"
    return f"您关注过《{zh}》，与本课程相关", f"It is related to “{en}”, which you looked at"


def _of_profile(part: Part, wording: _Wording) -> Label:
    column, _, word = part.name.partition("=")
    (column_zh, column_en), (word_zh, word_en) = column_label(column), word_label(column, word)
    what = "courses like it" if wording.borrowed else "it"
    return (
        f"与您的情况相符（{column_zh}：{word_zh}）",
        f"Teachers like you choose {what} ({column_en}: {word_en})",
    )


def _of_popularity(part: Part, wording: _Wording) -> Label:
    if wording.borrowed:
        return "选学同类课程的教师较多", "Many teachers choose courses like it"
    return "近期选学的教师较多", "Many teachers have chosen it of late"


def _of_segment(part: Part, wording: _Wording) -> Label:
    zh = "、".join(label for label, _ in wording.segment)
    en = " and ".join(label for _, label in wording.segment)
    if wording.borrowed:
        return (
            f"与您{zh}相同的教师常选同类课程",
            f"Teachers of your {en} often choose courses like it",
        )
    return f"与您{zh}相同的教师常选", f"Teachers of your {en} often choose it"


SENTENCES: Mapping[str, Callable[[Part, _Wording], Label]] = {
    "past_course": _of_past_course,
    "profile": _of_profile,
    "popularity": _of_popularity,
    "base": _of_popularity,
    "segment": _of_segment,
}
