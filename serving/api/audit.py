"""The audit log, for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from serving.api.answers import AuditEntry, AuditLog
from serving.api.context import Admin, Here
from serving.store import audit

router = APIRouter(tags=["administration"])


@router.get("/audit")
def get_audit_log(
    here: Here, caller: Admin, limit: Annotated[int, Query(ge=1, le=1_000)] = 100
) -> AuditLog:
    """Return the latest deeds within the caller's tenant, the latest first."""
    with here.store.reading() as connection:
        deeds = audit.read(connection, caller.tenant, limit)
    return AuditLog(
        entries=[
            AuditEntry(
                at=deed.at,
                actor=deed.actor,
                action=deed.action,
                subject=deed.subject,
                whose=list(deed.whose),
                request_id=deed.request_id,
            )
            for deed in deeds
        ]
    )
