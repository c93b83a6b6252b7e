"""Who learns and where they belong: organisations and teachers."""

from __future__ import annotations

from features import codes
from features.declaration import Column, Kind, Table
from features.tables import keys

ORGANISATIONS = Table(
    "organisations",
    "A dated tree of nation, provinces, cities, counties and schools; and training providers.",
    "机构：省、市、县、校的树形结构（可随时间变化），以及培训机构。",
    (
        Column("organisation_id", Kind.ID, "organisation", "机构标识", required=True),
        keys.VALID_FROM,
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
        keys.VALID_FROM,
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
            "registered_on",
            Kind.DATE,
            "registration or accreditation: where a policy says so, the own cycle begins with it",
            "注册（认证）日期",
        ),
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
            "whether recommendations may be personal; empty: as last stated, at first yes",
            "是否个性化推荐；为空则沿用此前的选择，初始为是",
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
