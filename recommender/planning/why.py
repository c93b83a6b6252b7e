"""Why this course and why this year: the true parts of a plan, read off what it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from recommender.planning.explain import Sentence, item_sentences
from recommender.planning.load import LOAD_STEPS
from recommender.planning.names import PLAIN, Names
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Item, Plan
from recommender.planning.problem import Inputs, Problem
from recommender.planning.terms import ONE_DAY


class Explained:
    """Tells of each course of a plan why it is there and why then.

    Parameters
    ----------
    problem
        What the plan was made from.
    names
        What courses and terms are called.
    """

    def __init__(self, problem: Problem, plan: Plan, names: Names = PLAIN) -> None:
        self._inputs, self._plan, self._names = problem.inputs, plan, names
        self._candidates = {each.course: each for each in problem.inputs.candidates}
        self._terms = [term.key for term in problem.inputs.horizon.terms]
        self._room = _room(problem, plan)
        self._due = {
            f"{each.duty.requirement.id}@{each.duty.period.key}": each.duty.period.until - ONE_DAY
            for each in problem.before.balances
        }

    def of(self, item: Item) -> tuple[Sentence, ...]:
        """Return the reasons of one course: those of the course first, then those of its year."""
        return (*item_sentences(self._plan, item, self._names), *self._of_year(item))

    def _of_year(self, item: Item) -> Iterator[Sentence]:
        candidate = self._candidates[item.course]
        option = next(each for each in candidate.options if self._terms[each.term] == item.term)
        if item.offering:
            yield _announced(option)
        yield from self._due_by(item)
        yield from self._after(item, candidate)
        yield from self._seasons(candidate)
        yield from self._full(item, candidate)

    def _due_by(self, item: Item) -> Iterator[Sentence]:
        """Say which of the requirements that it counts for ends first, and when."""
        days = sorted((self._due[name], name) for name in item.serves if name in self._due)
        if days:
            day = days[0][0]
            yield Sentence(
                "due",
                f"所计入的要求中，最早的截至 {day.isoformat()}。",
                f"The first of the requirements that it counts for ends on {day.isoformat()}.",
            )

    def _after(self, item: Item, candidate: Candidate) -> Iterator[Sentence]:
        planned = {each.course: each.term for each in reversed(self._plan.items)}
        for before in candidate.prerequisites:
            if before in planned and before not in self._inputs.done:
                (zh, en), (term_zh, term_en) = (
                    self._names.course(before),
                    self._names.term(planned[before]),
                )
                yield Sentence(
                    "after",
                    f"须在先修课程{zh}（{term_zh}）之后。",
                    f"After its prerequisite {en}, planned for {term_en}.",
                )

    def _seasons(self, candidate: Candidate) -> Iterator[Sentence]:
        """Say in which terms a course can be taken, where it is not all of them."""
        open_ = {option.term for option in candidate.options}
        if len(open_) == 1:
            yield Sentence(
                "only_term",
                "在本规划期内，只有该学期可以选修。",
                "It can be taken in no other term of this plan.",
            )
            return
        cycle, terms = self._inputs.policy.cycle, self._inputs.horizon.terms
        seasons = {cycle.season(terms[at].since) for at in open_}
        if len(seasons) == 1 and len(cycle.term) > 1:
            rule = next(each for each in cycle.term if each.id in seasons)
            yield Sentence("season", f"只在{rule.zh}开班。", f"It is held in {rule.en} terms only.")

    def _full(self, item: Item, candidate: Candidate) -> Iterator[Sentence]:
        """Name the other years in which it is held and whose hours leave no room for it."""
        horizon = self._inputs.horizon
        hours = {
            horizon.years[horizon.year_of_term[option.term]].key: _hours(self._inputs, option)
            for option in candidate.options
        }
        hours.pop(item.year)
        full = [year for year, needs in hours.items() if needs > self._room[year]]
        if full:
            listed = "、".join(full), ", ".join(full)
            yield Sentence(
                "full",
                f"{listed[0]} 年度余下的学时容不下这门课程。",
                f"The hours left in {listed[1]} have no room for it.",
            )


def _announced(option: Option) -> Sentence:
    return Sentence(
        "announced",
        f"班次 {option.offering} 已公布，{option.earned_on.isoformat()} 结束。",
        f"Offering {option.offering} is announced; it ends on {option.earned_on.isoformat()}.",
    )


def _hours(inputs: Inputs, option: Option) -> Decimal:
    return inputs.limits.unknown_hours if option.hours is None else option.hours


def _room(problem: Problem, plan: Plan) -> dict[str, Decimal]:
    """Return the hours that the plan leaves in each year."""
    matrix, unknown = problem.matrix, problem.inputs.limits.unknown_hours
    room = {
        label.period: Decimal(repr(float(matrix.upper[row]))) / LOAD_STEPS
        for row, label in enumerate(matrix.labels)
        if label.rule == "load"
    }
    for item in plan.items:
        room[item.year] -= Decimal(item.hours) if item.hours else unknown
    return room


def unkept_sentence(inputs: Inputs, course: str, term: str, names: Names = PLAIN) -> Sentence:
    """Say why a pin is not kept: what is known of it, from what is surest on.

    Parameters
    ----------
    term
        Empty where any would have done.
    """
    candidate = next((each for each in inputs.candidates if each.course == course), None)
    reachable = inputs.done | {each.course for each in inputs.candidates}
    if candidate is None and course in inputs.done:
        zh, en = "您已完成该课程", "you have completed it"
    elif candidate is None:
        zh, en = "该课程不对您开放，或没有可选的班次", "it is not open to you, or not offered"
    elif term and inputs.horizon.term_named(term) not in {o.term for o in candidate.options}:
        zh, en = "该学期没有可选的班次", "no offering of that term can be chosen"
    elif not reachable.issuperset(candidate.prerequisites):
        zh, en = "其先修课程无法完成", "its prerequisites cannot be completed"
    else:
        zh, en = "必须满足的要求和学时上限没有留出位置", "duties and hours leave no room for it"
    (of_zh, of_en), (in_zh, in_en) = names.course(course), names.term(term)
    when_zh, when_en = (f"（{in_zh}）", f" in {in_en}") if term else ("", "")
    return Sentence("unkept", f"{of_zh}{when_zh}：{zh}。", f"{of_en}{when_en}: {en}.")
