"""The administrator's tables as CSV; what is too little to be told is an empty cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from features.labels import word_label
from serving.desk.report import Report
from serving.desk.seats import STANDINGS
from serving.desk.standing import MEASURES, Group, Part
from serving.takeaway.tables import Cell, table
from serving.web.language import Language


def waiting(report: Report, language: Language) -> bytes:
    """Return the plans that wait; of a county how many."""
    if not report.within.named:
        return table(["waiting"], [[report.waits]])
    rows = (
        [each.plan_id, each.plan.teacher_id, each.plan.revision, each.made_at.isoformat()]
        for each in report.waiting
    )
    return table(["plan_id", "teacher_id", "revision", "made_at"], rows)


def places(report: Report, language: Language) -> bytes:
    """Return the offerings with their places."""
    head = ["offering_id", "course", "capacity", "quota", *STANDINGS, "total"]
    rows = (
        [
            each.offering,
            language.pick(*each.title),
            each.capacity,
            each.quota,
            *each.standings,
            each.total,
        ]
        for each in report.seats
    )
    return table(head, rows)


def demand(report: Report, language: Language) -> bytes:
    """Return the courses with how many plans hold them, term by term."""
    terms = [language.pick(*term) for term in report.demand.terms]
    rows = (
        [each.course, language.pick(*each.title), *each.by_term, each.total]
        for each in report.demand.courses
    )
    return table(["course_id", "course", *terms, "total"], rows)


def equity(report: Report, language: Language) -> bytes:
    """Return the measures by locality and key county with their intervals."""
    rows: list[Sequence[Cell]] = []
    for kind, groups in (("locality", report.localities), ("key_county", report.key_counties)):
        rows += [
            [kind, language.pick(*word_label("locality", each.code)), each.teachers, *cells]
            for each in groups
            for cells in _measures(each)
        ]
    return table(["by", "group", "teachers", "measure", "count", "share", "low", "high"], rows)


def schools(report: Report, language: Language) -> bytes:
    """Return the measures by school."""
    rows = (
        [each.code, language.pick(*report.within.label(each.code)), each.teachers]
        + [part.count for part in each.parts]
        for each in report.schools
    )
    return table(["organisation_id", "name", "teachers", *MEASURES], rows)


def risk(report: Report, language: Language) -> bytes:
    """Return whose credits are at risk: by name in the own school, else by school."""
    if not report.within.named:
        place = MEASURES.index("at_risk")
        rows = (
            [each.code, language.pick(*report.within.label(each.code)), each.parts[place].count]
            for each in report.schools
        )
        return table(["organisation_id", "name", "at_risk"], rows)
    named = (
        [each.teacher_id, language.pick(*name), period, missing, unit]
        for each in report.at_risk
        for name, period, missing, unit in each.lacking
    )
    return table(["teacher_id", "requirement", "period", "missing", "unit"], named)


def _measures(group: Group) -> Iterator[list[Cell]]:
    for name, part in zip(MEASURES, group.parts, strict=True):
        yield [name, part.count, *_share(part)]


def _share(part: Part) -> list[Cell]:
    if part.share is None:
        return [None, None, None]
    return [f"{each:.4f}" for each in (part.share.value, part.share.low, part.share.high)]
