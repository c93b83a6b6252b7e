"""Whether what was acknowledged is there after kills and cuts of power, and how fresh answers are.

Usage: python -m benchmarks.reliability [--kills N] [--cuts N] [--flights N] [--seed N]

Servers are killed with signal 9 while clients write, and started again. Cuts of power are
simulated on a disk that keeps only what was synced (benchmarks/faults/power.py), once as the store
syncs and once as it would at synchronous=NORMAL: that it then loses events shows that the disk
forgets. Freshness is the time from the acknowledgement of an event by one worker to the end of the
first answer of another that takes it into account.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.faults.cuts import cut_power
from benchmarks.faults.fresh import delays
from benchmarks.faults.kills import kill
from benchmarks.faults.tally import Tally

#: Cuts of one run of a store: the next begins with an empty one.
CUTS = 20


def main() -> None:
    """Do everything and print the figures."""
    arguments = _arguments()
    console = Console(width=max(Console().width, 100))
    table = Table(title="acknowledged events")
    for name in ("fault", "faults", "promised", "lost", "doubled", "faults that lost"):
        table.add_column(name, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with console.status("cut the power"):
            for mode in ("FULL", "NORMAL"):
                _add(table, f"power, {mode}", _cuts(place, arguments.cuts, arguments.seed, mode))
        with console.status("kill servers"):
            _add(table, "kill -9", kill(place, arguments.kills, arguments.seed))
        console.print(table)
        if arguments.flights:
            with console.status("ask the other worker"):
                told = sorted(delays(place, arguments.flights))
            median, worst = told[len(told) // 2], told[-1]
            console.print(f"fresh after: median {median:.1f} ms, worst of {len(told)} {worst:.1f}")


def _cuts(folder: Path, cuts: int, seed: int, mode: str) -> Tally:
    whole = Tally()
    for run in range(0, cuts, CUTS):
        place = folder / f"{mode}-{run}"
        place.mkdir()
        whole.add(cut_power(place, min(CUTS, cuts - run), seed + run, mode))
    return whole


def _add(table: Table, fault: str, tally: Tally) -> None:
    figures = (tally.faults, tally.promised, tally.lost, tally.doubled, tally.hit)
    table.add_row(fault, *map(str, figures))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--flights", type=int, default=200, help="events asked for elsewhere")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
