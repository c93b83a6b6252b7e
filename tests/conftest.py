"""What every test runs under: no skipping in CI, no network, fixed threads, fixed examples."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import shutil
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from training.tracking import Tracker

ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
LOCAL_NAMES = ("", "localhost", "testserver")


class NetworkForbidden(RuntimeError):
    """A test reached for an address outside this machine."""


class NothingIsSkipped:
    """Turns every skip into a failure, so that a green run in CI has run every test."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if report.skipped and not hasattr(report, "wasxfail"):
            report.outcome, report.longrepr = "failed", _complaint(report.longrepr)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self,
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if report.skipped:
            report.outcome, report.longrepr = "failed", _complaint(report.longrepr)
        return report


def _complaint(reason: object) -> str:
    return f"skipped, which CI does not allow: {reason}"


def pytest_configure(config: pytest.Config) -> None:
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    # Explaining a failure can take minutes over tables; the shrunk example says enough.
    phases = set(Phase) - {Phase.explain}
    settings.register_profile(
        "zixuan", derandomize=True, deadline=None, database=None, phases=phases, max_examples=40
    )
    settings.register_profile("thorough", deadline=None, phases=phases, max_examples=1_000)
    settings.load_profile(config.getoption("--hypothesis-profile", None) or "zixuan")
    sys.addaudithook(_stay_on_this_machine)
    if os.environ.get("CI") == "true":
        config.pluginmanager.register(NothingIsSkipped())


@pytest.fixture(scope="session")
def new_registry(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Tracker]:
    """Make a registry without models in a folder: a copy, for MLflow takes seconds over each."""
    empty = Tracker.in_folder(tmp_path_factory.mktemp("registry"))
    assert empty.champion_version() is None

    def make(folder: Path) -> Tracker:
        folder.mkdir(exist_ok=True)
        shutil.copyfile(empty.uri.removeprefix("sqlite:///"), folder / "mlflow.db")
        return Tracker.in_folder(folder)

    return make


def pytest_report_header() -> str:
    return f"LightFM: {'installed' if _has_lightfm() else 'missing; what needs it is left out'}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs LightFM where it is not installed; CI runs both states."""
    if _has_lightfm():
        return
    needing = [item for item in items if item.get_closest_marker("lightfm")]
    items[:] = [item for item in items if not item.get_closest_marker("lightfm")]
    config.hook.pytest_deselected(items=needing)


def _has_lightfm() -> bool:
    return importlib.util.find_spec("lightfm") is not None


def _stay_on_this_machine(event: str, arguments: tuple[object, ...]) -> None:
    """Refuse connections and name look-ups that leave the loopback; an audit hook (PEP 578)."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""  # else a Unix socket's path
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host or "")
    if not _is_local(name):
        raise NetworkForbidden(f"tests stay on this machine, but {event} was asked for {name!r}")


def _is_local(name: str) -> bool:
    if name in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
