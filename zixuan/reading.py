"""A folder of tables as the commands read it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from features.dataset import Dataset
from features.reading import read_folder
from zixuan.progress import Steps


def now() -> pd.Timestamp:
    """Return the time of the machine's clock, aware."""
    return pd.Timestamp.now("UTC")


def read(folder: Path, steps: Steps, rejects: Path | None = None) -> Dataset:
    """Read and validate a folder; see :func:`features.reading.read_folder`."""
    steps(f"read {folder}")
    return read_folder(folder, now=now(), rejects=rejects)


def moment(given: datetime | None, dataset: Dataset) -> pd.Timestamp | None:
    """Return a given moment, in the data set's zone if it states no offset."""
    if given is None:
        return None
    stamp = pd.Timestamp(given)
    return stamp.tz_localize(dataset.columns.zone) if stamp.tzinfo is None else stamp
