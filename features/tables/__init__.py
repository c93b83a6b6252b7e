"""Every table of zixuan, declared once.

Validation, ``docs/data-format.md``, the store's schema and the API's models are made from
these declarations or checked against them. Only teachers, courses and events are required,
and of them only ids and a time per event.
"""

from __future__ import annotations

from features.declaration import Table
from features.tables.choices import ENROLMENTS, EVENTS, IMPRESSIONS, QUOTAS
from features.tables.outcomes import CREDITS, DIAGNOSES, EVALUATIONS
from features.tables.people import ORGANISATIONS, TEACHERS
from features.tables.supply import COMPETENCIES, COURSES, OFFERING_STAGES, OFFERINGS

TABLES: tuple[Table, ...] = (
    ORGANISATIONS,
    TEACHERS,
    COURSES,
    OFFERINGS,
    OFFERING_STAGES,
    ENROLMENTS,
    EVENTS,
    IMPRESSIONS,
    CREDITS,
    EVALUATIONS,
    QUOTAS,
    COMPETENCIES,
    DIAGNOSES,
)

BY_NAME = {table.name: table for table in TABLES}
