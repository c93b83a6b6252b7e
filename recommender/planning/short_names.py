"""What requirements are called where there is no room for the sentence that states them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from features.labels import Label

#: Id of a requirement -> its name. The policies that are shipped use one id for one thing.
NAMES: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "total": ("周期总量", "Cycle total"),
        "every-year": ("年度最低", "Yearly minimum"),
        "ethics": ("思政与师德", "Ethics and ideology"),
        "county-or-above": ("县级及以上", "County or above"),
        "induction": ("新任教师培训", "Induction"),
        "induction-theory": ("新任教师：理论", "Induction: theory"),
        "induction-practice": ("新任教师：实践", "Induction: practice"),
        "new-principal": ("新任校长培训", "New principals"),
        "new-principal-centralised": ("新任校长：集中培训", "New principals: centralised"),
        "block": ("集中培训", "Block training"),
        "accredited": ("注册课程", "Accredited courses"),
        "language-acquisition": ("语言习得", "Language acquisition"),
        "language-acquisition-esol": ("语言习得", "Language acquisition"),
        "ethics-credits": ("师德素养", "Ethics and literacy"),
        "knowledge": ("知识技能", "Knowledge and skills"),
        "practice": ("实践体验", "Practice"),
        "self-study": ("自主研修", "Self-study"),
        "shared-courses": ("共享课程", "Shared courses"),
        "municipal": ("市级", "Municipal"),
        "district": ("区级", "District"),
        "school": ("校本", "School-based"),
    }
)
#: What an id may begin with, and what then follows: ``municipal-it-general``.
_LEVELS: Final = ("municipal", "district", "school")
_PARTS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "ethics": ("师德", "ethics"),
        "literacy": ("素养", "literacy"),
        "knowledge": ("知识技能", "knowledge"),
        "practice": ("实践体验", "practice"),
        "career-psychology": ("生涯与心理", "careers and psychology"),
        "family-education": ("家庭教育", "family education"),
        "subject-teaching": ("学科教学", "subject teaching"),
        "assignments": ("作业与命题", "assignments"),
        "experiments": ("实验教学", "experiments"),
        "interdisciplinary": ("跨学科", "interdisciplinary"),
        "it-general": ("信息技术通识", "general IT"),
        "it-professional": ("信息技术专业", "professional IT"),
        "it-practice": ("信息技术实践", "practice of IT"),
    }
)


def short_name(requirement: str) -> Label:
    """Return what a requirement is called by its id; empty where it has no name.

    >>> short_name("municipal-it-general")
    ('市级：信息技术通识', 'Municipal: general IT')
    >>> short_name("of-our-own")
    ('', '')
    """
    if requirement in NAMES:
        return NAMES[requirement]
    level, _, part = requirement.partition("-")
    if level not in _LEVELS or part not in _PARTS:
        return "", ""
    (zh, en), (part_zh, part_en) = NAMES[level], _PARTS[part]
    return f"{zh}：{part_zh}", f"{en}: {part_en}"
