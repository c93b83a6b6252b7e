"""A teacher's plan, for the terminal: courses by term, then how the requirements stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from features.labels import Label, word_label
from recommender.planning.explain import outcome_sentence
from recommender.planning.plan import Outcome, Plan
from zixuan.show import console
from zixuan.show_list import said, titled

EXPECTED: Label = ("预计", "expected")


@dataclass(frozen=True, slots=True)
class Placed:
    """A course in a term; ``offering`` is empty where none is announced yet."""

    course_id: str
    title: Label
    term: str
    offering: str
    amount: str


@dataclass(frozen=True, slots=True)
class Duty:
    """One requirement in one period: amounts as decimal text, and a sentence on how it stands."""

    requirement: str
    period: str
    earned: str
    planned: str
    needed: str
    missing: str
    met: bool
    sentence: Label


@dataclass(frozen=True, slots=True)
class PlanView:
    """What is shown of a plan, whether it was made here or came from the API."""

    teacher_id: str
    policy: str
    unit: str
    gap: float
    courses: tuple[Placed, ...]
    duties: tuple[Duty, ...]

    @classmethod
    def of(cls, plan: Plan, titles: Mapping[str, Label]) -> PlanView:
        """View a plan that was made here; ``titles`` by course id."""
        courses = tuple(
            Placed(
                each.course,
                titles.get(each.course, ("", "")),
                each.term,
                each.offering,
                each.amount,
            )
            for each in plan.items
        )
        duties = tuple(map(_duty, plan.outcomes))
        return cls(plan.teacher_id, plan.policy, plan.unit, plan.gap, courses, duties)

    @classmethod
    def of_answer(cls, answer: Mapping[str, Any]) -> PlanView:
        """View what the API answered."""
        courses = tuple(
            Placed(
                each["course_id"],
                (each["title_zh"], each["title_en"]),
                each["term"],
                each["offering_id"],
                each["amount"],
            )
            for each in answer["items"]
        )
        amounts = ("requirement", "period", "earned", "planned", "needed", "missing", "met")
        duties = tuple(
            Duty(**{name: each[name] for name in amounts}, sentence=(each["zh"], each["en"]))
            for each in answer["outcomes"]
        )
        facts = {name: answer[name] for name in ("teacher_id", "policy", "unit", "gap")}
        return cls(**facts, courses=courses, duties=duties)


def show_plan(view: PlanView, lang: str | None) -> None:
    """Print a plan."""
    screen = console()
    title = (f"教师 {view.teacher_id} 的研修规划", f"Plan for teacher {view.teacher_id}")
    screen.print(Text("  ".join(said(title, lang)), style="bold"))
    facts = (f"政策 {view.policy}", f"rules {view.policy}, gap {view.gap:.1%}")
    screen.print(Text("  ".join(said(facts, lang)), style="dim"))
    screen.print(_courses(view, lang))
    screen.print(_requirements(view, lang))
    unmet = [duty for duty in view.duties if not duty.met]
    if unmet:
        screen.print(Text("  ".join(said(("未满足的要求", "Not met"), lang)), style="bold"))
    for duty in unmet:
        screen.print(_bullet(duty.sentence, lang))


def _duty(outcome: Outcome) -> Duty:
    sentence = outcome_sentence(outcome)
    return Duty(
        requirement=outcome.requirement,
        period=outcome.period,
        earned=outcome.earned,
        planned=outcome.planned,
        needed=outcome.needed,
        missing=outcome.missing,
        met=outcome.met,
        sentence=(sentence.zh, sentence.en),
    )


def _head(label: Label, lang: str | None) -> str:
    return "\n".join(said(label, lang))


def _courses(view: PlanView, lang: str | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1))
    table.add_column(_head(("学期", "Term"), lang), no_wrap=True)
    table.add_column(_head(("课程", "Course"), lang), ratio=1, overflow="fold")
    table.add_column(_head(word_label("unit", view.unit), lang), justify="right", no_wrap=True)
    table.add_column(_head(("班次", "Offering"), lang), no_wrap=True)
    for term, placed in groupby(view.courses, key=lambda each: each.term):
        shown = term
        for each in placed:
            course = Group(*titled(each.course_id, each.title, lang))
            offering = each.offering or " ".join(said(EXPECTED, lang))
            table.add_row(shown, course, each.amount, offering)
            shown = ""
        table.add_section()
    return table


def _requirements(view: PlanView, lang: str | None) -> Table:
    """Show what the plan adds to, or leaves unmet; what is met without it is counted."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1))
    table.add_column(_head(("要求", "Requirement"), lang))
    table.add_column(_head(("期间", "Period"), lang), no_wrap=True)
    for label in (("已得", "Earned"), ("计划", "Planned"), ("应得", "Needed"), ("尚缺", "Short")):
        table.add_column(_head(label, lang), justify="right", no_wrap=True)
    rest = len(view.duties)
    for requirement, duties in groupby(_at_issue(view), key=lambda duty: duty.requirement):
        shown = requirement
        for duty in duties:
            short = "✓" if duty.met else duty.missing
            table.add_row(shown, duty.period, duty.earned, duty.planned, duty.needed, short)
            shown, rest = "", rest - 1
    if rest:
        label = (f"另有 {rest} 项已满足", f"{rest} more are met already")
        table.caption, table.caption_justify = "  ".join(said(label, lang)), "left"
    return table


def _at_issue(view: PlanView) -> Iterator[Duty]:
    return (duty for duty in view.duties if duty.planned != "0" or not duty.met)


def _bullet(label: Label, lang: str | None) -> Table:
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_row("·", "\n".join(said(label, lang)))
    return line
