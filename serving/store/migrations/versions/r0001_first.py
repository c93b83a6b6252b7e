"""The first schema: every table of the data format, keys, plans and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("key_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "key_id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_id", name=op.f("uq_api_keys_key_id")),
    )
    op.create_table(
        "audit_log",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("entry_id", sa.String(length=200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "entry_id", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "competencies",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("competency", sa.Text(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("target", sa.Double(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "tenant_id", "framework", "competency", "stage", name=op.f("pk_competencies")
        ),
    )
    op.create_table(
        "courses",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("course_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("title_zh", sa.Text(), nullable=True),
        sa.Column("title_en", sa.Text(), nullable=True),
        sa.Column("text_zh", sa.Text(), nullable=True),
        sa.Column("text_en", sa.Text(), nullable=True),
        sa.Column("available_from", sa.BigInteger(), nullable=True),
        sa.Column("available_until", sa.BigInteger(), nullable=True),
        sa.Column("subjects", sa.Text(), nullable=True),
        sa.Column("phases", sa.Text(), nullable=True),
        sa.Column("stages", sa.Text(), nullable=True),
        sa.Column("roles", sa.Text(), nullable=True),
        sa.Column("regions", sa.Text(), nullable=True),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.Column("competencies", sa.Text(), nullable=True),
        sa.Column("themes", sa.Text(), nullable=True),
        sa.Column("obligation", sa.Text(), nullable=True),
        sa.Column("credit_kind", sa.Text(), nullable=True),
        sa.Column("prerequisites", sa.Text(), nullable=True),
        sa.Column("equivalence", sa.Text(), nullable=True),
        sa.Column("contains", sa.Text(), nullable=True),
        sa.Column("repeatable", sa.Text(), nullable=True),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("credits", sa.Double(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("line", sa.Text(), nullable=True),
        sa.Column("grade", sa.Text(), nullable=True),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("further", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "course_id", name=op.f("pk_courses")),
    )
    op.create_table(
        "credits",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("entry_id", sa.String(length=200), nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("earned_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.Double(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("course_id", sa.String(length=200), nullable=True),
        sa.Column("offering_id", sa.String(length=200), nullable=True),
        sa.Column("activity", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("credit_kind", sa.Text(), nullable=True),
        sa.Column("themes", sa.Text(), nullable=True),
        sa.Column("authority", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("policy_version", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "entry_id", name=op.f("pk_credits")),
    )
    op.create_index(
        op.f("ix_credits_tenant_id_teacher_id"),
        "credits",
        ["tenant_id", "teacher_id"],
        unique=False,
    )
    op.create_table(
        "diagnoses",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=False),
        sa.Column("competency", sa.Text(), nullable=False),
        sa.Column("diagnosed_at", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Double(), nullable=False),
        sa.Column("uncertainty", sa.Double(), nullable=True),
        sa.Column("framework", sa.Text(), nullable=True),
        sa.Column("instrument", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "tenant_id", "teacher_id", "competency", "diagnosed_at", name=op.f("pk_diagnoses")
        ),
    )
    op.create_table(
        "organisations",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.String(length=200), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=True),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("locality", sa.Text(), nullable=True),
        sa.Column("key_county", sa.Boolean(), nullable=True),
        sa.Column("accredited_from", sa.Date(), nullable=True),
        sa.Column("accredited_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint(
            "tenant_id", "organisation_id", "valid_from", name=op.f("pk_organisations")
        ),
    )
    op.create_table(
        "plans",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("plan_id", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("model_version", sa.Text(), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "plan_id", "revision", name=op.f("pk_plans")),
    )
    op.create_index(
        op.f("ix_plans_tenant_id_teacher_id"), "plans", ["tenant_id", "teacher_id"], unique=False
    )
    op.create_table(
        "teachers",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("career_stage", sa.Text(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("subjects", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.String(length=200), nullable=True),
        sa.Column("employed_on", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=True),
        sa.Column("years_of_service", sa.Double(), nullable=True),
        sa.Column("goals", sa.Text(), nullable=True),
        sa.Column("personalisation", sa.Boolean(), nullable=True),
        sa.Column("locality", sa.Text(), nullable=True),
        sa.Column("key_county", sa.Boolean(), nullable=True),
        sa.Column("leave_code", sa.Text(), nullable=True),
        sa.Column("further", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "teacher_id", "valid_from", name=op.f("pk_teachers")),
    )
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("columns_file", sa.Text(), nullable=False),
        sa.Column("catalogue_version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_tenants")),
    )
    op.create_table(
        "events",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("event_id", sa.String(length=200), nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=False),
        sa.Column("course_id", sa.String(length=200), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("offering_id", sa.String(length=200), nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("amount", sa.Double(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("recommendation_id", sa.String(length=200), nullable=True),
        sa.Column("given_id", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "course_id"],
            ["courses.tenant_id", "courses.course_id"],
            name=op.f("fk_events_tenant_id_course_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "event_id", name=op.f("pk_events")),
    )
    op.create_index(
        op.f("ix_events_tenant_id_teacher_id_occurred_at"),
        "events",
        ["tenant_id", "teacher_id", "occurred_at"],
        unique=False,
    )
    op.create_table(
        "impressions",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("recommendation_id", sa.String(length=200), nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=False),
        sa.Column("course_id", sa.String(length=200), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("shown_at", sa.BigInteger(), nullable=False),
        sa.Column("propensity", sa.Double(), nullable=True),
        sa.Column("model_version", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "course_id"],
            ["courses.tenant_id", "courses.course_id"],
            name=op.f("fk_impressions_tenant_id_course_id"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "recommendation_id", "rank", name=op.f("pk_impressions")
        ),
    )
    op.create_index(
        op.f("ix_impressions_tenant_id_teacher_id"),
        "impressions",
        ["tenant_id", "teacher_id"],
        unique=False,
    )
    op.create_table(
        "offerings",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("offering_id", sa.String(length=200), nullable=False),
        sa.Column("course_id", sa.String(length=200), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("apply_from", sa.Date(), nullable=True),
        sa.Column("apply_until", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("days_away", sa.Double(), nullable=True),
        sa.Column("admission_mode", sa.Text(), nullable=True),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.Column("credits", sa.Double(), nullable=True),
        sa.Column("cost", sa.Double(), nullable=True),
        sa.Column("funding", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("organisation_id", sa.String(length=200), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "course_id"],
            ["courses.tenant_id", "courses.course_id"],
            name=op.f("fk_offerings_tenant_id_course_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "offering_id", name=op.f("pk_offerings")),
    )
    op.create_table(
        "enrolments",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("teacher_id", sa.String(length=200), nullable=False),
        sa.Column("offering_id", sa.String(length=200), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("admission_mode", sa.Text(), nullable=True),
        sa.Column("decider", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("evaluated", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offering_id"],
            ["offerings.tenant_id", "offerings.offering_id"],
            name=op.f("fk_enrolments_tenant_id_offering_id"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id",
            "teacher_id",
            "offering_id",
            "state",
            "decided_at",
            name=op.f("pk_enrolments"),
        ),
    )
    op.create_table(
        "evaluations",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("evaluation_id", sa.String(length=200), nullable=False),
        sa.Column("offering_id", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("answers", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offering_id"],
            ["offerings.tenant_id", "offerings.offering_id"],
            name=op.f("fk_evaluations_tenant_id_offering_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "evaluation_id", name=op.f("pk_evaluations")),
    )
    op.create_table(
        "offering_stages",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("offering_id", sa.String(length=200), nullable=False),
        sa.Column("stage", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=True),
        sa.Column("hours", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offering_id"],
            ["offerings.tenant_id", "offerings.offering_id"],
            name=op.f("fk_offering_stages_tenant_id_offering_id"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "offering_id", "stage", name=op.f("pk_offering_stages")
        ),
    )
    op.create_table(
        "quotas",
        sa.Column("tenant_id", sa.String(length=200), nullable=False),
        sa.Column("offering_id", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", sa.String(length=200), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("seats", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offering_id"],
            ["offerings.tenant_id", "offerings.offering_id"],
            name=op.f("fk_quotas_tenant_id_offering_id"),
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "offering_id", "organisation_id", "group", name=op.f("pk_quotas")
        ),
    )
