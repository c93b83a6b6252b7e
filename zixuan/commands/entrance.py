"""The entrance: links by which teachers and administrators come in."""

from __future__ import annotations

from typing import Annotated

import typer

from zixuan.commands.options import Database, Tenant, examples, names

app = typer.Typer()


@app.command(
    epilog=examples(
        "link t-1001", "link --administrator li.wen --organisation school-17 --scopes school"
    )
)
def link(
    teacher: Annotated[
        str | None, typer.Argument(metavar="TEACHER", help="Whom to let in.", show_default=False)
    ] = None,
    *,
    administrator: Annotated[
        str | None, typer.Option(metavar="NAME", help="Let an administrator in instead.")
    ] = None,
    organisation: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The administrator's organisation, and all below it."),
    ] = None,
    scopes: Annotated[
        str, typer.Option(metavar="A,B", help="What the administrator may do: school, admin.")
    ] = "school",
    database: Database = None,
    tenant: Tenant = "default",
) -> None:
    """Print a link that lets one person into the page, once, within fifteen minutes."""
    from serving.sessions import make_link
    from serving.store.sessions import Guest
    from zixuan.reading import now
    from zixuan.show import say
    from zixuan.store import opened

    if (teacher is None) == (administrator is None or organisation is None):
        raise typer.BadParameter("name a teacher, or --administrator and --organisation")
    if teacher is not None:
        guest = Guest(tenant, teacher)
    else:
        allowed = tuple(names(scopes) or [])
        if not set(allowed) <= {"school", "admin"} or not allowed:
            raise typer.BadParameter(f"expected --scopes school or admin, got {scopes!r}")
        guest = Guest(tenant, None, administrator, organisation, allowed)
    with opened(database, must_exist=True) as store:
        say(make_link(store, guest, now(), by="local").path)
