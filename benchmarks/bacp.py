"""Curricula to balance (CSPLib problem 30), through the same rows as a teacher's plan.

Usage: python benchmarks/bacp.py FOLDER [--nodes N]

FOLDER holds REFERENCE_OPTIMA.tsv, bacp8.dat and the like, and bacp_MiniZinc_Benchmarks. Every
course is placed once, after its prerequisites, and the load of the fullest period is made as
small as can be. Proven: the bound of the exact search is that load.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from features.done import NEVER_AGAIN
from recommender.planning import constraints
from recommender.planning.constraints import Grid
from recommender.planning.draft import Draft, Matrix
from recommender.planning.exact import Exact

#: Optima of the three classic instances, which the table of references leaves out.
CLASSIC = {"bacp8.dat": 17, "bacp10.dat": 14, "bacp12.dat": 17}


@dataclass(frozen=True, slots=True)
class Curriculum:
    """Loads of courses, (course, prerequisite) by number, and bounds of a period."""

    periods: int
    loads: tuple[int, ...]
    pairs: tuple[tuple[int, int], ...]
    load: tuple[int, int]
    count: tuple[int, int]

    def matrix(self) -> Matrix:
        """Write it with the rules of any plan."""
        courses, terms = range(len(self.loads)), range(self.periods)
        grid = Grid(
            courses=tuple(f"c{number}" for number in courses),
            terms=tuple(f"p{number}" for number in terms),
            course=np.repeat(courses, self.periods),
            term=np.tile(terms, len(courses)),
            load=np.repeat(self.loads, self.periods),
            days=np.tile(terms, len(courses)) + 1,
        )
        draft = Draft()
        never = [NEVER_AGAIN] * len(courses)
        options = len(grid.course)
        draft.columns(upper=np.ones(options), gain=np.zeros(options), whole=True)
        constraints.once(draft, grid, never, least=1)
        constraints.after(draft, grid, self.pairs, never)
        spans = [(grid.terms[term], np.arange(self.periods) == term) for term in terms]
        least, most = ([bound] * self.periods for bound in self.load)
        constraints.loads(draft, grid, spans, least=least, most=most)
        constraints.counts(draft, grid, *self.count)
        constraints.largest(draft, grid)
        return draft.matrix()


def main() -> None:
    arguments = _arguments()
    table = Table(title="largest load of a period")
    for name in ("instance", "optimum", "found", "bound", "proven", "CPU s"):
        table.add_column(name, justify="left" if name == "instance" else "right")
    right = 0
    cases = list(_cases(arguments.folder))
    for name, curriculum, optimum in cases:
        started = time.process_time()
        answer = Exact(curriculum.matrix(), seed=0, nodes=arguments.nodes).most_gain(0.0)
        seconds = time.process_time() - started
        found, bound = (-1.0, -1.0) if answer is None else (answer[0][-1], -answer[1])
        proven = abs(found - bound) < 1e-6
        right += proven and round(found) == optimum
        row = (str(optimum), f"{found:.0f}", f"{bound:.2f}", "yes" if proven else "no")
        table.add_row(name, *row, f"{seconds:.2f}")
    Console().print(table)
    print(f"{right} of {len(cases)} reach the reference optimum, proven")
    sys.exit(right < len(cases))


def _cases(folder: Path) -> Iterator[tuple[str, Curriculum, int]]:
    for name, optimum in CLASSIC.items():
        yield name, classic((folder / name).read_text()), optimum
    for line in (folder / "REFERENCE_OPTIMA.tsv").read_text().splitlines():
        cells = line.split("\t")
        if cells[0].endswith(".mzn"):
            path = folder / "bacp_MiniZinc_Benchmarks" / cells[0]
            yield cells[0], minizinc(path.read_text()), int(cells[6])


def classic(text: str) -> Curriculum:
    """Read a ``.dat`` file."""
    number = {name: int(value) for name, value in re.findall(r"\b([pabcd])\s*=\s*(\d+)", text)}
    names = _listed(text, r"courses\s*=\s*\{([^}]*)\}")
    at = {name: place for place, name in enumerate(names)}
    pairs = re.findall(r"<\s*(\w+)\s*,\s*(\w+)\s*>", text)
    return Curriculum(
        periods=number["p"],
        loads=tuple(int(each) for each in _listed(text, r"credit\s*=\s*\[([^\]]*)\]")),
        pairs=tuple(sorted({(at[course], at[before]) for course, before in pairs})),
        load=(number["a"], number["b"]),
        count=(number["c"], number["d"]),
    )


def minizinc(text: str) -> Curriculum:
    """Read a ``.mzn`` file."""
    number = {name: int(value) for name, value in re.findall(r"(\w+) = (\d+);", text)}
    pairs = re.findall(r"prerequisite\((\d+), (\d+)\)", text)
    return Curriculum(
        periods=number["n_periods"],
        loads=tuple(int(each) for each in _listed(text, r"course_load = \[([^\]]*)\]")),
        pairs=tuple(sorted({(int(course) - 1, int(before) - 1) for course, before in pairs})),
        load=(number["load_per_period_lb"], number["load_per_period_ub"]),
        count=(number["courses_per_period_lb"], number["courses_per_period_ub"]),
    )


def _listed(text: str, pattern: str) -> list[str]:
    found = re.search(pattern, text)
    return re.findall(r"\w+", found.group(1)) if found else []


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nodes", type=int, default=100_000)
    return parser.parse_args()


if __name__ == "__main__":
    main()
