"""Event streams of many million rows: files of events into partitioned Parquet, one file at a time and in any order.

Adding a file again changes nothing; a file that the publisher put out anew under the same name takes the old one's
place; a run that stopped is run again and does only what is missing. Each file is a task of its own that shares nothing
with the others, so files can be spread over workers:

    add = functools.partial(streams.add_file, root, "gdelt-1")
    for outcome in workers.each(add, paths): ...
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import filelock
import polars as pl

from forestall.errors import SourceError, StoreError
from forestall.ids.months import format_month
from forestall.sources import gdelt, gdelt_files
from forestall.sources.container import opened, printable
from forestall.sources.stream_rows import Batch, Tally
from forestall.sources.stream_store import RECORDS, Part, Record, Source, Stream, remove, write_part, write_record
from forestall.store import files

__all__ = [
    "READERS",
    "Failure",
    "Outcome",
    "Reader",
    "Stream",
    "Summary",
    "add",
    "add_file",
    "attempt",
    "compact",
    "held",
    "kind_of",
    "summary",
]

HELD_ROWS = 500_000
"""Rows kept in memory, about 100 MB, before the fullest month is written."""
MERGED_ROWS = 2_000_000
"""The most rows of a merged part."""
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Reader:
    """How files of one kind are read.

    batches: (path, today, kind) to batches in the row contract. release: the publisher's name of the file's content, by
    which a later version of it is known; None where the name does not tell.
    """

    batches: Callable[[Path, date, str], Iterator[Batch]]
    release: Callable[[str], str | None]


def _gdelt_release(name: str) -> str | None:
    said = gdelt_files.named(name)
    return None if said is None else said.release


_GDELT = Reader(gdelt.batches, _gdelt_release)
READERS: dict[str, Reader] = {"gdelt-1": _GDELT, "gdelt-2": _GDELT}
"""The kinds of streams. Another publisher's events get a reader here; nothing else knows who it is."""


def kind_of(path: Path) -> str | None:
    """The kind of stream that a file belongs to, a key of `READERS`, or None if it is no file of a stream.

    Raises SourceError for an archive that is damaged or hostile.
    """
    return gdelt.kind_of(path)


def held(root: Path) -> list[Stream]:
    """The streams that have files, by kind."""
    streams = (Stream(Path(root), kind) for kind in sorted(READERS))
    return [stream for stream in streams if (stream.folder / RECORDS).is_dir()]


@dataclass(frozen=True, slots=True)
class Summary:
    """A stream in short. first, last: the months (YYYY-MM) of its earliest and latest event."""

    stream: str
    files: int
    parts: int
    rows: int
    bytes: int
    first: str | None
    last: str | None

    def line(self) -> str:
        """One sentence."""
        span = f"{self.first} to {self.last}" if self.first else "no month"
        return f"{self.stream}: {span}, {self.rows:,} events of {self.files:,} files, {self.bytes / 1e6:,.1f} MB"


