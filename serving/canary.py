"""The canary: some teachers are told by a candidate before all are.

The registry's alias ``candidate`` names it, beside ``champion``. Who is of the share is decided by
a hash of tenant and teacher alone: the same on every worker and after every restart, and whoever is
of a share is of every larger one. All that a teacher is told comes from one model. A candidate that
does worse than the champion here is given up here: nobody moves the alias but whoever set it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import TypeVar

import structlog
from sqlalchemy.exc import OperationalError

from features.errors import ZixuanError
from recommender.artifact import load
from serving.beside import Beside
from serving.champion import candidate
from serving.errors import Busy
from serving.metrics import Metrics
from serving.models import Loaded, ModelHolder
from serving.settings import Settings

Made = TypeVar("Made")
_BYTES = 8
#: What is over in a moment, whichever model it meets.
_PASSING = (Busy, OperationalError)


class Canary:
    """Chooses each teacher's model: the champion, or a candidate.

    Parameters
    ----------
    models
        Holds the champion.
    share
        Of the teachers whom a candidate tells.
    budget
        Seconds that a list may take.

    Attributes
    ----------
    loaded
        The candidate; None while there is none, or it was given up.
    """

    def __init__(self, models: ModelHolder, share: float, budget: float, metrics: Metrics) -> None:
        self.loaded: Loaded | None = None
        self._models = models
        self._share = share
        self._budget = budget
        self._metrics = metrics
        self._lock = Lock()
        self._beside = Beside(budget)
        self._folder: Path | None = None
        self._given_up = self._refused = ""

    def models(self, tenant: str, teacher_id: str) -> tuple[Loaded, Loaded]:
        """Return the model that tells a teacher everything, and the champion, often the same.

        Raises
        ------
        NoModel
            If there is no champion.
        """
        champion, tried = self._models.current(), self.loaded
        if tried is not None and is_of_share(tenant, teacher_id, self._share):
            return tried, champion
        return champion, champion

    def answer(self, tenant: str, teacher_id: str, make: Callable[[Loaded], Made]) -> Made:
        """Make an answer by the teacher's model; where a candidate fails, by the champion.

        What the champion fails at too is no fault of the candidate's: its error is raised.
        """
        loaded, champion = self.models(tenant, teacher_id)
        if loaded is champion:
            return make(champion)
        try:
            return make(loaded)
        except Exception as error:
            made = make(champion)
            self.failed(loaded, error)
            return made

    def failed(self, loaded: Loaded, error: Exception) -> None:
        """Count a failure of a candidate's where the champion did not fail."""
        if isinstance(error, _PASSING):
            return
        version = loaded.version
        structlog.get_logger().error("candidate failed", version=version, exc_info=error)
        self.listed(loaded, None)

    def listed(self, loaded: Loaded, seconds: float | None) -> None:
        """Count a list by the seconds that it took; None for one that failed.

        A candidate that does worse is given up from here on.
        """
        tried = self.loaded
        if tried is None:
            return
        with self._lock:
            if tried is not self.loaded:
                return
            if loaded is not tried:
                self._beside.champion(seconds)
                return
            why = self._beside.candidate(seconds)
            if why:
                self._given_up = tried.version
                self._replace(None)
        if why:
            structlog.get_logger().error("candidate given up", version=tried.version, why=why)
            self._metrics.routed_back(tried.version)

    def follow(self, settings: Settings, see: Callable[[Loaded], None]) -> None:
        """Look which model is the candidate now, and let it answer.

        One that cannot be loaded or cannot see the catalogues is logged, once, and never
        answers; nor does one that was given up, or that has become the champion.

        Parameters
        ----------
        see
            Lets it see every catalogue before it answers.
        """
        if not self._share:
            return
        folder = self._named(settings)
        if folder != self._folder:
            self._folder = folder
            found = None if folder is None else self._found(folder, see)
            with self._lock:
                self._replace(found)
        with self._lock:
            if self.loaded is not None and self._is_champion(self.loaded):
                self._replace(None)

    def _named(self, settings: Settings) -> Path | None:
        try:
            return candidate(settings.tracking_uri, settings.model_name)
        except ZixuanError as error:
            self._refuse(str(error))
            return None

    def _found(self, folder: Path, see: Callable[[Loaded], None]) -> Loaded | None:
        try:
            found = Loaded.of(load(folder), folder)
            if found.version == self._given_up or self._is_champion(found):
                return None
            see(found)
        except Exception as error:
            self._refuse(str(error) if isinstance(error, ZixuanError) else repr(error))
            return None
        return found

    def _refuse(self, why: str) -> None:
        if why != self._refused:
            structlog.get_logger().error("candidate refused", why=why)
        self._refused = why

    def _is_champion(self, loaded: Loaded) -> bool:
        champion = self._models.loaded
        return champion is not None and champion.version == loaded.version

    def _replace(self, found: Loaded | None) -> None:
        if self.loaded is not None:
            self._metrics.tried(self.loaded.version, 0)
        self._beside = Beside(self._budget)
        self.loaded = found
        if found is not None:
            self._metrics.tried(found.version, self._share)
            structlog.get_logger().info("candidate", version=found.version, share=self._share)


def is_of_share(tenant: str, teacher_id: str, share: float) -> bool:
    """Say whether a teacher is of a share of all teachers.

    Examples
    --------
    >>> sum(is_of_share("default", f"t{number}", 0.25) for number in range(1_000))
    248
    """
    digest = hashlib.sha256(f"{tenant}\0{teacher_id}".encode()).digest()
    return int.from_bytes(digest[:_BYTES]) < share * 2 ** (8 * _BYTES)
