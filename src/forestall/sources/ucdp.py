"""UCDP's files, read strictly: what each record says, which release it belongs to, and what was set aside and why.

Publisher, licence, citations and expectations of each dataset stand in `ucdp.yml`.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

import polars as pl

from forestall.errors import SourceError
from forestall.ids.months import format_month, month_of
from forestall.sources import ucdp_events, ucdp_releases, ucdp_yearly
from forestall.sources.container import Opened, opened, printable
from forestall.sources.report import Ledger, Report
from forestall.sources.tabular import LINE, Table, read_header
from forestall.sources.ucdp_formats import GED, Match, match
from forestall.sources.ucdp_releases import Release
from forestall.store.packaged import read_yaml

_MOST_SET_ASIDE = 0.1
_FEW = 20
"""A file is refused when more than a tenth of its rows, and more than this many, do not fit."""


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A publisher's file, read.

    kind: the dataset (a key of `ucdp.yml`). release, status: "ucdp-ged-25.1", "final"; "candidate" for Candidate
    releases, "provisional" for a year of them in seven columns. table: the table that `frame` fills, in its schema.
    published: the date given by the caller, else None: UCDP's files do not carry it. first_month, last_month: the span
    the release covers (month_id), None if unknown. complete: whether the rows are as many as a whole release has; an
    extract must not stand for one, since absent countries would read as zero.
    """

    kind: str
    release: str
    status: str
    table: str
    frame: pl.DataFrame
    report: Report
    published: date | None = None
    first_month: int | None = None
    last_month: int | None = None
    complete: bool = True
    source: str = "ucdp"


@cache
def header() -> dict[str, Any]:
    """What `ucdp.yml` says: publisher, licence, and for each dataset its citation, cadence, coverage and row counts."""
    return cast(dict[str, Any], read_yaml("forestall.sources", "ucdp.yml"))


def parse_file(
    path: Path,
    *,
    kind: str | None = None,
    release: str | None = None,
    published: date | None = None,
    today: date | None = None,
) -> Parsed:
    """Read a UCDP file: CSV (also .gz, or the only table in a .zip) or .xlsx. Reads the file and nothing else.

    kind: a key of `ucdp.yml`, when the columns alone shall not decide. release: its name, such as "ucdp-ged-25.1",
    when the file name does not tell it; it goes before the file name. published: when the release came out, if known.
    today: the latest possible date of an event, by default the date of today.

    Raises SourceError, in one line, for a file that is not what its format says or whose release cannot be told, and
    UsageError for a `release` that is none. Single bad records are set aside and stand in `report`.
    """
    path = Path(path)
    stated = ucdp_releases.named(release) if release else None
    wanted = "ucdp-ged" if kind == "ucdp-candidate" else kind
    today = today or date.today()
    with opened(path) as file:
        if file.form == "workbook":
            return _yearly(path, *_workbook(file, wanted), stated=stated, published=published, today=today)
        table = read_header(file.name, file.stream)
        found = match(table.columns, path.name, wanted)
        if found.format.table == "ucdp_events":
            told = stated or ucdp_releases.of_events(file.name) or ucdp_releases.of_events(path.name)
            if told is None:
                raise ucdp_releases.ask(path.name)
            _fits(path, found, told)
            _has_come(path, told, today)
            frame, ledger = ucdp_events.parse(table, found, told, today)
            return _parsed(path, found, told, frame, ledger, kept=frame.height, published=published)
        raw, ledger = _all_rows(table, found)
        return _yearly(path, raw, found, ledger, stated=stated, published=published, today=today)


def _all_rows(table: Table, found: Match) -> tuple[pl.DataFrame, Ledger]:
    ledger = Ledger(notes=[*table.notes, *found.notes])
    frames = []
    for block in table.blocks(tuple(found.columns.values()), lambda b: b):
        ledger.take(block.ledger)
        frames.append(block.frame)
    table.check_end(ledger)
    raw = (
        pl.concat(frames)
        if frames
        else pl.DataFrame(schema={**dict.fromkeys(found.columns.values(), pl.String), LINE: pl.Int64})
    )
    return raw.rename({theirs: ours for ours, theirs in found.columns.items()}), ledger


