"""What is served out of memory is what `features` and `recommender` compute anew from the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from features.columns import ColumnsFile
from features.dataset import Dataset
from features.dossiers import Dossier
from features.errors import UnknownId
from features.tables import BY_NAME
from recommender.advise import recommend
from recommender.model import Model
from serving.datasets import Shelf, Shelves
from serving.memory import Memory, Recent
from serving.models import Loaded
from serving.store.engine import Store
from serving.store.records import Record, to_record
from serving.store.rows import delete, insert, put
from serving.store.schema import DATA
from serving.store.teachers import forget
from serving.store.tenants import touch_catalogue
from serving.store.transfer import export_dataset, import_dataset
from tests.builders import at, course, teacher, took, world
from tests.serving.databases import NewUrl

START = at("2024-01-01")
COURSES = [f"c{number}" for number in range(8)]
COLUMNS = ColumnsFile(features={"teachers": {"pupils": "number", "union": "category"}})


def replace_states(connection: sa.Connection, teacher_id: str, states: list[Record]) -> None:
    delete(connection, DATA["teachers"], "default", teacher_id=teacher_id)
    insert(connection, DATA["teachers"], states)


def hours(number: int) -> pd.Timestamp:
    return START + pd.Timedelta(hours=number)


@pytest.fixture(scope="module")
def county() -> Dataset:
    """Teachers of two schools; courses with every rule that eligibility knows."""
    rng = np.random.default_rng(3)
    schools = [
        {"organisation_id": "city"},
        {"organisation_id": "school", "parent_id": "city", "locality": "rural"},
        {
            "organisation_id": "school",
            "parent_id": "city",
            "locality": "urban",
            "key_county": True,
            "valid_from": hours(9_000),
        },
        {"organisation_id": "bad", "accredited_until": at("2024-06-01").tz_localize(None)},
    ]
    teachers = [
        teacher(
            f"t{n}",
            phase=("primary", "junior")[n % 2],
            career_stage=("novice", "backbone")[n // 2 % 2],
            subjects="chinese;music" if n % 3 else "maths",
            organisation_id="school" if n % 4 else None,
            years_of_service=n,
            pupils=float(n),
            union=("yes", "no")[n % 2],
        )
        for n in range(24)
    ]
    courses = [
        course("c0", domain="ethics", hours=10.0, repeatable="yearly"),
        course("c1", domain="teaching", hours=20.0, phases="primary", prerequisites="c0"),
        course("c2", domain="teaching", hours=30.0, equivalence="twins", subjects="maths"),
        course("c3", domain="ethics", equivalence="twins", regions="city"),
        course("c4", stages="novice", repeatable="6", available_from=hours(8_000)),
        course("c5", provider_id="bad", title_en="reading aloud"),
        course("c6", available_until=hours(12_000), title_en="reading together"),
        course("c7", grade="failing"),
    ]
    offerings = [
        {"offering_id": "o0", "course_id": "c0", "admission_mode": "open"},
        {"offering_id": "o1", "course_id": "c1", "admission_mode": "assigned"},
        {
            "offering_id": "o2",
            "course_id": "c3",
            "organisation_id": "city",
            "published_at": hours(7_000),
            "apply_until": pd.Timestamp("2025-03-01"),
        },
    ]
    events = [
        took(f"t{rng.integers(24)}", f"c{rng.integers(7)}", hours(int(rng.integers(6_000))))
        for _ in range(160)
    ]
    return world(
        events,
        teachers=teachers,
        courses=courses,
        columns=COLUMNS,
        organisations=schools,
        offerings=offerings,
    )


@pytest.fixture(scope="module")
def model(county: Dataset) -> Model:
    return Model.fit(
        county, as_of=hours(6_000), scorers=("popularity", "content", "sequence", "season")
    )


@pytest.fixture
def store(county: Dataset, new_url: NewUrl) -> Iterator[Store]:
    store = Store.open(new_url())
    import_dataset(store, county, now=START)
    yield store
    store.close()


class Served:
    """The memory of one worker, and what lists are seen against."""

    def __init__(self, store: Store, model: Model) -> None:
        self.store, self.model = store, model
        self.loaded = Loaded.of(model)
        self.memory, self.shelves = Memory(store), Shelves()

    def shelf(self) -> Shelf:
        owner = self.memory.tenant("default", self.memory.stamp())
        with self.store.reading() as connection:
            return self.shelves.of(connection, owner)

    def dossier(self, teacher_id: str) -> Dossier:
        shelf = self.shelf()
        return self.memory.dossier(shelf, "default", teacher_id, self.memory.stamp())

    def check(self, teacher_id: str, as_of: pd.Timestamp) -> None:
        """Compare profile and list with those computed anew from all that is stored."""
        whole = export_dataset(self.store)
        dossier = self.dossier(teacher_id)
        backdrop = self.shelf().backdrop(self.loaded, as_of)
        catalogue = self.model.catalogue(whole, as_of)
        encoder = self.model.profile_encoder
        position = np.array([whole.teachers.position(teacher_id)])
        anew = encoder.transform(whole, as_of, catalogue, position)
        kinds = whole.columns.features["teachers"]
        seen = dossier.profile(encoder, backdrop.surroundings, backdrop.catalogue, kinds, as_of)

        same(seen.features, anew.features)
        for mine, theirs in zip(seen.histories.matrices, anew.histories.matrices, strict=True):
            same(mine, theirs)
        assert seen.segment.tolist() == anew.segment.tolist()
        assert seen.personal.tolist() == anew.personal.tolist()

        found = backdrop.recommend(dossier, as_of=as_of, k=5, explain=True)
        expected = recommend(self.model, whole, teacher_id=teacher_id, as_of=as_of, k=5)
        assert [each.course_id for each in found] == [each.course_id for each in expected]
        for mine, theirs in zip(found, expected, strict=True):
            assert mine.score == pytest.approx(theirs.score, abs=1e-6)
            assert mine.openings == theirs.openings
            assert [reason.zh for reason in mine.reasons] == [r.zh for r in theirs.reasons]


def same(mine: Any, theirs: Any) -> None:
    assert mine.shape == theirs.shape
    assert abs(mine - theirs).max() <= 1e-6


def record_event(store: Store, number: int, values: dict[str, Any]) -> None:
    row = {"event_id": f"e{number}", "teacher_id": "t1"} | values
    with store.writing() as connection:
        record = to_record(BY_NAME["events"], row, "default") | {"given_id": False}
        put(connection, DATA["events"], [record])


KINDS = ("viewed", "selected", "completed", "failed", "dismissed", "withdrawn")
events = st.fixed_dictionaries(
    {
        "course_id": st.sampled_from(COURSES),
        "kind": st.sampled_from(KINDS),
        "occurred_at": st.integers(5_000, 15_000).map(hours),
        "recorded_at": st.none() | st.integers(5_000, 15_000).map(hours),
        "offering_id": st.sampled_from([None, "o0", "o1", "o2"]),
    }
)
states = st.fixed_dictionaries(
    {
        "valid_from": st.integers(5_000, 15_000).map(hours),
        "phase": st.sampled_from([None, "primary", "junior"]),
        "career_stage": st.sampled_from([None, "novice", "expert"]),
        "subjects": st.sampled_from([[], ["maths"], ["music", "dance"]]),
        "organisation_id": st.sampled_from([None, "school"]),
        "locality": st.sampled_from([None, "town"]),
        "key_county": st.sampled_from([None, False]),
        "employed_on": st.none() | st.just(pd.Timestamp("2019-09-01").date()),
        "years_of_service": st.sampled_from([None, 4]),
        "personalisation": st.sampled_from([None, True, False]),
        "features": st.sampled_from([None, {"pupils": 7.0}, {"union": "yes"}]),
    }
)
enrolments = st.fixed_dictionaries(
    {
        "offering_id": st.sampled_from(["o0", "o1"]),
        "admission_mode": st.sampled_from([None, "open", "assigned", "nominated"]),
        "decided_at": st.none() | st.integers(5_000, 15_000).map(hours),
    }
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("event"), events),
        st.tuples(st.just("state"), states),
        st.tuples(st.just("enrolment"), enrolments),
        st.tuples(st.just("look"), st.integers(5_000, 16_000).map(hours)),
    ),
    min_size=2,
    max_size=8,
)


@pytest.fixture(scope="module")
def imported(new_url: NewUrl, county: Dataset) -> str:
    """The URL of a store that is to be copied, not opened."""
    store = Store.open(url := new_url())
    import_dataset(store, county, now=START)
    store.close()
    return url


@given(steps)
@settings(max_examples=15)
def test_for_any_order_of_events_and_clock_the_served_profile_is_the_one_computed_anew(
    new_url: NewUrl, imported: str, model: Model, taken: Any
) -> None:
    store = Store.open(new_url.copy(imported))
    served = Served(store, model)
    served.check("t1", hours(9_500))
    dated: dict[pd.Timestamp, Any] = {}
    for number, (what, values) in enumerate(taken):
        if what == "event":
            record_event(store, number, values)
        elif what == "state":
            dated[values["valid_from"]] = values | {"teacher_id": "t1"}
            rows = [to_record(BY_NAME["teachers"], row, "default") for row in dated.values()]
            with store.writing() as connection:
                replace_states(connection, "t1", rows)
        elif what == "enrolment":
            table = BY_NAME["enrolments"]
            row = values | {"teacher_id": "t1", "state": "admitted"}
            key = {name: f"x{number}" for name in table.key if name not in row}
            with store.writing() as connection:
                put(connection, DATA[table.name], [to_record(table, row | key, "default")])
        else:
            served.check("t1", values)
    served.check("t1", hours(16_000))
    store.close()


def test_nobody_is_remembered_who_is_not_there(store: Store, model: Model) -> None:
    served = Served(store, model)
    with pytest.raises(UnknownId):
        served.dossier("nobody")
    served.dossier("t1")
    with store.writing() as connection:
        forget(connection, "default", "t1")
    with pytest.raises(UnknownId):
        served.dossier("t1")


def test_one_who_comes_after_another_of_the_same_id_is_not_taken_for_the_other(
    store: Store, model: Model
) -> None:
    served = Served(store, model)
    assert len(served.dossier("t1").log)
    with store.writing() as connection:
        forget(connection, "default", "t1")
        row = to_record(BY_NAME["teachers"], {"teacher_id": "t1"}, "default")
        replace_states(connection, "t1", [row])
    assert not len(served.dossier("t1").log)


def test_a_change_of_another_teacher_costs_no_reading_of_this_one(
    store: Store, model: Model
) -> None:
    served = Served(store, model)
    before = served.dossier("t1")
    record_event(store, 1, {"course_id": "c0", "kind": "viewed", "occurred_at": hours(9_000)})
    mine = served.dossier("t1")
    assert mine is not before
    with store.writing() as connection:
        row = to_record(BY_NAME["teachers"], {"teacher_id": "t2"}, "default")
        replace_states(connection, "t2", [row])
    assert served.dossier("t1") is mine


def test_a_new_course_is_numbered_anew(store: Store, model: Model) -> None:
    served = Served(store, model)
    served.check("t1", hours(9_500))
    with store.writing() as connection:
        row = to_record(BY_NAME["courses"], {"course_id": "a-first"}, "default")
        put(connection, DATA["courses"], [row])
        touch_catalogue(connection, "default")
    served.check("t1", hours(9_500))


def test_what_was_asked_for_longest_ago_makes_room() -> None:
    recent: Recent[str, int] = Recent(2)
    for name, thing in (("a", 1), ("b", 2)):
        recent.put(name, thing)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == (1, None, 3)
