"""The entrance: links by which teachers and administrators come in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zixuan.commands.options import Database, Tenant, examples, names

app = typer.Typer()
audits = typer.Typer(help="The audit log.", no_args_is_help=True)
app.add_typer(audits, name="audit")
tokens = typer.Typer(help="Tokens of platforms.", no_args_is_help=True)
app.add_typer(tokens, name="tokens")


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


@app.command(
    "launch-key",
    epilog=examples("launch-key https://platform.example platform.pem --algorithm EdDSA"),
)
def launch_key(
    issuer: Annotated[str, typer.Argument(metavar="ISSUER", help="The iss of its launches.")],
    key: Annotated[Path, typer.Argument(metavar="FILE", help="Public key, or shared secret.")],
    *,
    algorithm: Annotated[
        str, typer.Option(metavar="NAME", help="EdDSA, RS256, or HS256 with a shared secret.")
    ] = "EdDSA",
    database: Database = None,
    tenant: Tenant = "default",
) -> None:
    """Let a platform launch its teachers into the page by launches that it signs."""
    from serving.launching import trust
    from zixuan.reading import now
    from zixuan.show import say
    from zixuan.store import opened

    with opened(database) as store:
        trust(store, tenant, issuer, algorithm, key.read_text("utf-8").strip(), now())
    say(f"{issuer}: trusted")


@audits.command("verify", epilog=examples("audit verify", "audit verify --tenant county"))
def verify(*, database: Database = None, tenant: Tenant = "default") -> None:
    """Follow the chain of the audit log, and say where it is broken.

    Exits 1 if it is. The head that is printed, kept elsewhere, tells later whether entries were
    cut off the end.
    """
    from serving.store.audit import verify as follow
    from zixuan.show import say
    from zixuan.store import opened

    with opened(database, must_exist=True) as store, store.reading() as connection:
        chain = follow(connection, tenant)
    if chain.broken is not None:
        say(f"{tenant}: broken at entry {chain.broken}; {chain.entries:,} before it hold")
        raise typer.Exit(1)
    say(f"{tenant}: {chain.entries:,} entries hold, head {chain.head}")


@tokens.command("rotate", epilog=examples("tokens rotate", "tokens rotate --tenant county"))
def rotate(*, database: Database = None, tenant: Tenant = "default") -> None:
    """Sign tokens with a new secret from now on.

    What the secret before has signed is taken until it expires, within ten minutes; to end all
    tokens at once, rotate twice. A key's own secret is changed by `zixuan key --rotate`.
    """
    from serving.tokens import rotate as sign_anew
    from zixuan.reading import now
    from zixuan.show import say
    from zixuan.store import opened

    with opened(database, must_exist=True) as store, store.writing() as connection:
        sign_anew(connection, tenant, now())
    say(f"{tenant}: tokens are signed with a new secret")
