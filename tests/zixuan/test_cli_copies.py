"""Copies of the store by the command line."""

from __future__ import annotations

from pathlib import Path

from serving.store.engine import Store
from serving.store.transfer import export_dataset


def exported(url: str) -> str:
    store = Store.open(url)
    try:
        return export_dataset(store).content_hash
    finally:
        store.close()


def test_a_store_that_is_not_there_is_neither_dumped_nor_backed_up(zixuan):
    for command in ("dump", "backup"):
        outcome = zixuan(command, "copy")
        assert outcome.code == 1
        assert "a store that is there" in outcome.err
    assert not Path("copy").exists()


def test_what_is_no_dump_is_refused_in_one_line(zixuan, tmp_path: Path):
    (tmp_path / "notes.txt").write_text("no dump")
    for name, words in (("notes.txt", "damaged"), ("nothing.zip", "nothing.zip")):
        outcome = zixuan("restore", name)
        assert outcome.code == 1
        assert words in outcome.err
        assert outcome.err.count("\n") == 1


def test_a_store_is_dumped_restored_and_backed_up(zixuan, province: Path):
    assert zixuan("import", province).code == 0
    assert zixuan("dump", "store.zip").code == 0
    refused = zixuan("restore", "store.zip")
    assert (refused.code, "--replace" in refused.err) == (1, True)
    assert zixuan("restore", "store.zip", "--database", "sqlite:///new.db").code == 0
    assert zixuan("restore", "store.zip", "--replace").code == 0
    assert zixuan("backup", "copy.db").code == 0
    hashes = {exported(f"sqlite:///{name}.db") for name in ("zixuan", "new", "copy")}
    assert len(hashes) == 1
