"""From arrays of positions and numbers to the typed columns of a table."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray


def ids(prefix: str, count: int, width: int) -> pd.Series:
    """Return ``count`` ids in sorted order: the prefix and a number from 1, zero-padded.

    >>> ids("t", 2, 4).tolist()
    ['t0001', 't0002']
    """
    number = pc.cast(pa.array(np.arange(1, count + 1)), pa.large_string())
    padded = pc.utf8_lpad(number, width=width, padding="0")
    whole = pc.binary_join_element_wise(
        pa.scalar(prefix, pa.large_string()), padded, pa.scalar("", pa.large_string())
    )
    return pd.Series(pd.array(whole, dtype="str"))


def pick(words: Sequence[str] | pd.Series, positions: NDArray[np.integer]) -> pd.Series:
    """Return the word at each position; -1 gives an empty cell.

    >>> pick(["a", "b"], np.array([1, -1])).isna().tolist()
    [False, True]
    """
    array = pa.array(list(words), pa.large_string())
    index = pa.array(positions, mask=np.asarray(positions) < 0)
    return pd.Series(pd.array(array.take(index), dtype="str"))


def times(microseconds: NDArray[np.int64]) -> pd.Series:
    """Return UTC microseconds as instants; ``NEVER`` gives an empty cell."""
    return pd.Series(microseconds.view("datetime64[us]")).dt.tz_localize("UTC")


def dates(days: NDArray[np.integer]) -> pd.Series:
    """Return days since 1970 as calendar days."""
    return pd.Series(days.astype("datetime64[D]").astype("datetime64[us]"))
