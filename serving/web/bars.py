"""The credits bar: what is asked, what there is of it, and by when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from recommender.credits import credits_of
from recommender.planning.plan import Plan
from recommender.planning.statement import Account, Entry, Statement
from recommender.planning.terms import ONE_DAY
from recommender.plans import rules_for
from serving.advising import View


@dataclass(frozen=True, slots=True)
class Bar:
    """One requirement in the period that is under way.

    Parameters
    ----------
    planned
        What the plan adds to what is earned, in the same unit.
    until
        The last day on which something counts for it.
    of_year
        Whether the period is the policy year, not the cycle.
    """

    account: Account
    planned: str
    until: dt.date
    of_year: bool

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return Decimal(self.account.missing) == 0

    @property
    def shares(self) -> tuple[int, int]:
        """Earned and planned, in hundredths of what is needed; together at most 100."""
        needed = Decimal(self.account.needed)
        if not needed:
            return 100, 0
        earned = min(100, int(100 * Decimal(self.account.earned) / needed))
        return earned, min(100 - earned, int(100 * Decimal(self.planned or "0") / needed))


@dataclass(frozen=True, slots=True)
class Credits:
    """How a teacher stands.

    Parameters
    ----------
    bars
        Of the year and the cycle under way; compulsory ones first, then by deadline.
    """

    statement: Statement
    bars: Sequence[Bar]

    @property
    def waiting(self) -> list[Entry]:
        """Records that the teacher has claimed and nobody has recognised yet."""
        return [each for each in self.statement.entries if each.state in ("claimed", "verified")]

    @property
    def next_bar(self) -> Bar | None:
        """What to see to first: compulsory, soonest; None where nothing is missing."""
        return next((each for each in self.bars if not each.is_met), None)


def credits_shown(view: View, plan: Plan | None, folder: Path | None) -> Credits:
    """Return how the teacher of a view stands, and what a plan would add.

    Raises
    ------
    InvalidPolicy
        If no policy is in force for the teacher.
    """
    found = credits_of(
        view.dataset, teacher_id=view.teacher_id, as_of=view.as_of, policy_folder=folder
    )
    _, rules, horizon = rules_for(view.dataset, view.teacher_id, view.as_of, policy_folder=folder)
    cycle = rules.cycle.cycle_at(horizon.today)
    now = {each.key: each for each in (*rules.cycle.years_of(cycle), cycle)}
    open_now = {key: each for key, each in now.items() if each.holds(horizon.today)}
    planned = (
        {(each.requirement, each.period): each.planned for each in plan.outcomes} if plan else {}
    )
    bars = [
        Bar(
            account,
            planned.get((account.requirement, account.period), "0"),
            open_now[account.period].until - ONE_DAY,
            account.period != cycle.key,
        )
        for account in found.accounts
        if account.period in open_now and account.needed != "0"
    ]
    bars.sort(key=lambda each: (not each.account.compulsory, each.until))
    return Credits(found, bars)
