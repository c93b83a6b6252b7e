"""A model: fitted encoders and scorers, without any teacher in it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.catalogue import Catalogue
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.errors import InvalidSetting, NotEnoughData, did_you_mean
from features.fitted import Fitted
from features.profiles import ProfileEncoder, Profiles
from recommender.event_weights import split_off
from recommender.scorers.contract import Part, Scorer, Training
from recommender.scorers.hybrid import LOGISTIC, Hybrid
from recommender.scorers.registry import chosen, made
from recommender.steps import COLUMNS, Steps


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What ``fit`` learned: it scores any teacher and any course, seen or not.

    Parameters
    ----------
    course_encoder, profile_encoder
        Fitted encoders.
    hybrid
        The fused scorer, which holds all others.
    steps
        How soon teachers move, by column: ``career_stage`` and ``title``.
    trained_until
        Nothing dated at or after it was learned from.
    data_hash
        Content hash of the data set.
    version
        Twelve hexadecimal digits: a hash of all that was learned. What was not seen, in data of
        another hash, does not change it.
    """

    course_encoder: CourseEncoder
    profile_encoder: ProfileEncoder
    hybrid: Hybrid
    steps: Mapping[str, Steps]
    trained_until: pd.Timestamp
    data_hash: str
    version: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "version", _version(self.to_fitted()))

    @classmethod
    def fit(
        cls,
        dataset: Dataset,
        *,
        as_of: pd.Timestamp,
        scorers: Sequence[str] | None = None,
        seed: int = 0,
        report: Callable[[str], None] | None = None,
        parameters: Mapping[str, Mapping[str, object]] | None = None,
        second_stage: str = LOGISTIC,
    ) -> Self:
        """Fit encoders and scorers on what was known at a moment.

        Parameters
        ----------
        dataset
            At least one choice known before ``as_of``.
        as_of
            Nothing dated at or after it is seen.
        scorers
            Names of ``recommender.scorers.registry``; all that are installed when left out.
        seed
            Of all randomness; the same seed and data give the same model.
        report
            Is told each step.
        parameters
            Scorer -> parameters of its constructor; those not named keep their defaults. Those of
            a scorer that is not fitted are checked, and left aside. ``event_weights`` names
            what kinds of events say about taste, where that is not as declared.
        second_stage
            What the hybrid learns, beside choosing among scorers: ``logistic`` or ``trees``.

        Raises
        ------
        InvalidSetting
            If a scorer's, a parameter's or the second stage's name is unknown, or a value out of
            range.
        NotEnoughData
            If nothing was chosen before ``as_of``.
        """
        weights, of_scorers = split_off(parameters)
        hybrid = Hybrid(made(chosen(scorers), of_scorers), second_stage=second_stage)
        tell = report or (lambda _: None)
        tell("read profiles and courses")
        courses = CourseEncoder.fit(dataset, as_of)
        profiles = ProfileEncoder.fit(dataset, as_of, weights)
        training = Training.of(dataset, as_of, courses, profiles, seed)
        if not len(training.choices):
            raise _nothing_chosen(dataset, training)
        hybrid.fit(training, tell)
        steps = {column: Steps.fit(dataset, as_of, column) for column in COLUMNS}
        return cls(courses, profiles, hybrid, steps, as_of, dataset.content_hash)

    @property
    def scorers(self) -> Mapping[str, Scorer]:
        """All scorers by name, the hybrid last."""
        return {**self.hybrid.parts, self.hybrid.name: self.hybrid}

    def catalogue(self, dataset: Dataset, as_of: pd.Timestamp) -> Catalogue:
        """See the courses of a data set at a moment."""
        return self.course_encoder.transform(dataset, as_of)

    def renewed_catalogue(
        self, former: Catalogue, before: Dataset, dataset: Dataset, as_of: pd.Timestamp
    ) -> Catalogue:
        """See the courses of a data set of which most were seen before, in little time.

        ``former`` is what this model saw in ``before``.
        """
        return self.course_encoder.renew(former, before, dataset, as_of)

    def profiles(
        self,
        dataset: Dataset,
        as_of: pd.Timestamp,
        catalogue: Catalogue,
        teachers: NDArray[np.integer] | None = None,
    ) -> Profiles:
        """See teachers at a moment; all when ``teachers`` (distinct positions) is left out."""
        return self.profile_encoder.transform(dataset, as_of, catalogue, teachers)

    def score(
        self,
        profiles: Profiles,
        catalogue: Catalogue,
        scorer: str = "hybrid",
        allowed: NDArray[np.bool_] | None = None,
    ) -> NDArray[np.float32]:
        """Return scores, float32, shape (n_teachers, n_courses); higher is better.

        ``allowed``, bool of the same shape, says what can be shown; the hybrid counts places
        among these, and a scorer's own scores do not depend on it.
        """
        if scorer == self.hybrid.name:
            return self.hybrid.score(profiles, catalogue, allowed)
        return self._scorer(scorer).score(profiles, catalogue)

    def explain(
        self,
        profiles: Profiles,
        catalogue: Catalogue,
        course: int,
        scorer: str = "hybrid",
        allowed: NDArray[np.bool_] | None = None,
    ) -> tuple[Part, ...]:
        """Return the parts of one course's score for the one teacher in ``profiles``."""
        if scorer == self.hybrid.name:
            return self.hybrid.explain(profiles, catalogue, course, allowed)
        return self._scorer(scorer).explain(profiles, catalogue, course)

    def to_fitted(self) -> Fitted:
        """Return all fitted state."""
        return (
            self.course_encoder.to_fitted().under("course_encoder")
            | self.profile_encoder.to_fitted().under("profile_encoder")
            | self.hybrid.to_fitted().under("hybrid")
            | reduce(or_, (each.to_fitted().under(name) for name, each in self.steps.items()))
            | Fitted(
                values={
                    "trained_until": self.trained_until.isoformat(),
                    "data_hash": self.data_hash,
                }
            )
        )

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read a model back."""
        return cls(
            CourseEncoder.from_fitted(fitted.part("course_encoder")),
            ProfileEncoder.from_fitted(fitted.part("profile_encoder")),
            Hybrid.from_fitted(fitted.part("hybrid")),
            {column: Steps.from_fitted(fitted.part(column)) for column in COLUMNS},
            pd.Timestamp(fitted.values["trained_until"]),
            fitted.values["data_hash"],
        )

    def _scorer(self, name: str) -> Scorer:
        scorers = self.scorers
        if name not in scorers:
            raise InvalidSetting(
                f"scorer {name!r}",
                expected=f"one of {', '.join(scorers)}",
                remedy=did_you_mean([name], scorers)
                or "choose one that this model was trained with",
            )
        return scorers[name]


def _nothing_chosen(dataset: Dataset, training: Training) -> NotEnoughData:
    """Return the error that says what there was instead of a choice."""
    expected = "at least one event of a teacher's own choice (selected, started or completed)"
    if not len(dataset.log):
        return NotEnoughData(
            "training data",
            expected=expected,
            got="no events",
            remedy="add rows to the table of events",
        )
    return NotEnoughData(
        "training data",
        expected=f"{expected} before {training.as_of.isoformat()}",
        got=f"{len(training.log)} events, none of them such a choice",
        remedy="check the events, their kinds and the --until date",
    )


def _version(fitted: Fitted) -> str:
    learned = {name: value for name, value in fitted.values.items() if name != "data_hash"}
    digest = hashlib.sha256(repr(learned).encode())
    for name in sorted(fitted.arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(fitted.arrays[name]).data)
    return digest.hexdigest()[:12]
