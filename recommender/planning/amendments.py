"""A policy that amends an earlier one: what changes, changes from its day on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

Raw = dict[str, Any]

#: Lists whose old entries stay in force until the day of the change.
_DATED = ("requirement", "counting", "conversion", "condition", "sanction")


def dated(raw: Raw, earlier: Raw, dropped: Sequence[str]) -> tuple[Raw, Raw]:
    """Give every rule of a change its first day, and every rule that it ends its last.

    A rule that is replaced stays under a new id, ``<id>-until-<day>``; what counted for it goes
    on counting for it. Windows and the cycle have no such days: they are replaced as they are.

    Parameters
    ----------
    raw, earlier
        Parsed content of the new policy, with its ``since``, and the whole of the earlier one.
    dropped
        Ids that hold no longer.

    Returns
    -------
    tuple
        The new content and the earlier one, both with dates; the arguments are left as they are.
    """
    day: date = raw["since"]
    new, old = dict(raw), dict(earlier)
    replaced: dict[str, str] = {}
    for key in _DATED:
        own = raw.get(key, [])
        ids = {entry.get("id") for entry in own}
        new[key] = [_bounded(key, entry, since=day) for entry in own]
        old[key] = []
        for entry in earlier.get(key, []):
            ends = entry["id"] in ids or entry["id"] in dropped
            kept = _bounded(key, entry, until=day) if ends else dict(entry)
            if entry["id"] in ids:
                kept["id"] = f"{entry['id']}-until-{day}"
                replaced[entry["id"]] = kept["id"]
            old[key].append(kept)
    for side in (new, old):
        side["counting"] = [_for_both(entry, replaced) for entry in side.get("counting", [])]
    for entry in old["requirement"]:
        if str(entry["id"]).endswith(f"-until-{day}") and entry.get("of") in replaced:
            entry["of"] = replaced[entry["of"]]
    return new, old


def _bounded(key: str, entry: Mapping[str, Any], **days: date) -> Raw:
    """Return a rule with a day; one that it has itself stays."""
    if key == "requirement":
        return days | dict(entry)
    return {**entry, "scope": days | dict(entry.get("scope", {}))}


def _for_both(entry: Raw, replaced: Mapping[str, str]) -> Raw:
    named = list(entry.get("requirements", []))
    return {**entry, "requirements": [*named, *(replaced[one] for one in named if one in replaced)]}
