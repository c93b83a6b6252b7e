"""The locks pin and hash everything, name no address, and cover what is declared."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RUNTIME, DEVELOPMENT, BENCH, LIGHTFM = LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-bench.lock",
    "requirements-lightfm.lock",
)
PINNED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?P<marker>\s;[^\\]+)?")
HASHED = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def _entries(lock: Path) -> list[str]:
    """Return each requirement of a lock on one line, its comments dropped."""
    kept = [
        line for line in lock.read_text("utf-8").splitlines() if not line.lstrip().startswith("#")
    ]
    return [entry for entry in "\n".join(kept).replace("\\\n", " ").splitlines() if entry.strip()]


def _pins(lock: Path) -> dict[str, set[str]]:
    """Return name -> versions; a name has two where Python versions differ."""
    pins: dict[str, set[str]] = {}
    for entry in _entries(lock):
        found = PINNED.match(entry)
        assert found, entry
        pins.setdefault(canonicalize_name(found["name"]), set()).add(found["version"])
    return pins


def _unmet(requirements: list[str], pins: dict[str, set[str]]) -> list[str]:
    wanted = [Requirement(text) for text in requirements]
    return [
        str(one)
        for one in wanted
        if not any(
            one.specifier.contains(version) for version in pins.get(canonicalize_name(one.name), ())
        )
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(root: Path, name: str) -> None:
    text = (root / name).read_text("utf-8")

    assert re.findall(r"\w+://\S+|--(?:extra-)?index\S*|--find-links\S*| @ ", text) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_requirement_of_a_lock_is_pinned_and_hashed(root: Path, name: str) -> None:
    entries = _entries(root / name)

    assert entries
    assert [entry for entry in entries if not (PINNED.match(entry) and HASHED.search(entry))] == []


def test_the_runtime_lock_covers_what_the_project_and_its_build_need(
    root: Path, declared: dict[str, Any]
) -> None:
    needed = [*declared["project"]["dependencies"], *declared["build-system"]["requires"]]

    assert _unmet(needed, _pins(root / RUNTIME)) == []


def test_the_development_and_bench_locks_cover_every_group(
    root: Path, declared: dict[str, Any]
) -> None:
    groups = declared["dependency-groups"]
    of_development = [one for name in groups if name != "bench" for one in groups[name]]

    assert _unmet(of_development, _pins(root / DEVELOPMENT)) == []
    assert _unmet(groups["bench"], _pins(root / BENCH)) == []


@pytest.mark.parametrize("name", [DEVELOPMENT, BENCH])
def test_further_locks_keep_the_versions_of_the_runtime_lock(root: Path, name: str) -> None:
    assert _pins(root / RUNTIME).items() <= _pins(root / name).items()


def test_the_locks_of_one_environment_agree(root: Path) -> None:
    development, bench = _pins(root / DEVELOPMENT), _pins(root / BENCH)

    assert [n for n in development.keys() & bench.keys() if development[n] != bench[n]] == []


def test_the_lightfm_lock_holds_lightfm_alone(root: Path, declared: dict[str, Any]) -> None:
    wanted = declared["project"]["optional-dependencies"]["factorisation"]
    pins = _pins(root / LIGHTFM)

    assert len(pins) == 1
    assert _unmet(wanted, pins) == []


@pytest.mark.lightfm
def test_what_lightfm_needs_is_in_the_runtime_lock(root: Path) -> None:
    needed = [text for text in requires("lightfm-next") or [] if "extra ==" not in text]

    assert _unmet(needed, _pins(root / RUNTIME)) == []
