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
    """The class of the notebook; of the rest only imports are run."""
    tree = ast.parse(NOTEBOOK.read_text("utf-8"))
    (kind,) = (one for one in tree.body if isinstance(one, ast.ClassDef))
    tree.body = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)] + [kind]
    found: dict[str, type] = {}
    exec(compile(tree, NOTEBOOK.name, "exec"), found)
    return found[kind.name]


class TestScorerOfTheNotebook(ScorerContract):
    scorer = "next_step"

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def registered(cls) -> Iterator[None]:
        kind = written()
        SCORERS[kind.name] = kind
        yield
        del SCORERS[kind.name]
