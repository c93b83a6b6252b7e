"""The one contract of every scorer, and what it is fitted on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from features.catalogue import Catalogue
from features.course_encoder import CourseEncoder
from features.dataset import Dataset
from features.events import EventLog
from features.fitted import Fitted
from features.histories import Histories, histories_before
from features.moments import instant
from features.profiles import ProfileEncoder, Profiles
from recommender.scorers.space import Span


@dataclass(frozen=True, slots=True)
class Part:
    """One addend of a score, or of a source's share in a hybrid.

    Parameters
    ----------
    kind
        ``past_course``, ``profile``, ``popularity``, ``segment``, ``base`` or ``source``.
    name
        The course's id, the feature's name (``column=word``), the segment or the scorer.
    value
        What it adds.
    """

    kind: str
    name: str
    value: float


def past_parts(catalogue: Catalogue, added: NDArray[np.floating]) -> tuple[Part, ...]:
    """Return what each past course adds; ``added`` has shape (n_fitted,), 0 tells nothing."""
    ids = catalogue.fitted_courses.ids
    return tuple(Part("past_course", str(ids[i]), float(added[i])) for i in np.flatnonzero(added))


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """The first time each teacher chose each fitted course, in order of time; shape (n,) each.

    Only choices of the teacher's own that stand count: assigned, nominated and whole-school
    places are history, not preference, and so is what the teacher withdrew from. Of a course
    chosen again since, the first choice after the withdrawal counts.
    """

    teacher: NDArray[np.int32]
    course: NDArray[np.int32]
    moment: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.teacher)

    def pairs(self, n_teachers: int, n_courses: int) -> sparse.csr_array:
        """Return who chose what: float32 ones, shape (n_teachers, n_courses)."""
        ones = np.ones(len(self), np.float32)
        return sparse.csr_array((ones, (self.teacher, self.course)), shape=(n_teachers, n_courses))

    @classmethod
    def of(cls, log: EventLog, position: NDArray[np.int32]) -> Choices:
        """Take them out of a log; ``position`` is each course's among the fitted, or -1."""
        own = log.where(log.standing() & (position[log.course] >= 0))
        pair = own.teacher.astype(np.int64) * len(position) + own.course
        first = np.sort(np.unique(pair, return_index=True)[1])
        return cls(own.teacher[first], position[own.course[first]], own.occurred_at[first])


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """What scorers are fitted on: everything known at a moment, and nothing after it.

    Parameters
    ----------
    dataset
        Where it comes from; only :meth:`earlier` looks at it again.
    profiles
        All teachers at the moment.
    catalogue
        All courses at the moment.
    log
        The events known, courses numbered as in the data set.
    choices
        The choices among them.
    as_of
        The moment.
    anchors
        UTC microseconds of earlier moments, ascending, and
    past_features
        all teachers' features at each, for rows of the past: shape (n_anchors * n, n_features).
    seed
        Of all randomness in fitting.
    profile_encoder
        What profiles were made with.
    """

    dataset: Dataset
    profiles: Profiles
    catalogue: Catalogue
    log: EventLog
    choices: Choices
    as_of: pd.Timestamp
    anchors: NDArray[np.int64]
    past_features: sparse.csr_array
    seed: int
    profile_encoder: ProfileEncoder

    N_ANCHORS = 4

    @classmethod
    def of(
        cls,
        dataset: Dataset,
        as_of: pd.Timestamp,
        courses: CourseEncoder,
        profiles: ProfileEncoder,
        seed: int = 0,
    ) -> Training:
        """Put together what was known of a data set at a moment."""
        catalogue = courses.transform(dataset, as_of)
        log = dataset.log.before(as_of)
        choices = Choices.of(log, catalogue.position)
        anchors = _anchors(choices, cls.N_ANCHORS)
        past = [
            profiles.features(dataset, pd.Timestamp(anchor, unit="us", tz="UTC"))
            for anchor in anchors.tolist()
        ]
        return cls(
            dataset=dataset,
            profiles=profiles.transform(dataset, as_of, catalogue),
            catalogue=catalogue,
            log=log,
            choices=choices,
            as_of=as_of,
            anchors=anchors,
            past_features=sparse.vstack(past, format="csr"),
            seed=seed,
            profile_encoder=profiles,
        )

    def earlier(self, moment: pd.Timestamp, withheld: NDArray[np.bool_] | None = None) -> Training:
        """Return what was known at an earlier moment, encoders fitted anew on just that.

        Of courses that are ``withheld``, shape (n_courses,), no event is known, as if they were
        new.
        """
        dataset = self.dataset
        if withheld is not None:
            dataset = replace(dataset, log=dataset.log.where(~withheld[dataset.log.course]))
        courses = CourseEncoder.fit(dataset, moment)
        profiles = ProfileEncoder.fit(dataset, moment, self.profile_encoder.weights)
        return Training.of(dataset, moment, courses, profiles, self.seed)

    def strangers(self) -> Profiles:
        """Return the profiles of all teachers as if nothing they did were known."""
        log = self.dataset.log
        nothing = replace(self.dataset, log=log.where(np.zeros(len(log), bool)))
        return self.profile_encoder.transform(nothing, self.as_of, self.catalogue)

    @property
    def n_fitted(self) -> int:
        """The number of fitted courses: the columns of a scorer."""
        return len(self.catalogue.fitted_courses)

    def features_before(
        self, teachers: NDArray[np.integer], moments: NDArray[np.int64]
    ) -> sparse.csr_array:
        """Return features of (teacher, moment) pairs as of the latest anchor before each."""
        anchor = np.maximum(np.searchsorted(self.anchors, moments, side="right") - 1, 0)
        return self.past_features[anchor * len(self.profiles) + teachers]

    def histories_before(
        self, teachers: NDArray[np.integer], moments: NDArray[np.int64]
    ) -> Histories:
        """Return decayed histories of (teacher, moment) pairs."""
        return histories_before(
            self.log, teachers, moments, self.catalogue, self.profile_encoder.weights
        )

    def age_in_days(self, moments: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return how long ago moments were, in days."""
        return (instant(self.as_of) - moments) / 86_400e6


def _anchors(choices: Choices, count: int) -> NDArray[np.int64]:
    if not len(choices):
        return np.zeros(1, np.int64)
    quantiles = np.quantile(choices.moment, np.linspace(0, 1, count, endpoint=False))
    return np.unique(quantiles.astype(np.int64))


class Scorer(Protocol):
    """Scores courses for profiles.

    A scorer is constructed with its parameters, fitted once, and then only read. It never
    fails on a teacher or a course that it has not seen.
    """

    name: str

    def fit(self, training: Training) -> Self:
        """Learn from what was known at a moment, and return itself."""
        ...

    def score(self, profiles: Profiles, catalogue: Catalogue) -> NDArray[np.float32]:
        """Return finite scores, float32, shape (n_teachers, n_courses); higher is better."""
        ...

    def explain(self, profiles: Profiles, catalogue: Catalogue, course: int) -> tuple[Part, ...]:
        """Return the parts of one course's score for the one teacher in ``profiles``.

        The parts of an additive scorer add up to the score.
        """
        ...

    def to_fitted(self) -> Fitted:
        """Return parameters and fitted state."""
        ...

    @classmethod
    def from_fitted(cls, fitted: Fitted) -> Self:
        """Read a scorer back; it scores exactly as the one that was stored."""
        ...


class Tunable(Scorer, Protocol):
    """A scorer that can be made by name with its defaults: one of the registry.

    ``SPACE`` says where its parameters are looked for; what is not in it is not tuned.
    """

    SPACE: ClassVar[Mapping[str, Span]]
