"""Years of service: one definition for profiles, and for how careers go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd

from features.moments import MICROSECONDS_PER_DAY, NEVER, instant

DAYS_PER_YEAR = 365.25


def tenure(states: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Return years of service at a moment, from the day of employment or the stated years.

    NaN where neither is known. ``states`` has one row of the table of teachers for each.
    """
    today = as_of.tz_convert("UTC").tz_localize(None)
    since = (today - states["employed_on"]).dt.days / DAYS_PER_YEAR
    stated = (as_of - states["valid_from"]).dt.days / DAYS_PER_YEAR
    return since.fillna(states["years_of_service"] + stated.fillna(0)).clip(lower=0)


def tenure_of(state: Mapping[str, Any], moment: int) -> float | None:
    """Return what :func:`tenure` does for one state, without a frame; None where neither is known.

    Parameters
    ----------
    state
        Column -> cell, None where empty; ``valid_from`` in UTC microseconds.
    moment
        In UTC microseconds.
    """
    employed = state.get("employed_on")
    if employed is not None:
        since = dt.datetime.combine(employed, dt.time(), dt.UTC)
        return max(0.0, _days(moment - instant(pd.Timestamp(since))) / DAYS_PER_YEAR)
    years = state.get("years_of_service")
    if years is None:
        return None
    since_stated = 0 if state["valid_from"] == NEVER else _days(moment - state["valid_from"])
    return max(0.0, years + since_stated / DAYS_PER_YEAR)


def _days(microseconds: int) -> int:
    return microseconds // MICROSECONDS_PER_DAY
