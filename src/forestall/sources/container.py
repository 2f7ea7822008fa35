"""Opening files that came from outside: plain, gzip or zip, with every size bounded and nothing written to disk.

Whatever the name says, the first bytes decide what a file is. Archives are inflated in pieces while they are read, so
that a file that grows without end is refused as soon as it passes the bound, whatever size its headers claim.
"""

import gzip
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol

from forestall.errors import SourceError

MAX_BYTES = 4 << 30
"""The largest table read, inflated. The whole GED 25.1 is about 0.3 GB."""
MAX_WORKBOOK_BYTES = 256 << 20
MAX_RATIO = 200
"""Inflated over packed. Event files pack about 8:1, the tightest real one 40:1; deflate can reach 1032:1."""
FREE_BYTES = 16 << 20
"""Below this size the ratio does not matter: a small file of zeros harms nobody."""
MAX_ENTRIES = 1000
_TABLES = (".csv", ".tsv", ".xlsx")
_ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".rar", ".zst")


@dataclass(frozen=True, slots=True)
class Opened:
    """A file ready to read. name: the innermost file name; form: "text" or "workbook"; stream: the inflated bytes."""

    name: str
    form: str
    stream: "Readable"


_DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, ValueError, RuntimeError, struct.error)
"""What the standard library raises on archives that are broken or packed in ways it does not read."""


def _damaged(what: str, error: Exception) -> SourceError:
    if isinstance(error, NotImplementedError):
        return SourceError(f"{what}: packed in a way that is not read here ({error}): unpack it first")
    return SourceError(f"{what}: the archive is damaged ({error}): download it again")


class Readable(Protocol):
    """Anything that gives bytes when asked."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes, b"" at the end."""
        ...


class _Bounded:
    """A stream that refuses to give more bytes than agreed, and turns damage in the archive into one clear line."""

    def __init__(self, inner: Readable, what: str, packed: int | None, most: int) -> None:
        self._inner, self._what, self._packed, self._most, self._given = inner, what, packed, most, 0

    def read(self, size: int = -1, /) -> bytes:
        room = self._most - self._given + 1
        try:
            data = self._inner.read(room if size < 0 else min(size, room))
        except EOFError:
            raise SourceError(f"{self._what}: the archive ends too early: download it again") from None
        except _DAMAGE as error:
            if self._packed is None:
                raise  # a plain file that the disk will not give
            raise _damaged(self._what, error) from None
        self._given += len(data)
        if self._given > self._most:
            raise SourceError(
                f"{self._what}: {'is larger than' if self._packed is None else 'grows past'} {self._most >> 20:,} MB, "
                "more than any release has: not read, as a possible archive bomb"
            )
        if self._packed is not None and self._given > FREE_BYTES and self._given > MAX_RATIO * max(self._packed, 1):
            raise SourceError(
                f"{self._what}: grows to more than {MAX_RATIO} times its packed size: "
                "not read, as a possible archive bomb"
            )
        return data


def printable(text: str) -> str:
    """A name from outside as one short line that a terminal shows as it is: no line ends, no control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:80]


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a table for reading, inside a zip or gzip if need be.

    Raises SourceError, in one line, if the path is not a regular file, is empty, is of a kind not read here, or is an
    archive that is damaged, encrypted, hostile (traversal, links, nesting, a bomb) or does not hold exactly one table.
    """
    if not path.exists():
        raise SourceError(f"{path}: no such file")
    if not path.is_file():
        raise SourceError(f"{path}: not a regular file; give a CSV, its .gz or .zip, or an .xlsx")
    size = path.stat().st_size
    with path.open("rb") as file:
        magic = file.read(8)
        file.seek(0)
        if size == 0:
            raise SourceError(f"{path.name}: the file is empty: download it again")
        if magic.startswith(b"\x1f\x8b"):
            inner = path.name.removesuffix(".gz")
            stream = gzip.GzipFile(fileobj=file)
            yield Opened(inner, "text", _Bounded(stream, path.name, size, MAX_BYTES))
        elif magic.startswith(b"PK\x03\x04") or magic.startswith(b"PK\x05\x06"):
            yield from _from_zip(file, path, size)
        else:
            _refuse_other_kinds(magic, path.name)
            yield Opened(path.name, "text", _Bounded(file, path.name, None, MAX_BYTES))


