"""Where promoted models are kept: the place that ``zixuan serve`` looks at."""

from __future__ import annotations

from pathlib import Path

from features.errors import InvalidSetting, Refused
from recommender.artifact import load
from serving.settings import read_settings
from training.card import CARD_JSON, Card
from training.tracking import Tracker

_SQLITE = "sqlite:///"
_ARTIFACTS = "mlruns"


def tracker() -> Tracker:
    """Return the tracker of the settings; artifacts lie beside an SQLite registry."""
    uri = read_settings().tracking_uri
    if not uri.startswith(_SQLITE):
        return Tracker(uri, Path(_ARTIFACTS))
    # MLflow keeps what it opened by its name: a path that moves with the folder would mislead it.
    file = Path(uri.removeprefix(_SQLITE)).resolve()
    return Tracker(f"{_SQLITE}{file}", file.parent / _ARTIFACTS)


def existing_tracker() -> Tracker:
    """Return the tracker of the settings, to read from: no registry is made.

    Raises
    ------
    Refused
        If its SQLite file is not there.
    """
    found = tracker()
    if not _is_there(found):
        raise Refused(
            f"registry {read_settings().tracking_uri}",
            expected="one that holds a model",
            got="none there",
            remedy="train or promote a model first, or name another in ZIXUAN_TRACKING_URI",
        )
    return found


def candidate_asked(artifact: Path | None, *, clear: bool) -> Path | None:
    """Return the model that is to be the candidate; None where there is to be none.

    Raises
    ------
    InvalidSetting
        If neither or both were asked for.
    """
    if (artifact is None) is not clear:
        raise InvalidSetting(
            "candidate",
            expected="the folder of a model, or --clear",
            got="both" if clear else "neither",
            remedy="name one of them",
        )
    return artifact


def card_of(artifact: Path | None) -> Card:
    """Return the card kept with a model's run; the champion's where no artifact is named.

    Of a model whose run is not known, the card of what the artifact alone tells.

    Raises
    ------
    Refused
        If there is no champion.
    BadArtifact
        If the artifact does not load.
    """
    if artifact is None:
        artifact = existing_tracker().champion()
    if artifact is None:
        raise Refused(
            "model card",
            expected="a champion, or the folder of a model",
            got="neither",
            remedy="name a folder, or promote a model first",
        )
    model = load(artifact)
    kept = None
    if _is_there(found := tracker()):
        kept = found.text(model.version, CARD_JSON)
    return Card.of(model) if kept is None else Card.from_json(kept)


def _is_there(found: Tracker) -> bool:
    """Say whether a registry can be read without making one."""
    return not found.uri.startswith(_SQLITE) or Path(found.uri.removeprefix(_SQLITE)).exists()
