"""What the days of offerings ask of a plan, rule by rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from recommender.planning import presence
from recommender.planning.closed_days import Closed, some_day
from recommender.planning.constraints import Grid
from recommender.planning.days import Stretch
from recommender.planning.draft import Draft
from recommender.planning.horizon import Horizon
from recommender.planning.load import over_terms


@dataclass(frozen=True, slots=True)
class Dates:
    """What is known of the days of each option.

    Parameters
    ----------
    stretches
        Its days; empty where it is only expected.
    modes
        Its mode; empty where that is not known.
    away
        Days away from school as stated.
    """

    stretches: Sequence[tuple[Stretch, ...]]
    modes: Sequence[str]
    away: Sequence[Decimal | None]


def draft_days(
    draft: Draft,
    grid: Grid,
    dates: Dates,
    horizon: Horizon,
    *,
    closed: Sequence[Closed],
    days_away: Decimal | None,
) -> None:
    """Draft one place at a time, closed days, and the most days away in a year.

    What is only expected needs, if anything, some day of its term.
    """
    presence.clashes(draft, dates.stretches, grid)
    if closed:
        places = list(zip(grid.term.tolist(), dates.modes, strict=True))
        terms = {place: some_day(horizon, *place) for place in set(places)}
        likely = [days or terms[place] for days, place in zip(dates.stretches, places, strict=True)]
        for rule in closed:
            presence.closed(draft, likely, grid, rule)
    if days_away is not None:
        steps = map(presence.steps_away, dates.away, dates.stretches)
        away = np.fromiter(steps, dtype=np.int64, count=len(grid.term))
        spread = over_terms(away, dates.stretches, horizon, grid.term)
        taken = replace(grid, load=away, spread=spread)
        most = int(presence.AWAY_STEPS * days_away)
        presence.days_away(draft, taken, horizon.terms_by_year, most)
