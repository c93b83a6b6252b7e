"""Changing a plan: a pin or a ban, the least disturbance, an answer in milliseconds.

The problem, its relaxation and its terrain are kept. A ban is an upper bound of 0, a pin a lower
bound of 1, and every course of the plan gains a little by staying where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.planning.causes import Asking, Since
from recommender.planning.difference import Difference
from recommender.planning.draft import Label, Matrix
from recommender.planning.favours import kept_gain, standing
from recommender.planning.plan import Header, Plan, make, written
from recommender.planning.problem import Inputs, Problem, Wishes, build, kept_out
from recommender.planning.relaxation import Relaxation
from recommender.planning.solve import Effort, Solution, complete, improved, solve
from recommender.planning.terrain import Terrain


@dataclass(frozen=True, slots=True)
class Change:
    """A changed plan, what is different in it, and what it was made from."""

    plan: Plan
    difference: Difference
    inputs: Inputs


class Replanner:
    """One teacher's plan, open to changes; each answers to the plan as it then stands.

    Parameters
    ----------
    inputs
        What the first plan is made from.
    """

    def __init__(self, inputs: Inputs, header: Header, effort: Effort | None = None) -> None:
        self._effort = effort or Effort()
        self._header = header
        # Bans are bounds here, so that they can be lifted: no row counts on them. What is kept
        # changes with every plan, and is gained anew by each.
        lasting = replace(inputs.wishes, bans=frozenset(), bans_in_year=frozenset(), keep=())
        self._problem = build(replace(inputs, wishes=lasting))
        self._usual = complete(self._problem.matrix)
        self._relaxation = Relaxation(self._usual)
        self._terrain = Terrain.of(self._usual)
        first = self._problem if inputs.wishes == lasting else build(inputs)
        # Solved once, the relaxation starts there with every change.
        solution = solve(first, self._effort, self._relaxation if first is self._problem else None)
        self._chosen = np.array(solution.chosen, dtype=np.int64)
        self.plan = written(first, solution, header, self._effort)
        self._wishes = inputs.wishes

    def pin(self, course: str, term: str | None = None) -> Change:
        """Put a course into the plan, in a term or in any."""
        pins = tuple(pin for pin in self._wishes.pins if pin[0] != course)
        bans = self._wishes.bans - {course}
        in_year = frozenset(each for each in self._wishes.bans_in_year if each[0] != course)
        pins = (*pins, (course, term))
        wishes = replace(self._wishes, pins=pins, bans=bans, bans_in_year=in_year)
        return self._change(wishes, "pin")

    def ban(self, course: str) -> Change:
        """Keep a course out of the plan."""
        pins = tuple(pin for pin in self._wishes.pins if pin[0] != course)
        wishes = replace(self._wishes, pins=pins, bans=self._wishes.bans | {course})
        return self._change(wishes, "ban")

    def _change(self, wishes: Wishes, kind: str) -> Change:
        wishes = replace(wishes, keep=kept_places(self.plan))
        header = replace(self._header, revision=self._header.revision + 1)
        changed = self._changed(wishes)
        inputs = replace(self._problem.inputs, wishes=wishes)
        if changed is None:
            plan = make(inputs, header, self._effort)
            self._chosen = np.flatnonzero(standing(self._problem.grid, kept_places(plan)))
        else:
            problem, solution = changed
            plan = written(problem, solution, header, self._effort)
            self._chosen = np.array(solution.chosen, dtype=np.int64)
        asking = Asking(self.plan, plan, inputs, Since(wish=kind))
        difference = Difference.between(self.plan, plan).explained(asking)
        self.plan, self._header, self._wishes = plan, header, wishes
        return Change(plan, difference, inputs)

    def _changed(self, wishes: Wishes) -> tuple[Problem, Solution] | None:
        """Solve again from where the last plan was; ``None`` where something falls short."""
        narrowed = self._narrowed(wishes)
        if narrowed is None:
            return None
        matrix, start = narrowed
        problem = replace(
            self._problem, inputs=replace(self._problem.inputs, wishes=wishes), matrix=matrix
        )
        rows = np.flatnonzero(matrix.lower != self._usual.lower)
        options = np.arange(len(start), dtype=np.int64)
        bounds = matrix.column_lower[options], matrix.column_upper[options]
        self._relaxation.bounds(options, *bounds)
        self._relaxation.gains(matrix.gain)
        for row in rows.tolist():
            self._relaxation.at_least(row, matrix.lower[row], matrix.upper[row])
        terrain = replace(
            self._terrain,
            lower=np.where(matrix.lower > self._terrain.lower, matrix.lower, self._terrain.lower),
        )
        solution = improved(problem, matrix, self._relaxation, terrain, self._effort, start)
        for row in rows.tolist():
            self._relaxation.at_least(row, self._usual.lower[row], self._usual.upper[row])
        return None if solution is None else (problem, solution)

    def _narrowed(self, wishes: Wishes) -> tuple[Matrix, NDArray[np.bool_]] | None:
        """Return the matrix with wishes as bounds, and the last plan with them carried out."""
        grid, inputs = self._problem.grid, self._problem.inputs
        numbers = grid.numbers()
        start = np.zeros(len(grid.course), dtype=bool)
        start[self._chosen] = True
        column_lower, column_upper = (
            self._usual.column_lower.copy(),
            self._usual.column_upper.copy(),
        )
        lower = self._usual.lower.copy()
        banned = np.flatnonzero(kept_out(wishes, grid, inputs.horizon))
        column_upper[banned], start[banned] = 0, False
        for course, term in wishes.pins:
            options = (
                grid.of_course(numbers[course]) if course in numbers else np.zeros(0, np.int64)
            )
            place = inputs.horizon.term_named(term) if term is not None else -1
            here = options if term is None else options[grid.term[options] == place]
            if not len(here) or not column_upper[here].any():
                return None
            if term is not None:
                column_lower[here] = 1
                start[options] = False
                start[here] = True
            else:
                row = self._row(Label("once", course))
                if row < 0:
                    return None
                lower[row] = 1
                if not start[options].any():
                    start[options[np.argmax(self._usual.gain[options])]] = True
        repeatable = [each.repeatable for each in inputs.candidates]
        gain = self._usual.gain.copy()
        gain[: len(start)] += kept_gain(grid, wishes.keep, repeatable, wishes.keep_bonus)
        changed = replace(
            self._usual,
            lower=lower,
            column_lower=column_lower,
            column_upper=column_upper,
            gain=gain,
        )
        return changed, start

    def _row(self, label: Label) -> int:
        labels = self._usual.labels
        return labels.index(label) if label in labels else -1


def kept_places(plan: Plan) -> tuple[tuple[str, str], ...]:
    """Return the (course, key of its term) of a plan, to be kept by the next."""
    return tuple((item.course, item.term) for item in plan.items)
