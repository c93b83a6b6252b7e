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
# # 1. Look at the data 看数据
#
# Before any model: what a folder of tables holds, what is wrong with it, when teachers choose,
# how long their histories are, and who they are. 建模之前，先看数据里有什么、有什么问题。
#
# Set `FOLDER` to a folder of your own tables (docs/data-format.md says what they hold); left
# empty, a county is simulated. `FOLDER` 指向自己的数据，留空则模拟一个县。

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from features.codes import CHOICE_KINDS
from features.dataset import Dataset
from features.errors import InvalidData
from features.moments import microseconds
from features.reading import notices, read_folder
from features.states import teachers_at
from recommender.model import Model
from training.plots import SERIES, chinese_style
from training.report_words import group_words, in_order
from training.simulate import Simulation, simulate

FOLDER = ""
TEACHERS, YEARS, SEED = 500, 4, 1

plt.rcParams.update(chinese_style())

# %% [markdown]
# ## Read and check 读取与校验
#
# A data set is read whole or not at all, and is the same whatever order its rows came in: the
# hash says which one it is. 数据整体通过校验才会读入，哈希标明是哪一份。

# %%
now = pd.Timestamp.now("UTC")
dataset: Dataset = (
    read_folder(Path(FOLDER), now=now)
    if FOLDER
    else simulate(Simulation(teachers=TEACHERS, years=YEARS), SEED)[0]
)
print("data hash 数据哈希:", dataset.content_hash[:16])
pd.DataFrame(
    [(name, len(frame), len(frame.columns)) for name, frame in dataset.tables.items()],
    columns=["table 数据表", "rows 行", "columns 列"],
)

# %% [markdown]
# What was read in a way that its owner may not expect, as `zixuan check` tells it.
# 读取时值得留意之处，与 `zixuan check` 相同。

# %%
print("\n".join(notices(dataset)) or "nothing to tell 无")

# %% [markdown]
# A folder with faults is refused, and every fault is told at once. Here is one with three.
# 有问题的数据会被拒绝，并一次列出全部问题。下面的例子有三处。

# %%
faulty = Path(tempfile.mkdtemp())
(faulty / "teachers.csv").write_text("teacher_id,phase\nt1,primary\nt2,nursery\n", "utf-8")
(faulty / "courses.csv").write_text("course_id\nc1\n", "utf-8")
(faulty / "events.csv").write_text(
    "teacher_id,course_id,occurred_at\nt1,c1,2062-01-01\nt3,c1,2024-03-01\n", "utf-8"
)
try:
    read_folder(faulty, now=now)
except InvalidData as refused:
    print(*refused.problems, sep="\n")

# %% [markdown]
# ## Events over time 学习事件随时间的变化
#
# Choices come in waves, and the waves differ: this is why models are judged by a split in time.
# 选课有潮汐，各期不同，所以评估要按时间切分。

# %%
events = dataset.table("events")
by_month = (
    events.assign(month=events["occurred_at"].dt.strftime("%Y-%m"))
    .groupby(["month", "kind"])
    .size()
    .unstack(fill_value=0)
)
figure, axes = plt.subplots(figsize=(8, 3))
bottom = np.zeros(len(by_month))
for (colour, _), kind in zip(SERIES, CHOICE_KINDS, strict=False):
    if kind in by_month:
        axes.bar(by_month.index, by_month[kind], bottom=bottom, color=colour, label=kind)
        bottom += by_month[kind].to_numpy()
