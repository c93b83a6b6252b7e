"""The model card: what a model is for, what it learned from, how well it foresees, its limits.

Reference: Mitchell et al. (2019), Model Cards for Model Reporting.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from features.codes import CHOICE_KINDS
from features.dataset import Dataset
from features.errors import InvalidSetting
from features.schema import declared_features
from recommender.model import Model
from training.card_words import (
    ALONE,
    BLEND,
    ETHICS,
    FACTS,
    FUSED,
    HEADINGS,
    JUDGED,
    LIMITS,
    NOT_FOR,
    ONLY,
    PREFERRED,
    PURPOSE,
    STAGES,
    UNJUDGED,
    UNKNOWN_DATA,
    UNVALIDATED,
    Both,
)
from training.evaluation import HYBRID, Evaluation
from training.report_words import group_words, metric_words
from training.settings import settings

#: Names of the card among what is kept of a training.
CARD_JSON, CARD_MARKDOWN = "card.json", "card.md"
#: Metrics that the card shows of groups; the JSON has all.
SHOWN = 2
#: What every card says, by the name it has in JSON.
WORDS = {"purpose": PURPOSE, "not_for": NOT_FOR, "limits": LIMITS, "ethics": ETHICS}
_KEYS = {"model", "data", "evaluation", "preferred", "weights", "parameters"}


@dataclass(frozen=True, slots=True)
class Card:
    """A model card.

    Parameters
    ----------
    facts
        What JSON can hold: ``model``, ``data``, ``evaluation`` (None where the training was not
        judged), ``preferred``, ``weights`` and what validation ``found`` of the hybrid,
        ``parameters``, and the ``words`` of every card. No teacher's id is among them.
    """

    facts: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        model: Model,
        *,
        dataset: Dataset | None = None,
        evaluation: Evaluation | None = None,
        seed: int | None = None,
    ) -> Self:
        """Make the card of a model; what is not given is said to be unknown.

        Parameters
        ----------
        model
            What the card is about.
        dataset
            That it was trained on.
        evaluation
            Of a model trained in the same way on the earlier part of the data.
        seed
            That it was trained with.
        """
        about = {
            "version": model.version,
            "trained_until": model.trained_until.isoformat(),
            "scorers": list(model.scorers),
        }
        seeded = {} if seed is None else {"seed": seed}
        facts = {
            "model": about | seeded,
            "data": {"hash": model.data_hash} | (_data(dataset, model.trained_until)),
            "evaluation": None if evaluation is None else json.loads(evaluation.to_json()),
            "preferred": model.hybrid.preferred_,
            "weights": {group: dict(own) for group, own in model.hybrid.weights_.items()},
            "found": {group: dict(own) for group, own in model.hybrid.stages_.found.items()},
            "parameters": settings(model),
            "words": {name: [_said(text) for text in texts] for name, texts in WORDS.items()},
        }
        return cls(facts)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a card back.

        Raises
        ------
        InvalidSetting
            If it is no card.
        """
        try:
            facts = json.loads(text)
        except ValueError:
            facts = None
        if not isinstance(facts, dict) or not facts.keys() >= _KEYS:
            raise InvalidSetting("model card", expected="JSON of a card", got=repr(text[:60]))
        return cls(facts)

    def to_json(self) -> str:
        """Return the facts as JSON."""
        return json.dumps(self.facts, ensure_ascii=False, indent=2, allow_nan=False) + "\n"

    def to_markdown(self) -> str:
        """Return the card for people, in English and Chinese."""
        facts = self.facts
        title = f"# {_both(HEADINGS['title'])}: zixuan {facts['model']['version']}"
        sections = {
            "": _facts(facts["model"]),
            "purpose": map(_item, PURPOSE),
            "not_for": map(_item, NOT_FOR),
            "data": _data_lines(facts["data"]),
            **_evaluation_sections(facts["evaluation"]),
            "ships": _ships(facts),
            "parameters": _parameters(facts["parameters"]),
            "limits": map(_item, LIMITS),
            "ethics": map(_item, ETHICS),
        }
        lines = [title]
        for name, body in sections.items():
            lines += ["", *([f"## {_both(HEADINGS[name])}", ""] if name else []), *body]
        return "\n".join(lines) + "\n"


def _said(text: Both) -> dict[str, str]:
    english, chinese = text
    return {"en": english, "zh": chinese}


def _data(dataset: Dataset | None, until: pd.Timestamp) -> dict[str, object]:
    """Count what was known before a moment."""
    if dataset is None:
        return {}
    log = dataset.log.before(until)
    own = log.where(log.self_selected).of_kinds(*CHOICE_KINDS)
    period = {
        name: pd.Timestamp(int(moment), unit="us", tz="UTC").isoformat()
        for name, moment in zip(
            ("first_event", "last_event"),
            (np.min(log.occurred_at), np.max(log.occurred_at)) if len(log) else (),
            strict=False,
        )
    }
    declared = {
        f"{table}.{name}"
        for table in ("teachers", "courses")
        for name in declared_features(dataset.columns, table)
    }
    counts = {"teachers": len(dataset.teachers), "courses": len(dataset.courses)}
    return counts | {
        "events": len(log),
        "choices": len(own),
        **period,
        "declared": sorted(declared),
    }


