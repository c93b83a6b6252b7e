"""Settings of the service: read once, from the environment, by whoever starts it."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from features.errors import InvalidSetting

PREFIX = "ZIXUAN_"
#: After a setting's name: the file that holds it, so that a secret is in no environment.
IN_FILE = "_FILE"


class Settings(BaseSettings):
    """What the service needs to know; each field is the variable ``ZIXUAN_<NAME>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    database_url: str = Field(
        "sqlite:///zixuan.db", description="SQLAlchemy URL of the store; its schema is made."
    )
    artifact: Path | None = Field(
        None, description="Folder of the model to serve; without it the registry is asked."
    )
    tracking_uri: str = Field(
        "sqlite:///mlflow.db", description="MLflow registry that names the promoted model."
    )
    model_name: str = Field("zixuan", description="Name of the model in the registry.")
    model_check: float = Field(
        10,
        ge=0,
        le=86_400,
        allow_inf_nan=False,
        description="Seconds between looks for a newly promoted model; 0: never.",
    )
    canary: float = Field(
        0,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Share of the teachers whom the registry's candidate tells, 0 to 1.",
    )
    policies: Path | None = Field(
        None, description="Folder of further policies, which win over those shipped."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65_535, description="Port to listen on; 0: any free one.")
    workers: int = Field(
        1, ge=1, le=64, description="Processes that answer, all of them with the same store."
    )
    max_body: int = Field(
        1_048_576, ge=1_024, le=134_217_728, description="Largest request body, in bytes."
    )
    max_bulk: int = Field(
        67_108_864,
        ge=1_024,
        le=1_073_741_824,
        description="Largest body of events in bulk, in bytes.",
    )
    body_seconds: float = Field(
        30,
        gt=0,
        le=3_600,
        allow_inf_nan=False,
        description="How long each part of a body may take to arrive, in seconds.",
    )
    most_waiting: int = Field(
        200,
        ge=1,
        le=100_000,
        description="Requests of one worker that may wait or be answered at a time; "
        "others are told to come back (503).",
    )
    per_minute: int = Field(
        0,
        ge=0,
        le=10_000_000,
        description="Requests that a key may make in a minute; others are 429. 0: any number.",
    )
    tries_per_minute: int = Field(
        60,
        ge=0,
        le=1_000_000,
        description="Attempts to come in, or for a token, that may fail from one address in a "
        "minute. 0: any number.",
    )
    proxies: str = Field(
        "127.0.0.1",
        max_length=1_000,
        description="Addresses and networks of the proxies that are believed who calls "
        "(X-Forwarded-For), separated by commas.",
    )
    budget: float = Field(
        1,
        gt=0,
        le=60,
        allow_inf_nan=False,
        description="Seconds that a list may take; what is late again and again rests for a while.",
    )
    solvers: int = Field(
        2, ge=1, le=64, description="Plans that one worker's threads make at a time."
    )
    solver_processes: int = Field(
        0,
        ge=0,
        le=64,
        description="Processes of one worker that make plans, each with the model and the "
        "catalogues in its own memory; 0: the worker's own threads.",
    )
    solver_seconds: float = Field(
        60,
        gt=0,
        le=3_600,
        description="Seconds after which a process that makes a plan is ended, and the request "
        "told to come back; threads cannot be ended.",
    )
    solver_queue: int = Field(
        16,
        ge=0,
        le=1_000,
        description="Requests for plans that may wait in one worker; others are told to come back.",
    )
    clock_skew: float = Field(
        300,
        ge=0,
        le=86_400,
        description="How far a platform's clock may run ahead of the service's, in seconds.",
    )
    issuer: str | None = Field(
        None, description="Issuer (iss) elsewhere whose tokens are accepted, too."
    )
    issuer_keys: Path | None = Field(
        None, description="File of its public keys (JWKS); read again for a key that it lacked."
    )
    issuer_audience: str = Field("zixuan", description="What its tokens must be for (aud).")
    issuer_tenant: str = Field("tenant", description="Claim of its tokens that names the tenant.")
    https: bool = Field(
        True,
        description="Whether teachers reach the page over https; their cookie then travels no "
        "other way.",
    )
    session_idle: float = Field(
        28_800,
        ge=60,
        le=2_592_000,
        description="Seconds without a request after which a visit to the page ends.",
    )
    session_life: float = Field(
        1_209_600, ge=60, le=7_776_000, description="Seconds after which any visit ends."
    )
    changes_kept: float = Field(
        90,
        ge=1,
        le=3_650,
        allow_inf_nan=False,
        description="Days for which the feed of changes and deliveries of webhooks are kept.",
    )
    webhook_timeout: float = Field(
        10, gt=0, le=30, allow_inf_nan=False, description="Seconds that a webhook may take."
    )
    webhook_attempts: int = Field(
        12, ge=1, le=30, description="Attempts after which a delivery is dead."
    )
    webhook_loopback: bool = Field(
        False, description="Whether webhooks may lead to this machine, by http too: for trials."
    )
    explore: float = Field(
        0.1,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Share of a list's places that go to courses of uncertain worth.",
    )
    explore_seed: int = Field(
        0, ge=0, description="Decides, with teacher and day, which courses are tried."
    )
    log_level: str = Field(
        "info", pattern="^(debug|info|warning|error)$", description="Least level that is logged."
    )


def read_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; ``overrides`` win.

    ``ZIXUAN_<NAME>_FILE`` names a file that holds a setting, and wins over ``ZIXUAN_<NAME>``.

    Raises
    ------
    InvalidSetting
        If one is outside its range, naming all that are, or a file cannot be read.
    """
    try:
        return Settings(**{**_in_files(), **overrides})  # type: ignore[arg-type]
    except ValidationError as error:
        faults = [(str(fault["loc"][0]) if fault["loc"] else "", fault) for fault in error.errors()]
        raise InvalidSetting(
            ", ".join(f"{PREFIX}{name.upper()}" for name, _ in faults),
            expected="; ".join(fault["msg"] for _, fault in faults),
            remedy="see docs/api.md for what each may be",
        ) from error


def _in_files() -> dict[str, str]:
    files = {
        name: os.environ.get(f"{PREFIX}{name.upper()}{IN_FILE}") for name in Settings.model_fields
    }
    return {name: _content(name, Path(file)) for name, file in files.items() if file}


def _content(name: str, file: Path) -> str:
    try:
        return file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(
            f"{PREFIX}{name.upper()}{IN_FILE}",
            expected="a file that can be read",
            got=str(file),
            remedy="check the path and who may read it",
        ) from error
