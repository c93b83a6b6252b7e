"""The demonstration: everything at once, on a made-up county."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import Quiet, examples
from zixuan.progress import steps
from zixuan.threads import one_thread

app = typer.Typer()
#: Length of the list that is printed.
SHOWN = 5


@app.command(epilog=examples("demo", "demo --once", "demo --folder trial --port 9000"))
def demo(
    *,
    once: Annotated[
        bool,
        typer.Option(
            "--once", help="Ask for one teacher's list and plan over HTTP, print them, and stop."
        ),
    ] = False,
    folder: Annotated[
        Path,
        typer.Option(metavar="DIR", help="Where everything is made, anew each time."),
    ] = Path("demo"),
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65_535, help="Port to listen on.", show_default="any free one"),
    ] = None,
    teachers: Annotated[int, typer.Option(help="How many teachers the county has.")] = 5_000,
    quiet: Quiet = False,
) -> None:
    """Show everything on a made-up county.

    Simulates it, trains, evaluates, promotes, serves, and prints the lines to ask it with (curl).
    Nothing outside the folder is touched; what an earlier demonstration made in it is replaced.
    """
    one_thread()
    from zixuan.demo import LOG, mark, prepare
    from zixuan.reading import now
    from zixuan.server import Client, free_port, serving, wait_for
    from zixuan.show import show_evaluation
    from zixuan.show_demo import recommendations, show_phases, show_what_to_open
    from zixuan.show_list import show_list
    from zixuan.show_plan import PlanView, show_plan
    from zixuan.stopwatch import Stopwatch

    watch = Stopwatch()
    with steps(quiet=quiet) as tell:
        ready = prepare(folder, teachers=teachers, now=now(), watch=watch, report=tell)
    show_evaluation(ready.evaluation)
    client = Client(port or free_port(), ready.key)
    if not once:
        show_phases(watch)
        with serving(client.port, ready.settings, folder / LOG) as process:
            mark(folder, client.port)
            show_what_to_open(client, ready.teacher_id)
            wait_for(process, folder / LOG)
        return
    with (
        watch.phase("serve and ask 服务与请求"),
        serving(client.port, ready.settings, folder / LOG),
    ):
        courses = client.list_of(ready.teacher_id, k=SHOWN)
        plan = client.plan_of(ready.teacher_id)
    show_list(recommendations(courses), ready.teacher_id, None)
    show_plan(PlanView.of_answer(plan), None)
    show_phases(watch)
