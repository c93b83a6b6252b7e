"""What deploy/ says fits the service's settings, and gives nobody more than is needed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from features.errors import InvalidSetting
from serving.settings import IN_FILE, PREFIX, Settings, read_settings

DEPLOY = Path(__file__).parents[2] / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
UNIT = (DEPLOY / "zixuan.service").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
each_service = pytest.mark.parametrize("name", SERVICES)


def setting(variable: str) -> str:
    return variable.removeprefix(PREFIX).removesuffix(IN_FILE).lower()


def variables() -> Iterator[str]:
    yield from SERVICES["zixuan"]["environment"]
    yield from re.findall(rf"\b({PREFIX}\w+)=", CONTAINERFILE + UNIT.split("[Service]")[1])


def test_the_image_has_what_a_plan_as_pdf_needs():
    asked = re.findall(
        r"`((?:fonts|lib)[a-z0-9.-]+)`", (DEPLOY.parent / "docs/deploy.md").read_text()
    )
    assert asked
    assert [each for each in asked if each not in CONTAINERFILE] == []


def test_every_variable_is_a_setting():
    assert [each for each in variables() if setting(each) not in Settings.model_fields] == []


def test_the_settings_that_are_composed_are_valid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "database_url").write_text("postgresql+psycopg://zixuan:word@postgres/zixuan\n")
    monkeypatch.setenv("ZIXUAN_DATABASE_URL", "sqlite:////data/zixuan.db")  # of the image
    for name, value in SERVICES["zixuan"]["environment"].items():
        monkeypatch.setenv(name, value.replace("/run/secrets", str(tmp_path)))
    settings = read_settings()
    assert settings.database_url == "postgresql+psycopg://zixuan:word@postgres/zixuan"
    assert settings.tracking_uri == f"http://mlflow:{5000}"


def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ZIXUAN_DATABASE_URL_FILE", "/none/database_url")
    with pytest.raises(InvalidSetting, match="ZIXUAN_DATABASE_URL_FILE: .*/none/database_url"):
        read_settings()


@each_service
def test_a_secret_is_named_and_never_written(name: str):
    service = SERVICES[name]
    for variable, value in service["environment"].items() if "environment" in service else ():
        if variable.endswith(IN_FILE):
            assert Path(value).name in service["secrets"]
            assert Path(value).name in COMPOSE["secrets"]
        else:
            assert not re.search("PASSWORD|SECRET|KEY", variable)
            assert "@" not in value


@each_service
def test_no_service_may_write_or_do_more_than_it_needs(name: str):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    user = service.get("user") or re.findall(r"^USER (\w+)", CONTAINERFILE, re.MULTILINE)[-1]
    assert user not in ("root", "0")


@each_service
def test_every_service_that_runs_is_watched_and_keeps_what_must_stay(name: str):
    service = SERVICES[name]
    if service["restart"] == "unless-stopped":
        assert service["healthcheck"]["test"][0] == "CMD"
    volumes = {volume.split(":")[0] for volume in service["volumes"]}
    assert volumes
    assert volumes <= set(COMPOSE["volumes"])
    for other, wait in service.get("depends_on", {}).items():
        watched = "healthcheck" in SERVICES[other]
        ends = "service_healthy" if watched else "service_completed_successfully"
        assert wait == {"condition": ends}


def test_only_the_service_is_reached_and_only_from_this_machine():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    port = re.search(rf"{PREFIX}PORT=(\d+)", CONTAINERFILE)
    assert port
    assert ports == {"zixuan": [f"127.0.0.1:{port[1]}:{port[1]}"]}


def test_the_service_is_built_from_what_is_there():
    build = SERVICES["zixuan"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Containerfile"
    for folder in re.findall(r"^COPY (\w+) \1$", CONTAINERFILE, re.MULTILINE):
        assert (DEPLOY.parent / folder).is_dir()


def test_the_registry_and_the_service_write_models_as_one_user():
    (number,) = re.findall(r"useradd --uid (\d+)", CONTAINERFILE)
    assert SERVICES["mlflow"]["user"] == number
    assert "/models" in CONTAINERFILE


def test_the_unit_asks_the_doctor_and_waits_for_running_requests():
    assert "ExecStartPre=/opt/zixuan/bin/zixuan doctor" in UNIT
    assert "NoNewPrivileges=yes" in UNIT
    assert "ProtectSystem=strict" in UNIT
