"""The card of the model in use, as training has left it beside the artifact."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import structlog

CARD = "card.json"
#: A card with every figure of every group has a hundredth of this.
LARGEST = 16 * 2**20


def card_of(folder: Path, version: str) -> Mapping[str, Any]:
    """Return the facts of a model's card; empty where none was kept.

    It lies in the artifact's folder, or beside it among what a run has kept. A card of another
    model, or none that can be read, is passed over: lists do not depend on it.
    """
    for path in (folder / CARD, folder.parent / CARD):
        try:
            if path.is_file() and path.stat().st_size <= LARGEST:
                facts = json.loads(path.read_text("utf-8"))
                if facts["model"]["version"] == version:
                    return dict(facts)
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            structlog.get_logger().warning("card passed over", why=type(error).__name__)
    return {}
