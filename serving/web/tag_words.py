"""What is used about a teacher, in words, and what it can be corrected to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.columns import ColumnsFile
from features.declaration import Kind
from features.labels import COLUMNS, Label, word_label
from features.tables import BY_NAME
from serving.privacy import SUPPRESSIBLE, Tag
from serving.store.tags import INTEREST


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a tag can have."""

    value: str
    label: Label
    chosen: bool


@dataclass(frozen=True, slots=True)
class ShownTag:
    """One tag to read.

    Parameters
    ----------
    choices
        What it can be corrected to; empty where the value is written freely.
    kind
        Of the field: ``choice``, ``number`` or ``text``; empty where it cannot be corrected.
    """

    tag: str
    name: Label
    value: Label
    source: str
    choices: tuple[Choice, ...]
    kind: str
    text: str
    removable: bool


_OTHER_NAMES: Mapping[str, Label] = {
    "years_of_service": ("教龄（年）", "Years of service"),
    "key_county": ("重点帮扶县", "Key county"),
}
_YES: Mapping[bool, Label] = {True: ("是", "yes"), False: ("否", "no")}


def shown_tag(tag: Tag, columns: ColumnsFile, competencies: Mapping[str, Label]) -> ShownTag:
    """Return a tag to read.

    Parameters
    ----------
    competencies
        The names of those that goals are about.
    """
    if tag.tag.startswith(INTEREST):
        domain = tag.tag.removeprefix(INTEREST)
        times = (f"{tag.value} 门课程", f"{tag.value} courses") if tag.value else ("", "")
        return ShownTag(tag.tag, word_label("domain", domain), times, tag.source, (), "", "", True)
    values = tag.value if isinstance(tag.value, list) else [tag.value]
    told = [_word(tag.tag, value, competencies) for value in values if value is not None]
    choices, kind = _field(tag.tag, values, columns)
    return ShownTag(
        tag.tag,
        _OTHER_NAMES.get(tag.tag) or COLUMNS.get(tag.tag, (tag.tag, tag.tag)),
        ("、".join(zh for zh, _ in told), ", ".join(en for _, en in told)),
        tag.source,
        choices,
        "" if tag.tag == "goals" else kind,
        "" if tag.value is None else str(values[0]),
        tag.tag in SUPPRESSIBLE,
    )


def _word(name: str, value: Any, competencies: Mapping[str, Label]) -> Label:
    if name == "goals" and value in competencies:
        return competencies[value]
    if isinstance(value, bool):
        return _YES[value]
    if isinstance(value, float):
        return f"{value:g}", f"{value:g}"
    return word_label(name, str(value))


def _field(name: str, values: list[Any], columns: ColumnsFile) -> tuple[tuple[Choice, ...], str]:
    column = columns.declared(BY_NAME["teachers"]).column(name)
    if column.kind is Kind.BOOLEAN:
        chosen = values[0] if values else None
        return tuple(Choice(str(b).lower(), _YES[b], b == chosen) for b in _YES), "choice"
    if column.codes:
        return tuple(
            Choice(code, word_label(name, code), code in values) for code in column.codes
        ), "choice"
    return (), "number" if column.kind is Kind.NUMBER else "text"