axes.set(title="Choices by month 每月选课", ylabel="events 事件数")
axes.set_xticks(range(0, len(by_month), max(1, len(by_month) // 8)))
axes.legend(frameon=False)
axes.grid(axis="y")
plt.show()

# %% [markdown]
# Only a teacher's own choices are preference; what was assigned is history.
# 只有教师自主选择的才算偏好，指派的只算经历。

# %%
log = dataset.log
pd.DataFrame(
    {
        "events 事件": [log.self_selected.sum(), (~log.self_selected).sum()],
        "teachers 教师": [
            len(np.unique(log.teacher[log.self_selected])),
            len(np.unique(log.teacher[~log.self_selected])),
        ],
        "courses 课程": [
            len(np.unique(log.course[log.self_selected])),
            len(np.unique(log.course[~log.self_selected])),
        ],
    },
    index=["own choice 自主选择", "imposed 指令或选派"],
)

# %% [markdown]
# ## Histories and courses 学习历史与课程
#
# Short histories and a few crowded courses are the rule: on the left how much is known of a
# teacher, on the right how unequally courses are taken.
# 左：每位教师的事件数；右：课程被选的集中程度。

# %%
per_teacher = np.bincount(log.teacher, minlength=len(dataset.teachers))
takers = np.sort(
    events[events["kind"].isin(CHOICE_KINDS)].groupby("course_id")["teacher_id"].nunique()
)[::-1]
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
left.hist(per_teacher, bins=30, color=SERIES[0][0])
left.axvline(np.median(per_teacher), color=SERIES[1][0], linestyle="--", label="median 中位数")
left.set(title="Events of a teacher 每位教师的事件数", xlabel="events 事件", ylabel="teachers 教师")
left.legend(frameon=False)
right.plot(np.arange(1, len(takers) + 1), takers, color=SERIES[0][0])
right.set(
    title="Takers of a course 每门课程的选课人数", xlabel="place 名次", ylabel="teachers 教师"
)
right.grid()
plt.show()

# %% [markdown]
# What a model sees is the history faded: by how many courses came since, and by days. This is the
# longest history of all, as of the end of the data.
# 模型看到的是衰减后的历史，以事件最多的教师为例。

# %%
as_of = log.end
model = Model.fit(dataset, as_of=as_of, scorers=["popularity"])
catalogue = model.catalogue(dataset, as_of)
one = model.profiles(dataset, as_of, catalogue, np.array([per_teacher.argmax()]))
faded = pd.DataFrame(
    {
        f"{unit} {half_life:g}": matrix.toarray()[0]
        for unit, half_lives, matrices in (
            ("steps 门", (1, 5, 50), one.histories.by_steps),
            ("days 天", (7, 60, 720), one.histories.by_days),
        )
        for half_life, matrix in zip(half_lives, matrices, strict=True)
    },
    index=catalogue.fitted_courses.ids,
)
faded.sort_values("steps 门 5", ascending=False).head(8).round(2)

# %% [markdown]
# The courses by domain, where the catalogue says it. 目录中各领域的课程数。

# %%
courses = dataset.table("courses")
domains = courses["domain"].dropna().value_counts()
figure, axes = plt.subplots(figsize=(7, 0.8 + 0.28 * max(len(domains), 1)))
axes.barh([group_words("domain", word) for word in domains.index], domains, color=SERIES[2][0])
axes.invert_yaxis()
axes.set(title="Courses by domain 各领域课程数", xlabel="courses 课程")
axes.grid(axis="x")
plt.show()

# %% [markdown]
# ## Groups of teachers 教师群体
#
# Who the teachers are now, by what reports compare. An empty panel: the tables do not say.
# 教师构成，与评估报告的分组一致；空白表示数据没有这一项。

# %%
states = teachers_at(dataset, as_of)
figure, panels = plt.subplots(1, 3, figsize=(10, 2.8))
for axes, grouping in zip(panels, ("career_stage", "phase", "locality"), strict=True):
    counts = states[grouping].dropna().value_counts()
    words = in_order(grouping, counts.index)
    axes.barh([group_words(grouping, word) for word in words], counts[words], color=SERIES[3][0])
    axes.invert_yaxis()
    axes.set(title=group_words(grouping), xlabel="teachers 教师")
plt.show()

# %% [markdown]
# Who chooses most? The mean number of events by stage, with nothing dated later than the data.
# 哪个发展阶段的教师学得最多？

# %%
first_seen = microseconds(events["occurred_at"]).min() if len(events) else 0
print("from 自", pd.Timestamp(first_seen, unit="us", tz="UTC").date(), "to 至", as_of.date())
states.assign(events=per_teacher).groupby("career_stage")["events"].agg(["count", "mean"]).round(1)
