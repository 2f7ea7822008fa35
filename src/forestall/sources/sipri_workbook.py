"""The two sheets of SIPRI's military expenditure workbook that are read: constant US dollars and share of GDP.

A sheet has some lines of text, a row that begins with "Country" and names the years, and one row a country under
headings of regions. "..." (also ". .") is not known, "xxx" is a year in which there was no such state.
"""

import io
import re
import zipfile
from dataclasses import dataclass

import polars as pl

from forestall.errors import SourceError
from forestall.sources.container import Opened, Readable
from forestall.sources.report import Ledger, Remark

MAX_SHEET_BYTES = 64 << 20
"""Of one sheet, inflated; SIPRI's largest has about 1 MB."""
MAX_ROWS, MAX_COLUMNS = 5_000, 500
"""A reader of workbooks lays a sheet out in full, so one cell far out would fill the memory."""
FIRST_YEAR = 1949
MAX_SHARE = 5.0
"""Expenditure over GDP; Kuwait's of 1991 was above 1. More would mean per cent."""
MAX_USD = 10_000_000.0
_CONSTANT = re.compile(r"constant \((\d{4})\) us\$", re.IGNORECASE)
_SHARE = re.compile(r"share of gdp", re.IGNORECASE)
_NOT_KNOWN = frozenset({"...", ". .", "..", "…", ""})
_NO_STATE = "xxx"
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_PLACE = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]*)\s*(\d+)""")


@dataclass(frozen=True, slots=True)
class Cell:
    """A country in a year. usd_constant: US$ millions at prices and exchange rates of price_year; share_of_gdp: of 1;
    None where SIPRI has no figure. line: its row in the sheet of constant dollars, else of shares."""

    country: str
    year: int
    usd_constant: float | None
    share_of_gdp: float | None
    price_year: int
    line: int


def fits(stream: Readable) -> bool:
    """Whether the sheets of a workbook have the names of SIPRI's. Raises SourceError if its list cannot be read."""
    with _archive(stream.read(), "workbook") as archive:
        listed = archive.open("xl/workbook.xml").read(1 << 20).decode("utf-8", "replace")
    return bool(_CONSTANT.search(listed) and _SHARE.search(listed))


def cells(file: Opened, ledger: Ledger, this_year: int) -> list[Cell]:
    """Every country and year of the workbook in which there was a state. Raises SourceError if it is not SIPRI's."""
    import fastexcel

    content = file.stream.read()
    _refuse_wide(content, file.name)
    try:
        book = fastexcel.read_excel(content)
        names = {kind: _sheet(book.sheet_names, kind, file.name) for kind in (_CONSTANT, _SHARE)}
        sheets = {
            kind: pl.DataFrame(book.load_sheet(name, header_row=None, dtypes="string").to_polars())
            for kind, name in names.items()
        }
    except (fastexcel.FastExcelError, pl.exceptions.PolarsError) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise SourceError(f"{file.name}: the workbook cannot be read ({first}): download it again") from None
    told = _CONSTANT.search(names[_CONSTANT])
    price_year = int(told[1]) if told else 0
    usd = _figures(sheets[_CONSTANT], names[_CONSTANT], MAX_USD, ledger, this_year=this_year, file=file.name)
    share = _figures(sheets[_SHARE], names[_SHARE], MAX_SHARE, ledger, this_year=this_year, file=file.name)
    found = []
    for key in dict.fromkeys((*usd, *share)):
        (money, line), (part, other) = usd.get(key, (None, 0)), share.get(key, (None, 0))
        found.append(Cell(*key, money, part, price_year, line or other))
    ledger.rows_read += len(found)
    return found


def _sheet(names: list[str], kind: re.Pattern[str], file: str) -> str:
    fitting = [name for name in names if kind.fullmatch(name.strip())]
    if len(fitting) != 1:
        raise SourceError(
            f"{file}: expected one sheet each of constant US$ and share of GDP, as in SIPRI's workbook of military "
            "expenditure by country: give that workbook"
        )
    return fitting[0]


def _figures(
    sheet: pl.DataFrame, name: str, most: float, ledger: Ledger, *, this_year: int, file: str
) -> dict[tuple[str, int], tuple[float | None, int]]:
    """Country and year to the figure, None where not known, and its row. Years without a state are left out."""
    rows = list(sheet.iter_rows())
    start = next((i for i, row in enumerate(rows) if (row[0] or "").strip().lower() == "country"), None)
    if start is None:
        raise SourceError(f"{file}: sheet {name!r} has no row that begins with Country: download it again")
    years = {i: int(text) for i, cell in enumerate(rows[start]) if re.fullmatch(r"(19|20)\d\d", text := _text(cell))}
    if not years or len(set(years.values())) != len(years) or max(years.values()) > this_year:
        raise SourceError(f"{file}: sheet {name!r} names no years, one twice or one to come: download it again")
    found: dict[tuple[str, int], tuple[float | None, int]] = {}
    for number, row in enumerate(rows[start + 1 :], start + 2):
        country = _text(row[0])
        filled = {years[i]: _text(row[i]) for i in years if row[i] is not None}
        if not country or not any(filled.values()):
            continue  # a heading
        for year, text in filled.items():
            if text.lower() == _NO_STATE or year < FIRST_YEAR:
                continue
            value = None if text in _NOT_KNOWN else _number(text)
            if text not in _NOT_KNOWN and (value is None or not 0 <= value <= most):
                ledger.leave_out(Remark(number, f"{country[:60]} {year}", text, f"expected a figure up to {most:,.0f}"))
                value = None
            if (country, year) in found:
                raise SourceError(f"{file}: sheet {name!r} has two rows of {country[:60]!r}: download it again")
            found[country, year] = value, number
    return found


def _text(cell: str | None) -> str:
    return " ".join((cell or "").split())


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _archive(content: bytes, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise SourceError(f"{name}: the workbook cannot be read ({error}): download it again") from None


def _refuse_wide(content: bytes, name: str) -> None:
    """Stop at a sheet with a cell beyond the bounds, before a reader lays it out. The parts have been measured."""
    with _archive(content, name) as archive:
        for part in archive.infolist():
            text = archive.open(part).read(MAX_SHEET_BYTES + 1)
            if b"sheetData" not in text:
                continue
            if len(text) > MAX_SHEET_BYTES:
                raise SourceError(f"{name}: a sheet is larger than {MAX_SHEET_BYTES >> 20} MB: not read")
            placed = 0
            for found in _PLACE.finditer(text):
                placed += bool(found[1])
                if int(found[2][:9]) > MAX_ROWS or _column(found[1]) > MAX_COLUMNS:
                    place = (found[1] + found[2])[:20].decode("ascii", "replace")
                    raise SourceError(
                        f"{name}: a sheet reaches to {place}, expected at most {MAX_ROWS:,} rows and {MAX_COLUMNS} "
                        "columns: not read"
                    )
            if sum(1 for _ in _CELL.finditer(text)) > placed:
                raise SourceError(f"{name}: a sheet has cells without a place: save it again")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:8]:
        number = number * 26 + letter - ord("A") + 1
    return number
