"""The model in use: loaded once, replaced by one assignment, never half of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import structlog

from features.errors import ZixuanError
from recommender.artifact import load
from recommender.model import Model
from serving.champion import champion
from serving.errors import NoModel
from serving.settings import Settings


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model and its version, which is a hash of all of it and so worth keeping."""

    model: Model
    version: str

    @classmethod
    def of(cls, model: Model) -> Loaded:
        """Name a model by its version."""
        return cls(model, model.version)


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
        try:
            folder = _folder(settings)
            if folder is not None:
                self.loaded = Loaded.of(load(folder))
                structlog.get_logger().info("model", version=self.loaded.version)
        except ZixuanError as error:
            self.why_not = str(error)
            structlog.get_logger().error("model refused", why=self.why_not)


def _folder(settings: Settings) -> Path | None:
    if settings.artifact is not None:
        return settings.artifact
    return champion(settings.tracking_uri, settings.model_name)
