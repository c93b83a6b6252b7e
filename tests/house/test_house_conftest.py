"""The conditions that tests/conftest.py promises hold."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

#: What a test file says -> why CI must not take it for a pass.
SKIPS = {
    "mark": "import pytest\n@pytest.mark.skip(reason='later')\ndef test_a(): ...\n",
    "call": "import pytest\ndef test_a(): pytest.skip('later')\n",
    "module": "import pytest\npytest.importorskip('no_such_module')\ndef test_a(): ...\n",
}


@pytest.fixture
def suite(root: Path, tmp_path: Path) -> Path:
    """A folder that holds this project's conftest.py and nothing else."""
    shutil.copy(root / "tests" / "conftest.py", tmp_path)
    return tmp_path


def _run(suite: Path, *, ci: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(suite)]
    environment = {**os.environ, "CI": ci}
    return subprocess.run(
        command, cwd=suite, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("how", SKIPS)
def test_a_skipped_test_fails_in_ci(suite: Path, how: str) -> None:
    (suite / "test_skipping.py").write_text(SKIPS[how], "utf-8")

    said = _run(suite, ci="true")

    assert said.returncode != 0
    assert "skipped, which CI does not allow" in said.stdout


def test_a_skipped_test_is_let_be_outside_ci(suite: Path) -> None:
    (suite / "test_skipping.py").write_text(SKIPS["mark"], "utf-8")

    said = _run(suite, ci="")

    assert said.returncode == 0
    assert "1 skipped" in said.stdout


def test_an_expected_failure_is_no_skip(suite: Path) -> None:
    failing = "import pytest\n@pytest.mark.xfail\ndef test_a(): raise ValueError\n"
    (suite / "test_failing.py").write_text(failing, "utf-8")

    assert _run(suite, ci="true").returncode == 0


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("example.invalid", 443)])
def test_a_test_cannot_leave_this_machine(address: tuple[str, int]) -> None:
    with pytest.raises(RuntimeError, match="tests stay on this machine"):
        socket.create_connection(address, timeout=0.1)


def test_a_test_may_talk_to_its_own_server() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_numeric_libraries_run_on_one_thread() -> None:
    assert os.environ["OMP_NUM_THREADS"] == "1"
