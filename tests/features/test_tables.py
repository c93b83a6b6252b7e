"""The declarations agree with themselves and with the rules made for them."""

from __future__ import annotations

import pandas as pd
import pytest

from features.cells import parse
from features.dataset import Dataset, empty_frame
from features.declaration import Column, Kind
from features.tables import BY_NAME, TABLES
from features.validation import ACYCLIC, FORMS, HAPPENED, ORDERED

COLUMNS = [(table, column) for table in TABLES for column in table.columns]


def name_of(value):
    return value.name


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=name_of)
def test_a_reference_leads_to_the_key_of_a_table(table, column):
    if column.references:
        target, _, name = column.references.partition(".")
        assert BY_NAME[target].key[0] == name
        assert BY_NAME[target].column(name).required
        assert column.kind is Kind.ID


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=name_of)
def test_a_default_is_a_cell_that_its_own_column_takes(table, column):
    cells = pd.Series([column.default] if column.default else [], dtype="str")
    assert parse(column, cells, "UTC")[1] == []


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=name_of)
def test_a_column_has_codes_if_and_only_if_it_is_one_of_codes(table, column):
    assert bool(column.codes) == (column.kind is Kind.CODE)


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_a_table_names_each_column_once_and_its_key_among_them(table):
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_only_valid_from_and_the_event_id_may_be_empty_in_a_key(table):
    optional = {name for name in table.key if not table.column(name).required}
    assert optional <= {"valid_from", "event_id"}


@pytest.mark.parametrize("table", TABLES, ids=name_of)
def test_the_column_that_says_since_when_is_a_time(table):
    assert not table.appears or table.column(table.appears).kind is Kind.TIME


def test_every_rule_speaks_of_columns_that_are_declared():
    spoken_of = [
        *((table, name) for table, names in HAPPENED.items() for name in names),
        *((table, name) for table, pairs in ORDERED.items() for pair in pairs for name in pair),
        *((table, name) for table, forms in FORMS.items() for name in forms),
        *((table, name) for table, (key, links) in ACYCLIC.items() for name in (key, *links)),
    ]
    for table, name in spoken_of:
        assert isinstance(BY_NAME[table].column(name), Column)


def test_every_table_but_three_may_be_missing():
    assert [table.name for table in TABLES if table.required] == ["teachers", "courses", "events"]


def test_a_table_without_rows_is_the_same_data_set_as_none():
    required = {table.name: empty_frame(table) for table in TABLES if table.required}
    every = {table.name: empty_frame(table) for table in TABLES}
    assert Dataset.of(required).content_hash == Dataset.of(every).content_hash
