"""Years of service: one definition for profiles, and for how careers go on."""

from __future__ import annotations

import pandas as pd

DAYS_PER_YEAR = 365.25


def tenure(states: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Return years of service at a moment, from the day of employment or the stated years.

    NaN where neither is known. ``states`` has one row of the table of teachers for each.
    """
    today = as_of.tz_convert("UTC").tz_localize(None)
    since = (today - states["employed_on"]).dt.days / DAYS_PER_YEAR
    stated = (as_of - states["valid_from"]).dt.days / DAYS_PER_YEAR
    return since.fillna(states["years_of_service"] + stated.fillna(0)).clip(lower=0)
