"""Logs are JSON lines that name no one."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from serving.logs import configure_logs


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """Logs of a service, told as the parsed lines so far; the tests' own logs come back."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level

    def lines() -> list[dict[str, object]]:
        return [json.loads(line) for line in capsys.readouterr().err.splitlines()]

    yield lines
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def test_a_traceback_holds_no_local_variables(logged):
    configure_logs("info")

    def fails(secret: str) -> None:
        raise ValueError("no such thing")

    try:
        fails("zx_0123456789abcdef_key")
    except ValueError as error:
        structlog.get_logger().error("failed", exc_info=error)
    (line,) = logged()
    assert "no such thing" in json.dumps(line)
    assert "zx_0123456789abcdef" not in json.dumps(line)


def test_a_library_logs_in_the_same_form_and_with_the_request(logged):
    configure_logs("info")
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        logging.getLogger("uvicorn.error").warning("slow %s", "client")
        logging.getLogger("uvicorn.error").debug("chatter")
    (line,) = logged()
    assert (line["event"], line["level"], line["request_id"]) == ("slow client", "warning", "r1")
    assert str(line["timestamp"]).endswith("Z")
