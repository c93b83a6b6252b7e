"""Signatures of webhooks, as the Standard Webhooks specification has them (symmetric, ``v1``)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Draw a secret: what the receiver checks signatures with."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed(keys: Iterable[str], delivery_id: str, seconds: int, body: bytes) -> dict[str, str]:
    """Return the headers that vouch for a delivery.

    Parameters
    ----------
    keys
        Each signs: while one takes another's place, a receiver may know either.
    seconds
        When it is sent, since 1970; with it a receiver refuses what is sent again much later.
    """
    content = f"{delivery_id}.{seconds}.".encode() + body
    return {
        "webhook-id": delivery_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(_signature(key, content) for key in keys),
    }


def _signature(key: str, content: bytes) -> str:
    secret = base64.b64decode(key.removeprefix(PREFIX))
    digest = hmac.new(secret, content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
