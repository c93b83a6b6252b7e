"""Copies of the store: a portable dump, its way back, and an online backup."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import Database, Quiet, examples
from zixuan.progress import steps

app = typer.Typer()

Out = Annotated[Path, typer.Argument(metavar="FILE", help="File to make or replace.")]


@app.command(
    epilog=examples(
        "dump store.zip", "dump store.zip --database postgresql+psycopg://zixuan@db/zixuan"
    )
)
def dump(file: Out, *, database: Database = None, quiet: Quiet = False) -> None:
    """Write the whole store to one portable file.

    All tenants, with their keys (hashes of them), plans and audit log, as one consistent state; the
    service may go on meanwhile. It is restored on SQLite and PostgreSQL alike, by this version or a
    later one. It holds personal data: only its owner can read it.
    """
    from serving.store.dump import dump as write
    from zixuan.reading import now
    from zixuan.show import say
    from zixuan.store import opened

    with steps(quiet=quiet) as tell, opened(database, must_exist=True) as store:
        tell(f"write {file}")
        tables = write(store, file, now())
    say(f"{file}: {sum(table.rows for table in tables.values()):,} rows of {len(tables)} tables")


@app.command(
    epilog=examples(
        "restore store.zip --database sqlite:///new.db",
        "restore store.zip --replace",
    )
)
def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `zixuan dump` has written.")],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Let go all that the store holds but tombstones.")
    ] = False,
    database: Database = None,
    quiet: Quiet = False,
) -> None:
    """Put a dump into an empty store.

    All of it or nothing. The file is checked whole first; one of an older schema is brought up to
    date. Stop the service meanwhile: it keeps the catalogue in memory.
    """
    from serving.store.restore import restore as put_back
    from zixuan.reading import now
    from zixuan.show import say
    from zixuan.store import opened

    with steps(quiet=quiet) as tell, opened(database) as store:
        tell(f"check and restore {file}")
        restored = put_back(store, file, now(), replace=replace)
    rows = sum(table.rows for table in restored.tables.values())
    say(f"{file}: {rows:,} rows of {len(restored.tables)} tables restored")
    if restored.erased:
        say(f"erased since, and erased again: {restored.erased:,} teachers")


@app.command(epilog=examples("backup zixuan-today.db"))
def backup(file: Out, *, database: Database = None, quiet: Quiet = False) -> None:
    """Copy an SQLite store while it is in use.

    The copy is a store itself, checked before it takes its place. On PostgreSQL use pg_dump, or
    `zixuan dump`.
    """
    from serving.store.backup import backup as copy
    from zixuan.show import say
    from zixuan.store import opened

    with steps(quiet=quiet) as tell, opened(database, must_exist=True) as store:
        tell(f"copy to {file}")
        copy(store, file)
    say(f"{file}: {file.stat().st_size:,} bytes")
