"""The service keeps its own contract, by schemathesis.

A few examples of each operation; `python -m benchmarks.contract` goes on for longer. The routes are
read off the contract, so that a new one is tested without being named here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.faults.contract import PHASES, check


@pytest.mark.parametrize(
    ("seed", "phases"), [(1, PHASES), (2, "fuzzing,stateful"), (3, "fuzzing,stateful")]
)
def test_what_the_contract_allows_and_forbids_is_answered_as_it_says(
    tmp_path: Path, seed: int, phases: str
) -> None:
    outcome = check(tmp_path, seed, examples=1, phases=phases)
    assert outcome.returncode == 0, outcome.stdout[-10_000:]
