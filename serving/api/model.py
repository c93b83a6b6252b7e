"""The card of the model that answers."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import Field, JsonValue

from serving.api.cached import UNCHANGED, KnownTags, cached
from serving.api.cells import Instant
from serving.api.context import Here, Platform
from serving.api.recommendations import WITHOUT_MODEL
from serving.api.rows import Answer

#: So long an answer may be kept, in seconds: another model may be promoted at any time.
SECONDS = 60
router = APIRouter(tags=["model"])


class Both(Answer):
    """A sentence in both languages."""

    zh: str
    en: str


class FigureAnswer(Answer):
    """One figure, with the interval that it lies in with 95%."""

    model: str
    metric: str
    group: Annotated[str, Field(description="`all`, or a group of teachers")]
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    teachers: int | None = None


class ModelCard(Answer):
    """What the model is for and not for, what it learned from, how well it foresees, its limits."""

    version: str
    trained_until: Annotated[Instant, Field(description="nothing dated at or after it was seen")]
    scorers: list[str]
    data: Annotated[
        dict[str, JsonValue],
        Field(description="counts, and the period from `first_event` to `last_event`"),
    ]
    evaluated: Annotated[bool, Field(description="whether it was judged before it was kept")]
    evaluation: Annotated[
        dict[str, JsonValue], Field(description="how: the split, its cut, the length of lists")
    ]
    figures: list[FigureAnswer]
    by_group: Annotated[list[FigureAnswer], Field(description="of the whole model")]
    purpose: list[Both]
    not_for: list[Both]
    limits: list[Both]
    ethics: list[Both]


@router.get("/model", response_model=ModelCard, responses=UNCHANGED | WITHOUT_MODEL)
def get_model(here: Here, caller: Platform, known: KnownTags = "") -> Response:
    """Return the card of the model that answers now.

    Where training kept no card beside the artifact, what the model itself tells: its version,
    scorers, and until when it learned.
    """
    loaded = here.models.current()
    facts = loaded.card
    judged: dict[str, Any] = facts.get("evaluation") or {}
    said = facts.get("words") or {}
    answer = ModelCard(
        version=loaded.version,
        trained_until=loaded.model.trained_until.to_pydatetime(),
        scorers=list(loaded.model.scorers),
        data={"hash": loaded.model.data_hash} | (facts.get("data") or {}),
        evaluated=bool(judged),
        evaluation={k: v for k, v in judged.items() if not isinstance(v, list | dict)},
        figures=[FigureAnswer.model_validate(each) for each in judged.get("figures", [])],
        by_group=[
            FigureAnswer.model_validate(each)
            for each in judged.get("by_group", [])
            if each["model"] == loaded.model.hybrid.name
        ],
        **{
            name: [Both.model_validate(each) for each in said.get(name, [])]
            for name in ("purpose", "not_for", "limits", "ethics")
        },
    )
    return cached(answer, known, SECONDS)
