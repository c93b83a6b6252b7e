"""Reading a policy file: TOML, what it extends, and every fault of it at once."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources.abc import Traversable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from features.errors import InvalidPolicy, PolicyFault
from recommender.planning.amendments import dated
from recommender.planning.policy_checks import faults_of
from recommender.planning.policy_lines import line_of
from recommender.planning.rules import Policy

Folder = Traversable
Raw = dict[str, Any]

#: Lists whose entries have an id: a policy takes over those of the one it extends.
_LISTS = ("requirement", "window", "counting", "conversion", "condition", "sanction", "round")
_TAKEN_OVER = ("unit", "step", "cycle", "hours_per_year", "budget_funding")
_SCHEMA = TypeAdapter(Policy)


def read(name: str, folders: Sequence[Folder], file: Traversable | None = None) -> Policy:
    """Return the policy of a name from the first folder that has it.

    Raises
    ------
    InvalidPolicy
        With every fault of the file, or if there is no such file.
    """
    try:
        return _checked(f"{name}.toml", _merged(name, folders, (), file))
    except InvalidPolicy as error:
        if not error.faults:
            raise
        own = {f"{name}.toml": file} if file else {}
        placed = [_placed(fault, folders, own) for fault in error.faults]
        raise InvalidPolicy(error.what, faults=placed) from error


def _placed(
    fault: PolicyFault, folders: Sequence[Folder], own: Mapping[str, Traversable]
) -> PolicyFault:
    """Return a fault with the line of its file, where that can be told."""
    files = [own[fault.file]] if fault.file in own else [each / fault.file for each in folders]
    file = next((each for each in files if each.is_file()), None)
    try:
        text = file.read_text(encoding="utf-8") if file else ""
    except (OSError, UnicodeDecodeError):
        return fault
    return replace(fault, line=line_of(text, fault.key, fault.got))


def _merged(
    name: str,
    folders: Sequence[Folder],
    below: tuple[str, ...],
    file: Traversable | None = None,
    key: str = "extends",
) -> Raw:
    """Return a file's content, completed by what it extends."""
    if name in below:
        raise _broken(name, key, "a policy that does not come back to itself", name)
    raw = _parsed(file or _located(name, folders))
    amended = raw.pop("amends", None)
    extended = raw.pop("extends", amended)
    dropped = raw.pop("drop", [])
    if extended is None:
        return raw
    key = "extends" if amended is None else "amends"
    if not isinstance(extended, str) or amended not in (None, extended):
        raise _broken(name, key, "the id of one policy, under extends or amends", repr(extended))
    parent = _merged(extended, folders, (*below, name), key=key)
    _checked(f"{extended}.toml", parent)
    if amended is None:
        _refuse_other_unit(name, raw, parent, dropped)
        return _complete(raw, parent, dropped)
    if raw.get("unit", parent["unit"]) != parent["unit"] or not isinstance(raw.get("since"), date):
        raise _broken(name, "amends", "a day under since, and the same unit", repr(amended))
    return _complete(*dated(raw, parent, dropped), ())


def _located(name: str, folders: Sequence[Folder]) -> Traversable:
    for folder in folders:
        file = folder / f"{name}.toml"
        if file.is_file():
            return file
    known = sorted(
        entry.name.removesuffix(".toml")
        for folder in folders
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )
    raise InvalidPolicy(
        "the policy",
        expected=f"one of {', '.join(known)}",
        got=repr(name),
        remedy="check the name, or add its file",
    )


def _parsed(file: Traversable) -> Raw:
    """Parse TOML; numbers with a point stay exact decimals."""
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(file.name, "", "a readable TOML file in UTF-8", str(error)) from error
    for key in ("version", "lineage"):
        if key in raw:
            raise _broken(file.name, key, "no such key: it is made from the content", "one")
    return raw


