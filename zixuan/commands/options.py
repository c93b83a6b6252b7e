"""Arguments and options that several commands share, and how their text is read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


def read_moment(text: str) -> datetime:
    """Read a day or a time as it is written in ISO 8601; a usage error if it is neither."""
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"expected a day or a time such as 2025-11-01 or 2025-11-01T08:30+08:00, got {text!r}"
        ) from error


def names(text: str | None) -> list[str] | None:
    """Split names that are written with commas between them; nothing stays nothing.

    >>> names("content, sequence")
    ['content', 'sequence']
    """
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def examples(*lines: str) -> str:
    """Return the foot of a command's help: one example a line."""
    return "\n\n".join(["Examples:", *(f"$ zixuan {line}" for line in lines)])


Data = Annotated[Path, typer.Argument(metavar="DIR", help="Folder of tables, CSV or Parquet.")]
Model = Annotated[
    Path, typer.Option("--model", metavar="ARTIFACT", help="Folder of a trained model.")
]
Teacher = Annotated[str, typer.Option("--teacher", metavar="ID", help="The teacher's id.")]
Moment = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        parser=read_moment,
        help="Advise as of this day or time; nothing dated at or after it is seen. "
        "Without an offset it is a time of the data's zone.",
        show_default="now; just after the last event if that is over 90 days old",
    ),
]
PolicyName = Annotated[
    str | None,
    typer.Option(
        "--policy",
        metavar="NAME",
        help="Rules to go by.",
        show_default="those in force for the teacher",
    ),
]
Policies = Annotated[
    Path | None,
    typer.Option(
        "--policies",
        metavar="FOLDER",
        help="Policy files of your own, beside the shipped ones.",
    ),
]
Length = Annotated[int, typer.Option("-k", min=1, help="Length of the lists.")]
Seed = Annotated[int, typer.Option(min=0, help="Seed of all randomness.")]
Explore = Annotated[
    float,
    typer.Option(help="Share of the places, 0 to 1, that go to courses of uncertain worth."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
Rejects = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Write faulty rows there, each with its problem, and go on with the others.",
        show_default="one faulty row refuses all",
    ),
]
Tenant = Annotated[str, typer.Option(metavar="NAME", help="Whose data it is.")]
Database = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="The store, as a SQLAlchemy URL.",
        show_default="ZIXUAN_DATABASE_URL, or sqlite:///zixuan.db",
    ),
]


class Tongue(StrEnum):
    """A language to show; both where none is named."""

    ZH = "zh"
    EN = "en"


Language = Annotated[
    Tongue | None,
    typer.Option("--lang", help="Show this language alone.", show_default="both"),
]
