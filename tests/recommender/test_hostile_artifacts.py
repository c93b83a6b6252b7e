"""Damaged and hostile artifacts are refused, cheaply, with a clear error and nothing else."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from features.errors import BadArtifact
from recommender.artifact import ARRAYS, MANIFEST, VALUES, load, save
from recommender.model import Model
from tests.builders import at, checkerboard

ROOT = Path(__file__).parents[2]
Change = Callable[[Path], None]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound artifact."""
    folder = tmp_path_factory.mktemp("sound")
    light = ("popularity", "content", "sequence")
    save(Model.fit(checkerboard(), as_of=at("2025-06-01"), scorers=light), folder)
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "artifact"))


def manifest(folder: Path) -> dict:
    return json.loads((folder / MANIFEST).read_text("utf-8"))


def rewrite(folder: Path, **changes: object) -> None:
    (folder / MANIFEST).write_text(json.dumps(manifest(folder) | changes), "utf-8")


def resign(folder: Path, **changes: object) -> None:
    """Make the manifest agree with the files, as a forger would."""
    files = {}
    for name in (ARRAYS, VALUES):
        content = (folder / name).read_bytes()
        files[name] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    rewrite(folder, files=files, **changes)


def arrays(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / ARRAYS, allow_pickle=False) as file:
        return dict(file)


def forge(folder: Path, **changed: np.ndarray | None) -> None:
    """Change arrays (None: leave one out), and let the manifest agree."""
    forged = arrays(folder) | {name.replace("__", "/"): array for name, array in changed.items()}
    forged = {name: array for name, array in forged.items() if array is not None}
    np.savez(folder / ARRAYS, **forged)
    declare(folder, forged)


def declare(folder: Path, forged: dict[str, np.ndarray]) -> None:
    told = {n: {"shape": list(a.shape), "dtype": a.dtype.str} for n, a in forged.items()}
    resign(folder, arrays=told)


def revalue(folder: Path, change: Callable[[dict], object]) -> None:
    """Change values, and let the manifest agree."""
    values = json.loads((folder / VALUES).read_text("utf-8"))
    change(values)
    (folder / VALUES).write_text(json.dumps(values), "utf-8")
    resign(folder)


def rezip(folder: Path, change: Callable[[zipfile.ZipFile], None], **options: object) -> None:
    """Pack the same arrays anew, with something else in between."""
    members = {f"{name}.npy": _npy(array) for name, array in arrays(folder).items()}
    with zipfile.ZipFile(folder / ARRAYS, "w", **options) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        change(archive)
    resign(folder)


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def replace_member(folder: Path, content: bytes, **declared: object) -> None:
    """Put other bytes in place of one array, and let the manifest agree."""
    members = {f"{name}.npy": _npy(array) for name, array in arrays(folder).items()}
    with zipfile.ZipFile(folder / ARRAYS, "w") as archive:
        for name, own in members.items():
            archive.writestr(name, content if name == "hybrid/popularity/of_all.npy" else own)
    told = manifest(folder)["arrays"]
    told["hybrid/popularity/of_all"] = declared or told["hybrid/popularity/of_all"]
    resign(folder, arrays=told)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def header(shape: str, dtype: str = "<f4", size: int = 118) -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    return b"\x93NUMPY\x01\x00" + size.to_bytes(2, "little") + text.ljust(size).encode()


def petabytes(folder: Path) -> None:
    shape = [1_000_000, 2_000_000]
    replace_member(folder, header("(1000000, 2000000)") + b"few", shape=shape, dtype="<f4")


def bomb(folder: Path) -> None:
    zeros = np.zeros(50_000_000, np.float32)
    np.savez_compressed(folder / ARRAYS, **(arrays(folder) | {"hybrid/popularity/of_all": zeros}))
    told = manifest(folder)["arrays"]
    told["hybrid/popularity/of_all"] = {"shape": [50_000_000], "dtype": "<f4"}
    resign(folder, arrays=told)


def pickled(folder: Path) -> None:
    objects = np.array([{"a": 1}], dtype=object)
    replace_member(folder, _npy(objects), shape=[1], dtype="|O")


def pickled_as_numbers(folder: Path) -> None:
    objects = np.array([{"a": 1}], dtype=object)
    replace_member(folder, _npy(objects), shape=[1], dtype="<f8")


def code_in_a_header(folder: Path) -> None:
    replace_member(folder, header("(__import__('os').getpid(),)"), shape=[1], dtype="<f4")


def overlapping(folder: Path) -> None:
    """Every name leads to the same bytes: the sum of the sizes exceeds the file's."""
    shared = _npy(np.zeros(20_000, np.float32))
    names = [f"a{number}" for number in range(20)]
    with zipfile.ZipFile(folder / ARRAYS, "w") as archive:
        archive.writestr("a0.npy", shared)
        first = archive.getinfo("a0.npy")
        for name in names[1:]:
            again = zipfile.ZipInfo(f"{name}.npy")
            again.header_offset, again.CRC = first.header_offset, first.CRC
            again.file_size = again.compress_size = first.file_size
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
    resign(folder, arrays={name: {"shape": [20_000], "dtype": "<f4"} for name in names})


