"""Judge a new model by the log of another."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from features.dataset import Dataset
from features.errors import InvalidSetting
from recommender.model import Model
from training.replay.estimators import CLIP, LEAST_EFFECTIVE, Judged, Places, judge
from training.replay.log import WINDOW, read_log
from training.replay.policy import BEST, POLICIES, options
from training.replay.rewards import predictions

#: A mean weight whose interval ends below this says that the log could not have shown a part of
#: what the new model would.
FULL_SUPPORT = 0.95


@dataclass(frozen=True, slots=True)
class Replay:
    """What a new model would have been worth in the explored places of a log.

    Parameters
    ----------
    facts
        What was read, left out and assumed.
    judged
        The estimates.
    """

    facts: Mapping[str, object]
    judged: Judged

    @property
    def notices(self) -> tuple[str, ...]:
        """What a reader must know before trusting the figures, in both languages."""
        support, clipped = self.judged.support, self.judged.clipped
        found = []
        if support.high < FULL_SUPPORT:
            found.append(
                f"日志未能覆盖新模型会展示的全部课程（平均权重 {support.mean:.2f}，应接近 1），"
                f"IPS 偏低 / the log could not show all that the new model would (mean weight "
                f"{support.mean:.2f}, should be near 1): IPS is too low"
            )
        if clipped > 0:
            found.append(
                f"{clipped:.1%} 的权重被截断，IPS 偏低 / {clipped:.1%} of the weights were cut: "
                "IPS is too low"
            )
        return tuple(found)

    def to_json(self) -> str:
        """Return all figures as JSON."""
        judged = asdict(self.judged)
        return json.dumps(
            {**self.facts, **judged, "notices": self.notices}, ensure_ascii=False, indent=2
        )


def replay(
    dataset: Dataset,
    model: Model,
    *,
    policy: str = BEST,
    window: float = WINDOW,
    clip: float = CLIP,
    least_effective: float = LEAST_EFFECTIVE,
    seed: int = 0,
    report: Callable[[str], None] | None = None,
) -> Replay:
    """Estimate how often teachers would have chosen what a new model had put in explored places.

    What is estimated: the share of explored places whose course was chosen, had the new model
    filled each of them, the courses above it as they were. It is assumed that the logged chances
    are right, that a teacher's answer to a place depends on teacher, course, rank and what is
    above it alone, and that a choice within the window is the answer to what was shown.
    Places that the order filled say nothing of what else might have stood there, and are left
    out.

    Parameters
    ----------
    dataset
        With impressions and events, such as ``zixuan export`` writes.
    model
        Only lists shown after its training ended count.
    policy
        How the new model fills a place; see :func:`training.replay.policy.options`.
    window
        Days; see :func:`training.replay.log.read_log`.
    clip, least_effective
        See :func:`training.replay.estimators.judge`.
    seed
        Of the bootstrap.
    report
        Is told each step.

    Raises
    ------
    InvalidSetting
        If the policy is unknown, or a number out of its range.
    InvalidData
        If a propensity is missing or 0.
    NotEnoughData
        If nothing was explored since, or the policies overlap too little.
    """
    if policy not in POLICIES:
        raise InvalidSetting(
            "policy", expected=" or ".join(POLICIES), got=policy, remedy="name one of them"
        )
    tell = report or (lambda _: None)
    tell("read the log")
    log = read_log(dataset, since=model.trained_until, window=window)
    tell("ask the new model")
    asked = options(model, dataset, log, policy)
    tell("predict rewards")
    predicted, expected = predictions(asked, log.rewarded, log.teacher)
    places = Places(
        teacher=log.teacher,
        reward=log.rewarded.astype(float),
        propensity=log.propensity,
        target=asked.target,
        predicted=predicted,
        expected=expected,
    )
    tell("estimate")
    rng = np.random.default_rng(seed)
    judged = judge(places, rng, clip=clip, least_effective=least_effective)
    facts = {
        "model_version": model.version,
        "trained_until": model.trained_until.isoformat(),
        "data_hash": dataset.content_hash,
        "policy": policy,
        "places": len(log),
        "teachers": len(np.unique(log.teacher)),
        "rewarded": int(log.rewarded.sum()),
        "clip": clip,
        **log.facts,
    }
    return Replay(facts, judged)