def _complete(raw: Raw, parent: Raw, dropped: Sequence[str]) -> Raw:
    """Put a policy's own rules first, then those of the parent that it neither has nor drops."""
    whole = {key: parent[key] for key in _TAKEN_OVER if key in parent} | raw
    whole["lineage"] = (parent["id"], *parent.get("lineage", ()))
    for key in _LISTS:
        own = raw.get(key, [])
        named = {entry.get("id") for entry in own} | set(dropped)
        whole[key] = [*own, *(entry for entry in parent.get(key, []) if entry["id"] not in named)]
    return whole


def _refuse_other_unit(name: str, raw: Raw, parent: Raw, dropped: Sequence[str]) -> None:
    """Hours are never taken over as credits, nor credits as hours."""
    if raw.get("unit", parent["unit"]) == parent["unit"]:
        return
    faults = [
        PolicyFault(
            f"{name}.toml",
            f"{key} {entry['id']!r} of {parent['id']}",
            f"a rule of your own, or its id under drop: amounts there are in {parent['unit']}s",
            "taken over",
        )
        for key in _LISTS
        for entry in parent.get(key, [])
        if _has_amount(entry)
        and entry["id"] not in dropped
        and entry["id"] not in {own.get("id") for own in raw.get(key, [])}
    ]
    if faults:
        raise InvalidPolicy(f"the policy {name}", faults=faults)


def _has_amount(entry: Mapping[str, Any]) -> bool:
    in_units = entry.get("counts", "amount") == "amount"
    return in_units and any(key in entry for key in ("minimum", "maximum", "cap", "gives"))


def _checked(file: str, raw: Raw) -> Policy:
    """Turn merged content into a policy, or raise with every fault."""
    try:
        policy = _SCHEMA.validate_python(raw)
    except ValidationError as error:
        found = [
            _fault(file, raw, detail)
            for detail in error.errors(include_url=False)
            # A list that seems too short after its faulty entries fell out is no second fault.
            if detail["type"] != "too_short" or not detail["input"]
        ]
        raise InvalidPolicy(f"the policy {file}", faults=found) from error
    faults = [PolicyFault(file, *fault) for fault in faults_of(policy)]
    if faults:
        raise InvalidPolicy(f"the policy {file}", faults=faults)
    return replace(policy, version=_version(raw))


def _version(raw: Raw) -> str:
    content = json.dumps(raw, sort_keys=True, ensure_ascii=False, default=str)
    return f"{raw['id']}@{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def _fault(file: str, raw: Raw, detail: Any) -> PolicyFault:
    """Put one finding of the schema into our words."""
    expected = detail["msg"].removeprefix("Input should be ").replace("tuple", "list")
    got = repr(detail["input"])
    if detail["type"] == "missing":
        expected, got = "this key", "nothing"
    elif detail["type"] == "unexpected_keyword_argument":
        expected, got = "no such key", f"{detail['loc'][-1]} = {_plain(detail['input'])}"
    elif detail["type"] == "dataclass_type":
        expected = "a table"
    elif detail["type"] == "string_pattern_mismatch":
        expected = f"text like {detail['ctx']['pattern']}"
    elif detail["type"] == "string_too_short":
        expected = "a text that is not empty"
    return PolicyFault(file, _key_path(raw, detail["loc"]), expected, got)


def _key_path(raw: Raw, loc: Sequence[str | int]) -> str:
    """Write the way to a key: ``requirement[2] 'total' .minimum``, entries counted from 1."""
    path = ""
    at: Any = raw
    for step in loc:
        at = _down(at, step)
        if isinstance(step, int):
            path += f"[{step + 1}]"
            if isinstance(at, dict) and "id" in at:
                path += f" {at['id']!r} "
        else:
            path += f".{step}" if path else step
    return path


def _down(at: Any, step: str | int) -> Any:
    try:
        return at[step]
    except (KeyError, IndexError, TypeError):
        return None


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, Decimal | bool | int) else repr(value)


def _broken(name: str, key: str, expected: str, got: str) -> InvalidPolicy:
    file = name if name.endswith(".toml") else f"{name}.toml"
    return InvalidPolicy(f"the policy {file}", faults=[PolicyFault(file, key, expected, got)])
