"""Models: train one, compare several."""

from __future__ import annotations

import time
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import Data, Quiet, Rejects, Seed, examples, names, read_moment
from zixuan.progress import steps

app = typer.Typer()


class Choices(StrEnum):
    """Which choices a model must foresee."""

    own = "own"
    all = "all"


@app.command(
    epilog=examples(
        "train county --out model",
        "train county --out model --evaluate time:0.85",
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
    evaluate_by: Annotated[
        str | None,
        typer.Option(
            "--evaluate",
            "--split",
            metavar="SPLIT",
            help="Judge this way of training first, by a split as for `zixuan evaluate`, and keep "
            "the figures with the run.",
            show_default="not judged",
        ),
    ] = None,
    parameters: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Parameters of scorers, as `zixuan tune` writes them.",
            show_default="defaults",
        ),
    ] = None,
    second_stage: Annotated[
        str,
        typer.Option(
            metavar="logistic|trees",
            help="What the hybrid learns to blend by; trees need LightGBM and many teachers.",
        ),
    ] = "logistic",
    seed: Seed = 0,
    record: Annotated[
        bool, typer.Option(help="Keep the run in the registry (ZIXUAN_TRACKING_URI).")
    ] = True,
    rejects: Rejects = None,
    quiet: Quiet = False,
) -> None:
    """Train a model and write it to a folder.

    The folder holds arrays, JSON and checksums: no code, and no teacher. The run is kept with
    its parameters, its figures if it was judged, and the model card (`zixuan card`).
    """
    from features.folders import replacing
    from features.reading import notices
    from features.rejects import set_aside
    from recommender.artifact import ARRAYS, MANIFEST, VALUES, save
    from training.card import CARD_JSON
    from training.record import record_of
    from training.split import parse
    from training.train import judged
    from training.train import train as fit
    from training.tuning import read_parameters
    from zixuan.reading import moment, read
    from zixuan.registry import tracker
    from zixuan.show import say, show_evaluation, show_notices

    split = None if evaluate_by is None else parse(evaluate_by)
    found = None
    chosen = None if parameters is None else read_parameters(parameters)
    with (
        steps(quiet=quiet) as tell,
        replacing(out, (MANIFEST, ARRAYS, VALUES, CARD_JSON), "a model") as making,
    ):
        dataset = read(folder, tell, rejects)
        by = partial(
            fit,
            scorers=names(scorers),
            seed=seed,
            report=tell,
            parameters=chosen,
            second_stage=second_stage,
        )
        end = moment(until, dataset)
        if split is not None:
            found = judged(dataset, split, by, until=end, seed=seed)
        began = time.perf_counter()
        model = by(dataset, until=end)
        seconds = time.perf_counter() - began
        save(model, making)
        kept = record_of(model, seed=seed, seconds=seconds, dataset=dataset, evaluation=found)
        (making / CARD_JSON).write_text(kept.texts[CARD_JSON], "utf-8")
    if record:
        with steps(quiet=quiet) as tell:
            tell("record the run")
            tracker().record(kept, out)
    show_notices((*notices(dataset), *set_aside(rejects)))
    if found is not None:
        show_evaluation(found)
    say(f"{out}: model {model.version} of {', '.join(model.scorers)}, trained in {seconds:.1f} s")


@app.command(
    epilog=examples(
        "evaluate county --split time:0.85 -k 10 --report report.html",
        "evaluate county --split last:1 --models popularity,sequence,hybrid --json figures.json",
        "evaluate county --split cold-courses:0.85:1/2 --split cold-courses:0.85:2/2",
    )
)
def evaluate(
    folder: Data,
    *,
    split: Annotated[
        list[str],
        typer.Option(
            "--split",
            metavar="SPLIT",
            help="time:Q trains before the Q quantile of the events' times; cold-teachers:Q:1/5 "
            "and cold-courses:Q:1/5 also withhold the past of the first of five folds of "
            "teachers or courses, and judge by them alone; last:K holds out each teacher's last "
            "K choices, file:TEST.csv the pairs of a file. Judge by time; the last two leak. "
            "Given several times, figures are pooled.",
        ),
    ] = ["time:0.85"],  # noqa: B006 (typer reads it and changes nothing)
    choices: Annotated[
        Choices,
        typer.Option(
            help="Which choices a model must foresee: the teachers' own, or all, with those "
            "assigned, nominated or of a whole school."
        ),
    ] = Choices.own,
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
    report_file: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write a page with plots there (HTML)."),
    ] = None,
    seed: Seed = 0,
    quiet: Quiet = False,
) -> None:
    """Judge models by what came after.

    Trains on the earlier part of a split, asks, and compares with the later part. Figures come
    with 95% bootstrap intervals over teachers; teachers without history (cold) are told apart
    from the others (warm), and groups of teachers are compared.
    """
    from training.evaluate import evaluate as judge
    from training.evaluation import pooled
    from training.report import report
    from training.split import parse
    from zixuan.outputs import write_text
    from zixuan.reading import read
    from zixuan.show import show_evaluation

    strategies = [parse(text, choices.value) for text in split]
    with steps(quiet=quiet) as tell:
        dataset = read(folder, tell)
        found = [
            judge(dataset, strategy, names(models), k=k, seed=seed, report=tell)
            for strategy in strategies
        ]
        evaluation = pooled(found) if len(found) > 1 else found[0]
        tell("draw bootstrap samples")
        show_evaluation(evaluation)
        if json_file is not None:
            write_text(json_file, evaluation.to_json())
        if report_file is not None:
            tell("draw plots")
            write_text(report_file, report(evaluation, folder.resolve().name))
