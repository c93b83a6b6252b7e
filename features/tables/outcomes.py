"""What came of it: credits, evaluations and diagnoses."""

from __future__ import annotations

from features import codes
from features.declaration import Column, Kind, Table
from features.tables import keys

CREDITS = Table(
    "credits",
    "The append-only ledger of hours and credits.",
    "学分台账（只增不改）。",
    (
        Column("entry_id", Kind.ID, "entry", "记录标识", required=True),
        keys.TEACHER,
        Column("kind", Kind.CODE, "kind", "类型", required=True, codes=codes.CREDIT_KINDS),
        Column("earned_on", Kind.DATE, "day on which it was earned", "取得日期", required=True),
        Column("recorded_at", Kind.TIME, "when it was written", "登记时间"),
        Column(
            "amount", Kind.AMOUNT, "amount; a correction may be negative", "数量", required=True
        ),
        Column("unit", Kind.CODE, "unit", "单位", required=True, codes=codes.UNITS),
        Column(
            "state",
            Kind.CODE,
            "state",
            "状态",
            codes=codes.CREDIT_STATES,
            default="recognised",
        ),
        Column("course_id", Kind.ID, "course", "课程", references="courses.course_id"),
        keys.offering(required=False),
        Column("activity", Kind.CODE, "activity", "活动类别", codes=codes.ACTIVITIES),
        Column("tier", Kind.CODE, "tier", "层级", codes=codes.TIERS),
        Column("mode", Kind.CODE, "mode", "方式", codes=codes.MODES),
        Column("credit_kind", Kind.CATEGORY, "kind of credit in the policy", "学分类别"),
        Column("themes", Kind.CATEGORY, "themes", "主题", many=True),
        Column("authority", Kind.CATEGORY, "who recognised it", "认定机构"),
        Column("evidence", Kind.TEXT, "reference to evidence", "佐证材料编号"),
        Column("policy_version", Kind.CATEGORY, "policy it was counted under", "政策版本"),
    ),
    key=("entry_id",),
    appears="recorded_at",
)

EVALUATIONS = Table(
    "evaluations",
    "Evaluations of offerings in four channels; anonymous answers carry no teacher.",
    "四类评价；匿名评价不含教师标识。",
    (
        Column("evaluation_id", Kind.ID, "evaluation", "评价标识", required=True),
        keys.offering(required=True),
        Column(
            "channel",
            Kind.CODE,
            "channel",
            "渠道",
            required=True,
            codes=codes.EVALUATION_CHANNELS,
        ),
        Column("given_on", Kind.DATE, "day", "日期"),
        Column("question", Kind.CATEGORY, "question or indicator", "题目或指标"),
        Column("value", Kind.NUMBER, "value", "数值"),
        Column("answers", Kind.INTEGER, "number of answers behind it", "样本数", low=1),
    ),
    key=("evaluation_id",),
)

DIAGNOSES = Table(
    "diagnoses",
    "The measured level of a teacher in a competency.",
    "教师能力测评结果。",
    (
        keys.TEACHER,
        Column("competency", Kind.CATEGORY, "code", "能力代码", required=True),
        Column("diagnosed_at", Kind.TIME, "when", "测评时间", required=True),
        Column("level", Kind.NUMBER, "level", "等级", required=True, low=0, high=10),
        Column("uncertainty", Kind.NUMBER, "standard error", "标准误", low=0),
        Column("framework", Kind.CATEGORY, "framework and its version", "框架版本"),
        Column("instrument", Kind.CATEGORY, "instrument", "测评工具"),
        Column("source", Kind.CATEGORY, "source", "来源"),
    ),
    key=("teacher_id", "competency", "diagnosed_at"),
    appears="diagnosed_at",
)
