"""What must hold between cells: keys, references, order in time, no going round in circles.

Single cells are judged in ``features.cells``; here whole rows and tables are. Each rule is one
function from a :class:`Draft` and a table to the faults of that table; ``RULES`` lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from features.cells import list_items
from features.declaration import Kind, Table
from features.faults import Fault

#: What has happened, and so cannot lie in the future. Facts with ``valid_from``, offerings and
#: publication may: a move next September is known today, and *as of* hides it until then.
HAPPENED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "enrolments": ("decided_at",),
        "events": ("occurred_at", "recorded_at"),
        "impressions": ("shown_at",),
        "credits": ("earned_on", "recorded_at"),
        "evaluations": ("given_on",),
        "diagnoses": ("diagnosed_at",),
    }
)

#: Table -> pairs of columns of which the second is not before the first.
ORDERED: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "organisations": (("accredited_from", "accredited_until"),),
        "courses": (("available_from", "available_until"),),
        "offerings": (("apply_from", "apply_until"), ("starts_on", "ends_on")),
        "offering_stages": (("starts_on", "ends_on"),),
    }
)

_MEASURED = r"[^;:]+(?::(?:10|[0-9](?:\.[0-9]+)?))?"
#: Table -> column -> the form of its cells and the words for it.
FORMS: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "courses": {
            "repeatable": (
                r"(?:never|yearly|[1-9][0-9]{0,2})",
                "never, yearly, or a number of months from 1 to 999",
            ),
            "competencies": (
                f"{_MEASURED}(?:;{_MEASURED})*",
                "a list of code:level with levels from 0 to 10, or of codes alone",
            ),
        }
    }
)

#: Table -> the id, and the column that leads from it to others; following it must end.
ACYCLIC: Mapping[str, tuple[str, tuple[str, ...]]] = MappingProxyType(
    {
        "courses": ("course_id", ("prerequisites", "contains")),
        "organisations": ("organisation_id", ("parent_id",)),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """Tables whose cells are typed but whose rows are not yet trusted.

    Parameters
    ----------
    tables
        The declarations, with the data set's own word lists and further columns.
    frames
        Name -> typed frame of the declared columns that are there, indexed by data row.
    broken
        Tables that could not be read: what refers to them cannot be judged.
    zone
        IANA name of the zone in which days begin.
    """

    tables: Mapping[str, Table]
    frames: Mapping[str, pd.DataFrame]
    broken: frozenset[str]
    zone: str


def faults_between(draft: Draft, now: pd.Timestamp) -> dict[str, list[Fault]]:
    """Return table -> the faults that its cells have together; tables without faults left out.

    Parameters
    ----------
    now
        The moment after which nothing can have happened.
    """
    found = {
        name: [fault for rule in RULES for fault in rule(draft, draft.tables[name], now)]
        for name in draft.frames
    }
    return {name: faults for name, faults in found.items() if faults}


def _repeated_keys(draft: Draft, table: Table, now: pd.Timestamp) -> Iterator[Fault]:
    frame = draft.frames[table.name]
    key = [name for name in table.key if name in frame]
    if not key:
        return
    # A faulty cell is missing here and names nothing; only valid_from may be empty in a key.
    named = frame.dropna(subset=[name for name in key if name != "valid_from"])
    named = named[named.duplicated(key, keep=False)]
    if table.name == "events":
        named = named[~named.duplicated()]
    repeated = named.duplicated(key).rename(key[0])
    others = f" with the same {' and '.join(key[1:])}" if len(key) > 1 else ""
    yield from Fault.where(repeated, f"an id that no row above has{others}")


def _dangling(draft: Draft, table: Table, now: pd.Timestamp) -> Iterator[Fault]:
    frame = draft.frames[table.name]
    for column in table.columns:
        target, _, key = column.references.partition(".")
        if not target or column.name not in frame or target in draft.broken:
            continue
        if target not in draft.frames:
            # An optional reference to a table that the data set lacks is only a word.
            if column.required:
                yield from Fault.where(
                    frame[column.name].notna(), f"a table {target} that this id refers to"
                )
            continue
        cells = frame[column.name].dropna()
        items = list_items(cells) if column.many else cells
        lost = items[~items.isin(draft.frames[target][key])]
        if len(lost):
            first = lost[~lost.index.duplicated()]
            yield Fault(column.name, first.index, f"an id found in {column.references}", first)


def _wrong_order(draft: Draft, table: Table, now: pd.Timestamp) -> Iterator[Fault]:
    frame = draft.frames[table.name]
    for first, last in ORDERED.get(table.name, ()):
        if first in frame and last in frame:
            early = (frame[last] < frame[first]).rename(last)
            yield from Fault.where(early, f"no earlier than {first}")


def _in_the_future(draft: Draft, table: Table, now: pd.Timestamp) -> Iterator[Fault]:
    frame = draft.frames[table.name]
    today = now.tz_convert(draft.zone).tz_localize(None)
    for name in HAPPENED.get(table.name, ()):
        if name in frame:
            is_day = table.column(name).kind is Kind.DATE
            yield from Fault.where(
                frame[name] > (today if is_day else now),
                f"a {'day' if is_day else 'time'} that has come "
                f"(now is {now.tz_convert(draft.zone).isoformat(timespec='seconds')})",
            )


def _wrong_form(draft: Draft, table: Table, now: pd.Timestamp) -> Iterator[Fault]:
    frame = draft.frames[table.name]
    for name, (pattern, expected) in FORMS.get(table.name, {}).items():
        if name in frame:
            cells = frame[name].dropna()
            yield from Fault.where(~cells.str.fullmatch(pattern), expected)


def _circles(draft: Draft, table: Table, now: pd.Timestamp) -> Iterator[Fault]:
    frame = draft.frames[table.name]
    key, links = ACYCLIC.get(table.name, ("", ()))
    for link in links:
        if key in frame and link in frame:
            circling = _circling(frame, key, link).rename(link)
            yield from Fault.where(circling, f"ids that do not lead back to this {key}")


def _circling(frame: pd.DataFrame, key: str, link: str) -> pd.Series:
    """Say which rows lie on a circle at some moment; dated rows are judged state by state."""
    guilty = frame.index[_on_circle(frame, key, link)]
    if "valid_from" in frame and len(guilty):
        # Links of different times only seem to close a circle: look at each moment.
        states = frame[frame[key].isin(frame.loc[guilty, key])]
        states = states.sort_values("valid_from", kind="stable", na_position="first")
        since, guilty = states["valid_from"], pd.Index([])
        for moment in since.unique():
            held = states[since.isna() | (since <= moment)].drop_duplicates(key, keep="last")
            guilty = guilty.union(held.index[_on_circle(held, key, link)])
    return pd.Series(frame.index.isin(guilty), index=frame.index)


def _on_circle(frame: pd.DataFrame, key: str, link: str) -> NDArray[np.bool_]:
    """Say which rows have a link inside a strongly connected part; shape (n_rows,)."""
    items = list_items(frame[link])
    start = frame.loc[items.index, key].to_numpy(dtype=object)
    numbers, _ = pd.factorize(np.concatenate([start, items.to_numpy(dtype=object)]))
    source, target = np.split(numbers, 2)
    size = int(numbers.max(initial=-1)) + 1
    graph = coo_array((np.ones(len(source)), (source, target)), shape=(size, size))
    _, part = connected_components(graph, connection="strong") if size else (0, numbers)
    inside = (part[source] == part[target]) & (source >= 0)
    return frame.index.isin(items.index[inside])


#: Every rule, in the order in which faults are told.
RULES: tuple[Callable[[Draft, Table, pd.Timestamp], Iterator[Fault]], ...] = (
    _repeated_keys,
    _dangling,
    _wrong_form,
    _wrong_order,
    _in_the_future,
    _circles,
)
