"""The bilingual vocabulary of the simulated province, read from the TOML files beside it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

#: A text in Chinese and English.
Text = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """A school subject: the share of its teachers in each phase, and what is taught in it."""

    code: str
    name: Text
    phases: Mapping[str, float]
    topics: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Angle:
    """A way of treating a topic; one angle and one topic make one course."""

    code: str
    title: Text
    text: Text
    domain: str
    competency: str
    level: int
    hours: tuple[int, ...]
    stages: tuple[str, ...]
    not_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """A general course at one or more levels; of several, each asks for the one before."""

    title: Text
    text: Text
    levels: tuple[int, ...] = (1,)
    domain: str = "ethics"
    competency: str = "moral_education"
    themes: tuple[str, ...] = ()
    phases: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    from_year: int = 0


@dataclass(frozen=True, slots=True)
class Programme:
    """A long programme; one of a subject and phase contains courses of them."""

    title: Text
    text: Text
    tier: str
    line: str
    obligation: str
    hours: int
    stages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Competency:
    """An ability of the framework."""

    code: str
    name: Text
    domain: str


@dataclass(frozen=True, slots=True)
class Words:
    """Everything that a simulated province calls by name."""

    phases: Mapping[str, Text]
    levels: Mapping[int, Text]
    place_first: tuple[Text, ...]
    place_last: tuple[Text, ...]
    providers: tuple[Text, ...]
    competencies: tuple[Competency, ...]
    subjects: tuple[Subject, ...]
    angles: tuple[Angle, ...]
    ethics: tuple[Series, ...]
    themes: tuple[Series, ...]
    series: tuple[Series, ...]
    programmes: tuple[Programme, ...]
    nominations: tuple[Programme, ...]
    induction: Series
    induction_hours: int
    mode_notes: Mapping[str, Text]


def load_words() -> Words:
    """Read the vocabulary that comes with the package."""
    own, general = _toml("words.toml"), _toml("general.toml")
    induction = dict(general["induction"])
    hours = induction.pop("hours")
    return Words(
        phases=own["phases"],
        levels={int(level): text for level, text in own["levels"].items()},
        place_first=own["places"]["first"],
        place_last=own["places"]["last"],
        providers=own["providers"]["names"],
        competencies=tuple(Competency(**row) for row in own["competencies"]),
        subjects=tuple(Subject(**row) for row in own["subjects"]),
        angles=tuple(Angle(**row) for row in own["angles"]),
        ethics=tuple(Series(**row) for row in general["ethics"]),
        themes=tuple(_theme(row) for row in general["themes"]),
        series=tuple(Series(**row) for row in general["series"]),
        programmes=tuple(Programme(**row) for row in general["programmes"]),
        nominations=tuple(Programme(**row) for row in general["nominations"]),
        induction=Series(**induction, domain="teaching", competency="teaching"),
        induction_hours=hours,
        mode_notes=general["mode_notes"],
    )


def _theme(row: Mapping[str, Any]) -> Series:
    rest = {name: value for name, value in row.items() if name != "code"}
    return Series(**rest, themes=(row["code"],))


def _toml(name: str) -> dict[str, Any]:
    text = resources.files("training.simulate").joinpath(name).read_text(encoding="utf-8")
    return {key: _frozen(value) for key, value in tomllib.loads(text).items()}


def _frozen(value: Any) -> Any:
    """Turn every list into a tuple, tables inside included."""
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(_frozen(inner) for inner in value)
    return value
