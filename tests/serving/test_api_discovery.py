"""Courses like one, courses of many, why not a course, and the model's card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from recommender.artifact import save
from recommender.model import Model
from serving.api.app import create_app
from serving.popular import CELL
from serving.settings import Settings
from serving.store.transfer import import_dataset
from tests.builders import at, course, teacher, took, world
from training.card import Card

POPULAR, SIMILAR = "/v1/courses/popular", "/v1/courses/reading-1/similar"
SCORERS = ("popularity", "content", "following")


@pytest.fixture(scope="module")
def province() -> Dataset:
    """Twenty readers in two counties who went from reading-1 to reading-2; some rules besides."""
    organisations = [
        {"organisation_id": "province", "kind": "province"},
        {"organisation_id": "east", "parent_id": "province", "kind": "county"},
        {"organisation_id": "west", "parent_id": "province", "kind": "county"},
        {"organisation_id": "school-e", "parent_id": "east", "kind": "school"},
        {"organisation_id": "school-w", "parent_id": "west", "kind": "school"},
        # A school that has moved: only the latest state counts.
        {"organisation_id": "school-w", "parent_id": "east", "valid_from": at("2020-01-01")},
        {"organisation_id": "school-w", "parent_id": "west", "valid_from": at("2021-01-01")},
    ]
    teachers = [
        teacher(
            f"t{n:02d}",
            phase=("primary", "junior")[n % 2],
            subjects="chinese;music" if n < 8 else "maths",
            organisation_id="school-e" if n < 12 else "school-w",
        )
        for n in range(20)
    ]
    courses = [
        course("reading-1", title_zh="群文阅读一", title_en="Reading together one"),
        course("reading-2", title_zh="群文阅读二", title_en="Reading together two"),
        course("reading-3", title_zh="群文阅读三", title_en="Reading together three"),
        course("reading-old", title_en="Reading together", available_until=at("2025-06-01")),
        course("next", title_zh="实验安全", title_en="Laboratory safety"),
        course("senior", title_en="Calculus", phases="senior", prerequisites="next;reading-1"),
        course("sent", title_en="Sent there"),
        course("rare", title_en="Rare"),
    ]
    offerings = [{"offering_id": "o-sent", "course_id": "sent", "admission_mode": "assigned"}]
    events = [took(f"t{n:02d}", "reading-1", at(f"2026-01-{1 + n:02d}")) for n in range(20)]
    events += [took(f"t{n:02d}", "next", at(f"2026-02-{1 + n:02d}")) for n in range(17)]
    events += [took("t00", "reading-1", at("2026-02-27"), "selected")]
    events += [took(f"t{n:02d}", "rare", at("2026-02-20")) for n in range(CELL - 1)]
    events += [took(f"t{n:02d}", "sent", at("2026-02-21"), offering_id="o-sent") for n in range(12)]
    return world(
        events,
        teachers=teachers,
        courses=courses,
        offerings=offerings,
        organisations=organisations,
    )


@pytest.fixture(scope="module")
def folder(province: Dataset, clock: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact as a run keeps it: in a folder, its card beside it."""
    run = tmp_path_factory.mktemp("run")
    model = Model.fit(province, as_of=clock(), scorers=SCORERS)
    save(model, run / "model")
    facts = dict(Card.of(model, dataset=province).facts)
    figure = {"metric": "ndcg@10", "mean": 0.4, "low": 0.3, "high": 0.5, "teachers": 20}
    groups = [{"model": name, "group": "phase=primary", **figure} for name in ("content", "hybrid")]
    own = [{"model": "hybrid", "group": "all", **figure}]
    facts["evaluation"] = {"split": "time:0.8", "k": 10, "figures": own, "by_group": groups}
    (run / "card.json").write_text(Card(facts).to_json(), "utf-8")
    return run / "model"


@pytest.fixture(scope="module")
def app(settings: Settings, province: Dataset, folder: Path, clock: Any) -> Iterator[FastAPI]:
    app = create_app(settings.model_copy(update={"artifact": folder}), clock=clock)
    import_dataset(app.state.service.store, province, now=clock())
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def platform(client: Callable[..., Any]) -> Any:
    return client()


def counts(platform: Any, query: str = "") -> dict[str, int]:
    answer = platform.get(f"{POPULAR}?{query}")
    assert answer.status_code == 200, answer.text
    return {item["course_id"]: item["teachers"] for item in answer.json()["items"]}


@pytest.mark.parametrize("query", ["days=8", "days=0", "k=51", "region=", "phase=%00"])
def test_what_is_popular_is_asked_for_as_the_contract_says(platform, query: str):
    assert platform.get(f"{POPULAR}?{query}").status_code == 422


def test_another_tenant_counts_nothing_and_knows_no_course(client: Callable[..., Any]):
    other = client("other")
    assert counts(other) == {}
    assert other.get(SIMILAR).status_code == 404
    why = other.get("/v1/teachers/t00/why-not?course_id=next")
    assert why.status_code == 404


def test_teachers_are_counted_once_in_fives_and_only_their_own_choices(platform):
    assert counts(platform) == {"reading-1": 20, "next": 15}


def test_what_fewer_than_five_chose_is_not_told(platform):
    assert "rare" not in counts(platform, "days=365")
    assert counts(platform, "subject=chinese") == {"reading-1": 5, "next": 5}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("days=7", {}),
        ("days=30", {"next": 15}),
        ("k=1", {"reading-1": 20}),
        ("phase=junior", {"reading-1": 10, "next": 5}),
        ("subject=music", {"reading-1": 5, "next": 5}),
        ("subject=mus", {}),
        ("region=province", {"reading-1": 20, "next": 15}),
        ("region=west", {"reading-1": 5, "next": 5}),
        ("region=school-e&phase=primary", {"reading-1": 5, "next": 5}),
        ("region=nowhere", {}),
    ],
)
def test_choices_count_in_their_window_segment_and_region(platform, query: str, expected: dict):
    assert counts(platform, query) == expected


