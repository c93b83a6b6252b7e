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
    """
    return WORDS.get(column, {}).get(word, (word, word))
