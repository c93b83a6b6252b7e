"""The schema hash moves with what a feature depends on, and with nothing else."""

import dataclasses

import pytest

from features import codes, profiles
from features.columns import ColumnsFile
from features.course_encoder import CODE_COLUMNS, CourseEncoder
from features.profiles import OWN_COLUMNS, ProfileEncoder
from features.schema import declared_features, schema_hash
from features.tables import BY_NAME
from tests.builders import checkerboard, teacher, took, world


def test_the_hash_is_the_same_each_time():
    assert len(schema_hash()) == 64
    assert schema_hash() == schema_hash()


def test_other_bins_and_other_weights_give_another_hash(monkeypatch: pytest.MonkeyPatch):
    before = schema_hash()
    monkeypatch.setattr(profiles, "TENURE_EDGES", (1, 2))
    other_bins = schema_hash()
    monkeypatch.setattr(codes, "EVENT_WEIGHTS", {**codes.EVENT_WEIGHTS, "saved": 0.9})

    assert len({before, other_bins, schema_hash()}) == 3


@pytest.mark.parametrize(
    ("change", "moves"),
    [({"about": "other words"}, False), ({"codes": ("novice",)}, True), ({"many": True}, True)],
)
def test_a_column_moves_it_by_what_it_holds_and_not_by_its_words(
    monkeypatch: pytest.MonkeyPatch, change: dict[str, object], moves: bool
):
    before = schema_hash()
    table = BY_NAME["teachers"]
    columns = [
        dataclasses.replace(c, **change) if c.name == "career_stage" else c for c in table.columns
    ]
    monkeypatch.setitem(BY_NAME, "teachers", dataclasses.replace(table, columns=tuple(columns)))

    assert (schema_hash() != before) == moves


def test_encoders_tell_the_declared_columns_from_their_own():
    plain = checkerboard()
    columns = ColumnsFile(
        features={
            "teachers": {"job": "category", "age": "number", "motto": "text"},
            "courses": {"software": "list", "length": "number", "blurb": "text"},
        }
    )
    dataset = world(
        [took("t1", "c1", "2025-01-01")],
        teachers=[teacher("t1", job="x", age=30.0, motto="carpe diem")],
        courses=[{"course_id": "c1", "software": "a;b", "length": 2.0, "blurb": "about"}],
        columns=columns,
    )
    end = dataset.log.end

    assert {*ProfileEncoder.fit(plain, plain.log.end).words.vocabularies} == {*OWN_COLUMNS}
    assert {*CourseEncoder.fit(plain, plain.log.end).words.vocabularies} == {*CODE_COLUMNS}
    assert ProfileEncoder.fit(dataset, end).declared == {"job", "age"}
    assert CourseEncoder.fit(dataset, end).declared == {"software", "length"}
    assert declared_features(columns, "teachers") == {"job", "age"}
