"""Every table of zixuan, declared once.

Validation, ``docs/data-format.md``, the store's schema and the API's models are made from
these declarations or checked against them. Only teachers, courses and events are required,
and of them only ids and a time per event.
"""

from __future__ import annotations

from features import codes
from features.declaration import Column, Kind, Table

_TEACHER = Column(
    "teacher_id", Kind.ID, "teacher", "教师", required=True, references="teachers.teacher_id"
)
_COURSE = Column(
    "course_id", Kind.ID, "course", "课程或项目", required=True, references="courses.course_id"
)
_VALID_FROM = Column(
    "valid_from",
    Kind.TIME,
    "since when this state holds; empty: a snapshot, taken to hold always",
    "该状态起始时间；为空则视为快照",
)


def _offering_ref(*, required: bool) -> Column:
    return Column(
        "offering_id",
        Kind.ID,
        "offering",
        "班次",
        required=required,
        references="offerings.offering_id",
    )


ORGANISATIONS = Table(
    "organisations",
    "A dated tree of nation, provinces, cities, counties and schools; and training providers.",
    "机构：省、市、县、校的树形结构（可随时间变化），以及培训机构。",
    (
        Column("organisation_id", Kind.ID, "organisation", "机构标识", required=True),
        _VALID_FROM,
        Column("kind", Kind.CODE, "level in the tree", "机构类别", codes=codes.ORGANISATION_KINDS),
        Column(
            "parent_id",
            Kind.ID,
            "organisation above",
            "上级机构",
            references="organisations.organisation_id",
        ),
        Column("region", Kind.CATEGORY, "ISO 3166-2 code of a province", "省级行政区代码"),
        Column("name_zh", Kind.TEXT, "name in Chinese", "中文名称"),
        Column("name_en", Kind.TEXT, "name in English", "英文名称"),
        Column("locality", Kind.CODE, "locality", "所在地类型", codes=codes.LOCALITIES),
        Column(
            "key_county",
            Kind.BOOLEAN,
            "national key county for rural revitalisation",
            "国家乡村振兴重点帮扶县",
        ),
        Column("accredited_from", Kind.DATE, "first day of accreditation", "资质起始日"),
        Column("accredited_until", Kind.DATE, "last day of accreditation", "资质终止日"),
    ),
    key=("organisation_id", "valid_from"),
    appears="valid_from",
)

TEACHERS = Table(
    "teachers",
    "Dated states of teachers: one row for each change.",
    "教师及其随时间变化的状态。",
    (
        Column("teacher_id", Kind.ID, "teacher", "教师标识", required=True),
        _VALID_FROM,
        Column(
            "career_stage",
            Kind.CODE,
            "career stage, in order of growth",
            "发展阶段",
            codes=codes.CAREER_STAGES,
        ),
        Column("phase", Kind.CODE, "school phase taught", "学段", codes=codes.PHASES),
        Column("subjects", Kind.CATEGORY, "subjects taught", "任教学科", many=True),
        Column("title", Kind.CODE, "professional title", "职称", codes=codes.TITLES),
        Column("role", Kind.CODE, "role", "岗位", codes=codes.ROLES, default="teacher"),
        Column(
            "organisation_id",
            Kind.ID,
            "school",
            "所在学校",
            references="organisations.organisation_id",
        ),
        Column("employed_on", Kind.DATE, "first day as a teacher; gives tenure", "入职日期"),
        Column(
            "years_of_service",
            Kind.NUMBER,
            "years of service at valid_from, where employed_on is unknown",
            "教龄",
            low=0,
            high=70,
        ),
        Column("goals", Kind.CATEGORY, "competencies the teacher wants", "发展目标", many=True),
        Column(
            "personalisation",
            Kind.BOOLEAN,
            "whether recommendations may be personal",
            "是否个性化推荐",
            default="true",
        ),
        Column(
            "locality",
            Kind.CODE,
            "locality, where the school has none",
            "所在地类型",
            codes=codes.LOCALITIES,
        ),
        Column("key_county", Kind.BOOLEAN, "works in a key county", "在重点帮扶县任教"),
        Column("leave_code", Kind.CATEGORY, "opaque code of an exemption", "减免代码（不含原因）"),
    ),
    key=("teacher_id", "valid_from"),
    required=True,
    appears="valid_from",
)

