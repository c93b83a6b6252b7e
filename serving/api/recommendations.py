"""Recommendations: computed from what is stored at the moment of asking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from recommender.advise import Recommendation
from recommender.foreseen import Foreseen
from recommender.scorers.hybrid import Hybrid
from serving.advising import Window
from serving.api.answers import Item, Recommendations, YearAhead
from serving.api.context import Here, Platform, Service, TeacherId
from serving.api.list_queries import PARAMETERS, Asked, ListQuery
from serving.lists import Ask
from serving.models import Loaded
from serving.snapshots import past

JSON = "application/json"
#: Stands where the id of each showing of a prepared list goes.
MARK, _MARK_IN_JSON = "\x00", b"\\u0000"
WITHOUT_MODEL: dict[int | str, dict[str, Any]] = {503: {"description": "no model"}}
router = APIRouter(tags=["recommendations"])


@router.get(
    "/teachers/{teacher_id}/recommendations",
    response_model=Recommendations,
    responses=WITHOUT_MODEL,
    openapi_extra=PARAMETERS,
)
async def get_recommendations(
    request: Request, teacher_id: TeacherId, here: Here, caller: Platform, query: Asked
) -> Response:
    """Return the teacher's best eligible courses, with reasons and open offerings.

    A list can be narrowed; it is never short while more courses fit. What is shown now is
    remembered under the recommendation's id, each course with the chance it was shown with: some
    places explore. A list as of a moment, or for a year to come, is a question, shown to nobody:
    it explores nothing, is not remembered and has no id.
    """
    now = here.clock()
    ask = query.ask(caller.tenant, teacher_id)
    if query.is_question:
        return await run_in_threadpool(_answer, here, ask, query)
    found = await here.lists.now(ask, now, request.state.stamp)
    if not found.prepared:
        answer = told(ask, found.loaded, found.as_of, found.items, MARK, found.source)
        # The id comes first, so that nothing that is told can be taken for it.
        found.prepared.extend(answer.model_dump_json().encode().split(_MARK_IN_JSON, 1))
    here.metrics.listed(found.source, degraded=found.source != Hybrid.name)
    named = here.impressions.show(ask, found.items, found.loaded.version, now)
    return Response(named.encode().join(found.prepared), media_type=JSON)


def _answer(here: Service, ask: Ask, query: ListQuery) -> Response:
    def answer(loaded: Loaded) -> Response:
        return _answer_by(loaded, here, ask, query)

    return here.canary.answer(ask.tenant, ask.teacher_id, answer)


def _answer_by(loaded: Loaded, here: Service, ask: Ask, query: ListQuery) -> Response:
    moment = None if query.as_of is None else pd.Timestamp(query.as_of)
    with here.store.reading() as connection:
        window = Window(connection, ask.tenant, here.shelves, loaded, here.clock(), here.skew)
        seen = past(window, ask.teacher_id, moment, query.year, here.settings.policies)
    items = seen.backdrop.recommend(
        seen.dossier,
        as_of=seen.as_of,
        k=ask.k,
        explain=ask.explain,
        wanted=ask.wanted,
        year=seen.foreseen.year if seen.foreseen else None,
    )
    here.metrics.listed(Hybrid.name, degraded=False)
    answer = told(ask, loaded, seen.as_of, items, None)
    answer.year = _year(seen.foreseen) if seen.foreseen else None
    return Response(answer.model_dump_json(), media_type=JSON)


def _year(foreseen: Foreseen) -> YearAhead:
    return YearAhead(
        year=foreseen.year.key,
        since=foreseen.year.since,
        until=foreseen.year.until,
        career_stage=foreseen.stage or None,
        chance=round(foreseen.chance, 4),
    )


def told(
    ask: Ask,
    loaded: Loaded,
    as_of: pd.Timestamp,
    items: Sequence[Recommendation],
    recommendation_id: str | None,
    source: str = Hybrid.name,
) -> Recommendations:
    """Put a list into an answer; ``source`` is the tier that made it."""
    return Recommendations(
        recommendation_id=recommendation_id,
        teacher_id=ask.teacher_id,
        as_of=as_of.to_pydatetime(),
        model_version=loaded.version,
        source=source,
        degraded=source != Hybrid.name,
        items=[_item(each) for each in items],
    )


def _item(found: Recommendation) -> Item:
    values = asdict(found)
    values["title_zh"], values["title_en"] = values.pop("title")
    return Item.model_validate(values)
