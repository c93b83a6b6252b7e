"""The words of what is taken away, in the two languages that every title has."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from features.labels import Label
from recommender.planning.explain import Sentence


class Language(StrEnum):
    """A language in which a teacher reads."""

    ZH = "zh"
    EN = "en"

    def of(self, label: Label) -> str:
        """Return the name in this language of what has one in each."""
        return label[self is Language.EN]

    def said(self, sentence: Sentence) -> str:
        """Return a sentence in this language."""
        return sentence.en if self is Language.EN else sentence.zh

    def word(self, code: str) -> str:
        """Return one of the words below."""
        return self.of(WORDS[code])

    @property
    def tag(self) -> str:
        """The language's tag, for documents (BCP 47)."""
        return "en" if self is Language.EN else "zh-CN"


WORDS: Final[Mapping[str, Label]] = MappingProxyType(
    {
        "plan": ("研修计划", "Training plan"),
        "credits": ("学分记录", "Credit records"),
        "teacher": ("教师", "Teacher"),
        "rules": ("适用政策", "Rules"),
        "made": ("制定日期", "Made on"),
        "revision": ("版本", "Revision"),
        "state": ("状态", "State"),
        "draft": ("草稿", "Draft"),
        "submitted": ("已提交学校", "Submitted to the school"),
        "school_confirmed": ("学校已确认", "Confirmed by the school"),
        "revised": ("已被新版本取代", "Replaced by a later revision"),
        "term": ("学期", "Term"),
        "course": ("课程", "Course"),
        "course_id": ("课程标识", "Course id"),
        "first": ("开始", "First day"),
        "last": ("结束", "Last day"),
        "days": ("日期", "Days"),
        "hours": ("学时数", "Hours"),
        "worth": ("计入", "Counts"),
        "hour": ("学时", "hours"),
        "credit": ("学分", "credits"),
        "why": ("理由", "Why"),
        "expected": ("预计", "Expected"),
        "announced": ("已公布", "Announced"),
        "placed": ("已录取", "Admitted"),
        "apply_until": ("报名截止", "Apply until"),
        "requirement": ("要求", "Requirement"),
        "period": ("周期", "Period"),
        "needed": ("应修", "Needed"),
        "earned": ("已修", "Earned"),
        "planned": ("计划", "Planned"),
        "missing": ("尚缺", "Missing"),
        "met": ("已满足", "Met"),
        "entry": ("记录标识", "Entry"),
        "earned_on": ("取得日期", "Earned on"),
        "amount_hours": ("学时（原始）", "Hours as entered"),
        "amount_credits": ("学分（原始）", "Credits as entered"),
        "counts_for": ("计入要求", "Counts for"),
        "no_place": (
            "计划不代表名额；是否录取以学习平台为准。预计的班次尚未公布，日期为整个学期。",
            "A plan is no place: the learning platform says who is admitted. What is expected "
            "has not been announced; its days are those of the term.",
        ),
        "none": ("计划中没有课程。", "There is no course in this plan."),
        "recognised": ("已认定", "Recognised"),
        "claimed": ("申报中", "Claimed"),
        "verified": ("已审核", "Verified"),
        "expired": ("已失效", "Expired"),
    }
)
