"""Cells: one column of text becomes typed values, and what cannot becomes faults.

Each distinct cell is judged once, so that a million rows cost what their vocabulary costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.dataset import dtype_of
from features.declaration import LIST_SEPARATOR, Column, Kind
from features.faults import Fault

LONGEST_ID = 200
#: The white space that may stand around the items of a list.
_SPACES = " \t\r\n\f\v\u3000"
#: Text without control characters, ``;``, or white space at either end; means the same to
#: Python, RE2 and Rust.
_INNER = r"\x00-\x1f\x7f-\x9f;"
_OUTER = _INNER + " \u00a0\u3000"
ID_PATTERN = rf"[^{_OUTER}](?:[^{_INNER}]*[^{_OUTER}])?"
#: Larger numbers are slips; up to here even squares fit the models' 32-bit floats.
LARGEST_NUMBER = 1e15
NUMBER_PATTERN = r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
INTEGER_PATTERN = r"-?[0-9]{1,15}(?:\.0*)?"
DATE_PATTERN = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
CLOCK_PATTERN = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
OFFSET_PATTERN = r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)"
TIME_PATTERN = rf"{DATE_PATTERN}(?:[T ]{CLOCK_PATTERN}{OFFSET_PATTERN}?)?"
MIDNIGHT_PATTERN = r"[T ]00:00(?::00(?:\.0+)?)?$"
SEPARATOR_PATTERN = rf"[{_SPACES}]*{LIST_SEPARATOR}[{_SPACES}{LIST_SEPARATOR}]*"
BOOLEANS = MappingProxyType(
    {"true": True, "1": True, "yes": True, "是": True}
    | {"false": False, "0": False, "no": False, "否": False}
)
FIRST_YEAR, LAST_YEAR = 1900, 2199


#: What is expected of cells, and for each whether it is so.
Rule = tuple[str, pd.Series]
Rules = tuple[Rule, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What distinct cells mean: typed values, and for each rule a mask of those that break it.

    Parameters
    ----------
    values
        Typed as ``features.dataset.dtype_of`` says, missing where a cell means nothing.
    broken
        What was expected, and the mask of the cells that are not so, shape (n_cells,).
    """

    values: pd.Series
    broken: tuple[tuple[str, NDArray[np.bool_]], ...] = ()


def parse(column: Column, text: pd.Series, zone: str) -> tuple[pd.Series, list[Fault]]:
    """Turn one column of text into typed values and faults.

    Parameters
    ----------
    text
        Cells as written, the empty one missing; indexed by row.
    zone
        IANA name of the zone of times that carry none.

    Returns
    -------
    tuple
        Values with the index of ``text``, missing where a cell is faulty; and the faults.

    Examples
    --------
    >>> hours = Column("hours", Kind.AMOUNT, "", "", low=0)
    >>> values, faults = parse(hours, pd.Series(["1.5", "-1", "x"], dtype="str"), "UTC")
    >>> values.tolist()
    [1.5, nan, nan]
    >>> [(fault.rows.tolist(), fault.expected) for fault in faults]
    [([2], 'a finite number, at most 1e+15 either way'), ([1], '0 or more')]
    """
    which, distinct = pd.factorize(text)
    reader = _read_list if column.many else READERS[column.kind]
    verdict = reader(pd.Series(distinct, dtype="str"), column, zone)
    values = verdict.values.array.take(which, allow_fill=True)
    faults = list(_missing(column, text))
    for expected, broken in verdict.broken:
        if broken.any():
            # The sentinel -1 of a missing cell finds the False put at the end.
            faults.append(Fault(column.name, text.index[np.append(broken, False)[which]], expected))
    return pd.Series(values, index=text.index, dtype=dtype_of(column)), faults


def _missing(column: Column, text: pd.Series) -> Iterator[Fault]:
    if column.required:
        yield from Fault.where(text.isna().rename(column.name), "a value")


def _keep(values: pd.Series, *rules: Rule) -> Verdict:
    """Make a verdict from rules that say which cells are right; a cell breaks the first alone."""
    right = np.ones(len(values), dtype=bool)
    broken = []
    for expected, holds in rules:
        held = holds.to_numpy(dtype=bool, na_value=False)
        broken.append((expected, right & ~held))
        right &= held
    return Verdict(values.where(right), tuple(broken))


def _text_rules(cells: pd.Series, column: Column) -> Rules:
    # A NUL ends a string in many a program and has no place in PostgreSQL.
    return (("text without a NUL character", ~cells.str.contains("\0", regex=False)),)


def _id_rules(cells: pd.Series, column: Column) -> Rules:
    return (
        (f"an id of 1 to {LONGEST_ID} characters", cells.str.len() <= LONGEST_ID),
        (
            "an id without ';', control characters or white space at its ends",
            cells.str.fullmatch(ID_PATTERN),
        ),
    )


def _code_rules(cells: pd.Series, column: Column) -> Rules:
    return ((f"one of {', '.join(column.codes)}", cells.isin(column.codes)),)


WORD_RULES: Mapping[Kind, Callable[[pd.Series, Column], Rules]] = MappingProxyType(
    {
        Kind.ID: _id_rules,
        Kind.CODE: _code_rules,
        Kind.CATEGORY: _text_rules,
        Kind.TEXT: _text_rules,
    }
)


def _read_word(cells: pd.Series, column: Column, zone: str) -> Verdict:
    return _keep(cells, *WORD_RULES[column.kind](cells, column))


