"""A teacher's list, for the terminal and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence

from rich.console import Group
from rich.table import Table
from rich.text import Text

from features.labels import Label, word_label
from recommender.advise import Recommendation
from recommender.openings import Opening
from zixuan.show import console

SHOWN_OPENINGS = 2


def show_list(found: Sequence[Recommendation], teacher_id: str, lang: str | None) -> None:
    """Print courses in order, each with its reasons and its offerings."""
    screen = console()
    title = said((f"教师 {teacher_id} 的推荐课程", f"Courses for teacher {teacher_id}"), lang)
    screen.print(Text("  ".join(title), style="bold"))
    if not found:
        none = ("没有可选的课程。", "There is no course that this teacher may take.")
        screen.print("  ".join(said(none, lang)))
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    table.add_column(justify="right", style="bold", width=3)
    table.add_column()
    for each in found:
        table.add_row(str(each.rank), Group(*_lines(each, lang)))
    screen.print(table)


def list_json(found: Sequence[Recommendation]) -> str:
    """Return a list as JSON, with the names that the API uses."""
    rows = []
    for each in found:
        row = dataclasses.asdict(each)
        row["title_zh"], row["title_en"] = row.pop("title")
        rows.append(row)
    return json.dumps({"items": rows}, ensure_ascii=False, indent=2, default=str)


def said(label: Label, lang: str | None) -> list[str]:
    """Return a text in one language or in both, Chinese first; what is empty is left out.

    >>> said(("课程", "course"), None), said(("课程", ""), "en")
    (['课程', 'course'], ['课程'])
    """
    zh, en = label
    wanted = {"zh": zh or en, "en": en or zh}
    texts = [zh, en] if lang is None else [wanted[lang]]
    return [text for text in dict.fromkeys(texts) if text]


def titled(course_id: str, title: Label, lang: str | None) -> list[Text]:
    """Return a course's name as lines: the first in bold, the id after it."""
    first, *rest = said(title, lang) or [course_id]
    head = Text.assemble((first, "bold"), ("  " + course_id, "dim") if first != course_id else "")
    return [head, *map(Text, rest)]


def _lines(each: Recommendation, lang: str | None) -> Iterator[Text | Table]:
    yield from titled(each.course_id, each.title, lang)
    for reason in each.reasons:
        yield _marked("·", Text("\n".join(said((reason.zh, reason.en), lang))))
    for opening in each.openings[:SHOWN_OPENINGS]:
        yield _marked("▸", _offering(opening, lang))
    more = len(each.openings) - SHOWN_OPENINGS
    if more > 0:
        yield _marked("▸", Text(" ".join(said((f"另有 {more} 个班次", f"and {more} more"), lang))))
    yield Text()


def _marked(mark: str, text: Text) -> Table:
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_row(mark, text)
    return line


def _offering(opening: Opening, lang: str | None) -> Text:
    facts = [opening.offering_id]
    for column, word in (("mode", opening.mode), ("tier", opening.tier)):
        if word:
            facts.append(" ".join(said(word_label(column, word), lang)))
    if opening.hours:
        hours = f"{opening.hours:g}"
        facts.append(" ".join([hours, *said(("学时", "hours"), lang)]))
    facts.append(_when(opening, lang))
    return Text(" · ".join(fact for fact in facts if fact), style="cyan")


def _when(opening: Opening, lang: str | None) -> str:
    if opening.is_open and opening.apply_until:
        return f"{' '.join(said(('报名至', 'apply by'), lang))} {opening.apply_until}"
    if not opening.is_open and opening.apply_from:
        return f"{' '.join(said(('报名始于', 'opens'), lang))} {opening.apply_from}"
    if opening.starts_on:
        return f"{' '.join(said(('开班', 'starts'), lang))} {opening.starts_on}"
    return ""
