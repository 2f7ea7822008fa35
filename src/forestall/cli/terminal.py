"""What the commands on figures share: the panel a person asked for, their options, and tables on the terminal."""

from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import note
from forestall.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from forestall.panel.frame import Panel

REVISED = "revised figures: those we hold today, cut at the last month a model may see"

Target = Annotated[
    str, typer.Option("--target", help="deaths_total, deaths_state_based, deaths_non_state or deaths_one_sided.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the draws; the same seed gives the same draws.")]


def month_text(month: int) -> str:
    """A month_id as YYYY-MM."""
    from forestall.ids.months import format_month

    return format_month(month)


def panel_of(workspace: Any, as_of: str | None, target: str) -> "Panel":
    """The panel that `--as-of` and `--target` name; says where a type of violence is not known by month."""
    from forestall.ids.months import parse_month
    from forestall.panel.country_month import country_month, latest_month
    from forestall.panel.frame import TARGETS

    if target not in TARGETS:
        raise UsageError(f"unknown target {target!r}; known: {', '.join(TARGETS)}")
    month = latest_month(workspace) if as_of is None else parse_month(as_of)
    panel = country_month(workspace, as_of=month, target=target)
    _say_unknown(panel)
    return panel


def _say_unknown(panel: "Panel") -> None:
    """Warn where a type of violence is not known by month: a forecast from what is left would look complete."""
    import numpy as np

    recent = panel.values[:, -36:]
    partly = np.isnan(recent).any(axis=1) & ~np.isnan(recent).all(axis=1)
    if partly.any():
        gaps = int(np.isnan(recent[partly]).sum())
        note(
            f"{panel.target}: {gaps:,} country-months of the last 36 months are not known, in {int(partly.sum())} "
            "countries, and are left out; the full GED has them (forestall data add FILE)"
        )


def show(*tables: "Table") -> None:
    """Print tables on stdout."""
    from rich.console import Console

    console = Console(markup=False)  # titles and cells bear names that users give: plain text
    for one in tables:
        console.print(one)


def new_table(title: str, left: Sequence[str], right: Sequence[str], caption: str = "") -> "Table":
    """An empty table with text columns to the left and figures to the right."""
    from rich import box
    from rich.table import Table

    # narrow margins: ten columns of scores have to fit a terminal of 80
    made = Table(
        title=title,
        caption=caption,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for name in left:
        made.add_column(name, no_wrap=True)
    for name in right:
        made.add_column(name, justify="right", no_wrap=True)
    return made


@contextmanager
def progress(total: int) -> "Iterator[Callable[[], None]]":
    """A bar on stderr while a terminal is there to show it."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("scoring", total=total)
        yield lambda: bar.advance(task)
