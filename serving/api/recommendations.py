"""Recommendations: computed from what is stored at the moment of asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import pandas as pd
from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool

from recommender.advise import Recommendation
from serving.advising import Window
from serving.api.answers import Item, Recommendations
from serving.api.cells import Instant
from serving.api.context import Here, Platform, Service, TeacherId
from serving.lists import Ask
from serving.models import Loaded

LONGEST_LIST = 200
JSON = "application/json"
#: Stands where the id of each showing of a prepared list goes.
MARK, _MARK_IN_JSON = "\x00", b"\\u0000"
router = APIRouter(tags=["recommendations"])


@router.get(
    "/teachers/{teacher_id}/recommendations",
    response_model=Recommendations,
    responses={503: {"description": "no model"}},
)
async def get_recommendations(
    teacher_id: TeacherId,
    here: Here,
    caller: Platform,
    k: Annotated[int, Query(ge=1, le=LONGEST_LIST, description="length of the list")] = 10,
    as_of: Annotated[
        Instant | None, Query(description="nothing dated at or after it is seen; now if left out")
    ] = None,
    explain: Annotated[bool, Query(description="whether reasons are given")] = True,
) -> Response:
    """Return the teacher's best eligible courses, with reasons and open offerings.

    What is shown now is remembered under the recommendation's id, each course with the chance
    it was shown with: some places explore. A list as of a moment is a question, shown to nobody:
    it explores nothing, is not remembered and has no id.
    """
    loaded, now = here.models.current(), here.clock()
    ask = Ask(caller.tenant, teacher_id, k, explain)
    if as_of is not None:
        return await run_in_threadpool(_as_of, here, ask, loaded, pd.Timestamp(as_of))
    found = await here.lists.now(ask, loaded, now)
    if not found.prepared:
        answer = _told(ask, loaded, found.as_of, found.items, MARK)
        # The id comes first, so that nothing that is told can be taken for it.
        found.prepared.extend(answer.model_dump_json().encode().split(_MARK_IN_JSON, 1))
    here.metrics.listed(loaded.model.hybrid.name, degraded=False)
    named = here.impressions.show(ask, found.items, loaded.version, now)
    return Response(named.encode().join(found.prepared), media_type=JSON)


def _as_of(here: Service, ask: Ask, loaded: Loaded, moment: pd.Timestamp) -> Response:
    with here.store.reading() as connection:
        window = Window(connection, ask.tenant, here.shelves, loaded, here.clock(), here.skew)
        view = window.view(ask.teacher_id, moment)
    here.metrics.listed(loaded.model.hybrid.name, degraded=False)
    told = _told(ask, loaded, view.as_of, view.recommend(ask.k, explain=ask.explain), None)
    return Response(told.model_dump_json(), media_type=JSON)


def _told(
    ask: Ask,
    loaded: Loaded,
    as_of: pd.Timestamp,
    items: Sequence[Recommendation],
    recommendation_id: str | None,
) -> Recommendations:
    return Recommendations(
        recommendation_id=recommendation_id,
        teacher_id=ask.teacher_id,
        as_of=as_of.to_pydatetime(),
        model_version=loaded.version,
        source=loaded.model.hybrid.name,
        degraded=False,
        items=[_item(each) for each in items],
    )


def _item(found: Recommendation) -> Item:
    values = asdict(found)
    values["title_zh"], values["title_en"] = values.pop("title")
    return Item.model_validate(values)
