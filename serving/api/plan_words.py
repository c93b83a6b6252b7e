"""Plans as answers: titles from the store, sentences from what the plan holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import sqlalchemy as sa

from features.labels import Label
from recommender.planning.account import Account
from recommender.planning.alternatives import Alternative
from recommender.planning.difference import Difference
from recommender.planning.explain import Sentence as Said
from recommender.planning.explain import assumed_sentence, item_sentences, outcome_sentence
from recommender.planning.plan import Outcome as PlanOutcome
from recommender.planning.plan import Plan
from serving.api.plan_answers import (
    AlternativeAnswer,
    Alternatives,
    DifferenceAnswer,
    Explanation,
    Figure,
    Moved,
    Outcome,
    Pin,
    Placed,
    PlanAnswer,
    PlannedCourse,
    PlanSentence,
    Reasoned,
    Revision,
    Revisions,
    WayOut,
)
from serving.plans import StoredPlan
from serving.store.rows import find_any
from serving.store.schema import DATA


def plan(connection: sa.Connection, tenant: str, stored: StoredPlan) -> PlanAnswer:
    """Return a stored plan."""
    titles = _titles(connection, tenant, [item.course for item in stored.plan.items])
    return _plan(stored, titles)


def _plan(stored: StoredPlan, titles: dict[str, Label]) -> PlanAnswer:
    found = stored.plan
    return PlanAnswer(
        plan_id=stored.plan_id,
        revision=found.revision,
        state=found.state,
        teacher_id=found.teacher_id,
        policy=found.policy,
        model_version=found.model,
        as_of=found.as_of,
        seed=found.seed,
        unit=found.unit,
        items=_items(found, titles),
        outcomes=[_outcome(each) for each in found.outcomes],
        unmet=[_outcome(each) for each in found.unmet],
        unkept=[Pin(course_id=course, term=term or None) for course, term in found.unkept],
        assumed=_said(map(assumed_sentence, found.assumed)),
        gap=found.gap,
    )


def revisions(plan_id: str, found: Sequence[StoredPlan]) -> Revisions:
    """Return what a plan has been."""
    return Revisions(
        plan_id=plan_id,
        revisions=[
            Revision(
                revision=each.plan.revision,
                state=each.plan.state,
                made_at=each.made_at.to_pydatetime(),
                as_of=each.plan.as_of,
                policy=each.plan.policy,
                model_version=each.plan.model,
            )
            for each in found
        ],
    )


def difference(connection: sa.Connection, tenant: str, found: Difference) -> DifferenceAnswer:
    """Return where two plans differ."""
    places = (*found.dropped, *found.added)
    named = [*(move.course for move in found.moved), *(course for course, _ in places)]
    titles = _titles(connection, tenant, named)
    return DifferenceAnswer(
        kept=[Placed(course_id=course, term=term) for course, term in found.kept],
        moved=[
            Moved(course_id=each.course, before=each.before, after=each.after)
            for each in found.moved
        ],
        dropped=[Placed(course_id=course, term=term) for course, term in found.dropped],
        added=[Placed(course_id=course, term=term) for course, term in found.added],
        sentences=_said(found.sentences(titles)),
    )


def explanation(found: Account) -> Explanation:
    """Return what a plan's maker says of it."""
    return Explanation(
        courses=[
            Reasoned(course_id=each.course, term=each.term, reasons=_said(each.reasons))
            for each in found.courses
        ],
        unkept=_said(found.unkept),
        binding=_said(found.binding),
        ways_out=[
            [WayOut(**asdict(way.relief), zh=way.said.zh, en=way.said.en) for way in ways]
            for ways in found.ways_out
        ],
        stuck=_said(found.stuck),
    )


def alternatives(
    connection: sa.Connection, tenant: str, main: StoredPlan, found: Sequence[Alternative]
) -> Alternatives:
    """Return other plans beside a stored one."""
    named = {item.course for each in found for item in each.plan.items}
    titles = _titles(connection, tenant, sorted(named))
    return Alternatives(
        plan_id=main.plan_id,
        revision=main.plan.revision,
        alternatives=[
            AlternativeAnswer(
                **asdict(each.change),
                figures=[Figure(**asdict(figure)) for figure in each.figures],
                plan=_plan(replace(main, plan=each.plan), titles),
            )
            for each in found
        ],
    )


def _items(found: Plan, titles: dict[str, Label]) -> list[PlannedCourse]:
    return [
        PlannedCourse(
            course_id=item.course,
            title_zh=titles.get(item.course, ("", ""))[0],
            title_en=titles.get(item.course, ("", ""))[1],
            year=item.year,
            term=item.term,
            offering_id=item.offering,
            pinned=not {(item.course, item.term), (item.course, "")}.isdisjoint(found.asked.pins),
            amount=item.amount,
            hours=item.hours,
            reasons=_said(item_sentences(found, item)),
        )
        for item in found.items
    ]


def _outcome(outcome: PlanOutcome) -> Outcome:
    sentence = outcome_sentence(outcome)
    told = {"met": outcome.met, "zh": sentence.zh, "en": sentence.en}
    return Outcome.model_validate(asdict(outcome) | told)


def _said(sentences: Iterable[Said]) -> list[PlanSentence]:
    return [PlanSentence(**asdict(each)) for each in sentences]


def _titles(connection: sa.Connection, tenant: str, courses: Sequence[str]) -> dict[str, Label]:
    found = find_any(connection, DATA["courses"], tenant, "course_id", courses)
    return {row["course_id"]: (row["title_zh"] or "", row["title_en"] or "") for row in found}
