"""Keys of an issuer elsewhere: a new one is found without a restart, one that is made up is not."""

from __future__ import annotations

import json
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from features.errors import InvalidSetting
from serving.issuer_keys import PAUSE, IssuerKeys
from tests.serving.test_tiers import Seconds


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def write(file: Path, *names: str) -> None:
    public = Ed25519PrivateKey.generate().public_key()
    key = json.loads(jwt.algorithms.OKPAlgorithm.to_jwk(public)) | {"alg": "EdDSA"}
    file.write_text(json.dumps({"keys": [key | {"kid": name} for name in names]}))


def test_a_key_that_is_new_is_found_once_a_minute_has_passed(file: Path, seconds: Seconds):
    keys = IssuerKeys(file, seconds)
    write(file, "k1")
    assert keys.find("k1") is not None
    write(file, "k1", "k2")
    assert keys.find("k2") is None
    seconds.now = PAUSE
    assert keys.find("k2") is not None
    assert keys.find("k1") is not None


def test_whoever_makes_up_names_makes_the_file_be_read_once_a_minute(
    file: Path, seconds: Seconds, monkeypatch: pytest.MonkeyPatch
):
    write(file, "k1")
    read, reads = Path.read_bytes, []
    monkeypatch.setattr(Path, "read_bytes", lambda path: reads.append(path) or read(path))
    keys = IssuerKeys(file, seconds)
    for number in range(1_000):
        seconds.now = number * 0.1
        assert keys.find(f"made-up-{number}") is None
    assert len(reads) == 2


def test_a_key_that_is_taken_out_is_known_until_the_file_is_read_again(
    file: Path, seconds: Seconds
):
    keys = IssuerKeys(file, seconds)
    write(file, "k1")
    keys.find("k1")
    write(file, "k2")
    seconds.now = PAUSE
    assert keys.find("k2") is not None
    assert keys.find("k1") is None


def test_a_file_that_is_spoilt_later_leaves_the_keys_that_are_known(file: Path, seconds: Seconds):
    keys = IssuerKeys(file, seconds)
    write(file, "k1")
    keys.find("k1")
    file.write_text("{")
    seconds.now = PAUSE
    assert keys.find("k2") is None
    assert keys.find("k1") is not None


def test_a_file_that_never_held_keys_is_refused(file: Path, seconds: Seconds):
    keys = IssuerKeys(file, seconds)
    for text in (None, "{", "[]", "{}"):
        if text is not None:
            file.write_text(text)
        with pytest.raises(InvalidSetting, match="ZIXUAN_ISSUER_KEYS"):
            keys.find("k1")
    write(file, "k1")
    assert keys.find("k1") is not None


def test_without_a_file_no_key_is_known(seconds: Seconds):
    assert IssuerKeys(None, seconds).find("k1") is None
