"""The only file of serving that knows MLflow: which artifact is promoted, and which is tried.

MLflow stores and names files; reading them is ``recommender.artifact``'s business alone, for
MLflow's own loaders execute what an artifact says.
"""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from features.errors import InvalidSetting

CHAMPION, CANDIDATE = "champion", "candidate"
_SQLITE = "sqlite:///"


def champion(tracking_uri: str, model_name: str) -> Path | None:
    """Return the folder of the promoted artifact, or None before the first promotion.

    Parameters
    ----------
    tracking_uri
        Where MLflow keeps its registry. A SQLite file that is not there is not made.
    model_name
        The registered model whose alias ``champion`` is followed.

    Raises
    ------
    InvalidSetting
        If the artifact is not in a folder that this machine can read.
    """
    return _named(tracking_uri, model_name, CHAMPION)


def candidate(tracking_uri: str, model_name: str) -> Path | None:
    """Return the folder of the artifact that some teachers are to try, or None; as the champion's.

    Raises
    ------
    InvalidSetting
        If the artifact is not in a folder that this machine can read.
    """
    return _named(tracking_uri, model_name, CANDIDATE)


def _named(tracking_uri: str, model_name: str, alias: str) -> Path | None:
    if tracking_uri.startswith(_SQLITE):
        file = Path(tracking_uri.removeprefix(_SQLITE)).resolve()
        if not file.exists():
            return None
        # MLflow keeps what it opened by its address: a relative one may name another file later.
        tracking_uri = f"{_SQLITE}{file}"
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    # Seconds of importing, for those alone who ask the registry.
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=tracking_uri, registry_uri=tracking_uri)
    models = client.search_registered_models(f"name='{model_name}'")
    version = models[0].aliases.get(alias) if models else None
    if version is None:
        return None
    source = urlsplit(str(client.get_model_version(model_name, str(version)).source))
    if source.scheme not in ("", "file"):
        raise InvalidSetting(
            "tracking_uri",
            expected="a registry whose artifacts lie in a folder",
            got=f"an artifact at {source.scheme}:",
            remedy="fetch it to a folder and name that in ZIXUAN_ARTIFACT",
        )
    return Path(url2pathname(source.path))
