"""A candidate tells some teachers, always the same, and is given up where it does worse."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from features.dataset import Dataset
from recommender.artifact import save
from recommender.backdrop import Backdrop
from recommender.model import Model
from serving import beside
from serving.api import plans
from serving.api.app import create_app
from serving.api.context import Service
from serving.beside import STRIKES
from serving.canary import Canary, is_of_share
from serving.errors import Busy
from serving.following import Following
from serving.identity import create_key
from serving.lists import Lists
from serving.metrics import Metrics
from serving.settings import Settings
from serving.store.transfer import import_dataset
from serving.tiers import Tiers
from tests.serving.test_tiers import Seconds
from training.tracking import Tracker

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
TEACHERS = [f"t{number:02d}" for number in range(60)]
IN, OUT = (
    [each for each in TEACHERS if is_of_share("default", each, 0.5) is wanted]
    for wanted in (True, False)
)
FIRST, SECOND, THIRD = "1", "2", "3"


@pytest.fixture(scope="module")
def others(county: Dataset, tmp_path_factory: pytest.TempPathFactory) -> list[Model]:
    """Two further models of the county."""
    return [
        Model.fit(county, as_of=NOW, scorers=scorers)
        for scorers in (("popularity",), ("popularity", "content"))
    ]


@pytest.fixture(scope="module")
def registry(
    model: Model, artifact: Path, others: list[Model], tmp_path_factory: Any, new_registry: Any
) -> Tracker:
    """A registry of three versions."""
    tracker = new_registry(folder := tmp_path_factory.mktemp("registry"))
    tracker.register(model.version, artifact)
    for number, other in enumerate(others):
        save(other, folder / str(number))
        tracker.register(other.version, folder / str(number))
    return tracker


@pytest.fixture
def tracker(registry: Tracker) -> Tracker:
    """That registry; the first version is champion, and there is no candidate."""
    registry.promote(FIRST)
    registry.withdraw()
    return registry


@pytest.fixture(scope="module")
def settings(registry: Tracker, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    database = f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}"
    return Settings(database_url=database, tracking_uri=registry.uri, canary=0.5)


@pytest.fixture(scope="module")
def opened(settings: Settings, county: Dataset, clock: Any, registry: Tracker) -> Iterator[FastAPI]:
    registry.promote(FIRST)
    app = create_app(settings, clock=clock)
    import_dataset(app.state.service.store, county, now=clock())
    yield app
    app.state.service.store.close()


@pytest.fixture(autouse=True)
def logged() -> Iterator[Sequence[Any]]:
    """What is logged; told with a trace, it would take longer than the tests."""
    with capture_logs() as entries:
        yield entries


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def service(
    opened: FastAPI, tracker: Tracker, settings: Settings, clock: Any, seconds: Seconds
) -> Service:
    """The service as after a start, with a clock for its lists that is set by hand."""
    here, metrics = opened.state.service, Metrics()
    here.models.load(settings)
    canary = Canary(here.models, settings.canary, settings.budget, metrics)
    tiers = Tiers(settings.budget, seconds)
    parts = (here.store, here.shelves, here.memory, canary)
    skew = here.skew
    lists = Lists(*parts, trying=here.lists._trying, tiers=tiers, skew=skew, now=seconds)
    opened.state.service = replace(here, canary=canary, lists=lists, metrics=metrics)
    return opened.state.service


@pytest.fixture
def following(service: Service, settings: Settings, clock: Any) -> Following:
    here = service
    return Following(here.models, here.canary, here.shelves, here.solving, settings, clock)


@pytest.fixture
def ask(opened: FastAPI, service: Service, at: Any) -> Any:
    """A platform's client."""
    return at(opened, create_key(service.store, "default", ["platform"], NOW))


@pytest.fixture
def tried(tracker: Tracker, following: Following) -> None:
    """The second version is the candidate."""
    tracker.propose(SECOND)
    assert not following.look()


