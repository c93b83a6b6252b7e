"""The registry: which models were trained, which is champion or candidate, and what of one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import AsJson, Quiet, examples
from zixuan.progress import steps

app = typer.Typer()


@app.command(
    epilog=examples(
        "promote model",
        "promote model --data county --golden golden.toml --eps 0.01",
    )
)
def promote(
    artifact: Annotated[Path, typer.Argument(metavar="ARTIFACT", help="Folder of a model.")],
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Tables with choices made after this model and the champion were trained; both "
            "are asked to foresee them.",
            show_default="only the gates that need no data",
        ),
    ] = None,
    golden: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Teachers with courses that their lists must and must not show (TOML, "
            "docs/evaluation.md); needs --data.",
        ),
    ] = None,
    eps: Annotated[
        float, typer.Option(help="By so much of NDCG@10 it may be worse than the champion.")
    ] = 0.005,
    group_share: Annotated[
        float, typer.Option(help="Of the mean NDCG@10, what each group of teachers is to have.")
    ] = 0.25,
    min_coverage: Annotated[
        float, typer.Option(help="Of the courses that the lists could show, what they must.")
    ] = 0.01,
    max_ms: Annotated[
        float, typer.Option(help="CPU milliseconds that a teacher's list may cost.")
    ] = 100.0,
    quiet: Quiet = False,
) -> None:
    """Make a model the champion.

    `zixuan serve` then serves it. Every gate must let it pass, or all stays as it was. The
    registry is that of ZIXUAN_TRACKING_URI, sqlite:///mlflow.db by default; a copy of the model
    is kept beside it.
    """
    from training.golden import read_golden
    from training.promote import promote as pass_gates
    from training.trial import Demands
    from zixuan.reading import read
    from zixuan.registry import tracker
    from zixuan.show import say

    demands = Demands(
        eps=eps,
        group_share=group_share,
        min_coverage=min_coverage,
        max_ms=max_ms,
        golden=None if golden is None else read_golden(golden),
    )
    with steps(quiet=quiet) as tell:
        dataset = None if data is None else read(data, tell)
        tell("try every gate")
        found = pass_gates(artifact, tracker(), dataset=dataset, demands=demands)
    for name, verdict in found.verdicts.items():
        say(f"{name}: {verdict.told}")
    say(f"{artifact}: version {found.version} is the champion")


@app.command(epilog=examples("rollback"))
def rollback(quiet: Quiet = False) -> None:
    """Make the champion before this one champion again.

    Again to go back one more; a version that was rolled back can be promoted again.
    """
    from training.promote import rollback as go_back
    from zixuan.registry import existing_tracker
    from zixuan.show import say

    with steps(quiet=quiet) as tell:
        tell("load the earlier champion")
        was, now = go_back(existing_tracker())
    say(f"version {was} was the champion; version {now} is again")


@app.command(epilog=examples("candidate model", "candidate --clear"))
def candidate(
    artifact: Annotated[
        Path | None, typer.Argument(metavar="ARTIFACT", help="Folder of a model.")
    ] = None,
    *,
    clear: Annotated[
        bool, typer.Option("--clear", help="Take the candidate back: all are told by the champion.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Let some teachers try a model before it becomes the champion.

    A running service tells the share ZIXUAN_CANARY of its teachers by it, and gives it up where
    it fails or is slower than the champion (docs/deploy.md). The gates that need no data must let
    it pass. `zixuan promote` makes it the champion.
    """
    from training.promote import propose
    from zixuan.registry import candidate_asked, existing_tracker
    from zixuan.show import say

    folder = candidate_asked(artifact, clear=clear)
    if folder is None:
        version = existing_tracker().withdraw()
        say(f"version {version} is no candidate any more" if version else "there was no candidate")
        return
    with steps(quiet=quiet) as tell:
        tell("try every gate that needs no data")
        found = propose(folder, existing_tracker())
    for name, verdict in found.verdicts.items():
        say(f"{name}: {verdict.told}")
    say(f"{artifact}: version {found.version} is the candidate, beside version {found.before}")


@app.command(epilog=examples("runs", "runs -n 5 --json"))
def runs(
    *,
    most: Annotated[int, typer.Option("-n", min=1, help="So many, the newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Show what was trained, how well it foresees, and which is champion.

    Figures of runs that were judged by different splits or data do not compare.
    """
    from zixuan.registry import existing_tracker
    from zixuan.show import say
    from zixuan.show_runs import runs_json, show_runs

    found = existing_tracker().runs(most)
    if as_json:
        say(runs_json(found))
    else:
        show_runs(found)


@app.command(epilog=examples("card model", "card > card.md", "card model --json"))
def card(
    artifact: Annotated[
        Path | None,
        typer.Argument(metavar="ARTIFACT", help="Folder of a model; the champion if left out."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a model's card: what it is for, its data, its figures by group, its limits.

    In Markdown, English and Chinese. Data and figures are those kept with its run; of a model
    whose run the registry lacks, only what the artifact tells is known.
    """
    from zixuan.registry import card_of
    from zixuan.show import say

    found = card_of(artifact)
    say((found.to_json() if as_json else found.to_markdown()).rstrip("\n"))
