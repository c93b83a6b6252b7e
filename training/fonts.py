"""A font that draws Chinese, for plots that are pictures; a report's letters are the reader's own.

None is shipped: fonts for all of Chinese weigh tens of megabytes, and every system packages one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from features.errors import MissingComponent

if TYPE_CHECKING:
    from matplotlib.font_manager import FontManager

#: Families with all common characters under licences that let anyone use them (Noto, Source Han:
#: SIL OFL 1.1; WenQuanYi: GPL with font exception), those drawn the Chinese way first.
FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    # All that matplotlib before 3.11 sees of Noto's collection: some strokes are the Japanese ones.
    "Noto Sans CJK JP",
)
PACKAGE = "fonts-noto-cjk"


def chinese_font(families: Sequence[str] = FAMILIES) -> str:
    """Return the first of some font families that is installed.

    Raises
    ------
    MissingComponent
        If none is.
    """
    # Slow to import, and only plots need it.
    from matplotlib import font_manager

    manager = font_manager.fontManager
    found = _first(families, manager)
    if found is None:
        # matplotlib keeps its list of fonts between runs: one installed since is not in it.
        manager.ttflist = font_manager.FontManager().ttflist
        found = _first(families, manager)
    if found is None:
        raise MissingComponent(
            "font for Chinese",
            expected=f"one of {', '.join(families)}",
            got="none installed",
            remedy=f"on Debian or Ubuntu: apt-get install {PACKAGE} (SIL OFL 1.1); elsewhere "
            "install Noto Sans CJK",
        )
    return found


def _first(families: Sequence[str], manager: FontManager) -> str | None:
    known = {entry.name for entry in manager.ttflist}
    return next((family for family in families if family in known), None)
