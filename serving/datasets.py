"""Small data sets out of the store: the shared catalogue, kept, and one teacher, read afresh."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.dataset import Dataset, empty_frame
from features.events import EventLog
from features.ids import IdMap
from features.moments import instant
from features.tables import BY_NAME, TABLES
from recommender.backdrop import Backdrop
from serving.models import Loaded
from serving.store.records import to_frame
from serving.store.rows import find
from serving.store.schema import DATA
from serving.store.tags import without_interest
from serving.store.tenants import Tenant

Seen = TypeVar("Seen")
#: So many models' sights of a catalogue are kept.
MODELS = 3
#: Tables that all of a tenant's teachers share.
SHARED = tuple(table for table in TABLES if "teacher_id" not in table.names)


@dataclass(frozen=True, slots=True, eq=False)
class Former:
    """A catalogue that has changed since, and how models saw it: most of it still stands."""

    dataset: Dataset
    encoded: Mapping[str, Catalogue]


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """What is kept of one tenant's catalogue while its version stands still.

    Parameters
    ----------
    version
        :attr:`Tenant.catalogue_version` when it was read.
    dataset
        The shared tables, without any teacher.
    numbers
        Course -> its position.
    offered
        Offering -> its admission mode.
    domains
        Of each course, None where not stated; shape (n_courses,).
    encoded
        The courses as the model of a version sees them.
    backdrops
        What all teachers are seen against now, by the model of a version.
    former
        What was kept before the catalogue changed.
    """

    version: int
    dataset: Dataset
    numbers: Mapping[str, int]
    offered: Mapping[str, str | None]
    domains: NDArray[np.object_]
    encoded: dict[str, Catalogue] = field(default_factory=dict)
    backdrops: dict[str, Backdrop] = field(default_factory=dict)
    former: Former | None = None
    lock: Lock = field(default_factory=Lock)

    @classmethod
    def of(cls, version: int, dataset: Dataset, former: Former | None = None) -> Shelf:
        """Put a tenant's shared tables on a shelf."""
        offerings = dataset.table("offerings")
        modes = offerings["admission_mode"].astype(object)
        modes = modes.where(modes.notna(), None)
        return cls(
            version,
            dataset,
            {course: number for number, course in enumerate(dataset.courses.ids)},
            dict(zip(offerings["offering_id"], modes, strict=True)),
            domains_of(dataset),
            former=former,
        )

    def left(self) -> Former | None:
        """Return what the next shelf can begin with."""
        return Former(self.dataset, self.encoded) if self.encoded else self.former

    def backdrop(self, loaded: Loaded, as_of: pd.Timestamp) -> Backdrop:
        """Return what all teachers are seen against at a moment, kept while it stands."""
        with self.lock:  # the first makes it, and the others wait for it
            kept = self.standing(loaded, as_of)
            if kept is None:
                catalogue = self._catalogue(loaded, as_of)
                kept = Backdrop.of(loaded.model, self.dataset, catalogue, as_of)
                keep(self.backdrops, loaded.version, kept)
            return kept

    def seen(self, loaded: Loaded, as_of: pd.Timestamp, now: pd.Timestamp) -> Backdrop:
        """Return what all teachers were seen against at a moment; what is past is not kept."""
        kept = self.standing(loaded, as_of)
        if kept is not None:
            return kept
        if as_of >= now:
            return self.backdrop(loaded, as_of)
        catalogue = self.catalogue(loaded, as_of)
        return Backdrop.of(loaded.model, self.dataset, catalogue, as_of)

    def standing(self, loaded: Loaded, as_of: pd.Timestamp) -> Backdrop | None:
        """Return the backdrop that is kept, None where it has to be made."""
        kept = self.backdrops.get(loaded.version)
        return kept if kept is not None and kept.covers(instant(as_of)) else None

    def warm(
        self,
        loaded: Loaded,
        present: Loaded | None,
        as_of: pd.Timestamp,
        beside: Loaded | None = None,
    ) -> None:
        """See the courses as a model that is about to answer; what those present see stays."""
        catalogue = self._encoded(loaded, as_of)
        backdrop = Backdrop.of(loaded.model, self.dataset, catalogue, as_of)
        kept = {each.version for each in (present, beside) if each is not None}
        for version in self.encoded.keys() - kept:
            del self.encoded[version]
        self.encoded[loaded.version] = catalogue
        self.backdrops[loaded.version] = backdrop

    def catalogue(self, loaded: Loaded, as_of: pd.Timestamp) -> Catalogue:
        """Return the courses as a model sees them at a moment.

        Of a catalogue the moment decides only which courses have appeared.
        """
        with self.lock:
            return self._catalogue(loaded, as_of)

    def _catalogue(self, loaded: Loaded, as_of: pd.Timestamp) -> Catalogue:
        if loaded.version not in self.encoded:
            keep(self.encoded, loaded.version, self._encoded(loaded, as_of))
        return self.encoded[loaded.version].at(self.dataset, as_of)

    def _encoded(self, loaded: Loaded, as_of: pd.Timestamp) -> Catalogue:
        before = self.former
        known = before.encoded.get(loaded.version) if before is not None else None
        if before is None or known is None:
            return loaded.model.catalogue(self.dataset, as_of)
        return loaded.model.renewed_catalogue(known, before.dataset, self.dataset, as_of)


