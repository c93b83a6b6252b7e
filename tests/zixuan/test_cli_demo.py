"""The demonstration goes from nothing to answers over HTTP, and cleans up after itself."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from features.errors import Refused
from zixuan.demo import OWN
from zixuan.server import Client, free_port, serving


@pytest.fixture
def alive_port():
    """A port on which something answers every GET."""

    class Alive(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = HTTPServer(("127.0.0.1", 0), Alive)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_a_demonstration_that_is_running_is_left_alone(zixuan, tmp_path: Path, alive_port: int):
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "demo.json").write_text(json.dumps({"port": alive_port}))
    (folder / "zixuan.db").write_text("in use")
    outcome = zixuan("demo", "--once", "--folder", folder, "--teachers", 20)

    assert outcome.code == 1
    assert "stop it first" in outcome.err
    assert (folder / "zixuan.db").read_text() == "in use"


def test_a_server_that_cannot_start_is_told_with_its_log(tmp_path: Path):
    settings = {"database_url": "nonsense"}
    with (
        pytest.raises(Refused, match=r"server\.log"),
        serving(free_port(), settings, tmp_path / "server.log"),
    ):
        pass

    assert "database_url" in (tmp_path / "server.log").read_text()


def test_once_shows_a_list_a_plan_and_seconds_and_stops_its_server(zixuan, tmp_path: Path):
    outcome = zixuan("demo", "--once", "--teachers", 60)

    assert outcome.code == 0, outcome.err
    for shown in ("Courses for teacher t", "Plan for teacher t", "hybrid", "total 合计"):
        assert shown in outcome.out
    phases = re.findall(r"^  (\w+)[^\n]*?\d+\.\d +\d+\.\d", outcome.out, re.MULTILINE)
    assert phases == ["simulate", "read", "train", "evaluate", "record", "import", "serve", "total"]
    made = {each.name for each in (tmp_path / "demo").iterdir()}
    assert made <= set(OWN)
    log = (tmp_path / "demo" / "server.log").read_text()
    assert "Application shutdown complete" in log
    port = int(re.findall(r"http://127\.0\.0\.1:(\d+)", log)[0])
    assert not Client(port).answers()
