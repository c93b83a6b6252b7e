"""The one translation between outside ids and inside positions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import UnknownId


@dataclass(frozen=True, slots=True, eq=False)
class IdMap:
    """Outside ids in sorted order; an id's position is its inside number.

    Parameters
    ----------
    what
        What the ids name (``"teacher"``, ``"course"``), for messages.
    ids
        Sorted, distinct ids, shape (n,).

    Examples
    --------
    >>> courses = IdMap.of("course", ["b", "a", "b"])
    >>> courses.positions(["a", "z"]).tolist()
    [0, -1]
    >>> courses.position("b")
    1
    """

    what: str
    ids: pd.Index

    @classmethod
    def of(cls, what: str, ids: Iterable[str]) -> IdMap:
        """Build a map from ids in any order, repeats allowed."""
        return cls(what, pd.Index(np.unique(np.asarray(list(ids), dtype=object)), dtype="str"))

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, outside: object) -> bool:
        return outside in self.ids

    def positions(self, outside: Iterable[str] | pd.Series) -> NDArray[np.int32]:
        """Return the position of each id, -1 where it is unknown; shape (len(outside),)."""
        return self.ids.get_indexer(pd.Index(outside, dtype="str")).astype(np.int32)

    def position(self, outside: str) -> int:
        """Return the position of one id.

        Raises
        ------
        UnknownId
            If there is no such id.
        """
        if outside not in self.ids:
            raise UnknownId(
                f"{self.what} {outside!r}",
                expected=f"one of {len(self.ids)} known {self.what}s",
                remedy=f"check the id, or add the {self.what} first",
            )
        return int(self.ids.get_loc(outside))

    def outside(self, positions: NDArray[np.integer]) -> NDArray[np.object_]:
        """Return the outside ids at these positions, shape (len(positions),)."""
        return self.ids.take(positions).to_numpy(dtype=object)
