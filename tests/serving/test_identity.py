"""Keys: shown once, kept as a hash, valid for one tenant, some scopes and some time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from features.errors import InvalidSetting, UnknownId
from serving.errors import NotIdentified
from serving.identity import Scope, create_key, identify, revoke_key
from serving.settings import read_settings
from serving.store.engine import Store
from serving.store.schema import METADATA
from tests.serving.databases import NewUrl

NOW = pd.Timestamp("2026-03-01T00:00:00Z")


@pytest.fixture(scope="module")
def store(new_url: NewUrl) -> Iterator[Store]:
    store = Store.open(new_url())
    yield store
    store.close()


def caller(store: Store, key: str, now: pd.Timestamp = NOW):
    with store.reading() as connection:
        return identify(connection, f"Bearer {key}", now)


@pytest.mark.parametrize("scopes", [[], ["root"], ["platform", "root"]])
def test_unknown_scopes_are_refused(store: Store, scopes: list[str]):
    with pytest.raises(InvalidSetting, match="platform"):
        create_key(store, "a", scopes, NOW)


@pytest.mark.parametrize("days", [0, -1, float("nan"), float("inf"), 1e9])
def test_a_life_that_is_no_number_of_days_is_refused(store: Store, days: float):
    with pytest.raises(InvalidSetting, match="days"):
        create_key(store, "a", ["platform"], NOW, days=days)


@pytest.mark.parametrize("tenant", ["", " a", "a\0", "a;b", "a" * 201])
def test_a_tenant_is_named_like_any_id(store: Store, tenant: str):
    with pytest.raises(InvalidSetting, match="tenant"):
        create_key(store, tenant, ["platform"], NOW)


def test_revoking_an_unknown_key_is_an_error(store: Store):
    with pytest.raises(UnknownId):
        revoke_key(store, "0" * 16, NOW)


def test_a_revoked_key_is_refused(store: Store):
    key = create_key(store, "a", ["platform"], NOW)
    revoke_key(store, key.split("_")[1], NOW)
    with pytest.raises(NotIdentified):
        caller(store, key)


def test_a_key_is_refused_from_the_moment_that_it_expires(store: Store):
    key = create_key(store, "a", ["platform"], NOW, days=1)
    day_later = NOW + pd.Timedelta(days=1)
    assert caller(store, key, day_later - pd.Timedelta(microseconds=1)).tenant == "a"
    with pytest.raises(NotIdentified):
        caller(store, key, day_later)


def test_another_secret_under_a_known_id_is_refused(store: Store):
    key = create_key(store, "a", ["platform"], NOW)
    with pytest.raises(NotIdentified):
        caller(store, key[:-1] + ("A" if key[-1] != "A" else "B"))


def test_a_key_opens_its_own_tenant_with_its_own_scopes(store: Store):
    found = caller(store, create_key(store, "b", ["admin", "platform"], NOW, label="试点平台"))
    assert found.tenant == "b"
    assert found.scopes == {Scope.ADMIN, Scope.PLATFORM}


def test_the_database_does_not_hold_the_secret(store: Store):
    key = create_key(store, "a", ["platform"], NOW)
    secret = key.split("_", 2)[2]
    with store.reading() as connection:
        for table in METADATA.tables.values():
            rows = connection.execute(sa.select(table)).all()
            assert not any(secret in str(cell) for row in rows for cell in row)


def test_the_files_of_a_database_do_not_hold_the_secret(tmp_path: Path):
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}")
    key = create_key(store, "a", ["platform"], NOW)
    secret = key.split("_", 2)[2].encode()
    assert not any(secret in file.read_bytes() for file in tmp_path.iterdir())
    store.close()


def test_settings_out_of_range_are_named_together():
    with pytest.raises(InvalidSetting, match="ZIXUAN_PORT, ZIXUAN_LOG_LEVEL"):
        read_settings(port=70_000, log_level="loud")
