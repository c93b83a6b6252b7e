# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 6. Cold start and equity 冷启动与公平
#
# What a teacher without history gets, what a course without takers gets, who is served less well,
# how much of the catalogue anybody is shown, and what exploring changes in that.
# 新教师、新课程、不同群体、目录覆盖与探索。

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from features.reading import read_folder
from recommender.model import Model
from recommender.ranking import NONE, rank
from recommender.scorers.registry import default_names
from training.evaluate import evaluate
from training.evaluation import pooled
from training.plots import SERIES, chinese_style, draw_intervals
from training.report_words import group_words, in_order, metric_words
from training.simulate import Simulation, simulate
from training.split import parse

FOLDER = ""
TEACHERS, YEARS, SEED = 600, 5, 1
SCORERS = ["popularity", "content", "sequence", "factorisation"]
CUT, FOLDS, K = 0.85, 2, 10
METRIC = f"ndcg@{K}"

plt.rcParams.update(chinese_style())

# %% [markdown]
# ## Cold teachers and courses 无历史的教师与课程
#
# Real newcomers are few and unlike the others, so cold starts are made: in each fold the past of
# some teachers, or of some courses, is taken out, and they are asked for as if they were new. The
# first line is the same moment with all the past there is. A new course competes with other new
# ones only, so its figures compare between models and not with the other lines.
# 把一部分教师或课程的过去隐去，当作新来者来检验；新课程只在新课程之间排序。

# %%
dataset = (
    read_folder(Path(FOLDER), now=pd.Timestamp.now("UTC"))
    if FOLDER
    else simulate(Simulation(teachers=TEACHERS, years=YEARS), SEED)[0]
)
names = [name for name in SCORERS if name in default_names()]
models = [*names, "hybrid"]
as_it_was = evaluate(dataset, parse(f"time:{CUT}"), models, k=K, seed=SEED)
cold = {
    kind: pooled(
        [
            evaluate(dataset, parse(f"{kind}:{CUT}:{fold}/{FOLDS}"), models, k=K, seed=SEED)
            for fold in range(1, FOLDS + 1)
        ]
    )
    for kind in ("cold-teachers", "cold-courses")
}
told = {
    "with history 有历史": as_it_was,
    "new teachers 新教师": cold["cold-teachers"],
    "new courses 新课程": cold["cold-courses"],
}
figure, axes = plt.subplots(figsize=(7.5, 1 + 0.5 * len(models)))
draw_intervals(
    axes,
    {
        label: {
            row.model: row.figure
            for row in found.rows()
            if (row.group, row.metric) == ("all", METRIC)
        }
        for label, found in told.items()
    },
)
axes.set(title=f"Warm and cold 有无历史: {metric_words(METRIC)}")
figure.legend(loc="outside lower center", ncols=3, frameon=False)
plt.show()

# %% [markdown]
# Is the hybrid safe for newcomers? Its lead over the part that its validation prefers, paired by
# teacher. 混合评分对新来者是否可靠：与验证所选评分器的配对差。

# %%
leads = {
    label: next(
        row.figure
        for row in found.differences()
        if (row.against, row.group, row.metric) == ("preferred", "all", METRIC)
    )
    for label, found in told.items()
}
figure, axes = plt.subplots(figsize=(7, 1.9))
draw_intervals(axes, {"": leads}, line=0)
axes.set(title=f"The hybrid less the preferred part 混合减验证所选: {metric_words(METRIC)}")
plt.show()

# %% [markdown]
# ## Groups and gaps 群体与差距
#
# The hybrid in each group; the dashed line is the mean over all teachers. A group with fewer
# courses to choose from is easier to foresee, so a gap asks for a reason and is no verdict.
# 混合评分在各群体的表现，虚线为全体均值；差距需要解释，不等于不公。

