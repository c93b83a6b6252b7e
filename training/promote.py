"""Promotion: a model becomes champion only after every gate has let it pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd

from features.dataset import Dataset
from features.errors import BadArtifact, Refused
from recommender.artifact import load
from recommender.model import Model
from training.tracking import Tracker

#: Looks at a model and says what is wrong with it, in a clause; says nothing if all is well.
Gate: TypeAlias = Callable[[Model], str]

UNSEEN = "\x7fcourse that no model knows"


def finite_scores(model: Model) -> str:
    """Demand a number from every scorer for teachers and courses that it has never seen.

    Loading has tried only the courses that it was fitted on.
    """
    dataset = probe(model)
    as_of = model.trained_until
    catalogue = model.catalogue(dataset, as_of)
    profiles = model.profiles(dataset, as_of, catalogue)
    broken = [
        name
        for name in model.scorers
        if not np.isfinite(model.score(profiles, catalogue, name)).all()
    ]
    return f"scores that are no numbers from {', '.join(broken)}" if broken else ""


#: In the order in which their complaints are reported. A new gate is a function and a line here.
GATES: tuple[Gate, ...] = (finite_scores,)


def promote(artifact: Path, tracker: Tracker, gates: Sequence[Gate] = GATES) -> str:
    """Make an artifact's model the champion, if every gate lets it pass.

    Parameters
    ----------
    artifact
        Folder of the artifact; its files, checksums, formats and versions are the first gate.
    tracker
        Keeps the registry.
    gates
        The further gates; all of them are tried, so that one refusal names every reason.

    Returns
    -------
    str
        The version in the registry.

    Raises
    ------
    Refused
        With every complaint; nothing has changed then.
    """
    try:
        model = load(artifact)
    except BadArtifact as error:
        raise _refused(artifact, [f"loads: {error}"]) from error
    complaints = list(_complaints(model, gates))
    if complaints:
        raise _refused(artifact, complaints)
    version = tracker.register(model.version, artifact)
    tracker.promote(version)
    return version


def probe(model: Model) -> Dataset:
    """Make a data set to try a model on.

    It holds the courses that the model knows and one that it does not; a teacher who has taken
    the first of them a day before the training ended, and one who has taken nothing.
    """
    courses = [*model.course_encoder.fitted.ids, UNSEEN]
    event = {
        "teacher_id": ["warm"],
        "course_id": courses[:1],
        "occurred_at": [model.trained_until - pd.Timedelta(days=1)],
    }
    return Dataset.of(
        {
            "teachers": pd.DataFrame({"teacher_id": ["cold", "warm"]}),
            "courses": pd.DataFrame({"course_id": courses}),
            "events": pd.DataFrame(event),
        }
    )


def _complaints(model: Model, gates: Sequence[Gate]) -> Iterator[str]:
    for gate in gates:
        complaint = gate(model)
        if complaint:
            yield f"{gate.__name__}: {complaint}"


def _refused(artifact: Path, complaints: Sequence[str]) -> Refused:
    return Refused(
        f"promotion of {artifact.name!r}",
        expected="a model that passes every gate",
        got="; ".join(complaints),
        remedy="the champion stays as it was; mend the cause and train again",
    )
