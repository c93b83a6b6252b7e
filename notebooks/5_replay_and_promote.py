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
# # 5. Replay and promote 回放与上线
#
# A champion shows lists in which a share of the places explores, and keeps a log with chances. A
# new model is judged by that log before anyone sees its lists, has to pass every gate to become
# champion, and can be rolled back. All of it in a temporary registry.
# 用探索日志评判新模型，通过全部检查才能上线，并可回退；均在临时登记库中进行。

# %%
import tempfile
import time
from functools import partial
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import Markdown, display

from features.codes import CHOICE_KINDS
from features.dataset import Dataset
from features.errors import Refused
from recommender.artifact import save
from recommender.model import Model
from recommender.ranking import NONE, rank
from training.card import CARD_MARKDOWN
from training.plots import chinese_style, draw_intervals
from training.promote import promote, rollback
from training.record import record_of
from training.replay import replay
from training.report_words import group_words, metric_words
from training.simulate import Simulation, simulate
from training.split import parse
from training.tracking import Tracker
from training.train import judged, train
from training.trial import CANDIDATE, CHAMPION, Evidence

TEACHERS, YEARS, SEED = 800, 4, 2
K, EXPLORE = 10, 0.3
OLD, WEAK = ["popularity"], ["content"]

folder = Path(tempfile.mkdtemp())
plt.rcParams.update(chinese_style())
pd.set_option("display.max_colwidth", None)

# %% [markdown]
# ## Two models of the same past 同一历史的两个模型
#
# A simulated county, because only there the truth is known beside the estimate. Both models are
# trained until the same moment; what teachers chose from then on is left for the gates.
# 用模拟县，因为只有模拟才知道真值；两个模型训练到同一时点。

# %%
dataset, truth = simulate(Simulation(teachers=TEACHERS, years=YEARS), SEED)
split = parse("time:0.85")(dataset)
past, cut = split.train, split.cut
old = Model.fit(past, as_of=cut, scorers=OLD, seed=SEED)
began = time.perf_counter()
new = Model.fit(past, as_of=cut, seed=SEED)
seconds = time.perf_counter() - began
print("until 截至", cut.date(), "| old 旧:", old.version, "| new 新:", new.version)

# %% [markdown]
# ## A log that explored 带探索的日志
#
# The old model's lists, one each. Places that explore are drawn by chance, and the chance is
# logged: 1 where the order decided. A teacher takes what is shown with a chance that grows with
# the true worth of the course, which depends on the course taken last, too. Tables that
# `zixuan export` wrote take the place of `logged`.
# 探索的位置按记录的概率抽取；真实使用时以 `zixuan export` 的导出代替。

# %%
rng = np.random.default_rng(SEED)
shown = list(rank(old, past, as_of=cut, k=K, explore=EXPLORE, rng=rng))
courses = np.concatenate([chunk.courses for chunk in shown])
chance = np.concatenate([chunk.chance for chunk in shown])
teacher, place = np.nonzero(courses != NONE)

every = np.arange(len(past.courses))
worth = truth.utility(np.arange(len(past.teachers)), every, cut.year)
own = past.log.of_kinds(*CHOICE_KINDS)
last = np.full(len(past.teachers), NONE)
last[own.teacher] = own.course
worth[last != NONE] += truth.drift(last[last != NONE], every)
taking = 1 / (1 + np.exp(np.quantile(worth, 0.95) - worth))
impressions = pd.DataFrame(
    {
        "recommendation_id": [f"list-{number}" for number in teacher],
        "teacher_id": past.teachers.outside(teacher),
        "course_id": past.courses.outside(courses[teacher, place]),
        "rank": place + 1,
        "shown_at": cut,
        "propensity": chance[teacher, place],
        "model_version": old.version,
    }
)
taken = impressions[rng.random(len(teacher)) < taking[teacher, courses[teacher, place]]]
answers = taken[["recommendation_id", "teacher_id", "course_id"]].assign(
    occurred_at=cut + pd.Timedelta("1h"), kind="selected"
)
events = pd.concat([past.table("events"), answers], ignore_index=True)
logged = Dataset.of({**past.tables, "impressions": impressions, "events": events}, past.columns)
impressions.tail(K)[["rank", "course_id", "propensity"]].round(4)

# %% [markdown]
# ## Replay 回放
#
# What share of the explored places would have been chosen, had the new model filled them? Three
# estimates with intervals, beside what was logged, and the truth (dashed), which no real log
# tells. 若由新模型填充探索位置，被选的比例是多少；虚线为只有模拟才知道的真值。

