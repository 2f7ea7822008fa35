"""The `forestall` command: its options, its groups, and how an error reaches the person who typed it."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from forestall import __version__
from forestall.cli import (
    brief,
    council,
    data,
    deploy,
    forecast,
    mediators,
    missions,
    regional,
    sanctions,
    treaties,
    warn,
)
from forestall.errors import ForestallError

app = typer.Typer(
    name="forestall",
    help="Conflict prevention on open data: calibrated warnings, and what can be done about each.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
brief.register(app)
council.register(app)
data.register(app)
deploy.register(app)
forecast.register(app)
missions.register(app)
regional.register(app)
mediators.register(app)
sanctions.register(app)
treaties.register(app)
warn.register(app)


def _version(value: bool) -> None:
    if value:
        typer.echo(f"forestall {__version__}")
        raise typer.Exit


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show a traceback when something fails.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Options that hold for every command."""
    del version
    if debug:
        os.environ["FORESTALL_DEBUG"] = "1"


def main() -> None:
    """Run the command line: one line on stderr and a non-zero exit for every error, a traceback only with --debug."""
    try:
        # Not standalone: usage errors come to us, to be said in one line like all others.
        sys.exit(app(standalone_mode=False) or 0)
    except ForestallError as error:
        if os.environ.get("FORESTALL_DEBUG"):
            raise
        print(f"forestall: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(130)
    except BrokenPipeError:
        # `forestall data list | head`: the reader left, which is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        if os.environ.get("FORESTALL_DEBUG"):
            raise
        print(f"forestall: the system refused: {error.strerror or error}{_where(error)}", file=sys.stderr)  # noqa: T201
        sys.exit(1)
    except Exception as error:
        if hasattr(error, "format_message"):  # a usage error of Typer's, wordless if it showed the help
            if not error.format_message():
                sys.exit(0)
            print(f"forestall: {_flat(error.format_message())} (forestall --help lists what there is)", file=sys.stderr)  # noqa: T201
            sys.exit(getattr(error, "exit_code", 2))
        # A fault of ours, or of a library: still one line, with what a report of it needs.
        if os.environ.get("FORESTALL_DEBUG"):
            raise
        said = (str(error).splitlines() or [""])[0]
        print(  # noqa: T201
            f"forestall: unexpected fault ({type(error).__name__}: {said}); "
            "please report it, with what `forestall --debug ...` prints",
            file=sys.stderr,
        )
        sys.exit(1)


def _where(error: OSError) -> str:
    """The place that the system refused, in words of the user: the folder instead of a temporary file in it."""
    if not error.filename:
        return ""
    path = Path(str(error.filename))
    return f" ({path.parent if path.name.startswith('.part-') else path})"


def _flat(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
