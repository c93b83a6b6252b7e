"""The words of the report, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from features.labels import WORDS, column_label, word_label

#: Metric without its k -> Chinese.
METRICS: Mapping[str, str] = MappingProxyType(
    {
        "ndcg": "排序质量",
        "recall": "召回率",
        "precision": "准确率",
        "hit": "命中率",
        "mrr": "首中倒数",
        "map": "平均准确率",
        "auc": "排序正确率",
        "novelty": "新颖度",
        "diversity": "多样性",
        "miscalibration": "兴趣偏离",
        "open": "可报名占比",
        "any_open": "有可报名课程",
    }
)
GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "all": "全部",
        "warm": "有学习历史",
        "cold": "无学习历史",
        "new": "新课程",
        "history": "学习历史",
    }
)
FACTS: Mapping[str, str] = MappingProxyType(
    {
        "split": "切分",
        "choices": "计入的选择",
        "cut": "截至时点",
        "k": "清单长度",
        "data_hash": "数据哈希",
        "model_version": "模型版本",
        "train_seconds": "训练秒数",
        "teachers_not_judged": "未参与评估的教师",
        "closed_by_rules": "所选课程均不可选的教师",
        "choices_out_of_reach": "当时尚无的课程",
        "preferred_part": "验证所选评分器",
        "calibrated_by": "兴趣依据",
    }
)

#: What each section shows and how to read it: English, Chinese.
EXPLAINED: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "figures": (
            "How well each model foresaw what teachers went on to choose. A dot is the mean over "
            "teachers, the line its 95% bootstrap interval. All but miscalibration are better "
            "when higher; novelty and diversity are a matter of taste.",
            "各模型对教师后来选择的预见程度。圆点为教师均值，线段为 95% 自助法区间。"
            "除“兴趣偏离”外越高越好；新颖度与多样性视需要而定。",
        ),
        "leads": (
            "Differences are taken teacher by teacher, so two models whose own intervals overlap "
            "can still differ surely. A lead is sure where its line does not touch 0.",
            "差值逐位教师计算，因此区间重叠的两个模型仍可能有确定的差别。"
            "线段不触及 0 即为确定的领先。",
        ),
        "groups": (
            "Means of one model by group; the dashed line is the mean over all teachers. A gap is "
            "never below 0, so compare it with the gap that chance makes: p is how often teachers "
            "dealt at random into groups of the same sizes show one as wide.",
            "同一模型在各群体的均值，虚线为全体均值。差距不会小于 0，应与“随机”一列相比："
            "p 为把教师随机分入同样大小的组时出现同等差距的频率。",
        ),
        "lists": (
            "A model can be right by showing everyone the same few courses. Coverage is the share "
            "of courses that any list holds; gini tells how unequally they are shown (0 alike, "
            "1 a few alone); novelty is the mean surprise of a listed course in bits.",
            "只推少数热门课也可能“准”。覆盖率为出现过的课程占比；基尼系数表示曝光不均（0 均等，"
            "1 集中于少数）；新颖度为所列课程的平均信息量（比特）。",
        ),
        "one": ("One model alone leads nobody.", "只有一个模型，无从比较。"),
    }
)


def metric_words(name: str) -> str:
    """Return a metric's name with its Chinese one.

    >>> metric_words("ndcg@10")
    'ndcg@10 排序质量'
    """
    return f"{name} {METRICS.get(name.partition('@')[0], '')}".strip()


def group_words(grouping: str, word: str = "") -> str:
    """Return what a grouping, or one group of it, is called in both languages, each once.

    >>> group_words("locality", "rural"), group_words("", "cold"), group_words("x", "y")
    ('rural 乡村', 'cold 无学习历史', 'y')
    """
    own = word or grouping
    if own in GROUPS:
        return f"{own} {GROUPS[own]}"
    chinese, english = word_label(grouping, word) if word else column_label(grouping)
    return english if chinese == english else f"{english} {chinese}"


def in_order(grouping: str, words: Iterable[str]) -> list[str]:
    """Return words in the order of their code list, those of no list behind them by name.

    >>> in_order("career_stage", ["backbone", "other", "novice"])
    ['novice', 'backbone', 'other']
    """
    known = list(WORDS.get(grouping, ()))
    return sorted(
        words, key=lambda word: (known.index(word) if word in known else len(known), word)
    )


def fact_words(name: str) -> str:
    """Return a fact's name with its Chinese one."""
    return f"{name} {FACTS.get(name, '')}".strip()
