"""The command line: one program, its commands, and every error on one line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from zixuan.commands import (
    advice,
    copies,
    data,
    demo,
    entrance,
    model,
    plan,
    registry,
    replay,
    rules,
    service,
    tuning,
)

if TYPE_CHECKING:
    from features.errors import InvalidData, InvalidPolicy

#: Of the problems of a data set, so many are told; the rest are counted.
TOLD = 50

app = typer.Typer(
    name="zixuan",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)
GROUPS = (
    *(data, model, tuning, registry, replay, advice, plan, rules),
    *(service, entrance, copies, demo),
)
for group in GROUPS:
    app.add_typer(group.app)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("zixuan"))
        raise typer.Exit


@app.callback(no_args_is_help=True)
def zixuan(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """自选 zixuan: ranked courses and multi-year plans for teachers' self-selected training.

    A command that is refused prints why, in one line on standard error, changes nothing, and
    exits 1; one that is called wrongly exits 2.
    """


def main() -> None:
    """Run a command; 0 if all went well, 1 if it was refused, 2 if it was called wrongly."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code."""
    # Imported only now and here: what an error is costs nothing to know.
    from features.errors import InvalidData, InvalidPolicy, ZixuanError

    try:
        code = app(arguments, prog_name="zixuan", standalone_mode=False)
    except typer.TyperException as error:
        return _wrong_call(error)
    except InvalidData as error:
        return _problems(error)
    except InvalidPolicy as error:
        return _faults(error)
    except ZixuanError as error:
        return _told(str(error))
    except OSError as error:
        return _told(f"{error.filename or 'a file'}: {error.strerror or error}")
    return int(code or 0)


def _told(message: str) -> int:
    one_line = " ".join(message.split())
    sys.stderr.write(f"zixuan: {one_line}\n")
    return 1


def _problems(error: InvalidData) -> int:
    for problem in error.problems[:TOLD]:
        sys.stderr.write(f"{problem}\n")
    rest = len(error.problems) - TOLD
    if rest > 0:
        sys.stderr.write(f"and {rest:,} more\n")
    return _told(str(error))


def _faults(error: InvalidPolicy) -> int:
    if not error.faults:
        return _told(str(error))
    for fault in error.faults:
        sys.stderr.write(f"{fault}\n")
    count = len(error.faults)
    return _told(f"{error.what}: {count} fault{'s' if count != 1 else ''}; see docs/policies.md")


def _wrong_call(error: typer.TyperException) -> int:
    """Tell a usage error, and where help is to be had."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "zixuan"
    message = " ".join(error.format_message().split()).rstrip(".")
    if message:  # without a command, the help has been printed
        sys.stderr.write(f"{path}: {message}; see '{path} --help'\n")
    return error.exit_code
