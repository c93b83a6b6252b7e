"""What can be asked of a list, in an address or in a body."""

from __future__ import annotations

from typing import Annotated, Any, get_origin

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from recommender.wanted import EVERYTHING, Wanted
from serving.api.cells import Id, Instant
from serving.api.rows import Body
from serving.lists import Ask

LONGEST_LIST = 200
FILTERS = ("mode", "tier", "subject", "domain", "exclude")
#: Words that a filter takes, and courses that can be left out.
MOST_WORDS, MOST_EXCLUDED = 50, 200
_Word = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
_Words = Annotated[list[_Word], Field(max_length=MOST_WORDS)]


class ListBody(Body):
    """How long a list is, what it is narrowed to, how varied it is, and what it tells."""

    k: int = Field(10, ge=1, le=LONGEST_LIST, description="length of the list")
    explain: bool = Field(True, description="whether reasons are given")
    mode: _Words = Field([], description="any of these modes, of an opening or the course")
    tier: _Words = Field([], description="any of these tiers, of an opening or the course")
    subject: _Words = Field([], description="any of these subjects")
    domain: _Words = Field([], description="any of these domains")
    exclude: Annotated[list[Id], Field(max_length=MOST_EXCLUDED)] = Field(
        [], description="courses that are left out"
    )
    q: str = Field(
        "",
        max_length=200,
        pattern=r"^[^\x00]*$",
        description="words that are all in the title, Chinese or English",
    )
    diversity: float = Field(
        0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="0: the most relevant; up to 1: courses unlike those above them",
    )
    explore: bool = Field(True, description="whether any place may explore")

    def ask(self, tenant: str, teacher_id: str) -> Ask:
        """Return what is asked, about one teacher."""
        return Ask(tenant, teacher_id, self.k, self.explain, self._wanted(), self.explore)

    def _wanted(self) -> Wanted:
        if not self.model_fields_set - {"k", "explain", "explore"}:
            return EVERYTHING
        # In one order, so that the same list is remembered once.
        asked = {name: tuple(sorted(set(getattr(self, name)))) for name in FILTERS}
        return Wanted(**asked, text=self.q, diversity=self.diversity)


class ListQuery(ListBody):
    """The same in an address, where a moment or a year can be asked about."""

    as_of: Instant | None = Field(
        None, description="nothing dated at or after it is seen; now if left out"
    )
    year: str = Field(
        "",
        pattern=r"^(\d{4}(-\d\d)?)?$",
        description="a plan's year to come, as plans name it: the list suits the teacher then",
        examples=["2027"],
    )

    @property
    def is_question(self) -> bool:
        """Whether it is about a time that is not now, and so shown to nobody."""
        return self.as_of is not None or bool(self.year)


#: Parameters that may be repeated.
_LISTS = frozenset(n for n, f in ListQuery.model_fields.items() if get_origin(f.annotation) is list)
_PLAIN = ListQuery.model_validate({})
#: How the parameters stand in the contract: to declare each to the framework would cost every
#: plain request more than it takes to answer it.
PARAMETERS: dict[str, Any] = {
    "parameters": [
        {"name": name, "in": "query", "required": False, "schema": schema}
        | {"description": schema.pop("description")}
        for name, schema in ListQuery.model_json_schema()["properties"].items()
    ]
}


async def _list_query(request: Request) -> ListQuery:
    given = request.query_params
    if not given:
        return _PLAIN
    values: dict[str, Any] = {}
    for name, value in given.multi_items():
        if name in _LISTS:
            values.setdefault(name, []).append(value)
        elif name in values:
            raise RequestValidationError([_fault(name, "Expected once")])
        else:
            values[name] = value
    try:
        return ListQuery.model_validate(values)
    except ValidationError as error:
        faults = [_fault(str(each["loc"][0]), _told(each)) for each in error.errors()]
        raise RequestValidationError(faults) from error


def _told(error: Any) -> str:
    if error["type"] != "extra_forbidden":
        return str(error["msg"])
    return f"Unknown; expected one of {', '.join(sorted(ListQuery.model_fields))}"


def _fault(name: str, why: str) -> dict[str, Any]:
    return {"type": "query", "loc": ("query", name), "msg": why}


Asked = Annotated[ListQuery, Depends(_list_query)]
