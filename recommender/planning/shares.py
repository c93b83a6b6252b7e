"""Parts that some courses may, or must, take of a plan's hours: balance of modes, no one domain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from features.errors import InvalidSetting
from recommender.planning.matching import STRICT, Attributes


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the hours of all courses planned those with one word of an attribute take.

    Parameters
    ----------
    attribute
        ``theme`` fits any of a course's themes.
    word
        Of that attribute; empty for each of its words, on its own.
    least, most
        Whole percent, 0 to 100; ``None`` for no bound.

    Raises
    ------
    InvalidSetting
        If there is no bound, one is no percentage, or every word is asked a least share.
    """

    __pydantic_config__ = STRICT

    attribute: Literal["mode", "domain", "tier", "theme"]
    word: str = ""
    least: int | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.least, self.most) if bound is not None]
        if not bounds or not all(0 <= bound <= 100 for bound in bounds):
            raise InvalidSetting(
                f"the share of {self.name}",
                expected="a least or a most part, 0 to 100 percent",
                got=", ".join(map(str, bounds)) or "none",
            )
        if self.least is not None and not self.word:
            raise InvalidSetting(
                f"the share of {self.name}",
                expected="a word where a least part is asked",
                got="none",
                remedy=f"name the {self.attribute} that is meant",
            )

    @property
    def name(self) -> str:
        """What it is of, as ``mode=online``."""
        return f"{self.attribute}={self.word or '*'}"

    def groups(self, options: Sequence[Attributes]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
        """Yield ``attribute=word`` and which options have it, shape (n_options,)."""
        values = [getattr(each, self.attribute) for each in options]
        found = [set(value) if isinstance(value, tuple) else {value} for value in values]
        words = [self.word] if self.word else sorted(set().union(*found) - {""})
        for word in words:
            yield f"{self.attribute}={word}", np.array([word in has for has in found], dtype=bool)
