"""The files that pages load: each under an address that changes with its content."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, Header, Response

from features.errors import UnknownId

TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
#: An address stands for one content, so it never needs to be asked for again.
FOREVER: Final = "public, max-age=31536000, immutable"
_DIGITS: Final = 12

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file.

    Parameters
    ----------
    path
        Its address.
    packed
        Its content, gzipped.
    """

    path: str
    kind: str
    content: bytes
    packed: bytes


@cache
def assets() -> Mapping[str, Asset]:
    """Return the files by name."""
    found = {}
    for file in files("serving.web").joinpath("static").iterdir():
        stem, _, ending = file.name.rpartition(".")
        if ending in TYPES:
            content = file.read_bytes()
            digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
            path = f"/static/{stem}.{digest}.{ending}"
            found[file.name] = Asset(path, TYPES[ending], content, gzip.compress(content, 9))
    return found


def address(name: str) -> str:
    """Return where a page finds a file."""
    return assets()[name].path


@router.get("/static/{name}")
def get_asset(name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """Return a file; it is for everybody and holds nothing about anybody."""
    asset = next((each for each in assets().values() if each.path == f"/static/{name}"), None)
    if asset is None:
        raise UnknownId(f"the file {name!r}", remedy="load the page again: it names the files")
    headers = {
        "Cache-Control": FOREVER,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if "gzip" in accept_encoding:
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.kind, headers=headers)
    return Response(asset.content, media_type=asset.kind, headers=headers)
