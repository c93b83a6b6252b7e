"""The only file of training that knows MLflow: runs, versions, and which model is champion.

MLflow takes seconds to import and to make its database, so nothing of it is imported before a
:class:`Tracker` is first used: commands that track nothing do not wait for it.
"""

from __future__ import annotations

import logging
import os
import re
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pandas as pd

from features.errors import Refused, UnknownId

if TYPE_CHECKING:
    from mlflow import MlflowClient

T = TypeVar("T")

EXPERIMENT = "zixuan"
MODEL = "zixuan"
CHAMPION, CANDIDATE = "champion", "candidate"
#: Tag of the registered model: the versions that were champion, oldest first.
HISTORY = "champions"
_ARTIFACT = "model"
_MODEL_VERSION = "model_version"
#: MLflow takes so many of a kind in one call, and no longer value of a parameter.
_METRICS_AT_ONCE, _PARAMETERS_AT_ONCE, _LONGEST_VALUE = 1_000, 100, 6_000
_LONGEST_TAG = 5_000
#: What may not stand in a name.
_NO_NAME = re.compile(r"[^\w.\-: /]")
#: What keeps MLflow from the network and off the terminal.
_QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of one training beside its artifact.

    Parameters
    ----------
    model_version
        The model's own version, by which its run is found again.
    parameters
        Whatever decides the outcome: data hash, split, moment, seed, scorers and their
        parameters.
    metrics
        Figures by name, seconds among them.
    texts
        Name of a file -> what it holds: the model card, all figures, the report.
    """

    model_version: str
    parameters: Mapping[str, object]
    metrics: Mapping[str, float]
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """A training as the registry tells it.

    Parameters
    ----------
    run_id
        MLflow's name for it.
    started
        When it was recorded.
    model_version
        The model's own version.
    version
        In the registry; None where the model was never promoted.
    champion
        Whether it is the champion now.
    parameters, metrics
        As they were recorded; MLflow writes ``_at_`` for ``@``, here it is ``@`` again.
    """

    run_id: str
    started: pd.Timestamp
    model_version: str
    version: str | None
    champion: bool
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]


class Tracker:
    """Keeps runs and their artifacts, and points at the champion.

    Parameters
    ----------
    uri
        Where MLflow keeps its records, for instance ``sqlite:///mlflow.db``.
    artifacts
        Folder that artifacts are copied into.
    """

    def __init__(self, uri: str, artifacts: Path) -> None:
        self.uri = uri
        self.artifacts = artifacts

    @classmethod
    def in_folder(cls, folder: Path) -> Tracker:
        """Keep records and artifacts in one folder, made on first use."""
        return cls(f"sqlite:///{folder.resolve() / 'mlflow.db'}", folder / "artifacts")

    def record(self, record: Record, artifact: Path) -> str:
        """Keep a training and a copy of its artifact; return the run's id."""
        run: str = self._client.create_run(self._experiment).info.run_id
        from mlflow.entities import Metric, Param, RunTag

        now = int(time.time() * 1000)
        self._client.log_batch(run, tags=[RunTag(_MODEL_VERSION, record.model_version)])
        metrics = [Metric(_name(n), value, now, 0) for n, value in record.metrics.items()]
        for some in _blocks(metrics, _METRICS_AT_ONCE):
            self._client.log_batch(run, metrics=some)
        parameters = [
            Param(_name(n), str(value)[:_LONGEST_VALUE]) for n, value in record.parameters.items()
        ]
        for block in _blocks(parameters, _PARAMETERS_AT_ONCE):
            self._client.log_batch(run, params=block)
        for name, text in record.texts.items():
            self._client.log_text(run, text, name)
        self._client.log_artifacts(run, str(artifact), _ARTIFACT)
        self._client.set_terminated(run)
        return run

    def register(self, model_version: str, artifact: Path) -> str:
        """Return the registry's version of a model, entered on the first call.

        A model that no run is known of gets a run that holds its artifact alone.
        """
        run = self._run_of(model_version) or self.record(Record(model_version, {}, {}), artifact)
        found = self._client.search_model_versions(f"run_id='{run}'")
        if found:
            return str(found[0].version)
        if not self._client.search_registered_models(f"name='{MODEL}'"):
            self._client.create_registered_model(MODEL)
        source = f"{self._client.get_run(run).info.artifact_uri}/{_ARTIFACT}"
        return str(self._client.create_model_version(MODEL, source, run).version)

    def promote(self, version: str) -> None:
        """Make a registered version the champion, and note it in the history.

        It is no candidate any more: after a rollback nobody is told by it.

        Raises
        ------
        UnknownId
            If the registry holds no such version.
        """
        self._require(version)
        earlier = self.champions()
        if earlier and earlier[-1] == version:
            return
        # The alias moves last: an error before it leaves the champion as it was.
        self._client.set_registered_model_tag(MODEL, HISTORY, ";".join([*earlier, version]))
        self._client.set_registered_model_alias(MODEL, CHAMPION, version)
        if self.candidate_version() == version:
            self.withdraw()

    def propose(self, version: str) -> None:
        """Make a registered version the candidate, in place of another.

        Raises
        ------
        UnknownId
            If the registry holds no such version.
        Refused
            If it is the champion.
        """
        self._require(version)
        if version == self.champion_version():
            raise Refused(
                f"version {version} as a candidate",
                expected="another version than the champion",
                got="the champion itself",
                remedy="name the model that is to be tried beside it",
            )
        self._client.set_registered_model_alias(MODEL, CANDIDATE, version)

    def withdraw(self) -> str | None:
        """Take the candidate back; return its version, None where there was none."""
        version = self.candidate_version()
        if version is not None:
            self._client.delete_registered_model_alias(MODEL, CANDIDATE)
        return version

    def roll_back(self) -> str:
        """Make the champion before the present one champion again; return its version.

        Raises
        ------
        Refused
            If there was none before it.
        """
        earlier = self.champions()[:-1]
        if not earlier:
            raise Refused("rollback", expected="an earlier champion", got="none")
        self._client.set_registered_model_alias(MODEL, CHAMPION, earlier[-1])
        self._client.set_registered_model_tag(MODEL, HISTORY, ";".join(earlier))
        return earlier[-1]

    def note(self, version: str, name: str, text: str) -> None:
        """Tag a registered version."""
        self._client.set_model_version_tag(MODEL, version, name, text[:_LONGEST_TAG])

    def champion_version(self) -> str | None:
        """Return the champion's version in the registry, or None before the first promotion."""
        return self._named(CHAMPION)

    def candidate_version(self) -> str | None:
        """Return the candidate's version in the registry, or None where there is none."""
        return self._named(CANDIDATE)

    def champions(self) -> list[str]:
        """Return the versions that were champion, oldest first, the present one last.

        Those that were rolled back are left out.
        """
        now = self.champion_version()
        if now is None:
            return []
        model = self._client.search_registered_models(f"name='{MODEL}'")[0]
        history = [version for version in model.tags.get(HISTORY, "").split(";") if version]
        # An error half-way, or a hand that moved the alias in MLflow, leaves the tag behind.
        while history and history[-1] != now and now in history:
            history.pop()
        return history if now in history else [*history, now]

    def champion(self) -> Path | None:
        """Return the folder of the champion's artifact, or None before the first promotion."""
        version = self.champion_version()
        return None if version is None else self.folder(version)

    def folder(self, version: str) -> Path:
        """Return the folder of a registered version's artifact."""
        # Read where it lies: MLflow's own download would leave a copy behind on every call.
        return _folder(str(self._client.get_model_version(MODEL, version).source))

    def runs(self, most: int) -> list[Run]:
        """Return the latest trainings, newest first."""
        registered = self._client.search_model_versions(f"name='{MODEL}'")
        version_of = {each.run_id: str(each.version) for each in registered}
        champion = self.champion_version()
        found = self._client.search_runs(
            [self._experiment], order_by=["attributes.start_time DESC"], max_results=most
        )
        return [
            Run(
                run_id=run.info.run_id,
                started=pd.Timestamp(run.info.start_time, unit="ms", tz="UTC"),
                model_version=run.data.tags.get(_MODEL_VERSION, ""),
                version=version_of.get(run.info.run_id),
                champion=version_of.get(run.info.run_id, "") == champion,
                parameters=run.data.params,
                metrics={n.replace("_at_", "@"): value for n, value in run.data.metrics.items()},
            )
            for run in found
        ]

    def text(self, model_version: str, name: str) -> str | None:
        """Return a text that was kept of the training of a model; None where there is none."""
        run = self._run_of(model_version)
        if run is None:
            return None
        path = _folder(self._client.get_run(run).info.artifact_uri) / name
        return path.read_text("utf-8") if path.is_file() else None

    @cached_property
    def _client(self) -> MlflowClient:
        os.environ.update(_QUIET)
        with warnings.catch_warnings():
            # Its progress bars, which are off, ask for widgets in a notebook.
            warnings.filterwarnings("ignore", "IProgress not found")
            from mlflow import MlflowClient

        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self.artifacts.mkdir(parents=True, exist_ok=True)
        if self.uri.startswith("sqlite:///"):
            Path(self.uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        return MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    @cached_property
    def _experiment(self) -> str:
        found = self._client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        location = self.artifacts.resolve().as_uri()
        return str(self._client.create_experiment(EXPERIMENT, artifact_location=location))

    def _named(self, alias: str) -> str | None:
        models = self._client.search_registered_models(f"name='{MODEL}'")
        version = models[0].aliases.get(alias) if models else None
        return None if version is None else str(version)

    def _require(self, version: str) -> None:
        if not self._client.search_model_versions(f"name='{MODEL}' and version_number={version}"):
            raise UnknownId(
                f"model version {version!r}",
                expected="a version in the registry",
                remedy="register the artifact first",
            )

    def _run_of(self, model_version: str) -> str | None:
        runs = self._client.search_runs(
            [self._experiment], f"tags.{_MODEL_VERSION} = '{model_version}'", max_results=1
        )
        return str(runs[0].info.run_id) if runs else None


def _name(name: str) -> str:
    """Return a name as MLflow allows it; no @ is."""
    return _NO_NAME.sub("_", name.replace("@", "_at_").replace("=", "/"))


def _folder(uri: str) -> Path:
    return Path(url2pathname(urlsplit(uri).path))


def _blocks(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]
