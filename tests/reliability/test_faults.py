"""What was acknowledged is there once after a crash and after a cut of power.

A few rounds each; `python -m benchmarks.reliability` goes on for longer.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.faults.cuts import cut_power
from benchmarks.faults.kills import kill

KILLS = 2
CUTS = 12


@pytest.mark.parametrize("seed", [1, 2])
def test_a_cut_of_power_takes_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    tally = cut_power(tmp_path, CUTS, seed)
    assert (tally.faults, tally.lost, tally.doubled) == (CUTS, 0, 0)
    assert tally.promised > CUTS


def test_the_disk_of_these_cuts_forgets_what_was_not_synced(tmp_path: Path) -> None:
    """Without this the rule above would hold of any disk."""
    tally = cut_power(tmp_path, CUTS, seed=1, synchronous="NORMAL")
    assert tally.lost
    assert not tally.doubled  # what survives is a state that was


def test_a_killed_server_has_every_acknowledged_event_once(tmp_path: Path) -> None:
    """Events known by an id, by content, and in bulk; what was not answered is sent again."""
    tally = kill(tmp_path, KILLS, seed=1)
    assert (tally.faults, tally.lost, tally.doubled) == (KILLS, 0, 0)
    assert tally.promised > KILLS
