"""What events refer to: one course, and a few teachers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from features.moments import NEVER
from serving.store.engine import Store
from serving.store.rows import insert
from serving.store.schema import DATA, TENANT
from serving.store.tenants import add_tenant

TENANT_NAME = "default"
COURSE = "c"


def fill(store: Store, teachers: Iterable[str]) -> None:
    """Put a course and teachers into an empty store."""
    states = [
        row("teachers", teacher_id=name, valid_from=NEVER, role="teacher") for name in teachers
    ]
    with store.writing() as connection:
        add_tenant(connection, TENANT_NAME)
        insert(connection, DATA["courses"], [row("courses", course_id=COURSE, kind="course")])
        insert(connection, DATA["teachers"], states)


def row(table: str, **cells: object) -> dict[str, Any]:
    """Return a row of the tenant's as the store keeps it, with these cells and no others."""
    return dict.fromkeys(DATA[table].columns.keys()) | {TENANT: TENANT_NAME} | cells
