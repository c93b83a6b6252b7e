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
# # 3. Add your own scorer in 20 lines 用二十行写一个评分器
#
# A scorer is one class that keeps `recommender/scorers/contract.py`. Here is one that knows only
# what was chosen right after what (twenty lines, signatures not counted), for this notebook's
# session alone. It is held to the contract, judged beside the others, and made part of the
# hybrid, with what that is worth. 评分器只需一个遵守约定的类。

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import sparse

from features.fitted import Fitted
from features.reading import read_folder
from recommender.artifact import load, save
from recommender.model import Model
from recommender.scorers.contract import Part
from recommender.scorers.registry import SCORERS, default_names
from recommender.scorers.space import Span
from training.evaluate import evaluate
from training.plots import chinese_style, draw_intervals
from training.report_words import metric_words
from training.simulate import Simulation, simulate
from training.split import parse
from training.trial import side_by_side

FOLDER = ""
TEACHERS, YEARS, SEED = 600, 5, 1
SPLIT, METRIC = "time:0.85", "ndcg@10"

plt.rcParams.update(chinese_style())

# %% [markdown]
# ## The scorer 评分器
#
# It counts which course followed which, believes a count the more the larger it is, and adds up
# over the last courses of a teacher. `carried` takes the scores to courses that nobody had taken
# when it was fitted; a teacher without history gets zeros, an ordinary answer.
# 统计“学完这门之后选了哪门”，对教师最近学过的课程求和。


# %%
class NextStep:
    """What was chosen right after the teacher's last courses."""

    name = "next_step"
    SPACE = {"doubt": Span(0.1, 100.0)}

    def __init__(self, doubt=5.0):
        self.doubt = doubt

    def fit(self, training):
        order = np.lexsort((training.choices.moment, training.choices.teacher))
        teacher, course = training.choices.teacher[order], training.choices.course[order]
        same = np.flatnonzero(teacher[1:] == teacher[:-1])
        followed = (np.ones(len(same), np.float32), (course[same], course[same + 1]))
        counts = sparse.csr_array(followed, shape=(training.n_fitted,) * 2).toarray()
        self.after_ = counts / (counts.sum(axis=1, keepdims=True) + np.float32(self.doubt))
        return self

    def score(self, profiles, catalogue):
        return catalogue.carried(profiles.histories.by_steps[1] @ self.after_)

    def explain(self, profiles, catalogue, course):
        past, after = profiles.histories.by_steps[1], catalogue.carried(self.after_)[:, course]
        names = catalogue.fitted_courses.outside(past.indices)
        shares = (past.data * after[past.indices]).tolist()
        return tuple(map(Part, ["past_course"] * len(names), names, shares))

    def to_fitted(self):
        return Fitted({"after": self.after_}, {"doubt": self.doubt})

    @classmethod
    def from_fitted(cls, fitted):
        scorer = cls(**fitted.values)
        scorer.after_ = fitted.arrays["after"]
        return scorer


# %% [markdown]
# One line makes it known: in a file of its own, this line stands in
# `recommender/scorers/registry.py`. 登记一行即可使用；正式加入时写在注册表里。

# %%
SCORERS[NextStep.name] = NextStep

# %% [markdown]
# ## It keeps the contract 遵守约定
#
# What every scorer promises, tried on a model that holds it: the full suite is
# `tests/recommender/scorer_contract.py`, which a test of yours inherits in two lines.
# 逐条检验约定；完整的检验见测试套件，两行即可继承。

# %%
dataset = (
    read_folder(Path(FOLDER), now=pd.Timestamp.now("UTC"))
    if FOLDER
    else simulate(Simulation(teachers=TEACHERS, years=YEARS), SEED)[0]
)
split = parse(SPLIT)(dataset)
model = Model.fit(split.train, as_of=split.cut, scorers=["popularity", "next_step"], seed=SEED)
catalogue = model.catalogue(split.train, split.cut)
every = model.profiles(split.train, split.cut, catalogue)
scores = model.score(every, catalogue, "next_step")

warm = np.flatnonzero(every.warm)[:3]
alone = np.vstack([model.score(every.rows([n]), catalogue, "next_step") for n in warm])

folder = Path(tempfile.mkdtemp()) / "model"
save(model, folder)
again = load(folder).score(every, catalogue, "next_step")

one = every.rows(warm[:1])
told = [
    sum(part.value for part in model.explain(one, catalogue, course, "next_step"))
    for course in range(len(dataset.courses))[:50]
]
pd.Series(
    {
        "finite float32 for every teacher and course 分数有限且齐全": scores.dtype == np.float32
        and scores.shape == (len(dataset.teachers), len(dataset.courses))
        and np.isfinite(scores).all(),
        "alone as in a batch 单独与批量一致": np.allclose(alone, scores[warm], rtol=1e-6),
        "stored and read back it scores exactly alike 存取前后一致": (again == scores).all(),
        "its explanation adds up to the score 各部分之和等于分数": np.allclose(
            told, scores[warm[0], :50], rtol=1e-4, atol=1e-5
        ),
    },
    name="kept 是否遵守",
)

# %% [markdown]
# ## Beside the others 与其他评分器比较
#
# Both evaluations learn from the same past and ask the same teachers: one without the new
# scorer, one with it. 同样的切分、同样的教师，分别不含与包含新评分器。

# %%
names = [name for name in default_names() if name != "next_step"]
without = evaluate(dataset, parse(SPLIT), [*names, "hybrid"], seed=SEED)
with_it = evaluate(dataset, parse(SPLIT), [*names, "next_step", "hybrid"], seed=SEED)

found = {
    row.model: row.figure for row in with_it.rows() if (row.group, row.metric) == ("all", METRIC)
}
figure, axes = plt.subplots(figsize=(7, 0.9 + 0.32 * len(found)))
draw_intervals(axes, {"": found})
axes.set(title=f"Every model 各模型: {metric_words(METRIC)}")
plt.show()

# %% [markdown]
# ## Does it help the hybrid? 对混合评分有帮助吗
#
# The ablation: the hybrid with it less the hybrid without, teacher by teacher, for all, warm and
# cold teachers. A scorer earns its place where the line leaves 0 out on the right; and on more
# than one data set and moment before anyone believes it.
# 消融：含与不含新评分器的混合评分逐人求差；线段在 0 右侧才算有帮助。

# %%
leads = side_by_side({"with": with_it, "without": without}).lead("with", "without")
figure, axes = plt.subplots(figsize=(7, 2))
draw_intervals(
    axes,
    {
        "": {
            f"{word} (p {lead.p:.2f})": lead.figure
            for group, word in {
                "all": "all 全部",
                "warm": "warm 有历史",
                "cold": "cold 无历史",
            }.items()
            for lead in leads
            if (lead.group, lead.metric) == (group, METRIC)
        }
    },
    line=0,
)
axes.set(title=f"The hybrid with next_step less without 含与不含之差: {metric_words(METRIC)}")
plt.show()

# %% [markdown]
# What the hybrid makes of it: its weight beside the others', by group of teachers. Then take it
# out of the session again. 混合评分给它的权重；最后从本次会话中移除。

# %%
whole = Model.fit(split.train, as_of=split.cut, scorers=[*names, "next_step"], seed=SEED)
print("best alone 单个最佳:", whole.hybrid.preferred_)
weights = pd.DataFrame(whole.hybrid.weights_).round(3)
del SCORERS[NextStep.name]
weights
