"""A plan accounted for: each course, what binds the whole, and the ways out of what is unmet."""

from __future__ import annotations

from dataclasses import dataclass

from recommender.planning.binding import binding, binding_sentence
from recommender.planning.conflict import Conflict, Relief, relief_sentence, stuck_sentence
from recommender.planning.explain import Sentence, assumed_sentence
from recommender.planning.names import PLAIN, Names
from recommender.planning.plan import Plan
from recommender.planning.problem import Inputs, build
from recommender.planning.ways_out import ways_out
from recommender.planning.why import Explained, unkept_sentence


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A planned course and why it is there and then."""

    course: str
    term: str
    reasons: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way out of a conflict, as figures and as a sentence."""

    relief: Relief
    said: Sentence


@dataclass(frozen=True, slots=True)
class Account:
    """What a plan's maker says of it.

    Parameters
    ----------
    courses
        In the order of the plan.
    assumed
        The stages to come that the plan takes for granted.
    unkept
        Why each wish that is not kept is not.
    binding
        What keeps the plan from suiting better, the dearest first; empty where something is unmet.
    ways_out
        For each conflict, what may give, in the policy's order; empty where all is met. A
        conflict that only whole courses bring about has none.
    stuck
        Of what is lacking, what nothing that may give would help.
    """

    courses: tuple[Reasoned, ...]
    assumed: tuple[Sentence, ...]
    unkept: tuple[Sentence, ...]
    binding: tuple[Sentence, ...]
    ways_out: tuple[tuple[WayOut, ...], ...]
    stuck: tuple[Sentence, ...]

    @classmethod
    def of(cls, inputs: Inputs, plan: Plan, names: Names = PLAIN) -> Account:
        """Account for a plan by what it was made from."""
        problem = build(inputs)
        explained = Explained(problem, plan, names)
        found: tuple[Conflict, ...] = ()
        if plan.unmet or plan.unkept:
            found = ways_out(problem, plan)
        return cls(
            courses=tuple(
                Reasoned(item.course, item.term, explained.of(item)) for item in plan.items
            ),
            assumed=tuple(assumed_sentence(each) for each in plan.assumed),
            unkept=tuple(unkept_sentence(inputs, *wish, names) for wish in plan.unkept),
            binding=tuple(binding_sentence(inputs.policy, each) for each in binding(problem)),
            ways_out=tuple(
                tuple(WayOut(way, relief_sentence(problem, way, names)) for way in each.reliefs)
                for each in found
                if each.reliefs
            ),
            stuck=tuple(
                stuck_sentence(problem, label)
                for each in found
                if not each.reliefs
                for label in each.lacking
            ),
        )
