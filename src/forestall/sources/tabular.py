"""Reading delimited text strictly and fast: fields counted in every record, line numbers kept, only wanted columns
parsed.

A file is cut into blocks where a record ends (a newline outside quotation marks), so memory stays at a few blocks
however long the file is. For each block the fields of every record are counted (numpy), records with a wrong count are
set aside with their line, and the rest is parsed (polars) for the wanted columns alone, all as text: turning text into
numbers and dates is the business of whoever knows the format. Two blocks are worked on at a time, while the next is
inflated.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import SourceError
from forestall.sources.container import Readable, printable
from forestall.sources.report import MAX_DETAILS, Ledger, Remark

LINE = "_line"
"""Name of the column with the line a record starts on, counted as an editor does: 1 is the header."""
BLOCK = 8 << 20
MAX_RECORD = 64 << 20
"""A record longer than this is a quotation mark that never closes. The longest real one is about 60 kB."""
_MAX_HEADER = 1 << 20
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}
_WORKERS = 2
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Block:
    """Part of a table. frame: the wanted columns as text ("" where empty) and `_line`; ledger: what was set aside."""

    frame: pl.DataFrame
    ledger: Ledger


@dataclass(slots=True)
class Table:
    """A delimited text file whose header has been read. columns: names, stripped; separator: one character."""

    name: str
    columns: tuple[str, ...]
    separator: str
    notes: list[str]
    _stream: Readable
    _rest: bytes
    _line: int
    open_end: int = field(default=0)
    """After reading: the line of the last record if the file does not end with a newline, else 0."""

    def blocks(self, wanted: tuple[str, ...], work: Callable[[Block], Result]) -> Iterator[Result]:
        """Read the records, hand each block's wanted columns to `work` (in a thread), and yield what it returns, in
        order.

        Raises SourceError if the file ends inside a record or its quotation marks do not pair up.
        """
        places = {name: self.columns.index(name) for name in wanted}

        def run(piece: bytes, line: int) -> Result:
            return work(_block(piece, line, self, places))

        with ThreadPoolExecutor(_WORKERS) as pool:
            waiting: deque[Future[Result]] = deque()
            try:
                for piece, line in self._pieces():
                    waiting.append(pool.submit(run, piece, line))
                    if len(waiting) > _WORKERS:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def _pieces(self) -> Iterator[tuple[bytes, int]]:
        """The bytes after the header in pieces that end where a record ends, each with the line it starts on."""
        held, line = self._rest, self._line
        while True:
            read = self._stream.read(BLOCK)
            if b"\0" in read:
                raise SourceError(f"{self.name}: holds zero bytes, so it is not a text table: download it again")
            held += read
            if not read:
                break
            end = _last_record_end(held)
            if end == 0 and len(held) > MAX_RECORD:
                raise SourceError(
                    f"{self.name}: from line {line} on quotation marks do not pair up: the file is damaged, "
                    "download it again"
                )
            if end:
                piece, held = held[:end], held[end:]
                yield piece, line
                line += piece.count(b"\n")
        if not held.strip():
            return
        if held.count(b'"') % 2:
            raise self._cut(line + _lines_before_last_record(held))
        if not held.endswith(b"\n"):
            starts, _, fields = _records(held + b"\n", ord(self.separator))
            self.open_end = line + held.count(b"\n", 0, int(starts[-1]))
            if fields[-1] < len(self.columns):
                raise self._cut(self.open_end)
            held += b"\n"
        yield held, line

    def _cut(self, line: int) -> SourceError:
        return SourceError(f"{self.name}: the file ends in the middle of line {line}: download it again")

    def check_end(self, ledger: Ledger) -> None:
        """A last record without a newline that also fails its checks was cut inside a value: raises SourceError."""
        if self.open_end and any(remark.line == self.open_end for remark in ledger.set_aside):
            raise self._cut(self.open_end)


def read_header(name: str, stream: Readable) -> Table:
    """Read the header of a delimited text file: byte order mark, separator, column names.

    Raises SourceError for a web page, an empty or binary file, UTF-16, and a header that names a column twice.
    """
    first = stream.read(_MAX_HEADER)
    for mark, encoding in ((codecs.BOM_UTF16_LE, "UTF-16"), (codecs.BOM_UTF16_BE, "UTF-16")):
        if first.startswith(mark):
            raise SourceError(f"{name}: is in {encoding}: save it as CSV in UTF-8")
    first = first.removeprefix(codecs.BOM_UTF8)
    start = first[:2000].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml", b"<!--", b"<body", b"<script")):
        raise SourceError(
            f"{name}: this is a web page, not a table (probably a login or error page): download it again"
        )
    if start.startswith((b"{", b"[{")):
        raise SourceError(f"{name}: this is JSON, not a CSV table: give the publisher's CSV")
    if not start:
        raise SourceError(f"{name}: the file is empty: download it again")
    if b"\0" in first:
        raise SourceError(f"{name}: holds zero bytes, so it is not a text table: download it again")
    lead = len(first) - len(first.lstrip(b"\r\n"))
    line = 1 + first.count(b"\n", 0, lead)  # empty lines may stand before the header
    first = first[lead:]
    if b"\n" not in first:
        ends = (
            "old line ends (CR alone): save it as CSV in UTF-8" if b"\r" in first else "no line end: download it again"
        )
        raise SourceError(f"{name}: one line with {ends}, or no rows at all")
    end = _first_record_end(first)
    text = first[:end].decode("utf-8", "replace").rstrip("\r\n")
    try:
        headers = {s: next(csv.reader(io.StringIO(text, newline=""), delimiter=s)) for s in _SEPARATORS}
    except csv.Error as error:
        raise SourceError(f"{name}: the header cannot be read ({error}): download it again") from None
    separator = max(headers, key=lambda s: len(headers[s]))
    columns = tuple(printable(cell) for cell in headers[separator])
    twice = sorted({c for c in columns if c and columns.count(c) > 1})
    if twice:
        raise SourceError(f"{name}: the header names {', '.join(twice)} twice: each column must stand once")
    notes = (
        [] if separator == "," else [f"fields are separated by {_SEPARATORS[separator]}s instead of commas: read so"]
    )
    return Table(name, columns, separator, notes, stream, first[end:], line + first[:end].count(b"\n"))


def _first_record_end(data: bytes) -> int:
    end = data.find(b"\n") + 1
    while data.count(b'"', 0, end) % 2:
        following = data.find(b"\n", end) + 1
        if not following:
            break
        end = following
    return end


def _last_record_end(data: bytes) -> int:
    """Where the last whole record ends: after the last newline with an even number of quotes before it; 0 if none."""
    end = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, end)
    while end and quotes % 2:
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', before, end)
        end = before
    return end


def _lines_before_last_record(data: bytes) -> int:
    return data.count(b"\n", 0, _last_record_end(data))


def _records(
    piece: bytes, separator: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Start, end (after its newline) and number of fields of each record of a piece that ends with a whole record."""
    data = np.frombuffer(piece, np.uint8)
    marks = data == separator
    marks |= data == 10
    if b'"' in piece:
        # A byte is inside quotation marks when an odd number of them stands before it; a doubled mark changes nothing.
        quotes = np.flatnonzero(data == 34)
        outside = np.ones(quotes.size + 1, dtype=np.bool_)
        outside[1::2] = False
        marks &= np.repeat(outside, np.diff(quotes, prepend=0, append=data.size))
    at = np.flatnonzero(marks)
    last = np.flatnonzero(data[at] == 10)
    ends = at[last] + 1
    return np.concatenate(([0], ends[:-1])), ends, np.diff(last, prepend=-1)