COURSES = Table(
    "courses",
    "The unit of choice: a course, or a programme that contains courses.",
    "选学单元：课程，或包含课程的培训项目。",
    (
        Column("course_id", Kind.ID, "course", "课程标识", required=True),
        Column(
            "kind",
            Kind.CODE,
            "course or programme",
            "课程或项目",
            codes=codes.COURSE_KINDS,
            default="course",
        ),
        Column("title_zh", Kind.TEXT, "title in Chinese", "中文标题"),
        Column("title_en", Kind.TEXT, "title in English", "英文标题"),
        Column("text_zh", Kind.TEXT, "description in Chinese", "中文简介"),
        Column("text_en", Kind.TEXT, "description in English", "英文简介"),
        Column("available_from", Kind.TIME, "when the course appeared", "上架时间"),
        Column("available_until", Kind.TIME, "when it was withdrawn", "下架时间"),
        Column("subjects", Kind.CATEGORY, "subjects; empty: for all", "适用学科", many=True),
        Column(
            "phases",
            Kind.CODE,
            "school phases; empty: all",
            "适用学段",
            many=True,
            codes=codes.PHASES,
        ),
        Column(
            "stages",
            Kind.CODE,
            "career stages; empty: all",
            "适用发展阶段",
            many=True,
            codes=codes.CAREER_STAGES,
        ),
        Column("roles", Kind.CODE, "roles; empty: all", "适用岗位", many=True, codes=codes.ROLES),
        Column(
            "regions",
            Kind.ID,
            "organisations whose teachers may take it; empty: all",
            "适用地区",
            many=True,
        ),
        Column("domain", Kind.CATEGORY, "domain of the guidance standard", "课程领域"),
        Column(
            "competencies",
            Kind.CATEGORY,
            "competencies with levels, code:level",
            "培养的能力及等级",
            many=True,
        ),
        Column("themes", Kind.CATEGORY, "themes", "主题", many=True),
        Column(
            "obligation",
            Kind.CODE,
            "kind of obligation",
            "修习要求",
            codes=codes.OBLIGATIONS,
            default="elective",
        ),
        Column("credit_kind", Kind.CATEGORY, "kind of credit in the policy", "学分类别"),
        Column(
            "prerequisites",
            Kind.ID,
            "courses to be done before",
            "先修课程",
            many=True,
            references="courses.course_id",
        ),
        Column("equivalence", Kind.CATEGORY, "group of which one counts", "等效课程组"),
        Column(
            "contains",
            Kind.ID,
            "courses inside a programme",
            "项目所含课程",
            many=True,
            references="courses.course_id",
        ),
        Column(
            "repeatable",
            Kind.CATEGORY,
            "never, yearly (each calendar year anew), or a number of months",
            "可否重修：never、yearly 或月数",
            default="never",
        ),
        Column("hours", Kind.AMOUNT, "training hours", "学时", low=0, high=2000),
        Column("credits", Kind.AMOUNT, "credits", "学分", low=0, high=2000),
        Column("mode", Kind.CODE, "mode", "培训方式", codes=codes.MODES),
        Column("tier", Kind.CODE, "tier", "培训层级", codes=codes.TIERS),
        Column("line", Kind.CATEGORY, "project line", "项目类别"),
        Column("grade", Kind.CODE, "project grade", "项目等级", codes=codes.GRADES),
        Column("cost", Kind.AMOUNT, "cost in yuan", "费用（元）", low=0),
        Column(
            "provider_id",
            Kind.ID,
            "provider",
            "培训机构",
            references="organisations.organisation_id",
        ),
    ),
    key=("course_id",),
    required=True,
    appears="available_from",
)

OFFERINGS = Table(
    "offerings",
    "One run of a course or programme; an empty cell takes the course's default.",
    "班次：课程或项目的一次开班；空值沿用课程默认值。",
    (
        Column("offering_id", Kind.ID, "offering", "班次标识", required=True),
        _COURSE,
        Column("published_at", Kind.TIME, "when it was announced", "公布时间"),
        Column("apply_from", Kind.DATE, "first day of the application window", "报名起始日"),
        Column("apply_until", Kind.DATE, "last day of the application window", "报名截止日"),
        Column("starts_on", Kind.DATE, "first day", "开班日期"),
        Column("ends_on", Kind.DATE, "last day", "结班日期"),
        Column("capacity", Kind.INTEGER, "seats", "名额", low=0),
        Column("days_away", Kind.NUMBER, "days away from school", "离岗天数", low=0, high=1000),
        Column(
            "admission_mode",
            Kind.CODE,
            "how a place comes about",
            "参训方式",
            codes=codes.ADMISSION_MODES,
            default="open",
        ),
        Column("mode", Kind.CODE, "mode", "培训方式", codes=codes.MODES),
        Column("tier", Kind.CODE, "tier", "培训层级", codes=codes.TIERS),
        Column("hours", Kind.AMOUNT, "training hours", "学时", low=0, high=2000),
        Column("credits", Kind.AMOUNT, "credits", "学分", low=0, high=2000),
        Column("cost", Kind.AMOUNT, "cost in yuan", "费用（元）", low=0),
        Column("funding", Kind.CATEGORY, "who pays", "经费来源"),
        Column(
            "provider_id",
            Kind.ID,
            "provider",
            "承办机构",
            references="organisations.organisation_id",
        ),
        Column(
            "organisation_id",
            Kind.ID,
            "organisation it is held for",
            "面向机构",
            references="organisations.organisation_id",
        ),
        Column("url", Kind.TEXT, "the platform's page for enrolling", "报名链接"),
    ),
    key=("offering_id",),
    appears="published_at",
)

