"""A teacher's plan, for the terminal: courses by term, then how the requirements stand."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from features.errors import InvalidPolicy
from features.labels import Label, word_label
from recommender.planning import policy
from recommender.planning.explain import outcome_sentence
from recommender.planning.plan import Outcome, Plan
from zixuan.show import console
from zixuan.show_list import said, titled
from zixuan.show_requirements import Block, headed, requirements

EXPECTED: Label = ("预计", "expected")
#: What a requirement is counted in, where it is neither hours nor credits.
COURSES: Label = ("门课程", "courses")
#: The amounts of a requirement in a period.
AMOUNTS: tuple[Label, ...] = (
    ("已得", "Earned"),
    ("计划", "Planned"),
    ("应得", "Needed"),
    ("尚缺", "Short"),
)
UNIT: Label = ("单位", "Unit")
MET = "✓"
MORE: Label = (
    "计划多于应得：在余下的时间里加入了最适合的课程，您可以不选。",
    "More is planned than is needed: what suits best fills the time that is left, and you may "
    "leave it out.",
)


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
    """One requirement in one period.

    Parameters
    ----------
    requirement, name
        Its id, and what the policy says to a teacher; both sides empty where that is not known.
    earned, planned, needed, missing
        Decimal text, in ``unit``.
    sentence
        How it stands.
    """

    requirement: str
    name: Label
    period: str
    unit: str
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
        own = "requirement", "period", "unit", "earned", "planned", "needed", "missing", "met"
        names = _names(answer["policy"])
        duties = tuple(
            Duty(
                **{field: each[field] for field in own},
                name=names.get(each["requirement"], ("", "")),
                sentence=(each["zh"], each["en"]),
            )
            for each in answer["outcomes"]
        )
        facts = {name: answer[name] for name in ("teacher_id", "policy", "unit", "gap")}
        return cls(**facts, courses=courses, duties=duties)


def show_plan(view: PlanView, lang: str | None) -> None:
    """Print a plan."""
    screen = console()
    title = (f"教师 {view.teacher_id} 的研修规划", f"Plan for teacher {view.teacher_id}")
    screen.print(Text("  ".join(said(title, lang)), style="bold"))
    for facts in ((f"政策 {view.policy}", f"rules {view.policy}"), worth(view.gap)):
        screen.print(Text("  ".join(said(facts, lang)), style="dim"))
    screen.print(_courses(view, lang))
    screen.print(_requirements(view, lang))
    if any(map(_is_more, view.duties)):
        screen.print("\n".join(said(MORE, lang)), style="dim")
    unmet = [duty for duty in view.duties if not duty.met]
    if unmet:
        screen.print(Text("  ".join(said(("未满足的要求", "Not met"), lang)), style="bold"))
    for duty in unmet:
        screen.print(bullet(duty.sentence, lang))


def _duty(outcome: Outcome) -> Duty:
    sentence = outcome_sentence(outcome)
    return Duty(
        requirement=outcome.requirement,
        name=(outcome.zh, outcome.en),
        period=outcome.period,
        unit=outcome.unit,
        earned=outcome.earned,
        planned=outcome.planned,
        needed=outcome.needed,
        missing=outcome.missing,
        met=outcome.met,
        sentence=(sentence.zh, sentence.en),
    )


def _courses(view: PlanView, lang: str | None) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1))
    table.add_column(headed(("学期", "Term"), lang), no_wrap=True)
    table.add_column(headed(("课程", "Course"), lang), ratio=1, overflow="fold")
    table.add_column(headed(word_label("unit", view.unit), lang), justify="right", no_wrap=True)
    table.add_column(headed(("班次", "Offering"), lang), no_wrap=True)
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
    blocks = [
        _block(list(duties), lang)
        for _, duties in groupby(_at_issue(view), key=lambda duty: duty.requirement)
    ]
    whole = requirements(blocks, (*AMOUNTS, UNIT), lang)
    rest = len(view.duties) - sum(len(block.rows) for block in blocks)
    if rest:
        label = (f"另有 {rest} 项已满足", f"{rest} more are met already")
        whole.add_row("  ".join(said(label, lang)))
    return whole


def _block(duties: Sequence[Duty], lang: str | None) -> Block:
    name = duties[0].name if any(duties[0].name) else (duties[0].requirement, "")
    return Block(name, "", tuple(_row(duty, lang) for duty in duties))


def _row(duty: Duty, lang: str | None) -> tuple[str, ...]:
    short = MET if duty.met else duty.missing
    unit = COURSES if duty.unit == "course" else word_label("unit", duty.unit)
    amounts = duty.earned, duty.planned, duty.needed, short
    return duty.period, *amounts, " ".join(said(unit, lang))


def worth(gap: float, *, such: bool = False) -> Label:
    """Say how near the plan is proven to be to the best of those that meet as much.

    A gap is rounded up, for less is not proven; ``such``: the best of those asked in the same way.

    >>> worth(0.0061)[1], worth(0)[1]
    ('at most 0.7% below the best plan', 'no plan is better')
    >>> worth(0.0001, such=True)[1]
    'at most 0.1% below the best such plan'
    """
    zh, en = ("同条件", " such") if such else ("", "")
    if gap <= 0:
        return f"没有更好的{zh}规划", f"no{en} plan is better"
    percent = math.ceil(gap * 1_000) / 10
    return (
        f"与{zh}最优规划相差不超过 {percent:.1f}%",
        f"at most {percent:.1f}% below the best{en} plan",
    )


def _is_more(duty: Duty) -> bool:
    """Say whether the plan adds to what is needed without need."""
    planned = Decimal(duty.planned)
    return planned > 0 and Decimal(duty.earned) + planned > Decimal(duty.needed)


def _names(version: str) -> dict[str, Label]:
    """Return what a shipped policy's requirements say, by id; nothing of a policy of one's own."""
    try:
        rules = policy.load(version.partition("@")[0])
    except InvalidPolicy:
        return {}
    return {each.id: (each.zh, each.en) for each in rules.requirement}


def _at_issue(view: PlanView) -> Iterator[Duty]:
    return (duty for duty in view.duties if duty.planned != "0" or not duty.met)


def bullet(label: Label, lang: str | None) -> Table:
    """Return a sentence after a dot, one language a line."""
    line = Table.grid(padding=(0, 1, 0, 0))
    line.add_column()
    line.add_column(overflow="fold")
    line.add_row("·", "\n".join(said(label, lang)))
    return line
