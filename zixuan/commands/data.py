"""Data sets: make one up, check one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import Data, Quiet, Rejects, Seed, examples, read_moment
from zixuan.progress import steps

app = typer.Typer()


@app.command(
    epilog=examples(
        "simulate --teachers 5000 --years 5 --seed 1 --out county",
        "simulate --teachers 100000 --out province --format parquet",
    )
)
def simulate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to make or replace.")],
    *,
    teachers: Annotated[int, typer.Option(help="How many teachers.")] = 5_000,
    years: Annotated[int, typer.Option(help="Years of choices.")] = 5,
    seed: Seed = 0,
    courses: Annotated[
        int | None,
        typer.Option(help="How many courses.", show_default="grows with the teachers"),
    ] = None,
    ends_on: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE",
            parser=read_moment,
            help="The last day on which anything happens.",
            show_default="2025-10-31",
        ),
    ] = None,
    file_format: Annotated[
        str, typer.Option("--format", metavar="csv|parquet", help="Format of the tables.")
    ] = "csv",
    quiet: Quiet = False,
) -> None:
    """Make up a province with known tastes.

    Teachers, courses, offerings and years of choices, as a folder of tables; the same options
    make the same tables. The truth behind the choices is kept apart, in `truth/` inside the
    folder.
    """
    from training.simulate import Simulation, write
    from training.simulate import simulate as draw
    from zixuan.show import say

    settings = Simulation(teachers=teachers, years=years, courses=courses)
    if ends_on is not None:
        settings = replace(settings, ends_on=ends_on.date())
    with steps(quiet=quiet) as tell:
        tell(f"simulate {teachers:,} teachers")
        dataset, truth = draw(settings, seed)
        tell(f"write {out}")
        write(dataset, truth, out, file_format)
    say(
        f"{out}: {len(dataset.teachers):,} teachers, {len(dataset.courses):,} courses, "
        f"{len(dataset.log):,} events"
    )


@app.command(epilog=examples("check county", "check county --rejects county-rejects"))
def check(folder: Data, rejects: Rejects = None, quiet: Quiet = False) -> None:
    """Tell every problem of a folder of tables.

    Each with file, row, column, value and what was expected; docs/data-format.md says what the
    tables may hold.
    """
    from features.reading import notices
    from features.rejects import set_aside
    from zixuan.reading import read
    from zixuan.show import say, show_dataset, show_notices

    with steps(quiet=quiet) as tell:
        dataset = read(folder, tell, rejects)
    show_dataset(dataset, str(folder))
    aside = set_aside(rejects)
    show_notices((*notices(dataset), *aside))
    if not aside:
        say(f"{folder}: no problems 没有问题")
