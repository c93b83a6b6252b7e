"""Folders written whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from features.errors import Refused

_TOLD = 5


@contextmanager
def replacing(path: Path, own: Collection[str], what: str) -> Iterator[Path]:
    """Yield an empty folder beside ``path`` that takes its place if the block ends well.

    Parameters
    ----------
    path
        May be missing, empty, or hold nothing but ``own``; it stands as it was until the end.
    own
        Names of the files that may be replaced.
    what
        What those files are, for the message.

    Raises
    ------
    Refused
        If the folder holds anything else; the block is not entered.
    """
    path = path.absolute()
    refuse_foreign_files(path, own, what)
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        yield partial
        _move_into_place(partial, path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_foreign_files(path: Path, own: Collection[str], what: str) -> None:
    """Refuse a folder to write into that is a file, or holds anything but ``own``.

    Raises
    ------
    Refused
        Naming some of what is there.
    """
    if not path.exists():
        return
    foreign = (
        [path.name]
        if not path.is_dir()
        else sorted(file.name for file in path.iterdir() if file.name not in own)
    )
    if foreign:
        raise Refused(
            str(path),
            expected=f"a new or empty folder, or one that holds only {what}",
            got=", ".join(foreign[:_TOLD]),
            remedy="choose another folder, or move these files away",
        )


def _move_into_place(partial: Path, path: Path) -> None:
    """Rename one folder to another; an older one of that name goes only after it has moved."""
    if not path.exists():
        partial.rename(path)
        return
    older = partial.with_suffix(".older")
    path.rename(older)
    partial.rename(path)
    shutil.rmtree(older)
