"""One port for several processes, each with a socket of its own.

Of one socket that all share, whoever wakes first takes every connection that waits: a platform that
opens its connections at once, and keeps them, would be answered by one process alone. Over sockets
of their own (``SO_REUSEPORT``, socket(7)) the system spreads them.
"""

from __future__ import annotations

import socket
from typing import Self

from features.errors import InvalidSetting


class SharedPort(socket.socket):
    """A bound socket that, handed to another process, is another one on the same port there."""

    @classmethod
    def bound(cls, host: str, port: int) -> Self:
        """Return a socket on a port that others on it may share.

        Raises
        ------
        InvalidSetting
            If the port cannot be listened on.
        """
        found = cls(socket.AF_INET6 if ":" in host else socket.AF_INET)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        try:
            found.bind((host, port))
        except OSError as error:
            found.close()
            raise _taken(host, port, error) from error
        return found

    def __reduce__(self) -> tuple[object, tuple[str, int]]:
        host, port, *_ = self.getsockname()
        return type(self).bound, (host, port)


def require_free(host: str, port: int) -> None:
    """Let pass a port that nobody listens on: a shared one would be shared with another service.

    Raises
    ------
    InvalidSetting
        For others.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as alone:
        alone.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            alone.bind((host, port))
        except OSError as error:
            raise _taken(host, port, error) from error


def _taken(host: str, port: int, error: OSError) -> InvalidSetting:
    return InvalidSetting(
        "port",
        expected="a port of this machine that nobody listens on",
        got=f"{host}:{port}: {error.strerror}",
        remedy="give another --port or --host, or stop what listens there",
    )
