"""The model in use: loaded once, replaced by one assignment, never half of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from features.errors import ZixuanError
from recommender.artifact import load
from recommender.model import Model
from serving.card import card_of
from serving.champion import champion
from serving.errors import NoModel
from serving.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model and its version, which is a hash of all of it and so worth keeping.

    Parameters
    ----------
    card
        The facts of its card; empty where none was kept.
    folder
        Where it was loaded from.
    """

    model: Model
    version: str
    card: Mapping[str, Any] = field(default_factory=dict)
    folder: Path | None = None

    @classmethod
    def of(cls, model: Model, folder: Path | None = None) -> Loaded:
        """Name a model by its version; its card lies in its folder, or beside it."""
        version = model.version
        card = {} if folder is None else card_of(folder, version)
        return cls(model, version, card, folder)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A model that was found and loaded, and where."""

    loaded: Loaded
    folder: Path


class ModelHolder:
    """Holds the model that answers; a request takes it once and keeps it to its end.

    Attributes
    ----------
    loaded
        None before a first one is loaded.
    why_not
        Why there is none.
    """

    def __init__(self) -> None:
        self.loaded: Loaded | None = None
        self.why_not = "none has been promoted"
        self._looked_at: Path | None = None

    def current(self) -> Loaded:
        """Return the model in use.

        Raises
        ------
        NoModel
            If there is none.
        """
        if self.loaded is None:
            raise NoModel(
                "the model",
                expected="one that is loaded",
                got=self.why_not,
                remedy="promote one (zixuan promote), or name its folder in ZIXUAN_ARTIFACT",
            )
        return self.loaded

    def load(self, settings: Settings) -> None:
        """Load the model that the settings name, or the promoted one.

        One that cannot be loaded is logged, and what was in use stays in use: events are
        taken all the same.
        """
        found = self.newer(settings)
        if found is not None:
            self.serve(found)

    def newer(self, settings: Settings) -> Found | None:
        """Return another model than was looked at last, loaded and checked; None if there is none.

        One that cannot be loaded is logged, once.
        """
        folder = None
        try:
            folder = _folder(settings)
            if folder is None or folder == self._looked_at:
                return None
            return Found(Loaded.of(load(folder), folder), folder)
        except ZixuanError as error:
            self.why_not = str(error)
            structlog.get_logger().error("model refused", why=self.why_not)
            return None
        finally:
            self._looked_at = folder or self._looked_at

    def serve(self, found: Found) -> None:
        """Let a model answer from now on."""
        self.loaded = found.loaded
        structlog.get_logger().info("model", version=found.loaded.version)


def _folder(settings: Settings) -> Path | None:
    if settings.artifact is not None:
        return settings.artifact
    return champion(settings.tracking_uri, settings.model_name)
