"""Commands, to be filled in."""

import typer


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
