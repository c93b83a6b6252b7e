"""Where promoted models are kept: the place that ``zixuan serve`` looks at."""

from __future__ import annotations

from pathlib import Path

from serving.settings import read_settings
from training.tracking import Tracker

_SQLITE = "sqlite:///"
_ARTIFACTS = "mlruns"


def tracker() -> Tracker:
    """Return the tracker of the settings; artifacts lie beside an SQLite registry."""
    uri = read_settings().tracking_uri
    folder = Path(uri.removeprefix(_SQLITE)).parent if uri.startswith(_SQLITE) else Path()
    return Tracker(uri, folder / _ARTIFACTS)
