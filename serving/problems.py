"""Problem details (RFC 9457): one table says what each error means to a caller over HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DatabaseError, IntegrityError
from starlette.exceptions import HTTPException
from starlette.routing import compile_path

from features.errors import (
    BadArtifact,
    InvalidData,
    InvalidPolicy,
    InvalidSetting,
    MissingComponent,
    NotEnoughData,
    Refused,
    UnknownId,
    ZixuanError,
)
from serving.errors import (
    Busy,
    Changed,
    Forged,
    NoLongerKept,
    NoModel,
    NotAllowed,
    NotIdentified,
    NotSignedIn,
    SpentLink,
    TooMany,
    TooManyAttempts,
    Unconditional,
    Unfinished,
)
from serving.store.health import is_failure

MEDIA_TYPE = "application/problem+json"
#: A type is a name, not an address: nothing needs to be fetched to understand it.
TYPE_PREFIX = "urn:zixuan:problem:"
#: Of one request, so many faults are told.
TOLD = 100
#: When a client may try again after the database did not answer.
RETRY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """What kind of problem it is: the same for every occurrence."""

    status: int
    name: str
    title: str

    @property
    def type(self) -> str:
        """The URI that names it."""
        return TYPE_PREFIX + self.name


#: Error -> problem. Of several that fit, the first.
KINDS: Mapping[type[ZixuanError], Kind] = MappingProxyType(
    {
        NotIdentified: Kind(401, "not-identified", "The request carries no valid key"),
        NotSignedIn: Kind(401, "not-signed-in", "There is no session that goes on"),
        SpentLink: Kind(410, "spent-link", "The link lets nobody in any more"),
        Forged: Kind(403, "forged", "The change does not come from the page itself"),
        NotAllowed: Kind(403, "not-allowed", "The key lacks the scope"),
        UnknownId: Kind(404, "unknown-id", "There is nothing of this id"),
        InvalidData: Kind(422, "invalid-data", "The data breaks the data format"),
        InvalidPolicy: Kind(422, "invalid-policy", "No such policy, or none that is in force"),
        InvalidSetting: Kind(422, "invalid-parameter", "A parameter is outside its range"),
        NotEnoughData: Kind(422, "not-enough-data", "There is too little data for what was asked"),
        Refused: Kind(409, "refused", "The rules do not allow it"),
        NoLongerKept: Kind(410, "no-longer-kept", "It was kept for its time, and is gone"),
        Changed: Kind(412, "changed", "It is no longer what the request's condition says"),
        Unconditional: Kind(428, "unconditional", "A patch must say what it was made for"),
        TooMany: Kind(429, "too-many", "The key has asked too often"),
        TooManyAttempts: Kind(429, "too-many-attempts", "The address has failed too often"),
        Busy: Kind(503, "busy", "Too many plans are being made"),
        Unfinished: Kind(503, "unfinished", "The making of a plan broke off"),
        NoModel: Kind(503, "no-model", "No model is loaded"),
        BadArtifact: Kind(503, "bad-model", "The model cannot be used"),
        MissingComponent: Kind(501, "missing-component", "A component is not installed"),
    }
)
INVALID_REQUEST = Kind(422, "invalid-request", "The request breaks the API's contract")
TOO_LARGE = Kind(413, "too-large", "The body is too large")
MALFORMED = Kind(400, "malformed", "The body cannot be read")
TOO_SLOW = Kind(408, "too-slow", "The body did not arrive in time")
OVERLOADED = Kind(503, "overloaded", "The service has more to do than it can")
OVERTAKEN = Kind(503, "overtaken", "Another request changed the same at the same moment")
NO_STORE = Kind(503, "no-store", "The database does not answer")
FAILED = Kind(500, "failed", "The service failed; it has been logged")


def problem(
    kind: Kind, detail: str, request_id: str, errors: Sequence[Mapping[str, str]] = ()
) -> JSONResponse:
    """Answer with a problem.

    Parameters
    ----------
    detail
        This occurrence in words.
    request_id
        Names the occurrence, here and in the log.
    errors
        Single faults: ``pointer`` (RFC 6901, or the name of a parameter) and ``detail``.
    """
    content: dict[str, Any] = {
        "type": kind.type,
        "title": kind.title,
        "status": kind.status,
        "detail": _sendable(detail),
        "instance": f"urn:zixuan:request:{request_id}",
    }
    if errors:
        content["errors"] = [
            {name: _sendable(text) for name, text in error.items()} for error in errors[:TOLD]
        ]
    headers = {"WWW-Authenticate": "Bearer"} if kind.status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse(content, kind.status, headers, MEDIA_TYPE)


def kind_of(error: ZixuanError) -> Kind:
    """Say what kind of problem an error is."""
    return next((kind for cls, kind in KINDS.items() if isinstance(error, cls)), FAILED)


def install(app: FastAPI) -> None:
    """Let every error of an app leave it as a problem."""
    app.exception_handler(ZixuanError)(of_ours)
    app.exception_handler(RequestValidationError)(_of_validation)
    app.exception_handler(HTTPException)(_of_framework)
    app.exception_handler(IntegrityError)(_of_race)
    app.exception_handler(DatabaseError)(_of_store)


def _sendable(text: str) -> str:
    # A lone surrogate in what was sent cannot be sent back.
    return text.encode("utf-8", "replace").decode()


def _request_id(request: Request) -> str:
    return str(request.scope.get("state", {}).get("request_id", ""))


async def of_ours(request: Request, error: ZixuanError) -> JSONResponse:
    """Answer with the problem that an error is."""
    kind = kind_of(error)
    errors = []
    if isinstance(error, InvalidData):
        errors = [{"pointer": f"/{each.column}", "detail": str(each)} for each in error.problems]
    answer = problem(kind, str(error), _request_id(request), errors)
    if isinstance(error, TooMany | TooManyAttempts | Busy | Unfinished):
        answer.headers.update(error.headers)
    return answer


async def _of_validation(request: Request, error: RequestValidationError) -> JSONResponse:
    # What was sent is not repeated: it may be personal, huge, or not even text.
    found = error.errors()
    if any(each["type"] == "json_invalid" for each in found):
        return problem(MALFORMED, "expected JSON", _request_id(request))
    errors = [{"pointer": pointer(each["loc"]), "detail": each["msg"]} for each in found]
    detail = f"{len(errors)} fault{'s' if len(errors) != 1 else ''} in the request"
    return problem(INVALID_REQUEST, detail, _request_id(request), errors)


def pointer(place: Sequence[str | int]) -> str:
    """Return where in a request a fault is: RFC 6901 into the body, or a parameter's name."""
    where, *path = place
    if where != "body":
        return str(path[0]) if path else str(where)
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def _named(status: HTTPStatus) -> Kind:
    name = status.phrase.lower().replace(" ", "-")
    return Kind(status, name, status.description or status.phrase)


