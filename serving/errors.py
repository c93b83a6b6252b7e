"""The errors that only a service has; all others come from ``features.errors``."""

from __future__ import annotations

from features.errors import ZixuanError


class NotIdentified(ZixuanError):
    """A request without a key that is valid now."""


class NotAllowed(ZixuanError):
    """A request whose key lacks the scope."""


class NoModel(ZixuanError):
    """A request that needs a model while none is loaded."""
