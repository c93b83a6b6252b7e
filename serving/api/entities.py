"""What is put, patched, read, listed and deleted by id: one way for all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query, Response, status
from pydantic import BaseModel, JsonValue

from features.declaration import Kind, Table
from features.errors import InvalidData, Problem, Refused, UnknownId
from serving.api.answers import ProblemDetails
from serving.api.cells import LONGEST_WORD
from serving.api.conditions import Conditions, tag
from serving.api.context import Service
from serving.api.patching import patched
from serving.identity import Caller
from serving.problems import MEDIA_TYPE
from serving.store import audit, changes
from serving.store.checks import Check
from serving.store.pages import LONGEST_CURSOR, Asked, page
from serving.store.pseudonyms import require_living
from serving.store.records import Record, to_values
from serving.store.rows import delete, find, find_any, insert, lock, put
from serving.store.schema import DATA
from serving.store.tenants import find_tenant, touch_catalogue

LONGEST_PAGE = 200
Limit = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="the most items of a page")]
Cursor = Annotated[
    str, Query(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before")
]
Word = Annotated[
    str | None, Query(max_length=LONGEST_WORD, pattern=r"^[^\x00]*$", description="that it has")
]
#: Shared by all teachers; no list and no plan is made from it.
UNSEEN = ("evaluations",)
#: Of every route that answers with one thing.
GIVEN: dict[str, Any] = {"response_model_exclude_none": True}
#: What a change may be answered beside its own.
CHANGED: dict[int | str, dict[str, Any]] = {
    status_: {"model": ProblemDetails, "content": {MEDIA_TYPE: {}}, "description": about}
    for status_, about in (
        (409, "the rules do not allow it"),
        (412, "it is no longer what the condition says"),
        (428, "a patch needs If-Match"),
    )
}
#: Column -> value, of the columns that the address gives.
Ident = dict[str, str]


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind of thing that has an address.

    Parameters
    ----------
    table
        Its rows: one for each thing, or one for each of its ``states``.
    names
        The columns that name a thing.
    body, seen
        What is sent and what is answered.
    word
        What one is called.
    tells
        Of which deeds the feed of changes is told, and as what.
    rows
        What the rows of one thing are called, where it has several.
    """

    table: Table
    names: tuple[str, ...]
    body: type[BaseModel]
    seen: type[BaseModel]
    word: str
    tells: Mapping[str, changes.Happened] = field(default_factory=dict)
    rows: str = "states"

    @property
    def dated(self) -> bool:
        """Whether a thing has several rows, its states."""
        return self.table.key != self.names

    @property
    def shared(self) -> bool:
        """Whether it is part of what all teachers of a tenant are seen against."""
        return "teacher_id" not in self.table.names and self.table.name not in UNSEEN

    def find(self, connection: sa.Connection, tenant: str, ident: Ident) -> BaseModel | None:
        """Return a thing as it is answered; ``None`` if there is none."""
        rows = find(connection, DATA[self.table.name], tenant, **ident)
        return self.show(ident, rows) if rows else None

    def show(self, ident: Ident, rows: list[Record]) -> BaseModel:
        """Return the rows of one thing as it is answered; states in the order of time."""
        values = [to_values(self.table, row) for row in sorted(rows, key=self._order)]
        return self.seen.model_validate(ident | ({self.rows: values} if self.dated else values[0]))

    def records(self, check: Check, ident: Ident, body: BaseModel) -> list[Record]:
        """Return what is sent of a thing as rows of the store.

        Raises
        ------
        InvalidData
            If a row breaks a rule, or two states have the same key.
        """
        values = body.model_dump()
        states: list[dict[str, Any]] = values[self.rows] if self.dated else [values]
        own = [name for name in self.table.key if name not in self.names]
        if own and len({tuple(state[name] for name in own) for state in states}) < len(states):
            expected = f"each {' and '.join(own)} once"
            raise InvalidData([Problem(self.table.name, 0, own[-1], "", expected)])
        return [check.row(self.table, state | ident) for state in states]

    def unknown(self, ident: Ident) -> UnknownId:
        """Say that the caller's tenant has none of this id."""
        name = " in ".join(repr(value) for value in ident.values())
        remedy = f"check the id, or put the {self.word} first"
        return UnknownId(f"{self.word} {name}", remedy=remedy)

    def _order(self, row: Record) -> tuple[int, ...]:
        """Return the time of a state; of states at one time, the place in the list of codes."""
        own = [self.table.column(name) for name in self.table.key if name not in self.names]
        times = [row[column.name] for column in own if column.kind is Kind.TIME]
        places = [column.codes.index(row[column.name]) for column in own if column.codes]
        return (*times, *places)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where one caller's requests about one kind of thing are dealt with."""

    entity: Entity
    here: Service
    caller: Caller

    def get(self, ident: Ident, response: Response) -> Any:
        """Return a thing, and its tag in the header.

        Raises
        ------
        UnknownId
            If there is none.
        """
        with self.here.store.reading() as connection:
            shown = self.entity.find(connection, self.caller.tenant, ident)
        if shown is None:
            raise self.entity.unknown(ident)
        response.headers["ETag"] = tag(shown)
        return shown

    def list(self, asked: Asked) -> dict[str, Any]:
        """Return a page of things and where the next begins."""
        entity, tenant = self.entity, self.caller.tenant
        table, names = DATA[entity.table.name], entity.names
        equal = {name: value for name, value in asked.equal.items() if value is not None}
        asked = Asked(equal, asked.limit, asked.cursor)
        with self.here.store.reading() as connection:
            found = page(connection, table, tenant, names, asked)
            rows: dict[tuple[str, ...], list[Record]] = {key: [] for key in found.keys}
            firsts = sorted({key[0] for key in found.keys})
            for row in find_any(connection, table, tenant, names[0], firsts):
                rows.get(tuple(row[name] for name in names), []).append(row)
        items = [
            entity.show(dict(zip(names, key, strict=True)), of_one) for key, of_one in rows.items()
        ]
        return {"items": items, "next_cursor": found.cursor or None}

    def put(self, ident: Ident, body: BaseModel, conditions: Conditions, response: Response) -> Any:
        """Replace a thing whole, or add it (201)."""
        with self.here.store.writing() as connection:
            before = self._before(connection, ident, conditions)
            if before is None and "teacher_id" in ident:
                require_living(connection, self.caller.tenant, [ident["teacher_id"]])
            shown = self._replace(connection, ident, body, "put")
        if before is None:
            response.status_code = status.HTTP_201_CREATED
        response.headers["ETag"] = tag(shown)
        return shown

    def patch(
        self,
        ident: Ident,
        patch: Mapping[str, JsonValue],
        conditions: Conditions,
        response: Response,
    ) -> Any:
        """Change what is named of a thing.

        Raises
        ------
        Unconditional
            Without ``If-Match``.
        UnknownId
            If there is none.
        """
        conditions.require()
        with self.here.store.writing() as connection:
            before = self._before(connection, ident, conditions, must_exist=True)
            body = patched(before, patch, self.entity.body, set(ident))
            shown = self._replace(connection, ident, body, "patch")
        response.headers["ETag"] = tag(shown)
        return shown

    def add_state(
        self, ident: Ident, state: Mapping[str, Any], conditions: Conditions, response: Response
    ) -> Any:
        """Add a state to those that there are; one that is known changes nothing (200).

        Raises
        ------
        Refused
            If a state of the same key says something else.
        """
        table, tenant = self.entity.table, self.caller.tenant
        with self.here.store.writing() as connection:
            self._before(connection, ident, conditions)
            check = self._check(connection)
            record = check.row(table, {**state, **ident})
            key = {name: record[name] for name in table.key}
            known = find(connection, DATA[table.name], tenant, **key)
            if not known:
                insert(connection, DATA[table.name], [record])
                self._changed(connection, ident, "add")
            elif known[0] != record:
                raise self._another(ident)
            shown = self.entity.find(connection, tenant, ident)
        if known:
            response.status_code = status.HTTP_200_OK
        response.headers["ETag"] = tag(shown) if shown else ""
        return shown

    def _check(self, connection: sa.Connection) -> Check:
        tenant = find_tenant(connection, self.caller.tenant)
        return Check(connection, tenant, self.here.clock() + self.here.skew)

    def _another(self, ident: Ident) -> Refused:
        return Refused(
            f"{self.entity.word} {' in '.join(ident.values())!r}",
            expected="the content that this state has already",
            got="another",
            remedy="put or patch the whole to correct it",
        )

    def delete(
        self, ident: Ident, conditions: Conditions, remove: Callable[[sa.Connection], object]
    ) -> None:
        """Delete a thing by ``remove(connection)``.

        Raises
        ------
        UnknownId
            If there is none.
        """
        with self.here.store.writing() as connection:
            self._before(connection, ident, conditions, must_exist=True)
            remove(connection)
            self._changed(connection, ident, "delete")

    def _before(
        self,
        connection: sa.Connection,
        ident: Ident,
        conditions: Conditions,
        *,
        must_exist: bool = False,
    ) -> Any:
        lock(connection, self.caller.tenant, self.entity.table.name, *ident.values())
        shown = self.entity.find(connection, self.caller.tenant, ident)
        if shown is None and must_exist:
            raise self.entity.unknown(ident)
        conditions.check(shown)
        return shown

    def _replace(
        self, connection: sa.Connection, ident: Ident, body: BaseModel, verb: str
    ) -> BaseModel:
        tenant = self.caller.tenant
        check = self._check(connection)
        records = self.entity.records(check, ident, body)
        table = DATA[self.entity.table.name]
        if self.entity.dated:
            delete(connection, table, tenant, **ident)
            insert(connection, table, records)
        else:
            put(connection, table, records)
        self._changed(connection, ident, verb)
        return self.entity.show(ident, records)

    def _changed(self, connection: sa.Connection, ident: Ident, verb: str) -> None:
        if self.entity.shared:
            touch_catalogue(connection, self.caller.tenant)
        action, subject = f"{self.entity.word}.{verb}", "/".join(ident.values())
        whose = tuple(value for name, value in ident.items() if name == "teacher_id")
        deed = audit.Deed(self.caller.key_id, action, subject, self.here.clock(), whose)
        audit.write(connection, self.caller.tenant, deed)
        if verb in self.entity.tells:
            # Of what is about one teacher and something else, that is the subject.
            *teacher, of = ident.values()
            news = changes.News(self.entity.tells[verb], of, *teacher)
            changes.tell(connection, self.caller.tenant, [news], self.here.clock())
