"""Who was erased after a dump was made does not come back with it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from features.errors import Refused
from serving.privacy import Whose, erase
from serving.store import audit
from serving.store.dump import dump
from serving.store.engine import Store
from serving.store.pseudonyms import erased, require_living
from serving.store.restore import restore
from serving.store.rows import holds
from serving.store.schema import DATA
from serving.store.transfer import import_dataset
from tests.serving import databases
from tests.serving.test_store import dataset

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
LATER = NOW + pd.Timedelta(days=30)


def test_the_store_that_a_dump_replaces_knows_who_was_erased(store: Store, tmp_path: Path):
    path = tmp_path / "dump.zip"
    import_dataset(store, dataset(), now=NOW)
    dump(store, path, NOW)
    stone = erase(store, Whose("default", "t1", "k"), NOW)

    assert restore(store, path, LATER, replace=True).erased == 1
    with store.reading() as connection:
        assert not holds(connection, DATA["teachers"], "default", teacher_id="t1")
        assert not holds(connection, DATA["events"], "default", teacher_id="t1")
        assert holds(connection, DATA["teachers"], "default", teacher_id="t2")
        assert erased(connection, "default", ["t1", "t2"]) == {"t1"}
        told, again = audit.read(connection, "default", 2)
        assert (told.action, again.action) == ("store.restore", "teacher.erase")
        assert again.subject == audit.MARK + stone
        assert audit.verify(connection, "default").broken is None
    with pytest.raises(Refused, match="erased"):
        import_dataset(store, dataset(), now=LATER)


def test_who_came_after_the_dump_and_was_erased_is_not_taken_again(store: Store, tmp_path: Path):
    path = tmp_path / "dump.zip"
    import_dataset(store, dataset(), now=NOW)
    erase(store, Whose("default", "t1", "k"), NOW)
    dump(store, path, NOW)  # with a tombstone, and so with the secret of pseudonyms
    erase(store, Whose("default", "t2", "k"), NOW)

    assert restore(store, path, LATER, replace=True).erased == 1
    assert restore(store, path, LATER, replace=True).erased == 1
    with store.reading() as connection, pytest.raises(Refused, match="t2"):
        require_living(connection, "default", ["t2"])


def test_a_dump_of_another_store_is_compared_as_well(
    store: Store, tmp_path: Path, new_url: databases.NewUrl
):
    path = tmp_path / "dump.zip"
    other = Store.open(new_url())
    import_dataset(other, dataset(), now=NOW)
    dump(other, path, NOW)
    other.close()
    import_dataset(store, dataset(), now=NOW)
    erase(store, Whose("default", "t1", "k"), NOW)

    assert restore(store, path, LATER, replace=True).erased == 1
    with store.reading() as connection:
        assert erased(connection, "default", ["t1", "t2"]) == {"t1"}


def test_where_nobody_was_erased_a_dump_comes_back_as_it_was(store: Store, tmp_path: Path):
    path = tmp_path / "dump.zip"
    import_dataset(store, dataset(), now=NOW)
    dump(store, path, NOW)
    assert restore(store, path, LATER, replace=True).erased == 0
    with store.reading() as connection:
        assert holds(connection, DATA["teachers"], "default", teacher_id="t1")
