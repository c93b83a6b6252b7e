"""Tokens are worth what their key is worth, launches let in once; nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pandas as pd
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI

from features.errors import InvalidSetting, UnknownId
from serving.api.app import create_app
from serving.identity import create_key, revoke_key, rotate_key
from serving.launching import trust
from serving.settings import Settings
from serving.store.engine import Store
from serving.tokens import rotate
from tests.serving.databases import NewUrl

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
SECONDS = int(NOW.timestamp())
ISSUER = "https://login.example"
PLATFORM = "https://platform.example"
SHARED = "s" * 32


class Clock:
    now = NOW

    def __call__(self) -> pd.Timestamp:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def _back(clock: Clock) -> None:
    clock.now = NOW


@pytest.fixture(scope="module")
def private() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture(scope="module")
def pem(private: Ed25519PrivateKey) -> str:
    kinds = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return private.public_key().public_bytes(*kinds).decode()


@pytest.fixture(scope="module")
def app(
    new_url: NewUrl, clock: Clock, private: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FastAPI]:
    keys: Path = tmp_path_factory.mktemp("keys") / "keys.json"
    public = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(private.public_key()))
    keys.write_text(json.dumps({"keys": [public | {"kid": "k1", "alg": "EdDSA"}]}))
    settings = Settings(
        database_url=new_url(), issuer=ISSUER, issuer_keys=keys, issuer_tenant="org", https=False
    )
    app = create_app(settings, clock=clock)
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def store(app: FastAPI) -> Store:
    return app.state.service.store


@pytest.fixture(scope="module")
def nobody(at: Callable[..., Any], app: FastAPI) -> Any:
    return at(app)


@pytest.fixture(scope="module")
def key(store: Store, at: Callable[..., Any], app: FastAPI) -> str:
    key = create_key(store, "default", ["platform"], NOW)
    assert at(app, key).put("/v1/teachers/t1", {"states": [{}]}).status_code == 201
    return key


def exchanged(nobody: Any, key: str) -> Any:
    client_id, secret = key.split("_", 2)[1:]
    data = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return nobody("POST", "/oauth/token", data=data)


def asked(nobody: Any, token: str, path: str = "/v1/teachers/t1") -> int:
    return nobody.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_no_key_no_token(nobody, key: str):
    assert exchanged(nobody, key[:-4] + "AAAA").status_code == 401
    assert nobody("POST", "/oauth/token", data={"grant_type": "password"}).status_code == 422
    for header in ("Basic", "Basic !", "Basic Og==", "Bearer " + key):
        headers = {"Authorization": header}
        data = {"grant_type": "client_credentials"}
        assert nobody("POST", "/oauth/token", data=data, headers=headers).status_code == 401


def test_a_token_is_good_for_ten_minutes(nobody, key: str, clock: Clock):
    answer = exchanged(nobody, key)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json()["expires_in"] == 600
    token = answer.json()["access_token"]
    assert asked(nobody, token) == 200
    assert asked(nobody, token, "/v1/audit") == 403
    clock.now = NOW + pd.Timedelta(seconds=599)
    assert asked(nobody, token) == 200
    clock.now = NOW + pd.Timedelta(seconds=600)
    assert asked(nobody, token) == 401


def test_a_revoked_key_takes_its_tokens_with_it_at_once(nobody, store: Store, key: str):
    own = create_key(store, "default", ["platform"], NOW)
    token = exchanged(nobody, own).json()["access_token"]
    assert asked(nobody, token) == 200
    revoke_key(store, own.split("_")[1], NOW)
    assert asked(nobody, token) == 401
    assert exchanged(nobody, own).status_code == 401


def test_what_the_secret_before_has_signed_is_taken_and_nothing_older(nobody, store, key: str):
    token = exchanged(nobody, key).json()["access_token"]
    for answer in (200, 401):
        with store.writing() as connection:
            rotate(connection, "default", NOW + pd.Timedelta(seconds=1))
        assert asked(nobody, token) == answer


def test_a_token_that_was_changed_or_signed_otherwise_is_none(nobody, key: str, pem: str):
    token = exchanged(nobody, key).json()["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    kid = {"kid": jwt.get_unverified_header(token)["kid"]}
    head, body, signature = token.split(".")
    for forged in (
        jwt.encode(claims, None, algorithm="none", headers=kid),
        jwt.encode(claims, "x" * 64, algorithm="HS256", headers=kid),
        jwt.encode(claims | {"tenant": "other"}, "x" * 64, algorithm="HS256", headers=kid),
        f"{head}.{body}.{signature[:-2]}AA",
        f"{head}.{body}.",
        "a.b.c",
        "..",
    ):
        assert asked(nobody, forged) == 401, forged


def vouched(private: Any, **changes: Any) -> str:
    claims = {"iss": ISSUER, "aud": "zixuan", "sub": "p", "org": "default", "exp": SECONDS + 60}
    return jwt.encode(claims | changes, private, algorithm="EdDSA", headers={"kid": "k1"})


def test_an_issuer_elsewhere_is_trusted_for_its_tenant(nobody, private, key: str, pem: str):
    assert asked(nobody, vouched(private)) == 200
    assert asked(nobody, vouched(private), "/v1/audit") == 403
    assert asked(nobody, vouched(private, org="other")) == 404
    for changes in ({"aud": "x"}, {"iss": "https://x"}, {"exp": SECONDS}, {"exp": "soon"}):
        assert asked(nobody, vouched(private, **changes)) == 401, changes
    assert asked(nobody, vouched(Ed25519PrivateKey.generate())) == 401
    claims = jwt.decode(vouched(private), options={"verify_signature": False})
    with pytest.raises(jwt.InvalidKeyError):  # PyJWT does not even help to confuse the two
        jwt.encode(claims, pem, algorithm="HS256", headers={"kid": "k1"})


def test_a_rotated_key_is_taken_for_some_hours(nobody, store: Store, clock: Clock, key: str):
    old = create_key(store, "default", ["platform"], NOW)
    new = rotate_key(store, old.split("_")[1], NOW, hours=2)
    assert (asked(nobody, old), asked(nobody, new)) == (200, 200)
    clock.now = NOW + pd.Timedelta(hours=2)
    assert (asked(nobody, old), asked(nobody, new)) == (401, 200)
    with pytest.raises(UnknownId):
        rotate_key(store, "0" * 16, NOW, hours=2)
    with pytest.raises(InvalidSetting):
        rotate_key(store, old.split("_")[1], NOW, hours=-1)


def launched(private: Any, **changes: Any) -> str:
    claims = {"iss": PLATFORM, "aud": "zixuan", "sub": "t1", "jti": "1", "exp": SECONDS + 300}
    told = {name: value for name, value in (claims | changes).items() if value is not None}
    return jwt.encode(told, private, algorithm="EdDSA")


def come(nobody: Any, launch: str, **headers: str) -> Any:
    return nobody("POST", "/enter", data={"launch": launch}, headers=headers)


@pytest.mark.parametrize(("algorithm", "text"), [("none", ""), ("HS256", "short"), ("EdDSA", "x")])
def test_only_a_real_key_is_trusted(store: Store, algorithm: str, text: str):
    with pytest.raises(InvalidSetting):
        trust(store, "default", "https://other", algorithm, text, NOW)


def test_a_launch_lets_in_once(nobody, store: Store, private, pem: str, key: str):
    trust(store, "default", PLATFORM, "EdDSA", pem, NOW)
    seen = nobody.get("/enter", params={"launch": launched(private)})
    assert (seen.status_code, "set-cookie" in seen.headers) == (200, False)
    elsewhere = come(nobody, launched(private), Origin=PLATFORM)
    assert (elsewhere.status_code, "set-cookie" in elsewhere.headers) == (200, False)
    answer = come(nobody, launched(private))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert come(nobody, launched(private)).status_code == 410
    assert come(nobody, launched(private, jti="2")).status_code == 303


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": SECONDS},
        {"exp": SECONDS + 301},
        {"aud": "x"},
        {"iss": "https://unknown.example"},
        {"jti": None},
        {"sub": None},
        {"exp": None},
    ],
)
def test_a_launch_that_breaks_a_rule_lets_nobody_in(
    nobody, store, private, pem: str, key: str, changes: dict[str, Any]
):
    trust(store, "default", PLATFORM, "EdDSA", pem, NOW)
    assert come(nobody, launched(private, **{"jti": "x"} | changes)).status_code == 410


def test_a_launch_is_signed_in_the_registered_way(nobody, store, private, pem: str, key: str):
    trust(store, "default", PLATFORM, "EdDSA", pem, NOW)
    claims = jwt.decode(launched(private, jti="y"), options={"verify_signature": False})
    assert come(nobody, jwt.encode(claims, None, algorithm="none")).status_code == 410
    assert come(nobody, jwt.encode(claims, SHARED, algorithm="HS256")).status_code == 410
    assert come(nobody, "no launch").status_code == 410
    trust(store, "default", PLATFORM, "HS256", SHARED, NOW)
    assert come(nobody, jwt.encode(claims, SHARED, algorithm="HS256")).status_code == 303
    with pytest.raises(InvalidSetting):
        trust(store, "other", PLATFORM, "HS256", SHARED, NOW)