async def _of_framework(request: Request, error: HTTPException) -> JSONResponse:
    status = HTTPStatus(error.status_code)
    kind = next(
        (kind for kind in (MALFORMED, TOO_LARGE, TOO_SLOW) if kind.status == status), _named(status)
    )
    answer = problem(kind, str(error.detail), _request_id(request))
    answer.headers.update(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        answer.headers["Allow"] = ", ".join(_methods(request))
    return answer


def _methods(request: Request) -> list[str]:
    """Return what the contract has for an address; the framework names its first route's alone.

    Of several patterns that fit (an id may look like ``popular``) the one that says most of it.
    """
    paths = request.app.openapi()["paths"]
    fitting = [path for path in paths if _pattern(path).match(request.scope["path"])]
    nearest = max(fitting, key=lambda path: len(_NAMED.sub("", path)), default="")
    return sorted(method.upper() for method in paths.get(nearest, ()))


_NAMED = re.compile(r"\{.*?\}")


@cache
def _pattern(path: str) -> re.Pattern[str]:
    pattern, *_ = compile_path(path)
    return pattern


async def _of_store(request: Request, error: DatabaseError) -> JSONResponse:
    if not is_failure(error):
        raise error  # a defect of ours
    structlog.get_logger().error("store", exc_info=error)
    return _to_retry(request, NO_STORE)


async def _of_race(request: Request, error: IntegrityError) -> JSONResponse:
    # What each row refers to was checked, and has gone since; of SQLite's one writer it cannot be.
    structlog.get_logger().warning("overtaken", exc_info=error)
    return _to_retry(request, OVERTAKEN)


def _to_retry(request: Request, kind: Kind) -> JSONResponse:
    detail = "nothing was changed; try again in a moment"
    answer = problem(kind, detail, _request_id(request))
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer
