"""Requirements by name."""

from recommender.planning import policy
from recommender.planning.short_names import short_name


def test_every_requirement_of_a_shipped_policy_has_a_name_in_both_languages() -> None:
    ids = {each.id for rules in policy.shipped() for each in rules.requirement}
    assert [each for each in sorted(ids) if not all(short_name(each))] == []


def test_within_a_policy_and_a_period_names_differ() -> None:
    for rules in policy.shipped():
        named = [(each.per, short_name(each.id)) for each in rules.requirement]
        twice = {each for each in named if named.count(each) > 1}
        # A New York teacher owes one of these two, by certificate.
        assert {zh for _, (zh, _) in twice} <= {"语言习得"}
