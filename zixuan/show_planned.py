"""What stands beside a plan, for the terminal and as JSON: changes, reasons, ways out, others."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from features.labels import Label
from recommender.planning.account import Account, WayOut
from recommender.planning.alternatives import Alternative
from recommender.planning.difference import Difference
from recommender.planning.explain import Sentence
from recommender.planning.names import Names
from zixuan.outputs import write_text
from zixuan.planned import Planned
from zixuan.show import console
from zixuan.show_list import said
from zixuan.show_plan import bullet, worth
from zixuan.show_requirements import headed

#: Of what binds, and of one conflict's ways out, so many are shown; the JSON has all.
SHOWN = 4
#: What an alternative is called in a table.
NAMES: dict[str, Label] = {
    "lighter_first_year": ("首年更轻", "Lighter first year"),
    "more_face_to_face": ("更多面授", "More face-to-face"),
    "faster_to_next_stage": ("更快进阶", "Faster to next stage"),
    "earliest_credit": ("更早得分", "Earliest credit"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """How to print: titles by course id, the language (both if none), and reasons or not."""

    titles: Mapping[str, Label]
    lang: str | None
    why: bool


def show_planned(found: Planned, account: Account, view: Shown) -> None:
    """Print ways out of what is unmet, what has changed, other plans, and reasons if asked."""
    screen, lang = console(), view.lang
    _say(screen, ("所作假设", "Taken for granted"), account.assumed, lang)
    unkept = ("未能满足的指定", "Wishes that could not be kept")
    _say(screen, unkept, account.unkept, lang)
    _say(screen, ("无可调整", "No way out"), account.stuck, lang)
    for ways in account.ways_out:
        _say(screen, ("可行的调整（任选其一）", "Ways out, one of them"), _ways(ways), lang)
    if found.difference is not None:
        title = ("与上一版规划相比", "Compared with the earlier plan")
        _say(screen, title, found.difference.sentences(Names(view.titles)), lang)
    if found.others:
        _head(screen, ("其他方案", "Other plans"), lang)
        screen.print(_compared(found.others, lang))
        for other in found.others:
            screen.print(bullet(_stated(other), lang))
    if view.why:
        _say(screen, ("影响本规划的约束", "What binds the plan"), account.binding[:SHOWN], lang)
        _head(screen, ("逐门说明", "Course by course"), lang)
        for course in account.courses:
            screen.print(Text(f"{course.course}  {course.term}", style="bold"))
            for each in course.reasons:
                screen.print(bullet((each.zh, each.en), lang))


def planned_json(found: Planned, account: Account) -> str:
    """Return a plan with its reasons, ways out, difference and alternatives as JSON."""
    told = {
        "plan": json.loads(found.plan.to_json()),
        "courses": [asdict(each) for each in account.courses],
        "binding": [asdict(each) for each in account.binding],
        "assumed": [asdict(each) for each in account.assumed],
        "unkept": [asdict(each) for each in account.unkept],
        "stuck": [asdict(each) for each in account.stuck],
        "ways_out": [[_way(each) for each in ways] for ways in account.ways_out],
        "difference": None if found.difference is None else _difference(found.difference),
        "alternatives": [_alternative(each) for each in found.others],
    }
    return json.dumps(told, ensure_ascii=False, indent=2)


def write_planned(path: Path, found: Planned) -> None:
    """Write a plan, and each alternative beside it: ``plan.earliest_credit.json``."""
    write_text(path, found.plan.to_json())
    for each in found.others:
        beside = path.with_name(f"{path.stem}.{each.change.code}{path.suffix}")
        write_text(beside, each.plan.to_json())


def _head(screen: Console, title: Label, lang: str | None) -> None:
    screen.print(Text("  ".join(said(title, lang)), style="bold"))


def _say(screen: Console, title: Label, sentences: Iterable[Sentence], lang: str | None) -> None:
    told = list(sentences)
    if told:
        _head(screen, title, lang)
    for each in told:
        screen.print(bullet((each.zh, each.en), lang))


def _ways(ways: Sequence[WayOut]) -> list[Sentence]:
    """Leave out the hours of single years where more in every year is a way out."""
    every_year = any(way.relief.rule == "load" and not way.relief.period for way in ways)
    return [
        way.said
        for way in ways
        if not (every_year and way.relief.rule == "load" and way.relief.period)
    ][:SHOWN]


def _compared(others: Sequence[Alternative], lang: str | None) -> Table:
    """Set the figures of each alternative beside those of the main plan."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column(headed(("指标", "Figure"), lang), overflow="fold")
    table.add_column(headed(("本规划", "This plan"), lang), justify="right", overflow="fold")
    for each in others:
        name = headed(NAMES[each.change.code], lang)
        table.add_column(name, justify="right", overflow="fold")
    for row in zip(*(each.figures for each in others), strict=True):
        first = row[0]
        name = headed((first.zh, first.en), lang)
        table.add_row(name, first.main, *(figure.here for figure in row))
    return table


def _stated(each: Alternative) -> Label:
    zh, en = worth(each.plan.gap, such=True)
    return f"{each.change.zh}（{zh}）", f"{each.change.en} ({en})"


def _way(each: WayOut) -> dict[str, Any]:
    return asdict(each.relief) | asdict(each.said)


def _difference(found: Difference) -> dict[str, Any]:
    return asdict(found) | {"sentences": [asdict(each) for each in found.sentences()]}


def _alternative(each: Alternative) -> dict[str, Any]:
    return {
        **asdict(each.change),
        "figures": [asdict(figure) for figure in each.figures],
        "plan": json.loads(each.plan.to_json()),
    }
