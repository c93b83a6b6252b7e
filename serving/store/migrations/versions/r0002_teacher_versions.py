"""How new what is stored of each teacher is."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table; a teacher without a row has not changed since."""
    op.create_table(
        "teacher_versions",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "teacher_id", name=op.f("pk_teacher_versions")),
    )
