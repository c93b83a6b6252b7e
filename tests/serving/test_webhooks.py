"""Webhooks: told at least once, signed, given up in the end, and never led into the network."""

from __future__ import annotations

import ipaddress
import json
import random
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fastapi import FastAPI

from features.errors import InvalidSetting
from serving.addresses import check_url, may_be_asked
from serving.api.app import create_app
from serving.identity import create_key
from serving.models import ModelHolder
from serving.sending import Post, Sending
from serving.settings import Settings
from serving.signing import new_secret, signed
from serving.store.changes import Happened, News, tell
from serving.store.engine import Store
from serving.store.outbox import Letter, lease
from tests.serving.databases import NewUrl
from tests.serving.receivers import Receiver, receiving

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
HOOKS = "/v1/webhooks"
AT_ONCE = pd.Timedelta(0)
MINUTE = pd.Timedelta(minutes=1)
WISH = News(Happened.WISH_STATED, "c1", "t1")


class Watch:
    """A clock that goes when it is told."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> pd.Timestamp:
        return self.now


class Place:
    """A service that may tell this machine, its administrator, and two workers that send."""

    def __init__(self, app: FastAPI, settings: Settings, watch: Watch, client: Any) -> None:
        self.store: Store = app.state.service.store
        self.watch = watch
        self.admin = client(app, create_key(self.store, "default", ["admin", "platform"], NOW))
        self.other = client(app, create_key(self.store, "other", ["admin"], NOW))
        self.workers = [
            Sending(self.store, ModelHolder(), settings, watch, random.Random(n)) for n in (1, 2)
        ]

    def hook(self, receiver: Receiver, *kinds: str) -> dict[str, Any]:
        answer = self.admin.post(HOOKS, {"url": receiver.url, "kinds": list(kinds)})
        assert answer.status_code == 201
        return answer.json()

    def happen(self, *news: News) -> None:
        with self.store.writing() as connection:
            tell(connection, "default", news, self.watch())

    def look(self, after: pd.Timedelta = AT_ONCE, worker: int = 0) -> int:
        self.watch.now += after
        return self.workers[worker].look()

    def deliveries(self, hook: dict[str, Any]) -> list[dict[str, Any]]:
        return self.admin.get(f"{HOOKS}/{hook['webhook_id']}/deliveries").json()["items"]


@pytest.fixture
def place(new_url: NewUrl, tmp_path: Path, at: Any) -> Iterator[Place]:
    watch = Watch()
    settings = Settings(
        database_url=new_url(),
        tracking_uri=f"sqlite:///{tmp_path / 'mlflow.db'}",
        webhook_loopback=True,
        webhook_timeout=3,
        webhook_attempts=3,
    )
    app = create_app(settings, clock=watch)
    yield Place(app, settings, watch, at)
    app.state.service.store.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.answers.set()
    with receiving(receiver):
        yield receiver


@pytest.mark.parametrize(
    "url",
    [
        "http://platform.example/hook",
        "ftp://platform.example/hook",
        "platform.example/hook",
        "https://",
        "https://user:word@platform.example/",
        "https://platform.example/#part",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:192.168.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
    ],
)
def test_a_webhook_that_may_lead_inside_is_refused(client: Callable[..., Any], url: str):
    assert client("default", "admin").post(HOOKS, {"url": url}).status_code == 422
    with pytest.raises(InvalidSetting, match="public"):
        check_url(url, loopback=False)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "192.168.1.1", "100.64.0.1", "224.0.0.1", "240.0.0.1", "fc00::1", "ff02::1"],
)
def test_no_address_within_a_network_may_be_asked(address: str):
    assert not may_be_asked(ipaddress.ip_address(address), loopback=False)


def test_a_name_is_judged_by_its_addresses_when_it_is_asked():
    letter = Letter({"delivery_id": "d"}, "https://localhost:9/", None, ())
    assert Post(5, loopback=False).send([letter], NOW) == ["address not allowed"]


def test_public_addresses_may_be_asked():
    for address in ("8.8.8.8", "2606:4700::1111"):
        assert may_be_asked(ipaddress.ip_address(address), loopback=False)


def test_another_tenants_webhook_is_not_there(place: Place, receiver: Receiver):
    address = f"{HOOKS}/{place.hook(receiver)['webhook_id']}"
    for method, tail in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", ":rotate"),
        ("POST", ":ping"),
        ("GET", "/deliveries"),
    ):
        assert place.other(method, address + tail).status_code == 404
    assert place.other.get(HOOKS).json() == {"items": []}
    assert place.admin.get(address).status_code == 200


def test_a_tenant_has_only_so_many(place: Place, receiver: Receiver):
    for _ in range(20):
        place.hook(receiver)
    assert place.admin.post(HOOKS, {"url": receiver.url}).status_code == 409


def test_a_secret_is_shown_once(place: Place, receiver: Receiver):
    hook = place.hook(receiver)
    assert hook["secret"].startswith("whsec_")
    assert "secret" not in place.admin.get(f"{HOOKS}/{hook['webhook_id']}").json()


def test_a_change_is_told_once_and_only_to_who_wants_its_kind(place: Place, receiver: Receiver):
    place.happen(WISH)  # before there was a webhook
    all_of_it, plans = place.hook(receiver), place.hook(receiver, "plan.submitted")
    place.happen(WISH, replace(WISH, kind=Happened.ENROLMENT_CHANGED))
    assert [place.look(), place.look()] == [2, 0]
    assert place.deliveries(plans) == []
    assert {each["state"] for each in place.deliveries(all_of_it)} == {"delivered"}
    told = sorted(
        (json.loads(body) for _, body in receiver.came), key=lambda t: t["data"]["number"]
    )
    assert told[0] == {
        "type": "wish.stated",
        "timestamp": "2026-03-01T00:00:00+00:00",
        "data": {"number": 2, "subject": "c1", "teacher_id": "t1"},
    }


def test_a_failed_delivery_is_tried_again_later_under_the_same_id(place: Place, receiver: Receiver):
    receiver.status = 500
    hook = place.hook(receiver)
    place.happen(WISH)
    assert [place.look(), place.look()] == [1, 0]
    (waiting,) = place.deliveries(hook)
    assert (waiting["state"], waiting["attempts"], waiting["outcome"]) == ("waiting", 1, "500")
    wait = pd.Timestamp(waiting["due_at"]) - NOW
    assert pd.Timedelta(seconds=5) <= wait <= pd.Timedelta(seconds=10)
    receiver.status = 200
    assert place.look(wait) == 1
    assert place.deliveries(hook)[0]["state"] == "delivered"
    assert len(set(receiver.header("webhook-id"))) == 1
    assert len(set(receiver.header("webhook-timestamp"))) == 2


def test_after_so_many_attempts_a_delivery_is_dead_and_shown(place: Place, receiver: Receiver):
    receiver.status = 503
    hook = place.hook(receiver)
    place.happen(WISH)
    assert [place.look(MINUTE) for _ in range(4)] == [1, 1, 1, 0]
    (dead,) = place.deliveries(hook)
    assert (dead["state"], dead["attempts"]) == ("dead", 3)
    assert "due_at" not in dead
    assert place.admin.get(HOOKS).json()["items"][0]["dead"] == 1


def test_who_says_gone_is_told_no_more_of_it(place: Place, receiver: Receiver):
    receiver.status = 410
    hook = place.hook(receiver)
    place.happen(WISH)
    place.look()
    assert place.deliveries(hook)[0]["state"] == "dead"


def test_no_redirect_is_followed(place: Place, receiver: Receiver):
    receiver.status, receiver.location = 307, receiver.url
    hook = place.hook(receiver)
    place.happen(WISH)
    place.look()
    assert len(receiver.came) == 1
    assert place.deliveries(hook)[0]["outcome"] == "307"


def test_a_slow_receiver_holds_nobody_up(place: Place, receiver: Receiver):
    with receiving(Receiver()) as slow:
        late, quick = place.hook(slow), place.hook(receiver)
        place.happen(WISH)
        assert place.look() == 2
        assert place.deliveries(late)[0]["outcome"] == "timeout"
        assert place.deliveries(quick)[0]["state"] == "delivered"


def test_a_receiver_that_is_not_there_is_tried_again(place: Place):
    with receiving(Receiver()) as gone:
        hook = place.hook(gone)
    place.happen(WISH)
    place.look()
    assert place.deliveries(hook)[0]["outcome"] == "no answer"


def test_only_one_worker_sends_until_its_lease_ends(place: Place, receiver: Receiver):
    place.hook(receiver)
    with place.store.writing() as connection:
        assert lease(connection, "default", "a worker that died", NOW, MINUTE)
    place.happen(WISH)
    assert place.look(worker=0) == place.look(worker=1) == 0
    assert place.look(MINUTE, worker=1) == 1
    place.happen(WISH)
    assert place.look(worker=0) == 0


def test_what_waits_about_an_erased_teacher_is_not_sent(place: Place, receiver: Receiver):
    place.admin.put("/v1/teachers/t1", {"states": [{"phase": "primary"}]})
    receiver.status = 500
    hook = place.hook(receiver)
    place.happen(WISH)
    place.look()
    place.admin.delete("/v1/teachers/t1")
    receiver.came.clear()
    place.look(MINUTE)
    assert [each["kind"] for each in place.deliveries(hook)] == ["teacher.erased"]
    assert b'"teacher_id"' not in b"".join(body for _, body in receiver.came)


def test_a_ping_is_sent_and_its_outcome_seen(place: Place, receiver: Receiver):
    hook = place.hook(receiver, "plan.submitted")
    assert place.admin("POST", f"{HOOKS}/{hook['webhook_id']}:ping").status_code == 202
    assert place.look() == 1
    (delivery,) = place.deliveries(hook)
    assert (delivery["kind"], delivery["outcome"]) == ("ping", "204")


def test_a_deleted_webhook_is_told_nothing(place: Place, receiver: Receiver):
    hook = place.hook(receiver)
    place.happen(WISH)
    assert place.admin.delete(f"{HOOKS}/{hook['webhook_id']}").status_code == 204
    assert place.look() == 0


def verify() -> Callable[..., None]:
    """The example of docs/api.md, as a receiver would copy it."""
    page = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?def verify.*?)```", page, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "docs/api.md", "exec"), names)
    return names["verify"]


def test_what_is_sent_is_verified_by_the_documents_example(place: Place, receiver: Receiver):
    hook = place.hook(receiver)
    other = place.admin("POST", f"{HOOKS}/{hook['webhook_id']}:rotate").json()
    place.happen(WISH)
    place.look()
    ((headers, body),) = receiver.came
    for secret in (hook["secret"], other["secret"]):  # for a day, both sign
        verify()(secret, headers, body, now=NOW.timestamp())
    place.watch.now += pd.Timedelta(days=1)
    place.happen(WISH)
    place.look()
    headers, body = receiver.came[-1]
    verify()(other["secret"], headers, body, now=place.watch.now.timestamp())
    with pytest.raises(ValueError, match="signature"):
        verify()(hook["secret"], headers, body, now=place.watch.now.timestamp())


def test_the_documents_example_refuses_a_replay_and_a_forgery():
    secret, body = new_secret(), b"{}"
    seconds = int(NOW.timestamp())
    headers = signed([secret], "d-1", seconds, body)
    verify()(secret, headers, body, now=seconds + 299)
    with pytest.raises(ValueError, match="old"):
        verify()(secret, headers, body, now=seconds + 301)
    with pytest.raises(ValueError, match="old"):
        verify()(secret, headers | {"webhook-timestamp": "x"}, body, now=seconds)
    for forged in (
        {"webhook-timestamp": str(seconds + 1)},
        {"webhook-id": "d-2"},
        {"webhook-signature": "v1,AAAA"},
    ):
        with pytest.raises(ValueError, match="signature"):
            verify()(secret, headers | forged, body, now=seconds)
    with pytest.raises(ValueError, match="signature"):
        verify()(secret, headers, b"{ }", now=seconds)


def test_a_running_service_sends_by_itself(place: Place, receiver: Receiver):
    place.hook(receiver)
    place.happen(WISH)
    place.workers[0].start()
    try:
        assert receiver.first.wait(30)
    finally:
        place.workers[0].stop()
    assert place.look() == 0


def test_another_model_is_told_once_however_many_workers_take_it_up(place: Place):
    loaded = SimpleNamespace(version="m-1")
    for number in (0, 1):
        place.workers[number]._models.loaded = loaded
        place.look(worker=number)
    items = place.admin.get("/v1/changes").json()["items"]
    assert [(each["kind"], each["subject"]) for each in items] == [("model.promoted", "m-1")]


def test_a_name_is_asked_at_its_address_and_known_by_its_certificate(tmp_path: Path):
    authority = certified(tmp_path, "localhost")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    receiver = Receiver()
    receiver.answers.set()
    with receiving(receiver, tls):
        port = receiver.url.rsplit(":")[-1].split("/")[0]
        row = {"delivery_id": "d-1", "webhook_id": "w", "kind": "ping", "made_at": 0}
        letters = [
            Letter(row, f"https://{host}:{port}/hook", None, (new_secret(),))
            for host in ("localhost", "127.0.0.1")
        ]
        outcomes = Post(20, loopback=True, tls=lambda: authority).send(letters, NOW)
    assert outcomes == ["204", "no answer"]  # the certificate names no address
    assert receiver.header("Host") == [f"localhost:{port}"]


def certified(folder: Path, name: str) -> ssl.SSLContext:
    """Write a key and a certificate of a name; return who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(names)
        .issuer_name(names)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    form = PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, form, NoEncryption()))
    return ssl.create_default_context(cadata=pem.decode())
