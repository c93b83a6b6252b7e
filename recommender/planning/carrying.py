"""What passes from one period of a requirement to the next: credit carried over, or lent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recommender.planning.balances import Balance
from recommender.planning.duties import Duty
from recommender.planning.rules import Policy, Requirement


def passes_on(requirement: Requirement) -> bool:
    """Say whether anything of a requirement passes from one period to the next."""
    return requirement.carry_over is not None or requirement.loan is not None


def most_carried(policy: Policy, duty: Duty) -> int:
    """Return the most that is carried into the next period, in steps."""
    amount = duty.requirement.carry_over
    return 0 if amount is None else policy.measure_of(duty.requirement).steps(amount)


def most_lent(policy: Policy, duty: Duty) -> int:
    """Return the most that may be missing in a period and repaid in the next, in steps."""
    amount = duty.requirement.loan
    return 0 if amount is None else policy.measure_of(duty.requirement).steps(amount)


def chained(policy: Policy, balances: Sequence[Balance]) -> tuple[Balance, ...]:
    """Settle the balances of one requirement with each other, in the order of their periods.

    What is above a minimum, up to ``carry_over``, counts in the next period that is owed; what
    is short of it, up to ``loan``, is owed there on top. Nothing leaves the last period: what
    another cycle gives or owes is an entry of the ledger.
    """
    found: list[Balance] = []
    carried = repaid = 0
    for number, balance in enumerate(balances):
        here = replace(balance, carried=carried, repaid=repaid)
        short = (balance.duty.minimum or 0) + repaid - carried - balance.earned - balance.planned
        last = number == len(balances) - 1
        lent = 0 if last else min(most_lent(policy, balance.duty), max(0, short))
        found.append(replace(here, lent=lent, missing=max(0, short) - lent))
        carried = min(most_carried(policy, balance.duty), max(0, -short))
        repaid = lent
    return tuple(found)
