"""Models: train one, compare several, promote one."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import Data, Quiet, Rejects, Seed, examples, names, read_moment
from zixuan.progress import steps

app = typer.Typer()


@app.command(
    epilog=examples(
        "train county --out model",
        "train county --out model --until 2025-07-01 --scorers popularity,content,sequence",
        "train county --out model --parameters parameters.json",
    )
)
def train(
    folder: Data,
    out: Annotated[Path, typer.Option(metavar="ARTIFACT", help="Folder to make or replace.")],
    *,
    until: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE",
            parser=read_moment,
            help="Learn from nothing dated at or after it.",
            show_default="the end of the events",
        ),
    ] = None,
    scorers: Annotated[
        str | None,
        typer.Option(metavar="A,B", help="Scorers to train.", show_default="all installed"),
    ] = None,
    parameters: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Parameters of scorers, as `zixuan tune` writes them.",
            show_default="defaults",
        ),
    ] = None,
    seed: Seed = 0,
    record: Annotated[
        bool, typer.Option(help="Keep the run in the registry (ZIXUAN_TRACKING_URI).")
    ] = True,
    rejects: Rejects = None,
    quiet: Quiet = False,
) -> None:
    """Train a model and write it to a folder.

    The folder holds arrays, JSON and checksums: no code, and no teacher.
    """
    from features.folders import replacing
    from features.reading import notices
    from features.rejects import set_aside
    from recommender.artifact import ARRAYS, MANIFEST, VALUES, save
    from training.train import record_of
    from training.train import train as fit
    from training.tuning import read_parameters
    from zixuan.reading import moment, read
    from zixuan.registry import tracker
    from zixuan.show import say, show_notices

    chosen = None if parameters is None else read_parameters(parameters)
    with (
        steps(quiet=quiet) as tell,
        replacing(out, (MANIFEST, ARRAYS, VALUES), "a model") as partial,
    ):
        dataset = read(folder, tell, rejects)
        began = time.perf_counter()
        model = fit(
            dataset,
            until=moment(until, dataset),
            scorers=names(scorers),
            seed=seed,
            report=tell,
            parameters=chosen,
        )
        seconds = time.perf_counter() - began
        save(model, partial)
    if record:
        with steps(quiet=quiet) as tell:
            tell("record the run")
            tracker().record(record_of(model, seed=seed, seconds=seconds), out)
    show_notices((*notices(dataset), *set_aside(rejects)))
    say(f"{out}: model {model.version} of {', '.join(model.scorers)}, trained in {seconds:.1f} s")


@app.command(
    epilog=examples(
        "evaluate county --split time:0.85 -k 10",
        "evaluate county --split last:1 --models popularity,sequence,hybrid --json figures.json",
    )
)
def evaluate(
    folder: Data,
    *,
    split: Annotated[
        str,
        typer.Option(
            metavar="SPLIT",
            help="time:Q trains before the Q quantile of the events' times, last:K holds out "
            "each teacher's last K choices, file:TEST.csv the pairs of a file. Judge by time; "
            "the other two leak.",
        ),
    ] = "time:0.85",
    models: Annotated[
        str | None,
        typer.Option(
            metavar="A,B", help="Scorers to judge, and hybrid.", show_default="all installed"
        ),
    ] = None,
    k: Annotated[int, typer.Option("-k", min=1, help="Length of the lists.")] = 10,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures there.")
    ] = None,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Judge models by what came after.

    Trains on the earlier part of a split, asks, and compares with the later part. Figures come
    with 95% bootstrap intervals over teachers; teachers without history (cold) are told apart
    from the others (warm).
    """
    from training.evaluate import evaluate as judge
    from training.split import parse
    from zixuan.outputs import write_text
    from zixuan.reading import read
    from zixuan.show import show_evaluation

    strategy = parse(split)
    with steps(quiet=quiet) as tell:
        dataset = read(folder, tell)
        found = judge(dataset, strategy, names(models), k=k, seed=seed, report=tell)
        tell("draw bootstrap samples")
        show_evaluation(found)
        if json_file is not None:
            write_text(json_file, found.to_json())


@app.command(epilog=examples("promote model"))
def promote(
    artifact: Annotated[Path, typer.Argument(metavar="ARTIFACT", help="Folder of a model.")],
    quiet: Quiet = False,
) -> None:
    """Make a model the champion.

    `zixuan serve` then serves it. Every gate must let it pass, or all stays as it was. The
    registry is that of ZIXUAN_TRACKING_URI, sqlite:///mlflow.db by default; a copy of the model
    is kept beside it.
    """
    from training.promote import promote as pass_gates
    from zixuan.registry import tracker
    from zixuan.show import say

    with steps(quiet=quiet) as tell:
        tell("try every gate")
        version = pass_gates(artifact, tracker())
    say(f"{artifact}: version {version} is the champion")
