"""The rules of days: no two places at once, none on closed days, and not too many away.

Like those of :mod:`recommender.planning.constraints` they know no policy. What is fixed, because
a whole school does it, keeps others out and is itself never kept out.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from recommender.planning.constraints import Grid
from recommender.planning.days import Span, Stretch
from recommender.planning.draft import Draft, Label

#: Days away are in hundredths of a day.
AWAY_STEPS = 100


def clashes(draft: Draft, stretches: Sequence[tuple[Stretch, ...]], grid: Grid) -> None:
    """Let a teacher be in one place at a time: a row for each largest set that shares a day."""
    found = sorted(_together(stretches), key=lambda pair: -len(pair[1]))
    kept: list[frozenset[int]] = []
    for day, columns in found:
        if len(columns) < 2 or any(columns <= other for other in kept):
            continue
        kept.append(columns)
        options = sorted(columns)
        most = grid.most_of(options)
        draft.row(Label("clash", "", str(day)), options, np.ones(len(options)), upper=most)


def _together(stretches: Iterable[tuple[Stretch, ...]]) -> list[tuple[dt.date, frozenset[int]]]:
    """Sweep over the days; return the sets of options that need presence where one is about to end.

    A set that shares a day is part of one of these: it was there before its first one ended.
    """
    changes = sorted(
        (day, begins, option)
        for option, own in enumerate(stretches)
        if own
        for each in own
        if each.presence == "every"
        for day, begins in ((each.since, True), (each.until, False))
    )
    present: Counter[int] = Counter()
    found, last, grown = [], dt.date.min, False
    for day, begins, option in changes:
        if begins:
            present[option] += 1
            last, grown = day, True
            continue
        if grown:
            found.append((last, frozenset(+present)))
        present[option] -= 1
        grown = False
    return found


def closed(
    draft: Draft,
    stretches: Sequence[tuple[Stretch, ...]],
    grid: Grid,
    spans: Sequence[tuple[Label, Span]],
) -> None:
    """Keep presence off some days: a row for each span, of the options that surely fall in it.

    The spans do not overlap.
    """
    days = [span for _, span in spans]
    inside: list[list[int]] = [[] for _ in spans]
    # What is only expected shares its days with all else of that term.
    met = {
        id(own): {number for each in own for number in each.surely_on(days)}
        for own in {id(own): own for own in stretches}.values()
    }
    for option in np.flatnonzero(~grid.held).tolist():
        for number in met[id(stretches[option])]:
            inside[number].append(option)
    for (label, _), options in zip(spans, inside, strict=True):
        if options:
            draft.row(label, options, np.ones(len(options)), upper=0)


def steps_away(stated: Decimal | None, stretches: Sequence[Stretch]) -> int:
    """Return days away from school in hundredths: as stated, else the days of presence."""
    if stated is not None:
        return round(AWAY_STEPS * stated)
    return AWAY_STEPS * sum(each.days for each in stretches if each.presence == "every")


def days_away(
    draft: Draft,
    grid: Grid,
    spans: Sequence[tuple[str, NDArray[np.bool_]]],
    most: int,
) -> None:
    """Keep the days away of each span at or below a limit, in hundredths of a day.

    ``grid`` has days away in the place of loads; ``spans`` holds a key and a mask of terms. What
    is fixed is borne whatever the limit.
    """
    for key, terms in spans:
        away = grid.load_in(terms)
        options = np.flatnonzero(away)
        if len(options):
            limit = max(most, int(away[grid.held].sum()))
            draft.row(Label("away", "", key), options, away[options], upper=limit)
