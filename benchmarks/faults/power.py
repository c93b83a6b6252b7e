"""Cuts of power: a disk that keeps what was synced, and forgets the rest or parts of it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import numpy as np

#: The name of the VFS in the URL of a store.
VFS = "power"
#: What a disk writes whole or not at all, in bytes.
SECTOR = 512
#: A file is cut off at a place by a write without content.
_Change = tuple[int, bytes | None]


@dataclass(slots=True)
class _File:
    """What a file surely holds, and what has been written since it was last synced."""

    durable: bytearray = field(default_factory=bytearray)
    pending: deque[_Change] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut has left.

    Parameters
    ----------
    folder
        With the files.
    promised
        How much had been acknowledged before it.
    """

    folder: Path
    promised: int


class Disk:
    """Keeps count of what is synced, and cuts the power at random operations.

    The system goes on after a cut: what it would have left is put aside.

    Parameters
    ----------
    folder
        Where cuts are put aside.
    promised
        Tells how much has been acknowledged; asked before a cut is made.
    rng
        Decides when, and what survives of what was not synced.
    spacing
        The most operations between two cuts.
    """

    def __init__(
        self, folder: Path, promised: Callable[[], int], rng: np.random.Generator, spacing: int
    ) -> None:
        self.cuts: list[Cut] = []
        self._folder = folder
        self._promised = promised
        self._rng = rng
        self._spacing = spacing
        self._until_next = 0
        self._files: dict[str, _File] = {}
        self._lock = threading.Lock()

    def change(self, name: str, offset: int, data: bytes | None) -> None:
        """Write, or cut a file off."""
        with self._lock:
            self._files.setdefault(name, _File()).pending.append((offset, data))
            self._tick()

    def sync(self, name: str) -> None:
        """Make durable what a file holds."""
        with self._lock:
            # Just before, when all is written and nothing is promised.
            self._tick()
            file = self._files.setdefault(name, _File())
            for each in file.pending:
                _apply(file.durable, each)
            file.pending.clear()

    def remove(self, name: str) -> None:
        """Forget a file."""
        with self._lock:
            self._files.pop(name, None)

    def begin(self) -> None:
        """Cut from now on."""
        self._until_next = self._drawn()

    def _drawn(self) -> int:
        return int(self._rng.integers(1, self._spacing))

    def _tick(self) -> None:
        if not self._until_next:
            return
        self._until_next -= 1
        if not self._until_next:
            self._cut()
            self._until_next = self._drawn()

    def _cut(self) -> None:
        promised = self._promised()
        folder = self._folder / f"cut-{len(self.cuts)}"
        folder.mkdir(parents=True)
        share = self._rng.choice([0.0, 0.5, 0.9])
        for name, file in self._files.items():
            left = bytearray(file.durable)
            for offset, data in file.pending:
                self._land(left, offset, data, share)
            (folder / Path(name).name).write_bytes(left)
        self.cuts.append(Cut(folder, promised))

    def _land(self, left: bytearray, offset: int, data: bytes | None, share: float) -> None:
        if data is None:
            if self._rng.random() < share:
                _apply(left, (offset, None))
            return
        for start in range(0, len(data), SECTOR):
            if self._rng.random() < share:
                _apply(left, (offset + start, data[start : start + SECTOR]))


def _apply(content: bytearray, change: _Change) -> None:
    offset, data = change
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Shim(apsw.VFS):
    """Stands between SQLite and the system's files, and tells a disk of all that happens.

    Nothing is synced in truth: the disk's account is what counts.
    """

    def __init__(self, disk: Disk) -> None:
        super().__init__(VFS, "")
        self._disk = disk

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        """Open a file."""
        return _Watched(self._disk, name, flags)

    def xDelete(self, name: str, syncdir: bool) -> None:
        """Delete a file."""
        super().xDelete(name, syncdir)
        self._disk.remove(name)


class _Watched(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else name or ""
        super().__init__("", name, flags)

    def xWrite(self, data: bytes, offset: int) -> None:
        super().xWrite(data, offset)
        if self._name:
            self._disk.change(self._name, offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        super().xTruncate(size)
        if self._name:
            self._disk.change(self._name, size, None)

    def xSync(self, flags: int) -> None:
        if self._name:
            self._disk.sync(self._name)
