"""Folders of tables for the tests of reading."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

SMALLEST = {
    "teachers.csv": "teacher_id\nt1\nt2\n",
    "courses.csv": "course_id\nc1\nc2\n",
    "events.csv": "teacher_id,course_id,occurred_at\nt1,c1,2024-03-01\n",
}


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[[Mapping[str, str | bytes | None]], Path]:
    """Make a folder of the smallest data set, some files replaced, added, or (None) left out."""

    def make(files: Mapping[str, str | bytes | None]) -> Path:
        folder = tmp_path / "data"
        folder.mkdir()
        for name, content in {**SMALLEST, **files}.items():
            if content is not None:
                raw = content.encode() if isinstance(content, str) else content
                (folder / name).write_bytes(raw)
        return folder

    return make
