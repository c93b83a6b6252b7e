"""The entrance from the command line: links, launches, tokens, and the chain of the audit log."""

from __future__ import annotations

from pathlib import Path

import jwt
import pandas as pd
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from serving.errors import SpentLink
from serving.launching import launch
from serving.sessions import enter
from serving.settings import Settings
from serving.store.engine import Store
from serving.store.schema import AUDIT_LOG, SECRETS

ISSUER = "https://platform.example"
SETTINGS = Settings(https=False)


@pytest.fixture
def store(zixuan, province: Path):
    """The store of the settings, with the province in it."""
    assert zixuan("import", province).code == 0
    store = Store.open("sqlite:///zixuan.db")
    yield store
    store.close()


@pytest.fixture
def teacher(province: Path) -> str:
    return str(pd.read_csv(province / "teachers.csv")["teacher_id"][0])


def now() -> pd.Timestamp:
    return pd.Timestamp.now("UTC")


def told(outcome) -> str:
    return " ".join(outcome.err.split())


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((), "name a teacher, or --administrator and --organisation"),
        (("t", "--administrator", "li", "--organisation", "s"), "name a teacher, or"),
        (("--administrator", "li"), "name a teacher, or"),
        (("--administrator", "li", "--organisation", "s", "--scopes", "platform"), "school or"),
        (("--administrator", "li", "--organisation", "s", "--scopes", ""), "school or admin"),
    ],
)
def test_a_link_is_for_one_teacher_or_one_administrator(zixuan, tmp_path, arguments, part: str):
    outcome = zixuan("link", *arguments)

    assert outcome.code == 2
    assert part in told(outcome)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "command",
    [("link", "t1"), ("audit", "verify"), ("tokens", "rotate")],
)
def test_no_store_is_made_in_order_to_read_it(zixuan, tmp_path: Path, command):
    outcome = zixuan(*command)

    assert (outcome.code, list(tmp_path.iterdir())) == (1, [])
    assert "sqlite:///zixuan.db" in outcome.err


def test_a_link_lets_its_person_in_once(zixuan, store: Store, teacher: str):
    for arguments in (("nobody",), (teacher, "--tenant", "other")):
        refused = zixuan("link", *arguments)
        assert (refused.code, refused.out) == (1, "")
    path = zixuan("link", teacher).out.strip()
    token = path.removeprefix("/enter/")

    assert path.startswith("/enter/")
    assert enter(store, token, now(), SETTINGS).cookie
    with pytest.raises(SpentLink):
        enter(store, token, now(), SETTINGS)


def test_an_administrator_is_bound_to_an_organisation_that_is_there(zixuan, store: Store):
    refused = zixuan("link", "--administrator", "li", "--organisation", "nowhere")
    with store.reading() as connection:
        organisation = connection.execute(
            sa.text("SELECT organisation_id FROM organisations LIMIT 1")
        ).scalar_one()
    made = zixuan("link", "--administrator", "li", "--organisation", organisation)

    assert refused.code == 1
    assert "nowhere" in refused.err
    assert made.out.startswith("/enter/")


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (("missing.pem",), "missing.pem"),
        (("words.pem",), "a public key (PEM) of EdDSA or RS256"),
        (("words.pem", "--algorithm", "none"), "no key of none"),
        (("words.pem", "--algorithm", "HS256"), "no key of HS256"),
    ],
)
def test_only_a_real_key_may_launch(zixuan, tmp_path: Path, options, part: str):
    (tmp_path / "words.pem").write_text("no key at all\n")
    outcome = zixuan("launch-key", ISSUER, *options)

    assert outcome.code == 1
    assert part in told(outcome)
    assert "Traceback" not in outcome.err


def test_a_platform_that_is_trusted_launches_its_teachers(
    zixuan, store: Store, teacher: str, tmp_path: Path
):
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "platform.pem").write_bytes(public)
    trusted = zixuan("launch-key", ISSUER, "platform.pem")
    claims = {"iss": ISSUER, "aud": "zixuan", "sub": teacher, "jti": "1"}
    claims["exp"] = int(now().timestamp()) + 200
    signed = jwt.encode(claims, private, algorithm="EdDSA")

    assert trusted.out == f"{ISSUER}: trusted\n"
    assert launch(store, signed, now(), SETTINGS).cookie
    elsewhere = zixuan("launch-key", ISSUER, "platform.pem", "--tenant", "other")
    assert elsewhere.code == 1
    assert "one of this tenant alone" in told(elsewhere)


def test_the_chain_is_followed_and_a_break_is_found(zixuan, store: Store, teacher: str):
    zixuan("link", teacher)
    whole = zixuan("audit", "verify")
    nobody = zixuan("audit", "verify", "--tenant", "nobody")
    with store.writing() as connection:
        for trigger in connection.scalars(
            sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            connection.execute(sa.text(f'DROP TRIGGER "{trigger}"'))
        connection.execute(sa.update(AUDIT_LOG).values(action="nothing"))
    broken = zixuan("audit", "verify")

    assert whole.code == 0
    assert "entries hold, head " in whole.out
    assert (nobody.code, "0 entries hold" in nobody.out) == (0, True)
    assert broken.code == 1
    assert "default: broken at entry 1; 0 before it hold" in broken.out


def test_tokens_are_signed_with_a_new_secret_and_the_log_says_so(zixuan, store: Store):
    def secrets() -> set[str]:
        with store.reading() as connection:
            query = sa.select(SECRETS.c.secret_id).where(SECRETS.c.purpose == "token")
            return set(connection.scalars(query))

    kept = []
    for _ in range(3):
        outcome = zixuan("tokens", "rotate")
        assert outcome.out == "default: tokens are signed with a new secret\n"
        kept.append(secrets())
    with store.reading() as connection:
        query = sa.select(AUDIT_LOG.c.subject).where(AUDIT_LOG.c.action == "token secret.rotate")
        logged = set(connection.scalars(query))

    assert [len(each) for each in kept] == [1, 2, 2]
    assert kept[2] < logged
    assert not kept[0] & kept[2]
    assert zixuan("tokens", "rotate", "--tenant", "nobody").code == 1
