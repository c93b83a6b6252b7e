"""A teacher's plan: made, changed, explained, and set beside others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.days import (
    Absences,
    Contains,
    DaysAway,
    KeepFree,
    Presence,
    school_of,
)
from zixuan.commands.options import (
    AsJson,
    Data,
    Language,
    Model,
    Moment,
    Policies,
    PolicyName,
    Quiet,
    Teacher,
    examples,
)
from zixuan.commands.wishes import Bans, Hours, Pins, Preferred, asked_of
from zixuan.progress import steps

app = typer.Typer()

Budget = Annotated[
    float | None,
    typer.Option(
        min=0,
        metavar="YUAN",
        help="What is left of the school's allotment for this plan; only offerings whose "
        "funding the policy names cost anything.",
        show_default="no limit",
    ),
]
Revise = Annotated[
    Path | None,
    typer.Option(
        "--revise",
        metavar="FILE",
        help="Make this earlier plan again at the new moment, changing as little as can be, and "
        "show what is different and why. What was asked of it is asked again.",
        show_default="a first plan",
    ),
]
Free = Annotated[
    list[str] | None,
    typer.Option(
        "--free",
        metavar="COURSE",
        help="With --revise: forget what was asked of a course. May be given again.",
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        metavar="FILE",
        help="Write the plan there, for --revise; alternatives beside it, each named after it.",
        show_default="nothing is written",
    ),
]
Alternatives = Annotated[
    int,
    typer.Option(min=0, max=3, help="Show up to so many other plans, and how they differ."),
]
Why = Annotated[
    bool, typer.Option("--why", help="Say of each course why it is there, and why then.")
]


@app.command(
    epilog=examples(
        "plan county --model model --teacher t0000001",
        "plan county --model model --teacher t0000001 --policy national-2011 --json",
        "plan county --model model --teacher t0000001 --pin c0007@2027-spring --ban c0012 "
        "--hours-per-year 60 --hours-per-year 30@2026 --alternatives 3 --out plan.json",
        "plan county --model model --teacher t0000001 --revise plan.json --out plan.json",
    )
)
def plan(
    folder: Data,
    model: Model,
    teacher: Teacher,
    *,
    policy: PolicyName = None,
    policies: Policies = None,
    pin: Pins = None,
    ban: Bans = None,
    prefer: Preferred = None,
    hours_per_year: Hours = None,
    days_away: DaysAway = None,
    presence: Presence = None,
    budget: Budget = None,
    absences: Absences = None,
    contains: Contains = None,
    keep_free: KeepFree = None,
    revise: Revise = None,
    free: Free = None,
    alternatives: Alternatives = 0,
    why: Why = False,
    out: Out = None,
    as_of: Moment = None,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Plan the rest of a teacher's cycle.

    Courses term by term, how far they meet each requirement of the rules in force, and, where
    something cannot be met, the smallest ways out.
    """
    from recommender.advise import titles
    from recommender.artifact import load
    from recommender.planning.account import Account
    from zixuan.planned import Order, planned
    from zixuan.reading import advised_at, now, read
    from zixuan.show import say
    from zixuan.show_plan import PlanView, show_plan
    from zixuan.show_planned import Shown, planned_json, show_planned, write_planned

    order = Order(
        teacher=teacher,
        policy=policy,
        policies=policies,
        asked=asked_of(pin, ban, prefer, hours_per_year).of_days(days_away, presence),
        budget=budget,
        school=school_of(absences, contains, keep_free),
        earlier=revise,
        free=tuple(free or ()),
        alternatives=alternatives,
    )
    with steps(quiet=quiet) as tell:
        tell(f"load {model}")
        loaded = load(model)
        dataset = read(folder, tell)
        tell("plan")
        found = planned(loaded, dataset, order, advised_at(as_of, dataset, now()))
        tell("explain")
        account = Account.of(found.inputs, found.plan)
    if out is not None:
        write_planned(out, found)
    if as_json:
        say(planned_json(found, account))
        return
    names = titles(dataset)
    show_plan(PlanView.of(found.plan, names), lang)
    show_planned(found, account, Shown(names, lang, why))
