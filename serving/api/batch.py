"""The lists of many teachers in one answer, out of one state of the store."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field, StrictBool

from features.dossiers import Dossier
from features.errors import ZixuanError
from features.moments import instant
from recommender.scorers.hybrid import Hybrid
from serving.advising import unknown_teacher
from serving.api.answers import Recommendations
from serving.api.cells import Id, Instant
from serving.api.context import Here, Platform
from serving.api.list_queries import ListBody
from serving.api.recommendations import WITHOUT_MODEL, told
from serving.api.rows import Answer
from serving.lists import STEP, List, timestamp
from serving.models import Loaded
from serving.problems import kind_of
from serving.snapshots import Snapshot

#: Teachers of one request.
MOST = 200
router = APIRouter(tags=["recommendations"])


class BatchBody(ListBody):
    """Whose lists are asked for, and what of each."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"teacher_ids": ["t-1001", "t-1002"], "k": 5}]}
    )
    teacher_ids: Annotated[
        list[Id],
        Field(min_length=1, max_length=MOST, description="answered in this order, each once"),
    ]
    # In JSON, unlike in an address, true is true and 1 is a number.
    explain: StrictBool = Field(True, description="whether reasons are given")
    explore: StrictBool = Field(True, description="whether any place may explore")
    diversity: float = Field(
        0,
        strict=True,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="0: the most relevant; up to 1: courses unlike those above them",
    )


class Trouble(Answer):
    """Why there is no list of a teacher: as in a problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str


class BatchResult(Answer):
    """A teacher's list, or why there is none."""

    teacher_id: str
    recommendations: Recommendations | None = None
    problem: Trouble | None = None


class Batch(Answer):
    """The lists of some teachers as of one moment, each by its teacher's model."""

    as_of: Instant
    model_version: Annotated[
        str, Field(description="the champion's; a list by a candidate tells the candidate's")
    ]
    results: list[BatchResult]


@router.post("/recommendations:batch", response_model_exclude_unset=True, responses=WITHOUT_MODEL)
def post_recommendations_batch(body: BatchBody, here: Here, caller: Platform) -> Batch:
    """Return the lists of up to 200 teachers, each as if asked for by itself.

    All are of one moment and one state of the store. Of a teacher who is unknown the
    result is a problem, and the others are answered. Each list is shown, and remembered under an
    id of its own.
    """
    champion, now = here.models.current(), here.clock()
    with here.store.reading() as connection:
        ids = tuple(dict.fromkeys(body.teacher_ids))
        found = Snapshot.of(connection, here.shelves, caller.tenant, ids)
    after = found.latest(now + here.skew) + 1
    seen = timestamp(max(instant(now), after))
    since = found.shelf.backdrop(champion, seen).since
    moment = max(instant(now) // STEP * STEP, after, since)

    def result(teacher_id: str, dossier: Dossier | None) -> BatchResult:
        if dossier is None:
            return _trouble(teacher_id, unknown_teacher(teacher_id))
        ask = body.ask(caller.tenant, teacher_id)

        def make(loaded: Loaded) -> List:
            backdrop = found.shelf.backdrop(loaded, seen)
            return here.lists.made(ask, loaded, dossier, backdrop, moment)

        made = here.canary.answer(caller.tenant, teacher_id, make)
        named = here.impressions.show(ask, made.items, made.loaded.version, now)
        here.metrics.listed(made.source, degraded=made.source != Hybrid.name)
        answer = told(ask, made.loaded, made.as_of, made.items, named, made.source)
        return BatchResult(teacher_id=teacher_id, recommendations=answer)

    results = [result(each, found.dossiers.get(each)) for each in ids]
    return Batch(as_of=timestamp(moment), model_version=champion.version, results=results)


def _trouble(teacher_id: str, error: ZixuanError) -> BatchResult:
    kind = kind_of(error)
    problem = Trouble(type=kind.type, title=kind.title, status=kind.status, detail=str(error))
    return BatchResult(teacher_id=teacher_id, problem=problem)