# %%
by_group = {
    grouping: {
        row.group.partition("=")[2]: row.figure
        for row in as_it_was.by_group()
        if (row.model, row.metric) == ("hybrid", METRIC) and row.group.startswith(f"{grouping}=")
    }
    for grouping in as_it_was.groupings
    if grouping != "history"
}
whole = next(
    row.figure.mean
    for row in as_it_was.rows()
    if (row.model, row.group, row.metric) == ("hybrid", "all", METRIC)
)
figure, panels = plt.subplots(
    1, max(len(by_group), 1), figsize=(4 * max(len(by_group), 1), 3), squeeze=False
)
for axes, (grouping, figures) in zip(panels[0], by_group.items(), strict=False):
    words = in_order(grouping, figures)
    labels = [f"{group_words(grouping, word)} ({figures[word].teachers})" for word in words]
    draw_intervals(
        axes,
        {"": dict(zip(labels, (figures[word] for word in words), strict=True))},
        line=whole,
    )
    axes.set(title=group_words(grouping))
plt.show()

# %% [markdown]
# A gap is never below 0, so it stands beside the gap that chance alone makes; judge by p.
# 差距不会小于 0，应与随机分组的差距相比，看 p 值。

# %%
pd.DataFrame(
    [
        {
            "grouping 分组": group_words(gap.grouping),
            "highest 最高": group_words(gap.grouping, gap.highest),
            "lowest 最低": group_words(gap.grouping, gap.lowest),
            "gap 差距": round(gap.figure.mean, 3),
            "by chance 随机": round(gap.by_chance, 3),
            "p": round(gap.p, 3),
        }
        for gap in as_it_was.gaps()
        if (gap.model, gap.metric) == ("hybrid", METRIC)
    ]
)

# %% [markdown]
# ## Is the catalogue shown? 目录展示了多少
#
# A model can be right by showing everyone the same few courses. Coverage is the share of the
# catalogue that any list holds; gini is 0 where all courses are shown alike, near 1 where a few
# take every place. 覆盖率：出现过的课程占比；基尼系数：曝光不均的程度。

# %%
figure, axes = plt.subplots(figsize=(7, 3))
places = np.arange(len(models))
for shift, label, shares, (colour, _) in zip(
    (-0.2, 0.2),
    ("coverage 覆盖率", "gini 基尼系数"),
    (as_it_was.coverage, as_it_was.gini),
    SERIES,
    strict=False,
):
    axes.bar(places + shift, [shares[name] for name in models], 0.38, color=colour, label=label)
axes.set_xticks(places, models)
axes.set(title="What all lists together show 全部清单的覆盖与不均")
figure.legend(loc="outside lower center", ncols=2, frameon=False)
axes.grid(axis="y")
plt.show()

# %% [markdown]
# ## What exploring adds 探索带来什么
#
# Lists as they would be served as of the cut, with more and more of their places exploring. The
# price of showing more of the catalogue, and more courses that few have taken, is the share of a
# list that the order would not have chosen. 探索比例越高，展示的课程越多，代价是清单偏离原排序。

# %%
split = parse(f"time:{CUT}")(dataset)
model = Model.fit(split.train, as_of=split.cut, scorers=names, seed=SEED)
takers = model.catalogue(split.train, split.cut).takers
rare = takers <= np.quantile(takers, 0.5)
lists = {
    share: np.concatenate(
        [
            chunk.courses
            for chunk in rank(
                model,
                split.train,
                as_of=split.cut,
                k=K,
                explore=share,
                rng=np.random.default_rng(SEED),
            )
        ]
    )
    for share in (0.0, 0.1, 0.2, 0.3, 0.5)
}
shown = {
    "courses shown 展示的课程": [
        len(np.unique(own[own != NONE])) / split.candidates.sum() for own in lists.values()
    ],
    "places of rarely taken courses 冷门课程所占位置": [
        rare[own[own != NONE]].mean() for own in lists.values()
    ],
    "places unlike the order 偏离原排序的位置": [
        np.mean(
            [
                np.isin(mine, best, invert=True).mean()
                for mine, best in zip(own, lists[0.0], strict=True)
            ]
        )
        for own in lists.values()
    ],
}
figure, axes = plt.subplots(figsize=(7, 3.4))
for (label, values), (colour, marker) in zip(shown.items(), SERIES, strict=False):
    axes.plot(list(lists), values, marker=marker, color=colour, label=label)
axes.set(title="Exploration 探索", xlabel="share that explores 探索比例", ylabel="share 占比")
axes.set_ylim(0)
figure.legend(loc="outside lower center", ncols=1, frameon=False)
axes.grid()
plt.show()
