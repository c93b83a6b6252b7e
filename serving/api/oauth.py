"""OAuth 2: a key is exchanged for a token that is valid for ten minutes (RFC 6749, 4.4)."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse

from serving.api.attempts import ATTEMPTING
from serving.api.context import Here
from serving.errors import NotIdentified
from serving.tokens import LIFE, make_token

router = APIRouter(tags=["identity"], include_in_schema=False)


@router.post("/oauth/token", dependencies=ATTEMPTING)
def post_token(
    request: Request,
    here: Here,
    grant_type: Annotated[Literal["client_credentials"], Form()],
    client_id: Annotated[str, Form(max_length=200)] = "",
    client_secret: Annotated[str, Form(max_length=200)] = "",
) -> JSONResponse:
    """Exchange a key's two parts, sent by HTTP Basic or as a form, for a token."""
    basic = request.headers.get("authorization", "")
    if basic:
        client_id, client_secret = _parts(basic)
    now = here.clock()
    with here.store.writing() as connection:
        token = make_token(connection, f"zx_{client_id}_{client_secret}", now)
    content = {
        "access_token": token.text,
        "token_type": "Bearer",
        "expires_in": int(LIFE.total_seconds()),
        "scope": " ".join(token.scopes),
    }
    return JSONResponse(content, headers={"Cache-Control": "no-store"})


def _parts(header: str) -> tuple[str, str]:
    scheme, _, text = header.partition(" ")
    try:
        decoded = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        decoded = ""
    client_id, colon, secret = decoded.partition(":")
    if scheme.lower() != "basic" or not colon:
        raise NotIdentified(
            "the Authorization header",
            expected="Basic and the key's id and secret",
            remedy="send the two parts of a key, without zx_",
        )
    return client_id, secret