class Shelves:
    """Keeps the catalogue of each tenant until it changes, on whichever worker it changed."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._shelves: dict[str, Shelf] = {}

    def kept(self, tenant: Tenant) -> Shelf | None:
        """Return a tenant's shelf if it is at hand and as new as the tenant."""
        shelf = self._shelves.get(tenant.name)
        return shelf if shelf is not None and shelf.version == tenant.catalogue_version else None

    def warm(
        self,
        loaded: Loaded,
        present: Loaded | None,
        as_of: pd.Timestamp,
        beside: Loaded | None = None,
    ) -> None:
        """Let a model that is about to answer see every catalogue that is at hand."""
        for shelf in tuple(self._shelves.values()):
            shelf.warm(loaded, present, as_of, beside)

    def of(self, connection: sa.Connection, tenant: Tenant) -> Shelf:
        """Return a tenant's shelf as of the connection's transaction."""
        with self._lock:
            shelf = self._shelves.get(tenant.name)
            if shelf is None or shelf.version != tenant.catalogue_version:
                former = None if shelf is None else shelf.left()
                shelf = Shelf.of(tenant.catalogue_version, _shared(connection, tenant), former)
                self._shelves[tenant.name] = shelf
            return shelf


def keep(seen: dict[str, Seen], version: str, by_model: Seen) -> None:
    """Keep what a model sees; what the oldest of more than three have seen goes.

    Three: the champion, a candidate, and a model that is being replaced.
    """
    seen[version] = by_model
    for other in [each for each in seen if each != version][: -(MODELS - 1)]:
        seen.pop(other, None)


def _shared(connection: sa.Connection, tenant: Tenant) -> Dataset:
    frames = {
        table.name: to_frame(table, find(connection, DATA[table.name], tenant.name), tenant.columns)
        for table in SHARED
    }
    nobody = {name: empty_frame(BY_NAME[name]) for name in ("teachers", "events")}
    return Dataset.of(frames | nobody, tenant.columns)


def domains_of(dataset: Dataset) -> NDArray[np.object_]:
    """Return the domain of each course, None where not stated; shape (n_courses,)."""
    courses = dataset.table("courses").set_index("course_id").reindex(dataset.courses.ids)
    domains = courses["domain"].astype(object)
    return domains.where(domains.notna(), None).to_numpy(object)


def with_teacher(
    shared: Dataset, frames: Mapping[str, pd.DataFrame], tags: Mapping[str, object]
) -> Dataset:
    """Return the data set of one teacher and the whole catalogue.

    Parameters
    ----------
    shared
        Its ``content_hash`` stays: it names the catalogue, as after ``Dataset.of_teachers``.
    frames
        The teacher's rows, complete and typed, as ``serving.store.teachers.frames_of`` returns
        them: they were validated on their way into the store, and are not judged again.
    tags
        What the teacher has said about what is used about them.
    """
    tables = {**shared.tables, **frames}
    teachers = IdMap.of("teacher", frames["teachers"]["teacher_id"])
    log = EventLog.of(tables, teachers, shared.courses)
    if tags:
        log = without_interest(log, domains_of(shared), tags)
    return replace(shared, tables=MappingProxyType(tables), teachers=teachers, log=log)
