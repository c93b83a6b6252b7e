"""JSON cells: what each kind of column may hold in a request, made from its declaration."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from types import GenericAlias, MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StrictBool
from pydantic_core import PydanticCustomError

from features.cells import FIRST_YEAR, ID_PATTERN, LAST_YEAR, LONGEST_ID
from features.codes import REPLACEABLE
from features.declaration import LIST_SEPARATOR, Column, Kind

LONGEST_WORD = 1_000
LONGEST_TEXT = 20_000
LONGEST_LIST = 200
#: Whole numbers that a JSON number carries exactly everywhere.
LARGEST = 2**53 - 1
#: Up to here a float tells hundredths apart.
LARGEST_AMOUNT = 1e12
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def _written(pattern: re.Pattern[str], expected: str) -> BeforeValidator:
    """Let only text of a form pass: pydantic alone would read numbers as times."""

    def check(value: Any) -> Any:
        if isinstance(value, datetime | date):
            return value
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise PydanticCustomError("form", "Input should be {expected}", {"expected": expected})
        return value

    return BeforeValidator(check)


def _in_range(moment: datetime) -> datetime:
    _year_in_range(moment.year)
    return moment.astimezone(UTC)


def _day_in_range(day: date) -> date:
    _year_in_range(day.year)
    return day


def _year_in_range(year: int) -> None:
    # One year inside the range of the tables, so that no offset leads out of it.
    if not FIRST_YEAR < year < LAST_YEAR:
        raise PydanticCustomError(
            "year",
            "Input should have a year from {low} to {high}",
            {"low": FIRST_YEAR + 1, "high": LAST_YEAR - 1},
        )


def _exact(amount: float) -> float:
    if abs(amount - round(amount, 2)) > 1e-9 * max(1.0, abs(amount)):
        raise PydanticCustomError("amount", "Input should have at most two decimals")
    return round(amount, 2)


Id = Annotated[
    str, Field(strict=True, min_length=1, max_length=LONGEST_ID, pattern=f"^(?:{ID_PATTERN})$")
]
#: An instant. RFC 3339 with an offset: a naive time is refused, for a request has no zone.
Instant = Annotated[
    AwareDatetime,
    _written(_RFC3339, "an RFC 3339 time with an offset, such as 2026-03-01T08:30:00+08:00"),
    AfterValidator(_in_range),
]
Day = Annotated[date, _written(_DAY, "a day such as 2026-03-01"), AfterValidator(_day_in_range)]


def _text(longest: int) -> Any:
    return Annotated[str, Field(strict=True, max_length=longest, pattern=r"^[^\x00]*$")]


def _id(column: Column) -> Any:
    return Id


def _category(column: Column) -> Any:
    if column.many:
        item = rf"^[^\x00{LIST_SEPARATOR}]*[^\x00\s{LIST_SEPARATOR}][^\x00{LIST_SEPARATOR}]*$"
        return Annotated[str, Field(strict=True, max_length=LONGEST_WORD, pattern=item)]
    return _text(LONGEST_WORD)


def _free_text(column: Column) -> Any:
    return _text(LONGEST_TEXT)


def _code(column: Column) -> Any:
    # A tenant may have its own words for these: which, only its columns.toml knows.
    return _category(column) if column.codes in REPLACEABLE.values() else Literal[column.codes]


def _number(column: Column) -> Any:
    return Annotated[float, Field(strict=True, allow_inf_nan=False, ge=column.low, le=column.high)]


def _amount(column: Column) -> Any:
    low = -LARGEST_AMOUNT if column.low is None else column.low
    high = LARGEST_AMOUNT if column.high is None else column.high
    number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=low, le=high)]
    return Annotated[number, AfterValidator(_exact)]


def _integer(column: Column) -> Any:
    low = -LARGEST if column.low is None else column.low
    high = LARGEST if column.high is None else column.high
    return Annotated[int, Field(strict=True, ge=low, le=high)]


_CELLS: Mapping[Kind, Callable[[Column], Any]] = MappingProxyType(
    {
        Kind.ID: _id,
        Kind.CODE: _code,
        Kind.CATEGORY: _category,
        Kind.TEXT: _free_text,
        Kind.INTEGER: _integer,
        Kind.NUMBER: _number,
        Kind.AMOUNT: _amount,
        Kind.BOOLEAN: lambda column: StrictBool,
        Kind.TIME: lambda column: Instant,
        Kind.DATE: lambda column: Day,
    }
)


def cell(column: Column) -> Any:
    """Return the annotated type of a column's cells in JSON; lists are lists."""
    one = _CELLS[column.kind](column)
    if not column.many:
        return one
    return Annotated[GenericAlias(list, (one,)), Field(max_length=LONGEST_LIST)]
