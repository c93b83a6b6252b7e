"""Workers share a port, and connections are spread over them; no other service has a share."""

from __future__ import annotations

import pickle
import select
import socket
from contextlib import ExitStack

import pytest

from features.errors import InvalidSetting
from serving.listening import SharedPort, require_free

HOST = "127.0.0.1"


def test_a_port_that_somebody_listens_on_is_refused():
    with socket.create_server((HOST, 0)) as other:
        port = other.getsockname()[1]
        for refusing in (require_free, SharedPort.bound):
            with pytest.raises(InvalidSetting, match=f"{HOST}:{port}"):
                refusing(HOST, port)


def test_a_port_that_another_service_shares_among_its_workers_is_refused():
    with SharedPort.bound(HOST, 0) as theirs:
        theirs.listen()
        with pytest.raises(InvalidSetting, match="port"):
            require_free(HOST, theirs.getsockname()[1])


def test_a_host_that_is_not_this_machine_is_refused():
    with pytest.raises(InvalidSetting, match=r"198\.51\.100\.1"):
        require_free("198.51.100.1", 8080)


def test_connections_are_spread_over_those_who_share_a_port():
    """Of forty, all to one by chance alone: once in 10^11."""
    with ExitStack() as stack:
        first = stack.enter_context(SharedPort.bound(HOST, 0))
        second = stack.enter_context(pickle.loads(pickle.dumps(first)))
        assert second.getsockname() == first.getsockname()
        for each in (first, second):
            each.listen(64)
        for _ in range(40):
            stack.enter_context(socket.create_connection((HOST, first.getsockname()[1])))
        ready, _, _ = select.select([first, second], [], [], 5)
        assert set(ready) == {first, second}