@pytest.mark.parametrize("path", [POPULAR, SIMILAR, "/v1/model"])
def test_what_is_at_hand_is_not_sent_again(platform, path: str):
    first = platform.get(path)
    assert "private, max-age=" in first.headers["cache-control"]
    again = platform.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert platform.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_similar_courses_of_an_unknown_one_are_404(platform):
    assert platform.get("/v1/courses/none/similar").status_code == 404


def test_similar_courses_are_alike_or_taken_next_and_say_so(platform):
    items = platform.get(SIMILAR).json()["items"]
    said = {item["course_id"]: {r["code"] for r in item["reasons"]} for item in items}
    assert "content" in said["reading-2"]
    assert "next" in said["next"]
    assert not {"reading-1", "reading-old"} & said.keys()
    for rank, item in enumerate(items, start=1):
        assert item["rank"] == rank
        assert item["score"] == pytest.approx(sum(r["value"] for r in item["reasons"]))
        assert 0 < item["score"] <= 1
        assert all(reason["zh"] and reason["en"] for reason in item["reasons"])


def test_of_a_new_course_nobody_has_gone_on_to_another(platform):
    assert platform.put("/v1/courses/new", {"title_en": "Reading together"}).status_code == 201
    items = platform.get("/v1/courses/new/similar").json()["items"]
    assert {reason["code"] for item in items for reason in item["reasons"]} == {"content"}
    (new,) = [i for i in platform.get(SIMILAR).json()["items"] if i["course_id"] == "new"]
    assert [reason["code"] for reason in new["reasons"]] == ["content"]
    assert platform.delete("/v1/courses/new").status_code == 204


def test_why_not_of_what_is_not_there_is_404(platform):
    assert platform.get("/v1/teachers/t00/why-not?course_id=none").status_code == 404
    assert platform.get("/v1/teachers/none/why-not?course_id=next").status_code == 404
    assert platform.get("/v1/teachers/t00/why-not").status_code == 422


def test_every_rule_that_excludes_a_course_is_told_with_both_sides(platform):
    answer = platform.get("/v1/teachers/t19/why-not?course_id=senior").json()
    assert (answer["in_list"], answer["place"]) == (False, None)
    rules = {rule["code"]: (rule["asked"], rule["own"]) for rule in answer["rules"]}
    assert rules == {
        "other_phase": (["senior"], ["junior"]),
        "prerequisite_missing": (["next", "reading-1"], ["reading-1"]),
    }
    assert all(rule["zh"] and rule["en"] for rule in answer["rules"])
    done = platform.get("/v1/teachers/t19/why-not?course_id=reading-1").json()["rules"]
    assert [rule["code"] for rule in done] == ["done"]


def test_a_course_below_the_list_has_its_rank_and_what_separates_it(platform):
    listed = platform.get("/v1/teachers/t19/recommendations?k=20&explore=false").json()["items"]
    last = listed[-1]
    answer = platform.get(f"/v1/teachers/t19/why-not?course_id={last['course_id']}&k=1").json()
    place = answer["place"]
    assert (answer["in_list"], answer["rules"]) == (False, [])
    assert (place["rank"], place["among"]) == (last["rank"], len(listed))
    assert place["last_course_id"] == listed[0]["course_id"]
    gap = sum(share["last"] - share["own"] for share in place["shares"])
    assert gap == pytest.approx(place["last_score"] - place["score"], abs=1e-6)
    assert gap == pytest.approx(listed[0]["score"] - last["score"], abs=1e-6)


def test_a_course_of_the_list_is_said_to_be_in_it(platform):
    first = platform.get("/v1/teachers/t19/recommendations?k=1&explore=false").json()["items"][0]
    answer = platform.get(f"/v1/teachers/t19/why-not?course_id={first['course_id']}").json()
    assert (answer["in_list"], answer["place"]["rank"]) == (True, 1)


def test_the_card_tells_period_figures_groups_use_and_limits(platform, app: FastAPI):
    card = platform.get("/v1/model").json()
    assert card["version"] == app.state.service.models.current().version
    assert card["data"]["first_event"].startswith("2026-01-01")
    assert (card["evaluated"], card["evaluation"]) == (True, {"split": "time:0.8", "k": 10})
    assert [(f["low"], f["mean"], f["high"]) for f in card["figures"]] == [(0.3, 0.4, 0.5)]
    assert [(f["model"], f["group"]) for f in card["by_group"]] == [("hybrid", "phase=primary")]
    for part in ("purpose", "not_for", "limits", "ethics"):
        assert all(said["zh"] and said["en"] for said in card[part])
        assert card[part]


@pytest.fixture
def another_card(app: FastAPI, folder: Path, tmp_path: Path, settings: Settings) -> Any:
    """The same model with the card of another beside it."""
    alone = tmp_path / "alone" / "model"
    shutil.copytree(folder, alone)
    (alone / "card.json").write_text(json.dumps({"model": {"version": "another"}}), "utf-8")
    return app.state.service.models.newer(settings.model_copy(update={"artifact": alone})).loaded


def test_without_its_own_card_a_model_tells_what_it_knows(
    app: FastAPI, platform, monkeypatch, another_card
):
    monkeypatch.setattr(app.state.service.models, "loaded", another_card)
    card = platform.get("/v1/model").json()
    assert card["scorers"][0] == "popularity"
    assert (card["purpose"], card["evaluated"]) == ([], False)