OFFERING_STAGES = Table(
    "offering_stages",
    "The stages of an offering: dates and mode; they may span terms and years.",
    "班次的分阶段安排。",
    (
        _offering_ref(required=True),
        Column(
            "stage", Kind.INTEGER, "number of the stage, from 1", "阶段序号", required=True, low=1
        ),
        Column("starts_on", Kind.DATE, "first day", "开始日期", required=True),
        Column("ends_on", Kind.DATE, "last day", "结束日期", required=True),
        Column("mode", Kind.CODE, "mode", "培训方式", codes=codes.MODES),
        Column("hours", Kind.AMOUNT, "training hours", "学时", low=0, high=2000),
    ),
    key=("offering_id", "stage"),
)

ENROLMENTS = Table(
    "enrolments",
    "A teacher in an offering, and how far it has come; one row for each state.",
    "报名及其状态变化。",
    (
        _TEACHER,
        _offering_ref(required=True),
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
        _TEACHER,
        _COURSE,
        Column("occurred_at", Kind.TIME, "when it happened", "发生时间", required=True),
        Column("kind", Kind.CODE, "kind", "类型", codes=codes.EVENT_KINDS, default="completed"),
        _offering_ref(required=False),
        Column("recorded_at", Kind.TIME, "when it became known", "记录时间"),
        Column("value", Kind.NUMBER, "rating or other value", "数值"),
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
        _TEACHER,
        _COURSE,
        Column("rank", Kind.INTEGER, "place in the list, from 1", "名次", required=True, low=1),
        Column("shown_at", Kind.TIME, "when", "展示时间", required=True),
        Column("propensity", Kind.NUMBER, "chance of being shown there", "展示概率", low=0, high=1),
        Column("model_version", Kind.CATEGORY, "model", "模型版本"),
    ),
    key=("recommendation_id", "rank"),
    appears="shown_at",
)

CREDITS = Table(
    "credits",
    "The append-only ledger of hours and credits.",
    "学分台账（只增不改）。",
    (
        Column("entry_id", Kind.ID, "entry", "记录标识", required=True),
        _TEACHER,
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
        _offering_ref(required=False),
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
        _offering_ref(required=True),
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

QUOTAS = Table(
    "quotas",
    "Seats of an offering for an organisation and a group.",
    "名额分配指标。",
    (
        _offering_ref(required=True),
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

COMPETENCIES = Table(
    "competencies",
    "A competency framework: one row for each competency and target stage.",
    "能力框架：每项能力在各发展阶段的目标等级。",
    (
        Column("framework", Kind.CATEGORY, "framework and its version", "框架版本", required=True),
        Column("competency", Kind.CATEGORY, "code", "能力代码", required=True),
        Column(
            "stage",
            Kind.CODE,
            "career stage the target is for",
            "发展阶段",
            required=True,
            codes=codes.CAREER_STAGES,
        ),
        Column("target", Kind.NUMBER, "target level", "目标等级", required=True, low=0, high=10),
        Column("domain", Kind.CATEGORY, "domain", "领域"),
        Column("name_zh", Kind.TEXT, "name in Chinese", "中文名称"),
        Column("name_en", Kind.TEXT, "name in English", "英文名称"),
    ),
    key=("framework", "competency", "stage"),
)

DIAGNOSES = Table(
    "diagnoses",
    "The measured level of a teacher in a competency.",
    "教师能力测评结果。",
    (
        _TEACHER,
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

#: All tables, those that others refer to first.
TABLES: tuple[Table, ...] = (
    ORGANISATIONS,
    TEACHERS,
    COURSES,
    OFFERINGS,
    OFFERING_STAGES,
    ENROLMENTS,
    EVENTS,
    IMPRESSIONS,
    CREDITS,
    EVALUATIONS,
    QUOTAS,
    COMPETENCIES,
    DIAGNOSES,
)

BY_NAME = {table.name: table for table in TABLES}
