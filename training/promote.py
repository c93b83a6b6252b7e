"""Promotion: a model becomes champion, or candidate, only after every gate; and the way back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from features.dataset import Dataset
from features.errors import BadArtifact, InvalidSetting, NotEnoughData, Refused
from recommender.artifact import load, verify
from recommender.model import Model
from training.gates import GATES, Gate, Verdict
from training.tracking import Tracker
from training.trial import Demands, Evidence, Trial

#: Tag of a version in the registry: what its gates said.
GATES_TAG = "gates"


@dataclass(frozen=True, slots=True)
class Promotion:
    """A model that has become champion or candidate.

    Parameters
    ----------
    version
        In the registry.
    before
        The champion's version until then; None where there was none.
    verdicts
        What each gate that could be tried said, by its name.
    """

    version: str
    before: str | None
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)


def promote(
    artifact: Path,
    tracker: Tracker,
    *,
    dataset: Dataset | None = None,
    demands: Demands | None = None,
    gates: Mapping[str, Gate] = GATES,
) -> Promotion:
    """Make an artifact's model the champion, if every gate lets it pass.

    Parameters
    ----------
    artifact
        Folder of the artifact; its files, checksums, formats and versions are the first gate.
    tracker
        Keeps the registry.
    dataset
        Holds choices made after the model and the champion were trained; without it the gates
        that need such data are not tried.
    demands
        How much the gates demand.
    gates
        The further gates by name; all of them are tried, so that one refusal names every reason.

    Raises
    ------
    Refused
        With every complaint; nothing has changed then.
    InvalidSetting, UnknownId
        If golden teachers are given without data, or do not fit it.
    """
    demands = demands or Demands()
    model, verdicts = _pass(artifact, tracker, dataset, demands, gates)
    before = tracker.champion_version()
    version = _entered(artifact, tracker, model, verdicts)
    tracker.promote(version)
    return Promotion(version, before, verdicts)


def propose(
    artifact: Path,
    tracker: Tracker,
    *,
    demands: Demands | None = None,
    gates: Mapping[str, Gate] = GATES,
) -> Promotion:
    """Make an artifact's model the candidate, if every gate that needs no data lets it pass.

    Raises
    ------
    Refused
        With every complaint, or if there is no champion to be tried beside, or if it is the
        champion; the candidate is who it was then.
    """
    before = tracker.champion_version()
    if before is None:
        raise Refused(
            f"{artifact.name!r} as a candidate",
            expected="a champion to be tried beside",
            got="none",
            remedy="promote a model first",
        )
    model, verdicts = _pass(artifact, tracker, None, demands or Demands(), gates)
    version = _entered(artifact, tracker, model, verdicts)
    tracker.propose(version)
    return Promotion(version, before, verdicts)


def _pass(
    artifact: Path,
    tracker: Tracker,
    dataset: Dataset | None,
    demands: Demands,
    gates: Mapping[str, Gate],
) -> tuple[Model, dict[str, Verdict]]:
    """Return a model that every gate lets pass, and what the gates said."""
    if demands.golden and dataset is None:
        raise InvalidSetting(
            "golden teachers",
            expected="data to find them and their courses in",
            got="none",
            remedy="give the folder of tables with --data",
        )
    try:
        model, manifest = load(artifact), verify(artifact)
    except BadArtifact as error:
        raise _refused(artifact, {"loads": Verdict(False, str(error))}) from error
    evidence, shortage = _evidence(model, tracker, dataset, demands.k)
    trial = Trial(model, manifest, demands, evidence, shortage)
    tried = {name: gate(trial) for name, gate in gates.items()}
    verdicts = {name: verdict for name, verdict in tried.items() if verdict is not None}
    if not all(verdict.passed for verdict in verdicts.values()):
        raise _refused(artifact, verdicts)
    return model, verdicts


def _entered(
    artifact: Path, tracker: Tracker, model: Model, verdicts: Mapping[str, Verdict]
) -> str:
    """Return a model's version in the registry, which keeps what the gates said."""
    version = tracker.register(model.version, artifact)
    told = {name: verdict.told for name, verdict in verdicts.items()}
    tracker.note(version, GATES_TAG, json.dumps(told, ensure_ascii=False))
    return version


def rollback(tracker: Tracker) -> tuple[str, str]:
    """Make the champion before the present one champion again.

    Returns
    -------
    tuple of str
        The versions that was champion and that is now.

    Raises
    ------
    Refused
        If there was none before it, or its artifact does not load; nothing has changed then.
    """
    earlier = tracker.champions()
    if len(earlier) < 2:
        raise Refused(
            "rollback",
            expected="a champion before the present one",
            got=f"{len(earlier)} in the history" if earlier else "no champion at all",
            remedy="promote a model instead",
        )
    now = earlier[-2]
    try:
        load(tracker.folder(now))
    except BadArtifact as error:
        raise Refused(
            f"rollback to version {now}",
            expected="an artifact that still loads",
            got=str(error),
            remedy="the champion stays as it was; promote a sound model instead",
        ) from error
    tracker.roll_back()
    return earlier[-1], now


def _evidence(
    model: Model, tracker: Tracker, dataset: Dataset | None, k: int
) -> tuple[Evidence | None, str]:
    """Return what the data says of the model and the champion, or why it says nothing."""
    if dataset is None:
        return None, ""
    folder = tracker.champion()
    try:
        champion = None if folder is None else load(folder)
        return Evidence.of(model, champion, dataset, k), ""
    except BadArtifact as error:
        return None, f"the champion cannot be compared with: {error}"
    except NotEnoughData as error:
        return None, str(error)


def _refused(artifact: Path, verdicts: Mapping[str, Verdict]) -> Refused:
    failed = [f"{name}: {verdict.told}" for name, verdict in verdicts.items() if not verdict.passed]
    return Refused(
        f"promotion of {artifact.name!r}",
        expected="a model that passes every gate",
        got="; ".join(failed),
        remedy="the champion stays as it was; mend the cause and train again",
    )
