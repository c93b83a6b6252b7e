"""What a process remembers so as to answer at once, and how it knows that it still holds.

Everything here is read from the store and kept beside a stamp of when it was last known to be so
(:class:`serving.watch.Watch`). While the stamp stands, memory is the truth; once anything has been
committed, what is asked for is checked against the one number that its change would have changed.
The work for an event depends on the one teacher that it is about, and on no other.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
import structlog

from features.dossiers import Dossier, log_of
from serving.advising import unknown_teacher
from serving.datasets import Shelf
from serving.identity import Key
from serving.store.engine import Store
from serving.store.health import is_failure
from serving.store.records import Record
from serving.store.rows import find, find_any
from serving.store.schema import DATA, FURTHER, TENANTS
from serving.store.tags import corrected, own_tags, tags_of, without_interest
from serving.store.tenants import Tenant, find_tenant
from serving.store.versions import teacher_version
from serving.watch import Watch

Name = TypeVar("Name", bound=Hashable)
Thing = TypeVar("Thing")
#: So many keys and tenants, and so many teachers, are remembered: those asked for last.
FEW, MANY = 1_000, 20_000
#: The stamp while the database does not answer.
GONE = object()


class Recent(Generic[Name, Thing]):
    """The things asked for last, so many of them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._things: OrderedDict[Name, Thing] = OrderedDict()

    def get(self, name: Name) -> Thing | None:
        """Return a thing, which is then the last asked for; None where it is not remembered."""
        found = self._things.get(name)
        if found is not None:
            self._things.move_to_end(name)
        return found

    def put(self, name: Name, thing: Thing) -> None:
        """Remember a thing; what was asked for longest ago makes room."""
        self._things[name] = thing
        self._things.move_to_end(name)
        while len(self._things) > self._limit:
            self._things.popitem(last=False)

    def forget(self, name: Name) -> None:
        """Remember a thing no longer."""
        self._things.pop(name, None)


@dataclass(slots=True)
class Known(Generic[Thing]):
    """A thing, the version it was read at, and the stamp under which that was still the newest."""

    thing: Thing
    version: object
    stamp: object


