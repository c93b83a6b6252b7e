"""Parameters chosen on the slice of time before the one that judges."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray

from comparison.judging import judged_teachers, lists, values
from comparison.methods import POPULARITY, Method
from comparison.task import Scores, Task
from recommender.scorers.space import Span


def tuned(method: Method, earlier: Task, trials: int, seed: int) -> dict[str, Any]:
    """Return the parameters with the best mean NDCG@10, the starting point among those tried.

    A tree-structured Parzen estimator looks for them (Bergstra et al. 2011); a method without
    parameters is not tried at all.
    """
    if not method.space:
        return {}
    teachers = judged_teachers(earlier.split)

    def quality(trial: optuna.Trial) -> float:
        parameters = {name: _asked(trial, name, span) for name, span in method.space.items()}
        return _quality(method.fit(earlier, seed, **parameters), earlier, teachers)

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
    study.enqueue_trial(starts(method.space))
    study.optimize(quality, n_trials=trials)
    return study.best_params


def floor_days(earlier: Task) -> float:
    """Return how many days of popularity serve new teachers best; all where there are none."""
    teachers = judged_teachers(earlier.split)
    new = teachers[earlier.split.cold[teachers]]
    if not len(new):
        return math.inf
    return max(
        POPULARITY, key=lambda days: _quality(POPULARITY[days].fit(earlier, 0), earlier, new)
    )


def _quality(scores: Scores, task: Task, teachers: NDArray[np.integer]) -> float:
    """Return mean NDCG@10."""
    shown = lists(scores, task.split, teachers, 10)
    return float(values(shown, task.split, teachers)[:, 0].mean())


def starts(space: Mapping[str, Span]) -> dict[str, float | None]:
    """Return the usual setting of a method."""
    return {name: span.start for name, span in space.items()}


def _asked(trial: optuna.Trial, name: str, span: Span) -> float:
    if span.whole:
        return trial.suggest_int(name, int(span.low), int(span.high), log=span.log)
    return trial.suggest_float(name, span.low, span.high, log=span.log)
