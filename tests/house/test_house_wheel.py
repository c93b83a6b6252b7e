"""The wheel holds the packages that the import contracts name, whole, and nothing else."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def in_wheel(
    root: Path, product_files: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> set[str]:
    """The names of the files in a wheel that is built offline, from a copy of the tree."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for path in [*product_files, Path("pyproject.toml"), Path("README.md"), Path("LICENSE")]:
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, tree / path)
    # What stands beside the product must not slip in, so the copy has some of it.
    for name in ("tests", "benchmarks", "notebooks"):
        (tree / name).mkdir()
        (tree / name / "stray.py").write_text("", "utf-8")
    command = [sys.executable, "-c", BUILD, str(out)]
    subprocess.run(command, cwd=tree, check=True, capture_output=True)
    with zipfile.ZipFile(next(out.glob("*.whl"))) as wheel:
        return {name for name in wheel.namelist() if ".dist-info/" not in name}


def test_the_wheel_holds_the_packages_of_the_contracts_alone(
    in_wheel: set[str], declared: dict[str, Any]
) -> None:
    contracted = set(declared["tool"]["importlinter"]["root_packages"])

    assert {name.split("/")[0] for name in in_wheel} == contracted


def test_no_product_file_is_left_out_of_the_wheel(
    in_wheel: set[str], product_files: list[Path]
) -> None:
    assert {path.as_posix() for path in product_files} - in_wheel == set()


def test_every_package_says_that_it_is_typed(in_wheel: set[str], declared: dict[str, Any]) -> None:
    packages = declared["tool"]["importlinter"]["root_packages"]

    assert {f"{name}/py.typed" for name in packages} <= in_wheel
