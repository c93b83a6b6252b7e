"""Dated states: which row of a teacher or an organisation is in force at a moment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.moments import NEVER, instant, microseconds


def states_at(frame: pd.DataFrame, key: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return the one row of each id that is in force just before a moment.

    Parameters
    ----------
    frame
        Rows with ``key`` and ``valid_from``; an undated row is a snapshot, older than any date.
    key
        The id column.
    as_of
        Rows dated at or after it are not seen.

    Returns
    -------
    pd.DataFrame
        Indexed by ``key``, sorted; an id whose every row lies in the future is missing.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "teacher_id": ["a", "a"],
    ...     "valid_from": pd.to_datetime(["2024-09-01", "2026-09-01"], utc=True),
    ...     "career_stage": ["novice", "developing"],
    ... })
    >>> states_at(rows, "teacher_id", pd.Timestamp("2025-01-01", tz="UTC")).career_stage["a"]
    'novice'
    """
    since = microseconds(frame["valid_from"])
    seen = frame[(since < instant(as_of)) | (since == NEVER)]
    order = np.argsort(microseconds(seen["valid_from"]), kind="stable")
    latest = seen.iloc[order].drop_duplicates(key, keep="last")
    return latest.set_index(key).sort_index()


def teachers_at(dataset: Dataset, as_of: pd.Timestamp) -> pd.DataFrame:
    """Return every teacher's state at a moment, with the place of the school where it states none.

    Indexed by ``teacher_id``, one row for each teacher in the order of the data set; a teacher of
    whom no state is known has an empty row. ``locality`` and ``key_county`` are the place's.
    """
    states = states_at(dataset.table("teachers"), "teacher_id", as_of)
    states = states.reindex(dataset.teachers.ids)
    organisations = states_at(dataset.table("organisations"), "organisation_id", as_of)
    for column in ("locality", "key_county"):
        of_school = states["organisation_id"].map(organisations[column])
        states[column] = states[column].fillna(of_school.astype(states[column].dtype))
    return states
