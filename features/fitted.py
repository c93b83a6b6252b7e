"""Fitted state as arrays and JSON: all that a model file may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a fitted part is made of: named arrays and JSON values; no code, no objects.

    Parts nest: :meth:`under` puts a part's arrays and values under a name, :meth:`part`
    takes them out again.
    """

    arrays: Mapping[str, Array] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    def under(self, name: str) -> Fitted:
        """Return the same state with every name prefixed."""
        return Fitted(
            {f"{name}/{key}": array for key, array in self.arrays.items()}, {name: self.values}
        )

    def part(self, name: str) -> Fitted:
        """Return what was put under a name."""
        prefix = f"{name}/"
        return Fitted(
            {
                key.removeprefix(prefix): array
                for key, array in self.arrays.items()
                if key.startswith(prefix)
            },
            self.values.get(name, {}),
        )

    def __or__(self, other: Fitted) -> Fitted:
        return Fitted({**self.arrays, **other.arrays}, {**self.values, **other.values})

    @classmethod
    def of_matrix(cls, name: str, matrix: sparse.csr_array) -> Fitted:
        """Store a sparse matrix as its three arrays and its shape."""
        return cls(
            {
                f"{name}/data": matrix.data,
                f"{name}/indices": matrix.indices.astype(np.int32),
                f"{name}/indptr": matrix.indptr.astype(np.int64),
                f"{name}/shape": np.asarray(matrix.shape, np.int64),
            }
        )

    def matrix(self, name: str) -> sparse.csr_array:
        """Read a sparse matrix back.

        Raises
        ------
        ValueError
            If its arrays do not make a sound matrix.
        """
        part = self.part(name).arrays
        if any(part[key].dtype.kind != "i" for key in ("indices", "indptr", "shape")):
            raise ValueError(f"matrix {name!r} whose positions are no whole numbers")
        matrix = sparse.csr_array(
            (part["data"], part["indices"], part["indptr"]), shape=tuple(part["shape"])
        )
        matrix.check_format(full_check=True)
        return matrix


def numbers_of(columns: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Return column -> numbers as read from JSON; ``ValueError`` or ``TypeError`` for others."""
    return {str(name): [float(number) for number in numbers] for name, numbers in columns.items()}
