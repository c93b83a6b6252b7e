"""What events of each kind say about taste, as parameters of a whole model."""

from __future__ import annotations

from collections.abc import Mapping

from features.codes import EVENT_WEIGHTS
from recommender.scorers.space import Span, check_parameters

#: Where parameters by scorer hold them.
NAME = "event_weights"
#: Where they are looked for. What is completed sets the scale, and stays.
SPACE: Mapping[str, Span] = {
    "viewed": Span(0.0, 1.0, log=False),
    "saved": Span(0.0, 1.0, log=False),
    "selected": Span(0.0, 2.0, log=False),
    "started": Span(0.0, 2.0, log=False),
    "failed": Span(-1.0, 1.0, log=False),
    "rated": Span(0.0, 1.0, log=False),
    "dismissed": Span(-1.0, 0.0, log=False),
    "withdrawn": Span(-1.0, 0.0, log=False),
}


def split_off(
    parameters: Mapping[str, Mapping[str, object]] | None,
) -> tuple[dict[str, float], dict[str, Mapping[str, object]]]:
    """Return the weights that differ from those declared, and the parameters of scorers.

    Raises
    ------
    InvalidSetting
        If a kind of event is unknown, or its weight out of range.

    Examples
    --------
    >>> split_off({"event_weights": {"viewed": 0.5}, "content": {"reg": 1.0}})
    ({'viewed': 0.5}, {'content': {'reg': 1.0}})
    """
    scorers = dict(parameters or {})
    weights = scorers.pop(NAME, {})
    check_parameters(NAME, EVENT_WEIGHTS, SPACE, weights)
    return {kind: float(str(weight)) for kind, weight in weights.items()}, scorers
