"""A look at everything that a service needs, before it is started or when it fails.

Nothing is changed: a store that is behind is not migrated, a registry that is not there not made.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import sqlalchemy as sa

from features.errors import BadArtifact, MissingComponent, ZixuanError
from features.moments import instant
from recommender.artifact import load
from recommender.planning.policy import load_file, shipped
from serving.champion import candidate, champion
from serving.settings import Settings
from serving.store.looking import looking, newest_schema, schema_of
from serving.store.schema import API_KEYS, DATA, DELIVERIES, WEBHOOKS
from serving.store.webhooks import Progress
from serving.takeaway.fonts import cjk_font

#: Free space below which a store should not be left to grow.
LEAST_FREE = 512 * 2**20
#: Seconds by which this machine's clock and the database's may differ.
MOST_SKEW = 5
ZONE = "Asia/Shanghai"


#: What is looked at.
Thing = Literal["store", "space", "keys", "webhooks", "model", "policies", "clock", "font"]


class State(StrEnum):
    """How it stands with one thing."""

    WELL = "ok"
    WATCH = "warning"
    ILL = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Parameters
    ----------
    name
        ``store``, ``space``, ``keys``, ``webhooks``, ``model``, ``policies``, ``clock`` or
        ``font``.
    found
        What is there, without a secret in it.
    remedy
        What to do; empty where all is well.
    """

    name: Thing
    state: State
    found: str
    remedy: str = ""


def examine(settings: Settings, now: pd.Timestamp) -> tuple[Finding, ...]:
    """Look at everything; what cannot even be looked at is a finding, never an error."""
    checks: tuple[tuple[Thing, Callable[[], Iterator[Finding]]], ...] = (
        ("store", lambda: _store(settings, now)),
        ("model", lambda: _model(settings)),
        ("model", lambda: _candidate(settings)),
        ("policies", lambda: _policies(settings)),
        ("clock", _zone),
        ("font", _font),
    )
    found: list[Finding] = []
    for name, check in checks:
        try:
            found += check()
        except ZixuanError as error:
            found.append(Finding(name, State.ILL, str(error), error.remedy))
        except (OSError, sa.exc.SQLAlchemyError) as error:
            why = f"{type(error).__name__}: cannot be looked at"
            found.append(Finding(name, State.ILL, why, "check that it is there and may be read"))
    return tuple(found)


def _store(settings: Settings, now: pd.Timestamp) -> Iterator[Finding]:
    url = sa.make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "")
        if not file.resolve().parent.is_dir():
            remedy = "make the folder, or name another store in ZIXUAN_DATABASE_URL"
            yield Finding("store", State.ILL, f"no folder {file.parent}", remedy)
            return
        if not file.exists():
            remedy = "zixuan import a folder, or zixuan serve: either makes it"
            yield Finding("store", State.WATCH, f"no file {file}", remedy)
            return
        yield _space(file.resolve().parent)
    with looking(settings.database_url) as connection:
        at, newest = schema_of(connection), newest_schema()
        if at != newest:
            remedy = "back it up; the next start of this version brings it up to date"
            yield Finding("store", State.WATCH, f"schema {at or 'none'}, not {newest}", remedy)
            return
        yield Finding("store", State.WELL, f"{connection.dialect.name}, schema {at}")
        yield from _kept(connection, now)


def _kept(connection: sa.Connection, now: pd.Timestamp) -> Iterator[Finding]:
    if connection.dialect.name == "sqlite":
        sound = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if sound != "ok":
            remedy = "stop the service and restore the last backup"
            yield Finding("store", State.ILL, "the database file is damaged", remedy)
    valid = sa.and_(
        API_KEYS.c.revoked_at.is_(None),
        sa.or_(API_KEYS.c.expires_at.is_(None), API_KEYS.c.expires_at > instant(now)),
    )
    keys = connection.execute(sa.select(sa.func.count()).where(valid)).scalar_one()
    remedy = "" if keys else "zixuan key makes one"
    yield Finding("keys", State.WELL if keys else State.WATCH, f"{keys} valid", remedy)
    yield _webhooks(connection)
    yield from _clock(connection, now)
    latest = connection.execute(sa.select(sa.func.max(DATA["events"].c.recorded_at))).scalar()
    if latest is not None and latest > instant(now):
        remedy = "set this machine's clock (NTP), or the platform's"
        when = pd.Timestamp(latest, unit="us", tz="UTC").isoformat()
        yield Finding("clock", State.WATCH, f"an event was recorded at {when}, to come", remedy)


