"""A plan on paper: PDF, made from a template, with nothing fetched from anywhere."""

from __future__ import annotations

from threading import Lock
from typing import Any, Final, NoReturn

from jinja2 import Environment, PackageLoader, StrictUndefined

from features.errors import MissingComponent
from serving.takeaway.fonts import FAMILIES, cjk_font
from serving.takeaway.languages import Language
from serving.takeaway.sheet import Sheet
from serving.takeaway.tables import standing

MEDIA_TYPE: Final = "application/pdf"
_TEMPLATES: Final = Environment(
    loader=PackageLoader("serving.takeaway"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
#: A page costs a core for a second: one at a time leaves the others to lists and plans.
_ONE_AT_A_TIME: Final = Lock()


def paper_of(sheet: Sheet, language: Language) -> bytes:
    """Return a plan as a PDF; takes about a second of a core, so never call it in an event loop.

    Raises
    ------
    MissingComponent
        If there is no font with Chinese letters, or the libraries that set pages are not there.
    """
    cjk_font()
    page = _TEMPLATES.get_template("plan.html").render(
        sheet=sheet, language=language, standing=standing, families=FAMILIES
    )
    with _ONE_AT_A_TIME:
        return bytes(_setter()(string=page, url_fetcher=fetch_nothing).write_pdf(pdf_tags=True))


def fetch_nothing(url: str, *_: object, **__: object) -> NoReturn:
    """Refuse to fetch anything: what is set is complete in itself."""
    raise ValueError(f"nothing is fetched, and not {url[:80]!r}")


def _setter() -> Any:
    """Return what sets pages; imported when needed, for it loads libraries of the system."""
    try:
        from weasyprint import HTML
    except OSError as error:
        raise MissingComponent(
            "the setting of pages",
            expected="the libraries that WeasyPrint needs",
            got=str(error).splitlines()[0],
            remedy="install Pango, such as Debian's package libpangoft2-1.0-0",
        ) from error
    return HTML
