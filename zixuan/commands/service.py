"""The service: its store, its keys, and the server."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import (
    AsJson,
    Data,
    Database,
    Language,
    Quiet,
    Rejects,
    Tenant,
    examples,
    names,
)
from zixuan.progress import steps

app = typer.Typer()


@app.command(
    "import", epilog=examples("import county", "import county --database sqlite:///zixuan.db")
)
def import_tables(
    folder: Data,
    *,
    database: Database = None,
    tenant: Tenant = "default",
    rejects: Rejects = None,
    quiet: Quiet = False,
) -> None:
    """Put a folder of tables into the store.

    All of it or nothing. Rows of the same key are replaced, events of the same id count once,
    and what else the store holds stays.
    """
    from features.reading import notices
    from features.rejects import set_aside
    from serving.store.transfer import import_dataset
    from zixuan.reading import now, read
    from zixuan.show import say, show_notices
    from zixuan.store import opened

    with steps(quiet=quiet) as tell:
        dataset = read(folder, tell, rejects)
        tell("import")
        with opened(database) as store:
            imported = import_dataset(store, dataset, now=now(), tenant=tenant)
    show_notices((*notices(dataset), *set_aside(rejects)))
    say(f"{folder}: {sum(imported.rows.values()):,} rows of {len(imported.rows)} tables imported")


@app.command(epilog=examples("export --out tables", "export --out tables --format parquet"))
def export(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to make or replace.")],
    *,
    database: Database = None,
    tenant: Tenant = "default",
    file_format: Annotated[
        str, typer.Option("--format", metavar="csv|parquet", help="Format of the tables.")
    ] = "csv",
    quiet: Quiet = False,
) -> None:
    """Write the store as a folder of tables.

    What was imported, and what has come through the API since, ready to train from.
    """
    from features.writing import write_folder
    from serving.store.transfer import export_dataset
    from zixuan.show import say
    from zixuan.store import opened

    with steps(quiet=quiet) as tell, opened(database, must_exist=True) as store:
        tell("read the store")
        dataset = export_dataset(store, tenant=tenant)
        tell(f"write {out}")
        write_folder(dataset, out, file_format)
    say(f"{out}: {len(dataset.teachers):,} teachers, {len(dataset.log):,} events")


@app.command(
    epilog=examples(
        "key --label 'learning platform'",
        "key --scopes admin --days 30",
        "key --revoke 0123456789abcdef",
        "key --rotate 0123456789abcdef --hours 48",
    )
)
def key(
    *,
    scopes: Annotated[
        str, typer.Option(metavar="A,B", help="What the key may do: platform, admin, metrics.")
    ] = "platform",
    days: Annotated[
        float | None,
        typer.Option(min=0, help="How long it is valid.", show_default="for ever"),
    ] = None,
    label: Annotated[str, typer.Option(metavar="TEXT", help="What it is for.")] = "",
    revoke: Annotated[
        str | None,
        typer.Option(metavar="ID", help="End a key instead; the part between underscores."),
    ] = None,
    rotate: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Give a key a new secret instead."),
    ] = None,
    hours: Annotated[
        float, typer.Option(min=0, max=720, help="How long a rotated secret is still taken.")
    ] = 24,
    database: Database = None,
    tenant: Tenant = "default",
) -> None:
    """Make an API key, end one, or give one a new secret.

    The key is printed this once: the store keeps only a hash of it.
    """
    from serving.identity import create_key, revoke_key, rotate_key
    from zixuan.reading import now
    from zixuan.show import say
    from zixuan.store import opened

    with opened(database, must_exist=(revoke or rotate) is not None) as store:
        if rotate is not None:
            say(rotate_key(store, rotate, now(), hours=hours))
        elif revoke is not None:
            revoke_key(store, revoke, now())
            say(f"{revoke}: revoked")
        else:
            allowed = names(scopes) or []
            say(create_key(store, tenant, allowed, now(), days=days, label=label))


@app.command(
    epilog=examples(
        "serve", "serve --port 9000 --workers 2", "serve --model model --database sqlite:///a.db"
    )
)
def serve(
    *,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen on.", show_default="ZIXUAN_HOST, or 127.0.0.1"),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on.", show_default="ZIXUAN_PORT, or 8080")
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes that answer.", show_default="ZIXUAN_WORKERS, or 1"),
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            metavar="ARTIFACT",
            help="Folder of the model.",
            show_default="ZIXUAN_ARTIFACT, or the champion",
        ),
    ] = None,
    database: Database = None,
) -> None:
    """Serve the API until stopped.

    Logs go to standard error, one JSON object a line. docs/api.md tells the routes, and the
    settings that the environment can hold.
    """
    from serving.server import serve as listen
    from zixuan.store import settings_with

    asked = {"host": host, "port": port, "workers": workers}
    listen(settings_with(**asked, artifact=model, database_url=database))


@app.command(epilog=examples("doctor", "doctor --database sqlite:///zixuan.db --json"))
def doctor(*, database: Database = None, lang: Language = None, as_json: AsJson = False) -> None:
    """Look at everything that the service needs, and say what to do.

    Settings, store, keys, model, policies and clock; nothing is changed. Exits 1 if something
    would keep the service from working.
    """
    from serving.doctor import State, examine
    from zixuan.reading import now
    from zixuan.show import say
    from zixuan.show_doctor import findings_json, show_findings
    from zixuan.store import settings_with

    found = examine(settings_with(database_url=database), now())
    if as_json:
        say(findings_json(found))
    else:
        show_findings(found, lang)
    if any(each.state is State.ILL for each in found):
        raise typer.Exit(1)
