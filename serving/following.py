"""Following the registry: what is promoted or tried answers soon after, without a restart.

A thread beside the requests looks at the alias, loads and checks the artifact, sees every
catalogue at hand as the new model does, and only then lets it answer, by one assignment. Requests
under way end with the model they began with. What cannot be loaded is logged once, and the old one
stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

import pandas as pd
import structlog

from serving.canary import Canary
from serving.datasets import Shelves
from serving.models import Found, Loaded, ModelHolder
from serving.settings import Settings
from serving.solving import Solving


class Following:
    """Looks at the registry from time to time.

    Parameters
    ----------
    models
        Whose model is replaced.
    canary
        Whose candidate is replaced.
    shelves, solving
        The catalogues to be seen by a new model before it answers, and who else is to see them.
    """

    def __init__(
        self,
        models: ModelHolder,
        canary: Canary,
        shelves: Shelves,
        solving: Solving,
        settings: Settings,
        clock: Callable[[], pd.Timestamp],
    ) -> None:
        self._models = models
        self._canary = canary
        self._shelves = shelves
        self._solving = solving
        self._settings = settings
        self._clock = clock
        self._over = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin to look, unless the settings name a model or forbid it."""
        if self._settings.artifact is None and self._settings.model_check > 0:
            self._thread = Thread(target=self._follow, name="following", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Look no more; what is being loaded is waited for."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> bool:
        """Look once; say whether another champion answers from now on."""
        found = self._models.newer(self._settings)
        if found is not None:
            self._models.serve(self._seeing(found))
        self.look_at_candidate()
        return found is not None

    def _seeing(self, found: Found) -> Found:
        """Return a model that sees every catalogue: a candidate that is promoted does already."""
        tried = self._canary.loaded
        if tried is not None and tried.version == found.loaded.version:
            return replace(found, loaded=tried)
        self._see(found.loaded)
        return found

    def _see(self, loaded: Loaded) -> None:
        now, present, tried = self._clock(), self._models.loaded, self._canary.loaded
        self._shelves.warm(loaded, present, now, tried)
        self._solving.see((loaded, present, tried), now)

    def look_at_candidate(self) -> None:
        """Look once which model is the candidate, unless the settings name a model."""
        if self._settings.artifact is None:
            self._canary.follow(self._settings, self._see)

    def _follow(self) -> None:
        while not self._over.wait(self._settings.model_check):
            try:
                self.look()
            except Exception as error:
                # A registry that is away for a while is no reason to stop looking.
                structlog.get_logger().error("registry", exc_info=error)
