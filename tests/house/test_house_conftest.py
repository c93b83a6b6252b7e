"""The conditions that tests/conftest.py promises hold."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

#: A way to skip -> a test file that does.
SKIPS = {
    "mark": "import pytest\n@pytest.mark.skip(reason='later')\ndef test_a(): ...\n",
    "call": "import pytest\ndef test_a(): pytest.skip('later')\n",
    "module": "import pytest\npytest.importorskip('no_such_module')\ndef test_a(): ...\n",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail\ndef test_a(): raise ValueError\n"


@pytest.fixture(scope="module")
def suite(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with this project's conftest.py, a file for each skip, an expected failure."""
    folder = tmp_path_factory.mktemp("suite")
    shutil.copy(root / "tests" / "conftest.py", folder)
    for how, source in SKIPS.items():
        (folder / f"test_{how}.py").write_text(source, "utf-8")
    (folder / "test_expected.py").write_text(EXPECTED_FAILURE, "utf-8")
    return folder


@pytest.fixture(scope="module")
def in_ci(suite: Path) -> str:
    """What pytest prints of that folder in CI."""
    return _run(suite, ci="true").stdout


def _run(suite: Path, *, ci: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return subprocess.run(
        [*command, "--continue-on-collection-errors", str(suite)],
        cwd=suite,
        env={**os.environ, "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("how", SKIPS)
def test_a_skipped_test_fails_in_ci(in_ci: str, how: str) -> None:
    assert re.search(rf"^(FAILED|ERROR) test_{how}.py", in_ci, re.M)


def test_an_expected_failure_is_no_skip(in_ci: str) -> None:
    assert re.search(r"^XFAIL test_expected.py", in_ci, re.M)


def test_a_failure_in_ci_says_that_skipping_is_not_allowed(in_ci: str) -> None:
    assert in_ci.count("skipped, which CI does not allow") >= len(SKIPS)


def test_a_skipped_test_is_let_be_outside_ci(suite: Path) -> None:
    said = _run(suite, ci="")

    assert said.returncode == 0
    assert "3 skipped" in said.stdout


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.invalid", 443)])
def test_a_test_cannot_leave_this_machine(address: tuple[str, int]) -> None:
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        socket.create_connection(address, timeout=0.1)


def test_a_test_may_talk_to_its_own_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_numeric_libraries_run_on_one_thread() -> None:
    assert os.environ["OMP_NUM_THREADS"] == "1"
