"""SIPRI's military expenditure workbook and arms transfers, as files that the user has the right to use.

Sources: SIPRI Military Expenditure Database, SIPRI Arms Transfers Database. The terms of both exclude commercial use,
so nothing of them is embedded; publisher, citation and terms stand in `sipri.yml`. Transfers are read as a CSV with
one row a supplier, recipient and year. Their TIV (trend-indicator value, millions) measures the volume of major arms
delivered; it is no sum of money, and it is rounded to whole millions: 0 means less than half a million.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, cast

import polars as pl

from forestall.errors import SourceError, UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.ids.months import month_id
from forestall.sources import sipri_workbook
from forestall.sources.container import opened, printable
from forestall.sources.report import Ledger, Remark
from forestall.sources.tabular import LINE, Table, read_header
from forestall.sources.ucdp import Parsed
from forestall.sources.ucdp_values import decimals, integers
from forestall.store.packaged import read_yaml
from forestall.store.schemas import SCHEMAS

EXPENDITURE, TRANSFERS = "sipri-milex", "sipri-transfers"
KINDS = (EXPENDITURE, TRANSFERS)
FIRST_TRANSFER = 1950
MAX_NAME = 200
MAX_TIV = 1_000_000.0
"""Millions of TIV of one supplier to one recipient in a year; the largest known is below 10,000."""
_VALUES = ("value", "tiv")
_MOST_SET_ASIDE = 0.1
_FEW = 20
_NAMED = re.compile(r"sipri-(?:milex|transfers)-(?:19|20)\d{2}")


@cache
def header() -> dict[str, Any]:
    """What `sipri.yml` says: publisher, terms of use, citation and row counts of both databases."""
    return cast(dict[str, Any], read_yaml("forestall.sources", "sipri.yml"))


def fits(path: Path) -> bool:
    """Whether a file looks like one of SIPRI's two. Reads its header only; a file that cannot be read does not fit."""
    try:
        with opened(path) as file:
            if file.form == "workbook":
                return sipri_workbook.fits(file.stream)
            return _columns(read_header(file.name, file.stream)) is not None
    except (SourceError, OSError):
        return False


def named(release: str) -> str | None:
    """The name of a release of SIPRI as a user writes it ("sipri-milex-2022"), None if it is none."""
    text = release.strip().lower()
    return text if _NAMED.fullmatch(text) else None


def parse_file(
    path: Path, *, release: str | None = None, published: date | None = None, today: date | None = None
) -> Parsed:
    """Read a file of SIPRI: table `sipri_expenditure` from a workbook, `sipri_transfers` from a CSV.

    The release is named after the last year in the file ("sipri-milex-2022"). release: if given, it must be that name.
    Raises SourceError, in one line, for a file that does not fit, UsageError for a `release` that is another one.
    Single bad records are set aside and stand in `report`.
    """
    today = today or date.today()
    with opened(path) as file:
        if file.form == "workbook":
            kind, ledger = EXPENDITURE, Ledger()
            frame = _expenditure(sipri_workbook.cells(file, ledger, today.year), ledger)
        else:
            kind = TRANSFERS
            frame, ledger = _transfers(read_header(file.name, file.stream), today.year)
    if frame.is_empty():
        raise SourceError(f"{path.name}: no usable row: download it again")
    told = f"{kind}-{cast(int, frame['year'].max())}"
    if release is not None and named(release) != told:
        raise UsageError(f"release {release[:60]!r} is not what this file holds: by its last year it is {told}")
    return _parsed(path, kind, told, frame.with_columns(release=pl.lit(told)), ledger, published=published)


@lru_cache(maxsize=8192)
def state_of(name: str, year: int) -> str | None:
    """The code, of its series, of the state or territory that SIPRI names in a year; None for groups and organisations.

    SIPRI marks armed groups with * and organisations with **: what a group in a country receives is no import of its
    state.
    """
    if name.endswith("*"):
        return None
    known = header()["spellings"].get(name, name)
    for on in (date(year, 12, 31), date(year, 1, 1), date(year - 1, 12, 31), date(year + 1, 12, 31)):
        try:
            return countries.resolve(known, max(on, countries.FIRST_DAY)).series_iso3 or None
        except UnknownCountryError:
            continue
    return None


def _expenditure(cells: Sequence[sipri_workbook.Cell], ledger: Ledger) -> pl.DataFrame:
    """One row a state and year; null where SIPRI has no figure."""
    rows: dict[tuple[str, int], tuple[float | None, float | None, int]] = {}
    unknown: dict[str, None] = {}
    for cell in cells:
        iso3 = state_of(cell.country, cell.year)
        if iso3 is None:
            unknown.setdefault(cell.country)
            continue
        key, figures = (iso3, cell.year), (cell.usd_constant, cell.share_of_gdp, cell.price_year)
        held = rows.get(key)
        if held is None or held[:2] == (None, None):
            rows[key] = figures
        elif figures[:2] != (None, None):
            ledger.leave_out(Remark(cell.line, cell.country, str(cell.year), f"figures of {iso3} in that year before"))
    if unknown:
        ledger.note(f"not in our table of states in those years and left out: {printable(', '.join(unknown))}")
    found = [(iso3, year, *figures) for (iso3, year), figures in sorted(rows.items())]
    schema = {name: kind for name, kind in SCHEMAS["sipri_expenditure"].items() if name != "release"}
    return pl.DataFrame(found, schema=schema, orient="row")


