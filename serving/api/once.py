"""Requests that may be sent again: the same ``Idempotency-Key`` makes one thing once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from serving.api.context import Platform

_KEY_DIGITS, _CONTENT_DIGITS = 20, 12


@dataclass(frozen=True, slots=True)
class Once:
    """What a request that makes something names it; both empty without a key.

    The name is made from the key, so that nothing has to be remembered about it: what was made is
    what remembers, and is forgotten with it.

    Parameters
    ----------
    key
        Of the caller's key and the request's ``Idempotency-Key``.
    content
        Of what was asked for.
    """

    key: str = ""
    content: str = ""


async def _once(
    request: Request,
    caller: Platform,
    idempotency_key: Annotated[
        str,
        Header(
            max_length=255,
            pattern=r"^[\x21-\x7e]*$",
            description="any text of the client's; sent again with it, a request is made once",
        ),
    ] = "",
) -> Once:
    if not idempotency_key:
        return Once()
    key = f"{caller.key_id}\n{idempotency_key}".encode()
    content = request.url.path.encode() + b"\n" + await request.body()
    return Once(_digits(key, _KEY_DIGITS), _digits(content, _CONTENT_DIGITS))


def _digits(content: bytes, count: int) -> str:
    return hashlib.sha256(content).hexdigest()[:count]


MadeOnce = Annotated[Once, Depends(_once)]
