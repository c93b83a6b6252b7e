"""A teacher as he or she will likely be in a year to come, for a list of that year.

A plan weighs every likely stage of a year (:mod:`recommender.ahead`). A list is read by somebody,
reason by reason: it is made for the likeliest stage, and says which, and how likely it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from features.dossiers import Dossier
from features.moments import NEVER
from features.tenure import DAYS_PER_YEAR, tenure_of
from recommender.model import Model
from recommender.planning.horizon import Horizon
from recommender.planning.terms import Period


@dataclass(frozen=True, slots=True, eq=False)
class Foreseen:
    """A teacher in a year to come.

    Parameters
    ----------
    dossier
        With the likeliest stage and title of that year, and its years of service.
    year
        Of the policy in force.
    stage, chance
        Empty and 1 where nothing is known of what is to come.
    """

    dossier: Dossier
    year: Period
    stage: str
    chance: float


def foresee(
    model: Model, dossier: Dossier, horizon: Horizon, year: Period, moment: int
) -> Foreseen:
    """Return a teacher as of a year of a horizon, who is known until a moment.

    Parameters
    ----------
    moment
        UTC microseconds.
    """
    state = dict(dossier.state(moment))
    served = tenure_of(state, moment) if state else None
    begins = max(year.since, horizon.today)
    day = begins + (year.until - begins) / 2
    stage, chance = "", 1.0
    for column, steps in model.steps.items():
        years = float("nan") if served is None else served
        outlook = steps.outlook(state.get(column) or "", years, horizon.today, [day])
        if outlook is not None:
            state[column], likely = outlook.likely(0)
            if column == "career_stage":
                stage, chance = state[column], likely
    ahead = (day - horizon.today).days
    if state.get("employed_on") is not None:
        state["employed_on"] -= dt.timedelta(days=ahead)
    elif served is not None:
        state["years_of_service"] = served + ahead / DAYS_PER_YEAR
    state |= {"valid_from": NEVER, "personalisation": dossier.personal(moment)}
    return Foreseen(replace(dossier, states=(state,)), year, stage, chance)
