"""The errors that only a service has; all others come from ``features.errors``."""

from __future__ import annotations

from features.errors import ZixuanError


class NotIdentified(ZixuanError):
    """A request without a key that is valid now."""


class NotAllowed(ZixuanError):
    """A request whose key lacks the scope."""


class NoModel(ZixuanError):
    """A request that needs a model while none is loaded."""


class Changed(ZixuanError):
    """A change of something that is no longer what the caller has seen."""


class Unconditional(ZixuanError):
    """A patch that does not say what it was made for."""


class NoLongerKept(ZixuanError):
    """A request for what was kept for its time, and is gone."""
