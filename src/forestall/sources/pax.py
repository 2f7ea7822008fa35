"""The PA-X Peace Agreements Database, as a file that the user has the right to use: CSV of version 6, also gzipped.

Bell and Badanjak (2019), doi:10.1177/0022343318819123. Its terms exclude commercial use, so nothing of it is embedded;
publisher, citation and terms stand in `pax.yml`. One row an agreement; provisions keep PA-X's codes, 0 (not mentioned)
to 3 (in detail).
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, cast

import polars as pl

from forestall.errors import SourceError, UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.ids.months import month_of
from forestall.sources.container import opened, printable
from forestall.sources.report import Ledger, Remark
from forestall.sources.tabular import LINE, Table, read_header
from forestall.sources.ucdp import Parsed
from forestall.sources.ucdp_values import dates, integers
from forestall.store.packaged import read_yaml
from forestall.store.schemas import PAX_PROVISIONS, SCHEMAS

KIND = "pax"
TABLE = "pax_agreements"
MAX_TEXT = 100_000
"""Characters of one field; the longest third-party field of version 6 has 3,100."""
STAGES = ("Pre", "SubPar", "SubComp", "Imp", "Ren", "Cea", "Oth")
"""Before talks, partial and comprehensive substance, implementation, renewal, ceasefire, other."""
_MOST_SET_ASIDE = 0.1
_FEW = 20
_TEXTS = {
    "name": "Agt",
    "pax_countries": "Con",
    "pax_process": "PPName",
    "pax_stage": "Stage",
    "pax_type": "Agtp",
    "third_parties": "ThrdPart",
}
_NUMBERS = {"pax_id": "AgtId", "pax_process_id": "PP", "agreement_id": "UcdpAgr"}
_OTHERS = ("Dat", "Loc1ISO", "Loc2ISO", "Loc1GWNO", "Loc2GWNO", "UcdpCon")
COLUMNS = (*_TEXTS.values(), *_NUMBERS.values(), *_OTHERS, *PAX_PROVISIONS)
"""The columns that are read. The others of the file are left alone."""
_BLANK = ("", "na", "n/a", "null", "none")
_NAMED = re.compile(r"pax-(\d{1,2})")
_FILE = re.compile(r"pax.*?[_-]v(?:ersion)?[_-]?(\d{1,2})(?!\d)")


@cache
def header() -> dict[str, Any]:
    """What `pax.yml` says: publisher, terms of use, citation and row counts."""
    return cast(dict[str, Any], read_yaml("forestall.sources", "pax.yml"))


def fits(path: Path) -> bool:
    """Whether a file looks like PA-X by its columns. Reads its header only; a file that cannot be read does not fit."""
    try:
        with opened(path) as file:
            if file.form == "workbook":
                return False
            columns = read_header(file.name, file.stream).columns
    except (SourceError, OSError):
        return False
    return {"AgtId", "ThrdPart"} <= set(columns) or len(set(COLUMNS) & set(columns)) > len(COLUMNS) // 2


def named(release: str) -> str | None:
    """The name of a release of PA-X as a user writes it ("pax-6"), None if it is none."""
    text = release.strip().lower()
    return text if _NAMED.fullmatch(text) else None


def parse_file(
    path: Path, *, release: str | None = None, published: date | None = None, today: date | None = None
) -> Parsed:
    """Read a PA-X file. release: "pax-6", where the file name does not tell the version.

    Raises SourceError, in one line, for a file that lacks columns or whose version cannot be told, UsageError for a
    `release` that is none of PA-X's. Single bad records are set aside and stand in `report`.
    """
    today = today or date.today()
    if release is not None and named(release) is None:
        raise UsageError(f"release {release[:60]!r} is not one of PA-X, which this file is: write for example pax-6")
    with opened(path) as file:
        table = read_header(file.name, file.stream)
        lacking = [column for column in COLUMNS if column not in table.columns]
        if lacking:
            raise SourceError(
                f"{path.name}: looks like PA-X but lacks the columns {', '.join(lacking[:8])}: give the whole file of "
                "version 6 or later as PA-X publishes it"
            )
        told = named(release) if release else _of_file(path.name)
        if told is None:
            raise SourceError(
                f"{path.name}: the name does not tell the version of PA-X: say so, for example --release pax-6"
            )
        raw, ledger = _rows(table)
    frame = _agreements(raw, ledger, path.name, today).with_columns(release=pl.lit(told))
    return _parsed(path, told, frame, ledger, published)


def _of_file(name: str) -> str | None:
    found = _FILE.search(name.lower())
    return f"pax-{int(found[1])}" if found else None


def _rows(table: Table) -> tuple[pl.DataFrame, Ledger]:
    ledger = Ledger(notes=list(table.notes))
    frames = []
    for block in table.blocks(COLUMNS, lambda one: one):
        ledger.take(block.ledger)
        frames.append(block.frame)
    table.check_end(ledger)
    if not frames:
        return pl.DataFrame(schema={**dict.fromkeys(COLUMNS, pl.String), LINE: pl.Int64}), ledger
    return pl.concat(frames), ledger


def _agreements(raw: pl.DataFrame, ledger: Ledger, name: str, today: date) -> pl.DataFrame:
    """The rows of the table that break no rule; the others go to the ledger."""
    text = {column: _stripped(raw[column]) for column in COLUMNS}
    # Names are printed: no line ends, nothing that a terminal obeys. Third parties are told apart by line ends.
    text |= {
        column: text[column].str.replace_all(r"\p{Cc}+", " ") for column in _TEXTS.values() if column != "ThrdPart"
    }
    days = dates(text["Dat"].fill_null(""), f"{name}: Dat")
    numbers = {ours: integers(text[theirs].fill_null("")) for ours, theirs in _NUMBERS.items()}
    provisions = {code: integers(text[code].fill_null("")) for code in PAX_PROVISIONS}
    broken: dict[int, tuple[str, str]] = {}

    def refuse(wrong: pl.Series, column: str, reason: str) -> None:
        for row in wrong.fill_null(True).arg_true():
            broken.setdefault(row, (column, reason))

    refuse(~numbers["pax_id"].is_between(1, 10**6), "AgtId", "expected a whole number")
    refuse(~numbers["pax_process_id"].is_between(0, 10**6), "PP", "expected a whole number")
    refuse(days.is_null(), "Dat", "expected a date, YYYY-MM-DD")
    refuse(days > today, "Dat", f"in the future (today is {today})")
    refuse(days < date(1900, 1, 1), "Dat", "before 1900")
    refuse(~text["Stage"].is_in(STAGES), "Stage", f"expected one of {', '.join(STAGES)}")
    for code, series in provisions.items():
        refuse(~series.is_between(0, 3), code, "expected 0, 1, 2 or 3")
    for column in (*_TEXTS.values(), *_OTHERS):
        refuse(text[column].fill_null("").str.len_chars() > MAX_TEXT, column, f"longer than {MAX_TEXT:,} characters")
    refuse(raw["AgtId"].is_duplicated() & ~raw["AgtId"].is_first_distinct(), "AgtId", "an agreement that stands before")
    for row, (column, reason) in sorted(broken.items()):
        ledger.leave_out(Remark(raw[LINE][row], column, raw[column][row] or "", reason))
    good = [row for row in range(raw.height) if row not in broken]
    columns: dict[str, pl.Series] = {ours: text[theirs] for ours, theirs in _TEXTS.items()}
    columns |= numbers
    columns |= {"agreed_on": days, "conflict_ids": _numbers(text["UcdpCon"])}
    columns |= {"gw_ids": _joined(zip(text["Loc1GWNO"], text["Loc2GWNO"], strict=True))}
    columns |= {PAX_PROVISIONS[code]: series for code, series in provisions.items()}
    frame = pl.DataFrame(columns)[good]
    told = pl.DataFrame([text["Con"], text["Loc1ISO"], text["Loc2ISO"], days])[good]
    where = [";".join(_iso3((con or "", one or "", two or ""), day)) or None for con, one, two, day in told.iter_rows()]
    frame = frame.with_columns(iso3=pl.Series(where, dtype=pl.String), release=pl.lit(""))
    return frame.select(pl.col(column).cast(kind, strict=False) for column, kind in SCHEMAS[TABLE].items())


def _stripped(column: pl.Series) -> pl.Series:
    stripped = column.str.strip_chars()
    blank = stripped.str.to_lowercase().is_in(_BLANK).fill_null(True)
    return stripped.zip_with(~blank, pl.Series([None], dtype=pl.String))


def _numbers(column: pl.Series) -> pl.Series:
    """Lists of numbers, separated by ; ("333"), null where there is none."""
    return _joined([re.findall(r"\d{1,9}", value or "")] for value in column)


def _joined(rows: Iterable[Iterable[object]]) -> pl.Series:
    flat = (
        [str(one) for value in row for one in (value if isinstance(value, list) else [value]) if one] for row in rows
    )
    return pl.Series([";".join(dict.fromkeys(row)) or None for row in flat], dtype=pl.String)


def _iso3(told: tuple[str, str, str], day: date) -> list[str]:
    """The codes of the countries of an agreement: those its text of countries names, then PA-X's two codes.

    What is no country (a region, "Inter-group") is left out.
    """
    con, *codes = told
    names = [part.strip() for part in re.split(r"[/()]", con)]
    found: dict[str, None] = {}
    for name in (*names, *codes):
        if name and name.lower() != "former":
            code = _series(name[:80], day)
            if code:
                found[code] = None
    return list(found)


def _series(name: str, day: date) -> str | None:
    for on in (max(day, countries.FIRST_DAY), None):
        try:
            return countries.resolve(name, on).series_iso3 or None
        except UnknownCountryError:
            continue
    return None


def _parsed(path: Path, told: str, frame: pl.DataFrame, ledger: Ledger, published: date | None) -> Parsed:
    if ledger.rows_set_aside > max(_FEW, _MOST_SET_ASIDE * ledger.rows_read):
        first = min(ledger.set_aside, key=lambda remark: remark.line)
        raise SourceError(
            f"{path.name}: {ledger.rows_set_aside:,} of {ledger.rows_read:,} rows do not fit "
            f"({printable(str(first))}): the file is damaged or its format is new; download it again"
        )
    if frame.is_empty():
        raise SourceError(f"{path.name}: no usable row: download it again")
    least, most = header()["datasets"][KIND]["rows"]
    complete = least <= ledger.rows_read <= most
    if not complete:
        ledger.note(f"{ledger.rows_read:,} rows, where a whole release has {least:,} to {most:,}: an extract")
    ledger.note("PA-X may not be used commercially: what is made from this table comes under the same terms")
    last = frame["agreed_on"].max()
    return Parsed(
        kind=KIND,
        release=told,
        status="final",
        table=TABLE,
        frame=frame,
        report=ledger.report(frame.height),
        published=published,
        first_month=month_of(date(1990, 1, 1)),
        last_month=month_of(last) if isinstance(last, date) else None,
        complete=complete,
        source=KIND,
    )
