"""What decides a model's outcome, as names with plain values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from recommender.model import Model

#: A longer list or a larger table is fitted state and no parameter.
MOST = 20


def settings(model: Model) -> dict[str, object]:
    """Return the parameters of every scorer, ``scorer.parameter`` -> a plain value.

    What the hybrid has chosen is among them, such as ``hybrid.weights.cold.popularity``.
    """
    parts = model.hybrid.parts
    found = {
        f"{name}.{key}": value
        for name, scorer in parts.items()
        for key, value in plain(scorer.to_fitted().values)
    }
    own = model.hybrid.to_fitted().values
    chosen = {key: value for key, value in own.items() if key not in parts}
    return found | {f"{model.hybrid.name}.{key}": value for key, value in plain(chosen)}


def plain(values: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield names and plain values of nested ones; what is long is left out.

    >>> dict(plain({"half_life": 30.0, "weights": {"cold": {"content": 1}}, "ids": ["a"] * 99}))
    {'half_life': 30.0, 'weights.cold.content': 1}
    >>> dict(plain({"lives": [7, 30]}))
    {'lives': '[7, 30]'}
    """
    for name, value in values.items():
        if isinstance(value, Mapping) and len(value) <= MOST:
            yield from ((f"{name}.{inner}", each) for inner, each in plain(value))
        elif isinstance(value, str | int | float):
            yield name, value
        elif isinstance(value, list | tuple) and len(value) <= MOST:
            yield name, json.dumps(value, ensure_ascii=False)
