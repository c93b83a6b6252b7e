"""A teacher's credit sheet to read: every line and every requirement, in both languages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from recommender.planning.balances import Balance
from recommender.planning.credits import CreditSheet, sheet
from recommender.planning.explain import Sentence, counted_sentence, verdict_sentence
from recommender.planning.lines import Line, worth_of
from recommender.planning.matching import Career
from recommender.planning.rules import Policy
from recommender.planning.terms import Period

#: States of lines that may still be recognised.
WAITING = ("claimed", "verified")


@dataclass(frozen=True, slots=True)
class Use:
    """What a line gives to one requirement in one period, and why so much."""

    requirement: str
    period: str
    amount: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger.

    Parameters
    ----------
    hours, credits
        As they were entered; empty where they are not known.
    state
        ``recognised``, ``claimed``, ``verified`` or ``expired``.
    worth
        In the policy's unit; empty where it has none.
    conversion
        Id of the conversion that its worth comes from; empty where it stands as entered.
    uses
        What it gives to which requirement; empty where it counts for nothing.
    why_not
        Why it counts for nothing; ``None`` where it counts.
    """

    line_id: str
    earned_on: dt.date
    course: str
    kind: str
    state: str
    hours: str
    credits: str
    worth: str
    conversion: str
    uses: tuple[Use, ...]
    why_not: Sentence | None


@dataclass(frozen=True, slots=True)
class Account:
    """How a teacher stands with one requirement in one period, amounts written in its unit.

    Parameters
    ----------
    earned, converted
        What counts, and the part of it that comes from a conversion.
    claimed, expired
        What would count beside it if waiting lines were recognised, or expired ones still held.
    needed, missing, limit, excess
        What the period itself must come to and what is left of it; the maximum (empty where
        there is none) and what is above it.
    carried, repaid, lent
        What ``needed`` is less and more by than the minimum: carried over from the period
        before, a loan of that period to repay, and what is lent to this one.
    """

    requirement: str
    period: str
    zh: str
    en: str
    unit: str
    earned: str
    converted: str
    claimed: str
    expired: str
    needed: str
    carried: str
    repaid: str
    lent: str
    missing: str
    limit: str
    excess: str
    compulsory: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """A credit sheet: requirements in the policy's order, lines in that of their days."""

    teacher_id: str
    policy: str
    title_zh: str
    title_en: str
    unit: str
    day: dt.date
    accounts: tuple[Account, ...]
    entries: tuple[Entry, ...]

    def to_json(self) -> str:
        """Return the sheet as JSON; amounts are decimals in text, so nothing is rounded."""
        return _JSON.dump_json(self, indent=2).decode()


_JSON = TypeAdapter(Statement)


@dataclass(frozen=True, slots=True)
class Case:
    """Whose sheet it is: the rules, the teacher, the cycles to account for, and the day."""

    teacher_id: str
    policy: Policy
    career: Career
    cycles: tuple[Period, ...]
    today: dt.date

    def sheet(self, lines: Sequence[Line]) -> CreditSheet:
        """Return the credit sheet of lines."""
        return sheet(lines, self.policy, self.career, cycles=self.cycles, today=self.today)


def statement(case: Case, lines: Sequence[Line]) -> Statement:
    """Write down how a teacher's lines stand with a policy.

    Returns
    -------
    Statement
        The same for the same lines, whatever their order; of no lines, what is asked.
    """
    held = case.sheet(lines)
    waiting = case.sheet(_as_recognised(lines, WAITING))
    lasting = case.sheet(_as_recognised(lines, ("expired",)))
    converted = {
        line.line_id for line in lines if worth_of(case.policy, line, case.career).conversion
    }
    return Statement(
        teacher_id=case.teacher_id,
        policy=case.policy.version,
        title_zh=case.policy.title_zh,
        title_en=case.policy.title_en,
        unit=case.policy.unit,
        day=case.today,
        accounts=tuple(
            _account(
                balance, waits.earned - balance.earned, lost.earned - balance.earned, converted
            )
            for balance, waits, lost in zip(
                held.balances, waiting.balances, lasting.balances, strict=True
            )
        ),
        entries=_entries(case, held, lines),
    )


def _as_recognised(lines: Sequence[Line], states: Collection[str]) -> list[Line]:
    return [replace(line, state="recognised") if line.state in states else line for line in lines]


def _account(balance: Balance, claimed: int, expired: int, converted: Collection[str]) -> Account:
    duty, text = balance.duty, balance.duty.measure.text
    from_conversion = sum(each.counted for each in balance.lines if each.line_id in converted)
    return Account(
        requirement=duty.requirement.id,
        period=duty.period.key,
        zh=duty.requirement.zh,
        en=duty.requirement.en,
        unit=duty.measure.unit,
        earned=text(balance.earned),
        converted=text(from_conversion),
        claimed=text(claimed),
        expired=text(expired),
        needed=text(balance.needed),
        carried=text(balance.carried),
        repaid=text(balance.repaid),
        lent=text(balance.lent),
        missing=text(balance.missing),
        limit="" if duty.maximum is None else text(duty.maximum),
        excess=text(balance.excess),
        compulsory=duty.requirement.compulsory,
        closed=duty.closed,
    )


def _entries(case: Case, held: CreditSheet, lines: Sequence[Line]) -> tuple[Entry, ...]:
    uses: dict[str, list[Use]] = {}
    for balance in held.balances:
        duty = balance.duty
        for counted in balance.lines:
            why = counted_sentence(case.policy, counted, duty.measure)
            amount = duty.measure.text(counted.counted)
            use = Use(duty.requirement.id, duty.period.key, amount, why)
            uses.setdefault(counted.line_id, []).append(use)
    refused = {
        verdict.line_id: verdict_sentence(case.policy, verdict) for verdict in held.not_counted
    }
    return tuple(
        _entry(case, line, tuple(uses.get(line.line_id, ())), refused.get(line.line_id))
        for line in sorted(lines, key=lambda line: (line.earned_on, line.line_id))
    )


def _entry(case: Case, line: Line, uses: tuple[Use, ...], why_not: Sentence | None) -> Entry:
    value = worth_of(case.policy, line, case.career)
    return Entry(
        line_id=line.line_id,
        earned_on=line.earned_on,
        course=line.course,
        kind=line.attributes.kind,
        state=line.state,
        hours="" if line.hours is None else f"{line.hours:f}",
        credits="" if line.credits is None else f"{line.credits:f}",
        worth="" if value.fault else case.policy.measure.text(value.steps),
        conversion=value.conversion,
        uses=uses,
        why_not=why_not,
    )
