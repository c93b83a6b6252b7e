"""What the courses of a simulated catalogue are: their titles, audiences and chains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.simulate.words import Angle, Programme, Series, Subject, Text, Words

#: Who a general course of each level is for; the first level is for all.
_LEVEL_STAGES: dict[int, tuple[str, ...]] = {
    1: (),
    2: ("developing", "backbone", "lead", "principal", "trainer"),
    3: ("backbone", "lead", "principal", "trainer"),
}
_GENERAL_SHARE = 0.35
_PROGRAMME_SHARE = 0.06
_CONTAINED = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """One course before it gets an id, a provider and dates.

    ``after`` is the place in the list of the course that has to be done before, -1 if none;
    ``contains`` are the places of the courses inside a programme.
    """

    group: str
    title: Text
    text: Text
    domain: str
    hours: int
    competency: str = ""
    level: int = 1
    subject: str = ""
    topic: str = ""
    angle: str = ""
    phases: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    obligation: str = "elective"
    tier: str = ""
    line: str = ""
    after: int = -1
    contains: tuple[int, ...] = ()
    from_year: int = 0


def make_drafts(words: Words, size: int, rng: np.random.Generator) -> list[Draft]:
    """Draw ``size`` courses with distinct titles.

    First come ethics, induction, the named themes and nominations, then general courses up to
    about a third of the catalogue, then subject courses and the programmes made of them.
    """
    drafts = [_ethics(course) for course in words.ethics]
    drafts.append(_induction(words))
    drafts += [_theme(course) for course in words.themes]
    drafts += [_nomination(programme) for programme in words.nominations]
    for place in rng.permutation(len(words.series)):
        if len(drafts) >= _GENERAL_SHARE * size:
            break
        drafts += _chain(words, words.series[place], first=len(drafts))
    programmes = round(_PROGRAMME_SHARE * size)
    drafts += _subject_courses(words, size - programmes - len(drafts), rng)
    drafts += _programmes(words, drafts, size - len(drafts), rng)
    return drafts


def _ethics(course: Series) -> Draft:
    return Draft(
        "ethics",
        course.title,
        course.text,
        "ethics",
        8,
        "moral_education",
        phases=course.phases,
        themes=course.themes,
        obligation="compulsory",
    )


def _induction(words: Words) -> Draft:
    course = words.induction
    return Draft(
        "induction",
        course.title,
        course.text,
        course.domain,
        words.induction_hours,
        course.competency,
        stages=("novice",),
        obligation="assigned",
        line="induction",
    )


def _theme(course: Series) -> Draft:
    return Draft(
        "theme",
        course.title,
        course.text,
        "ethics",
        6,
        course.competency,
        angle=f"theme:{course.themes[0]}",
        phases=course.phases,
        themes=course.themes,
    )


def _nomination(programme: Programme) -> Draft:
    return Draft(
        "programme",
        programme.title,
        programme.text,
        "teaching",
        programme.hours,
        "teaching",
        3,
        angle=f"programme:{programme.line}",
        stages=programme.stages,
        obligation=programme.obligation,
        tier=programme.tier,
        line=programme.line,
    )


def _chain(words: Words, series: Series, first: int) -> list[Draft]:
    """Return the courses of a series, each level after the one before it."""
    several = len(series.levels) > 1
    made = []
    for step, level in enumerate(series.levels):
        zh, en = words.levels[level]
        title = (f"{series.title[0]}（{zh}）", f"{series.title[1]} ({en})")
        draft = Draft(
            "general",
            title if several else series.title,
            series.text,
            series.domain,
            8 + 4 * level,
            series.competency if series.domain != "leadership" else "",
            level,
            angle=f"series:{series.title[1]}",
            phases=series.phases,
            stages=series.stages or _LEVEL_STAGES[level],
            roles=series.roles,
            after=first + step - 1 if step else -1,
            from_year=series.from_year,
        )
        made.append(draft)
    return made


def _filled(text: Text, phase: Text, subject: Text, topic: Text) -> Text:
    """Put phase, subject and topic into a pattern, with a capital where English begins."""
    zh, en = (
        pattern.format(p=phase[side], s=subject[side], t=topic[side])
        for side, pattern in enumerate(text)
    )
    return zh, en[:1].upper() + en[1:]


def _subject_courses(words: Words, count: int, rng: np.random.Generator) -> list[Draft]:
    """Draw the most likely of all combinations of topic, phase and angle."""
    cells = [
        (subject, phase, topic, angle)
        for subject in words.subjects
        for phase in subject.phases
        for topic in range(len(subject.topics))
        for angle in words.angles
        if phase not in angle.not_for
    ]
    weight = np.array([subject.phases[phase] for subject, phase, _, _ in cells])
    order = np.argsort(rng.exponential(size=len(cells)) / weight)[:count]
    return [_subject_course(words, cells[place], rng) for place in np.sort(order)]


def _subject_course(
    words: Words,
    cell: tuple[Subject, str, int, Angle],
    rng: np.random.Generator,
) -> Draft:
    subject, phase, topic, angle = cell
    parts = (words.phases[phase], subject.name, subject.topics[topic])
    return Draft(
        "subject",
        _filled(angle.title, *parts),
        _filled(angle.text, *parts),
        angle.domain,
        int(rng.choice(angle.hours)),
        angle.competency,
        angle.level,
        subject.code,
        f"{subject.code}:{subject.topics[topic][1]}",
        angle.code,
        phases=(phase,),
        stages=angle.stages,
    )


def _programmes(
    words: Words, drafts: list[Draft], count: int, rng: np.random.Generator
) -> list[Draft]:
    """Draw programmes for the subjects and phases that have courses to put inside."""
    inside: dict[tuple[str, str], list[int]] = {}
    for place, draft in enumerate(drafts):
        if draft.subject:
            inside.setdefault((draft.subject, draft.phases[0]), []).append(place)
    full = [cell for cell, places in inside.items() if len(places) >= _CONTAINED] or list(inside)
    subjects = {subject.code: subject for subject in words.subjects}
    cells = [(subjects[code], phase, kind) for code, phase in full for kind in words.programmes]
    order = rng.permutation(len(cells))[:count]
    return [
        _programme(words, cells[place], _some(inside[cells[place][0].code, cells[place][1]], rng))
        for place in np.sort(order)
    ]


def _some(places: list[int], rng: np.random.Generator) -> tuple[int, ...]:
    drawn = rng.choice(places, size=min(_CONTAINED, len(places)), replace=False)
    return tuple(sorted(drawn.tolist()))


def _programme(
    words: Words, cell: tuple[Subject, str, Programme], contains: tuple[int, ...]
) -> Draft:
    subject, phase, kind = cell
    parts = (words.phases[phase], subject.name, ("", ""))
    return Draft(
        "programme",
        _filled(kind.title, *parts),
        _filled(kind.text, *parts),
        "teaching",
        kind.hours,
        "teaching",
        3,
        subject.code,
        angle=f"programme:{kind.line}",
        phases=(phase,),
        stages=kind.stages,
        obligation=kind.obligation,
        tier=kind.tier,
        line=kind.line,
        contains=contains,
    )
