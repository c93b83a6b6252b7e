"""The dated tree of organisations: what lies above one, and who is accredited."""

from __future__ import annotations

import pandas as pd

from features.dataset import Dataset
from features.moments import local_day
from features.states import states_at


def lineage(dataset: Dataset, organisation_id: object, as_of: pd.Timestamp) -> list[str]:
    """Return an organisation and everything above it at a moment, the nearest first.

    Empty for a missing id; an id without a row of its own stands alone.
    """
    parents = states_at(dataset.table("organisations"), "organisation_id", as_of)["parent_id"]
    chain: list[str] = []
    while isinstance(organisation_id, str) and organisation_id not in chain:
        chain.append(organisation_id)
        organisation_id = parents.get(organisation_id)
    return chain


def unaccredited(dataset: Dataset, as_of: pd.Timestamp) -> pd.Index:
    """Return the ids of organisations whose accreditation does not cover the day."""
    day = local_day(as_of, dataset.columns.zone)
    states = states_at(dataset.table("organisations"), "organisation_id", as_of)
    return states.index[(states["accredited_from"] > day) | (states["accredited_until"] < day)]
