"""Writing a run of cell forecasts country by country, so that it can stop anywhere and go on.

A run holds one country in memory at a time. Every file is written under a temporary name, synced and renamed; then
`run.json` is replaced by one that counts it. What `run.json` counts is complete, whatever happens next: a full disk, a
kill, a power cut. The next run into the same folder makes what is missing and nothing else.
"""

import contextlib
import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np
import polars as pl

from forestall.errors import ShapeError, StoreError, UsageError
from forestall.forecast.cells.block import CellBlock
from forestall.forecast.cells.layout import (
    AGAIN,
    DRAWS,
    DRAWS_SCHEMA,
    INDEX,
    RUN,
    SUMMARY,
    CellIndex,
    Contents,
    FileNote,
    RunHeader,
    first_line,
    partition,
    read_contents,
)
from forestall.forecast.cells.reading import Run, open_run, read_block
from forestall.store import files

# So that one cell is found without decoding its country: a cell with deaths in every draw of 36 months fills one group.
ROW_GROUP = 32_768


def missing(folder: Path, header: RunHeader, index: CellIndex) -> tuple[int, ...]:
    """The countries (gw_id) whose draws are not yet whole in `folder`; all of them if there is no run.

    A file counts as whole if its bytes have the sha256 in `run.json`. Raises UsageError if the folder holds another
    run, StoreError if `run.json` cannot be read.
    """
    whole = _whole(folder, _same_run(folder, header, index))
    return tuple(gw_id for gw_id in index.countries if gw_id not in whole)


def write_run(folder: Path, header: RunHeader, index: CellIndex, blocks: Iterable[CellBlock]) -> Run:
    """Write the blocks as they come, then the summary, and open the run.

    blocks: one for each country that `missing` names, in any order, made one at a time (a generator); one that is
    complete already is passed over. Holds one block in memory, about 60 bytes a draw with deaths, and the summary.

    Raises UsageError if the folder holds another run or blocks end before the last country, ShapeError if a block does
    not fit the run, StoreError if the disk is full or another process writes this run. What was written before an
    error, also one that `blocks` raises, is kept: call it again with the countries that `missing` names then.
    """
    with _locked(folder):
        contents = _same_run(folder, header, index)
        if contents is None and any((folder / DRAWS).glob("*")):
            raise UsageError(f"{folder} holds draws but no {RUN}: it is no run to go on with; name another folder")
        with contextlib.suppress(StoreError):
            run = open_run(folder)
            if not run.problems():
                return run
        progress = _Progress(folder, index, _whole(folder, contents))
        with progress.going_on():
            files.remove(path for path in folder.rglob(f"{files.TEMPORARY}*"))
            note = _write_frame(folder / INDEX, pl.DataFrame({"pg_id": index.pg_id, "gw_id": index.gw_id}))
            started = Contents(header, index.digest, note, dict(progress.whole), summary=None, complete=False)
            started.write(folder)
        for block in blocks:
            _check_block(block, header, index)
            if block.gw_id in progress.whole:
                continue
            with progress.going_on():
                progress.whole[block.gw_id] = _write_block(folder, block)
                progress.summaries[block.gw_id] = summary_of(block)
                replace(started, partitions=dict(progress.whole)).write(folder)
            del block  # or it would stay in memory while the next one is made
        if not progress.done:
            left = [gw_id for gw_id in index.countries if gw_id not in progress.whole]
            raise UsageError(
                f"blocks ended with {progress.so_far}; none came for {len(left)} of them, the first gw_id {left[0]}"
            )
        with progress.going_on():
            summary = _write_frame(folder / SUMMARY, _joined(progress, replace(started, partitions=progress.whole)))
            replace(started, partitions=progress.whole, summary=summary, complete=True).write(folder)
    return open_run(folder)


def summary_of(block: CellBlock) -> pl.DataFrame:
    """One row for each cell and period whose expected deaths are above zero.

    Columns: pg_id, gw_id, period, mean (deaths), p1, p25, p100 (P of that many deaths or more), q05, q50, q95.
    """
    mean = block.mean()
    cell, period = np.nonzero(mean)
    quantiles = block.quantiles((0.05, 0.5, 0.95))[cell, period]
    return pl.DataFrame(
        {
            "pg_id": block.cells[cell],
            "gw_id": np.full(cell.size, block.gw_id, dtype=np.int32),
            "period": block.periods[period],
            "mean": mean[cell, period],
            **{f"p{k}": block.prob_at_least(k)[cell, period] for k in (1, 25, 100)},
            **{name: quantiles[:, column].copy() for column, name in enumerate(("q05", "q50", "q95"))},
        }
    )


