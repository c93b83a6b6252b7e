"""A policy's duties as rows: minima, maxima and caps, with what is missing made visible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.planning.credits import (
    Balance,
    CapUse,
    Contribution,
    CreditSheet,
    cap_groups,
    contribution,
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
    for balance in before.balances:
        duty = balance.duty
        if duty.closed:
            continue
        given = contribution(policy, duty.requirement, batch, career)
        level = _level(policy, duty.requirement, first_level)
        if duty.minimum is not None and balance.missing:
            _minimum(draft, policy, balance, batch, given, level)
        if duty.maximum is not None:
            _maximum(draft, balance, batch, given, level)


def _level(policy: Policy, requirement: Requirement, first: int) -> int:
    """Return the cost level of a requirement: 0 is held before all others."""
    if requirement.compulsory:
        return 0
    ranks = sorted({entry.may_give or 0 for entry in policy.requirement}, reverse=True)
    firm = [0, *(rank for rank in ranks if rank)]
    return first + firm.index(requirement.may_give or 0)


def _minimum(
    draft: Draft,
    policy: Policy,
    balance: Balance,
    batch: Batch,
    given: Contribution,
    level: int,
) -> None:
    """Let what counts, and what is missing, come to at least what is still needed."""
    duty = balance.duty
    rest = given.fits & within(batch.days, duty.period)
    capped: list[int] = []
    groups = cap_groups(policy, duty, given, batch.days)
    for group, use in zip(groups.values(), balance.caps, strict=True):
        rest &= ~group
        if group.any():
            options = np.flatnonzero(group)
            capped.append(_capped(draft, duty, use, options, given.counted[options]))
    options = np.flatnonzero(rest & (given.counted > 0))
    lacking = draft.shortage(level, balance.missing, 1 / max(1, duty.minimum or 1))
    draft.row(
        Label("minimum", duty.requirement.id, duty.period.key),
        [*options, *capped, lacking],
        [*given.counted[options], *[1] * len(capped), 1],
        lower=balance.missing,
    )


def _capped(
    draft: Draft,
    duty: Duty,
    use: CapUse,
    options: NDArray[np.int64],
    counted: NDArray[np.int64],
) -> int:
    """Append a column for what counts of capped lines: no more than them, nor than the cap."""
    column = int(draft.columns(upper=[use.room], gain=[0])[0])
    draft.row(
        Label("cap", f"{duty.requirement.id}/{use.rule}", duty.period.key),
        [*options, column],
        [*-counted, 1],
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
        [*options, too_much],
        [*given.counted[options], -1],
        upper=max(0, limit - balance.taken),
    )
