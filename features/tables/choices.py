"""What teachers wish, are given, do and are shown."""

from __future__ import annotations

from features import codes
from features.declaration import Column, Kind, Table
from features.tables import keys

ENROLMENTS = Table(
    "enrolments",
    "A teacher in an offering, and how far it has come; one row for each state.",
    "报名及其状态变化。",
    (
        keys.TEACHER,
        keys.offering(required=True),
        Column("state", Kind.CODE, "state", "状态", required=True, codes=codes.ENROLMENT_STATES),
        Column("decided_at", Kind.TIME, "when the state was reached", "时间", required=True),
        Column(
            "admission_mode",
            Kind.CODE,
            "how the place came about",
            "参训方式",
            codes=codes.ADMISSION_MODES,
        ),
        Column("decider", Kind.CATEGORY, "who decided", "决定者"),
        Column("reason", Kind.CATEGORY, "reason code", "原因代码"),
        Column(
            "evaluated",
            Kind.BOOLEAN,
            "an evaluation was handed in (its answers are kept elsewhere, unnamed)",
            "是否已提交评价",
        ),
    ),
    key=("teacher_id", "offering_id", "state", "decided_at"),
    appears="decided_at",
)

EVENTS = Table(
    "events",
    "What teachers did with courses.",
    "学习事件。",
    (
        Column("event_id", Kind.ID, "event; the same id twice counts once", "事件标识"),
        keys.TEACHER,
        keys.COURSE,
        Column("occurred_at", Kind.TIME, "when it happened", "发生时间", required=True),
        Column("kind", Kind.CODE, "kind", "类型", codes=codes.EVENT_KINDS, default="completed"),
        keys.offering(required=False),
        Column("recorded_at", Kind.TIME, "when it became known", "记录时间"),
        Column(
            "value",
            Kind.NUMBER,
            "rating; of a dismissed course why: 1 unsuited, 2 known already, 3 no time, "
            "4 place or mode, 5 other",
            "评分；不感兴趣时为原因编号",
        ),
        Column("result", Kind.CODE, "result grade", "考核结果", codes=codes.RESULTS),
        Column("amount", Kind.AMOUNT, "amount learned", "数量", low=0),
        Column("unit", Kind.CODE, "unit of the amount", "单位", codes=codes.UNITS),
        Column("recommendation_id", Kind.ID, "recommendation it followed", "来源推荐"),
    ),
    key=("event_id",),
    required=True,
    appears="occurred_at",
)

IMPRESSIONS = Table(
    "impressions",
    "What was shown to whom, and how likely it was to be shown.",
    "展示记录。",
    (
        Column("recommendation_id", Kind.ID, "recommendation", "推荐标识", required=True),
        keys.TEACHER,
        keys.COURSE,
        Column("rank", Kind.INTEGER, "place in the list, from 1", "名次", required=True, low=1),
        Column("shown_at", Kind.TIME, "when", "展示时间", required=True),
        Column("propensity", Kind.NUMBER, "chance of being shown there", "展示概率", low=0, high=1),
        Column("model_version", Kind.CATEGORY, "model", "模型版本"),
    ),
    key=("recommendation_id", "rank"),
    appears="shown_at",
)

QUOTAS = Table(
    "quotas",
    "Seats of an offering for an organisation and a group.",
    "名额分配指标。",
    (
        keys.offering(required=True),
        Column(
            "organisation_id",
            Kind.ID,
            "organisation",
            "机构",
            required=True,
            references="organisations.organisation_id",
        ),
        Column(
            "group",
            Kind.CODE,
            "group",
            "群体",
            required=True,
            codes=codes.QUOTA_GROUPS,
        ),
        Column("seats", Kind.INTEGER, "seats", "名额", required=True, low=0),
    ),
    key=("offering_id", "organisation_id", "group"),
)