@dataclass(slots=True)
class _Progress:
    """How far a run has come: the countries that are whole, and the summaries of those made just now."""

    folder: Path
    index: CellIndex
    whole: dict[int, FileNote]
    summaries: dict[int, pl.DataFrame] = field(default_factory=dict)

    @property
    def done(self) -> bool:
        return len(self.whole) == len(self.index.countries)

    @property
    def so_far(self) -> str:
        size = sum(note.bytes for note in self.whole.values()) / 1e6
        return f"{len(self.whole)} of {len(self.index.countries)} countries complete in {self.folder} ({size:,.1f} MB)"

    @contextlib.contextmanager
    def going_on(self) -> Iterator[None]:
        """Turn what the disk refuses into one line that says how far the run got and how to go on."""
        before = self.so_far
        try:
            yield
        except OSError as error:
            if files.full(error):
                why, advice = "the disk is full or a size limit is reached", "free some space and "
            else:
                why, advice = f"could not write to {self.folder}: {error.strerror or error}", ""
            raise StoreError(f"{why}, with {before}, and they are kept; {advice}{AGAIN}") from error


def _same_run(folder: Path, header: RunHeader, index: CellIndex) -> Contents | None:
    """What the folder holds of this run, or None. Raises UsageError if it holds another one."""
    contents = read_contents(folder)
    if contents is None:
        return None
    theirs, ours = asdict(contents.header), asdict(header)
    other = [f"{name} {_shown(theirs[name])}, not {_shown(ours[name])}" for name in ours if theirs[name] != ours[name]]
    if contents.cells_digest != index.digest:
        other.append(f"cells {contents.cells_digest[:12]}, not {index.digest[:12]}")
    if other:
        raise UsageError(f"{folder} holds another run ({'; '.join(other)}): name another folder, or remove this one")
    return contents


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"{value[0]}..{value[-1]} ({len(value)})"
    return value[:12] if isinstance(value, str) and len(value) == 64 else repr(value)


def _whole(folder: Path, contents: Contents | None) -> dict[int, FileNote]:
    notes = contents.partitions if contents else {}
    return {gw_id: note for gw_id, note in notes.items() if note.fits(partition(folder, gw_id))}


def _check_block(block: CellBlock, header: RunHeader, index: CellIndex) -> None:
    if block.gw_id not in index.countries or not np.array_equal(block.cells, index.of_country(block.gw_id)):
        raise ShapeError(f"the block of country {block.gw_id} has other cells than the run: it must hold all of them")
    if tuple(block.periods.tolist()) != header.periods or block.n_draws != header.n_draws:
        raise ShapeError(
            f"the block of country {block.gw_id} has {block.n_draws} draws of {block.periods.size} periods from "
            f"{block.periods[0]}, the run {header.n_draws} of {len(header.periods)} from {header.periods[0]}"
        )


def _write_block(folder: Path, block: CellBlock) -> FileNote:
    columns = {
        "pg_id": block.cells[block.cell],
        "period": block.periods[block.period],
        "draw": block.draw,
        "deaths": block.deaths,
    }
    return _write_frame(partition(folder, block.gw_id), pl.DataFrame(columns).cast(DRAWS_SCHEMA))  # type: ignore[arg-type]


def _write_frame(path: Path, frame: pl.DataFrame) -> FileNote:
    """Write one file, whole or not at all. Raises OSError as the system gives it."""
    # In memory first: polars reports a full disk as an error of its own, which nobody here would take for one.
    packed = io.BytesIO()
    frame.write_parquet(packed, compression="zstd", compression_level=3, row_group_size=ROW_GROUP)
    content = packed.getbuffer()
    with files.replacing(path) as stream:
        stream.write(content)
    return FileNote(frame.height, content.nbytes, hashlib.sha256(content).hexdigest())


def _joined(progress: _Progress, contents: Contents) -> pl.DataFrame:
    """The summaries of all countries; those written by an earlier process are made again from their draws."""
    for gw_id, note in progress.whole.items():
        if gw_id not in progress.summaries:
            block = read_block(progress.folder, contents.header, gw_id, progress.index.of_country(gw_id), note)
            progress.summaries[gw_id] = summary_of(block)
    return pl.concat([progress.summaries[gw_id] for gw_id in sorted(progress.summaries)]).sort("period", "pg_id")


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the run's lock. The system frees it when its holder dies, so a lock file that is left does no harm."""
    import filelock

    lock = filelock.FileLock(folder / "lock", timeout=0)
    try:
        files.make_folder(folder)
        lock.acquire()
    except filelock.Timeout:
        raise StoreError(f"another process is writing the run in {folder}; wait for it, or end it first") from None
    except (OSError, NotImplementedError, RuntimeError) as error:
        raise StoreError(
            f"could not begin a run in {folder}: {first_line(error)}; name a folder on a local disk that is yours"
        ) from error
    try:
        yield
    finally:
        lock.release()
