"""What every model card says, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

#: English, Chinese.
Both: TypeAlias = tuple[str, str]

PURPOSE: tuple[Both, ...] = (
    (
        "Orders the courses that a teacher may take next in self-selected training, and gives the "
        "utilities from which a multi-year plan is made. The teacher chooses.",
        "为教师自主选学的备选课程排序，并为多年规划提供效用值。选择权在教师。",
    ),
)
NOT_FOR: tuple[Both, ...] = (
    (
        "Not for judging, ranking, paying, promoting or dismissing teachers: a score says which "
        "course may suit, and nothing about how well anyone teaches.",
        "不得用于对教师的评价、排名、绩效、职称评聘或解聘：分数只表示课程是否适合，与教学水平无关。",
    ),
    (
        "Not for deciding obligations: compulsory and assigned training follows from policies, "
        "which no score can lift.",
        "不得用于决定必修义务：必修和指令性培训由政策规定，任何分数都不能免除。",
    ),
    (
        "Not for another platform's teachers without being trained and judged on their data.",
        "未在其数据上训练和评估之前，不得用于其他平台的教师。",
    ),
)
LIMITS: tuple[Both, ...] = (
    (
        "Figures measure agreement with what teachers chose under the platform they had, not "
        "whether the courses served them or their pupils better.",
        "指标衡量与教师在当时平台上的选择是否一致，并不衡量课程对教师或学生的实际成效。",
    ),
    (
        "Choices drift: figures hold for the months after the training, and fade.",
        "选择会随时间变化：指标只适用于训练之后的一段时间，会逐渐失效。",
    ),
    (
        "Courses without takers are known by their content alone, and teachers without history by "
        "their profile alone; both are foreseen less well than others.",
        "无人选过的课程只凭内容、没有学习历史的教师只凭画像来判断，预见程度低于其他情况。",
    ),
    (
        "Intervals cover which teachers are judged, not the chance in training.",
        "区间只反映被评估教师的抽样误差，不含训练的随机性。",
    ),
)
ETHICS: tuple[Both, ...] = (
    (
        "Oversight: a person promotes a model and can roll it back; every list tells its reasons, "
        "and a teacher is free to pass over any of it.",
        "人工监督：模型由人上线，可由人回退；每份清单都给出理由，教师可以不采纳。",
    ),
    (
        "Personalisation can be switched off by each teacher; lists are then made without a "
        "profile, on the very next request, and obligations stay.",
        "个性化开关：每位教师都可关闭，下一次请求起即不再使用画像；应履行的义务不变。",
    ),
    (
        "No health data: leave is an opaque code whose reason is never stored; no model sees it.",
        "不含健康数据：减免只是不透明的代码，不存原因，模型也不使用。",
    ),
    (
        "No teacher is in the model: it holds courses and parameters, no ids and no histories.",
        "模型中没有教师：只含课程与参数，不含教师标识和学习历史。",
    ),
    (
        "Groups are compared at every judging, and promotion on data refuses a model that surely "
        "serves one of them far worse than the model before it.",
        "每次评估都比较各教师群体；凭数据上线时，明显比前一模型亏待某一群体的模型不予上线。",
    ),
)

HEADINGS: dict[str, Both] = {
    "title": ("Model card", "模型卡"),
    "purpose": ("What it is for", "用途"),
    "not_for": ("What it is not for", "不适用范围"),
    "data": ("Data it was trained on", "训练数据"),
    "figures": ("How well it foresees", "评估结果"),
    "groups": ("Groups of teachers", "教师群体"),
    "gaps": ("Gaps between groups", "群体差距"),
    "ships": ("What ships, and why", "实际使用的评分器及原因"),
    "parameters": ("Parameters", "参数"),
    "limits": ("Limits", "局限"),
    "ethics": ("People come first", "以人为本"),
}
FACTS: dict[str, Both] = {
    "version": ("version", "版本"),
    "trained_until": ("learned from nothing dated at or after", "训练截至"),
    "seed": ("seed", "随机种子"),
    "hash": ("hash", "哈希"),
    "teachers": ("teachers", "教师数"),
    "courses": ("courses", "课程数"),
    "events": ("events", "事件数"),
    "choices": ("choices of their own", "自主选择数"),
    "first_event": ("first event", "最早事件"),
    "last_event": ("last event", "最晚事件"),
    "declared": ("columns of its own", "自定义列"),
    "split": ("split", "切分"),
    "cut": ("asked as of", "截至时点"),
    "judged": ("teachers judged", "参与评估的教师"),
    "teachers_not_judged": ("teachers not judged", "未参与评估的教师"),
    "closed_by_rules": (
        "teachers not judged, for the rules close all that they chose",
        "因所选课程按规则均不可选而未参与评估的教师",
    ),
    "coverage": ("share of candidates shown", "展示课程占比"),
}
UNJUDGED: Both = (
    "This training was not judged: train with --evaluate to have figures here.",
    "本次训练未经评估：训练时加 --evaluate 可在此给出指标。",
)
JUDGED: Both = (
    "Figures are those of a model trained in the same way on the earlier part of the split. Mean "
    "[95% bootstrap interval over teachers].",
    "指标来自以同样方式在切分前段训练的模型。均值 [95% 自助法区间，按教师抽样]。",
)
UNKNOWN_DATA: Both = (
    "Only the artifact is at hand; the counts were not recorded with its training.",
    "只有模型文件；训练时未登记数据规模。",
)
ONLY: Both = ("{part} is the only scorer.", "{part} 是唯一的评分器。")
#: Whom, or what, a stage of the hybrid orders courses for.
STAGES: Mapping[str, Both] = MappingProxyType(
    {
        "warm": ("warm teachers", "有学习历史的教师"),
        "cold": ("cold teachers", "无学习历史的教师"),
        "new": ("new courses", "新课程"),
    }
)
ALONE: Both = (
    "{part} ships alone for {group}: on validation, which lies before the training's end, every "
    "other scorer was surely worse, or this one alone was clearly ahead of the fusion.",
    "对{group}只使用 {part}：在训练截止之前的验证段上，"
    "其他评分器都明确较差，或单用它明显好于等权融合。",
)
FUSED: Both = (
    "For {group} these scorers ship, fused with equal weights: on validation, which lies before "
    "the training's end, none of them was surely worse than the best, and no learned blend was "
    "clearly better: {parts}.",
    "对{group}以等权融合使用下列评分器：在训练截止之前的验证段上，它们都不明确差于最好的一个，"
    "学习得到的组合也未明显更好：{parts}。",
)
BLEND: Both = (
    "For {group} a learned blend ships: on validation, which lies before the training's end, it "
    "was clearly better than equal weights. Its weights, of which those below 0 count against a "
    "course: {weights}.",
    "对{group}使用学习得到的组合：在训练截止之前的验证段上，它明显好于等权融合。"
    "权重如下，负值表示拉低课程的名次：{weights}。",
)
UNVALIDATED: Both = (
    "For {group} these scorers ship with equal weights, for nobody could judge: too few teachers "
    "chose on validation: {parts}.",
    "对{group}以等权使用下列评分器，因验证段上有选择的教师过少，无从评判：{parts}。",
)
PREFERRED: Both = (
    "Of the parts alone, validation preferred {part}.",
    "单个评分器中，验证段上最好的是 {part}。",
)
