"""Texts of resolutions that a user has: one file, or a folder of them, with the day each was adopted."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from forestall.council.mandates import load
from forestall.errors import UsageError

MAX_BYTES = 2 * 1024 * 1024
MAX_FILES = 5_000
INDEX = "index.csv"
_HEAD = 6_000
_BARE = 400
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAY = rf"(\d{{1,2}})\s+({_MONTHS})\s+(\d{{4}})"
_OPENING = re.compile(r"The\s+Security\s+Council\s*,", re.IGNORECASE)
# A heading stands at the start of a line: "Recalling its resolution 435 (1978) of 29 September 1978" is another text.
_NUMBERS = (
    re.compile(r"^[ \t]*(?:Resolution\s+|S/RES/)(\d{1,5})\s*\((\d{4})\)", re.IGNORECASE | re.MULTILINE),
    re.compile(r"^[ \t]*(\d{1,5})\s*\((\d{4})\)\.\s+Resolution\s+of\b", re.IGNORECASE | re.MULTILINE),
    re.compile(r"\bfull\s+text\s+of\s+resolution\s+(\d{1,5})\s*\((\d{4})\)", re.IGNORECASE),
)
_ADOPTED = (
    re.compile(
        rf"Adopted\s+by\s+the\s+Security\s+Council\s+at\s+its.{{1,60}}?\bon\s+{_DAY}", re.IGNORECASE | re.DOTALL
    ),
    re.compile(rf"^[ \t]*Resolution\s+\d+\s*\(\d{{4}}\)\s+of\s+{_DAY}", re.IGNORECASE | re.MULTILINE),
    re.compile(rf"^[ \t]*\d+\s*\(\d{{4}}\)\.\s+Resolution\s+of\s+{_DAY}", re.IGNORECASE | re.MULTILINE),
)


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one resolution. file: its name, for messages."""

    file: str
    symbol: str
    adopted: date
    text: str


def _heading(text: str) -> str:
    """What stands before the opening words; of a text without them, its first lines."""
    opening = _OPENING.search(text[:_HEAD])
    return text[:_BARE] if opening is None else text[: opening.start()]


def symbol_in(text: str) -> str | None:
    """S/RES/2719 (2023) from a heading "Resolution 2719 (2023)" or a line with the symbol; None where there is none."""
    head = _heading(text)
    found = next((match for form in _NUMBERS if (match := form.search(head)) is not None), None)
    return None if found is None else f"S/RES/{int(found.group(1))} ({found.group(2)})"


def adopted_in(text: str) -> date | None:
    """The day of adoption that the heading tells: "Adopted by the Security Council at its 9518th meeting, on
    21 December 2023", or "Resolution 642 (1989) of 29 September 1989". None where it tells none.
    """
    head = _heading(text)
    found = next((match for form in _ADOPTED if (match := form.search(head)) is not None), None)
    if found is None:
        return None
    try:
        return datetime.strptime(" ".join(found.groups()).title(), "%d %B %Y").date()
    except ValueError:  # 31 June
        return None


def one_text(path: Path, adopted: date | None = None, symbol: str | None = None) -> Text:
    """A file's text ("-": standard input), with the day and symbol given or else read from the text itself (the file's
    name for a symbol that is not told). Raises UsageError without a day of adoption, and as `mandates.load` does.
    """
    text = load(str(path))
    day = adopted if adopted is not None else adopted_in(text)
    if day is None:
        raise UsageError(
            f"{path.name!r} does not say when it was adopted; give --adopted YYYY-MM-DD, or in a folder a row of "
            f"{INDEX} with file, symbol and adopted"
        )
    return Text(path.name, symbol or symbol_in(text) or path.stem, day, text)


def folder(path: Path) -> tuple[Text, ...]:
    """The texts of a folder: those that its index.csv lists (file, symbol, adopted; the last two may be empty where
    the text tells them), or without an index every .txt file. In order of adoption, then symbol.

    Raises UsageError for a folder without texts, a row that does not fit, a text without a day, a symbol twice, and as
    `mandates.load` does.
    """
    if not path.is_dir():
        raise UsageError(f"--folder {str(path)!r} is not a folder; give one with texts of resolutions (.txt)")
    index = path / INDEX
    if index.exists():
        rows = _rows(index)
    else:
        names = sorted(p.name for p in path.glob("*.txt") if p.is_file())
        rows = [(name, None, None) for name in names]
    if not rows:
        raise UsageError(f"{str(path)!r} holds no .txt file; put the texts of resolutions there")
    if len(rows) > MAX_FILES:
        raise UsageError(f"{str(path)!r} holds {len(rows)} texts; at most {MAX_FILES} are read at once")
    missing = [name for name, _, _ in rows if not (path / name).is_file()]
    if missing:
        raise UsageError(f"{INDEX} lists {missing[0]!r}, which is not a file of {str(path)!r}; correct the row")
    found = [one_text(path / name, day, symbol) for name, symbol, day in rows]
    symbols: dict[str, str] = {}
    for one in found:
        if one.symbol in symbols:
            raise UsageError(f"{one.symbol} stands twice: in {symbols[one.symbol]!r} and {one.file!r}; keep one")
        symbols[one.symbol] = one.file
    return tuple(sorted(found, key=lambda one: (one.adopted, one.symbol)))


def read_csv(path: Path, needed: tuple[set[str], ...]) -> list[dict[str, str]]:
    """The rows of a small CSV file with a header, as texts without outer blanks.

    needed: sets of columns, of which the file must have one. Raises UsageError for a file that is missing, over 2 MiB,
    not UTF-8, not CSV, or without these columns.
    """
    if not path.is_file():
        raise UsageError(f"{str(path)!r} is not a file we can read; give a CSV file")
    with path.open("rb") as handle:
        content = handle.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise UsageError(
            f"{path.name!r} is over {MAX_BYTES // 2**20} MiB; give a CSV file with a row for each text or item"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path.name!r} is not UTF-8 text (byte {error.start}); save it as CSV in UTF-8") from None
    reader = csv.DictReader(io.StringIO(text.replace("\0", ""), newline=""))
    try:
        names = [str(name).strip() for name in reader.fieldnames or ()]
        if not any(columns <= set(names) for columns in needed):
            wanted = ", nor ".join(" and ".join(sorted(columns, reverse=True)) for columns in needed)
            raise UsageError(f"{path.name}: no column {wanted}; it has {', '.join(names) or 'none'}")
        reader.fieldnames = names
        return [{key: (value or "").strip() for key, value in row.items() if isinstance(key, str)} for row in reader]
    except csv.Error as error:
        raise UsageError(f"{path.name}: line {reader.line_num} is not CSV ({error})") from None


def _rows(index: Path) -> list[tuple[str, str | None, date | None]]:
    rows: list[tuple[str, str | None, date | None]] = []
    for number, row in enumerate(read_csv(index, ({"file"},)), 2):
        name = row["file"]
        if not name or name != Path(name).name or name.startswith("."):
            raise UsageError(f"{INDEX}, row {number}: {name[:60]!r} is not the name of a file in this folder")
        rows.append((name, row.get("symbol") or None, day_of(row.get("adopted", ""), f"{INDEX}, row {number}")))
    return rows


def day_of(text: str, where: str) -> date | None:
    """A day written YYYY-MM-DD; None for an empty text. Raises UsageError for any other text."""
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise UsageError(f"{where}: {text[:40]!r} is no day; expected YYYY-MM-DD") from None
