"""The columns that many tables share, each written once."""

from __future__ import annotations

from features.declaration import Column, Kind

TEACHER = Column(
    "teacher_id", Kind.ID, "teacher", "教师", required=True, references="teachers.teacher_id"
)
COURSE = Column(
    "course_id", Kind.ID, "course", "课程或项目", required=True, references="courses.course_id"
)
VALID_FROM = Column(
    "valid_from",
    Kind.TIME,
    "since when this state holds; empty: a snapshot, taken to hold always",
    "该状态起始时间；为空则视为快照",
)


def offering(*, required: bool) -> Column:
    """Refer to an offering; in some tables a row may go without one."""
    return Column(
        "offering_id",
        Kind.ID,
        "offering",
        "班次",
        required=required,
        references="offerings.offering_id",
    )
