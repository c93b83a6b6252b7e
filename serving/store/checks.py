"""What one row must keep beyond the types of its cells, by the rules of ``features``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import pandas as pd
import sqlalchemy as sa

from features.columns import ColumnsFile, FeatureKind
from features.declaration import LIST_SEPARATOR, Column, Table
from features.errors import InvalidData, Problem
from features.moments import local_day
from features.validation import ACYCLIC, FORMS, HAPPENED, ORDERED
from serving.store.records import to_record
from serving.store.rows import find_any, holds
from serving.store.schema import DATA
from serving.store.tenants import Tenant

_FEATURE_TYPES = {
    FeatureKind.CATEGORY: (str, "text"),
    FeatureKind.TEXT: (str, "text"),
    FeatureKind.LIST: (str, "text, its items joined by ;"),
    FeatureKind.NUMBER: (float, "a number"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """What a row is checked against.

    Parameters
    ----------
    connection
        Where the rows are that it refers to.
    tenant
        Whose rows those are, and what its columns mean.
    latest
        The moment after which nothing can have happened.
    known
        ``"table.column"`` -> ids that are known to be there, and are not looked up one by one.
    """

    connection: sa.Connection
    tenant: Tenant
    latest: pd.Timestamp
    known: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))

    def row(self, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row as the store keeps it.

        Parameters
        ----------
        values
            Column -> value as the API takes it, single cells already judged; further columns
            under ``features``.

        Raises
        ------
        InvalidData
            With every fault of the row.
        """
        problems = [
            Problem(table.name, 0, name, "" if got is None else str(got), expected)
            for name, got, expected in self._faults(table, values)
        ]
        if problems:
            raise InvalidData(problems)
        return to_record(table, values, self.tenant.name)

    def _faults(self, table: Table, values: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
        yield from _unknown_words(self.tenant.columns.declared(table), values)
        yield from _wrong_features(table, values.get("features") or {}, self.tenant.columns)
        yield from _wrong_forms(table, values)
        yield from _wrong_order(table, values)
        yield from self._in_the_future(table, values)
        yield from self._dangling(table, values)
        yield from self._circles(table, values)

    def _in_the_future(
        self, table: Table, values: Mapping[str, Any]
    ) -> Iterator[tuple[str, Any, str]]:
        for name in HAPPENED.get(table.name, ()):
            moment = values.get(name)
            if isinstance(moment, dt.datetime):
                if moment > self.latest:
                    yield name, moment.isoformat(), f"a time not after {self.latest.isoformat()}"
            elif isinstance(moment, dt.date):
                today = local_day(self.latest, self.tenant.columns.zone).date()
                if moment > today:
                    yield name, moment.isoformat(), f"a day not after {today.isoformat()}"

    def _dangling(self, table: Table, values: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
        for column in table.columns:
            target, _, key = column.references.partition(".")
            if not target or values.get(column.name) is None:
                continue
            for item in _items(column, values):
                if not self._refers(column, DATA[target], key, item):
                    yield column.name, item, f"an id found in {column.references}"

    def _refers(self, column: Column, target: sa.Table, key: str, item: str) -> bool:
        if item in self.known.get(column.references, ()):
            return True
        if holds(self.connection, target, self.tenant.name, **{key: item}):
            return True
        # As in a folder of tables: an optional reference into a table that is not there is
        # only a word.
        return not column.required and not holds(self.connection, target, self.tenant.name)

    def _circles(self, table: Table, values: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
        if table.name not in ACYCLIC:
            return
        key, links = ACYCLIC[table.name]
        for link in links:
            start = _items(table.column(link), values)
            if values[key] in self._reached(DATA[table.name], start, key, link):
                yield link, values[key], f"ids that do not lead back to this {key}"

    def _reached(self, table: sa.Table, start: list[str], key: str, link: str) -> set[str]:
        reached: set[str] = set()
        ahead = set(start)
        while ahead:
            reached |= ahead
            found = find_any(self.connection, table, self.tenant.name, key, sorted(ahead))
            cells = [row[link] for row in found if row[link]]
            ahead = {item for cell in cells for item in cell.split(LIST_SEPARATOR)} - reached
        return reached


def _items(column: Column, values: Mapping[str, Any]) -> list[str]:
    value = values.get(column.name)
    if value is None:
        return []
    return list(value) if column.many else [value]


def _unknown_words(table: Table, values: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for column in table.columns:
        if column.codes:
            for word in _items(column, values):
                if word not in column.codes:
                    yield column.name, word, f"one of {', '.join(column.codes)}"


def _wrong_features(
    table: Table, features: Mapping[str, Any], columns: ColumnsFile
) -> Iterator[tuple[str, Any, str]]:
    declared = columns.features.get(table.name, {})
    for name, value in features.items():
        if name not in declared:
            names = ", ".join(declared) or "none"
            yield f"features/{name}", value, f"a declared feature ({names})"
        else:
            kind, expected = _FEATURE_TYPES[FeatureKind(declared[name])]
            if not isinstance(value, kind):
                yield f"features/{name}", value, expected


def _wrong_forms(table: Table, values: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for name, (pattern, expected) in FORMS.get(table.name, {}).items():
        cell = LIST_SEPARATOR.join(_items(table.column(name), values))
        if cell and not re.fullmatch(pattern, cell):
            yield name, cell, expected


def _wrong_order(table: Table, values: Mapping[str, Any]) -> Iterator[tuple[str, Any, str]]:
    for first, last in ORDERED.get(table.name, ()):
        early, late = values.get(first), values.get(last)
        if early is not None and late is not None and late < early:
            yield last, late.isoformat(), f"no earlier than {first}"
