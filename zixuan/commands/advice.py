"""Advice: a list for one teacher, lists for all."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import (
    AsJson,
    Data,
    Explore,
    Language,
    Length,
    Model,
    Moment,
    Quiet,
    Seed,
    Teacher,
    examples,
)
from zixuan.progress import steps

app = typer.Typer()


@app.command(
    epilog=examples(
        "recommend county --model model --teacher t0000001 -k 10",
        "recommend county --model model --teacher t0000001 --as-of 2025-11-01 --lang en --json",
        "recommend county --model model --teacher t0000001 --explore 0.2 --seed 1",
    )
)
def recommend(
    folder: Data,
    model: Model,
    teacher: Teacher,
    *,
    k: Length = 10,
    as_of: Moment = None,
    explore: Explore = 0.0,
    seed: Seed = 0,
    lang: Language = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Show a teacher's best courses, and why.

    Only courses that the teacher may take and has not done, each with the true parts of its
    score as reasons, and with the offerings that can be applied for.
    """
    import numpy as np

    from recommender.advise import recommend as advise
    from recommender.artifact import load
    from zixuan.reading import advised_at, now, read
    from zixuan.show import say
    from zixuan.show_list import list_json, show_list

    with steps(quiet=quiet) as tell:
        tell(f"load {model}")
        loaded = load(model)
        dataset = read(folder, tell)
        tell("rank")
        seen = advised_at(as_of, dataset, now())
        found = advise(
            loaded,
            dataset,
            teacher_id=teacher,
            as_of=seen,
            k=k,
            explore=explore,
            rng=np.random.default_rng(seed),
        )
    if as_json:
        say(list_json(found))
    else:
        show_list(found, teacher, lang)


@app.command(
    epilog=examples(
        "batch county --model model -k 10 --out lists.parquet",
        "batch county --model model --as-of 2025-11-01 --workers 4 --out lists.parquet",
    )
)
def batch(
    folder: Data,
    model: Model,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Parquet file to make or replace.")],
    *,
    k: Length = 10,
    as_of: Moment = None,
    explore: Explore = 0.0,
    seed: Seed = 0,
    workers: Annotated[int, typer.Option(min=1, help="Threads.")] = 1,
    quiet: Quiet = False,
) -> None:
    """Write the best courses of every teacher.

    One Parquet file with the columns teacher_id, course_id, rank, score and propensity: the
    chance of the course at this rank, below 1 where the place explores. Nothing that a teacher
    has done, or may not take, is in it.
    """
    import numpy as np

    from recommender.artifact import load
    from serving.batch import batch as lists
    from serving.batch import write_batch
    from zixuan.reading import advised_at, now, read
    from zixuan.show import say

    with steps(quiet=quiet) as tell:
        tell(f"load {model}")
        loaded = load(model)
        dataset = read(folder, tell)
        tell("rank all teachers")
        seen = advised_at(as_of, dataset, now())
        most = k * len(dataset.teachers)
        luck = np.random.default_rng(seed)
        ranked = lists(dataset, loaded, as_of=seen, k=k, workers=workers, explore=explore, rng=luck)
        rows = write_batch(out, ranked, lambda written: tell.reached(written, most))
    say(f"{out}: {rows:,} rows for {len(dataset.teachers):,} teachers")
