"""How a service explores: which courses are tried stays the same until there is cause to change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.moments import local_day


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
        self, tenant: str, dataset: Dataset, version: str, now: pd.Timestamp
    ) -> np.random.Generator:
        """Return the luck of the one teacher of a data set.

        It is the same for one day (of the data set's zone), one model and as long as the
        teacher does nothing, so that a reload shuffles nothing. An event brings new luck: it may
        be an answer to what the old luck showed, and a chance must not depend on its own past.

        Parameters
        ----------
        dataset
            Of one teacher.
        version
            The model's.
        """
        log = dataset.log
        known = (
            self.seed,
            tenant,
            *dataset.teachers.ids.tolist(),
            local_day(now, dataset.columns.zone).isoformat(),
            version,
            len(log),
            log.end.isoformat(),
        )
        digest = hashlib.sha256(json.dumps(known).encode()).digest()
        return np.random.default_rng(int.from_bytes(digest))
