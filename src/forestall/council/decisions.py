"""What the Security Council decided: resolutions, presidential statements, meetings and drafts, as one kind of record.

The tables are embedded (`council_resolutions`, `council_statements`, `council_meetings`, `council_drafts`); where they
end and what the sources disagree on stands in docs/sources/council-decisions.md. Every function takes `as_of`, the last
month that may be seen: what was decided later is not in the answer.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, get_args

import polars as pl

from forestall.council.ever import resolve_ever
from forestall.errors import UsageError
from forestall.ids.months import month_end, parse_month
from forestall.store import Workspace

Kind = Literal["resolution", "statement", "meeting", "draft"]
KINDS: tuple[Kind, ...] = get_args(Kind)
FIRST_YEAR = 1946


@dataclass(frozen=True, slots=True)
class Decision:
    """One record.

    kind: resolution, statement, meeting or draft (one that was not adopted). symbol: its UN symbol, None for drafts and
    decisions by letter that have none. date: None where no source gives it (notes of the President before 1994).
    yes, no, abstain, not_voting: members; None where the record gives no number ("unanimous" says no number). outcome:
    how a resolution was adopted, what became of a draft, what a meeting decided. countries: ISO3 codes of the countries
    concerned. source: where the row comes from; for a resolution the sources of its date and votes.
    """

    kind: Kind
    symbol: str | None
    date: date | None
    agenda_item: str | None
    title: str | None
    subjects: str | None
    yes: int | None
    no: int | None
    abstain: int | None
    not_voting: int | None
    outcome: str | None
    meeting: str | None
    countries: tuple[str, ...]
    organ: str
    link: str | None
    source: str

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        found = asdict(self)
        found["date"] = None if self.date is None else self.date.isoformat()
        found["countries"] = list(self.countries)
        return found


def last_day(as_of: str | int | date | None) -> date | None:
    """Last day that may be seen: the last of a month (`YYYY-MM` or month_id), a date itself, None without a limit."""
    if as_of is None or isinstance(as_of, date):
        return as_of
    return month_end(parse_month(as_of) if isinstance(as_of, str) else as_of)


def years(first: int | None, last: int | None) -> tuple[int, int]:
    """First and last year asked for. Raises UsageError for years before 1946 or the wrong way round."""
    found = FIRST_YEAR if first is None else first, 9999 if last is None else last
    if found[0] < FIRST_YEAR or found[1] > 9999 or found[0] > found[1]:
        raise UsageError(
            f"years {first} to {last}: give a first year from {FIRST_YEAR} on and a last year not before it"
        )
    return found


def code(country: str) -> str:
    """The code under which a country's record stands: Yugoslavia and Serbia are SRB. Raises UnknownCountryError."""
    state = resolve_ever(country)
    return state.series_iso3


def decisions(
    workspace: Workspace,
    *,
    kind: Kind | None = None,
    country: str | None = None,
    topic: str | None = None,
    first: int | None = None,
    last: int | None = None,
    as_of: str | int | date | None = None,
) -> tuple[Decision, ...]:
    """Decisions by date, newest first.

    kind: one kind, default resolutions, statements and drafts (meetings are many: ask for them). country: ISO3, number
    or name of a country concerned. topic: words that all stand in agenda item, title or subject terms. first, last:
    years. Raises UsageError, UnknownCountryError.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"kind {kind!r} is none of {', '.join(KINDS)}")
    start, end = years(first, last)
    concerned = None if country is None else code(country)
    limit = last_day(as_of)
    kinds: tuple[Kind, ...] = (kind,) if kind else ("resolution", "statement", "draft")
    words = (topic or "").casefold().split()
    found: list[tuple[date, Decision]] = []
    for one in kinds:
        frame = frame_of(workspace, one, limit).filter(pl.col("known_by").dt.year().is_between(start, end))
        if concerned:
            frame = frame.filter(pl.col("countries").str.split(" ").list.contains(concerned))
        for row in frame.iter_rows(named=True):
            record = _decision(one, row)
            text = " ".join(filter(None, (record.agenda_item, record.title, record.subjects))).casefold()
            if all(word in text for word in words):
                found.append((row["known_by"], record))
    found.sort(key=lambda pair: (pair[0], _order(pair[1].symbol)), reverse=True)
    return tuple(record for _, record in found)


def frame_of(workspace: Workspace, kind: Kind, limit: date | None = None) -> pl.DataFrame:
    """The table of a kind with a column `known_by`, up to a day."""
    frame = workspace.table(f"council_{kind}s")
    if "known_by" not in frame.columns:
        frame = frame.with_columns(pl.col("date").alias("known_by"))
    return frame if limit is None else frame.filter(pl.col("known_by") <= limit)


def of_rows(kind: Kind, rows: Sequence[dict[str, Any]]) -> tuple[Decision, ...]:
    """Rows of `frame_of` as records."""
    return tuple(_decision(kind, row) for row in rows)


def data_end(workspace: Workspace) -> dict[str, str]:
    """The day of the newest row of each table: after it nothing is known here, not that nothing happened."""
    names: dict[str, Kind] = {f"{kind}s": kind for kind in KINDS}
    found = {name: frame_of(workspace, kind)["date"].max() for name, kind in names.items()}
    found["vetoes"] = workspace.table("council_vetoes")["date"].max()
    return {name: str(day) for name, day in found.items()}


def _order(symbol: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in "".join(c if c.isdigit() else " " for c in symbol or "").split())


def _decision(kind: Kind, row: dict[str, Any]) -> Decision:
    source = row.get("source") or f"date: {row['date_source']}; votes: {row['votes_source'] or 'none'}"
    outcome = row.get("adoption") or row.get("result") or row.get("decided")
    return Decision(
        kind=kind,
        symbol=row.get("symbol") or row.get("draft"),
        date=row["date"],
        agenda_item=row["agenda_item"],
        title=row.get("title") or row.get("topic"),
        subjects="; ".join(filter(None, (row.get("subjects"), row.get("agenda_subject")))) or None,
        yes=row.get("yes"),
        no=row.get("no"),
        abstain=row.get("abstain"),
        not_voting=row.get("not_voting"),
        outcome=outcome,
        meeting=row.get("meeting") or (row["symbol"] if kind == "meeting" else None),
        countries=tuple(row["countries"].split()),
        organ=row.get("organ") or "Security Council",
        link=row["link"],
        source=source,
    )
