"""What commands share: the `--json` and `--as-of` options, and how a document is printed."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else there.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="YYYY-MM", help="Last month of data to use; default: the latest month we hold."),
]


def note(text: str) -> None:
    """Say something to the person at the terminal, on stderr, so that stdout stays clean."""
    typer.echo(text, err=True)


def print_json(document: Mapping[str, Any]) -> None:
    """Print one JSON document on stdout; NaN is refused, because JSON has none."""
    typer.echo(json.dumps(document, ensure_ascii=False, allow_nan=False, default=str))