def _data_lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _facts(data)
    if "teachers" not in data:
        yield _item(UNKNOWN_DATA)


def _evaluation_sections(found: Mapping[str, Any] | None) -> dict[str, Iterable[str]]:
    if found is None:
        return {"figures": [_item(UNJUDGED)]}
    metrics = list(dict.fromkeys(row["metric"] for row in found["figures"]))
    return {
        "figures": _figures(found, metrics),
        "groups": _groups(found, metrics[:SHOWN]),
        "gaps": _gaps(found, metrics[:SHOWN]),
    }


def _figures(found: Mapping[str, Any], metrics: list[str]) -> Iterator[str]:
    yield _item(JUDGED)
    yield from _facts(found)
    shown = found["coverage"].get(HYBRID)
    if shown is not None:
        yield _fact("coverage", f"{shown:.1%}")
    yield ""
    rows = {(row["model"], row["metric"]): row for row in found["figures"] if row["group"] == "all"}
    models = list(dict.fromkeys(model for model, _ in rows))
    yield from _table(
        ["", *models],
        ([metric_words(m), *(_interval(rows[model, m]) for model in models)] for m in metrics),
    )


def _groups(found: Mapping[str, Any], metrics: list[str]) -> Iterator[str]:
    rows = [row for row in found["by_group"] if row["model"] == HYBRID]
    of = {(row["group"], row["metric"]): row for row in rows}
    names = dict.fromkeys(row["group"] for row in rows)
    yield from _table(
        ["", _both(FACTS["judged"]), *map(metric_words, metrics)],
        (
            [
                _group(name),
                str(of[name, metrics[0]]["teachers"]),
                *(_interval(of[name, metric]) for metric in metrics),
            ]
            for name in names
        ),
    )


def _gaps(found: Mapping[str, Any], metrics: list[str]) -> Iterator[str]:
    rows = [row for row in found["gaps"] if row["model"] == HYBRID and row["metric"] in metrics]
    yield from _table(
        ["", "", "gap 差距", "by chance 随机所致", "p"],
        (
            [
                metric_words(row["metric"]),
                f"{_group(_named(row, 'highest'))} − {_group(_named(row, 'lowest'))}",
                _interval(row),
                f"{row['by_chance']:.4f}",
                f"{row['p']:.3f}",
            ]
            for row in rows
        ),
    )


def _named(row: Mapping[str, Any], end: str) -> str:
    return f"{row['grouping']}={row[end]}"


def _ships(facts: Mapping[str, Any]) -> Iterator[str]:
    """Say for each stage of the hybrid which scorers make its lists, and why."""
    only, *others = facts["model"]["scorers"]
    if others == [HYBRID]:
        yield _told(ONLY, part=only)
        return
    for group, weights in facts["weights"].items():
        parts = {part: weight for part, weight in weights.items() if weight}
        names = {
            "part": next(iter(parts), ""),
            "parts": ", ".join(parts),
            "weights": ", ".join(f"{part} {weight:g}" for part, weight in parts.items()),
        }
        words = _why(parts, facts.get("found", {}).get(group))
        told_of = zip(words, STAGES[group], strict=True)
        english, chinese = (text.format(group=whom, **names) for text, whom in told_of)
        yield _item((english, chinese))
    if facts.get("found"):
        yield _told(PREFERRED, part=facts.get("preferred", ""))


def _why(parts: Mapping[str, float], found: Mapping[str, float] | None) -> Both:
    """Return the words for why a stage is made of these scorers, by what validation found."""
    if not found:
        return UNVALIDATED
    if len(parts) == 1:
        return ALONE
    return FUSED if len(set(parts.values())) == 1 else BLEND


def _told(words: Both, **values: str) -> str:
    """Return a line whose words hold values in both languages."""
    english, chinese = words
    return _item((english.format(**values), chinese.format(**values)))


def _parameters(parameters: Mapping[str, object]) -> Iterator[str]:
    yield from _table(["", ""], ([f"`{name}`", str(v)] for name, v in parameters.items()))


def _facts(facts: Mapping[str, Any]) -> Iterator[str]:
    for name in FACTS:
        value = facts.get(name)
        if name == "choices" and not isinstance(value, int):
            continue  # an evaluation's choices are a rule, not a number
        if name != "coverage" and value not in (None, []):
            yield _fact(name, ", ".join(value) if isinstance(value, list) else str(value))


def _fact(name: str, value: str) -> str:
    return f"- {_both(FACTS[name])}: {value}"


def _item(text: Both) -> str:
    return f"- {text[0]}  \n  {text[1]}"


def _both(text: Both) -> str:
    return f"{text[0]} {text[1]}"


def _group(name: str) -> str:
    grouping, _, word = name.partition("=")
    return f"{group_words(grouping)}: {group_words(grouping, word)}"


def _table(head: list[str], rows: Iterable[list[str]]) -> Iterator[str]:
    """Yield a table of Markdown; a bar in a cell is escaped."""
    for number, row in enumerate([head, *rows]):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
        if not number:
            yield f"|{'---|' * len(head)}"


def _interval(row: Mapping[str, Any]) -> str:
    if row["mean"] is None:
        return "-"
    low, high = (f"{row[end]:.4f}" if row[end] is not None else "-" for end in ("low", "high"))
    return f"{row['mean']:.4f} [{low}, {high}]"