def listed(ask: Any, teacher: str, query: str = "k=5") -> Any:
    answer = ask.get(f"/v1/teachers/{teacher}/recommendations?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def version(ask: Any, teacher: str, query: str = "k=5") -> str:
    return str(listed(ask, teacher, query)["model_version"])


def spoil(
    monkeypatch: pytest.MonkeyPatch, of: str, how: Callable[[], None], name: str = "recommend"
) -> None:
    """Let something happen whenever a model of a version makes a list."""
    was = getattr(Backdrop, name)

    def spoiled(self: Backdrop, *args: Any, **named: Any) -> Any:
        if self.model.version == of:
            how()
        return was(self, *args, **named)

    monkeypatch.setattr(Backdrop, name, spoiled)


def fail() -> None:
    raise FloatingPointError


def given_up(service: Service, version: str) -> bool:
    told = service.metrics.exposition().decode()
    return f'zixuan_canary_routed_back_total{{version="{version}"}} 1.0' in told


# No canary


def test_without_a_share_the_registry_is_not_asked_for_a_candidate(
    tracker: Tracker, service: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
):
    tracker.propose(SECOND)
    monkeypatch.setattr("serving.canary.candidate", fail)
    canary = Canary(service.models, 0, 1, Metrics())
    canary.follow(settings, lambda loaded: None)
    assert canary.loaded is None


def test_the_champion_is_no_candidate(
    tracker: Tracker, service: Service, following: Following, ask: Any, model: Model
):
    tracker._client.set_registered_model_alias("zixuan", "candidate", FIRST)
    following.look()
    assert service.canary.loaded is None
    assert {version(ask, each) for each in IN[:3]} == {model.version}


def test_a_damaged_candidate_tells_nobody(tracker, following, ask, model, monkeypatch, tmp_path):
    damaged = tmp_path / "damaged"
    shutil.copytree(tracker.folder(SECOND), damaged)
    (damaged / "values.json").write_text("{}", "utf-8")
    monkeypatch.setattr("serving.canary.candidate", lambda *_: damaged)
    following.look()
    assert following._canary.loaded is None
    assert version(ask, IN[0]) == model.version
    monkeypatch.undo()
    tracker.propose(SECOND)
    following.look()
    assert version(ask, IN[0]) != model.version


def test_a_candidate_that_cannot_see_the_catalogue_tells_nobody(
    tracker: Tracker, service: Service, following: Following, ask: Any, monkeypatch: Any
):
    listed(ask, OUT[0])  # now a catalogue is at hand
    monkeypatch.setattr(Model, "catalogue", lambda *_: fail())
    tracker.propose(SECOND)
    following.look()
    assert service.canary.loaded is None


# A canary


@pytest.mark.usefixtures("tried")
def test_all_that_a_teacher_is_told_comes_from_one_model(
    service: Service, ask: Any, model: Model, others: list[Model]
):
    two = (IN[-1], others[0]), (OUT[-1], model)
    for teacher, own in two:
        assert version(ask, teacher) == own.version
        sources = {r["source"] for i in listed(ask, teacher)["items"] for r in i["reasons"]}
        assert sources <= {*own.scorers, "explore"} | {""}
        assert version(ask, teacher, "as_of=2026-02-01T00:00:00Z") == own.version
        missed = ask.get(f"/v1/teachers/{teacher}/why-not?course_id=c03").json()
        assert missed["model_version"] == own.version
        plan = ask.post(f"/v1/teachers/{teacher}/plan", {"policy": "national-2011"}).json()
        assert plan["model_version"] == own.version
    batch = ask.post("/v1/recommendations:batch", {"teacher_ids": [IN[-1], OUT[-1]], "k": 3}).json()
    told = [each["recommendations"]["model_version"] for each in batch["results"]]
    assert told == [others[0].version, model.version]
    assert batch["model_version"] == model.version
    assert ask.get("/v1/model").json()["version"] == model.version
    service.impressions.flush()
    for teacher, own in two:
        kept = ask.get(f"/v1/teachers/{teacher}/export").json()["tables"]["impressions"]
        assert {each["model_version"] for each in kept} == {own.version}


@pytest.mark.usefixtures("tried")
def test_the_page_is_of_the_teachers_model_too(service, at, ask, model, others, monkeypatch):
    teacher = IN[-2]
    link = ask("POST", f"/v1/teachers/{teacher}:link").json()["path"]
    browser = at(ask._app)
    cookie = browser("POST", link).headers["set-cookie"].split(";")[0]
    for spoilt, own in ((False, others[0]), (True, model)):
        if spoilt:
            spoil(monkeypatch, others[0].version, fail)
            service.lists._lists.forget(next(reversed(service.lists._lists._things)))
        assert browser.get("/", headers={"Cookie": cookie}).status_code == 200
        assert service.impressions._waiting[-1][0]["model_version"] == own.version


@pytest.mark.usefixtures("tried")
def test_the_catalogues_of_both_stay_warm(service: Service, ask: Any, model: Model, others: Any):
    both = {model.version, others[0].version}
    for teacher in (IN[0], OUT[0]):
        listed(ask, teacher)
    (shelf,) = service.shelves._shelves.values()
    seen = dict(shelf.backdrops)
    assert both <= shelf.encoded.keys() & seen.keys()
    for teacher in (IN[1], OUT[1]):
        listed(ask, teacher)
    assert all(shelf.backdrops[each] is seen[each] for each in both)


@pytest.mark.usefixtures("tried")
def test_a_candidate_that_is_taken_back_tells_nobody(
    tracker: Tracker, following: Following, ask: Any, model: Model
):
    assert version(ask, IN[0]) != model.version
    assert tracker.withdraw() == SECOND
    following.look()
    assert {version(ask, each) for each in IN[:3]} == {model.version}


@pytest.mark.usefixtures("tried")
def test_nobody_notices_that_a_candidate_becomes_the_champion(
    tracker: Tracker, service: Service, following: Following, ask: Any, others: list[Model]
):
    before, candidate = listed(ask, IN[0]), service.canary.loaded
    known = dict(service.lists._lists._things)
    tracker.promote(SECOND)
    assert following.look()
    assert service.models.current() is candidate
    assert service.canary.loaded is None
    assert tracker.candidate_version() is None
    after = listed(ask, IN[0])
    assert known == dict(service.lists._lists._things)  # not even made anew
    before.pop("recommendation_id"), after.pop("recommendation_id")
    assert after == before
    assert version(ask, OUT[0]) == others[0].version


# A worse one


@pytest.mark.usefixtures("tried")
def test_what_a_candidate_fails_at_the_champion_answers(
    service, ask, model, others, logged, monkeypatch
):
    spoil(monkeypatch, others[0].version, fail)
    told = listed(ask, IN[0])
    assert [each["version"] for each in logged if each["event"] == "candidate failed"] == [
        others[0].version
    ]
    assert (told["model_version"], told["degraded"]) == (model.version, False)
    assert version(ask, IN[1], "as_of=2026-02-01T00:00:00Z") == model.version
    body = {"teacher_ids": [IN[2]], "k": 3}
    batch = ask.post("/v1/recommendations:batch", body).json()
    assert batch["results"][0]["recommendations"]["model_version"] == model.version
    assert service.canary.loaded is not None
    monkeypatch.undo()
    assert version(ask, IN[0]) == others[0].version


@pytest.mark.usefixtures("tried")
def test_a_plan_that_a_candidate_fails_at_the_champion_makes(
    ask: Any, model: Model, others: list[Model], monkeypatch: pytest.MonkeyPatch
):
    make = plans.first_plan

    def failing(view: Any, *args: Any) -> Any:
        return fail() if view.loaded.version == others[0].version else make(view, *args)

    monkeypatch.setattr(plans, "first_plan", failing)
    made = ask.post(f"/v1/teachers/{IN[0]}/plan", {"policy": "national-2011"})
    assert (made.status_code, made.json()["model_version"]) == (201, model.version)


@pytest.mark.usefixtures("tried")
def test_one_that_fails_again_and_again_is_given_up_until_the_alias_names_another(
    tracker, following, ask, model, others, monkeypatch
):
    spoil(monkeypatch, others[0].version, fail)
    for teacher in IN[: STRIKES + 2]:
        assert version(ask, teacher) == model.version
    assert following._canary.loaded is None
    assert tracker.candidate_version() == SECOND  # the alias is whoever's who set it
    monkeypatch.undo()

    following.look()
    tracker.withdraw()
    following.look()
    tracker.propose(SECOND)
    following.look()
    assert {version(ask, each) for each in IN[:3]} == {model.version}

    tracker.propose(THIRD)
    following.look()
    assert version(ask, IN[0]) == others[1].version


@pytest.mark.usefixtures("tried")
def test_one_that_is_late_again_and_again_is_given_up(
    service: Service, ask: Any, others: list[Model], monkeypatch: Any, seconds: Seconds
):
    def late() -> None:
        seconds.now += service.settings.budget + 0.1

    assert not given_up(service, others[0].version)
    spoil(monkeypatch, others[0].version, late)
    told = [version(ask, each) for each in IN[: STRIKES + 1]]
    assert told[:STRIKES] == [others[0].version] * STRIKES
    assert told[STRIKES] != others[0].version
    assert given_up(service, others[0].version)


@pytest.mark.usefixtures("tried")
def test_one_that_is_slower_over_a_window_is_given_up(
    service, ask, model, others, monkeypatch, seconds
):
    def slow(by: float) -> Callable[[], None]:
        return lambda: setattr(seconds, "now", seconds.now + by)

    monkeypatch.setattr(beside, "LEAST", 6)
    spoil(monkeypatch, model.version, slow(0.02))
    spoil(monkeypatch, others[0].version, slow(0.05))
    for teacher in OUT[:6]:
        version(ask, teacher)
    told = [version(ask, each) for each in IN[:7]]
    assert told == [others[0].version] * 6 + [model.version]
    assert given_up(service, others[0].version)


@pytest.mark.usefixtures("tried")
def test_what_the_champion_refuses_too_is_no_fault_of_a_candidate(service: Service, ask: Any):
    unknown = [f"nobody-{n}" for n in range(40) if is_of_share("default", f"nobody-{n}", 0.5)]
    assert len(unknown) > STRIKES
    for _ in range(STRIKES):
        service.canary.failed(service.canary.loaded, Busy(3))
    for teacher in unknown:
        assert ask.get(f"/v1/teachers/{teacher}/recommendations").status_code == 404
        assert ask.get(f"/v1/teachers/{teacher}/why-not?course_id=c03").status_code == 404
    assert service.canary.loaded is not None
