"""Merge patches (RFC 7396): what is named is replaced, what is null is removed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Body
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, JsonValue, ValidationError

MEDIA_TYPE = "application/merge-patch+json"
#: Levels of objects in objects; of ours none has more.
DEEPEST = 4

M = TypeVar("M", bound=BaseModel)
Patch = Annotated[
    dict[str, JsonValue],
    Body(
        media_type=MEDIA_TYPE,
        description="a merge patch (RFC 7396); a list is replaced whole",
        examples=[{"title_en": "A new title", "url": None}],
    ),
]


def patched(shown: BaseModel, patch: Mapping[str, JsonValue], body: type[M], given: set[str]) -> M:
    """Return what is there with a patch applied, judged as if it were put whole.

    Parameters
    ----------
    given
        Names that the address gives, and no body holds.

    Raises
    ------
    RequestValidationError
        If the outcome breaks the contract.
    """
    whole = shown.model_dump(mode="json", exclude_none=True, exclude=given)
    try:
        return body.model_validate(_merged(whole, patch, DEEPEST))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in found]
        raise RequestValidationError(faults) from error


def _merged(target: Any, patch: Mapping[str, Any], levels: int) -> dict[str, Any]:
    if not levels:
        fault = {"type": "too_deep", "loc": ("body",), "msg": f"more than {DEEPEST} levels"}
        raise RequestValidationError([fault])
    merged = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            merged[name] = _merged(merged.get(name), value, levels - 1)
        else:
            merged[name] = value
    return merged
