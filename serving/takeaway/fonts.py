"""The font that paper needs: one with Chinese letters, whose licence lets it be embedded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from features.errors import MissingComponent

#: Families in the order in which they are liked; all are under the SIL Open Font License.
FAMILIES: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Serif CJK SC")
_FILES: Final = ("NotoSansCJK*", "NotoSansSC*", "SourceHanSans*", "NotoSerifCJK*", "NotoSerifSC*")
REMEDY: Final = "install one, such as Debian's package fonts-noto-cjk"


def folders() -> tuple[Path, ...]:
    """Return where a machine's fonts may lie."""
    home = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    return (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / "fonts")


def cjk_font(among: tuple[Path, ...] | None = None) -> Path:
    """Return the file of the best font that is there.

    Parameters
    ----------
    among
        Folders to look in; those of the machine when left out.

    Raises
    ------
    MissingComponent
        If there is none.
    """
    found = next(_found(folders() if among is None else among), None)
    if found is None:
        raise MissingComponent(
            "a font with Chinese letters",
            expected=" or ".join(FAMILIES),
            got="none",
            remedy=REMEDY,
        )
    return found


def _found(among: tuple[Path, ...]) -> Iterator[Path]:
    for pattern in _FILES:
        for folder in among:
            yield from sorted(folder.rglob(f"{pattern}.[ot]t[cf]"))
