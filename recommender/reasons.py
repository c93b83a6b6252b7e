"""Why a course is shown: the true parts of its score, in Chinese and English.

A hybrid's parts say which scorers put the course where it is; the parts of those that did most
say why. Nothing is invented: every reason is an addend of a score.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from features.catalogue import Catalogue
from features.labels import Label, column_label, word_label
from features.profiles import ProfileEncoder, Profiles
from recommender.model import Model
from recommender.scorers.contract import Part
from recommender.scorers.popularity import Popularity

SHOWN = 3
#: A scorer speaks for a course if it adds at least this share of what the strongest adds.
SPEAKS = 0.5
#: Profile features that are a part of scores, as context, and tell a teacher nothing: columns,
#: or single words of them.
UNTOLD = frozenset({"days_since_last", "key_county=False", "past_count", "role=teacher"})


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason.

    Parameters
    ----------
    code
        The part's kind: ``past_course``, ``profile``, ``popularity``, ``segment``, ``base``;
        or ``exploration``, which is no part of a score.
    name
        What it refers to: a course id, ``column=word``, a segment as such words joined by ``;``.
    value
        What it adds to the score of ``source``; of ``exploration``, the chance it was drawn with.
    source
        The scorer whose score it is a part of, or ``exploration``.
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
    model: Model,
    profiles: Profiles,
    catalogue: Catalogue,
    course: int,
    facts: Facts,
    *,
    sources: Sequence[Part] | None = None,
) -> tuple[Reason, ...]:
    """Return the strongest true reasons for one course and the one teacher in ``profiles``.

    The scorers that did most for the course, and have something to tell, speak in turn. All
    forms of popularity are one of them: they say nearly the same, and with learned weights one
    may take back what another adds; where they add nothing together, nobody says that many
    choose the course. Left out is what cannot be told truly (a past course that only stands for
    a like one, or was dismissed) and what is no reason: the course's own past, where it may be
    repeated, and ``UNTOLD``.

    Parameters
    ----------
    sources
        What scorers add to the score, where that is at hand: the parts of the hybrid
        (:meth:`~recommender.scorers.hybrid.Hybrid.explainer`), or the one scorer that ranks.

    Returns
    -------
    tuple of Reason
        At most three different ones, the strongest of the scorer that did most first; empty if
        no part speaks for the course.
    """
    if sources is None:
        sources = model.explain(profiles, catalogue, course)
    added, popular = _netted(model, sources)
    told = (
        _told_by(model, profiles, catalogue, course, facts, source, is_popular=popular > 0)
        for source in _speakers(added)
    )
    return _in_turn(list(islice(filter(None, told), SHOWN)))


def drawn_by_chance(chance: float, takers: int) -> Reason:
    """Say that a course has its place by exploration, and how many had chosen it before."""
    code = "exploration"
    if takers:
        zh = f"模型训练时有{takers:,}位教师选学过"
        en = f"teachers who had chosen it when the model was trained: {takers:,}"
    else:
        zh, en = "模型训练时尚无人选学", "nobody had chosen it when the model was trained"
    zh = f"这一位置留作尝试，由系统按概率抽取（{zh}）"
    en = f"This place is kept for trying courses out, and chance drew this one ({en})"
    return Reason(code, "", chance, code, zh, en)


@dataclass(frozen=True, slots=True)
class _Wording:
    """What the sentences depend on.

    ``borrowed``: the course's takers are those of courses like it; ``segment``: the columns and
    words that make up the teacher's segment; ``source``: the scorer that speaks.
    """

    facts: Facts
    borrowed: bool
    segment: Mapping[str, str]
    source: str


def _netted(model: Model, sources: Sequence[Part]) -> tuple[dict[str, float], float]:
    """Return what each scorer adds, the forms of popularity as one, and what that one adds.

    The one goes by the form that adds most. Without any, nothing counts against popularity.
    """
    added = {part.name: part.value for part in sources if part.kind == "source"}
    forms = {n: v for n, v in added.items() if isinstance(model.scorers[n], Popularity)}
    netted = {name: value for name, value in added.items() if name not in forms}
    if not forms:
        return netted, 1.0
    popular = sum(forms.values())
    return netted | {max(forms, key=lambda name: forms[name]): popular}, popular


def _speakers(added: Mapping[str, float]) -> list[str]:
    """Return the scorers that did enough for the course to speak for it, the strongest first."""
    least = SPEAKS * max(added.values(), default=0)
    ranked = sorted(added, key=lambda name: -added[name])
    return [name for name in ranked if added[name] > 0 and added[name] >= least]


def _told_by(
    model: Model,
    profiles: Profiles,
    catalogue: Catalogue,
    course: int,
    facts: Facts,
    source: str,
    *,
    is_popular: bool,
) -> list[Reason]:
    """Return what one scorer has to tell, the strongest first; of a base, if it is popular."""
    parts = model.explain(profiles, catalogue, course, source)
    parts = tuple(part for part in parts if is_popular or part.kind != "base")
    own_id = catalogue.courses.ids[course]
    speaking = [part for part in parts if part.value > 0 and _is_told(part, facts, own_id)]
    wording = _Wording(
        facts,
        borrowed=source == "content" or catalogue.position[course] < 0,
        segment=_segment(model.profile_encoder, int(profiles.segment[0])),
        source=source,
    )
    strongest = sorted(speaking, key=lambda part: -part.value)[:SHOWN]
    return [_reason(part, source, wording) for part in strongest]


def _in_turn(heard: Sequence[list[Reason]]) -> tuple[Reason, ...]:
    """Let each scorer tell its next reason that none has told, until enough are told."""
    told: dict[tuple[str, str], Reason] = {}
    queues = [iter(own) for own in heard]
    for queue in queues * SHOWN:
        for reason in queue:
            if _matter(reason) not in told:
                told[_matter(reason)] = reason
                break
    return tuple(told.values())[:SHOWN]


def _matter(reason: Reason) -> tuple[str, str]:
    """Return what a reason is about: scorers that tell of the same need not both do so."""
    if reason.code in ("popularity", "base"):
        return "popularity", ""
    return reason.code, reason.name


def _segment(encoder: ProfileEncoder, number: int) -> Mapping[str, str]:
    """Return the known words of a segment by column; none for that of the unknown, -1."""
    if number < 0:
        return {}
    words = encoder.segments[number].split("|", len(encoder.segment_columns) - 1)
    named = zip(encoder.segment_columns, words, strict=True)
    return {column: word for column, word in named if word}


def _is_told(part: Part, facts: Facts, own_id: str) -> bool:
    if part.kind == "past_course":
        return part.name in facts.past and part.name != own_id
    return part.kind != "profile" or not UNTOLD & {part.name, part.name.partition("=")[0]}


def _reason(part: Part, source: str, wording: _Wording) -> Reason:
    zh, en = SENTENCES[part.kind](part, wording)
    name = part.name
    if part.kind == "segment":
        name = ";".join(f"{column}={word}" for column, word in wording.segment.items())
    return Reason(part.kind, name, part.value, source, zh, en)


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
    return OVER_TIME.get(wording.source, ("选学的教师较多", "Many teachers choose it"))


#: Over which time a scorer's popularity, or base, counts; said of those that have one of their own.
OVER_TIME: Mapping[str, Label] = {
    "popularity": ("近期选学的教师较多", "Many teachers have chosen it of late"),
    "lasting": ("长期以来选学的教师较多", "Many teachers have chosen it over the past years"),
    "rising": (
        "以开课时长计，选学的教师较多",
        "Many teachers have chosen it for the time it has been on offer",
    ),
    "sequence": ("近期选学的教师较多", "Many teachers have chosen it of late"),
    "season": ("近期选学的教师较多", "Many teachers have chosen it of late"),
    "factorisation": (
        "不论时间先后，选学过的教师较多",
        "Many teachers have chosen it, long ago or of late",
    ),
}


def _of_segment(part: Part, wording: _Wording) -> Label:
    labels = [column_label(column) for column in wording.segment]
    zh = "、".join(label for label, _ in labels)
    en = " and ".join(label for _, label in labels)
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
