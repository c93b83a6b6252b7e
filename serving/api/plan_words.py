"""Plans as answers: titles from the store, sentences from what the plan holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import sqlalchemy as sa

from recommender.planning.account import Account
from recommender.planning.alternatives import Alternative
from recommender.planning.causes import OF_COURSE, Place
from recommender.planning.difference import Difference, Move
from recommender.planning.explain import Sentence as Said
from recommender.planning.explain import assumed_sentence, item_sentences, outcome_sentence
from recommender.planning.names import Names
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
from serving.naming import names_of
from serving.plans import StoredPlan


def plan(
    connection: sa.Connection, tenant: str, stored: StoredPlan, folder: Path | None
) -> PlanAnswer:
    """Return a stored plan; ``folder`` is that of further policies."""
    found = stored.plan
    courses = (item.course for item in found.items)
    return _plan(stored, names_of(connection, tenant, found, courses, folder))


def _plan(stored: StoredPlan, names: Names) -> PlanAnswer:
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
        items=_items(found, names),
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


def difference(
    connection: sa.Connection, tenant: str, found: Difference, after: Plan, folder: Path | None
) -> DifferenceAnswer:
    """Return where a plan differs from the one before."""
    places = (*found.kept, *found.dropped, *found.added)
    courses = {move.course for move in found.moved} | {course for course, _ in places}
    courses |= {cause.of for cause in found.causes if cause.code in OF_COURSE}
    names = names_of(connection, tenant, after, courses, folder)
    return DifferenceAnswer(
        kept=[_placed(place, names) for place in found.kept],
        moved=[_moved(move, names) for move in found.moved],
        dropped=[_placed(place, names) for place in found.dropped],
        added=[_placed(place, names) for place in found.added],
        sentences=_said(found.sentences(names)),
    )


def _placed(place: Place, names: Names) -> Placed:
    title, term = names.title(place[0]), names.term(place[1])
    return Placed(
        course_id=place[0],
        title_zh=title[0],
        title_en=title[1],
        term=place[1],
        term_zh=term[0],
        term_en=term[1],
    )


def _moved(move: Move, names: Names) -> Moved:
    title, before, after = names.title(move.course), names.term(move.before), names.term(move.after)
    return Moved(
        course_id=move.course,
        title_zh=title[0],
        title_en=title[1],
        before=move.before,
        before_zh=before[0],
        before_en=before[1],
        after=move.after,
        after_zh=after[0],
        after_en=after[1],
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


def alternatives(main: StoredPlan, found: Sequence[Alternative], names: Names) -> Alternatives:
    """Return other plans beside a stored one."""
    return Alternatives(
        plan_id=main.plan_id,
        revision=main.plan.revision,
        alternatives=[
            AlternativeAnswer(
                **asdict(each.change),
                figures=[Figure(**asdict(figure)) for figure in each.figures],
                plan=_plan(replace(main, plan=each.plan), names),
            )
            for each in found
        ],
    )


def _items(found: Plan, names: Names) -> list[PlannedCourse]:
    return [
        PlannedCourse(
            course_id=item.course,
            title_zh=names.title(item.course)[0],
            title_en=names.title(item.course)[1],
            year=item.year,
            term=item.term,
            term_zh=names.term(item.term)[0],
            term_en=names.term(item.term)[1],
            offering_id=item.offering,
            pinned=not {(item.course, item.term), (item.course, "")}.isdisjoint(found.asked.pins),
            amount=item.amount,
            hours=item.hours,
            reasons=_said(item_sentences(found, item, names)),
        )
        for item in found.items
    ]


def _outcome(outcome: PlanOutcome) -> Outcome:
    sentence = outcome_sentence(outcome)
    told = {"met": outcome.met, "zh": sentence.zh, "en": sentence.en}
    return Outcome.model_validate(asdict(outcome) | told)


def _said(sentences: Iterable[Said]) -> list[PlanSentence]:
    return [PlanSentence(**asdict(each)) for each in sentences]
