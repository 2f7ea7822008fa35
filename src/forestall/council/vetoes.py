"""Vetoes in the Security Council, one record a draft and permanent member."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from forestall.council.decisions import code, last_day, years
from forestall.council.members import PERMANENT
from forestall.errors import UsageError
from forestall.store import Workspace

LISTED_UNTIL = date(2022, 7, 8)
"""Last veto of the lists, which were compiled in September 2022; later ones were looked up one by one."""
LOOKED_UP_UNTIL = date(2025, 9, 18)
"""Last veto that was looked up. Between the two days the record may lack one, after it nothing is known."""


@dataclass(frozen=True, slots=True)
class Veto:
    """A negative vote of a permanent member that kept a draft from being adopted.

    date: day of the vote. draft: symbol; the meeting's where the draft had none, None where it was not found. sequence:
    which of the vetoed drafts of that meeting. member: ISO3 in the codes of this house (RUS also for the Soviet Union,
    CHN for China's seat throughout). member_name: its name on that day. topic: short name of the question, None after
    September 2022. countries: ISO3 codes of the countries concerned. source: the list, or the record, that has it.
    """

    date: date
    member: str
    draft: str | None
    sequence: int
    member_name: str
    agenda_item: str
    topic: str | None
    meeting: str | None
    countries: tuple[str, ...]
    link: str
    source: str
    note: str | None

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**asdict(self), "date": self.date.isoformat(), "countries": list(self.countries)}


def vetoes(
    workspace: Workspace,
    first: int | None = None,
    last: int | None = None,
    *,
    member: str | None = None,
    country: str | None = None,
    as_of: str | int | date | None = None,
) -> tuple[Veto, ...]:
    """Vetoes by date, two for a draft that two members vetoed.

    first, last: years. member: the permanent member. country: a country concerned. Raises UsageError for a member that
    is not permanent and for years the wrong way round, UnknownCountryError.
    """
    start, end = years(first, last)
    frame = workspace.table("council_vetoes").filter(pl.col("date").dt.year().is_between(start, end))
    if (limit := last_day(as_of)) is not None:
        frame = frame.filter(pl.col("date") <= limit)
    if member is not None:
        who = code(member)
        if who not in PERMANENT:
            raise UsageError(f"member {member!r} has no veto: give one of {', '.join(PERMANENT)}")
        frame = frame.filter(pl.col("member") == who)
    if country is not None:
        frame = frame.filter(pl.col("countries").str.split(" ").list.contains(code(country)))
    rows = frame.iter_rows(named=True)
    return tuple(Veto(**{**row, "countries": tuple(row["countries"].split())}) for row in rows)


def coverage(first: int | None = None, last: int | None = None) -> str:
    """What a reader must know of how complete the record is in these years."""
    start, end = years(first, last)
    if end <= LISTED_UNTIL.year - 1:
        return "complete by two lists (Dag Hammarskjöld Library; World Politics Data Lab)"
    later = f"vetoes after {LISTED_UNTIL} looked up one by one to {LOOKED_UP_UNTIL}, after which nothing is known"
    return f"by two lists to {LISTED_UNTIL}; {later}" if start <= LISTED_UNTIL.year else later
