"""The audit log is a chain that nobody can change unseen."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
import sqlalchemy as sa

from serving.store import audit
from serving.store.engine import Store
from serving.store.pseudonyms import bury
from serving.store.schema import AUDIT_LOG
from serving.store.tenants import add_tenant

NOW = pd.Timestamp("2026-03-01T00:00:00Z")
COUNT = 6


@pytest.fixture
def filled(store: Store) -> Store:
    with store.writing() as connection:
        add_tenant(connection, "a")
        for number in range(COUNT):
            whose = (f"t{number % 2}",)
            deed = audit.Deed("k", "teacher.put", whose[0], NOW, whose, f"r{number}")
            audit.write(connection, "a", deed)
        audit.write(connection, "b", audit.Deed("k", "course.put", "c1", NOW))
    return store


def chain(store: Store, tenant: str = "a") -> audit.Chain:
    with store.reading() as connection:
        return audit.verify(connection, tenant)


def tampered(store: Store, statement: str) -> None:
    """Run what the triggers refuse, as somebody who may drop them."""
    with store.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP TRIGGER audit_log_is_kept ON audit_log")
        else:
            for verb in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER audit_log_no_{verb}")
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'x'", "DELETE FROM audit_log"])
def test_the_database_refuses_to_change_or_delete_an_entry(filled: Store, statement: str):
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), filled.writing() as connection:
        connection.exec_driver_sql(statement)
    assert chain(filled).entries == COUNT


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit_log SET actor = 'x' WHERE place = 3 AND tenant_id = 'a'", 3),
        ("UPDATE audit_log SET subject = 'x' WHERE place = 1 AND tenant_id = 'a'", 1),
        ("UPDATE audit_log SET request_id = 'x' WHERE place = 6 AND tenant_id = 'a'", 6),
        ("UPDATE audit_log SET digest = previous WHERE place = 2 AND tenant_id = 'a'", 2),
        ("DELETE FROM audit_log WHERE place = 4 AND tenant_id = 'a'", 4),
        ("DELETE FROM audit_log WHERE place = 1 AND tenant_id = 'a'", 1),
        ("UPDATE audit_log SET place = 99 WHERE place = 5 AND tenant_id = 'a'", 5),
    ],
)
def test_a_chain_says_where_it_was_broken(filled: Store, statement: str, broken: int):
    tampered(filled, statement)
    assert chain(filled).broken == broken
    assert chain(filled, "b").broken is None


def test_a_log_that_was_cut_short_has_another_head(filled: Store):
    head = chain(filled).head
    tampered(filled, f"DELETE FROM audit_log WHERE place = {COUNT} AND tenant_id = 'a'")
    assert chain(filled).broken is None
    assert chain(filled).head != head


def test_those_who_write_at_once_make_one_chain(filled: Store):
    def write(number: int) -> None:
        with filled.writing() as connection:
            audit.write(connection, "a", audit.Deed(str(number), "course.put", "c1", NOW))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(20)))
    assert (chain(filled).entries, chain(filled).broken) == (COUNT + 20, None)


def test_a_deed_is_read_back_with_the_teacher_and_the_request(filled: Store):
    with filled.reading() as connection:
        deeds = audit.read(connection, "a", 2)
    assert [(deed.subject, deed.whose, deed.request_id) for deed in deeds] == [
        ("t1", ("t1",), "r5"),
        ("t0", ("t0",), "r4"),
    ]


def test_of_an_erased_teacher_the_log_knows_a_pseudonym_and_holds(filled: Store):
    with filled.writing() as connection:
        stone = bury(connection, "a", "t0", 0)
    with filled.reading() as connection:
        subjects = {deed.subject for deed in audit.read(connection, "a", 10)}
        rows = connection.execute(sa.select(AUDIT_LOG)).all()
    assert subjects == {"t1", f"~{stone}"}
    assert not any("t0" in str(cell) for row in rows for cell in row)
    assert chain(filled).broken is None
