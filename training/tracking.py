"""The only file of training that knows MLflow: runs, versions, and which model is champion.

MLflow takes seconds to import and to make its database, so nothing of it is imported before a
:class:`Tracker` is first used: commands that track nothing do not wait for it.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from features.errors import UnknownId

if TYPE_CHECKING:
    from mlflow import MlflowClient

EXPERIMENT = "zixuan"
MODEL = "zixuan"
CHAMPION = "champion"
#: Tag of the registered model: the versions that were champion, oldest first.
HISTORY = "champions"
_ARTIFACT = "model"
_MODEL_VERSION = "model_version"
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
        Whatever decides the outcome: data hash, moment, seed, scorers and their parameters.
    metrics
        Figures by name, seconds among them.
    """

    model_version: str
    parameters: Mapping[str, object]
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
        from mlflow.entities import Metric, Param, RunTag

        now = int(time.time() * 1000)
        run: str = self._client.create_run(self._experiment).info.run_id
        self._client.log_batch(
            run,
            # MLflow allows no @ in a name.
            metrics=[
                Metric(name.replace("@", "_at_"), value, now, 0)
                for name, value in record.metrics.items()
            ],
            params=[Param(name, str(value)) for name, value in record.parameters.items()],
            tags=[RunTag(_MODEL_VERSION, record.model_version)],
        )
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

        Raises
        ------
        UnknownId
            If the registry holds no such version.
        """
        if not self._client.search_model_versions(f"name='{MODEL}' and version_number={version}"):
            raise UnknownId(
                f"model version {version!r}",
                expected="a version in the registry",
                remedy="register the artifact first",
            )
        if self.champion_version() == version:
            return
        history = ";".join([*self.champions(), version])
        self._client.set_registered_model_tag(MODEL, HISTORY, history)
        self._client.set_registered_model_alias(MODEL, CHAMPION, version)

    def champion_version(self) -> str | None:
        """Return the champion's version in the registry, or None before the first promotion."""
        models = self._client.search_registered_models(f"name='{MODEL}'")
        version = models[0].aliases.get(CHAMPION) if models else None
        return None if version is None else str(version)

    def champions(self) -> list[str]:
        """Return the versions that were champion, oldest first."""
        models = self._client.search_registered_models(f"name='{MODEL}'")
        history = models[0].tags.get(HISTORY, "") if models else ""
        return [version for version in history.split(";") if version]

    def champion(self) -> Path | None:
        """Return the folder of the champion's artifact, or None before the first promotion."""
        version = self.champion_version()
        if version is None:
            return None
        # Read where it lies: MLflow's own download would leave a copy behind on every call.
        source = str(self._client.get_model_version(MODEL, version).source)
        return Path(url2pathname(urlsplit(source).path))

    @cached_property
    def _client(self) -> MlflowClient:
        os.environ.update(_QUIET)
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

    def _run_of(self, model_version: str) -> str | None:
        runs = self._client.search_runs(
            [self._experiment], f"tags.{_MODEL_VERSION} = '{model_version}'", max_results=1
        )
        return str(runs[0].info.run_id) if runs else None
