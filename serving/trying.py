"""How a service explores: which courses are tried stays the same until there is cause to change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.dossiers import Dossier


@dataclass(frozen=True, slots=True)
class Trying:
    """How much a service explores, and with what luck.

    Parameters
    ----------
    share
        Of a list's places.
    seed
        The deployment's own.
    """

    share: float
    seed: int

    def luck(
        self, tenant: str, dossier: Dossier, version: str, today: pd.Timestamp
    ) -> np.random.Generator:
        """Return the luck of one teacher.

        It is the same for one day (of the data set's zone), one model and as long as the
        teacher does nothing, so that a reload shuffles nothing. An event brings new luck: it may
        be an answer to what the old luck showed, and a chance must not depend on its own past.

        Parameters
        ----------
        dossier
            The teacher's.
        version
            The model's.
        today
            The day in the tenant's zone.
        """
        log = dossier.log
        known = (
            self.seed,
            tenant,
            dossier.teacher_id,
            today.isoformat(),
            version,
            len(log),
            log.end.isoformat(),
        )
        digest = hashlib.sha256(json.dumps(known).encode()).digest()
        return np.random.default_rng(int.from_bytes(digest))
