"""Webhooks: whom the service tells of changes, and what became of telling."""

from __future__ import annotations

from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Path, Query, Response, status
from pydantic import ConfigDict, Field

from serving.addresses import check_url
from serving.api.cells import Id, Instant
from serving.api.context import Admin, Here, Service
from serving.api.rows import Answer, Body
from serving.identity import Caller
from serving.signing import new_secret
from serving.store import audit, webhooks
from serving.store.changes import Happened
from serving.store.records import Record, to_datetime
from serving.store.webhooks import Progress

LONGEST_URL = 2_000
WebhookId = Annotated[Id, Path(description="webhook 回调标识")]
router = APIRouter(prefix="/webhooks", tags=["webhooks"])


class WebhookBody(Body):
    """Where to tell of what."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "https://platform.example/zixuan",
                    "kinds": ["plan.submitted", "wish.stated"],
                }
            ]
        }
    )
    url: Annotated[str, Field(strict=True, max_length=LONGEST_URL, pattern=r"^[!-~]+$")]
    kinds: Annotated[
        list[Happened], Field(max_length=len(Happened), description="of all when left out")
    ] = []


class Webhook(Answer):
    """A webhook, and how its deliveries stand."""

    webhook_id: str
    url: str
    kinds: list[Happened]
    made_at: Instant
    waiting: int = 0
    dead: Annotated[int, Field(description="given up: look why, and read the feed instead")] = 0


class WebhookWithSecret(Webhook):
    """A webhook with what checks its signatures, shown this once."""

    secret: str


class Webhooks(Answer):
    """A tenant's webhooks, the earliest first."""

    items: list[Webhook]


class Delivery(Answer):
    """One change told to one webhook."""

    delivery_id: Annotated[str, Field(description="the header `webhook-id` of every attempt")]
    number: Annotated[int, Field(description="of the change; 0 of a ping")]
    kind: str
    state: Progress
    attempts: int
    made_at: Instant
    due_at: Annotated[Instant | None, Field(description="when it is tried next")] = None
    outcome: Annotated[
        str | None, Field(description="of the last attempt: the status, or why there was none")
    ] = None


class Deliveries(Answer):
    """A webhook's deliveries, the latest first."""

    items: list[Delivery]


@router.post("", status_code=status.HTTP_201_CREATED)
def post_webhook(
    body: WebhookBody, here: Here, caller: Admin, response: Response
) -> WebhookWithSecret:
    """Add a webhook (201), which is told of what happens from now on; its secret is shown once."""
    check_url(body.url, loopback=here.settings.webhook_loopback)
    secret, now = new_secret(), here.clock()
    with here.store.writing() as connection:
        made = webhooks.add_webhook(connection, caller.tenant, body.url, body.kinds, secret, now)
        _write_down(here, connection, caller, "webhook.add", made.webhook_id)
    response.headers["Location"] = f"/v1/webhooks/{made.webhook_id}"
    return WebhookWithSecret(**_shown(made, {}), secret=secret)


@router.get("")
def list_webhooks(here: Here, caller: Admin) -> Webhooks:
    """List the tenant's webhooks."""
    with here.store.reading() as connection:
        counts = webhooks.counts(connection, caller.tenant)
        found = webhooks.find_webhooks(connection, caller.tenant)
    return Webhooks(items=[Webhook(**_shown(each, counts)) for each in found])


@router.get("/{webhook_id}")
def get_webhook(webhook_id: WebhookId, here: Here, caller: Admin) -> Webhook:
    """Return a webhook, without its secret."""
    with here.store.reading() as connection:
        found = webhooks.find_webhook(connection, caller.tenant, webhook_id)
        return Webhook(**_shown(found, webhooks.counts(connection, caller.tenant)))


@router.delete("/{webhook_id}", status_code=status.HTTP_204_NO_CONTENT)
def delete_webhook(webhook_id: WebhookId, here: Here, caller: Admin) -> None:
    """Delete a webhook; what waits for it is not sent."""
    with here.store.writing() as connection:
        webhooks.remove_webhook(connection, caller.tenant, webhook_id)
        _write_down(here, connection, caller, "webhook.delete", webhook_id)


@router.post("/{webhook_id}:rotate")
def rotate_webhook(webhook_id: WebhookId, here: Here, caller: Admin) -> WebhookWithSecret:
    """Give a webhook another secret, shown once; for a day the one before signs too."""
    secret = new_secret()
    with here.store.writing() as connection:
        found = webhooks.rotate(connection, caller.tenant, webhook_id, secret, here.clock())
        _write_down(here, connection, caller, "webhook.rotate", webhook_id)
    return WebhookWithSecret(**_shown(found, {}), secret=secret)


@router.post(
    "/{webhook_id}:ping", status_code=status.HTTP_202_ACCEPTED, response_model_exclude_none=True
)
def ping_webhook(webhook_id: WebhookId, here: Here, caller: Admin) -> Delivery:
    """Try a webhook: a delivery of the kind `ping` is sent within seconds; see its outcome."""
    with here.store.writing() as connection:
        row = webhooks.ping(connection, caller.tenant, webhook_id, here.clock())
    return _delivery(row)


@router.get("/{webhook_id}/deliveries", response_model_exclude_none=True)
def list_deliveries(
    webhook_id: WebhookId,
    here: Here,
    caller: Admin,
    state: Annotated[Progress | None, Query(description="only these")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000, description="the most items")] = 100,
) -> Deliveries:
    """List a webhook's latest deliveries and what became of them."""
    with here.store.reading() as connection:
        rows = webhooks.deliveries(connection, caller.tenant, webhook_id, state, limit)
    return Deliveries(items=[_delivery(row) for row in rows])


def _shown(webhook: webhooks.Webhook, counts: dict[str, dict[str, int]]) -> dict[str, Any]:
    own = counts.get(webhook.webhook_id, {})
    return {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "kinds": list(webhook.kinds),
        "made_at": to_datetime(webhook.made_at),
        "waiting": own.get(Progress.WAITING, 0),
        "dead": own.get(Progress.DEAD, 0),
    }


def _delivery(row: Record) -> Delivery:
    waits = row["state"] == Progress.WAITING
    times = {
        "made_at": to_datetime(row["made_at"]),
        "due_at": to_datetime(row["due_at"]) if waits else None,
    }
    return Delivery.model_validate(row | times)


def _write_down(
    here: Service, connection: sa.Connection, caller: Caller, action: str, webhook_id: str
) -> None:
    deed = audit.Deed(caller.key_id, action, webhook_id, here.clock())
    audit.write(connection, caller.tenant, deed)
