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
# # 4. Tune 调参
#
# Tuning looks for better parameters in windows of the past, and an evaluation then judges them
# by choices that tuning never saw. Few trials here; a budget in minutes for real use. Both the
# study and what is found are files that can be gone on with.
# 在过去的若干时间窗口中寻找更好的参数，再用调参从未见过的选择检验。

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from features.reading import read_folder
from recommender.model import Model
from recommender.scorers.registry import SCORERS
from training.evaluate import judge
from training.plots import SERIES, chinese_style, draw_intervals
from training.report_words import metric_words
from training.simulate import Simulation, simulate
from training.split import parse
from training.trial import side_by_side
from training.tune import Budget, tune
from training.tuning import read_parameters

FOLDER = ""
TEACHERS, YEARS, SEED = 400, 4, 1
TUNED = ["popularity", "lasting", "ials"]
TRIALS = 6
SPLIT, METRIC = "time:0.85", "ndcg@10"

plt.rcParams.update(chinese_style())

# %% [markdown]
# ## Where parameters are looked for 参数范围
#
# Each scorer declares the ranges of its parameters beside itself; what is not declared is not
# tuned. 每个评分器旁边声明参数范围。

# %%
dataset = (
    read_folder(Path(FOLDER), now=pd.Timestamp.now("UTC"))
    if FOLDER
    else simulate(Simulation(teachers=TEACHERS, years=YEARS), SEED)[0]
)
pd.DataFrame(
    [(name, key, str(span)) for name in TUNED for key, span in SCORERS[name].SPACE.items()],
    columns=["scorer 评分器", "parameter 参数", "range 范围"],
)

# %% [markdown]
# ## Look 寻找
#
# Nothing dated at or after the cut is seen. The default is the first trial of each scorer.
# 切分时点及之后的数据完全不看；每个评分器先试默认参数。

# %%
split = parse(SPLIT)(dataset)
folder = Path(tempfile.mkdtemp())
tuning = tune(
    dataset,
    study=folder / "tuning.db",
    budget=Budget(trials=TRIALS),
    until=split.cut,
    scorers=TUNED,
    seed=SEED,
)
pd.DataFrame(
    [
        {
            "scorer 评分器": each.scorer,
            "trials 次数": each.trials,
            "default 默认": f"{each.default.mean:.3f}",
            "best 最佳": f"{each.best.mean:.3f}",
            "gain in each window 各窗口增益": ", ".join(f"{gain:+.3f}" for gain in each.by_window),
            "taken 采用": each.better,
        }
        for each in tuning.found
    ]
)

# %% [markdown]
# A setting is taken only if it is ahead of the default in *every* window, and by more than one
# standard error in all together: what is best in one season can be worst in the next. What is
# taken goes into a file that `zixuan train --parameters` reads too.
# 只有在每个窗口都优于默认、且总体超过一个标准误的参数才会采用，并写入文件。

# %%
file = folder / "parameters.json"
file.write_text(tuning.to_json(), "utf-8")
parameters = read_parameters(file)
parameters

# %% [markdown]
# ## Does it hold afterwards? 之后还成立吗
#
# Each tuned scorer alone and all together, with the best settings that were found, whether taken
# or not, against the defaults: asked as of the cut, judged by the choices from then on.
# 无论是否采用，逐个检验找到的参数在切分时点之后的表现。

# %%
best = {each.scorer: dict(each.parameters) for each in tuning.found}
afterwards = {}
for name, scorers in {**{each: [each] for each in TUNED}, "hybrid": TUNED}.items():
    pair = {
        label: judge(
            Model.fit(
                split.train, as_of=split.cut, scorers=scorers, seed=SEED, parameters=settings
            ),
            split,
            ["hybrid"],
        )
        for label, settings in {"found": best, "default": {}}.items()
    }
    (afterwards[name],) = (
        row.figure
        for row in side_by_side(pair).lead("found", "default")
        if (row.group, row.metric) == ("all", METRIC)
    )

figure, axes = plt.subplots(figsize=(7.5, 3))
promised = {each.scorer: each.gain for each in tuning.found}
draw_intervals(
    axes, {"in the windows 调参窗口": promised, "after the cut 之后": afterwards}, line=0
)
axes.set(title=f"Found less default 最佳减默认: {metric_words(METRIC)}")
figure.legend(loc="outside lower center", ncols=2, frameon=False)
plt.show()

# %% [markdown]
# ## Go on 接着做
#
# The same study with two trials more tries only those. 同一研究增加两次，只会补做这两次。

# %%
longer = tune(
    dataset,
    study=folder / "tuning.db",
    budget=Budget(trials=TRIALS + 2),
    until=split.cut,
    scorers=TUNED,
    seed=SEED,
)
print({each.scorer: each.trials for each in longer.found})

# %% [markdown]
# The file is an ordinary Optuna study of each scorer. Dots are trials, the line is the best so
# far: one that still climbs at its end deserves a larger budget. A trial that is best on average
# may still be left aside, for a window in which the default was better.
# 每个评分器一个 Optuna 研究：点为各次尝试，线为至今最佳；仍在上升则值得增加预算。

# %%
import optuna

figure, panels = plt.subplots(1, len(TUNED), figsize=(3.2 * len(TUNED), 2.6))
for axes, name, (colour, marker) in zip(panels, TUNED, SERIES, strict=False):
    trials = optuna.load_study(study_name=name, storage=f"sqlite:///{folder / 'tuning.db'}").trials
    worth = np.array([trial.value for trial in trials])
    axes.plot(range(1, len(worth) + 1), worth, marker, color=colour)
    axes.step(range(1, len(worth) + 1), np.maximum.accumulate(worth), where="post", color=colour)
    axes.axhline(worth[0], color="#8a94a0", linewidth=1, linestyle="--")
    axes.set(title=name, xlabel="trial 第几次")
    axes.grid(axis="y")
panels[0].set_ylabel(metric_words(METRIC))
figure.suptitle("Trials; dashed: the default 各次尝试，虚线为默认")
plt.show()