def nan_in(name: str) -> Change:
    def change(folder: Path) -> None:
        broken = arrays(folder)[name].copy()
        broken.ravel()[-1] = np.nan
        forge(folder, **{name: broken})

    return change


def weights(folder: Path, value: object) -> None:
    revalue(folder, lambda v: v["hybrid"]["stage warm"]["weights"].update(popularity=value))


#: What a forger or a bad disk does -> what the error says.
HOSTILE: dict[str, tuple[Change, str]] = {
    "no manifest": (lambda f: (f / MANIFEST).unlink(), r"with its manifest\.json, got none"),
    "no arrays": (lambda f: (f / ARRAYS).unlink(), "expected a file, got nothing there"),
    "no values": (lambda f: (f / VALUES).unlink(), "expected a file, got nothing there"),
    "no JSON": (lambda f: (f / MANIFEST).write_text("{", "utf-8"), "JSON in UTF-8"),
    "no UTF-8": (lambda f: (f / MANIFEST).write_bytes(b"\xff\xfe{"), "JSON in UTF-8"),
    "deep JSON": (lambda f: (f / MANIFEST).write_text("[" * 99_999, "utf-8"), "JSON in UTF-8"),
    "another list": (lambda f: (f / MANIFEST).write_text("[]", "utf-8"), "a manifest of format"),
    "a huge manifest": (
        lambda f: (f / MANIFEST).write_text(" " * 2**21, "utf-8"),
        "at most 1048576 bytes",
    ),
    "another format": (lambda f: rewrite(f, format="other"), "a manifest of format"),
    "another format version": (lambda f: rewrite(f, format_version=3), "format_version 2, got 3"),
    "another schema": (lambda f: rewrite(f, schema_version=9), "schema_version 1, got 9"),
    "another model's version": (lambda f: rewrite(f, model_version="0" * 12), "model version 0000"),
    "files not listed": (lambda f: rewrite(f, files={}), "entries for arrays.npz"),
    "files elsewhere": (
        lambda f: rewrite(f, files={"../../etc/passwd": {}, VALUES: {}}),
        "entries for arrays.npz",
    ),
    "a file without an entry": (
        lambda f: rewrite(f, files=manifest(f)["files"] | {ARRAYS: None}),
        "size and SHA-256",
    ),
    "a flipped bit in arrays": (lambda f: flip(f / ARRAYS), "size and SHA-256"),
    "a flipped bit in values": (lambda f: flip(f / VALUES), "size and SHA-256"),
    "a truncated file": (lambda f: truncate(f / ARRAYS), "size and SHA-256"),
    "a truncated file, signed": (
        lambda f: (truncate(f / ARRAYS), resign(f)),
        "a readable archive of arrays",
    ),
    "a damaged array, signed": (
        lambda f: (flip(f / ARRAYS), resign(f)),
        "a readable archive|with a plain number type|format 1.0|declared|fit together",
    ),
    "an array of 7 TiB": (petabytes, "of 8000000000000 bytes, got 3"),
    "a zip bomb": (bomb, "not compressed"),
    "members that overlap": (overlapping, "at most the file's|readable archive"),
    "an array of objects": (pickled, "a plain number type"),
    "an array of objects, declared as numbers": (pickled_as_numbers, "a plain number type"),
    "code in a header": (code_in_a_header, "a plain number type"),
    "a header of another version": (
        lambda f: replace_member(f, b"\x93NUMPY\x02\x00" + b"\x00" * 90),
        "in .npy format 1.0",
    ),
    "an array of 99 dimensions": (
        lambda f: replace_member(
            f, header(f"({'1, ' * 99})", size=400) + b"1234", shape=[1] * 99, dtype="<f4"
        ),
        "a readable archive of arrays",
    ),
    "a shape other than declared": (
        lambda f: replace_member(f, header("(12,)") + bytes(48), shape=[13], dtype="<f4"),
        "as declared",
    ),
    "an extra array": (lambda f: forge(f, extra=np.zeros(3)), "others: extra"),
    "an array that nothing declares": (
        lambda f: rezip(f, lambda z: z.writestr("extra.npy", b"")),
        "arrays that were declared",
    ),
    "a name without its ending": (
        lambda f: rezip(f, lambda z: z.writestr("content/data", b"")),
        "arrays that were declared",
    ),
    "a name that leads out": (
        lambda f: rezip(f, lambda z: z.writestr("../../out.npy", b"")),
        "arrays that were declared",
    ),
    "an array that is missing": (
        lambda f: forge(f, hybrid__sequence__columns=None),
        "parts that fit together",
    ),
    "too few weights": (
        lambda f: forge(f, hybrid__sequence__weights=np.zeros((2, 2), np.float32)),
        "parts that fit together",
    ),
    "a column out of range": (
        lambda f: forge(f, hybrid__sequence__columns=np.array([10**6])),
        "parts that fit together",
    ),
    "a sparse index out of range": (
        lambda f: forge(
            f,
            course_encoder__content__indices=arrays(f)["course_encoder/content/indices"] + 10**6,
        ),
        "parts that fit together",
    ),
    "a sparse matrix of a trillion columns": (
        lambda f: forge(f, course_encoder__content__shape=np.array([12, 10**12])),
        "parts that fit together",
    ),
    "sparse positions that are no whole numbers": (
        lambda f: forge(
            f,
            course_encoder__content__indptr=arrays(f)["course_encoder/content/indptr"] * 1.0,
        ),
        "parts that fit together",
    ),
    "too few takers": (
        lambda f: forge(f, course_encoder__takers=np.zeros(3, np.int32)),
        "parts that fit together",
    ),
    "fewer takers than none": (
        lambda f: forge(f, course_encoder__takers=arrays(f)["course_encoder/takers"] - 10**6),
        "parts that fit together",
    ),
    "NaN in weights": (nan_in("hybrid/sequence/weights"), "finite numbers in array"),
    "NaN in a segment": (nan_in("hybrid/popularity/of_segment"), "finite numbers in array"),
    "scores beyond all numbers": (
        lambda f: forge(
            f, hybrid__sequence__weights=arrays(f)["hybrid/sequence/weights"] * 0 + 3e38
        ),
        "finite scores|model version",
    ),
    "an unknown scorer": (
        lambda f: revalue(f, lambda v: v["hybrid"].update(part_names=["oracle"])),
        "parts that fit together",
    ),
    "an empty list of values": (
        lambda f: ((f / VALUES).write_text("[]", "utf-8"), resign(f)),
        "parts that fit together",
    ),
    "NaN among the values": (lambda f: weights(f, float("nan")), "NaN is no number"),
    "a weight that is a word": (lambda f: weights(f, "much"), "parts that fit together"),
    "a weight of 400 digits": (lambda f: weights(f, 10**400), "parts that fit together"),
    "edges that are words": (
        lambda f: revalue(f, lambda v: v["course_encoder"].update(edges={"weeks": ["few"]})),
        "parts that fit together",
    ),
    "too few n-grams": (
        lambda f: revalue(f, lambda v: v["course_encoder"].update(text={"ngrams": ["ab"]})),
        "parts that fit together",
    ),
    "another half-life": (
        lambda f: revalue(f, lambda v: v["hybrid"]["popularity"].update(half_life=1.0)),
        "model version",
    ),
    "no moment": (
        lambda f: revalue(f, lambda v: v.update(trained_until="some day")),
        "parts that fit together",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_artifact_is_refused(folder: Path, name: str) -> None:
    change, message = HOSTILE[name]
    change(folder)

    with pytest.raises(BadArtifact, match=message) as refused:
        load(folder)

    assert len(str(refused.value)) < 700
    assert "train again, or fetch the artifact anew" in str(refused.value)


def test_a_file_too_large_is_refused_before_it_is_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.artifact.MAX_FILE_BYTES", 1000)

    with pytest.raises(BadArtifact, match="at most 1000 bytes"):
        load(folder)


WATCHED = """
import resource, sys
from pathlib import Path
from features.errors import BadArtifact
from recommender.artifact import load

sound, *hostile = map(Path, sys.argv[1:])
load(sound)  # what is imported and compiled once is no news after this
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
seen, watching = [], True
FORBIDDEN = ("pickle.find_class", "exec", "compile", "marshal.loads", "subprocess.Popen")
def watch(event, arguments):
    if watching and event in FORBIDDEN:
        seen.append(event)
sys.addaudithook(watch)
refused = 0
for folder in hostile:
    try:
        load(folder)
    except BadArtifact:
        refused += 1
watching = False
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
print(refused, grown, seen)
"""


def test_nothing_is_unpickled_executed_or_compiled_and_memory_stays_bounded(
    sound: Path, tmp_path: Path
) -> None:
    folders = []
    for number, (change, _) in enumerate(HOSTILE.values()):
        folders.append(Path(shutil.copytree(sound, tmp_path / str(number))))
        change(folders[-1])

    said = subprocess.run(
        [sys.executable, "-c", WATCHED, str(sound), *map(str, folders)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stderr
    refused, grown, seen = said.stdout.split(maxsplit=2)
    assert int(refused) == len(HOSTILE)
    assert seen.strip() == "[]"
    assert int(grown) < 60, "MiB more than a sound artifact takes"
