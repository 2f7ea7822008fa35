"""`forestall council ...`: the Security Council as a record and as a model."""

from importlib import import_module

import typer

PARTS = ("members", "decisions", "mandates", "due", "power", "reform", "votes")
"""Modules of this folder, each with `register(group)`, in the order of the help."""


def register(app: typer.Typer) -> None:
    """Add the group `council` to the command line."""
    group = typer.Typer(
        name="council",
        help="The Security Council: who sits, what it decided, what falls due, what a vote is worth.",
        no_args_is_help=True,
    )
    for part in PARTS:
        import_module(f"forestall.cli.council.{part}").register(group)
    app.add_typer(group)
