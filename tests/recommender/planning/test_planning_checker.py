"""A plan against a checker that knows no matrix: naive loops over the policy, and brute force."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.planning.gaps import Gap
from recommender.planning.horizon import Horizon
from recommender.planning.lines import Line
from recommender.planning.load import Limits
from recommender.planning.matching import Attributes, Career, Clause, Standing
from recommender.planning.options import Candidate, Option
from recommender.planning.plan import Header, Plan, make
from recommender.planning.problem import Inputs, Wishes
from recommender.planning.rules import Counting, Policy, Requirement
from recommender.planning.solve import Effort
from recommender.planning.terms import Cycle, TermRule

AS_OF = pd.Timestamp("2026-01-01T00:00+08:00")
CYCLE = Cycle(
    years=2,
    starts=dt.date(2026, 1, 1),
    term=(TermRule("spring", "春", "spring", "01-01"), TermRule("autumn", "秋", "autumn", "08-01")),
)
TERM_ENDS = (
    dt.date(2026, 7, 31),
    dt.date(2026, 12, 31),
    dt.date(2027, 7, 31),
    dt.date(2027, 12, 31),
)
MODES, DOMAINS = ("online", "face_to_face"), ("ethics", "teaching")
TEACHER = Career((Standing(dt.date(2010, 9, 1)),), dt.date(2010, 9, 1))


@dataclass(frozen=True)
class Case:
    """One random policy, ledger and catalogue."""

    policy: Policy
    ledger: tuple[Line, ...]
    candidates: tuple[Candidate, ...]
    utility: np.ndarray
    hours_per_year: Decimal
    pins: tuple[tuple[str, None], ...]
    budget: Decimal | None
    gaps: tuple[Gap, ...] = ()

    def inputs(self) -> Inputs:
        return Inputs(
            policy=self.policy,
            career=TEACHER,
            horizon=Horizon.of(self.policy, AS_OF),
            ledger=self.ledger,
            candidates=self.candidates,
            utility=self.utility,
            limits=Limits(hours_per_year=self.hours_per_year, budget=self.budget),
            wishes=Wishes(pins=self.pins),
            gaps=self.gaps,
        )

    def plan(self) -> Plan:
        return make(self.inputs(), Header("t", AS_OF, "m"), Effort(gap=0.0, nodes=10_000))


clauses = st.one_of(
    st.just(()),
    st.sampled_from(MODES).map(lambda mode: (Clause(mode=(mode,)),)),
    st.sampled_from(DOMAINS).map(lambda domain: (Clause(domain=(domain,)),)),
    st.just((Clause(mode=("online",), domain=("ethics",)),)),
    st.just((Clause(mode=("online",)), Clause(domain=("ethics",)))),
)


@st.composite
def requirements(draw: st.DrawFn, number: int) -> Requirement:
    counts = draw(st.sampled_from(("amount", "amount", "course")))
    most = 12 if counts == "amount" else 3
    low = draw(st.none() | st.integers(1, most))
    high = draw(st.integers(low or 1, most + 8)) if low is None or draw(st.booleans()) else None
    compulsory = draw(st.booleans())
    passed = st.none() if low is None else st.none() | st.integers(1, most).map(Decimal)
    return Requirement(
        id=f"r{number}",
        zh="要求",
        en="requirement",
        per=draw(st.sampled_from(("cycle", "year", "term"))),
        counts=counts,
        minimum=None if low is None else Decimal(low),
        maximum=None if high is None else Decimal(high),
        where=draw(clauses),
        carry_over=draw(passed),
        loan=draw(passed),
        compulsory=compulsory,
        may_give=None if compulsory else draw(st.none() | st.integers(1, 2)),
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    found = tuple(draw(requirements(number)) for number in range(draw(st.integers(1, 4))))
    amounts = [entry.id for entry in found if entry.counts == "amount"]
    rules = []
    for number in range(draw(st.integers(0, 2)) if amounts else 0):
        rules.append(
            Counting(
                id=f"c{number}",
                zh="规则",
                en="rule",
                requirements=tuple(draw(st.sets(st.sampled_from(amounts), min_size=1))),
                where=draw(clauses),
                weight=draw(st.sampled_from((Fraction(0), Fraction(1, 2), Fraction(1)))),
                cap=draw(st.none() | st.integers(0, 8).map(Decimal)),
                per=draw(st.sampled_from(("period", "year"))),
            )
        )
    return Policy(
        id="random",
        title_zh="随机",
        title_en="random",
        place="CN",
        since=dt.date(2020, 1, 1),
        source="-",
        verified="-",
        unit="hour",
        step=Fraction(1),
        cycle=CYCLE,
        requirement=found,
        counting=tuple(rules),
        budget_funding=("school",),
    )


attributes = st.builds(Attributes, mode=st.sampled_from(MODES), domain=st.sampled_from(DOMAINS))


@st.composite
def candidates(draw: st.DrawFn, number: int, repeatable: bool) -> Candidate:
    about, hours = draw(attributes), Decimal(draw(st.integers(1, 8)))
    terms = sorted(draw(st.sets(st.integers(0, 3), min_size=1)))
    cost = draw(st.none() | st.integers(0, 9).map(Decimal))
    funding = draw(st.sampled_from(("school", "other")))
    needs = draw(st.booleans()) and number > 0
    return Candidate(
        course=f"k{number}",
        options=tuple(
            Option(term, TERM_ENDS[term], about, hours, cost=cost, funding=funding)
            for term in terms
        ),
        prerequisites=(f"k{draw(st.integers(0, number - 1))}",) if needs else (),
        equivalence=draw(st.sampled_from(("", "", "g"))),
        repeatable="yearly" if repeatable and draw(st.booleans()) else "never",
    )


@st.composite
def gaps(draw: st.DrawFn, number: int, courses: int) -> Gap:
    builds = draw(st.sets(st.integers(0, courses - 1)))
    worth = sorted(draw(st.lists(st.integers(0, 20), max_size=3)), reverse=True)
    return Gap(
        competency=f"g{number}",
        zh="能力",
        en="competency",
        level=1,
        target=3,
        courses=frozenset(f"k{each}" for each in builds),
        worth=tuple(each / 10 for each in worth),
    )


@st.composite
def cases(draw: st.DrawFn, most: int, repeatable: bool) -> Case:
    count = draw(st.integers(1, most))
    ledger = tuple(
        Line(f"l{number}", dt.date(2026, 1, 1), draw(attributes), Decimal(draw(st.integers(1, 6))))
        for number in range(draw(st.integers(0, 2)))
    )
    utilities = draw(st.lists(st.integers(-3, 20), min_size=2 * count, max_size=2 * count))
    return Case(
        policy=draw(policies()),
        ledger=ledger,
        candidates=tuple(draw(candidates(number, repeatable)) for number in range(count)),
        utility=np.array(utilities, dtype=float).reshape(count, 2) / 10,
        hours_per_year=Decimal(draw(st.integers(0, 20))),
        pins=(("k0", None),) if draw(st.booleans()) else (),
        budget=draw(st.none() | st.integers(0, 20).map(Decimal)),
        gaps=tuple(draw(gaps(number, count)) for number in range(draw(st.integers(0, 2)))),
    )


Taken = tuple[Attributes, dt.date, Decimal]


def _periods(per: str) -> list[tuple[str, dt.date, dt.date]]:
    year = {n: (dt.date(n, 1, 1), dt.date(n, 8, 1), dt.date(n + 1, 1, 1)) for n in (2026, 2027)}
    if per == "cycle":
        return [("2026-2027", year[2026][0], year[2027][2])]
    if per == "year":
        return [(str(n), first, last) for n, (first, _, last) in year.items()]
    return [
        (f"{n}-{name}", since, until)
        for n, (first, middle, last) in year.items()
        for name, since, until in (("spring", first, middle), ("autumn", middle, last))
    ]


def _fits(where: tuple[Clause, ...], about: Attributes) -> bool:
    return not where or any(
        (not clause.mode or about.mode in clause.mode)
        and (not clause.domain or about.domain in clause.domain)
        for clause in where
    )


def unmet(
    policy: Policy, taken: Iterable[Taken]
) -> dict[tuple[str, str], tuple[Fraction, Fraction]]:
    """Return (missing, excess) of every requirement and period, by looking line by line."""
    found = {}
    for requirement in policy.requirement:
        periods, left = _periods(requirement.per), Fraction(0)
        for key, since, until in periods:
            counted = _counted(policy, requirement, [t for t in taken if since <= t[1] < until])
            left += counted[0] - Fraction(requirement.minimum or 0)
            lent = Fraction(requirement.loan or 0) if key != periods[-1][0] else Fraction(0)
            missing = max(Fraction(0), -left - lent)
            left = max(min(left, Fraction(requirement.carry_over or 0)), -lent)
            high = requirement.maximum
            excess = Fraction(0) if high is None else max(Fraction(0), counted[1] - Fraction(high))
            found[requirement.id, key] = (missing, excess)
    return found


def _counted(
    policy: Policy, requirement: Requirement, taken: list[Taken]
) -> tuple[Fraction, Fraction]:
    """Return what counts, with caps and (for a maximum) without."""
    sums: dict[tuple[str, int], Fraction] = defaultdict(Fraction)
    for about, on, hours in taken:
        if not _fits(requirement.where, about):
            continue
        amount = Fraction(1) if requirement.counts == "course" else Fraction(hours)
        name = ("", 0)
        for rule in policy.counting:
            if requirement.id in rule.requirements and _fits(rule.where, about):
                amount *= rule.weight
                name = (rule.id, on.year if rule.per == "year" else 0)
                break
        sums[name] += amount
    caps = {rule.id: rule.cap for rule in policy.counting}
    capped = sum(
        min(total, Fraction(caps[name])) if caps.get(name) is not None else total
        for (name, _), total in sums.items()
    )
    return Fraction(capped), sum(sums.values(), Fraction(0))


def _taken(case: Case, placed: Iterable[tuple[str, int]]) -> list[Taken]:
    options = {(c.course, o.term): o for c in case.candidates for o in c.options}
    chosen = [options[place] for place in placed]
    known = [
        (entry.attributes, entry.earned_on, entry.hours or Decimal(0)) for entry in case.ledger
    ]
    return [*known, *((o.attributes, o.earned_on, o.hours or Decimal(0)) for o in chosen)]


def _placed(plan: Plan) -> list[tuple[str, int]]:
    keys = [key for key, _, _ in _periods("term")]
    return [(item.course, keys.index(item.term)) for item in plan.items]


def allowed(case: Case, placed: list[tuple[str, int]]) -> bool:
    """Say whether a choice keeps the rules of any plan."""
    by_id = {candidate.course: candidate for candidate in case.candidates}
    hours = {c.course: o.hours or Decimal(0) for c in case.candidates for o in c.options}
    for year in (0, 1):
        if sum(hours[c] for c, term in placed if term // 2 == year) > case.hours_per_year:
            return False
    costs = {c.course: o.cost for c in case.candidates for o in c.options if o.funding == "school"}
    spent = sum(costs.get(course) or 0 for course, _ in placed)
    if case.budget is not None and spent > case.budget:
        return False
    for course, term in placed:
        candidate = by_id[course]
        same = [other for name, other in placed if name == course]
        if candidate.repeatable == "never" and len(same) > 1:
            return False
        if len({other // 2 for other in same}) < len(same):
            return False
        for before in candidate.prerequisites:
            if not any(name == before and other < term for name, other in placed):
                return False
    members = [c for c in case.candidates if c.equivalence]
    again = all(candidate.repeatable != "never" for candidate in members)
    grouped = [term // 2 if again else 0 for c, term in placed if by_id[c].equivalence]
    return len(members) < 2 or len(set(grouped)) == len(grouped)


def shortage(case: Case, placed: list[tuple[str, int]]) -> tuple[Fraction, ...]:
    """Return what falls short, level by level: compulsory, pins, then what gives last to first."""
    levels = [Fraction(0)] * 5
    lacking = unmet(case.policy, _taken(case, placed))
    for requirement in case.policy.requirement:
        level = 0 if requirement.compulsory else {None: 2, 2: 3, 1: 4}[requirement.may_give]
        for (name, _), (missing, excess) in lacking.items():
            if name == requirement.id:
                levels[level] += missing / Fraction(requirement.minimum or 1)
                levels[level] += excess / Fraction(requirement.maximum or 1)
    levels[1] = Fraction(sum(all(c != pin for c, _ in placed) for pin, _ in case.pins))
    return tuple(levels)


def gain(case: Case, placed: list[tuple[str, int]]) -> int:
    number = {candidate.course: n for n, candidate in enumerate(case.candidates)}
    alone = sum(round(1000 * case.utility[number[course], term // 2]) for course, term in placed)
    return alone + sum(_grown(gap, placed) for gap in case.gaps)


def _grown(gap: Gap, placed: list[tuple[str, int]]) -> int:
    """The first course on a competency is worth most, each further one less."""
    taken = sum(course in gap.courses for course, _ in placed)
    return sum(round(1000 * worth) for worth in gap.worth[:taken])


def every_choice(case: Case) -> Iterable[list[tuple[str, int]]]:
    places = [[None, *((c.course, o.term) for o in c.options)] for c in case.candidates]
    for choice in itertools.product(*places):
        placed = [place for place in choice if place is not None]
        if allowed(case, placed):
            yield placed


@settings(max_examples=120)
@given(cases(most=8, repeatable=True))
def test_a_plan_names_exactly_what_the_naive_checker_finds_unmet(case: Case) -> None:
    plan = case.plan()
    placed = _placed(plan)
    assert allowed(case, placed)
    found = {
        (each.requirement, each.period): (Fraction(each.missing), Fraction(each.excess))
        for each in plan.outcomes
    }
    assert found == unmet(case.policy, _taken(case, placed))
    assert {(each.requirement, each.period) for each in plan.unmet} == {
        key for key, lacking in found.items() if any(lacking)
    }
    assert plan.objective == gain(case, placed)
    assert plan.bound >= plan.objective


@settings(max_examples=60)
@given(cases(most=4, repeatable=False))
def test_no_choice_falls_short_less_or_then_gains_more_than_the_plan(case: Case) -> None:
    plan = case.plan()
    placed = _placed(plan)
    best = min(every_choice(case), key=lambda choice: (shortage(case, choice), -gain(case, choice)))
    assert plan.shortage_proven
    assert shortage(case, placed) == shortage(case, best)
    assert plan.objective == gain(case, best)
    assert plan.gap < 1e-6


def test_the_least_shortage_is_not_what_presolve_makes_of_it() -> None:
    """At most 3 in all and 1 each year, of courses of 1, 1 and 3: one above is least."""
    about = Attributes(mode="online", domain="ethics")
    sizes = ((0, 1), (0, 1), (2, 3))
    taken = tuple(
        Candidate(f"k{at}", (Option(term, TERM_ENDS[term], about, Decimal(hours)),))
        for at, (term, hours) in enumerate(sizes)
    )
    most = Requirement("r0", "要求", "requirement", maximum=Decimal(3), compulsory=True)
    each = Requirement("r1", "要求", "requirement", "year", minimum=Decimal(1), compulsory=True)
    policy = Policy(
        id="few",
        title_zh="少",
        title_en="few",
        place="CN",
        since=dt.date(2020, 1, 1),
        source="-",
        verified="-",
        unit="hour",
        step=Fraction(1),
        cycle=CYCLE,
        requirement=(most, each),
    )
    case = Case(policy, (), taken, np.zeros((3, 2)), Decimal(3), (), None)
    assert shortage(case, _placed(case.plan()))[0] == Fraction(1, 3)
