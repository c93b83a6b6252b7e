"""The documents name every command and option; calling for help is quick."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import typer.cli
from typer.testing import CliRunner

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "cli.md"
MAKE = ["zixuan.cli", "utils", "docs", "--name", "zixuan"]
HEAVY = {
    "pandas",
    "numpy",
    "sklearn",
    "mlflow",
    "fastapi",
    "sqlalchemy",
    "pyarrow",
    "scipy",
    "optuna",
}


def test_the_page_of_commands_is_what_the_commands_say():
    made = CliRunner().invoke(typer.cli.app, MAKE).output

    remedy = f"run: typer {' '.join(MAKE)} --output docs/cli.md"
    assert "## `zixuan demo`" in made
    assert made.strip() == PAGE.read_text("utf-8").strip(), remedy


def test_every_command_shows_examples():
    sections = PAGE.read_text("utf-8").split("\n## ")[1:]

    assert len(sections) >= 12
    assert [
        each.splitlines()[0] for each in sections if "$ zixuan" not in each.split("Examples:")[-1]
    ] == []
    assert [each.splitlines()[0] for each in sections if "Examples:" not in each] == []


def test_help_waits_for_no_heavy_library():
    program = f"import sys, zixuan.cli; print(*{HEAVY!r} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert (found.stdout.strip(), found.stderr) == ("", "")


def test_the_readmes_call_only_commands_that_are_there():
    known = {
        line[len("## `zixuan ") : -1]
        for line in PAGE.read_text("utf-8").splitlines()
        if line.startswith("## `")
    }
    for name in ("README.md", "README.zh-CN.md"):
        called = {
            line.split()[1]
            for line in (ROOT / name).read_text("utf-8").splitlines()
            if line.startswith("zixuan ")
        }
        assert called
        assert called <= known
