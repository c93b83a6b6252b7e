"""Places: which teacher was in which offering, how the place came about, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

#: How a place ends; the numbers stand in :class:`Places`.
COMPLETED, FAILED, WITHDRAWN, NO_SHOW, REFUSED = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places by number, each field of shape (n_places,).

    ``wished``, ``started`` and ``ended`` are days since 1970; ``liking`` is the known part of
    the utility, which ratings follow.
    """

    teacher: NDArray[np.int64]
    course: NDArray[np.int64]
    offering: NDArray[np.int64]
    outcome: NDArray[np.int64]
    wished: NDArray[np.int64]
    started: NDArray[np.int64]
    ended: NDArray[np.int64]
    liking: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.teacher)

    def where(self, chosen: NDArray[np.bool_]) -> Places:
        """Return the chosen places; ``chosen`` has shape (n_places,)."""
        return Places(*(getattr(self, f.name)[chosen] for f in fields(self)))

    @classmethod
    def joined(cls, parts: Sequence[Places]) -> Places:
        """Put places one after another."""
        return cls(
            *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls))
        )


@dataclass(frozen=True, slots=True, eq=False)
class Glances:
    """Courses seen but not taken: viewed or dismissed, each field of shape (n_glances,)."""

    teacher: NDArray[np.int64]
    course: NDArray[np.int64]
    on: NDArray[np.int64]
    dismissed: NDArray[np.bool_]

    @classmethod
    def joined(cls, parts: Sequence[Glances]) -> Glances:
        """Put glances one after another."""
        return cls(
            *(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls))
        )
