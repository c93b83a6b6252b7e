"""Replay: judge a model by what was shown and chosen under another."""

from __future__ import annotations

from typing import Annotated

import typer

from zixuan.commands.options import AsJson, Data, Model, Quiet, Seed, examples
from zixuan.progress import steps

app = typer.Typer()


@app.command(
    epilog=examples(
        "replay tables --model candidate",
        "replay tables --model candidate --policy exploring --window 14 --json",
    )
)
def replay(
    folder: Data,
    model: Model,
    *,
    policy: Annotated[
        str,
        typer.Option(
            metavar="best|exploring",
            help="How the model would fill an explored place: with its best course left, or "
            "exploring in its turn.",
        ),
    ] = "best",
    window: Annotated[
        float,
        typer.Option(
            metavar="DAYS",
            help="A choice within so many days answers what was shown; 0: only one that echoes "
            "the recommendation's id.",
        ),
    ] = 30.0,
    clip: Annotated[float, typer.Option(help="Largest weight of a place, 1 or more.")] = 100.0,
    seed: Seed = 0,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Judge a model by a log of lists that explored.

    DIR is what `zixuan export` writes after a service has explored (ZIXUAN_EXPLORE). Tells how
    often teachers would have chosen what the model had put in the explored places: by inverse
    propensities (ips), self-normalised (snips) and doubly robust (dr), with 95% bootstrap
    intervals over teachers. Only lists shown after the model's training ended count.
    """
    from recommender.artifact import load
    from training.replay import replay as judge
    from zixuan.reading import read
    from zixuan.show import say, show_notices
    from zixuan.show_replay import show_replay

    with steps(quiet=quiet) as tell:
        tell(f"load {model}")
        loaded = load(model)
        dataset = read(folder, tell)
        found = judge(
            dataset, loaded, policy=policy, window=window, clip=clip, seed=seed, report=tell
        )
    show_notices(found.notices)
    if as_json:
        say(found.to_json())
    else:
        show_replay(found)
