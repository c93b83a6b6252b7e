"""Print how long it takes to simulate a province, its rows, and the peak memory.

python benchmarks/simulate.py --teachers 100000 --courses 3000
"""

from __future__ import annotations

import argparse
import resource
import time

from training.simulate import Simulation, simulate

_KILOBYTES_PER_GIB = 1024 * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=100_000)
    parser.add_argument("--courses", type=int, default=3_000)
    parser.add_argument("--years", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    settings = Simulation(teachers=asked.teachers, courses=asked.courses, years=asked.years)
    began, used = time.perf_counter(), time.process_time()
    dataset, _ = simulate(settings, asked.seed)
    print(f"seconds {time.perf_counter() - began:.1f} (CPU {time.process_time() - used:.1f})")
    for name, frame in dataset.tables.items():
        print(f"rows {name} {len(frame)}")
    print(f"events per teacher {len(dataset.log) / len(dataset.teachers):.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILOBYTES_PER_GIB
    print(f"peak memory {peak:.2f} GiB")


if __name__ == "__main__":
    main()