def _as_written(error: UnicodeError) -> tuple[str, int]:
    """Read bytes that are not UTF-8 as Windows-1252, what spreadsheets write in western Europe and the Americas."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    piece = error.object[error.start : error.end]
    return piece.decode("cp1252", "ignore") or piece.decode("latin-1"), error.end


codecs.register_error("forestall-cp1252", _as_written)


def _block(piece: bytes, line: int, table: Table, places: dict[str, int]) -> Block:
    ledger = Ledger()
    expected = len(table.columns)
    starts, ends, fields = _records(piece, ord(table.separator))
    newlines = np.flatnonzero(np.frombuffer(piece, np.uint8) == 10)
    lines = line + np.searchsorted(newlines, starts)
    good = fields == expected
    if not good.all():
        good |= _with_empty_tail(piece, ends, fields, expected, table.separator)
        data = np.frombuffer(piece, np.uint8)
        long = ends - starts
        blank = (long == 1) | ((long == 2) & (data[starts] == 13))
        bad = np.flatnonzero(~good & ~blank)
        for i in bad[:MAX_DETAILS]:
            reason = f"expected {expected} fields as in the header"
            ledger.leave_out(Remark(int(lines[i]), "record", f"{fields[i]} fields", reason))
        ledger.leave_out_more(max(0, bad.size - MAX_DETAILS))
        ledger.rows_read = int((~blank).sum())
        pieces = b"".join(piece[s:e] for s, e in zip(starts[good], ends[good], strict=True))
        lines = lines[good]
    else:
        ledger.rows_read = lines.size
        pieces = piece
    frame, failed = _parse(pieces, lines, table, places, ledger)
    return Block(frame.with_columns(pl.Series(LINE, np.delete(lines, failed), dtype=pl.Int64)), ledger)


def _with_empty_tail(
    piece: bytes, ends: npt.NDArray[np.int64], fields: npt.NDArray[np.int64], expected: int, separator: str
) -> npt.NDArray[np.bool_]:
    """Records with one empty field too many: some programs end every row, but not the header, with a separator.

    Only where most rows of the block are so; in a single row it is as likely a comma that lacks its quotation marks.
    """
    tails = (separator.encode() + b"\n", separator.encode() + b"\r\n")
    long: npt.NDArray[np.bool_] = np.equal(fields, expected + 1)
    if 2 * np.count_nonzero(long) <= long.size:
        return np.zeros_like(long)
    for i in np.flatnonzero(long):
        long[i] = piece[max(0, ends[i] - 3) : ends[i]].endswith(tails)
    return long


def _parse(
    piece: bytes, lines: npt.NDArray[np.int64], table: Table, places: dict[str, int], ledger: Ledger
) -> tuple[pl.DataFrame, list[int]]:
    """The wanted columns of well-formed records, and the positions of records that even so could not be read."""
    empty = pl.DataFrame(schema=dict.fromkeys(places, pl.String))
    if not lines.size:
        return empty, []
    # polars takes names in the order of the file, so they are given by place and put in the wanted order afterwards.
    schema = {f"column_{i}": pl.String for i in range(len(table.columns))}
    wanted = [pl.col(f"column_{i}").alias(name) for name, i in places.items()]
    for attempt in ("as it is", "decoded"):
        try:
            frame = pl.read_csv(
                piece,
                has_header=False,
                schema=schema,
                columns=sorted(set(places.values())),
                separator=table.separator,
                empty_string_is_null=False,
                extra_columns="ignore",
                truncate_ragged_lines=True,
            )
        except pl.exceptions.PolarsError:
            if attempt == "decoded" or _is_utf8(piece):
                break
            piece = _decoded(piece, lines, table, ledger)
            continue
        if frame.height == lines.size:
            return frame.select(wanted), []
        break
    return _parse_slowly(piece, lines, table, places, ledger)


def _is_utf8(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decoded(piece: bytes, lines: npt.NDArray[np.int64], table: Table, ledger: Ledger) -> bytes:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError as error:
        starts, _, _ = _records(piece, ord(table.separator))
        record = int(np.searchsorted(starts, error.start, side="right")) - 1
        ledger.remark(
            Remark(
                int(lines[record]),
                "record",
                repr(piece[error.start : error.end])[2:-1],
                "not UTF-8; read as Windows-1252",
            )
        )
        ledger.note("the file is not in UTF-8: its other bytes were read as Windows-1252; check the spelling of names")
    return piece.decode("utf-8", "forestall-cp1252").encode("utf-8")


def _parse_slowly(
    piece: bytes, lines: npt.NDArray[np.int64], table: Table, places: dict[str, int], ledger: Ledger
) -> tuple[pl.DataFrame, list[int]]:
    """Record by record with the csv module, when the fast reader stumbles: quotation marks in odd places."""
    starts, ends, _ = _records(piece, ord(table.separator))
    rows: list[list[str]] = []
    failed: list[int] = []
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        text = piece[start:end].decode("utf-8")
        try:
            cells = next(csv.reader(io.StringIO(text, newline=""), delimiter=table.separator, strict=True))
        except csv.Error as error:
            failed.append(i)
            ledger.leave_out(
                Remark(int(lines[i]), "record", text[:40].strip(), f"quotation marks out of place ({error})")
            )
            continue
        if len(cells) < len(table.columns):
            failed.append(i)
            ledger.leave_out(
                Remark(int(lines[i]), "record", f"{len(cells)} fields", f"expected {len(table.columns)} fields")
            )
            continue
        rows.append([cells[place] for place in places.values()])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(places, pl.String), orient="row")
    return frame, failed
