"""`forestall council mandates`: what a resolution commits to, read out of its text."""

from typing import Annotated, Any

import typer

from forestall.cli.common import Json, note, print_json
from forestall.cli.council import days

COLUMNS = ("Type", "Value", "Period", "Subject", "Para.", "Conf.", "Words of the text")


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group."""
    group.command("mandates")(mandates)


def mandates(
    text: Annotated[str, typer.Option("--text", metavar="FILE", help="The resolution as a text file; - reads stdin.")],
    adopted: Annotated[
        str, typer.Option("--adopted", metavar="YYYY-MM-DD", help="Day of adoption, from which periods count.")
    ],
    json_out: Json = False,
) -> None:
    """Mandates, reports due, reviews, sanctions and missions in a resolution's text, each with the words that
    prove it.
    """
    from dataclasses import asdict

    from forestall.council import mandates as room

    day = days.day(adopted, "--adopted")
    given = room.load(text)
    found = room.extract(given, day)
    for line in room.doubts(given, day):
        note(line)
    if not found:
        note("no commitment found; see docs/methods/council-mandates.md for what is looked for")
    if json_out:
        print_json({"adopted": day.isoformat(), "commitments": [_document(asdict(one)) for one in found]})
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"Commitments in a text adopted on {day} (periods count from that day)")
    for name in COLUMNS:
        table.add_column(name, no_wrap=name in ("Type", "Value", "Period"), ratio=3 if name == COLUMNS[-1] else None)
    for one in found:
        table.add_row(
            one.type,
            one.value,
            one.period or "",
            one.subject or "",
            one.paragraph or "",
            f"{one.confidence:.2f}",
            one.quote,
        )
    console = Console()
    console.print(table)
    console.print(
        "Source: the text given. Confidence: share of this rule's findings that were right on development labels."
    )


def _document(one: dict[str, Any]) -> dict[str, Any]:
    """A commitment as JSON: without the keys that have no value."""
    return {key: value for key, value in one.items() if value is not None}
