"""What is going on, on standard error, for whoever looks at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Steps:
    """Tells the steps of long work; says nothing without a terminal."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def __call__(self, step: str) -> None:
        """Begin a step; the one before it has ended."""
        if self._progress is None:
            return
        if self._task is not None:
            self._progress.update(self._task, total=1, completed=1)
        self._task = self._progress.add_task(step, total=None)

    def told(self, outcome: str) -> None:
        """Say what the step has come to, in the step's own line."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, description=outcome)

    def reached(self, done: int, total: int) -> None:
        """Say how far the step has come."""
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, total=total, completed=done)


@contextmanager
def steps(*, quiet: bool) -> Iterator[Steps]:
    """Show the steps told inside the block, each with its seconds; they vanish at its end."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        yield Steps(None)
        return
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield Steps(progress)
