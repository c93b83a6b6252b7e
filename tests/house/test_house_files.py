"""Source files stay short, named for what they hold, and free of places on somebody's machine."""

from __future__ import annotations

import re
from pathlib import Path

LONGEST = 400
NO_NOUN = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
#: Hosts of package registries, spelt so that this file does not name one itself.
REGISTRIES = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.]org|deb[.]debian[.]org|crates[.]io|anaconda[.]org"
)


def _sources(files: list[Path]) -> list[Path]:
    return [path for path in files if path.suffix == ".py"]


def test_no_source_file_is_longer_than_400_lines(root: Path, written_files: list[Path]) -> None:
    sources = _sources(written_files)
    lengths = {str(path): len((root / path).read_text("utf-8").splitlines()) for path in sources}

    assert sources
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_no_module_is_named_after_nothing(written_files: list[Path]) -> None:
    assert [path for path in _sources(written_files) if NO_NOUN & {*path.parts, path.stem}] == []


def test_no_file_names_a_package_registry(root: Path, written_files: list[Path]) -> None:
    named = {str(path): REGISTRIES.findall(_text(root / path)) for path in written_files}

    assert {path: hosts for path, hosts in named.items() if hosts} == {}


def test_no_file_names_the_folder_it_was_written_in(root: Path, written_files: list[Path]) -> None:
    assert [path for path in written_files if str(root) in _text(root / path)] == []


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")
