"""What columns and code words are called when a teacher reads them, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Label = tuple[str, str]

COLUMNS: Mapping[str, Label] = MappingProxyType(
    {
        "career_stage": ("发展阶段", "career stage"),
        "phase": ("学段", "school phase"),
        "subjects": ("任教学科", "subject"),
        "title": ("职称", "professional title"),
        "role": ("岗位", "role"),
        "goals": ("发展目标", "goal"),
        "locality": ("所在地", "locality"),
        "key_county": ("重点帮扶县", "key county"),
        "tenure": ("教龄（年）", "years of service"),
        "past_count": ("已修课程数", "courses completed"),
        "days_since_last": ("距上次学习（天）", "days since last activity"),
        "past_hours": ("各领域已修学时", "hours completed by domain"),
    }
)

_SUBJECTS: Mapping[str, Label] = {
    "chinese": ("语文", "Chinese"),
    "maths": ("数学", "mathematics"),
    "english": ("英语", "English"),
    "morality_law": ("道德与法治", "morality and law"),
    "politics": ("思想政治", "politics"),
    "history": ("历史", "history"),
    "geography": ("地理", "geography"),
    "physics": ("物理", "physics"),
    "chemistry": ("化学", "chemistry"),
    "biology": ("生物", "biology"),
    "science": ("科学", "science"),
    "it": ("信息科技", "information technology"),
    "pe": ("体育与健康", "physical education and health"),
    "music": ("音乐", "music"),
    "art": ("美术", "art"),
    "labour": ("劳动", "labour"),
    "mental_health": ("心理健康", "mental health"),
    "early_childhood": ("学前教育", "early childhood"),
    "special_education": ("特殊教育", "special education"),
    "vocational_courses": ("职业课程", "vocational courses"),
}
_DOMAINS: Mapping[str, Label] = {
    "ethics": ("师德师风", "professional ethics"),
    "moral_education": ("学科育德", "subject-based moral education"),
    "teaching": ("教学实施", "teaching"),
    "student_assessment": ("学生评价", "student assessment"),
    "family_education": ("家庭教育指导", "family-education guidance"),
    "digital_literacy": ("数字素养", "digital literacy"),
    "professional_growth": ("专业发展", "professional growth"),
    "leadership": ("领导力", "leadership"),
    "training": ("培训能力", "training others"),
    "wellbeing": ("身心健康", "well-being"),
}

WORDS: Mapping[str, Mapping[str, Label]] = MappingProxyType(
    {
        "career_stage": {
            "novice": ("新任教师", "novice"),
            "developing": ("青年教师", "developing teacher"),
            "backbone": ("骨干教师", "backbone teacher"),
            "lead": ("学科带头人", "subject leader"),
            "principal": ("校园长", "principal"),
            "trainer": ("培训者", "teacher trainer"),
        },
        "phase": {
            "kindergarten": ("幼儿园", "kindergarten"),
            "primary": ("小学", "primary"),
            "junior": ("初中", "junior secondary"),
            "senior": ("高中", "senior secondary"),
            "vocational": ("中职", "vocational"),
            "special": ("特殊教育", "special education"),
        },
        "title": {
            "third": ("三级教师", "third grade"),
            "second": ("二级教师", "second grade"),
            "first": ("一级教师", "first grade"),
            "senior": ("高级教师", "senior"),
            "full_senior": ("正高级教师", "full senior"),
        },
        "role": {
            "teacher": ("教师", "teacher"),
            "principal": ("校园长", "principal"),
            "trainer": ("培训者", "teacher trainer"),
            "research_officer": ("教研员", "teaching-research officer"),
        },
        "locality": {
            "urban": ("城区", "urban"),
            "county_town": ("县城", "county town"),
            "town": ("乡镇", "town"),
            "rural": ("乡村", "rural"),
        },
        "subjects": _SUBJECTS,
        "goals": _DOMAINS,
        "domain": _DOMAINS,
        "key_county": {"True": ("是", "yes"), "False": ("否", "no")},
        "mode": {
            "face_to_face": ("集中面授", "face to face"),
            "online": ("线上", "online"),
            "school_based": ("校本研修", "school-based"),
            "blended": ("混合式", "blended"),
        },
        "tier": {
            "national": ("国家级", "national"),
            "provincial": ("省级", "provincial"),
            "city": ("市级", "city"),
            "county": ("县级", "county"),
            "school": ("校级", "school"),
        },
        "obligation": {
            "compulsory": ("必修", "compulsory"),
            "assigned": ("指派", "assigned"),
            "elective": ("自选", "own choice"),
            "nominated": ("需推荐", "needs nomination"),
        },
        "unit": {"hour": ("学时", "hours"), "credit": ("学分", "credits")},
    }
)


def column_label(column: str) -> Label:
    """Return what a column is called; a declared column is called by its own name."""
    return COLUMNS.get(column, (column, column))


def word_label(column: str, word: str) -> Label:
    """Return what a word of a column is called; a word of an open list is its own name.

    >>> word_label("career_stage", "backbone")
    ('骨干教师', 'backbone teacher')
    >>> word_label("job", "legal")
    ('legal', 'legal')
    >>> word_label("past_hours", "ethics:20-60")
    ('师德师风 20-60', 'professional ethics 20-60')
    """
    if column == "past_hours":
        domain, _, interval = word.partition(":")
        zh, en = word_label("domain", domain)
        return f"{zh} {interval}", f"{en} {interval}"
    return WORDS.get(column, {}).get(word, (word, word))