def _webhooks(connection: sa.Connection) -> Finding:
    dead = DELIVERIES.c.state == Progress.DEAD
    count = sa.select(sa.func.count(), sa.func.count(DELIVERIES.c.webhook_id.distinct()))
    lost, hooks = connection.execute(count.where(dead)).one()
    if lost:
        said = f"{lost} dead deliveries of {hooks} webhooks"
        remedy = "GET /v1/webhooks/ID/deliveries?state=dead says why; what they told is in the feed"
        return Finding("webhooks", State.WATCH, said, remedy)
    there = connection.execute(sa.select(sa.func.count()).select_from(WEBHOOKS)).scalar_one()
    return Finding("webhooks", State.WELL, f"{there}, no dead deliveries")


def _clock(connection: sa.Connection, now: pd.Timestamp) -> Iterator[Finding]:
    """Compare with the database's clock; SQLite has that of this machine."""
    if connection.dialect.name != "postgresql":
        return
    theirs = pd.Timestamp(connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one())
    skew = abs((theirs - now).total_seconds())
    if skew > MOST_SKEW:
        said = f"{skew:.0f} s apart from the database's"
        yield Finding("clock", State.WATCH, said, "set both clocks (NTP)")


def _space(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    said = f"{free / 2**30:.1f} GiB free beside the store"
    if free < LEAST_FREE:
        return Finding("space", State.WATCH, said, "make room: events are refused on a full disk")
    return Finding("space", State.WELL, said)


def _model(settings: Settings) -> Iterator[Finding]:
    folder = settings.artifact or champion(settings.tracking_uri, settings.model_name)
    if folder is None:
        remedy = "zixuan promote ARTIFACT, or name its folder in ZIXUAN_ARTIFACT"
        yield Finding("model", State.WATCH, "none is promoted", remedy)
        return
    model = load(folder)
    until = model.trained_until.date()
    yield Finding("model", State.WELL, f"{model.version}, learned until {until}")


def _candidate(settings: Settings) -> Iterator[Finding]:
    if not settings.canary:
        return
    share = f"{settings.canary:.1%} of the teachers"
    if settings.artifact is not None:
        remedy = "unset ZIXUAN_ARTIFACT, so that the registry is asked"
        yield Finding("model", State.WATCH, f"no candidate for {share}", remedy)
        return
    folder = candidate(settings.tracking_uri, settings.model_name)
    try:
        found = "no candidate" if folder is None else f"candidate {load(folder).version}"
    except BadArtifact as error:
        # The service does without it.
        yield Finding("model", State.WATCH, f"no candidate for {share}", str(error))
        return
    yield Finding("model", State.WELL, f"{found} for {share}")


def _policies(settings: Settings) -> Iterator[Finding]:
    own = sorted(settings.policies.glob("*.toml")) if settings.policies else []
    if settings.policies is not None and not settings.policies.is_dir():
        yield Finding("policies", State.ILL, "ZIXUAN_POLICIES names no folder", "check the path")
        return
    for file in own:
        load_file(file)
    yield Finding("policies", State.WELL, f"{len(shipped())} shipped, {len(own)} of one's own")


def _zone() -> Iterator[Finding]:
    try:
        ZoneInfo(ZONE)
    except ZoneInfoNotFoundError:
        yield Finding("clock", State.ILL, f"no time zone {ZONE}", "install the package tzdata")
        return
    yield Finding("clock", State.WELL, f"time zones are there ({ZONE})")


def _font() -> Iterator[Finding]:
    try:
        yield Finding("font", State.WELL, f"{cjk_font().name}, for plans on paper")
    except MissingComponent as error:
        # All else works without it.
        yield Finding("font", State.WATCH, "none with Chinese letters", error.remedy)
