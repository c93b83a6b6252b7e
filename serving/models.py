"""The model in use: loaded once, replaced by one assignment, never half of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from serving.errors import NoModel

if TYPE_CHECKING:
    from recommender.model import Model


@dataclass(slots=True)
class ModelHolder:
    """Holds the model that answers; requests take it once and keep it to their end.

    Parameters
    ----------
    model
        None before the first one is loaded.
    why_not
        Why there is none.
    """

    model: Model | None = None
    why_not: str = "none has been promoted"

    def current(self) -> Model:
        """Return the model in use.

        Raises
        ------
        NoModel
            If there is none.
        """
        if self.model is None:
            raise NoModel(
                "the model",
                expected="one that is loaded",
                got=self.why_not,
                remedy="promote one (zixuan promote), or name its folder in ZIXUAN_ARTIFACT",
            )
        return self.model
