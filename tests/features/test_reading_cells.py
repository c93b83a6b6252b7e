"""Cells: what each kind of column takes, and what it refuses."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.cells import LARGEST_NUMBER, list_items, parse
from features.declaration import Column, Kind

ZONE = "Asia/Shanghai"


def read(kind, *cells, **options):
    column = Column("x", kind, "", "", **options)
    return parse(column, pd.Series(cells, dtype="str"), ZONE)


REFUSED = [
    (Kind.ID, " a", {}),
    (Kind.ID, "a\u3000", {}),
    (Kind.ID, "a\0b", {}),
    (Kind.ID, "a\x85b", {}),
    (Kind.ID, "a\n", {}),
    (Kind.ID, "a;b", {}),
    (Kind.ID, "a" * 201, {}),
    (Kind.TEXT, "a\0b", {}),
    (Kind.CATEGORY, "\0", {}),
    (Kind.CODE, "A", {"codes": ("a",)}),
    (Kind.CODE, "a;z", {"codes": ("a",), "many": True}),
    (Kind.ID, "a;b\0", {"many": True}),
    (Kind.NUMBER, "nan", {}),
    (Kind.NUMBER, "NaN", {}),
    (Kind.NUMBER, "inf", {}),
    (Kind.NUMBER, "-Infinity", {}),
    (Kind.NUMBER, "1e999", {}),
    (Kind.NUMBER, "-1e16", {}),
    (Kind.NUMBER, "1,000", {}),
    (Kind.NUMBER, "0x10", {}),
    (Kind.NUMBER, "１", {}),
    (Kind.NUMBER, "11", {"low": 0, "high": 10}),
    (Kind.NUMBER, "-0.1", {"low": 0}),
    (Kind.INTEGER, "1.5", {}),
    (Kind.INTEGER, "1e3", {}),
    (Kind.INTEGER, "0", {"low": 1}),
    (Kind.INTEGER, "9" * 30, {}),
    (Kind.AMOUNT, "0.333", {}),
    (Kind.AMOUNT, "nan", {}),
    (Kind.AMOUNT, "-1", {"low": 0}),
    (Kind.AMOUNT, "1e308", {}),
    (Kind.BOOLEAN, "maybe", {}),
    (Kind.BOOLEAN, "2", {}),
    (Kind.TIME, "20240301", {}),
    (Kind.TIME, "01/03/2024", {}),
    (Kind.TIME, "2024-02-30", {}),
    (Kind.TIME, "2024-03-01T24:30", {}),
    (Kind.TIME, "2024-03-01T08:00+99:00", {}),
    (Kind.TIME, "1709251200", {}),
    (Kind.TIME, "0001-01-01T00:00", {}),
    (Kind.TIME, "9999-12-31T23:59:59Z", {}),
    (Kind.TIME, "1986-05-04T02:30", {}),  # clocks in China went forward from 2:00 to 3:00
    (Kind.TIME, "1991-09-15T01:30", {}),  # and back from 2:00 to 1:00
    (Kind.DATE, "2023-02-29", {}),
    (Kind.DATE, "2024-03-01T08:00", {}),
    (Kind.DATE, "1899-12-31", {}),
]


@pytest.mark.parametrize(("kind", "cell", "options"), REFUSED)
def test_a_cell_that_breaks_its_kind_is_one_fault_and_reads_as_missing(kind, cell, options):
    values, faults = read(kind, cell, None, **options)
    assert [fault.rows.tolist() for fault in faults] == [[0]]
    assert values.isna().all()


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_cell_of_a_required_column_is_a_fault(kind):
    _, (fault,) = read(kind, None, required=True, codes=("a",))
    assert fault.expected == "a value"


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (Kind.ID, "007", "007"),
        (Kind.ID, "𠀀 b", "𠀀 b"),
        (Kind.TEXT, " =SUM(A1) ", " =SUM(A1) "),
        (Kind.NUMBER, " -1.5e3 ", -1500.0),
        (Kind.NUMBER, ".5", 0.5),
        (Kind.INTEGER, "12.0", 12),
        (Kind.AMOUNT, "0.30000000000000004", 0.3),
        (Kind.BOOLEAN, "TRUE", True),
        (Kind.BOOLEAN, "否", False),
        (Kind.TIME, "2024-03-01", pd.Timestamp("2024-02-29T16:00Z")),
        (Kind.TIME, "2024-03-01 08:30", pd.Timestamp("2024-03-01T00:30Z")),
        (Kind.TIME, "2024-03-01T08:30:00.25-05:00", pd.Timestamp("2024-03-01T13:30:00.25Z")),
        (Kind.TIME, "1991-09-15T01:30+09:00", pd.Timestamp("1991-09-14T16:30Z")),
        (Kind.DATE, "2024-02-29", pd.Timestamp("2024-02-29")),
        (Kind.DATE, "2024-02-29 00:00:00", pd.Timestamp("2024-02-29")),
    ],
)
def test_a_cell_means_what_its_kind_says(kind, cell, value):
    values, faults = read(kind, cell)
    assert (values.tolist(), faults) == ([value], [])


def test_items_of_a_list_lose_outer_white_space_and_empty_items_go():
    values, _ = read(Kind.CATEGORY, " 语文 ;数学;; ", "; ;", many=True)
    assert values.fillna("missing").tolist() == ["语文;数学", "missing"]


def test_a_column_of_no_cells_has_its_type():
    assert str(read(Kind.TIME)[0].dtype) == "datetime64[us, UTC]"


@given(st.lists(st.floats(-LARGEST_NUMBER, LARGEST_NUMBER)))
def test_every_number_reads_back_exactly(numbers):
    assert read(Kind.NUMBER, *map(repr, numbers))[0].tolist() == numbers


@given(st.lists(st.sampled_from(["a", "z", "b", None]), max_size=20))
def test_rows_at_fault_are_those_a_loop_would_find(cells):
    _, faults = read(Kind.CODE, *cells, codes=("a", "b"))
    assert [row for fault in faults for row in fault.rows] == [
        row for row, cell in enumerate(cells) if cell == "z"
    ]


def test_list_items_keep_the_row_they_came_from():
    items = list_items(pd.Series(["a;b", None, "c"], index=[3, 4, 5], dtype="str"))
    assert list(items.items()) == [(3, "a"), (3, "b"), (5, "c")]
