"""How a stream lies on disk: part files of Parquet by year and month, and the records that say which of them count.

    STREAMS/gdelt-1/year=2013/month=04/0123456789abcdef-000.parquet
    STREAMS/gdelt-1/records/20130401.export-0123456789abcdef.json

Parts are named by the content of the file they were read from. A record is written last, by one rename: until then a
file's parts count for nothing, so a run that stops half-way, by a full disk or a kill, leaves a stream that is whole.
"""

import io
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from forestall.errors import StoreError
from forestall.ids.months import year_of
from forestall.sources.stream_rows import Tally, conform
from forestall.store import files

LAYOUT = 1
"""Raised when rows or their order change: parts of another layout are made anew when their file is added again."""
RECORDS = "records"
_ROW_GROUP = 1 << 17


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Strict):
    """A part file. path: below the stream's folder, with forward slashes."""

    path: str
    month_id: int
    rows: int
    bytes: int
    sha256: str


class Source(_Strict):
    """A publisher's file that was read. sha256: of its inflated content. The rest: see `Tally`."""

    name: str
    release: str | None
    sha256: str
    rows_read: int
    rows_kept: int
    set_aside: dict[str, int]
    places: dict[str, int]
    countries: dict[str, int]
    unknown_codes: dict[str, int]

    def tally(self) -> Tally:
        """The counts, without remarks."""
        return Tally(
            self.rows_read,
            self.rows_kept,
            Counter(self.set_aside),
            Counter(self.places),
            Counter(self.countries),
            Counter(self.unknown_codes),
        )


class Record(_Strict):
    """What one step brought into the stream: a file's parts, or the merged parts of many files.

    replaces: names of the records that this one stands for; those and their parts count no more.
    """

    layout: Literal[1] = 1
    kind: str
    sources: tuple[Source, ...]
    parts: tuple[Part, ...]
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream's folder, which need not exist. kind: what its files are, such as "gdelt-1"."""

    root: Path
    kind: str

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.root / self.kind

    def records(self) -> dict[str, Record]:
        """The records that count, by name. Raises StoreError, naming the file, if one cannot be read."""
        found = {path.stem: self.record(path) for path in sorted((self.folder / RECORDS).glob("*.json"))}
        gone = {name for record in found.values() for name in record.replaces}
        return {name: record for name, record in found.items() if name not in gone}

    def record(self, path: Path) -> Record:
        """One record. Raises StoreError, naming the file, if it is damaged or of another stream."""
        try:
            record = Record.model_validate_json(path.read_bytes())
        except (OSError, ValidationError) as error:
            raise StoreError(f"{path}: this record cannot be read ({_first_line(error)}); add its file again") from None
        if record.kind != self.kind:
            raise StoreError(f"{path}: is of the stream {record.kind}, not {self.kind}: it was moved here by hand")
        return record

    def parts(self, first: int | None = None, last: int | None = None) -> list[Part]:
        """The parts that count, by month and path. first, last: month_id, both included; None: no bound."""
        held = [part for record in self.records().values() for part in record.parts]
        within = [p for p in held if (first is None or p.month_id >= first) and (last is None or p.month_id <= last)]
        return sorted(within, key=lambda part: (part.month_id, part.path))

    def tally(self) -> Tally:
        """What became of all rows of all files that count."""
        whole = Tally()
        for record in self.records().values():
            for source in record.sources:
                whole.take(source.tally())
        return whole

    def problems(self, parts: Iterable[Part] | None = None, *, deep: bool = False) -> list[str]:
        """A line for each part file that is missing or not as it was written. deep: also compare digests."""
        found = (self._problem(part, deep) for part in (self.parts() if parts is None else parts))
        return [text for text in found if text is not None]

    def _problem(self, part: Part, deep: bool) -> str | None:
        path = self.folder / part.path
        try:
            size = path.stat().st_size
        except OSError:
            return f"{path} is missing"
        if size < part.bytes:
            return f"{path} is truncated: {size:,} of {part.bytes:,} bytes"
        if size > part.bytes or (deep and files.sha256_of(path) != part.sha256):
            return f"{path} is not as it was written"
        return None

    def whole(self, parts: list[Part], *, deep: bool = False) -> list[Path]:
        """The paths of parts that are all there at their full size; deep: with their digests.

        Raises StoreError with the names of those that are not, and of the files that make them anew.
        """
        bad = {part.path: text for part in parts if (text := self._problem(part, deep)) is not None}
        if bad:
            more = f" (and {len(bad) - 3} more)" if len(bad) > 3 else ""
            raise StoreError(f"{'; '.join([*bad.values()][:3])}{more}: {self._remedy(bad)}")
        return [self.folder / part.path for part in parts]

    def _remedy(self, paths: Iterable[str]) -> str:
        lost = set(paths)
        held = {n: r for n, r in self.records().items() if not lost.isdisjoint(part.path for part in r.parts)}
        merged = [n for n, r in held.items() if len(r.sources) > 1]
        if merged:
            record = self.folder / RECORDS / f"{merged[0]}.json"
            return f"remove {record} and add the {len(held[merged[0]].sources):,} files that it names again"
        names = sorted(r.sources[0].name for r in held.values())
        return f"add {', '.join(names[:5])}{' ...' if len(names) > 5 else ''} again, which makes them anew"


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def part_path(month: int, name: str, n: int) -> str:
    """Where a part lies, in Hive's layout. name: what it is named by. n: which of the month's parts of that name."""
    number = (month - 1) % 12 + 1
    return f"year={year_of(month)}/month={number:02d}/{name}-{n:03d}.parquet"


def write_part(stream: Stream, frame: pl.DataFrame, month: int, name: str, n: int) -> Part:
    """Write rows of one month as a part: whole and synced, or not at all. One that is there already is left alone.

    The same rows give the same bytes. Raises StoreError if it cannot be written, in one line that says what is kept.
    """
    rows = conform(frame).sort("gw_id", "pg_id", "event_id", maintain_order=True)
    buffer = io.BytesIO()
    rows.write_parquet(buffer, compression="zstd", compression_level=3, row_group_size=_ROW_GROUP)
    content = buffer.getvalue()
    digest = sha256(content).hexdigest()
    relative = part_path(month, name, n)
    path = stream.folder / relative
    if not (path.is_file() and path.stat().st_size == len(content) and files.sha256_of(path) == digest):
        _write(path, content)
    return Part(path=relative, month_id=month, rows=rows.height, bytes=len(content), sha256=digest)


def write_record(stream: Stream, name: str, record: Record) -> None:
    """Make a step count: the commit point. Raises StoreError."""
    _write(stream.folder / RECORDS / f"{name}.json", record.model_dump_json(indent=1).encode())


def _write(path: Path, content: bytes) -> None:
    try:
        files.write(path, content)
    except OSError as error:
        why = "the disk is full or a size limit is reached" if files.full(error) else error.strerror or str(error)
        raise StoreError(
            f"could not write {path}: {why}. Files that were finished are kept and this one counts for nothing yet; "
            "make room and run the same command again: it goes on from there"
        ) from error


def remove(stream: Stream, names: Iterable[str], parts: Iterable[Part]) -> None:
    """Remove records and then parts that count no more; what cannot be removed, or stays after a kill, does no harm.

    Records first: one that is still there has all its parts, so its files are known to be held.
    """
    folder = stream.folder
    files.remove(iter([folder / RECORDS / f"{name}.json" for name in names]))
    files.remove(map(partial(Path.joinpath, folder), (part.path for part in parts)))
