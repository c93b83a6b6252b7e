"""Days that a plan keeps free of presence: by the school, by the policy's terms, by a wish."""

from __future__ import annotations

from collections.abc import Sequence

from features.errors import InvalidSetting
from recommender.planning.days import NEEDS, Span, Stretch, joined
from recommender.planning.draft import Label
from recommender.planning.horizon import Horizon
from recommender.planning.load import Limits
from recommender.planning.rules import Policy
from recommender.planning.school import School
from recommender.planning.terms import Period

Closed = list[tuple[Label, Span]]


def closed_days(
    policy: Policy, horizon: Horizon, limits: Limits, school: School
) -> tuple[Closed, ...]:
    """Return the days closed by each rule, under the labels of their rows.

    Spans of one rule do not overlap; a rule that closes nothing is left out. Who is away in
    holidays is not absent, where the policy says which terms are holidays.

    Raises
    ------
    InvalidSetting
        If presence is wished in or out of holidays, and the policy names none.
    """
    term_time = [term for term in horizon.terms if not policy.cycle.is_holiday(term.since)]
    absent = _during(term_time, school.full(policy.absences_at_once))
    rules: tuple[Closed, ...] = (
        [(Label("free", "", str(span[0])), span) for span in joined(school.keep_free)],
        [(Label("absence", "", str(span[0])), span) for span in absent],
        _off_season(policy, horizon, limits, term_time),
    )
    return tuple(rule for rule in rules if rule)


def some_day(horizon: Horizon, term: int, mode: str) -> tuple[Stretch, ...]:
    """Return the stretches of what is expected in a term: on some day of it, if it needs any."""
    if NEEDS.get(mode, "none") == "none":
        return ()
    whole = horizon.terms[term]
    return (Stretch(max(whole.since, horizon.today), whole.until, "some"),)


def _during(terms: Sequence[Period], spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the parts of spans that lie in these terms."""
    return joined(
        [
            (max(since, term.since), min(until, term.until))
            for since, until in spans
            for term in terms
        ]
    )


def _off_season(
    policy: Policy, horizon: Horizon, limits: Limits, term_time: Sequence[Period]
) -> Closed:
    if limits.presence == "any":
        return []
    if not policy.cycle.has_holidays:
        raise InvalidSetting(
            "presence",
            expected="any under a policy that does not say which terms are holidays",
            got=limits.presence,
            remedy=f"mark them in {policy.id}.toml: holiday = true (docs/policies.md)",
        )
    off = [term for term in horizon.terms if term not in term_time]
    return [
        (Label("presence", "", term.key), (term.since, term.until))
        for term in (term_time if limits.presence == "holidays" else off)
    ]
