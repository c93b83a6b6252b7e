"""Who visits: every page but the entrance is for somebody with a session."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest
from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URL

from serving.api.context import Here, Service
from serving.errors import Forged, NotAllowed, NotSignedIn
from serving.identity import Scope
from serving.sessions import actor_of, csrf_of, visit
from serving.settings import Settings
from serving.store.sessions import Session

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD: Final = "csrf"
CSRF_HEADER: Final = "X-CSRF-Token"
#: What a browser says of a request that the page's own form or address bar made.
_OWN: Final = frozenset({"same-origin", "none"})
_REMEDY: Final = "open the page again and try once more"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who visits the page.

    Parameters
    ----------
    tenant
        The only tenant whose data the visitor can reach.
    teacher_id
        The only teacher whose data a teacher can reach; None for an administrator.
    organisation_id
        Of an administrator: nothing outside it and what lies below it can be reached.
    csrf
        Sent back by every form as the field ``csrf``, or as the header ``X-CSRF-Token``.
    session
        The visit itself: its beginning names the actor in the audit log.
    """

    tenant: str
    teacher_id: str | None
    organisation_id: str | None
    scopes: frozenset[Scope]
    csrf: str
    session: Session

    @property
    def actor(self) -> str:
        """What the visitor is called in the audit log."""
        return actor_of(self.session)

    def teacher(self) -> str:
        """Return the teacher who visits.

        Raises
        ------
        NotAllowed
            If it is an administrator.
        """
        if self.teacher_id is None:
            raise NotAllowed("this page", expected="a teacher", remedy="open a teacher's link")
        return self.teacher_id

    def require(self, scope: Scope) -> None:
        """Let pass a visitor who has the scope.

        Raises
        ------
        NotAllowed
            For others.
        """
        if scope not in self.scopes:
            raise NotAllowed("this page", expected=f"the scope {scope}", remedy=_ASK)


_ASK: Final = "ask your administrator for a link that has it"


def cookie_name(settings: Settings) -> str:
    """Return what the session's cookie is called.

    The prefix lets a browser take it over https only, of this very host, for all its paths.
    """
    return "__Host-zixuan" if settings.https else "zixuan"


def find_visitor(here: Service, cookie: str) -> Visitor:
    """Return who visits with a cookie.

    Raises
    ------
    NotSignedIn
        If it opens no session that goes on.
    """
    if not cookie:
        raise NotSignedIn("the page", expected="a session", remedy="open the link of your platform")
    session = visit(here.store, cookie, here.clock(), here.settings)
    guest = session.guest
    return Visitor(
        guest.tenant,
        guest.teacher_id,
        guest.organisation_id,
        frozenset(map(Scope, guest.scopes)),
        csrf_of(cookie),
        session,
    )


async def visiting(request: Request, here: Here) -> Visitor:
    """Return who visits; a request that would change something must come from the page itself."""
    cookie = request.cookies.get(cookie_name(here.settings), "")
    visitor = await run_in_threadpool(find_visitor, here, cookie)
    if request.method not in SAFE:
        require_own(request)
        if not compare_digest(await _sent(request), visitor.csrf.encode()):
            raise Forged(CSRF_FIELD, expected="the word of this session's forms", remedy=_REMEDY)
    return visitor


def require_own(request: Request) -> None:
    """Let pass a request that the page itself has made, as far as the browser tells.

    Raises
    ------
    Forged
        If it comes from another site.
    """
    if not is_own(request):
        raise Forged("the request", expected="one of this page", remedy=_REMEDY)


def is_own(request: Request) -> bool:
    """Say whether a browser tells that another site made the request: then it is not."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    origin = request.headers.get("origin")
    return origin is None or URL(origin).netloc == request.headers.get("host", "")


async def _sent(request: Request) -> bytes:
    header = request.headers.get(CSRF_HEADER)
    if header is not None:
        return header.encode()
    # No files: whoever uploads one sends the header.
    kind = request.headers.get("content-type", "")
    if not kind.startswith("application/x-www-form-urlencoded"):
        return b""
    field = (await request.form()).get(CSRF_FIELD)
    return field.encode("utf-8", "surrogateescape") if isinstance(field, str) else b""


Visiting = Annotated[Visitor, Depends(visiting)]
