"""The errors that only a service has; all others come from ``features.errors``."""

from __future__ import annotations

from collections.abc import Mapping

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


class TooMany(ZixuanError):
    """A request beyond what its key may ask within a time.

    Attributes
    ----------
    headers
        What the answer tells of the quota, and when to come back.
    """

    def __init__(self, most: int, headers: Mapping[str, str]) -> None:
        super().__init__(
            "this key",
            expected=f"at most {most} requests in a minute",
            got="more",
            remedy="come back after Retry-After seconds, or send events in bulk",
        )
        self.headers = headers


class TooManyAttempts(ZixuanError):
    """An attempt to come in from an address that has failed too often.

    Attributes
    ----------
    headers
        When to come back.
    """

    def __init__(self, most: int, seconds: int) -> None:
        super().__init__(
            "attempts from this address",
            expected=f"at most {most} in a minute that fail",
            got="more",
            remedy="come back after Retry-After seconds, with a link or key that is valid",
        )
        self.headers = {"Retry-After": str(seconds)}


class NoLongerKept(ZixuanError):
    """A request for what was kept for its time, and is gone."""


class Unfinished(ZixuanError):
    """A request for a plan whose making took too long, or broke off.

    Attributes
    ----------
    headers
        When to come back.
    """

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(
            "the plan",
            expected=expected,
            got=got,
            remedy="nothing was changed; come back after Retry-After seconds",
        )
        self.headers = {"Retry-After": "3"}


class Busy(ZixuanError):
    """A request for a plan while too many others wait for theirs.

    Attributes
    ----------
    headers
        When to come back.
    """

    def __init__(self, most: int) -> None:
        super().__init__(
            "plans",
            expected=f"at most {most} that are made or wait",
            got="more",
            remedy="nothing was changed; come back after Retry-After seconds",
        )
        self.headers = {"Retry-After": "3"}
