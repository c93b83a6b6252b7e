"""The public keys of an issuer elsewhere, out of a file that may change while the service runs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import jwt
import structlog

from features.errors import InvalidSetting

#: For a key that is not known, the file is read again once in so many seconds at most.
PAUSE: Final = 60.0


class IssuerKeys:
    """Knows the keys of a file (JWKS), and reads it again when a token names another.

    Whoever makes up names of keys makes the file be read once a minute, and no more.

    Parameters
    ----------
    path
        None: no key is known.
    now
        Tells seconds, from any start.
    """

    def __init__(self, path: Path | None, now: Callable[[], float]) -> None:
        self._path = path
        self._now = now
        self._keys: dict[str, jwt.PyJWK] = {}
        self._read_at: float | None = None

    def find(self, key_id: str) -> jwt.PyJWK | None:
        """Return the key of a name, or None.

        Raises
        ------
        InvalidSetting
            If the file has never been one of keys; one that is spoilt later leaves the keys that
            are known.
        """
        if key_id not in self._keys and self._path is not None and self._may_read():
            self._read(self._path)
        return self._keys.get(key_id)

    def _may_read(self) -> bool:
        return self._read_at is None or self._now() - self._read_at >= PAUSE

    def _read(self, path: Path) -> None:
        try:
            found = _parsed(path.read_bytes())
        except (OSError, ValueError, jwt.PyJWTError) as error:
            if self._read_at is None:
                raise InvalidSetting(
                    "ZIXUAN_ISSUER_KEYS", expected="a file of public keys (JWKS)", got=str(path)
                ) from error
            structlog.get_logger().error("issuer keys", why=type(error).__name__)
        else:
            self._keys = {str(each.key_id): each for each in found if each.key_id}
        self._read_at = self._now()


def _parsed(content: bytes) -> list[jwt.PyJWK]:
    document = json.loads(content)
    if not isinstance(document, dict):
        raise ValueError("no JWKS")
    return jwt.PyJWKSet.from_dict(document).keys
