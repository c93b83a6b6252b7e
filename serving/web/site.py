"""The page's routes, put together."""

from __future__ import annotations

from fastapi import FastAPI

from serving.web import (
    assets,
    desk,
    home,
    me,
    plan,
    plan_changes,
    records,
    take_away,
    why_not,
)


def install(app: FastAPI) -> None:
    """Let an app answer browsers."""
    for part in (assets, home, why_not, plan, plan_changes, records, me, take_away, desk):
        app.include_router(part.router)
