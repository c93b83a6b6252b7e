"""The import contracts cover every package, and bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
#: Modules that the contracts name, and that a bare tree must have for them to be read.
NAMED = ("recommender/planning", "recommender/scorers", "recommender/model", "recommender/artifact")
#: Importing module -> what it must not import.
OFFENCES = {
    "features.upward": "recommender",
    "recommender.upward": "training",
    "training.sideways": "serving",
    "serving.sideways": "training",
    "training.web": "fastapi",
    "recommender.store": "sqlalchemy",
    "zixuan.store": "sqlalchemy",
    "recommender.tracking": "mlflow",
    "serving.tracking": "mlflow",
    "serving.factors": "lightfm",
    "features.outside": "benchmarks",
    "recommender.planning.scoring": "recommender.scorers",
}


@pytest.fixture(scope="module")
def complaints(
    root: Path, declared: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> str:
    """What import-linter says of a bare tree in which every offence is planted."""
    tree = tmp_path_factory.mktemp("tree")
    for package in (*declared["tool"]["importlinter"]["root_packages"], *NAMED):
        (tree / package).mkdir()
        (tree / package / "__init__.py").touch()
    for module, imported in OFFENCES.items():
        path = tree / f"{module.replace('.', '/')}.py"
        path.write_text(f"import {imported}\n", "utf-8")
    shutil.copy(root / "pyproject.toml", tree)
    command = [sys.executable, "-c", LINT]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False).stdout


def test_every_product_package_is_under_contract(root: Path, declared: dict[str, Any]) -> None:
    on_disk = {path.parent.name for path in root.glob("*/__init__.py")}

    assert set(declared["tool"]["importlinter"]["root_packages"]) == on_disk


def test_the_layers_name_every_product_package(declared: dict[str, Any]) -> None:
    rules = declared["tool"]["importlinter"]
    layers = next(one for one in rules["contracts"] if one["type"] == "layers")["layers"]

    named = {name.strip() for layer in layers for name in layer.split("|")}

    assert named == set(rules["root_packages"])


@pytest.mark.parametrize(("module", "imported"), OFFENCES.items())
def test_an_import_against_the_direction_breaks_a_contract(
    complaints: str, module: str, imported: str
) -> None:
    assert f"{module} -> {imported} (l.1)" in complaints
