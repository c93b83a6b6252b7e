"""The notebooks run as they are, each in a fresh kernel and an empty folder; kept as text."""

from __future__ import annotations

import ast
import os
import re
from base64 import b64decode
from pathlib import Path

import jupytext
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))
#: The one that shows how a scorer is written, and how many lines that may take.
WITH_A_CLASS, LINES = "3_add_your_own_scorer", 20
SECONDS = 300
DEFINES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
CHINESE, ENGLISH = re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[A-Za-z]{2}")
PNG = b"\x89PNG"

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_six() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == [f"{number}_" for number in range(1, 7)]


@each
def test_a_notebook_defines_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    if path.stem == WITH_A_CLASS:
        tree.body = [one for one in tree.body if not isinstance(one, ast.ClassDef)]

    assert [ast.unparse(one) for one in ast.walk(tree) if isinstance(one, DEFINES)] == []


def test_the_scorer_of_a_notebook_is_as_short_as_its_title_says() -> None:
    """Signatures and the sentence that says what it is are not counted."""
    path = next(path for path in NOTEBOOKS if path.stem == WITH_A_CLASS)
    (kind,) = (one for one in ast.parse(path.read_text("utf-8")).body if isinstance(one, DEFINES))
    told = [one for one in ast.walk(kind) if isinstance(one, ast.stmt)]
    lines = [one for one in told if not isinstance(one, (*DEFINES, ast.Expr))]

    assert len(lines) <= LINES
    assert all(one.lineno == one.end_lineno for one in lines)


@each
def test_every_cell_of_code_has_a_sentence_before_it(path: Path) -> None:
    cells = jupytext.read(path).cells
    kinds = [cell.cell_type for cell in cells]

    assert kinds[0] == "markdown"
    assert [now for before, now in zip(kinds, kinds[1:], strict=False) if before == now] == []
    assert all("." in cell.source for cell in cells if cell.cell_type == "markdown")


@each
def test_headings_and_text_are_in_both_languages(path: Path) -> None:
    told = [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "markdown"]
    headings = [line for text in told for line in text.splitlines() if line.startswith("#")]

    assert headings
    for text in (*headings, *told):
        assert CHINESE.search(text), text
        assert ENGLISH.search(text), text


@pytest.mark.notebooks
@each
def test_a_notebook_runs_quietly_and_its_plots_are_drawn(path: Path, tmp_path: Path) -> None:
    """What warns writes to stderr: a glyph that no font has would."""
    notebook = jupytext.read(path)

    run(notebook, tmp_path)

    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    data = [output.get("data", {}) for output in outputs]
    plots = [one["image/png"] for one in data if "image/png" in one]
    assert said(notebook) == []
    assert all(b64decode(plot).startswith(PNG) for plot in plots)
    assert len(plots) == path.read_text("utf-8").count("plt.show()")


@pytest.mark.notebooks
def test_the_smallest_folder_can_be_looked_at(tmp_path: Path) -> None:
    """Ids and times alone: whatever the tables do not say is left out or empty."""
    rows = [f"t{n},c{n % 5},2024-{1 + n % 9:02d}-01" for n in range(40)]
    tables = {
        "teachers": ["teacher_id", *(f"t{n}" for n in range(40))],
        "courses": ["course_id", *(f"c{n}" for n in range(6))],
        "events": ["teacher_id,course_id,occurred_at", *rows],
    }
    for name, lines in tables.items():
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    notebook = jupytext.read(NOTEBOOKS[0])
    setting = 'FOLDER = ""'
    (cell,) = (cell for cell in notebook.cells if setting in cell.source)
    cell.source = cell.source.replace(setting, f"FOLDER = {str(tmp_path)!r}")

    run(notebook, tmp_path)

    assert said(notebook) == []


def said(notebook: NotebookNode) -> list[str]:
    """What its cells wrote to stderr."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return [output["text"] for output in outputs if output.get("name") == "stderr"]


def run(notebook: NotebookNode, folder: Path) -> None:
    """Run it in a folder, by this interpreter and of the code that is tested."""
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    found = os.pathsep.join([str(NOTEBOOKS[0].parents[1]), os.environ.get("PYTHONPATH", "")])
    client.execute(env={**os.environ, "PYTHONPATH": found, "IPYTHONDIR": str(folder / "ipython")})