def _read_list(cells: pd.Series, column: Column, zone: str) -> Verdict:
    """Read lists: items lose the white space around them, empty items are dropped."""
    joined = cells.str.replace(SEPARATOR_PATTERN, LIST_SEPARATOR, regex=True)
    joined = joined.str.strip(LIST_SEPARATOR + _SPACES)
    items = list_items(joined)
    rules = [
        (f"a list, each item {expected}", _of_all(holds, cells.index))
        for expected, holds in WORD_RULES[column.kind](items, column)
    ]
    return _keep(joined.mask(joined == ""), *rules)


def _of_all(holds: pd.Series, index: pd.Index) -> pd.Series:
    """Say for each cell whether its rule holds of all its items."""
    return holds.astype(bool).groupby(level=0).all().reindex(index, fill_value=True)


def list_items(cells: pd.Series) -> pd.Series:
    """Return the items of list cells, one row each under its cell's index; none for a missing.

    >>> list_items(pd.Series(["a;b", None], dtype="str")).tolist()
    ['a', 'b']
    """
    filled = cells[cells.notna() & cells.ne("")]
    return filled.str.split(LIST_SEPARATOR).explode().astype("str")


def _numbers(text: pd.Series, pattern: str) -> pd.Series:
    """Return exact floats of the cells that match, NaN for others."""
    plain = text.where(text.str.fullmatch(pattern))
    return pc.cast(pa.array(plain, pa.string()), pa.float64()).to_pandas().astype("float64")


def _range_rule(values: pd.Series, column: Column) -> Rule:
    low = -np.inf if column.low is None else column.low
    high = np.inf if column.high is None else column.high
    return range_text(column), values.between(low, high)


def range_text(column: Column) -> str:
    """Say a column's range in words; empty if it has none.

    >>> range_text(Column("level", Kind.NUMBER, "", "", low=0, high=10))
    'from 0 to 10'
    """
    if column.low is None:
        return "" if column.high is None else f"at most {column.high:g}"
    if column.high is None:
        return f"{column.low:g} or more"
    return f"from {column.low:g} to {column.high:g}"


def _read_number(cells: pd.Series, column: Column, zone: str) -> Verdict:
    values = _numbers(cells.str.strip(), NUMBER_PATTERN)
    bounded = values.abs() <= LARGEST_NUMBER
    expected = f"a finite number, at most {LARGEST_NUMBER:g} either way"
    return _keep(values, (expected, bounded), _range_rule(values, column))


def _read_amount(cells: pd.Series, column: Column, zone: str) -> Verdict:
    number = _read_number(cells, column, zone)
    # Binary fractions: 0.1 + 0.2 is meant to be 0.3.
    rounded = number.values.round(2)
    exact = (number.values - rounded).abs() <= 1e-9 * rounded.abs().clip(lower=1)
    whole = _keep(rounded, ("at most two decimals", exact | number.values.isna()))
    return Verdict(whole.values, number.broken + whole.broken)


def _read_integer(cells: pd.Series, column: Column, zone: str) -> Verdict:
    values = _numbers(cells.str.strip(), INTEGER_PATTERN)
    verdict = _keep(values, ("a whole number", values.notna()), _range_rule(values, column))
    return Verdict(verdict.values.astype("Int64"), verdict.broken)


def _read_boolean(cells: pd.Series, column: Column, zone: str) -> Verdict:
    values = cells.str.strip().str.lower().map(BOOLEANS).astype("boolean")
    return _keep(values, ("true or false (also 1, 0, yes, no, 是, 否)", values.notna()))


def _read_time(cells: pd.Series, column: Column, zone: str) -> Verdict:
    text = cells.str.strip()
    text = text.where(text.str.fullmatch(TIME_PATTERN))
    aware = text.str.contains(rf":.*{OFFSET_PATTERN}$").to_numpy(dtype=bool, na_value=False)
    exact = pd.to_datetime(text.where(aware), format="ISO8601", utc=True, errors="coerce")
    local = pd.to_datetime(text.where(~aware), format="ISO8601", errors="coerce")
    # A clock put back or forward makes some local times happen twice or never.
    placed = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    values = _utc(exact).fillna(_utc(placed))
    return _keep(
        values,
        ("an ISO 8601 time such as 2024-03-01T08:30:00+08:00", exact.notna() | local.notna()),
        (f"a time that the clocks of {zone} show once; add its offset", values.notna()),
        _year_rule(values),
    )


def _utc(times: pd.Series) -> pd.Series:
    return times.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def _read_date(cells: pd.Series, column: Column, zone: str) -> Verdict:
    day = cells.str.strip().str.replace(MIDNIGHT_PATTERN, "", regex=True)
    day = day.where(day.str.fullmatch(DATE_PATTERN))
    values = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    return _keep(
        values, ("an ISO 8601 date such as 2024-03-01", values.notna()), _year_rule(values)
    )


def _year_rule(values: pd.Series) -> Rule:
    return (
        f"a year from {FIRST_YEAR} to {LAST_YEAR}",
        values.dt.year.between(FIRST_YEAR, LAST_YEAR),
    )


#: How the distinct cells of each kind of column are read.
READERS: Mapping[Kind, Callable[[pd.Series, Column, str], Verdict]] = MappingProxyType(
    {
        Kind.ID: _read_word,
        Kind.CODE: _read_word,
        Kind.CATEGORY: _read_word,
        Kind.TEXT: _read_word,
        Kind.INTEGER: _read_integer,
        Kind.NUMBER: _read_number,
        Kind.AMOUNT: _read_amount,
        Kind.BOOLEAN: _read_boolean,
        Kind.TIME: _read_time,
        Kind.DATE: _read_date,
    }
)
