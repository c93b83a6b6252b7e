"""Whether the service keeps its own contract: schemathesis against a server with real data.

Usage: python -m benchmarks.contract [--examples N] [--seeds 1,2,3]

All phases (examples, coverage, fuzzing, sequences of operations) and all checks, once for each
seed. What is left out of the checks, and why: benchmarks/faults/schemathesis.toml.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.faults.contract import check, target


def main() -> None:
    """Check with each seed, and say so."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=50, help="of each operation")
    parser.add_argument("--seeds", default="1,2,3")
    arguments = parser.parse_args()
    failed = False
    with tempfile.TemporaryDirectory() as folder, target(Path(folder)) as server:
        for seed in map(int, arguments.seeds.split(",")):
            outcome = check(server, seed, arguments.examples)
            print(outcome.stdout)
            failed |= bool(outcome.returncode)
    raise SystemExit(failed)


if __name__ == "__main__":
    main()
