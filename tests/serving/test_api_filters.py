"""A list can be narrowed, varied, kept from exploring, and asked for a year to come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fastapi import FastAPI

from features.dataset import Dataset
from serving.api.app import create_app
from serving.settings import Settings
from serving.store.transfer import import_dataset
from tests.builders import at, course, teacher, took, world

LIST = "/v1/teachers/t00/recommendations"
MODES = ("online", "face_to_face", "school_based")
TIERS = ("national", "county")


@pytest.fixture(scope="module")
def catalogue() -> Dataset:
    """Courses of every mode, tier, subject and domain; two have runs that differ from them."""
    rng = np.random.default_rng(5)
    courses = [
        course(
            f"c{n:02d}",
            title_zh=f"第{n}课：课堂评价" if n % 2 else f"第{n}课：群文阅读",
            title_en=f"ＡＩ and Assessment {n}" if n % 2 else f"Reading {n}",
            mode=MODES[n % 3],
            tier=TIERS[n % 2],
            subjects=("chinese;music", "maths", None)[n % 3],
            domain=("ethics", "teaching")[n % 2],
            stages="backbone" if n == 20 else None,
            available_until=at("2027-06-01") if n == 21 else None,
        )
        for n in range(24)
    ]
    offerings = [
        {"offering_id": "o-here", "course_id": "c00", "mode": "face_to_face"},
        {"offering_id": "o-away", "course_id": "c03", "mode": "blended", "organisation_id": "far"},
        {
            "offering_id": "o-2027",
            "course_id": "c04",
            "starts_on": pd.Timestamp("2027-03-01"),
            "ends_on": pd.Timestamp("2027-04-01"),
        },
    ]
    windows = {"mid": ("2026-02-01", "2026-03-31"), "next": ("2026-09-01", "2026-10-15")}
    windows |= {"closed": ("2025-09-01", "2025-10-15"), "last": ("2026-02-01", "2026-03-01")}
    offerings += [
        {
            "offering_id": f"o-{name}",
            "course_id": "c05",
            "apply_from": pd.Timestamp(opens),
            "apply_until": pd.Timestamp(closes),
            "starts_on": pd.Timestamp(closes),
        }
        for name, (opens, closes) in windows.items()
    ]
    events = [
        took(
            f"t{rng.integers(12):02d}",
            f"c{rng.integers(24):02d}",
            at("2025-03-01") + pd.Timedelta(hours=int(rng.integers(6_000))),
            "selected",
        )
        for _ in range(300)
    ]
    states = [
        teacher(f"t{n:02d}", career_stage="developing", years_of_service=7 + n % 3)
        for n in range(12)
    ]
    return world(
        events,
        teachers=states,
        courses=courses,
        offerings=offerings,
        organisations=[{"organisation_id": "far"}],
    )


@pytest.fixture(scope="module")
def app(settings: Settings, catalogue: Dataset, artifact: Any, clock: Any) -> Iterator[FastAPI]:
    app = create_app(settings.model_copy(update={"artifact": artifact}), clock=clock)
    import_dataset(app.state.service.store, catalogue, now=clock())
    yield app
    app.state.service.store.close()


@pytest.fixture(scope="module")
def platform(client: Callable[..., Any]) -> Any:
    return client()


def shown(platform: Any, query: str) -> list[str]:
    answer = platform.get(f"{LIST}?explore=false&{query}")
    assert answer.status_code == 200, answer.text
    return [item["course_id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "known"),
    [
        ("mode=onlin", "face_to_face"),
        ("mode=online&mode=aloud", "school_based"),
        ("tier=world", "national"),
        ("subject=alchemy", "chinese, maths, music"),
        ("domain=nothing", "ethics, teaching"),
        ("exclude=c99", "c22, c23"),
        ("year=1999", "2026"),
    ],
)
def test_what_is_unknown_is_refused_with_what_is_known(platform, query: str, known: str):
    answer = platform.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:zixuan:problem:invalid-parameter"
    assert known in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("mode=", "mode"),
        ("&".join(["exclude=c01"] * 201), "exclude"),
        ("q=" + "a" * 201, "q"),
        ("diversity=1.1", "diversity"),
        ("diversity=nan", "diversity"),
        ("explore=perhaps", "explore"),
        ("year=next", "year"),
        ("k=3&k=4", "k"),
        ("modes=online", "modes"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(platform, query: str, pointer: str):
    answer = platform.get(f"{LIST}?{query}")
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("tier=county", lambda n: n % 2 == 1),
        ("mode=online&mode=school_based", lambda n: n % 3 != 1 and n != 0),
        ("mode=face_to_face", lambda n: n % 3 == 1 or n == 0),
        ("subject=music&subject=maths", lambda n: n % 3 != 2),
        ("domain=ethics&tier=national", lambda n: n % 2 == 0),
        ("exclude=c01&exclude=c05", lambda n: n not in (1, 5)),
        ("q=ai%20ASSESSMENT", lambda n: n % 2 == 1),
        ("q=%E7%BE%A4%E6%96%87", lambda n: n % 2 == 0),
        ("q=nowhere", lambda n: False),
    ],
)
def test_a_narrowed_list_is_the_whole_one_without_the_rest(platform, query: str, wanted):
    """In the same order and never short: filters come before the cut, runs elsewhere count not."""
    whole = shown(platform, "k=200")
    expected = [each for each in whole if wanted(int(each[1:]))]
    assert shown(platform, f"k=200&{query}") == expected
    assert shown(platform, f"k=3&{query}") == expected[:3]


def test_the_order_of_words_makes_no_other_list(app: FastAPI, platform):
    first, again = (
        platform.get(f"{LIST}?{query}").content.partition(b",")[2]
        for query in ("mode=online&mode=blended", "mode=blended&mode=online")
    )
    assert first == again


def test_diversity_puts_other_courses_below_the_first_and_keeps_reasons(platform):
    plain = platform.get(f"{LIST}?k=6&explore=false").json()["items"]
    varied = platform.get(f"{LIST}?k=6&explore=false&diversity=0.8").json()["items"]
    names = [[item["course_id"] for item in items] for items in (plain, varied)]
    assert names[0][0] == names[1][0]
    assert names[0] != names[1]
    told = {item["course_id"]: (item["score"], item["reasons"]) for item in plain}
    shared = [item for item in varied if item["course_id"] in told]
    assert all((i["score"], i["reasons"]) == told[i["course_id"]] for i in shared)
    assert [item["rank"] for item in varied] == [1, 2, 3, 4, 5, 6]


def test_no_place_explores_where_that_is_not_wanted(platform):
    explored = platform.get(f"{LIST}?k=20").json()["items"]
    assert min(item["propensity"] for item in explored) < 1
    kept = platform.get(f"{LIST}?k=20&explore=false").json()["items"]
    assert {item["propensity"] for item in kept} == {1}
    assert "exploration" not in {r["code"] for item in kept for r in item["reasons"]}


def test_an_explored_place_of_a_narrowed_list_is_within_it(platform):
    items = platform.get(f"{LIST}?k=10&tier=county&diversity=0.3").json()["items"]
    assert len({item["course_id"] for item in items}) == 10
    assert all(int(item["course_id"][1:]) % 2 for item in items)
    assert items[9]["propensity"] < 1


def test_a_year_to_come_is_seen_with_the_stage_and_the_courses_of_then(platform):
    whole = shown(platform, "k=200")
    assert "c20" not in whole
    assert "c21" in whole
    answer = platform.get(f"{LIST}?k=200&year=2028").json()
    there = [item["course_id"] for item in answer["items"]]
    assert answer["recommendation_id"] is None
    assert (answer["year"]["year"], answer["year"]["since"]) == ("2028", "2028-01-01")
    assert 0 < answer["year"]["chance"] <= 1
    assert ("c20" in there) == (answer["year"]["career_stage"] == "backbone")
    assert "c21" not in there
    assert {item["propensity"] for item in answer["items"]} == {1}


def test_a_course_tells_the_windows_that_are_open_and_the_next_round(platform):
    """Not the one that has closed; one is open up to its last day."""
    items = platform.get(f"{LIST}?k=200&explore=false").json()["items"]
    (openings,) = [item["openings"] for item in items if item["course_id"] == "c05"]
    told = {each["offering_id"]: each["is_open"] for each in openings}
    assert told == {"o-mid": True, "o-last": True, "o-next": False}


def test_only_the_openings_of_a_year_to_come_are_in_its_list(platform):
    def runs(query: str) -> set[str]:
        items = platform.get(f"{LIST}?k=200&{query}").json()["items"]
        return {each["offering_id"] for item in items for each in item["openings"]}

    assert runs("") == {"o-here", "o-2027", "o-mid", "o-last", "o-next"}
    assert runs("year=2027") == {"o-2027"}
    assert runs("year=2028") == set()
