"""Conditional requests (RFC 9110): nobody overwrites what they have not seen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header
from pydantic import BaseModel

from serving.errors import Changed, Unconditional

ANY = "*"
#: A tag longer than those that are given out is none of them.
LONGEST = 1_000


def tag(shown: BaseModel) -> str:
    """Return the entity tag of an answer: the same as long as the answer is."""
    text = shown.model_dump_json(exclude_none=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must be true for a change to be made; empty where nothing need be."""

    if_match: str = ""
    if_none_match: str = ""

    def require(self) -> None:
        """Let pass who has said what it changes.

        Raises
        ------
        Unconditional
            If there is no ``If-Match``: a patch of what was not seen is a guess.
        """
        if not self.if_match:
            raise Unconditional(
                "a patch",
                expected="the header If-Match with the ETag of what is patched, or *",
                got="none",
                remedy="get it first",
            )

    def check(self, shown: BaseModel | None) -> None:
        """Let a change pass if what is there is what the caller says.

        Parameters
        ----------
        shown
            What is there now; ``None`` if nothing is.

        Raises
        ------
        Changed
            If it is not.
        """
        there = "" if shown is None else tag(shown)
        if self.if_match and not matches(self.if_match, there):
            raise _changed(f"what has the ETag {self.if_match}", there)
        if self.if_none_match and matches(self.if_none_match, there):
            raise _changed(f"nothing that has the ETag {self.if_none_match}", there)


def matches(tags: str, there: str) -> bool:
    """Say whether what is there has one of these entity tags."""
    return bool(there) and (
        tags.strip() == ANY or there in {each.strip() for each in tags.split(",")}
    )


def _changed(expected: str, there: str) -> Changed:
    return Changed("the request's condition", expected=expected, got=there or "nothing there")


_Tags = Annotated[str, Header(max_length=LONGEST, description="entity tags, or *")]


async def _conditions(if_match: _Tags = "", if_none_match: _Tags = "") -> Conditions:
    return Conditions(if_match, if_none_match)


Conditional = Annotated[Conditions, Depends(_conditions)]
