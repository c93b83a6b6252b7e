"""How a page is answered: the template in the reader's language, under strict headers."""

from __future__ import annotations

import gzip
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request, Response, status
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from serving.api.context import Service
from serving.web.assets import address
from serving.web.language import CODES, FIELD, Language, language, language_of
from serving.web.visitor import SAFE, Visitor

#: Everything comes from here and nothing is written into the page: no script, no style. Pico
#: draws its arrows as data.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_YEAR_SECONDS: Final = 31_536_000


def show(
    request: Request,
    visitor: Visitor | None,
    template: str,
    *,
    status_code: int = status.HTTP_200_OK,
    **values: Any,
) -> Response:
    """Return a page.

    Parameters
    ----------
    visitor
        Whose page it is; None where nobody has come in.
    template
        Its file; what it needs beside the frame is in ``values``.
    """
    reader = language_of(request)
    text = (
        environment(reader.code)
        .get_template(template)
        .render(
            visitor=visitor,
            path=request.url.path,
            switch=_switch(request),
            **values,
        )
    )
    answer = _packed(request, text, status_code)
    chosen = request.query_params.get(FIELD)
    if chosen in CODES:
        service: Service = request.app.state.service
        answer.set_cookie(
            FIELD,
            chosen,
            max_age=_YEAR_SECONDS,
            secure=service.settings.https,
            httponly=True,
            samesite="lax",
        )
    return answer


def see(path: str, **query: str) -> Response:
    """Lead the browser on to a page after a form has done its work."""
    filled = {name: text for name, text in query.items() if text}
    where = f"{path}?{urlencode(filled)}" if filled else path
    return RedirectResponse(where, status.HTTP_303_SEE_OTHER, HEADERS)


@cache
def environment(code: str) -> Environment:
    """Return the templates in a language; ``speak`` writes its dates and numbers."""
    reader: Language = language(code)
    made = Environment(
        loader=PackageLoader("serving.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_translations(reader.words, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(speak=reader, asset=address)
    return made


def _switch(request: Request) -> dict[str, str]:
    """Return language -> the address of this page in it; what a form brought has none."""
    if request.method not in SAFE:
        return {}
    return {
        code: "?" + str(request.url.include_query_params(**{FIELD: code}).query) for code in CODES
    }


def _packed(request: Request, text: str, status_code: int) -> Response:
    content = text.encode()
    headers = HEADERS | {"Vary": "Accept-Encoding, Accept-Language, Cookie"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = gzip.compress(content, 6)
    return HTMLResponse(content, status_code, headers)
