"""What happened in a tenant, and where it is told: the feed of changes and webhooks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables, and the column that some stores of the first schema lack."""
    _add_registered_on()
    op.create_table(
        "feeds",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("dropped", sa.BigInteger(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_feeds")),
    )
    op.create_table(
        "changes",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_changes")),
    )
    op.create_index(op.f("ix_changes_tenant_id_teacher_id"), "changes", ["tenant_id", "teacher_id"])
    op.create_table(
        "webhooks",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("webhook_id", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("former_secret", sa.Text(), nullable=True),
        sa.Column("former_until", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("taken_up", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "webhook_id", name=op.f("pk_webhooks")),
    )
    op.create_table(
        "deliveries",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("webhook_id", sa.String(length=200), nullable=False),
        sa.Column("delivery_id", sa.String(length=200), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "tenant_id", "webhook_id", "delivery_id", name=op.f("pk_deliveries")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "webhook_id"],
            ["webhooks.tenant_id", "webhooks.webhook_id"],
            name=op.f("fk_deliveries_tenant_id_webhook_id_webhooks"),
        ),
    )
    op.create_index(op.f("ix_deliveries_state_due_at"), "deliveries", ["state", "due_at"])
    op.create_table(
        "senders",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_senders")),
    )


def _add_registered_on() -> None:
    """Add the column that the first schema got after stores had been made with it."""
    columns = {column["name"] for column in sa.inspect(op.get_bind()).get_columns("teachers")}
    if "registered_on" not in columns:
        op.add_column("teachers", sa.Column("registered_on", sa.Date(), nullable=True))
