"""A model as files: arrays, JSON, and a manifest of checksums. No code, no pickle, no teacher.

``manifest.json`` names the versions and every file with its size and SHA-256; ``arrays.npz``
holds the arrays, ``values.json`` the rest. Reading checks, in this order: versions, file sizes,
checksums, and every array's declared shape and type before a byte of it is decompressed, so that
a hostile file is refused before it costs memory.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from scipy import sparse

from features.errors import BadArtifact, ZixuanError
from features.fitted import Array, Fitted
from features.profiles import Profiles
from recommender.model import Model

FORMAT = "zixuan-model"
#: Of the files; raised when an older reader could not understand them.
FORMAT_VERSION = 1
#: Of the tables and the features computed from them.
SCHEMA_VERSION = 1
MANIFEST, ARRAYS, VALUES = "manifest.json", "arrays.npz", "values.json"
MAX_FILE_BYTES = 4 * 2**30
MAX_JSON_BYTES = 256 * 2**20
MAX_ARRAY_BYTES = 8 * 2**30
DTYPES = frozenset({"<f4", "<f8", "<i4", "<i8", "|b1"})
NPY_MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 1_000
HEADER = re.compile(
    r"\{'descr': '(?P<dtype>[^']{3})', 'fortran_order': (?P<fortran>True|False), "
    r"'shape': \((?P<shape>(?:\d{1,12}, ?)*(?:\d{1,12})?)\), \}\s*"
)


def save(model: Model, folder: Path) -> dict[str, Any]:
    """Write a model into a folder and return its manifest; the folder is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    fitted = model.to_fitted()
    with (folder / ARRAYS).open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **dict(fitted.arrays))
    (folder / VALUES).write_text(json.dumps(fitted.values, ensure_ascii=False), encoding="utf-8")
    manifest = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "schema_version": SCHEMA_VERSION,
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
        _arrays(folder / ARRAYS, manifest["arrays"]),
        _json(folder / VALUES, MAX_JSON_BYTES),
    )
    try:
        model = Model.from_fitted(fitted)
        sound = _scores_soundly(model)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZixuanError) as error:
        raise _bad(folder, "parts that fit together", f"{type(error).__name__}: {error}") from error
    if not sound:
        raise _bad(folder, "finite scores", "NaN or infinity")
    return model


def _scores_soundly(model: Model) -> bool:
    """Score one made-up teacher who has taken everything; wrong shapes raise here, not later."""
    encoder = model.course_encoder
    n_fitted, n_features = len(encoder.fitted), len(model.profile_encoder.names)
    catalogue = encoder.see(encoder.fitted, encoder.content)
    everything = sparse.csr_array(np.ones((1, n_fitted), np.float32))
    half_lives = model.profile_encoder.half_lives
    profiles = Profiles(
        teachers=np.zeros(1, np.int64),
        features=sparse.csr_array(np.ones((1, n_features), np.float32)),
        names=model.profile_encoder.names,
        histories=(everything,) * len(half_lives),
        half_lives=half_lives,
        segment=np.zeros(1, np.int64),
    )
    return all(np.isfinite(model.score(profiles, catalogue, name)).all() for name in model.scorers)


def verify(folder: Path) -> dict[str, Any]:
    """Check versions, sizes and checksums, and return the manifest.

    Raises
    ------
    BadArtifact
        If one of them is not as it should be.
    """
    manifest = _json(folder / MANIFEST, MAX_JSON_BYTES)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _bad(folder / MANIFEST, f"a manifest of format {FORMAT!r}", repr(manifest)[:80])
    for name, expected in (
        ("format_version", FORMAT_VERSION),
        ("schema_version", SCHEMA_VERSION),
    ):
        if manifest.get(name) != expected:
            raise _bad(folder, f"{name} {expected}", str(manifest.get(name)))
    files, arrays = manifest.get("files"), manifest.get("arrays")
    if (
        not isinstance(files, dict)
        or set(files) != {ARRAYS, VALUES}
        or not isinstance(arrays, dict)
    ):
        raise _bad(folder / MANIFEST, f"entries for {ARRAYS}, {VALUES} and arrays", "others")
    for name, entry in files.items():
        _check_file(folder / name, entry)
    return manifest


def _check_file(path: Path, entry: Any) -> None:
    if not path.is_file():
        raise _bad(path, "a file", "nothing there")
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise _bad(path, f"at most {MAX_FILE_BYTES} bytes", f"{size}")
    if not isinstance(entry, dict) or entry != _entry(path):
        raise _bad(path, f"size and SHA-256 of the manifest ({entry})", str(_entry(path)))


def _entry(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _json(path: Path, limit: int) -> Any:
    if not path.is_file():
        raise _bad(path, "a file", "nothing there")
    if path.stat().st_size > limit:
        raise _bad(path, f"at most {limit} bytes", str(path.stat().st_size))
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _bad(path, "JSON in UTF-8", str(error)[:200]) from error


def _arrays(path: Path, declared: Mapping[str, Any]) -> dict[str, Array]:
    """Read all arrays, each only after its header agrees with the manifest."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = {name.removesuffix(".npy") for name in archive.namelist()}
            if names != set(declared):
                raise _bad(path, "the arrays of the manifest", f"others: {names ^ set(declared)}")
            return {name: _array(archive, path, name, declared[name]) for name in sorted(names)}
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise _bad(path, "a readable archive of arrays", str(error)) from error


def _array(archive: zipfile.ZipFile, path: Path, name: str, declared: Any) -> Array:
    with archive.open(f"{name}.npy") as file:
        shape, dtype, fortran = _header(file, path, name)
        if not isinstance(declared, dict) or declared != {"shape": list(shape), "dtype": dtype}:
            raise _bad(path, f"array {name!r} as declared {declared}", f"{dtype} {list(shape)}")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if size > MAX_ARRAY_BYTES:
            raise _bad(path, f"array {name!r} of at most {MAX_ARRAY_BYTES} bytes", str(size))
        content = file.read(size + 1)
    if len(content) != size:
        raise _bad(path, f"array {name!r} of {size} bytes", f"{len(content)} or more")
    return np.frombuffer(content, dtype=dtype).reshape(shape, order="F" if fortran else "C")


def _header(file: BinaryIO | Any, path: Path, name: str) -> tuple[tuple[int, ...], str, bool]:
    """Read the header of one array (NumPy's .npy format 1.0) without trusting it."""
    start = file.read(10)
    if start[:8] != NPY_MAGIC + b"\x01\x00":
        raise _bad(path, f"array {name!r} in .npy format 1.0", repr(start[:8]))
    text = file.read(min(int.from_bytes(start[8:], "little"), MAX_HEADER_BYTES)).decode("latin1")
    # Read by pattern: evaluating the header, as NumPy does, would compile a stranger's text.
    found = HEADER.fullmatch(text)
    if found is None or found["dtype"] not in DTYPES:
        raise _bad(path, f"a header of array {name!r} with a plain number type", text[:120])
    shape = tuple(int(number) for number in re.findall(r"\d+", found["shape"]))
    return shape, found["dtype"], found["fortran"] == "True"


def _bad(path: Path, expected: str, got: str) -> BadArtifact:
    return BadArtifact(
        f"model file {path.name!r}",
        expected=expected,
        got=got,
        remedy="it is not loaded; train again, or fetch the artifact anew",
    )
