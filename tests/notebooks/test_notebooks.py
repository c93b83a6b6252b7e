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
    notebook = ran(path, tmp_path)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    said = [output["text"] for output in outputs if output.get("name") == "stderr"]
    plots = [
        output["data"]["image/png"] for output in outputs if "image/png" in output.get("data", {})
    ]

    assert said == []
    assert all(b64decode(plot).startswith(PNG) for plot in plots)
    assert len(plots) == path.read_text("utf-8").count("plt.show()")


def ran(path: Path, folder: Path) -> NotebookNode:
    """The notebook after a run by this interpreter, of the code that is tested."""
    notebook = jupytext.read(path)
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    found = os.pathsep.join([str(path.parents[1]), os.environ.get("PYTHONPATH", "")])
    client.execute(env={**os.environ, "PYTHONPATH": found, "IPYTHONDIR": str(folder / "ipython")})
    return notebook
