"""The second stages of a hybrid: for teachers with and without history, and for new courses.

What works for a teacher with a history fails one without, and a course that nobody has taken is
foreseen by other signs than the rest. Each is learned from those whom it is for; where they are
few, from everybody else as if nothing were known of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from recommender.scorers.blend import Blend, Places, SecondStage
from recommender.scorers.choosing import Learner, alone, choose
from recommender.scorers.contract import Scorer, Training
from recommender.scorers.validation import Validation

COLD, WARM, NEW = "cold", "warm", "new"
#: Fewer teachers than this cannot judge; fewer cold ones, or choosers of new courses, than that
#: do not judge by themselves.
MIN_TEACHERS = 20
MIN_GROUP = 100
#: Where fewer come back with a history than that, those who go on choosing judge instead.
MIN_RETURNING = 50
#: Share of the courses that are taken for new, to learn how new ones fare.
WITHHELD = 0.2

Parts = Mapping[str, Scorer]


@dataclass(frozen=True, slots=True)
class Stages:
    """The second stages, and why they are what they are.

    Parameters
    ----------
    blends
        For ``warm`` and ``cold`` teachers, and, where content tells new courses apart, the order
        among ``new`` ones.
    preferred
        The scorer that is best alone.
    found
        By stage: NDCG@10 on its slice of each scorer, of ``fusion`` and of what is ``learned``,
        and the number of ``teachers``; a stage that nobody could judge is left out.
    """

    blends: Mapping[str, SecondStage]
    preferred: str
    found: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def even(names: list[str]) -> Stages:
    """Return rank fusion in which all scorers count alike."""
    fusion = Blend.of_ranks(dict.fromkeys(names, 1.0))
    return Stages({COLD: fusion, WARM: fusion}, names[0])


def staged(
    training: Training,
    parts: Parts,
    learner: Learner,
    cut: pd.Timestamp,
    tell: Callable[[str], None],
) -> Stages:
    """Learn and choose the stages on what was chosen from ``cut`` on.

    The parts are fitted on what came before, and left so.
    """
    slice_ = Validation.of(training, cut)
    if len(slice_) < MIN_TEACHERS or not len(slice_.training.choices):
        return even(list(parts))
    for name, part in parts.items():
        tell(f"validate {name}")
        part.fit(slice_.training)
    tell("learn how to blend")
    placed = _placed(slice_, parts)
    by_name = alone(slice_, placed)
    preferred = max(by_name, key=lambda name: by_name[name])
    chosen = {
        name: choose(view, own, learner, training.seed)
        for name, (view, own) in _views(training, slice_, placed, parts).items()
    }
    new = _for_new(training, parts, cut, tell)
    if new is not None:
        chosen[NEW] = new
    return Stages(
        {name: blend for name, (blend, _) in chosen.items()},
        preferred,
        {name: found for name, (_, found) in chosen.items()},
    )


def _views(
    training: Training, slice_: Validation, placed: Places, parts: Parts
) -> dict[str, tuple[Validation, Places]]:
    """Return the teachers by whom each group's stage is chosen, and what the parts place."""
    warm = slice_.profiles.warm
    views = {WARM: (slice_, placed)}
    if warm.sum() >= MIN_TEACHERS:
        views[WARM] = slice_.rows(warm), {name: place[warm] for name, place in placed.items()}
    if warm.sum() < MIN_RETURNING:
        going_on = slice_.of_those_who_go_on(training)
        if len(going_on) >= MIN_GROUP:
            views[WARM] = going_on, _placed(going_on, parts)
    if (~warm).sum() >= MIN_GROUP:
        views[COLD] = slice_.rows(~warm), {name: place[~warm] for name, place in placed.items()}
    else:
        strangers = slice_.of_strangers()
        views[COLD] = strangers, _placed(strangers, parts)
    return views


def _for_new(
    training: Training, parts: Parts, cut: pd.Timestamp, tell: Callable[[str], None]
) -> tuple[SecondStage, dict[str, float]] | None:
    """Choose how to order new courses; None where content tells nothing, or too few can judge.

    Nothing is learned beyond rank fusion: all teachers choose among the same few courses, and
    free weights would learn those by heart.
    """
    if not _tells_apart(training.catalogue.fitted_features):
        return None
    slice_ = Validation.of(training, cut, _withheld(training))
    if len(slice_) < MIN_GROUP or not len(slice_.training.choices):
        return None
    for name, part in parts.items():
        tell(f"validate {name} on new courses")
        part.fit(slice_.training)
    return choose(slice_, _placed(slice_, parts), None, training.seed)


def _tells_apart(content: sparse.csr_array) -> bool:
    """Say whether any word of the content is that of some courses and not of all."""
    courses = np.diff(content.tocsc().indptr)
    return bool(((courses > 0) & (courses < content.shape[0])).any())


def _withheld(training: Training) -> NDArray[np.bool_]:
    """Deal a share of the courses that had takers, at random."""
    position = training.catalogue.position
    dealt = np.random.default_rng(training.seed).random(len(position)) < WITHHELD
    return np.asarray(dealt & (position >= 0))


def _placed(view: Validation, parts: Parts) -> Places:
    return {name: view.places(part) for name, part in parts.items()}
