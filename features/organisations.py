"""The dated tree of organisations: what lies above one, and who is accredited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from features.dataset import Dataset
from features.moments import local_day
from features.states import states_at


def lineage(dataset: Dataset, organisation_id: object, as_of: pd.Timestamp) -> list[str]:
    """Return an organisation and everything above it at a moment, the nearest first.

    Empty for a missing id; an id without a row of its own stands alone.
    """
    return _chain(_parents(dataset, as_of), organisation_id)


def lineages(
    dataset: Dataset, organisation_ids: Iterable[object], as_of: pd.Timestamp
) -> list[list[str]]:
    """Return the :func:`lineage` of each of several ids, in their order."""
    parents = _parents(dataset, as_of).to_dict()
    return [_chain(parents, each) for each in organisation_ids]


def parents_at(dataset: Dataset, as_of: pd.Timestamp) -> dict[str, str]:
    """Return what each organisation is directly under at a moment, where that is stated."""
    return {str(key): str(value) for key, value in _parents(dataset, as_of).dropna().items()}


def unaccredited(dataset: Dataset, as_of: pd.Timestamp) -> pd.Index:
    """Return the ids of organisations whose accreditation does not cover the day."""
    day = local_day(as_of, dataset.columns.zone)
    states = states_at(dataset.table("organisations"), "organisation_id", as_of)
    return states.index[(states["accredited_from"] > day) | (states["accredited_until"] < day)]


def _parents(dataset: Dataset, as_of: pd.Timestamp) -> pd.Series:
    return states_at(dataset.table("organisations"), "organisation_id", as_of)["parent_id"]


def _chain(parents: Mapping[str, object] | pd.Series, organisation_id: object) -> list[str]:
    chain: list[str] = []
    while isinstance(organisation_id, str) and organisation_id not in chain:
        chain.append(organisation_id)
        organisation_id = parents.get(organisation_id)
    return chain