def _workbook(file: Opened, kind: str | None) -> tuple[pl.DataFrame, Match, Ledger]:
    """The first sheet of a workbook, every cell as text; `_line` is the row number that the spreadsheet shows."""
    import fastexcel

    try:
        sheet = fastexcel.read_excel(file.stream.read()).load_sheet(0, dtypes="string")
        frame = pl.DataFrame(sheet.to_polars())
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(f"{file.name}: the workbook cannot be read ({first}): download it again") from None
    found = match(frame.columns, file.name, kind)
    raw = frame.select(pl.col(theirs).fill_null("").alias(ours) for ours, theirs in found.columns.items())
    raw = raw.with_columns(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias(LINE))
    if found.format.table == "ucdp_events":
        raise SourceError(f"{file.name}: events as a workbook are not read: take the CSV of the same release")
    return raw, found, Ledger(rows_read=raw.height, notes=list(found.notes))


def _yearly(
    path: Path,
    raw: pl.DataFrame,
    found: Match,
    ledger: Ledger,
    *,
    stated: Release | None,
    published: date | None,
    today: date,
) -> Parsed:
    version = ucdp_yearly.version_of(raw)
    if raw.is_empty() or version is None:
        raise SourceError(f"{path.name}: {found.format.title} without rows or without a version: download it again")
    if "/" in version:
        raise SourceError(
            f"{path.name}: mixes the versions {printable(version.replace('/', ' and '))}: give one release at a time"
        )
    if not version.replace(".", "", 1).isdigit():
        raise SourceError(f"{path.name}: version {version!r} is not a UCDP version such as 25.1")
    told = stated or ucdp_releases.yearly(found.format.kind, version)
    _fits(path, found, told)
    _has_come(path, told, today)
    frame, kept = ucdp_yearly.parse(raw, found, told, ledger, path.name)
    return _parsed(path, found, told, frame, ledger, kept=kept, published=published)


def _fits(path: Path, found: Match, told: Release) -> None:
    """The release must be one of the dataset that the columns show."""
    events = ("ucdp-ged", "ucdp-candidate")
    if told.kind == found.format.kind or (told.kind in events and found.format is GED):
        return
    if told.kind == "ucdp-candidate" and found.format.kind == "ucdp-candidate-slim":
        return
    raise SourceError(f"{path.name}: holds {found.format.title}, which is not the release {told.name}: check --release")


def _has_come(path: Path, told: Release, today: date) -> None:
    """A release of months that lie ahead would win over every other: its number is a slip."""
    if told.last_month is not None and told.last_month > month_of(today):
        raise SourceError(
            f"{path.name}: {told.name} would cover months up to {format_month(told.last_month)}, which have not come "
            f"yet (today is {today}): check the file's name, or say which release it is with --release"
        )


def _parsed(
    path: Path, found: Match, told: Release, frame: pl.DataFrame, ledger: Ledger, *, kept: int, published: date | None
) -> Parsed:
    kind = found.format.kind
    if found.format is GED:
        kind = told.kind
    if ledger.rows_set_aside > max(_FEW, _MOST_SET_ASIDE * ledger.rows_read):
        first = min(ledger.set_aside, key=lambda r: r.line)
        raise SourceError(
            f"{path.name}: {ledger.rows_set_aside:,} of {ledger.rows_read:,} rows do not fit ({first}): "
            "the file is damaged or its format is new; download it again"
        )
    if kept == 0:
        why = f" ({ledger.set_aside[0]})" if ledger.set_aside else ""
        raise SourceError(f"{path.name}: no usable row{why}: download it again")
    least, most = header()["datasets"][kind]["rows"]
    complete = least <= ledger.rows_read <= most
    if not complete:
        ledger.note(
            f"{ledger.rows_read:,} rows, where a whole release has {least:,} to {most:,}: "
            "an extract, in which a country that is absent is not known to be at peace"
        )
    return Parsed(
        kind=kind,
        release=told.name,
        status=told.status,
        table=found.format.table,
        frame=frame,
        report=ledger.report(kept),
        published=published,
        first_month=told.first_month,
        last_month=told.last_month,
        complete=complete,
    )
