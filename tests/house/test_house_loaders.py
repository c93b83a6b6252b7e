"""Product code loads no pickles and runs no code that it was handed."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SEEN_BY_RUFF = [
    "import pickle",
    "from pickle import loads",
    "import cloudpickle",
    "import dill",
    "import joblib",
    "import marshal",
    "import shelve",
    "import skops.io",
    "import torch",
    "import runpy",
    "import pandas as pd\npd.read_pickle('x')",
    "import mlflow\nmlflow.pyfunc.load_model('x')",
    "import mlflow\nmlflow.sklearn.load_model('x')",
    "import yaml\nyaml.load('x')",
    "import importlib\nimportlib.import_module('x')",
    "eval('1')",
    "exec('1')",
]
SEEN_IN_THE_TREE = [
    "np.load('x', allow_pickle=True)",
    "np.load('x', allow_pickle=anything)",
    "mlflow.pytorch.load_model('x')",
    "compile('1', 'x', 'exec')",
    "__import__('x')",
]
BARE_NAMES = {"compile", "__import__"}


def _loads_code(source: str) -> Iterator[str]:
    """Name the calls that ruff cannot see for what they are."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name) and node.func.id in BARE_NAMES:
            yield f"line {node.lineno}: {node.func.id}"
        if isinstance(node.func, ast.Attribute) and node.func.attr == "load_model":
            yield f"line {node.lineno}: load_model"
        for keyword in node.keywords:
            denied = isinstance(keyword.value, ast.Constant) and keyword.value.value is False
            if keyword.arg == "allow_pickle" and not denied:
                yield f"line {node.lineno}: allow_pickle"


@pytest.fixture(scope="module")
def snippets_that_ruff_flags(root: Path, tmp_path_factory: pytest.TempPathFactory) -> set[int]:
    """The numbers of the snippets of ``SEEN_BY_RUFF`` that the project's own rules flag."""
    folder = tmp_path_factory.mktemp("product")
    for number, source in enumerate(SEEN_BY_RUFF):
        (folder / f"snippet_{number}.py").write_text(f"{source}\n", "utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--output-format", "json"]
    rules = ["--config", str(root / "pyproject.toml"), "--select", "S,TID251"]
    said = subprocess.run(
        [*command, *rules, str(folder)], capture_output=True, text=True, check=False
    )
    return {int(Path(one["filename"]).stem.split("_")[1]) for one in json.loads(said.stdout)}


@pytest.mark.parametrize("number", range(len(SEEN_BY_RUFF)), ids=SEEN_BY_RUFF)
def test_the_lint_flags_a_loader_of_code(snippets_that_ruff_flags: set[int], number: int) -> None:
    assert number in snippets_that_ruff_flags


@pytest.mark.parametrize("source", SEEN_IN_THE_TREE)
def test_a_loader_that_the_lint_cannot_see_is_seen_in_the_syntax_tree(source: str) -> None:
    assert list(_loads_code(source))


@pytest.mark.parametrize("source", ["np.load('x', allow_pickle=False)", "re.compile('x')"])
def test_a_harmless_call_is_let_through(source: str) -> None:
    assert list(_loads_code(source)) == []


def test_no_product_file_calls_a_loader_of_code(root: Path, product_files: list[Path]) -> None:
    sources = [path for path in product_files if path.suffix == ".py"]

    found = {str(path): list(_loads_code((root / path).read_text("utf-8"))) for path in sources}

    assert {path: calls for path, calls in found.items() if calls} == {}
