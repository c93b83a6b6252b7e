"""A place's rules: checking a policy, and a teacher's credits under one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import (
    AsJson,
    Data,
    Language,
    Moment,
    Policies,
    PolicyName,
    Quiet,
    Teacher,
    examples,
)
from zixuan.progress import steps

app = typer.Typer()
policies = typer.Typer(no_args_is_help=True, epilog=examples("policy check gansu-2026.toml"))
app.add_typer(policies, name="policy", help="Policies: a place's rules as data.")


@policies.command(epilog=examples("policy check gansu-2026.toml", "policy check rules.toml --json"))
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy, TOML.")],
    *,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Check a policy file, and say what it asks.

    Every fault is printed with its line, what was expected and what was got. What the policy
    extends is looked for beside it, then among those shipped.
    """
    from recommender.planning.policy import load_file
    from zixuan.show import say
    from zixuan.show_policy import policy_json, show_policy

    found = load_file(file)
    if as_json:
        say(policy_json(found))
    else:
        show_policy(found, lang)


@app.command(
    epilog=examples(
        "credits county --teacher t0000001",
        "credits county --teacher t0000001 --policy national-2011 --lang zh",
        "credits county --teacher t0000001 --as-of 2025-11-01 --json",
    )
)
def credits(
    folder: Data,
    teacher: Teacher,
    *,
    policy: PolicyName = None,
    policies: Policies = None,
    as_of: Moment = None,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show a teacher's credit sheet.

    How the ledger stands with each requirement of the rules in force, what is recognised, claimed,
    converted and expired, and line by line what counts for what, and why.
    """
    from recommender.credits import credits_of
    from zixuan.reading import advised_at, now, read
    from zixuan.show import say
    from zixuan.show_credits import show_credits

    with steps(quiet=quiet) as tell:
        dataset = read(folder, tell)
        tell("count")
        found = credits_of(
            dataset,
            teacher_id=teacher,
            as_of=advised_at(as_of, dataset, now()),
            policy_name=policy,
            policy_folder=policies,
        )
    if as_json:
        say(found.to_json())
    else:
        show_credits(found, lang)
