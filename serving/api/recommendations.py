"""Recommendations: computed from what is stored at the moment of asking."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import pandas as pd
from fastapi import APIRouter, Query

from recommender.advise import Recommendation
from serving.advising import Window, log_impressions
from serving.api.answers import Item, Recommendations
from serving.api.cells import Instant
from serving.api.context import Here, Platform, TeacherId

LONGEST_LIST = 200
router = APIRouter(tags=["recommendations"])


@router.get("/teachers/{teacher_id}/recommendations", responses={503: {"description": "no model"}})
def get_recommendations(
    teacher_id: TeacherId,
    here: Here,
    caller: Platform,
    k: Annotated[int, Query(ge=1, le=LONGEST_LIST, description="length of the list")] = 10,
    as_of: Annotated[
        Instant | None, Query(description="nothing dated at or after it is seen; now if left out")
    ] = None,
    explain: Annotated[bool, Query(description="whether reasons are given")] = True,
) -> Recommendations:
    """Return the teacher's best eligible courses, with reasons and open offerings.

    What is shown now is remembered under the recommendation's id, each course with the chance
    it was shown with: some places explore. A list as of a moment is a question, shown to nobody:
    it explores nothing, is not remembered and has no id.
    """
    loaded, now = here.models.current(), here.clock()
    moment = None if as_of is None else pd.Timestamp(as_of)
    with here.store.reading() as connection:
        window = Window(connection, caller.tenant, here.shelves, loaded, now, here.skew)
        view = window.view(teacher_id, moment)
    recommendation_id = None
    if as_of is not None:
        found = view.recommend(k, explain=explain)
    else:
        luck = here.trying.luck(caller.tenant, view.dataset, loaded.version, now)
        found = view.recommend(k, explain=explain, explore=here.trying.share, rng=luck)
        with here.store.writing() as connection:
            recommendation_id = log_impressions(connection, caller.tenant, view, found, now)
    here.metrics.listed(loaded.model.hybrid.name, degraded=False)
    return Recommendations(
        recommendation_id=recommendation_id,
        teacher_id=teacher_id,
        as_of=view.as_of.to_pydatetime(),
        model_version=loaded.version,
        source=loaded.model.hybrid.name,
        degraded=False,
        items=[_item(each) for each in found],
    )


def _item(found: Recommendation) -> Item:
    values = asdict(found)
    values["title_zh"], values["title_en"] = values.pop("title")
    return Item.model_validate(values)
