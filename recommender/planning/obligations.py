"""A policy's duties as rows: minima, maxima and caps, with what is missing made visible."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.planning.balances import Balance, Cut
from recommender.planning.carrying import most_carried, most_lent, passes_on
from recommender.planning.credits import (
    Contribution,
    CreditSheet,
    cap_groups,
    contributions,
    within,
)
from recommender.planning.draft import Draft, Label
from recommender.planning.duties import Duty
from recommender.planning.lines import Batch
from recommender.planning.matching import Career
from recommender.planning.rules import Policy, Requirement


def draft_duties(
    draft: Draft,
    policy: Policy,
    career: Career,
    batch: Batch,
    before: CreditSheet,
    *,
    first_level: int,
) -> None:
    """Draft a row for every duty whose period is open.

    Option i of the batch is column i of the draft. Compulsory duties fall short last (level
    0), the others from ``first_level`` on: those that may give first, last.
    """
    chains: dict[str, _Chain] = {}
    balances = [each for each in before.balances if not each.duty.closed]
    asked = [each.duty.requirement for each in balances]
    contributed = contributions(policy, asked, batch, career)
    for balance in balances:
        duty = balance.duty
        given = contributed[duty.requirement.id]
        level = _level(policy, duty.requirement, first_level)
        if passes_on(duty.requirement):
            chain = chains.setdefault(duty.requirement.id, _Chain(policy, before))
            link = chain.links(draft, balance)
            _minimum(draft, policy, balance, batch, given, level=level, link=link)
        elif duty.minimum is not None and balance.missing:
            link = _Link(balance.missing, balance.missing)
            _minimum(draft, policy, balance, batch, given, level=level, link=link)
        if duty.maximum is not None:
            _maximum(draft, balance, batch, given, level)


def _level(policy: Policy, requirement: Requirement, first: int) -> int:
    """Return the cost level of a requirement: 0 is held before all others."""
    if requirement.compulsory:
        return 0
    ranks = sorted({entry.may_give or 0 for entry in policy.requirement}, reverse=True)
    firm = [0, *(rank for rank in ranks if rank)]
    return first + firm.index(requirement.may_give or 0)


@dataclass(frozen=True, slots=True)
class _Link:
    """What a minimum still needs, the most that can be missing, and what other periods give."""

    needed: int
    most: int
    columns: tuple[int, ...] = ()
    signs: tuple[int, ...] = ()


@dataclass(slots=True)
class _Chain:
    """The open periods of a requirement that give to each other, met in the order of time.

    A column for what is carried over, and one for what is lent, stands between two periods: it
    lowers what one has, or owes, and raises the other's.
    """

    policy: Policy
    before: CreditSheet
    _carried: int | None = None
    _lent: int | None = None

    def links(self, draft: Draft, balance: Balance) -> _Link:
        """Return what the period before and the period after add to a minimum's row."""
        duty = balance.duty
        needed = (duty.minimum or 0) - balance.earned
        columns, signs = [], []
        if self._carried is None or self._lent is None:
            needed += balance.repaid - balance.carried
        else:
            columns, signs = [self._carried, self._lent], [1, -1]
        if not self._last(duty):
            most = [most_carried(self.policy, duty), most_lent(self.policy, duty)]
            self._carried, self._lent = map(int, draft.columns(upper=most, gain=[0, 0]))
            columns += [self._carried, self._lent]
            signs += [-1, 1]
        most_missing = (
            max(0, needed) + most_lent(self.policy, duty) + most_carried(self.policy, duty)
        )
        return _Link(needed, most_missing, tuple(columns), tuple(signs))

    def _last(self, duty: Duty) -> bool:
        own = [
            each.duty
            for each in self.before.balances
            if each.duty.requirement.id == duty.requirement.id
        ]
        return own[-1] == duty


def _minimum(
    draft: Draft,
    policy: Policy,
    balance: Balance,
    batch: Batch,
    given: Contribution,
    *,
    level: int,
    link: _Link,
) -> None:
    """Let what counts, and what is missing, come to at least what is still needed.

    Caps beside those that decide make it a row for each cut of :mod:`recommender.planning.caps`.
    """
    duty = balance.duty
    inside = given.fits & within(batch.days, duty.period)
    groups = cap_groups(policy, duty, given, batch.days)
    lacking = draft.shortage(level, link.most, 1 / max(1, duty.minimum or 1))
    whole = Cut((), balance.earned, tuple(use.room for use in balance.caps[: len(groups)]))
    for cut in balance.cuts or (whole,):
        here = inside & ~np.isin(given.beside, cut.beside) if cut.beside else inside
        rest, capped = here, list[int]()
        for (number, _), group, room in zip(groups, groups.values(), cut.rooms, strict=True):
            rest = rest & ~group
            options = np.flatnonzero(group & here)
            if len(options):
                rule = policy.counting[number].id
                capped.append(_capped(draft, duty, (rule, room), options, given.counted[options]))
        options = np.flatnonzero(rest & (given.counted > 0))
        draft.row(
            Label("minimum", duty.requirement.id, duty.period.key),
            np.append(options, [*capped, *link.columns, lacking]),
            np.append(given.counted[options], [*[1] * len(capped), *link.signs, 1]),
            lower=link.needed + balance.earned - cut.given,
        )


def _capped(
    draft: Draft,
    duty: Duty,
    cap: tuple[str, int],
    options: NDArray[np.int64],
    counted: NDArray[np.int64],
) -> int:
    """Append a column for what counts of capped lines: no more than them, nor than the room."""
    rule, room = cap
    column = int(draft.columns(upper=[room], gain=[0])[0])
    draft.row(
        Label("cap", f"{duty.requirement.id}/{rule}", duty.period.key),
        np.append(options, column),
        np.append(-counted, 1),
        upper=0,
    )
    return column


def _maximum(draft: Draft, balance: Balance, batch: Batch, given: Contribution, level: int) -> None:
    """Let what is taken, less what is too much, stay at or below the maximum."""
    duty = balance.duty
    limit = duty.maximum or 0
    options = np.flatnonzero(within(batch.days, duty.period) & (given.counted > 0))
    most = int(given.counted[options].sum())
    too_much = draft.shortage(level, most, 1 / max(1, limit))
    draft.row(
        Label("maximum", duty.requirement.id, duty.period.key),
        np.append(options, too_much),
        np.append(given.counted[options], -1),
        upper=max(0, limit - balance.taken),
    )
