"""A batch holds what single lists hold, and nothing that is done."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.done import done
from features.errors import InvalidSetting
from recommender import ranking
from recommender.ranking import rank
from serving.batch import SCHEMA, batch, write_batch

AS_OF = pd.Timestamp("2026-03-01T00:00:00Z")


@pytest.mark.parametrize("fault", [{"k": 0}, {"workers": 0}])
def test_less_than_one_course_or_worker_is_refused(county, model, fault: dict[str, int]):
    with pytest.raises(InvalidSetting):
        next(batch(county, model, as_of=AS_OF, **({"k": 5} | fault)))


def test_a_batch_that_fails_leaves_no_file(tmp_path: Path):
    def failing():
        yield pa.record_batch([[]] * len(SCHEMA), schema=SCHEMA)
        raise InvalidSetting("k")

    with pytest.raises(InvalidSetting):
        write_batch(tmp_path / "out.parquet", failing())
    assert list(tmp_path.iterdir()) == []


def test_batch_equals_rank(county, model):
    table = pa.Table.from_batches(batch(county, model, as_of=AS_OF, k=5)).to_pandas()
    (single,) = rank(model, county, as_of=AS_OF, k=5)
    lists = table.groupby("teacher_id")["course_id"].agg(list)
    for teacher, courses in zip(single.teachers, single.courses, strict=True):
        expected = county.courses.outside(courses[courses != ranking.NONE]).tolist()
        assert lists[county.teachers.ids[teacher]] == expected


def test_a_batch_that_explores_tells_the_chances(county, model):
    rng = np.random.default_rng(0)
    batches = batch(county, model, as_of=AS_OF, k=10, explore=0.2, rng=rng)
    table = pa.Table.from_batches(batches).to_pandas()
    drawn = table["propensity"] < 1
    assert set(table["rank"][drawn]) == {5, 10}
    assert table["propensity"].between(0, 1, inclusive="right").all()
    assert not table.duplicated(["teacher_id", "course_id"]).any()


def test_lists_longer_than_the_catalogue_are_as_long_as_it(county, model):
    every, endless = (
        pa.Table.from_batches(batch(county, model, as_of=AS_OF, k=k)) for k in (21, 10**12)
    )
    assert endless.equals(every)


def test_nothing_done_is_in_a_batch(county, model):
    table = pa.Table.from_batches(batch(county, model, as_of=AS_OF, k=200)).to_pandas()
    excluded = done(county, AS_OF).toarray()
    rows = county.teachers.positions(table["teacher_id"])
    columns = county.courses.positions(table["course_id"])
    assert excluded.any()
    assert not excluded[rows, columns].any()


def test_chunks_and_workers_do_not_change_the_rows(county, model, monkeypatch, tmp_path: Path):
    whole = pa.Table.from_batches(batch(county, model, as_of=AS_OF, k=5))
    monkeypatch.setattr("recommender.ranking.CHUNK", 7)
    told = []
    rows = write_batch(
        tmp_path / "out.parquet",
        batch(county, model, as_of=AS_OF, k=5, workers=2),
        told.append,
    )
    written = pq.read_table(tmp_path / "out.parquet")
    assert written.schema.equals(SCHEMA)
    assert written.select(["teacher_id", "course_id", "rank"]).equals(
        whole.select(["teacher_id", "course_id", "rank"])
    )
    assert told[-1] == rows == whole.num_rows