def summary(stream: Stream) -> Summary:
    """What a stream holds. Raises StoreError if a record cannot be read."""
    records = list(stream.records().values())
    parts = [part for record in records for part in record.parts]
    months = [part.month_id for part in parts]
    return Summary(
        stream=stream.kind,
        files=sum(len(record.sources) for record in records),
        parts=len(parts),
        rows=sum(part.rows for part in parts),
        bytes=sum(part.bytes for part in parts),
        first=format_month(min(months)) if months else None,
        last=format_month(max(months)) if months else None,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file. unchanged: its content was held already. replaced: the record whose place it took."""

    file: str
    kind: str
    rows: int
    parts: tuple[Part, ...]
    tally: Tally = field(default_factory=Tally)
    unchanged: bool = False
    replaced: str | None = None

    def line(self) -> str:
        """One sentence for the person who added it."""
        if self.unchanged:
            return f"{self.file}: already held in {self.kind}, nothing to do"
        months = len({part.month_id for part in self.parts})
        what = f", in place of {self.replaced}" if self.replaced else ""
        return f"{self.file}: {self.rows:,} events of {months} month{'' if months == 1 else 's'} in {self.kind}{what}"


def add(root: Path, path: Path, today: date | None = None) -> Outcome:
    """`add_file` for the stream that the file belongs to. Raises SourceError too if it belongs to none."""
    kind = kind_of(path)
    if kind is None:
        raise SourceError(f"{path}: not a file of events of any stream ({', '.join(READERS)})")
    return add_file(root, kind, path, today)


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why in one line; the stream is as it was before it."""

    file: str
    error: str


def attempt(root: Path, path: Path, today: date | None = None) -> Outcome | Failure:
    """`add`, but a file that cannot be read is an answer: one bad file among thousands does not stop the others.

    Still raises StoreError: where the stream cannot be written, going on makes no sense.
    """
    try:
        return add(root, path, today)
    except SourceError as error:
        return Failure(Path(path).name, str(error))


def add_file(root: Path, kind: str, path: Path, today: date | None = None) -> Outcome:
    """Read one file into a stream. Safe beside other tasks that add files to the same stream.

    root: the folder of all streams. kind: a key of `READERS`. today: the last day on which an event may have been
    added, by default today. Raises SourceError if the file is not what its format says, StoreError if the stream cannot
    be written or read; either way the stream is as it was.
    """
    path, stream, reader = Path(path), Stream(Path(root), kind), READERS[kind]
    name, digest = _content(path)
    release = reader.release(name) or reader.release(path.name)
    there = _held(stream, digest, release)
    if there.same is not None:
        return Outcome(path.name, kind, sum(p.rows for p in there.same.parts), there.same.parts, unchanged=True)
    tally = Tally()
    parts = []
    for month, n, frame in _by_month(reader.batches(path, today or datetime.now(UTC).date(), kind), tally):
        parts.append(write_part(stream, frame, month, digest[:_DIGITS], n))
    source = Source(
        name=name,
        release=release,
        sha256=digest,
        rows_read=tally.rows_read,
        rows_kept=tally.rows_kept,
        set_aside=dict(tally.set_aside),
        places=dict(tally.places),
        countries=dict(tally.countries),
        unknown_codes=dict(tally.unknown_codes.most_common(20)),
    )
    record = Record(kind=kind, sources=(source,), parts=tuple(parts), replaces=(there.older,) if there.older else ())
    before = stream.records().get(there.older) if there.older else None
    write_record(stream, _record_name(release or name, digest), record)
    if before is not None and there.older:
        remove(stream, [there.older], before.parts)
    return Outcome(path.name, kind, tally.rows_kept, record.parts, tally, replaced=there.older if before else None)


def _content(path: Path) -> tuple[str, str]:
    """The innermost name of a file and the digest of what is in it, however it is packed."""
    try:
        with opened(path) as file:
            if file.form != "text":
                raise SourceError(f"{path.name}: a workbook, not a file of events: give the publisher's file")
            digest = sha256()
            while piece := file.stream.read(files.CHUNK):
                digest.update(piece)
            return file.name, digest.hexdigest()
    except OSError as error:
        raise SourceError(f"{path}: could not be read ({error.strerror or error})") from None


@dataclass(frozen=True, slots=True)
class _Held:
    """same: the record of the very content, with all its parts whole. older: that of another content of the release."""

    same: Record | None = None
    older: str | None = None


def _record_name(release: str, digest: str) -> str:
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "._") else "_" for c in printable(release)[:60])
    return f"{safe}-{digest[:_DIGITS]}"


