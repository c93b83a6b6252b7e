"""Who comes in and by what, an audit log that is a chain, and what erased teachers leave."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

FIRST = "0" * 64


def upgrade() -> None:
    """Make the tables; what the audit log holds becomes the beginning of the chain."""
    op.add_column("api_keys", sa.Column("previous_digest", sa.String(64)))
    op.add_column("api_keys", sa.Column("previous_until", sa.BigInteger()))
    for name, kind in (
        ("whose", sa.Text()),
        ("request_id", sa.Text()),
        ("place", sa.BigInteger()),
        ("previous", sa.String(64)),
        ("digest", sa.String(64)),
    ):
        op.add_column("audit_log", sa.Column(name, kind))
    op.create_index(
        op.f("ix_audit_log_tenant_id_place"), "audit_log", ["tenant_id", "place"], unique=True
    )
    _chain(op.get_bind())
    _let_nothing_be_changed(op.get_bind())
    _entrances()
    _secrets()
    _teachers()


def _id(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=200), nullable=nullable)


def _hash(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=64), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _guest() -> tuple[sa.Column[str], ...]:
    return (
        _id("teacher_id", nullable=True),
        _id("administrator", nullable=True),
        _id("organisation_id", nullable=True),
        sa.Column("scopes", sa.Text(), nullable=False),
    )


def _by_teacher(table: str) -> None:
    op.create_index(op.f(f"ix_{table}_tenant_id_teacher_id"), table, ["tenant_id", "teacher_id"])


def _entrances() -> None:
    op.create_table(
        "links",
        _id("tenant_id"),
        _hash("link_id"),
        *_guest(),
        sa.Column("made_by", sa.Text(), nullable=False),
        _moment("expires_at"),
        _moment("used_at", nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "link_id", name=op.f("pk_links")),
        sa.UniqueConstraint("link_id", name=op.f("uq_links_link_id")),
    )
    _by_teacher("links")
    op.create_table(
        "sessions",
        _id("tenant_id"),
        _hash("session_id"),
        *_guest(),
        _moment("seen_at"),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("tenant_id", "session_id", name=op.f("pk_sessions")),
        sa.UniqueConstraint("session_id", name=op.f("uq_sessions_session_id")),
    )
    _by_teacher("sessions")
    op.create_table(
        "launch_keys",
        _id("tenant_id"),
        _id("issuer"),
        sa.Column("algorithm", sa.String(length=16), nullable=False),
        sa.Column("key_text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "issuer", name=op.f("pk_launch_keys")),
        sa.UniqueConstraint("issuer", name=op.f("uq_launch_keys_issuer")),
    )
    op.create_table(
        "launches",
        _id("tenant_id"),
        _hash("launch_id"),
        _moment("expires_at"),
        sa.PrimaryKeyConstraint("tenant_id", "launch_id", name=op.f("pk_launches")),
    )


def _secrets() -> None:
    op.create_table(
        "secrets",
        _id("tenant_id"),
        sa.Column("purpose", sa.String(length=16), nullable=False),
        sa.Column("secret_id", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        _moment("made_at"),
        sa.PrimaryKeyConstraint("tenant_id", "purpose", "secret_id", name=op.f("pk_secrets")),
    )


def _teachers() -> None:
    op.create_table(
        "pseudonyms",
        _id("tenant_id"),
        _hash("pseudonym"),
        _id("named"),
        _id("owner"),
        sa.PrimaryKeyConstraint("tenant_id", "pseudonym", name=op.f("pk_pseudonyms")),
    )
    op.create_index(op.f("ix_pseudonyms_tenant_id_owner"), "pseudonyms", ["tenant_id", "owner"])
    op.create_table(
        "tombstones",
        _id("tenant_id"),
        _hash("pseudonym"),
        _moment("erased_at"),
        sa.PrimaryKeyConstraint("tenant_id", "pseudonym", name=op.f("pk_tombstones")),
    )
    op.create_table(
        "teacher_tags",
        _id("tenant_id"),
        _id("teacher_id"),
        _id("tag"),
        sa.Column("value", sa.Text(), nullable=True),
        _moment("changed_at"),
        sa.PrimaryKeyConstraint("tenant_id", "teacher_id", "tag", name=op.f("pk_teacher_tags")),
    )


def _chain(connection: sa.Connection) -> None:
    """Give what is there numbers in the order of time, each with the hash of the one before."""
    log = sa.Table("audit_log", sa.MetaData(), autoload_with=connection)
    heads: dict[str, tuple[int, str]] = {}
    order = sa.select(log).order_by(log.c.tenant_id, log.c.entry_id)
    for row in connection.execute(order).mappings().all():
        place, previous = heads.get(row["tenant_id"], (0, FIRST))
        content = [row["tenant_id"], place + 1, row["entry_id"], row["at"], row["actor"]]
        content += [row["action"], row["subject"], None, None, previous]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        digest = hashlib.sha256(text.encode()).hexdigest()
        heads[row["tenant_id"]] = (place + 1, digest)
        key = (log.c.tenant_id == row["tenant_id"], log.c.entry_id == row["entry_id"])
        chained = {"place": place + 1, "previous": previous, "digest": digest}
        connection.execute(sa.update(log).where(*key).values(chained))


def _let_nothing_be_changed(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION audit_log_is_kept() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_log_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_log_is_kept()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_log_no_{verb.lower()} BEFORE {verb} ON audit_log "
            "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
        )
