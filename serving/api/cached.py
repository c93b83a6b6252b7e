"""Answers that a client may keep for a while, and ask about again for the price of a header."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Response, status
from pydantic import BaseModel

from serving.api.conditions import LONGEST, matches, tag

JSON = "application/json"
KnownTags = Annotated[
    str,
    Header(
        alias="If-None-Match",
        max_length=LONGEST,
        description="entity tags that are at hand; 304 if one of them is the answer's",
    ),
]
UNCHANGED: dict[int | str, dict[str, str]] = {304: {"description": "what is at hand still holds"}}


def cached(answer: BaseModel, known: str, seconds: int) -> Response:
    """Return an answer that may be kept for so many seconds; nothing if the client has it."""
    headers = {"ETag": tag(answer), "Cache-Control": f"private, max-age={seconds}"}
    if matches(known, headers["ETag"]):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(answer.model_dump_json(), headers=headers, media_type=JSON)
