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
# # 2. Train and compare 训练与比较
#
# Every scorer and the hybrid learn from the earlier part of the events and are asked what comes
# later; figures have intervals, differences are taken teacher by teacher, and the hybrid says
# what it chose and why. 用较早的数据训练，预见之后的选择，逐位教师比较。

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from features.reading import read_folder
from recommender.model import Model
from training.evaluate import judge
from training.plots import chinese_style, draw_intervals
from training.report import report
from training.report_words import group_words, metric_words
from training.simulate import Simulation, simulate
from training.split import parse

FOLDER = ""
TEACHERS, YEARS, SEED = 600, 5, 1
SPLIT, K = "time:0.85", 10

plt.rcParams.update(chinese_style())

# %% [markdown]
# ## Split by time 按时间切分
#
# What was known strictly before the cut trains; own choices from the cut on are to be foreseen.
# 切分时点之前的用于训练，之后教师自主选择的用于检验。

# %%
dataset = (
    read_folder(Path(FOLDER), now=pd.Timestamp.now("UTC"))
    if FOLDER
    else simulate(Simulation(teachers=TEACHERS, years=YEARS), SEED)[0]
)
split = parse(SPLIT)(dataset)
pd.Series(
    {
        "cut 切分时点": split.cut.date(),
        "events to learn from 训练事件": len(split.train.log),
        "choices to foresee 待预见的选择": split.truth.nnz,
        "candidates 候选课程": int(split.candidates.sum()),
        "cold teachers 无历史教师": int(split.cold.sum()),
    }
)

# %% [markdown]
# ## Train 训练
#
# One model holds all scorers and the hybrid over them. 一个模型包含全部评分器及其混合。

# %%
model = Model.fit(split.train, as_of=split.cut, seed=SEED)
print(model.version, "until 截至", model.trained_until.date(), "|", ", ".join(model.scorers))

# %% [markdown]
# ## What the hybrid chose, and why 混合评分的选择与依据
#
# Before the cut lies a slice that no part had seen when it was fitted. On it the hybrid compares
# each scorer alone, their rank fusion and what it learned, by NDCG@10: for teachers with and
# without history apart, and among new courses where content tells these apart.
# 混合评分只看切分时点之前的一段数据，按有无历史的教师和新课程分别比较。

# %%
validation = pd.DataFrame(model.hybrid.stages_.found)
validation.rename(columns=group_words).round(3)

# %% [markdown]
# What ships is told by the weights: one part alone, or several; a weight below 0 counts against
# a course that the part places high. 实际采用的权重；负值表示该评分器排得越靠前越不利。

# %%
print("best alone 单个最佳:", model.hybrid.preferred_)
pd.DataFrame(model.hybrid.weights_).rename(columns=group_words).round(3)

# %% [markdown]
# ## Judge 评估
#
# All are asked for lists as of the cut, and each list is held against what its teacher chose
# afterwards: means with 95% bootstrap intervals. 各模型给出清单，与之后的真实选择对照。

# %%
found = judge(model, split, list(model.scorers), k=K, seed=SEED)
NDCG, RECALL = f"ndcg@{K}", f"recall@{K}"
figures = pd.DataFrame(
    {
        metric_words(metric): {
            row.model: f"{row.figure.mean:.3f} [{row.figure.low:.3f}, {row.figure.high:.3f}]"
            for row in found.rows()
            if (row.group, row.metric) == ("all", metric)
        }
        for metric in (NDCG, RECALL, "auc")
    }
)
figures["coverage 覆盖率"] = [f"{found.coverage[name]:.2f}" for name in figures.index]
figures

# %% [markdown]
# The same as a picture, the validation's figure beside what came true: where the two part ways,
# the time of validation was unlike the time that followed.
# 验证期与检验期对照；两者相差大，说明两段时间的选课不同。

# %%
after = {row.model: row.figure for row in found.rows() if (row.group, row.metric) == ("all", NDCG)}
foreseen = validation.get("warm", pd.Series(dtype=float)).reindex(list(after))
figure, axes = plt.subplots(figsize=(7, 0.9 + 0.32 * len(after)))
draw_intervals(axes, {"after the cut 检验期": after})
axes.plot(
    foreseen, range(len(foreseen)), "|", color="black", markersize=12, label="validation 验证期"
)
axes.set(title=f"Every model 各模型: {metric_words(NDCG)}")
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# ## Leads, paired by teacher 配对领先
#
# Intervals that overlap say little, for the same teachers are easy or hard for all models. The
# difference teacher by teacher says more: it is sure where the line leaves 0 out.
# 逐位教师求差，线段不触及 0 才是确定的领先。

# %%
leads = [row for row in found.differences() if (row.group, row.metric) == ("all", NDCG)]
figure, axes = plt.subplots(figsize=(7, 0.9 + 0.32 * len(leads)))
draw_intervals(axes, {"": {f"{row.against} (p {row.p:.3f})": row.figure for row in leads}}, line=0)
axes.set(title=f"The hybrid less each part 混合评分减各评分器: {metric_words(NDCG)}")
plt.show()

# %% [markdown]
# Any two can be compared; here the two scorers that came out best alone.
# 任意两个模型也可比较，此处取单独最佳的两个评分器。

# %%
best, second, *_ = sorted((after[name].mean, name) for name in model.hybrid.parts)[::-1]
(lead,) = (
    row for row in found.lead(best[1], second[1]) if (row.group, row.metric) == ("all", NDCG)
)
print(
    f"{lead.model} - {lead.against}: {lead.figure.mean:+.3f} "
    f"[{lead.figure.low:+.3f}, {lead.figure.high:+.3f}], p {lead.p:.3f}"
)

# %% [markdown]
# ## The report 报告
#
# One page with all of this, groups and gaps too, that fetches nothing: keep it, send it on.
# 一页可离线打开的完整报告。

# %%
page = Path(tempfile.mkdtemp()) / "report.html"
page.write_text(report(found, FOLDER or "simulated county 模拟县"), "utf-8")
print(page, f"{page.stat().st_size:,} bytes")
