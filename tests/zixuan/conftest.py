"""A small province on disk, a model of it, and the command line called in this process."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from zixuan.cli import run

#: After the province's last event: the moment the tests ask as of.
AS_OF = "2025-11-01"
SCORERS = "popularity,content,sequence"


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def error_lines(self) -> list[str]:
        return self.err.splitlines()


Command = Callable[..., Outcome]


@pytest.fixture
def zixuan(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Command:
    """Call a command in an empty folder, with nothing of the environment's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("DATABASE_URL", "TRACKING_URI", "ARTIFACT"):
        monkeypatch.delenv(f"ZIXUAN_{name}", raising=False)

    def call(*arguments: object) -> Outcome:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tables of 200 teachers and 80 courses; not to be changed."""
    folder = tmp_path_factory.mktemp("province") / "tables"
    size = ("--teachers", "200", "--courses", "80", "--seed", "1")
    assert run(["simulate", *size, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def model(province: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of the province; not to be changed."""
    folder = tmp_path_factory.mktemp("model") / "artifact"
    options = ("--out", str(folder), "--scorers", SCORERS, "--no-record")
    assert run(["train", str(province), *options]) == 0
    return folder


@pytest.fixture
def faulty(province: Path, tmp_path: Path) -> Path:
    """The province with 60 events of courses that nobody knows."""
    folder = tmp_path / "faulty"
    shutil.copytree(province, folder, ignore=shutil.ignore_patterns("truth"))
    header, *rows = (folder / "events.csv").read_text("utf-8").splitlines()
    course = header.replace('"', "").split(",").index("course_id")
    for number in range(60):
        cells = rows[number].split(",")
        cells[course] = '"nowhere"'
        rows[number] = ",".join(cells)
    (folder / "events.csv").write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return folder
