"""Moments: the *as of* that every feature is computed for."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MICROSECONDS_PER_DAY = 86_400_000_000
#: A moment before all others; stands for "undated" among int64 microseconds.
NEVER = np.iinfo(np.int64).min


def microseconds(times: pd.Series) -> NDArray[np.int64]:
    """Return UTC microseconds since 1970, shape (n,); a missing time becomes ``NEVER``.

    ``NEVER`` is what numpy stores for NaT, so an undated row sorts before every dated one.
    """
    utc = times.dt.tz_convert("UTC").dt.tz_localize(None) if times.dt.tz is not None else times
    return utc.to_numpy(dtype="datetime64[us]").view(np.int64)


def instant(as_of: pd.Timestamp) -> int:
    """Return one moment as UTC microseconds since 1970; a naive one is taken to be UTC.

    >>> instant(pd.Timestamp("1970-01-01T08:00:01+08:00"))
    1000000
    """
    utc = as_of.tz_localize("UTC") if as_of.tzinfo is None else as_of.tz_convert("UTC")
    return int(utc.to_datetime64().astype("datetime64[us]").astype(np.int64))


def local_day(as_of: pd.Timestamp, zone: str) -> pd.Timestamp:
    """Return the calendar day of one moment in a zone, as a naive midnight.

    >>> str(local_day(pd.Timestamp("2024-12-31T16:30Z"), "Asia/Shanghai").date())
    '2025-01-01'
    """
    return local_days(np.array([instant(as_of)]), zone)[0]


def local_days(moments: NDArray[np.int64], zone: str) -> pd.DatetimeIndex:
    """Return the calendar days of UTC microseconds in a zone, as naive midnights, shape (n,)."""
    times = pd.DatetimeIndex(moments.view("datetime64[us]"), tz="UTC")
    return times.tz_convert(zone).tz_localize(None).normalize()
