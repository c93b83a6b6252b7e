"""A model as files: complete, and without any teacher."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.columns import ColumnsFile
from recommender.artifact import ARRAYS, MANIFEST, VALUES, load, save, verify
from recommender.model import Model
from tests.builders import at, course, teacher, took, world

NOW = at("2025-06-01")
NAMES = [f"anna-{number:03d}-陈" for number in range(30)]
DATASET = world(
    [
        took(name, f"c{(n * 7 + place) % 9}", at("2025-01-01") + pd.Timedelta(days=n))
        for n, name in enumerate(NAMES)
        for place in range(3)
    ],
    teachers=[teacher(name, phase="primary", pupils=float(n)) for n, name in enumerate(NAMES)],
    courses=[course(f"c{n}", title_zh=f"第{n}课", weeks=float(n)) for n in range(9)],
    columns=ColumnsFile(
        features={"teachers": {"pupils": "number"}, "courses": {"weeks": "number"}}
    ),
)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model.fit(DATASET, as_of=NOW, scorers=("popularity", "content", "sequence"))


@pytest.fixture(scope="module")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "made if need be"
    save(model, folder)
    return folder


def test_a_model_comes_back_whole(model: Model, folder: Path) -> None:
    again = load(folder)

    assert again.to_fitted().values == model.to_fitted().values
    assert again.version == model.version
    assert again.trained_until == model.trained_until
    for name, array in model.to_fitted().arrays.items():
        np.testing.assert_array_equal(again.to_fitted().arrays[name], array)


def test_saving_the_same_model_twice_writes_the_same_bytes(
    model: Model, folder: Path, tmp_path: Path
) -> None:
    save(model, tmp_path)

    for name in (ARRAYS, VALUES, MANIFEST):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_a_loaded_model_can_be_saved_again(folder: Path, tmp_path: Path) -> None:
    save(load(folder), tmp_path)

    assert load(tmp_path).version == load(folder).version


def test_the_manifest_names_model_moment_scorers_and_data(model: Model, folder: Path) -> None:
    manifest = verify(folder)

    assert manifest["model_version"] == model.version
    assert manifest["scorers"] == ["popularity", "content", "sequence", "hybrid"]
    assert manifest["trained_until"] == "2025-06-01T00:00:00+00:00"
    assert manifest["data_hash"] == DATASET.content_hash


def test_no_teacher_is_in_any_file(folder: Path) -> None:
    content = [path.read_bytes() for path in folder.iterdir()]
    with zipfile.ZipFile(folder / ARRAYS) as archive:
        content += [archive.read(name) for name in archive.namelist()]

    for name in NAMES:
        for encoded in (name.encode(), json.dumps(name)[1:-1].encode(), name.encode("utf-32-le")):
            assert not any(encoded in whole for whole in content)


def test_no_array_has_a_row_for_each_teacher(model: Model) -> None:
    shapes = {name: array.shape for name, array in model.to_fitted().arrays.items()}

    assert not [name for name, shape in shapes.items() if len(NAMES) in shape]
