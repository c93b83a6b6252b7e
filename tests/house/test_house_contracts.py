"""The import contracts cover every package, and bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"
#: What a package must not import: package, the offending line.
OFFENCES = [
    ("features", "import recommender"),
    ("recommender", "import training"),
    ("training", "import serving"),
    ("serving", "import training"),
    ("training", "import fastapi"),
    ("recommender", "import sqlalchemy"),
    ("zixuan", "import sqlalchemy"),
    ("recommender", "import mlflow"),
    ("serving", "import lightfm"),
    ("recommender", "import benchmarks"),
]


def test_every_product_package_is_under_contract(root: Path, declared: dict[str, Any]) -> None:
    on_disk = {path.parent.name for path in root.glob("*/__init__.py")}

    assert set(declared["tool"]["importlinter"]["root_packages"]) == on_disk


def test_the_layers_name_every_product_package(declared: dict[str, Any]) -> None:
    rules = declared["tool"]["importlinter"]
    layers = next(one for one in rules["contracts"] if one["type"] == "layers")["layers"]

    named = {name.strip() for layer in layers for name in layer.split("|")}

    assert named == set(rules["root_packages"])


@pytest.mark.parametrize(("package", "line"), OFFENCES)
def test_an_import_against_the_direction_breaks_a_contract(
    root: Path, declared: dict[str, Any], tmp_path: Path, package: str, line: str
) -> None:
    for name in declared["tool"]["importlinter"]["root_packages"]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("", "utf-8")
    for name in ("recommender/planning", "recommender/scorers"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("", "utf-8")
    for name in ("recommender/model.py", "recommender/artifact.py"):
        (tmp_path / name).write_text("", "utf-8")
    (tmp_path / package / "offence.py").write_text(f"{line}\n", "utf-8")
    shutil.copy(root / "pyproject.toml", tmp_path)

    said = subprocess.run(
        [sys.executable, "-c", LINT], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert said.returncode == 1
    assert f"{package}.offence" in said.stdout