# %%
found = replay(logged, new, seed=SEED)
best = np.concatenate([chunk.courses for chunk in rank(new, past, as_of=cut, k=K)])
true = np.mean(
    [
        taking[row, next(course for course in best[row] if course not in courses[row, :column])]
        for row, column in zip(*np.nonzero(chance < 1), strict=True)
    ]
)
figure, axes = plt.subplots(figsize=(7, 2.2))
draw_intervals(axes, {"": found.judged.values}, line=true)
axes.set(title="Share of explored places chosen 探索位置被选比例")
plt.show()

# %% [markdown]
# How much the log can tell: the effective number of places is how many would say as much if both
# models filled places alike, and a support near 1 says that the log could show all that the new
# model would. 有效位置数与支持度说明日志能回答多少。

# %%
print("\n".join(found.notices) or "no notices 无提示")
pd.Series(
    {
        "explored places 探索位置": found.facts["places"],
        "effective places 有效位置": round(found.judged.effective, 1),
        "support 支持度": f"{found.judged.support.mean:.2f} "
        f"[{found.judged.support.low:.2f}, {found.judged.support.high:.2f}]",
        "lead of dr over logged 领先日志": f"{found.judged.leads['dr'].mean:+.3f} "
        f"[{found.judged.leads['dr'].low:+.3f}, {found.judged.leads['dr'].high:+.3f}]",
    }
)

# %% [markdown]
# ## The first champion 首个当前模型
#
# The old model becomes champion: without data, by the gates that need none.
# 旧模型先上线；没有数据时只做不需要数据的检查。

# %%
tracker = Tracker.in_folder(folder / "registry")
for name, model in {"old": old, "new": new}.items():
    save(model, folder / name)
first = promote(folder / "old", tracker)
pd.DataFrame({"told 结论": {name: verdict.told for name, verdict in first.verdicts.items()}})

# %% [markdown]
# ## A refusal 拒绝
#
# A model that goes by content alone asks to become champion. Every gate that it fails is named
# with its figures, and nothing changes. 未通过的检查会逐条列出，当前模型不变。

# %%
save(Model.fit(past, as_of=cut, scorers=WEAK, seed=SEED), folder / "weak")
try:
    promote(folder / "weak", tracker, dataset=dataset)
except Refused as refused:
    print(refused)
print("champion 当前模型:", tracker.champion_version())

# %% [markdown]
# ## Promotion 上线
#
# The new model's training is kept first: its parameters, the figures of an evaluation within the
# past, its card. Then it has to pass: both models are asked as of the cut, and judged by what
# teachers chose afterwards. 先登记训练记录与模型卡，再通过全部检查。

# %%
evaluation = judged(past, parse("time:0.85"), partial(train, seed=SEED), seed=SEED)
record = record_of(new, seed=SEED, seconds=seconds, dataset=past, evaluation=evaluation)
tracker.record(record, folder / "new")
try:
    second = promote(folder / "new", tracker, dataset=dataset)
    gates = {name: verdict.told for name, verdict in second.verdicts.items()}
except Refused as refused:
    gates = {"refused 拒绝": str(refused)}
pd.DataFrame({"told 结论": gates})

# %% [markdown]
# What the gates looked at: both models in every group of at least 30 judged teachers.
# 检查所依据的：两个模型在各教师群体中的表现。

# %%
evidence = Evidence.of(new, old, dataset, K)
by_group = {name: {} for name in (CANDIDATE, CHAMPION)}
for row in evidence.evaluation.by_group():
    if row.metric == f"ndcg@{K}" and row.figure.teachers >= 30:
        by_group[row.model][group_words(*row.group.split("=", 1))] = row.figure
figure, axes = plt.subplots(figsize=(7, 1 + 0.38 * len(by_group[CANDIDATE])))
draw_intervals(axes, by_group)
axes.set(title=f"Candidate and champion 候选与当前模型: {metric_words(f'ndcg@{K}')}")
figure.legend(loc="outside lower center", ncols=2, frameon=False)
plt.show()

# %% [markdown]
# ## The way back 回退
#
# The champion before becomes champion again, and once more forward by promotion.
# 上一个模型重新成为当前模型。

# %%
print("champions 历任:", tracker.champions())
if len(tracker.champions()) > 1:
    was, now = rollback(tracker)
    print(f"rollback 回退: {was} -> {now}")
pd.DataFrame(
    [(run.model_version, run.version, run.champion) for run in tracker.runs(10)],
    columns=["model 模型", "version 版本", "champion 当前"],
)

# %% [markdown]
# ## The model card 模型卡
#
# Kept with the run: what the model is for and not for, its data, its figures by group, its
# limits. 随训练记录保存。

# %%
display(Markdown(tracker.text(new.version, CARD_MARKDOWN)))
