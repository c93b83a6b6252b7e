"""Plans and credit sheets in words, Chinese and English; from what they hold, nothing more."""

from __future__ import annotations

from dataclasses import dataclass

from features.labels import word_label
from recommender.planning.amounts import Measure
from recommender.planning.balances import Counted
from recommender.planning.credits import Verdict
from recommender.planning.matching import Assumed
from recommender.planning.names import PLAIN, Names
from recommender.planning.plan import Item, Outcome, Plan
from recommender.planning.rules import Policy
from recommender.planning.short_names import short_name

UNITS_ZH = {"hour": "学时", "credit": "学分", "course": "门课程", "day": "天"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing said in both languages; ``code`` is stable, for programs."""

    code: str
    zh: str
    en: str


def item_sentences(plan: Plan, item: Item, names: Names = PLAIN) -> tuple[Sentence, ...]:
    """Say why a course is in a plan: wishes, requirements, what it opens, how well it suits."""
    found = [*_wish(item), *_serves(plan, item), *_opens(item, names), *_builds(plan, item)]
    found.append(
        Sentence(
            "suits",
            f"在 {item.year} 年度的候选课程中，适合度排第 {item.rank} 位。",
            f"Number {item.rank} in suitability among the candidates of {item.year}.",
        )
    )
    if not item.offering:
        found.append(
            Sentence(
                "expected",
                "该学期的班次尚未公布，按往期开班情况预计。",
                "No offering is announced for that term yet; it is expected from earlier ones.",
            )
        )
    return tuple(found)


def _wish(item: Item) -> list[Sentence]:
    known = {
        "pinned": Sentence("pinned", "由您指定。", "You asked for it."),
        "preferred": Sentence("preferred", "安排在您希望的学期。", "In the term that you prefer."),
        "kept": Sentence("kept", "沿用上一版计划。", "Kept from your earlier plan."),
    }
    return [known[item.wish]] if item.wish else []


def _serves(plan: Plan, item: Item) -> list[Sentence]:
    outcomes = {f"{each.requirement}@{each.period}": each for each in plan.outcomes}
    return [_counts(outcomes[name]) for name in item.serves]


def _counts(outcome: Outcome) -> Sentence:
    zh, en = short_name(outcome.requirement)
    return Sentence(
        "serves",
        f"计入（{outcome.period}）：{f'{zh}。' if zh else outcome.zh}",
        f"Counts for {outcome.period}: {f'{en}.' if en else outcome.en}",
    )


def _opens(item: Item, names: Names) -> list[Sentence]:
    called = (names.course(course) for course in item.opens)
    return [
        Sentence("opens", f"是{zh}的先修课程。", f"To be done before {en}, planned later.")
        for zh, en in called
    ]


def _builds(plan: Plan, item: Item) -> list[Sentence]:
    return [
        Sentence(
            "builds",
            f"有助于提升“{each.zh or each.competency}”：测评 {each.level:g} 级，"
            f"目标 {each.target:g} 级。",
            f"Builds {each.en or each.competency}: level {each.level:g} was diagnosed, "
            f"{each.target:g} is expected.",
        )
        for each in plan.grown
        if item.course in each.courses
    ]


def assumed_sentence(assumed: Assumed) -> Sentence:
    """Say which stage to come a plan takes for granted, and how likely it is."""
    zh, en = word_label("career_stage", assumed.stage)
    return Sentence(
        "assumed",
        f"自 {assumed.since} 起按“{zh}”阶段安排（可能性 {assumed.chance:.0%}）。",
        f"Planned as {en} from {assumed.since} on ({assumed.chance:.0%} likely).",
    )


def outcome_sentence(outcome: Outcome) -> Sentence:
    """Say how a requirement stands, with the exact amount that is missing or too much."""
    unit_zh = UNITS_ZH[outcome.unit]
    if outcome.missing != "0":
        return _missing(outcome)
    if outcome.excess != "0":
        return Sentence(
            "excess",
            f"{outcome.period}：超出上限 {outcome.excess} {unit_zh}。要求：{outcome.zh}",
            f"{outcome.period}: {said_amount(outcome.excess, outcome.unit)} above the maximum. "
            f"The requirement: {outcome.en}",
        )
    return Sentence(
        "met", f"{outcome.period}：已满足。{outcome.zh}", f"{outcome.period}: met. {outcome.en}"
    )


def _missing(outcome: Outcome) -> Sentence:
    lack_zh = f"{outcome.missing} {UNITS_ZH[outcome.unit]}"
    lack_en = said_amount(outcome.missing, outcome.unit)
    if outcome.closed:
        return Sentence(
            "missed",
            f"{outcome.period}：期满时缺 {lack_zh}。要求：{outcome.zh}",
            f"{outcome.period}: {lack_en} short when it ended. The requirement: {outcome.en}",
        )
    return Sentence(
        "missing",
        f"{outcome.period}：按此计划仍缺 {lack_zh}。要求：{outcome.zh}",
        f"{outcome.period}: still {lack_en} short with this plan. The requirement: {outcome.en}",
    )


def said_amount(amount: str, unit: str) -> str:
    """Write an amount with its unit in English, in the singular for one."""
    return f"{amount} {unit}" if amount == "1" else f"{amount} {unit}s"


def counted_sentence(policy: Policy, counted: Counted, measure: Measure) -> Sentence:
    """Say how much of a line counts for a requirement, and which rule decided."""
    part, whole = measure.text(counted.counted), measure.text(counted.amount)
    unit_zh, unit_en = UNITS_ZH[measure.unit], said_amount(part, measure.unit)
    if counted.counted == counted.amount:
        return Sentence("in_full", f"计入 {part} {unit_zh}。", f"{unit_en} counted.")
    rule = {rule.id: rule for rule in policy.counting}[counted.rule]
    return Sentence(
        "in_part",
        f"{whole} 中计入 {part} {unit_zh}：{rule.zh}。",
        f"{unit_en} of {whole} counted: {rule.en}.",
    )


_REASONS = {
    "claimed": ("已申报，尚未认定。", "Claimed, not yet recognised."),
    "verified": ("已审核，尚未认定。", "Verified, not yet recognised."),
    "expired": ("已失效。", "Expired."),
    "no_amount": ("没有学时或学分数量。", "It has no hours or credits."),
    "no_conversion": ("现行政策没有规定如何折算。", "The policy has no conversion for its unit."),
    "other_policy": (
        "按其他地区政策计算的学分，现行政策没有规定如何折算。",
        "Credits of another place's policy, for which this one has no conversion.",
    ),
    "inexact": (
        "数量不是政策最小计量单位的整数倍。",
        "Its amount is no whole number of the policy's step.",
    ),
    "no_requirement": (
        "本周期内没有要求此类记录。",
        "No requirement of these cycles asks for it on its day.",
    ),
}


def verdict_sentence(policy: Policy, verdict: Verdict) -> Sentence:
    """Say why a line counts for nothing."""
    if verdict.reason in _REASONS:
        return Sentence(verdict.reason, *_REASONS[verdict.reason])
    said = {rule.id: (rule.zh, rule.en) for rule in policy.counting}
    said |= {rule.id: (rule.zh, rule.en) for rule in policy.condition}
    zh, en = said[verdict.reason]
    return Sentence("rule", f"{zh}。", f"Not counted: {en}.")
