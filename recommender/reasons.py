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


def reasons(
    model: Model,
    profiles: Profiles,
    catalogue: Catalogue,
    course: int,
    titles: Mapping[str, Label],
) -> tuple[Reason, ...]:
    """Return the strongest true reasons for one course and the one teacher in ``profiles``.

    Parameters
    ----------
    titles
        Course id -> its title in Chinese and English; a course without one goes by its id.

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
    speaking = sorted((p for p in parts if p.value > 0), key=lambda p: -p.value)[:SHOWN]
    return tuple(_reason(part, source, titles) for part in speaking)


def _reason(part: Part, source: str, titles: Mapping[str, Label]) -> Reason:
    zh, en = SENTENCES[part.kind](part, titles)
    return Reason(part.kind, part.name, part.value, source, zh, en)


def _of_past_course(part: Part, titles: Mapping[str, Label]) -> Label:
    zh, en = titles.get(part.name, (part.name, part.name))
    return (
        f"您学过《{zh or en}》，与本课程相承接",
        f"It follows on from “{en or zh}”, which you took",
    )


def _of_profile(part: Part, titles: Mapping[str, Label]) -> Label:
    column, _, word = part.name.partition("=")
    (column_zh, column_en), (word_zh, word_en) = column_label(column), word_label(column, word)
    return (
        f"与您的情况相符（{column_zh}：{word_zh}）",
        f"Teachers like you choose it ({column_en}: {word_en})",
    )


def _of_popularity(part: Part, titles: Mapping[str, Label]) -> Label:
    return "近期选学的教师较多", "Many teachers have chosen it of late"


def _of_segment(part: Part, titles: Mapping[str, Label]) -> Label:
    return "与您同学段、同阶段的教师常选", "Teachers of your phase and stage often choose it"


SENTENCES: Mapping[str, Callable[[Part, Mapping[str, Label]], Label]] = {
    "past_course": _of_past_course,
    "profile": _of_profile,
    "popularity": _of_popularity,
    "base": _of_popularity,
    "segment": _of_segment,
}
