"""Tuning: look for better parameters of the scorers."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import Data, Quiet, Seed, examples, names, read_moment
from zixuan.progress import steps

app = typer.Typer()

#: Of a run that is given neither minutes nor trials.
MINUTES = 10.0


@app.command(
    epilog=examples(
        "tune county --study tuning.db --out parameters.json --minutes 10",
        "tune county --study tuning.db --out parameters.json --until 2025-07-01 --trials 30",
    )
)
def tune(
    folder: Data,
    study: Annotated[
        Path,
        typer.Option(metavar="FILE", help="SQLite file of the trials; the search goes on in it."),
    ],
    out: Annotated[
        Path, typer.Option(metavar="FILE", help="JSON file to make or replace, for `train`.")
    ],
    *,
    until: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE",
            parser=read_moment,
            help="Look at nothing dated at or after it.",
            show_default="where time:0.85 cuts, from which `evaluate` judges",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(help="How long to look in this run.", show_default="10, without --trials"),
    ] = None,
    trials: Annotated[
        int | None,
        typer.Option(
            help="Settings of each scorer to try in all, those of earlier runs among them.",
            show_default="as many as the minutes allow",
        ),
    ] = None,
    scorers: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Scorers to tune, and event_weights.", show_default="all"),
    ] = None,
    split: Annotated[
        str,
        typer.Option(
            "--split",
            metavar="SPLIT",
            help="time:Q: what is looked at begins at the Q quantile of the times of the events "
            "before --until.",
        ),
    ] = "time:0.55",
    windows: Annotated[
        int,
        typer.Option(
            min=1,
            help="Windows of time that it falls into, each foreseen from all that came before.",
        ),
    ] = 3,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Look for better parameters.

    Tries settings of each scorer, its default first, on windows of time before any that judges,
    and compares their NDCG@10. A setting is taken if it is ahead of the default in every window,
    and by more than one standard error in all of them. Where there are events of several kinds,
    what each says about taste is looked for too (event_weights). The same command goes on where
    it stopped; Ctrl+C ends it and keeps what was found.
    """
    from training.split import parse
    from training.tune import Budget
    from training.tune import tune as look
    from zixuan.outputs import write_text
    from zixuan.reading import moment, read
    from zixuan.show import say
    from zixuan.show_tuning import show_tuning

    given = minutes is not None or trials is not None
    budget = Budget(minutes if given else MINUTES, trials)
    strategy = parse(split)
    with steps(quiet=quiet) as tell:
        dataset = read(folder, tell)
        found = look(
            dataset,
            study=study,
            budget=budget,
            until=moment(until, dataset),
            split=strategy,
            n_windows=windows,
            scorers=names(scorers),
            seed=seed,
            report=tell,
            found=tell.told,
        )
    write_text(out, found.to_json())
    show_tuning(found)
    say(f"{out}: parameters of {', '.join(found.parameters) or 'no scorer: defaults are best'}")
