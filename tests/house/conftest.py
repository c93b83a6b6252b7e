"""What the tests of the house look at: the tree, its declaration, its product files."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

PRODUCT = ("features", "recommender", "training", "serving", "zixuan")
BESIDE = ("tests", "benchmarks", "notebooks", "docs")
#: Files at the top that somebody writes; others there are made by tools.
TOP = ("*.md", "*.toml", "*.lock", "Makefile", "LICENSE", ".gitignore", ".ci/run")


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def declared(root: Path) -> dict[str, Any]:
    """What pyproject.toml says."""
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="session")
def product_files(root: Path) -> list[Path]:
    """Every file of the product packages, relative to the root, caches left out."""
    return sorted(path for name in PRODUCT for path in _files(root, root / name))


@pytest.fixture(scope="session")
def written_files(root: Path, product_files: list[Path]) -> list[Path]:
    """Every file that somebody writes, relative to the root: product, tests, documents, top."""
    beside = [path for name in BESIDE for path in _files(root, root / name)]
    top = [path.relative_to(root) for pattern in TOP for path in root.glob(pattern)]
    return sorted([*product_files, *beside, *top])


def _files(root: Path, folder: Path) -> list[Path]:
    return [
        path.relative_to(root)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
