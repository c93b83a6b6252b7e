"""The scorer that the third notebook writes keeps the whole contract."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from recommender.scorers.registry import SCORERS
from tests.recommender.scorer_contract import ScorerContract

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "3_add_your_own_scorer.py"


def written() -> type:
    """The class of the notebook, and nothing else of it but its imports."""
    tree = ast.parse(NOTEBOOK.read_text("utf-8"))
    taken = (ast.Import, ast.ImportFrom, ast.ClassDef)
    tree.body = [one for one in tree.body if isinstance(one, taken)]
    found: dict[str, object] = {}
    exec(compile(tree, NOTEBOOK.name, "exec"), found)
    return next(
        one
        for one in found.values()
        if getattr(one, "__module__", "") == "builtins" and hasattr(one, "SPACE")
    )


class TestScorerOfTheNotebook(ScorerContract):
    scorer = "next_step"

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def registered(cls) -> Iterator[None]:
        kind = written()
        SCORERS[kind.name] = kind
        yield
        del SCORERS[kind.name]
