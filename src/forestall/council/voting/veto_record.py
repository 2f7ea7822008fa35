"""Vetoes cast on an agenda item so far: a record, from which no chance of a further veto is derived."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.errors import UsageError
from forestall.store import Workspace


@dataclass(frozen=True, slots=True)
class VetoCast:
    """One veto: member ISO3, the draft or record it fell on, agenda item, link to the record."""

    date: date
    member: str
    draft: str | None
    agenda_item: str | None
    link: str | None


@dataclass(frozen=True, slots=True)
class VetoRecord:
    """Vetoes on agenda items that were asked for, to a day, newest first; known_to: the newest veto in the table, or
    the day asked about if that is earlier."""

    asked: str
    vetoes: tuple[VetoCast, ...]
    known_to: date


def veto_record(text: str, on: date, *, workspace: Workspace | None = None) -> VetoRecord:
    """Vetoes to a day whose agenda item or topic holds the text, or whose countries hold it as an ISO3 code.

    Raises UsageError for a text of fewer than three letters.
    """
    asked = text.strip()
    if len(asked) < 3:
        raise UsageError(f"agenda item {text!r} is too short: give three letters or more of its title, or an ISO3 code")
    held = (workspace or Workspace.open()).table("council_vetoes")
    needle = asked.lower()
    within = [
        pl.col(column).fill_null("").str.to_lowercase().str.contains(needle, literal=True)
        for column in ("agenda_item", "topic")
    ]
    named = pl.col("countries").fill_null("").str.split(" ").list.contains(asked.upper())
    found = held.filter(pl.col("date") <= on, pl.any_horizontal(*within, named)).sort(
        "date", "draft", "member", descending=True
    )
    rows = found.select("date", "member", "draft", "agenda_item", "link").rows()
    newest: date = min(held.select(pl.col("date").max()).item(), on)
    return VetoRecord(asked, tuple(VetoCast(*row) for row in rows), newest)
