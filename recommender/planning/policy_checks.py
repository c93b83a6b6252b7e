"""What the schema alone cannot see: references between rules, steps, dates, zones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from recommender.planning.amounts import COURSES, Measure, decimal_text
from recommender.planning.caps import MOST_BESIDE
from recommender.planning.rules import SPANS, Counting, Policy, Requirement, Window
from recommender.planning.terms import terms_fault

#: Key path, what was expected, what was got.
Fault = tuple[str, str, str]


def faults_of(policy: Policy) -> list[Fault]:
    """Return every fault of a policy whose keys and types are right."""
    found = [*_of_head(policy), *_of_cycle(policy), *_of_ids(policy)]
    for requirement in policy.requirement:
        found += _of_requirement(policy, requirement)
    for window in policy.window:
        found += _of_window(window)
    seasons = {term.id for term in policy.cycle.term}
    for entry in policy.round:
        for unknown in sorted(set(entry.terms) - seasons):
            key = f"round {entry.id!r}.terms"
            found.append((key, f"one of {', '.join(sorted(seasons))}", repr(unknown)))
    for rule in policy.counting:
        found += _of_counting(policy, rule)
    found += _of_besides(policy)
    for conversion in policy.conversion:
        if conversion.unit == policy.unit and not conversion.under:
            key = f"conversion {conversion.id!r}.unit"
            found.append((key, "a unit other than the policy's own", repr(conversion.unit)))
    found += _of_clauses(policy)
    return found


def _of_head(policy: Policy) -> Iterator[Fault]:
    if policy.until is not None and policy.until <= policy.since:
        yield "until", f"a day after since ({policy.since})", str(policy.until)


def _of_cycle(policy: Policy) -> Iterator[Fault]:
    starts = policy.cycle.starts
    if (starts.month, starts.day) == (2, 29):
        yield "cycle.starts", "a day that every year has", str(starts)
    elif fault := terms_fault(policy.cycle):
        yield "cycle.term", fault, ", ".join(rule.starts for rule in policy.cycle.term)
    try:
        ZoneInfo(policy.cycle.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield "cycle.zone", "an IANA time zone such as Asia/Shanghai", repr(policy.cycle.zone)


def _of_ids(policy: Policy) -> Iterator[Fault]:
    lists = {
        "requirement": [entry.id for entry in policy.requirement],
        "window": [entry.id for entry in policy.window],
        "counting": [entry.id for entry in policy.counting],
        "conversion": [entry.id for entry in policy.conversion],
        "condition": [entry.id for entry in policy.condition],
        "sanction": [entry.id for entry in policy.sanction],
        "round": [entry.id for entry in policy.round],
        "cycle.term": [entry.id for entry in policy.cycle.term],
    }
    for name, ids in lists.items():
        for repeated, times in Counter(ids).items():
            if times > 1:
                yield f"{name}.id", "ids that differ", f"{repeated!r} {times} times"
    for window in policy.window:
        if window.id in SPANS:
            yield f"window {window.id!r}.id", f"a name other than {', '.join(SPANS)}", window.id


def _of_requirement(policy: Policy, requirement: Requirement) -> Iterator[Fault]:
    key = f"requirement {requirement.id!r}"
    windows = [window.id for window in policy.window]
    if requirement.per not in (*SPANS, *windows):
        spans = ", ".join([*SPANS, *windows])
        yield f"{key}.per", f"one of {spans}", repr(requirement.per)
    for unknown in sorted(set(requirement.waived_during) - set(windows)):
        yield f"{key}.waived_during", "the id of a window", repr(unknown)
    yield from _of_waivers(requirement, key)
    if requirement.pro_rata and requirement.per != "cycle":
        yield f"{key}.pro_rata", "it on a requirement per cycle", requirement.per
    if requirement.compulsory and requirement.may_give is not None:
        yield f"{key}.may_give", "none on what is compulsory", str(requirement.may_give)
    yield from _of_bounds(policy, requirement, key)


def _of_waivers(requirement: Requirement, key: str) -> Iterator[Fault]:
    waivers = (
        ("waived_during", requirement.waived_during),
        ("waived_on", requirement.waived_on),
    )
    for name, waived in waivers:
        if waived and requirement.per not in ("cycle", "year"):
            yield f"{key}.{name}", "it on a requirement per cycle or year", requirement.per
        if waived and requirement.per == "cycle" and not requirement.pro_rata:
            yield f"{key}.{name}", "pro_rata beside it on a requirement per cycle", "none"


def _of_share(policy: Policy, requirement: Requirement, key: str) -> Iterator[Fault]:
    whole = {each.id: each for each in policy.requirement}.get(requirement.of)
    if requirement.minimum is not None:
        yield f"{key}.share", "a share or a minimum", "both"
    if whole is None or whole.minimum is None:
        yield f"{key}.of", "the id of a requirement with a minimum", repr(requirement.of)
    elif (whole.per, whole.counts) != (requirement.per, requirement.counts):
        yield f"{key}.of", f"one per {requirement.per} that counts the same", repr(requirement.of)


def _of_bounds(policy: Policy, requirement: Requirement, key: str) -> Iterator[Fault]:
    low, high = requirement.minimum, requirement.maximum
    if low is None and high is None and requirement.share is None:
        yield key, "a minimum, a maximum or both", "neither"
    if requirement.share is not None:
        yield from _of_share(policy, requirement, key)
    if low is not None and high is not None and high < low:
        yield f"{key}.maximum", f"at least the minimum, {low}", str(high)
    measure = COURSES if requirement.counts == "course" else Measure(policy.unit, policy.step)
    passing = (("carry_over", requirement.carry_over), ("loan", requirement.loan))
    for name, amount in passing:
        if amount is not None and (requirement.per not in SPANS or low is None):
            yield f"{key}.{name}", "it on a minimum per cycle, year or term", requirement.per
    for name, amount in (("minimum", low), ("maximum", high), *passing):
        yield from _of_step(measure, f"{key}.{name}", amount)


def _of_step(measure: Measure, key: str, amount: Decimal | None) -> Iterator[Fault]:
    if amount is not None and not measure.holds(amount):
        yield key, f"a multiple of {decimal_text(measure.step)} {measure.unit}", str(amount)


def _of_clauses(policy: Policy) -> Iterator[Fault]:
    """Amounts in clauses are whole steps; what a conversion gives is not known before it."""
    measure = Measure(policy.unit, policy.step)
    counted = [
        *((f"requirement {rule.id!r}", rule.where) for rule in policy.requirement),
        *((f"counting {rule.id!r}", rule.where) for rule in policy.counting),
    ]
    for key, where in counted:
        for clause in where:
            yield from _of_step(measure, f"{key}.where.least", clause.least)
    before = [
        *((f"conversion {rule.id!r}", rule.where) for rule in policy.conversion),
        *((f"condition {rule.id!r}", rule.where) for rule in policy.condition),
        *((f"sanction {rule.id!r}", rule.where) for rule in policy.sanction),
    ]
    for key, where in before:
        if any(clause.least is not None for clause in where):
            yield f"{key}.where.least", "it in a requirement or counting rule only", "one here"


def _of_window(window: Window) -> Iterator[Fault]:
    if window.starts == "role" and not window.scope.roles:
        yield f"window {window.id!r}.scope.roles", "the roles whose start is meant", "none"


def _of_besides(policy: Policy) -> Iterator[Fault]:
    rules = [rule for rule in policy.counting if rule.beside]
    for entry in policy.requirement:
        held = sum(entry.id in rule.requirements for rule in rules)
        if held > MOST_BESIDE:
            key = f"counting.beside for {entry.id!r}"
            yield key, f"at most {MOST_BESIDE} caps beside those that decide", str(held)


def _of_counting(policy: Policy, rule: Counting) -> Iterator[Fault]:
    key = f"counting {rule.id!r}"
    in_amounts = {entry.id for entry in policy.requirement if entry.counts == "amount"}
    for unknown in sorted(set(rule.requirements) - in_amounts):
        yield f"{key}.requirements", "the id of a requirement that counts amounts", repr(unknown)
    if rule.within and rule.within not in {window.id for window in policy.window}:
        yield f"{key}.within", "the id of a window", repr(rule.within)
    if rule.beside and (rule.cap is None or rule.weight != 1 or rule.per != "period"):
        yield f"{key}.beside", "a cap per period, and no weight, beside what decides", "another"
    yield from _of_step(Measure(policy.unit, policy.step), f"{key}.cap", rule.cap)
