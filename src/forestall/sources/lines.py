"""Records one a line, fields between tabs, no quotation marks: read in blocks, fields counted in every record.

Such files (GDELT) are not CSV: a quotation mark is a letter like any other, so `tabular`, for which it opens a field
that may run over lines, would join records. Memory stays at one block however long the file is.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.errors import SourceError
from forestall.sources.container import Readable

BLOCK = 16 << 20
MAX_LINE = 1 << 20
"""A longer line is not a record of events: the longest known have about 3 kB."""
MOST_WRONG = 1000
_TAB, _NEWLINE = 9, 10
_PAGE = (b"<!doctype", b"<html", b"<head", b"<?xml", b"<body")


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines. data: bytes that end with a newline. line: the first line's number in the file, from 1.

    open_line: the number of the last line if the file ends without a newline, so that it may have been cut, else 0.
    """

    data: bytes
    line: int
    open_line: int = 0


def pieces(name: str, stream: Readable, block: int = BLOCK) -> Iterator[Piece]:
    """The lines of a stream in pieces of about `block` bytes; line ends of Windows become plain ones.

    Raises SourceError for a web page, zero bytes, or a line that does not end.
    """
    held, line = b"", 1
    while read := stream.read(block):
        if line == 1 and not held and read[:200].lstrip().lower().startswith(_PAGE):
            raise SourceError(f"{name}: this is a web page, not a table of events: download it again")
        if b"\0" in read:
            raise SourceError(f"{name}: holds zero bytes, so it is not a text table: download it again")
        end = read.rfind(b"\n") + 1
        if not end:
            held += read
            if len(held) > MAX_LINE:
                raise SourceError(f"{name}: line {line} is longer than {MAX_LINE:,} bytes: download it again")
            continue
        data, held = held + read[:end], read[end:]
        yield Piece(_plain(data), line)
        line += data.count(b"\n")
    if held.strip():
        yield Piece(_plain(held + b"\n"), line, open_line=line)


def _plain(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n") if b"\r" in data else data


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of a piece that have the right number of fields, and the others.

    data: the lines of the good ones. lines: their line numbers. wrong: line and number of fields of the others, the
    first `MOST_WRONG` of them; more_wrong: how many others there are beside. Empty lines are no records.
    """

    data: bytes
    lines: npt.NDArray[np.int64]
    wrong: tuple[tuple[int, int], ...] = ()
    more_wrong: int = 0


def records(piece: Piece, fields: int) -> Records:
    """Part the lines of a piece by their number of fields."""
    data = np.frombuffer(piece.data, np.uint8)
    ends = np.flatnonzero(data == _NEWLINE) + 1
    tabs = np.searchsorted(np.flatnonzero(data == _TAB), ends)
    found = np.diff(tabs, prepend=0) + 1
    numbers = piece.line + np.arange(ends.size, dtype=np.int64)
    good = found == fields
    if good.all():
        return Records(piece.data, numbers)
    starts = np.concatenate(([0], ends[:-1]))
    bad = np.flatnonzero(~good & (ends - starts > 1))
    wrong = tuple((int(numbers[i]), int(found[i])) for i in bad[:MOST_WRONG])
    kept = data[np.repeat(good, ends - starts)].tobytes()
    return Records(kept, numbers[good], wrong, bad.size - len(wrong))
