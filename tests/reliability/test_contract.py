"""The service keeps its own contract, by schemathesis.

A few examples of each operation and one seed; `python -m benchmarks.contract` goes on for longer,
with three seeds and the phase that covers every bound, which alone takes a minute. The routes
are read off the contract, so that a new one is tested without being named here.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.faults.contract import Target, check, target


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with target(tmp_path_factory.mktemp("contract")) as server:
        yield server


def test_what_the_contract_allows_and_forbids_is_answered_as_it_says(server: Target) -> None:
    outcome = check(server, seed=1, examples=1, phases="examples,fuzzing,stateful")
    assert outcome.returncode == 0, outcome.stdout[-10_000:]
