"""`forestall council`: reform."""

import typer


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group."""
    del group
