"""What commands share: the `--json` and `--as-of` options, and how a document is printed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.errors import UsageError

if TYPE_CHECKING:
    from forestall.parallel import Workers

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM", help="Last month of data to use; default: the latest month we hold."),
]

Jobs = Annotated[
    int | None, typer.Option("--jobs", metavar="N", help="Processes of this machine; default: threads of this one.")
]
Cluster = Annotated[
    str | None,
    typer.Option(
        "--cluster", metavar="SPEC", help="Dask: tcp://HOST:PORT, or local:N or local:N:MEMORY (local:4:3GB)."
    ),
]


def folder(path: Path, option: str) -> Path:
    """The path that an option names, if a folder can stand there. Raises UsageError if it, or what it lies in, is a
    file: told before any work is done.
    """
    held = next((one for one in (path, *path.parents) if one.exists()), None)
    if held is not None and not held.is_dir():
        raise UsageError(f"{option} {str(path)!r} cannot be a folder: {str(held)!r} is a file; name another folder")
    return path


@contextmanager
def crew(jobs: int | None, cluster: str | None) -> "Iterator[Workers | None]":
    """The workers that --jobs and --cluster ask for, None for this process with its own threads.

    Raises UsageError as `forestall.parallel.workers`.
    """
    if jobs is None and cluster is None:
        yield None
        return
    from forestall.parallel import workers

    with workers(jobs, cluster) as found:
        if cluster is not None:
            note(f"on {found.about}")
        yield found


def note(text: str) -> None:
    """Say something to the person at the terminal, on stderr, so that stdout stays clean."""
    typer.echo(text, err=True)


def print_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document on stdout; NaN is refused, because JSON has none."""
    typer.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, default=str))