def _held(stream: Stream, digest: str, release: str | None) -> _Held:
    """What the stream has of a content and of its release: one look into the folder, few files read."""
    folder = stream.folder / RECORDS
    names = sorted(p.stem for p in folder.glob("*.json")) if folder.is_dir() else []
    older = None
    for name in names:
        stem, _, short = name.rpartition("-")
        merged = stem == _MERGED
        if not (
            merged or short == digest[:_DIGITS] or (release and stem == _record_name(release, "0").rpartition("-")[0])
        ):
            continue
        record = stream.record(folder / f"{name}.json")
        if any(s.sha256 == digest for s in record.sources):
            if merged:
                stream.whole(list(record.parts))
            if not stream.problems(record.parts):
                return _Held(same=record)
        elif release and any(s.release == release for s in record.sources):
            if merged:
                raise StoreError(
                    f"{release} is held with other content, merged with other files: remove {folder / f'{name}.json'} "
                    "and add its files again"
                )
            older = name
    return _Held(older=older)


def _by_month(batches: Iterator[Batch], whole: Tally) -> Iterator[tuple[int, int, pl.DataFrame]]:
    """The rows of a file by month, a month in several frames where it is large: month_id, count from 0, rows.

    The same file gives the same frames. whole: learns what the batches say.
    """
    waiting: dict[int, list[pl.DataFrame]] = {}
    given: dict[int, int] = {}
    rows = 0

    def give(month: int) -> tuple[int, int, pl.DataFrame]:
        frame = pl.concat(waiting.pop(month))
        n = given.get(month, 0)
        given[month] = n + 1
        return month, n, frame

    for batch in batches:
        whole.take(batch.tally)
        for (month,), frame in batch.frame.partition_by("month_id", as_dict=True).items():
            waiting.setdefault(month, []).append(frame)
        rows += batch.frame.height
        while rows > HELD_ROWS:
            fullest = max(waiting, key=lambda m: (sum(f.height for f in waiting[m]), m))
            month, n, frame = give(fullest)
            rows -= frame.height
            yield month, n, frame
    for month in sorted(waiting):
        yield give(month)


_MERGED = "merged"


def compact(root: Path, kind: str) -> int:
    """Merge the parts of each month into few, and return how many files that saves.

    GDELT's 15-minute files bring several parts each; tens of thousands of small files are slow to read. Nothing is lost
    if it stops half-way. Files may be added meanwhile; readers may find a part gone and should ask again. Raises
    StoreError if another merge is at work, or a part is missing or cannot be written.
    """
    stream = Stream(Path(root), kind)
    if not stream.folder.is_dir():
        return 0
    try:
        with filelock.FileLock(stream.folder / "lock", timeout=0):
            return _compact(stream)
    except filelock.Timeout:
        raise StoreError(f"{stream.folder}: another merge is at work: wait until it is done") from None


def _compact(stream: Stream) -> int:
    before = stream.records()
    old = [part for record in before.values() for part in record.parts]
    stream.whole(old)
    sources = tuple(source for name in sorted(before) for source in before[name].sources)
    digest = sha256("".join(sorted(s.sha256 for s in sources)).encode()).hexdigest()
    name = f"{_MERGED}-{digest[:_DIGITS]}"
    parts: list[Part] = []
    for month in sorted({part.month_id for part in old}):
        mine = sorted((p for p in old if p.month_id == month), key=lambda p: p.path)
        parts += mine if len(mine) == 1 else _merge(stream, mine, digest[:_DIGITS])
    if len(parts) == len(old) or name in before:
        return 0
    replaces = tuple(sorted(before))
    write_record(stream, name, Record(kind=stream.kind, sources=sources, parts=tuple(parts), replaces=replaces))
    kept = {part.path for part in parts}
    remove(stream, replaces, (part for part in old if part.path not in kept))
    return len(old) - len(parts)


def _merge(stream: Stream, parts: list[Part], name: str) -> list[Part]:
    groups: list[list[Part]] = [[]]
    for part in parts:
        if groups[-1] and sum(p.rows for p in groups[-1]) + part.rows > MERGED_ROWS:
            groups.append([])
        groups[-1].append(part)
    return [
        write_part(
            stream, pl.concat([pl.read_parquet(stream.folder / p.path) for p in group]), group[0].month_id, name, n
        )
        for n, group in enumerate(groups)
    ]
