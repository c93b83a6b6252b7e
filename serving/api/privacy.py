"""What is used about a teacher: seen, corrected, switched off, taken away, erased."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, status
from pydantic import ConfigDict, Field, StrictBool

from features.moments import instant
from serving import privacy
from serving.api.cells import LONGEST_LIST, LONGEST_WORD, Id
from serving.api.context import Here, Platform, TeacherId
from serving.api.entities import CHANGED
from serving.api.rows import Answer, Body
from serving.identity import Caller
from serving.privacy import Whose

router = APIRouter(tags=["privacy"])
TagName = Annotated[Id, Path(description="tag 标签", examples=["interest:assessment"])]
Word = Annotated[str, Field(max_length=LONGEST_WORD, pattern=r"^[^\x00]*$")]


class Switch(Body):
    """Whether a teacher is advised personally 个性化推荐."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"on": False}]})
    on: StrictBool


class Correction(Body):
    """The value that is to be used; null lets what the platform states hold again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"value": ["assessment"]}]})
    value: Annotated[list[Word], Field(max_length=LONGEST_LIST)] | Word | StrictBool | float | None


class Used(Answer):
    """One thing that is used about a teacher."""

    tag: str
    kind: Annotated[str, Field(description="stated, or inferred from what the teacher chose")]
    value: Annotated[Any, Field(description="what is used; of an interest the number of courses")]
    source: Annotated[str, Field(description="platform, teacher, history or suppressed")]


class Tags(Answer):
    """All that is used about a teacher."""

    items: list[Used]


class Erased(Answer):
    """That a teacher was erased, and what they are called in the audit log from now on."""

    pseudonym: str


def _whose(caller: Caller, teacher_id: str) -> Whose:
    return Whose(caller.tenant, teacher_id, caller.key_id)


@router.get("/teachers/{teacher_id}/personalisation")
def get_personalisation(teacher_id: TeacherId, here: Here, caller: Platform) -> Switch:
    """Return whether a teacher is advised personally."""
    with here.store.reading() as connection:
        now = instant(here.clock())
        return Switch(on=privacy.is_personal(connection, caller.tenant, teacher_id, now))


@router.put("/teachers/{teacher_id}/personalisation")
def put_personalisation(
    teacher_id: TeacherId, body: Switch, here: Here, caller: Platform
) -> Switch:
    """Advise a teacher personally or not, from the very next request on.

    Compulsory training stays, for it is a rule and no personalisation.
    """
    privacy.switch(here.store, _whose(caller, teacher_id), body.on, here.clock())
    return body


@router.get("/teachers/{teacher_id}/tags")
def get_tags(teacher_id: TeacherId, here: Here, caller: Platform) -> Tags:
    """Return what is used about a teacher: stated facts, and interests inferred from history."""
    with here.store.reading() as connection:
        used = privacy.tags_of(connection, caller.tenant, teacher_id, instant(here.clock()))
    return Tags(items=[Used(tag=t.tag, kind=t.kind, value=t.value, source=t.source) for t in used])


@router.put("/teachers/{teacher_id}/tags/{tag}", responses={409: CHANGED[409]})
def put_tag(
    teacher_id: TeacherId, tag: TagName, body: Correction, here: Here, caller: Platform
) -> Tags:
    """Use the teacher's own value of a stated fact; null lets the platform's hold again."""
    whose = _whose(caller, teacher_id)
    privacy.correct(here.store, whose, tag, body.value, here.clock())
    return get_tags(teacher_id, here, caller)


@router.delete("/teachers/{teacher_id}/tags/{tag}", responses={409: CHANGED[409]})
def delete_tag(teacher_id: TeacherId, tag: TagName, here: Here, caller: Platform) -> Tags:
    """Use a tag no longer: an interest, or a fact that no rule goes by."""
    privacy.suppress(here.store, _whose(caller, teacher_id), tag, here.clock())
    return get_tags(teacher_id, here, caller)


@router.get("/teachers/{teacher_id}/export")
def export_teacher(teacher_id: TeacherId, here: Here, caller: Platform) -> dict[str, Any]:
    """Return everything that is stored about a teacher, in one document."""
    return privacy.everything_about(here.store, _whose(caller, teacher_id), here.clock())


@router.post("/teachers/{teacher_id}:erase")
def erase_teacher(teacher_id: TeacherId, here: Here, caller: Platform) -> Erased:
    """Delete all about a teacher for good; nothing about the id is taken any more."""
    stone = privacy.erase(here.store, _whose(caller, teacher_id), here.clock())
    return Erased(pseudonym=stone)


@router.post("/teachers/{teacher_id}:register", status_code=status.HTTP_204_NO_CONTENT)
def register_teacher(teacher_id: TeacherId, here: Here, caller: Platform) -> None:
    """Let the id of a teacher who was erased be put again."""
    privacy.register_anew(here.store, _whose(caller, teacher_id), here.clock())