def _refuse_other_kinds(magic: bytes, name: str) -> None:
    kinds = {
        b"\xd0\xcf\x11\xe0": "an old Excel (.xls) or protected workbook: save it as CSV or .xlsx",
        b"PAR1": "a Parquet file: give the publisher's CSV",
        b"BZh": "packed with bzip2: unpack it first",
        b"\xfd7zXZ": "packed with xz: unpack it first",
        b"7z\xbc\xaf": "a 7-zip archive: unpack it first",
        b"Rar!": "a RAR archive: unpack it first",
        b"%PDF": "a PDF document: give the data file, not the codebook",
        b"RDX": "an R data file: give the publisher's CSV",
    }
    for start, what in kinds.items():
        if magic.startswith(start):
            raise SourceError(f"{name}: this is {what}")


def _from_zip(file: BinaryIO, path: Path, size: int) -> Iterator[Opened]:
    try:
        archive = zipfile.ZipFile(file)
    except _DAMAGE as error:
        raise _damaged(path.name, error) from None
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise SourceError(f"{path.name}: {len(entries):,} entries in the archive, expected one table: refused")
    if any(e.filename == "xl/workbook.xml" for e in entries):
        _measure_workbook(archive, path.name)
        file.seek(0)
        yield Opened(path.name, "workbook", file)
        return
    entry = _only_table(entries, path.name)
    name = printable(PurePosixPath(entry.filename).name)
    what = f"{path.name} ({name})"
    if entry.file_size > MAX_BYTES:
        # It says so itself; an entry that lies about its size is caught while it grows.
        raise SourceError(
            f"{what}: is {entry.file_size >> 20:,} MB unpacked, more than any release has: "
            "not read, as a possible archive bomb"
        )
    with _part(archive, entry, what) as inner:
        if not entry.filename.lower().endswith(".xlsx"):
            yield Opened(name, "text", _Bounded(inner, what, size, MAX_BYTES))
            return
        data = io.BytesIO(_Bounded(inner, what, size, MAX_WORKBOOK_BYTES).read())
    try:
        workbook = zipfile.ZipFile(data)
    except _DAMAGE as error:
        raise _damaged(what, error) from None
    _measure_workbook(workbook, what)
    data.seek(0)
    yield Opened(name, "workbook", data)


@contextmanager
def _part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, what: str) -> Iterator[Readable]:
    try:
        stream = archive.open(entry)
    except _DAMAGE as error:
        raise _damaged(what, error) from None
    with stream:
        yield stream


def _only_table(entries: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    """The one table of an archive. Nothing is ever unpacked to disk, but an archive that tries is not to be trusted."""
    for entry in entries:
        shown = entry.filename.replace("\\", "/")
        parts = PurePosixPath(shown).parts
        if ".." in parts or shown.startswith("/") or ":" in (parts[0] if parts else ""):
            raise SourceError(f"{name}: holds the entry {entry.filename!r}, which points outside the archive: refused")
        if stat.S_ISLNK(entry.external_attr >> 16):
            raise SourceError(f"{name}: holds the link {entry.filename!r}: refused; pack the file itself")
    files = [e for e in entries if not e.is_dir() and not e.filename.startswith("__MACOSX/")]
    nested = [e.filename for e in files if e.filename.lower().endswith(_ARCHIVES)]
    if nested:
        raise SourceError(f"{name}: holds another archive, {nested[0]!r}: unpack it and give the CSV inside")
    tables = [e for e in files if e.filename.lower().endswith(_TABLES)]
    if not tables:
        raise SourceError(f"{name}: holds no CSV or .xlsx among {len(files)} files: is this the right download?")
    if len(tables) > 1:
        names = ", ".join(repr(e.filename) for e in tables[:5]) + (" ..." if len(tables) > 5 else "")
        raise SourceError(f"{name}: holds {len(tables)} tables ({names}): give one of them at a time")
    if tables[0].flag_bits & 0x1:
        raise SourceError(f"{name}: {tables[0].filename!r} is encrypted: give an archive without a password")
    return tables[0]


def _measure_workbook(archive: zipfile.ZipFile, name: str) -> None:
    """Inflate every part of a workbook once, counting: the reader behind has no bound of its own."""
    total = 0
    packed = 0
    for entry in archive.infolist():
        packed += entry.compress_size
        if entry.flag_bits & 0x1:
            raise SourceError(f"{name}: the workbook is protected by a password: save it without one")
        with _part(archive, entry, name) as part:
            bounded = _Bounded(part, name, packed, MAX_WORKBOOK_BYTES - total)
            while piece := bounded.read(1 << 20):
                total += len(piece)
                if total > FREE_BYTES and total > MAX_RATIO * max(packed, 1):
                    raise SourceError(
                        f"{name}: grows to more than {MAX_RATIO} times its packed size: "
                        "not read, as a possible archive bomb"
                    )
