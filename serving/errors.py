"""The errors that only a service has; all others come from ``features.errors``."""

from __future__ import annotations

from features.errors import ZixuanError


class NotIdentified(ZixuanError):
    """A request without a key that is valid now."""


class NotAllowed(ZixuanError):
    """A request whose key lacks the scope."""


class NotSignedIn(ZixuanError):
    """A visit to the page without a session that goes on."""


class SpentLink(ZixuanError):
    """A link or launch that lets nobody in: used, expired, or never made."""


class Forged(ZixuanError):
    """A change on the page that does not come from the page itself."""


class NoModel(ZixuanError):
    """A request that needs a model while none is loaded."""


class Changed(ZixuanError):
    """A change of something that is no longer what the caller has seen."""


class Unconditional(ZixuanError):
    """A patch that does not say what it was made for."""