class Memory:
    """Keys, tenants and teachers, as they are stored now.

    Used by one thread, the one that answers. While the database is gone, what is remembered is
    answered as it last was.

    Parameters
    ----------
    store
        What everything is read from.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._watch = Watch(store)
        self._keys: Recent[bytes, Known[Key]] = Recent(FEW)
        self._tenants: Recent[str, Known[Tenant]] = Recent(FEW)
        self._dossiers: Recent[tuple[str, str], Known[Dossier]] = Recent(MANY)

    def stamp(self) -> object:
        """Return what all that is asked for in one request is checked against."""
        try:
            return self._watch.stamp()
        except sa.exc.DBAPIError as error:
            structlog.get_logger().error("store", exc_info=error)
            return GONE

    def key(self, header: str, stamp: object, find: Callable[[sa.Connection, str], Key]) -> Key:
        """Return the key in an ``Authorization`` header, as it is now.

        Parameters
        ----------
        find
            Reads it from the store.

        Raises
        ------
        NotIdentified
            If it holds none.
        """
        # Not the header itself: memory is no place for secrets.
        name = hashlib.sha256(header.encode("utf-8", "surrogateescape")).digest()

        def read(connection: sa.Connection) -> Key:
            return find(connection, header)

        # A key is as soon read as compared.
        return self._now(self._keys, name, stamp, lambda _: object(), read)

    def tenant(self, name: str, stamp: object) -> Tenant:
        """Return a tenant as it is now."""

        def version(connection: sa.Connection) -> object:
            return find(connection, TENANTS, name)

        def read(connection: sa.Connection) -> Tenant:
            return find_tenant(connection, name)

        return self._now(self._tenants, name, stamp, version, read)

    def dossier(self, shelf: Shelf, tenant: str, teacher_id: str, stamp: object) -> Dossier:
        """Return what is known of a teacher now, courses numbered as on the tenant's shelf.

        Raises
        ------
        UnknownId
            If the tenant has no such teacher.
        """
        name = (tenant, teacher_id)
        known = self._dossiers.get(name)
        if known is not None and known.thing.numbered_by is not shelf.numbers:
            self._dossiers.forget(name)

        def version(connection: sa.Connection) -> object:
            return teacher_version(connection, tenant, teacher_id)

        def read(connection: sa.Connection) -> Dossier:
            return read_dossier(connection, shelf, tenant, teacher_id)

        return self._now(self._dossiers, name, stamp, version, read)

    def _now(
        self,
        kept: Recent[Name, Known[Thing]],
        name: Name,
        stamp: object,
        version: Callable[[sa.Connection], object],
        read: Callable[[sa.Connection], Thing],
    ) -> Thing:
        """Return a thing as it is now: from memory, checked if anything has been committed."""
        known = before = kept.get(name)
        if known is not None and (known.stamp == stamp or stamp is GONE):
            return known.thing
        try:
            with self._store.reading() as connection:
                newest = version(connection)
                if known is None or known.version != newest:
                    kept.forget(name)  # lest what is gone be remembered
                    known = Known(read(connection), newest, stamp)
                    kept.put(name, known)
        except sa.exc.DatabaseError as error:
            # Gone since the watch has asked, perhaps in the middle of reading something newer.
            if before is None or not is_failure(error):
                raise
            structlog.get_logger().error("store", why=type(error).__name__)
            kept.put(name, before)
            return before.thing
        known.stamp = stamp
        return known.thing


def read_dossier(connection: sa.Connection, shelf: Shelf, tenant: str, teacher_id: str) -> Dossier:
    """Read what is known of a teacher.

    Raises
    ------
    UnknownId
        If the tenant has no such teacher.
    """
    states = find(connection, DATA["teachers"], tenant, teacher_id=teacher_id)
    if not states:
        raise unknown_teacher(teacher_id)
    events = find(connection, DATA["events"], tenant, teacher_id=teacher_id)
    enrolments = find(connection, DATA["enrolments"], tenant, teacher_id=teacher_id)
    tags = own_tags(connection, tenant, teacher_id)
    return _dossier(shelf, teacher_id, states, events, enrolments, tags)


def read_dossiers(
    connection: sa.Connection, shelf: Shelf, tenant: str, teacher_ids: Sequence[str]
) -> dict[str, Dossier]:
    """Read what is known of several teachers; who is unknown is left out."""
    states, events, enrolments = (
        _by_teacher(connection, DATA[table], tenant, teacher_ids)
        for table in ("teachers", "events", "enrolments")
    )
    tags = tags_of(connection, tenant, teacher_ids)
    return {
        each: _dossier(
            shelf, each, own, events.get(each, []), enrolments.get(each, []), tags.get(each, {})
        )
        for each, own in states.items()
    }


def _by_teacher(
    connection: sa.Connection, table: sa.Table, tenant: str, teacher_ids: Sequence[str]
) -> dict[str, list[Record]]:
    """Return the rows of each teacher, sorted by key."""
    key = [column.name for column in table.primary_key]
    rows = find_any(connection, table, tenant, "teacher_id", teacher_ids)
    found: dict[str, list[Record]] = {}
    for row in sorted(rows, key=lambda row: [row[name] for name in key]):
        found.setdefault(row["teacher_id"], []).append(row)
    return found


def _dossier(
    shelf: Shelf,
    teacher_id: str,
    states: list[Record],
    events: list[Record],
    enrolments: list[Record],
    tags: Mapping[str, Any],
) -> Dossier:
    events.sort(key=lambda row: (row["occurred_at"], row["event_id"]))
    log = log_of(events, shelf.numbers, shelf.offered, enrolments)
    return Dossier(
        teacher_id,
        tuple(state | (state[FURTHER] or {}) for state in corrected(states, tags)),
        without_interest(log, shelf.domains, tags),
        shelf.numbers,
    )