def _columns(table: Table) -> dict[str, str] | None:
    """The columns of a table of transfers by our names; None if it is none."""
    lower = {column.lower(): column for column in table.columns}
    value = next((lower[name] for name in _VALUES if name in lower), None)
    if value is None or not {"supplier", "recipient", "year"} <= set(lower):
        return None
    return {"supplier": lower["supplier"], "recipient": lower["recipient"], "year": lower["year"], "tiv": value}


def _transfers(table: Table, this_year: int) -> tuple[pl.DataFrame, Ledger]:
    columns = _columns(table)
    if columns is None:
        raise SourceError(
            f"{table.name}: expected the columns supplier, recipient, year and value (or tiv), one row each: give "
            "SIPRI's arms transfers in that form"
        )
    ledger, frames = Ledger(notes=list(table.notes)), []
    for block in table.blocks(tuple(columns.values()), lambda one: one):
        ledger.take(block.ledger)
        frames.append(block.frame)
    table.check_end(ledger)
    if not frames:
        raise SourceError(f"{table.name}: no usable row: download it again")
    raw = pl.concat(frames).rename({theirs: ours for ours, theirs in columns.items()})
    year, tiv = integers(raw["year"]), decimals(raw["tiv"])
    broken: dict[int, tuple[str, str]] = {}

    def refuse(wrong: pl.Series, column: str, reason: str) -> None:
        for row in wrong.fill_null(True).arg_true():
            broken.setdefault(row, (column, reason))

    refuse(~year.is_between(FIRST_TRANSFER, this_year), "year", f"expected a year from {FIRST_TRANSFER} to {this_year}")
    refuse(~tiv.is_between(0, MAX_TIV), "tiv", f"expected a number from 0 to {MAX_TIV:,.0f}")
    for column in ("supplier", "recipient"):
        refuse(~raw[column].str.strip_chars().str.len_chars().is_between(1, MAX_NAME), column, "expected a name")
    key = raw.select("supplier", "recipient", "year")
    refuse(key.is_duplicated() & ~key.with_columns(_i=pl.struct(pl.all()).is_first_distinct())["_i"], "year", "before")
    for row, (column, reason) in sorted(broken.items()):
        ledger.leave_out(Remark(raw[LINE][row], column, raw[column][row] or "", reason))
    good = pl.Series([row not in broken for row in range(raw.height)], dtype=pl.Boolean)
    kept = raw.with_columns(year=year, tiv=tiv).filter(good)
    kept = kept.with_columns(pl.col("supplier", "recipient").str.strip_chars())
    rows = [
        (supplier, state_of(supplier, when), recipient, state_of(recipient, when), when, volume)
        for supplier, recipient, when, volume in kept.select("supplier", "recipient", "year", "tiv").iter_rows()
    ]
    schema = {name: kind for name, kind in SCHEMAS["sipri_transfers"].items() if name != "release"}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    groups = frame.filter(pl.col("iso3").is_null())["recipient"].n_unique()
    if groups:
        ledger.note(f"{groups:,} recipients are armed groups, organisations or not known: kept without a country")
    ledger.note("TIV measures the volume of arms delivered, not money; 0 means less than 0.5 million")
    return frame, ledger


def _parsed(path: Path, kind: str, told: str, frame: pl.DataFrame, ledger: Ledger, *, published: date | None) -> Parsed:
    if ledger.rows_set_aside > max(_FEW, _MOST_SET_ASIDE * ledger.rows_read):
        first = min(ledger.set_aside, key=lambda remark: remark.line)
        raise SourceError(
            f"{path.name}: {ledger.rows_set_aside:,} of {ledger.rows_read:,} figures do not fit "
            f"({printable(str(first))}): the file is damaged or its format is new; download it again"
        )
    least, most = header()["datasets"][kind]["rows"]
    complete = least <= ledger.rows_read <= most
    if not complete:
        ledger.note(f"{ledger.rows_read:,} rows, where a whole release has {least:,} to {most:,}: an extract")
    ledger.note("SIPRI's data may not be used commercially: what is made from them comes under the same terms")
    first_year, last_year = cast(int, frame["year"].min()), cast(int, frame["year"].max())
    return Parsed(
        kind=kind,
        release=told,
        status="final",
        table=header()["datasets"][kind]["table"],
        frame=frame,
        report=ledger.report(frame.height),
        published=published,
        first_month=month_id(first_year, 1),
        last_month=month_id(last_year, 12),
        complete=complete,
        source="sipri",
    )
