"""A model as files: arrays, JSON, and a manifest of checksums. No code, no pickle, no teacher.

``manifest.json`` names the versions and every file with its size and SHA-256; ``arrays.npz``
holds the arrays, ``values.json`` the rest. Reading checks, in this order: versions, file sizes,
checksums, and every array's declared shape and type before a byte of it is read. Arrays are
stored uncompressed, so that what they ask of memory is there on disk: nothing can expand.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.errors import BadArtifact, ZixuanError
from features.fitted import Fitted
from features.schema import schema_hash
from recommender.arrays import bad_file, read_arrays, write_arrays
from recommender.model import Model

FORMAT = "zixuan-model"
#: Of the files; raised when an older reader could not understand them.
FORMAT_VERSION = 2
#: Of the tables and the features computed from them.
SCHEMA_VERSION = 1
MANIFEST, ARRAYS, VALUES = "manifest.json", "arrays.npz", "values.json"
MAX_FILE_BYTES = 4 * 2**30
MAX_JSON_BYTES = 64 * 2**20
MAX_MANIFEST_BYTES = 2**20
#: What arrays and values that make no model raise.
UNFIT = (
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
    ZixuanError,
)


def save(model: Model, folder: Path) -> dict[str, Any]:
    """Write a model into a folder and return its manifest; the folder is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    fitted = model.to_fitted()
    write_arrays(folder / ARRAYS, fitted.arrays)
    values = json.dumps(fitted.values, ensure_ascii=False, allow_nan=False)
    (folder / VALUES).write_text(values, encoding="utf-8")
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "schema_version": SCHEMA_VERSION,
        "schema_hash": schema_hash(),
        "model_version": model.version,
        "trained_until": model.trained_until.isoformat(),
        "data_hash": model.data_hash,
        "scorers": list(model.scorers),
        "files": {name: _entry(folder / name) for name in (ARRAYS, VALUES)},
        "arrays": {
            name: {"shape": list(array.shape), "dtype": np.asarray(array).dtype.str}
            for name, array in sorted(fitted.arrays.items())
        },
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    return manifest


def load(folder: Path) -> Model:
    """Read a model back.

    Raises
    ------
    BadArtifact
        If anything is missing, damaged, too large, mis-shaped, or of another version.
    """
    manifest = verify(folder)
    fitted = Fitted(
        read_arrays(folder / ARRAYS, manifest["arrays"]),
        _json(folder / VALUES, MAX_JSON_BYTES),
    )
    try:
        model = Model.from_fitted(fitted)
        sound = _scores_soundly(model)
    except UNFIT as error:
        raise bad_file(
            folder, "parts that fit together", f"{type(error).__name__}: {error}"
        ) from error
    if not sound:
        raise bad_file(folder, "finite scores", "NaN or infinity")
    if model.version != manifest.get("model_version"):
        raise bad_file(folder, f"model version {manifest.get('model_version')}", model.version)
    unused = fitted.arrays.keys() - model.to_fitted().arrays.keys()
    if unused:
        raise bad_file(folder, "arrays of the model alone", f"others: {', '.join(sorted(unused))}")
    return model


def _scores_soundly(model: Model) -> bool:
    """Score made-up teachers and courses; what does not fit together raises here, not later."""
    known = model.course_encoder.fitted.ids[:1].tolist()
    dataset = Dataset.of(
        {
            "teachers": pd.DataFrame({"teacher_id": ["with history", "without"]}),
            "courses": pd.DataFrame({"course_id": [*known, "new"], "title_zh": "课堂评价"}),
            "events": pd.DataFrame(
                {
                    "teacher_id": ["with history"],
                    "course_id": [*known, "new"][:1],
                    "occurred_at": pd.to_datetime(["2000-01-01"], utc=True),
                }
            ),
        }
    )
    as_of = pd.Timestamp("2000-01-02", tz="UTC")
    with np.errstate(all="ignore"):
        catalogue = model.catalogue(dataset, as_of)
        profiles = model.profiles(dataset, as_of, catalogue)
        return all(
            np.isfinite(model.score(profiles, catalogue, name)).all() for name in model.scorers
        )


def verify(folder: Path) -> dict[str, Any]:
    """Check versions, sizes and checksums, and return the manifest.

    Raises
    ------
    BadArtifact
        If one of them is not as it should be.
    """
    if not (folder / MANIFEST).exists():
        raise BadArtifact(
            f"model folder {str(folder)!r}",
            expected=f"the folder of a trained model, with its {MANIFEST}",
            got="none there",
            remedy="check the path, or train again, or fetch the artifact anew",
        )
    manifest = _json(folder / MANIFEST, MAX_MANIFEST_BYTES)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise bad_file(folder / MANIFEST, f"a manifest of format {FORMAT!r}", repr(manifest)[:80])
    for name, expected in (
        ("format_version", FORMAT_VERSION),
        ("schema_version", SCHEMA_VERSION),
    ):
        if manifest.get(name) != expected:
            raise bad_file(folder, f"{name} {expected}", str(manifest.get(name)))
    files, arrays = manifest.get("files"), manifest.get("arrays")
    if (
        not isinstance(files, dict)
        or set(files) != {ARRAYS, VALUES}
        or not isinstance(arrays, dict)
    ):
        raise bad_file(folder / MANIFEST, f"entries for {ARRAYS}, {VALUES} and arrays", "others")
    for name, entry in files.items():
        _check_file(folder / name, entry)
    return manifest


def _check_file(path: Path, entry: Any) -> None:
    if not path.is_file():
        raise bad_file(path, "a file", "nothing there")
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise bad_file(path, f"at most {MAX_FILE_BYTES} bytes", f"{size}")
    if not isinstance(entry, dict) or entry != _entry(path):
        raise bad_file(path, f"size and SHA-256 of the manifest ({entry})", str(_entry(path)))


def _entry(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _json(path: Path, limit: int) -> Any:
    if not path.is_file():
        raise bad_file(path, "a file", "nothing there")
    if path.stat().st_size > limit:
        raise bad_file(path, f"at most {limit} bytes", str(path.stat().st_size))
    try:
        return json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise bad_file(path, "JSON in UTF-8", str(error)[:200]) from error


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")
