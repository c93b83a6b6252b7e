"""A folder of tables as the commands read it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pandas as pd

from features.dataset import Dataset
from features.reading import read_folder
from zixuan.progress import Steps
from zixuan.show import show_notices

#: How long after its last event a data set still is one of the present.
STALE = pd.Timedelta(days=90)


def now() -> pd.Timestamp:
    """Return the time of the machine's clock, aware."""
    return pd.Timestamp.now("UTC")


def read(folder: Path, steps: Steps, rejects: Path | None = None) -> Dataset:
    """Read and validate a folder; see :func:`features.reading.read_folder`."""
    steps(f"read {folder}")
    return read_folder(folder, now=now(), rejects=rejects)


def advised_at(given: datetime | None, dataset: Dataset, present: pd.Timestamp) -> pd.Timestamp:
    """Return the moment to advise as of: the given one, else the present.

    A data set whose last event is older than ``STALE`` is a record of the past: at present all
    its histories have faded and its offerings are over, so advice is as of its end instead, and a
    notice says so.
    """
    stated = moment(given, dataset)
    if stated is not None:
        return stated
    if not len(dataset.log) or dataset.log.end >= present - STALE:
        return present
    end = dataset.log.end.tz_convert(dataset.columns.zone)
    why = f"the last event is over {STALE.days} days old; --as-of states another moment"
    show_notices([f"this is as of {end:%Y-%m-%d}: {why}"])
    return dataset.log.end


def moment(given: datetime | None, dataset: Dataset) -> pd.Timestamp | None:
    """Return a given moment, in the data set's zone if it states no offset."""
    if given is None:
        return None
    stamp = pd.Timestamp(given)
    return stamp.tz_localize(dataset.columns.zone) if stamp.tzinfo is None else stamp
