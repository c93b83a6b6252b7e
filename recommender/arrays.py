"""Named arrays in one file, and how to read such a file without trusting it.

The file is NumPy's ``.npz``, a zip archive of ``.npy`` files, but never compressed: what its
arrays ask of memory is there on disk, and nothing can expand.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from features.errors import BadArtifact
from features.fitted import Array

DTYPES = frozenset({"<f4", "<f8", "<i4", "<i8", "|b1"})
#: What a file that is no sound archive of arrays makes its reader raise.
UNREADABLE = (
    zipfile.BadZipFile,
    OSError,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
NPY_MAGIC = b"\x93NUMPY"
MAX_HEADER_BYTES = 1_000
HEADER = re.compile(
    r"\{'descr': '(?P<dtype>[^']{3})', 'fortran_order': (?P<fortran>True|False), "
    r"'shape': \((?P<shape>(?:\d{1,12}, ?)*(?:\d{1,12})?)\), \}\s*"
)


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays into one file."""
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **dict(arrays))


def read_arrays(path: Path, declared: Mapping[str, Any]) -> dict[str, Array]:
    """Read all arrays, each only after its header agrees with what was declared.

    Parameters
    ----------
    declared
        Name -> ``{"shape": [...], "dtype": "<f4"}``.

    Raises
    ------
    BadArtifact
        If the file holds other arrays than declared, or is no sound archive of plain numbers.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            _check_members(archive, path, declared)
            return {name: _array(archive, path, name, declared[name]) for name in sorted(declared)}
    except UNREADABLE as error:
        raise bad_file(path, "a readable archive of arrays", str(error)) from error


def _check_members(archive: zipfile.ZipFile, path: Path, declared: Mapping[str, Any]) -> None:
    members = archive.infolist()
    names = sorted(member.filename for member in members)
    if names != sorted(f"{name}.npy" for name in declared):
        raise bad_file(path, f"the {len(declared)} arrays that were declared", f"{names}"[:200])
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise bad_file(path, "arrays that are not compressed", "a compressed one")
    size, room = sum(member.file_size for member in members), path.stat().st_size
    if size > room:
        raise bad_file(path, f"arrays of at most the file's {room} bytes", str(size))


def _array(archive: zipfile.ZipFile, path: Path, name: str, declared: Any) -> Array:
    with archive.open(f"{name}.npy") as file:
        shape, dtype, fortran = _header(file, path, name)
        if not isinstance(declared, dict) or declared != {"shape": list(shape), "dtype": dtype}:
            raise bad_file(path, f"array {name!r} as declared {declared}", f"{dtype} {list(shape)}")
        size = math.prod(shape) * np.dtype(dtype).itemsize
        content = file.read()
    if len(content) != size:
        raise bad_file(path, f"array {name!r} of {size} bytes", str(len(content)))
    array = np.frombuffer(content, dtype=dtype).reshape(shape, order="F" if fortran else "C")
    if not np.isfinite(array).all():
        raise bad_file(path, f"finite numbers in array {name!r}", "NaN or infinity")
    return array


def _header(file: BinaryIO | Any, path: Path, name: str) -> tuple[tuple[int, ...], str, bool]:
    """Read the header of one array (NumPy's .npy format 1.0) without trusting it."""
    start = file.read(10)
    if start[:8] != NPY_MAGIC + b"\x01\x00":
        raise bad_file(path, f"array {name!r} in .npy format 1.0", repr(start[:8]))
    text = file.read(min(int.from_bytes(start[8:], "little"), MAX_HEADER_BYTES)).decode("latin1")
    # Read by pattern: evaluating the header, as NumPy does, would compile a stranger's text.
    found = HEADER.fullmatch(text)
    if found is None or found["dtype"] not in DTYPES:
        raise bad_file(path, f"a header of array {name!r} with a plain number type", text[:120])
    shape = tuple(int(number) for number in re.findall(r"\d+", found["shape"]))
    return shape, found["dtype"], found["fortran"] == "True"


def bad_file(path: Path, expected: str, got: str) -> BadArtifact:
    """Make the error that refuses a file of a model."""
    return BadArtifact(
        f"model file {str(path)!r}",
        expected=expected,
        got=got,
        remedy="it is not loaded; train again, or fetch the artifact anew",
    )
