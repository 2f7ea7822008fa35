"""Reading a run of cell forecasts: one cell, some, a country, a map; and handing them on in other layouts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from forestall.errors import ShapeError, StoreError, UsageError
from forestall.forecast.cells.block import CellBlock, IntArray
from forestall.forecast.cells.layout import (
    AGAIN,
    BROKEN,
    DRAWS_SCHEMA,
    INDEX,
    SUMMARY,
    CellIndex,
    Contents,
    FileNote,
    RunHeader,
    check,
    first_line,
    partition,
    read_contents,
    read_index,
)

Box = tuple[float, float, float, float]


@dataclass(frozen=True, eq=False)
class Run:
    """A complete run of cell forecasts on disk; draws are read when they are asked for.

    Every file is checked against the sha256 in `run.json` the first time it is read, and again whenever its size or
    time changes: a StoreError names a file that is missing, truncated or altered, and what to do.
    """

    folder: Path
    contents: Contents
    index: CellIndex
    _checked: dict[Path, tuple[int, int, int]] = field(default_factory=dict, repr=False)

    @property
    def header(self) -> RunHeader:
        """What made the draws."""
        return self.contents.header

    @property
    def periods(self) -> IntArray:
        """(t,) int32 month_ids or years, as `header.step` says."""
        return np.array(self.header.periods, dtype=np.int32)

    def cell(self, pg_id: int) -> IntArray:
        """All draws of one cell, (t, m) int32 deaths. Raises UsageError if it has no forecast."""
        gw_id = int(self.index.country_of(pg_id)[0])
        draws: IntArray = self._block(gw_id, np.array([pg_id], dtype=np.int32)).dense()[0]
        return draws

    def cells(self, pg_ids: Sequence[int] | IntArray | None = None, *, box: Box | None = None) -> tuple[CellBlock, ...]:
        """Draws of some cells, a block for each country that has any of them, by gw_id; cells ascend in each.

        pg_ids: which cells; or box: south, west, north, east in degrees, all cells that share surface with it, where
        west > east crosses 180 degrees. Raises UsageError if a cell has no forecast, or none in the box has.
        """
        if (pg_ids is None) == (box is None):
            raise UsageError("name cells either by pg_ids or by a box")
        wanted = np.unique(np.asarray(pg_ids)) if box is None else self.index.in_box(*box)
        if wanted.size == 0:
            raise UsageError("name one cell at least")
        countries = self.index.country_of(wanted)
        wanted = wanted.astype(np.int32)
        return tuple(self._block(int(gw_id), wanted[countries == gw_id]) for gw_id in np.unique(countries))

    def country(self, gw_id: int) -> CellBlock:
        """Draws of all cells of a country. Raises UsageError if it has none."""
        return self._block(gw_id, None)

    def summary(self, period: int | None = None) -> pl.DataFrame:
        """Expected deaths, probabilities and quantiles of cells, for a map: of one period, or of all.

        Columns as `summary_of` gives them, ascending by period and cell. A cell that is not there has zero in every
        draw. Raises UsageError if the run has no such period.
        """
        if period is not None and period not in self.header.periods:
            raise UsageError(
                f"the run has no {self.header.step} {period}: it covers {self.header.periods[0]} to "
                f"{self.header.periods[-1]}"
            )
        note = self.contents.summary
        if note is None:  # open_run lets no such run through
            raise StoreError(f"{self.folder} has no summary; {AGAIN}")
        lazy = self._scan(self.folder / SUMMARY, note)
        return _collected(lazy if period is None else lazy.filter(pl.col("period") == period), self.folder / SUMMARY)

    def file(self, gw_id: int) -> Path:
        """The checked file of a country's draws. Raises UsageError if it has no cell."""
        self.index.of_country(gw_id)
        path = partition(self.folder, gw_id)
        self._check(path, self.contents.partitions[gw_id])
        return path

    def problems(self) -> tuple[str, ...]:
        """One line for each file that is missing, truncated or altered; reads every byte of the run."""
        notes = {partition(self.folder, gw_id): note for gw_id, note in self.contents.partitions.items()}
        notes |= {self.folder / INDEX: self.contents.index}
        notes |= {self.folder / SUMMARY: self.contents.summary} if self.contents.summary else {}
        found = []
        for path, note in notes.items():
            try:
                check(path, note)
            except StoreError as error:
                found.append(str(error))
        return tuple(found)

    def _block(self, gw_id: int, cells: IntArray | None) -> CellBlock:
        of_country = self.index.of_country(gw_id)
        path, note = partition(self.folder, gw_id), self.contents.partitions[gw_id]
        lazy = self._scan(path, note)
        if cells is not None and cells.size < of_country.size:
            # The outer bounds let whole row groups be passed over by their statistics.
            lazy = lazy.filter(pl.col("pg_id").is_between(int(cells[0]), int(cells[-1])))
            if cells.size > 1:
                lazy = lazy.filter(pl.col("pg_id").is_in(cells.tolist()))
        return _block(_collected(lazy, path), self.header, gw_id, of_country if cells is None else cells, path)

    def _scan(self, path: Path, note: FileNote) -> pl.LazyFrame:
        self._check(path, note)
        return pl.scan_parquet(path, hive_partitioning=False, glob=False)

    def _check(self, path: Path, note: FileNote) -> None:
        try:
            stat = path.stat()
            seen = (stat.st_size, stat.st_mtime_ns, stat.st_ino)
        except OSError:
            seen = (-1, -1, -1)
        if self._checked.get(path) != seen:
            check(path, note)
            self._checked[path] = seen


def open_run(folder: Path) -> Run:
    """Open a run: reads `run.json` and `cells.parquet`, no draws.

    Raises StoreError if there is none, it is not complete, or these two are damaged.
    """
    contents = read_contents(folder)
    if contents is None:
        raise StoreError(f"{folder} holds no cell forecast: there is no run.json in it")
    index = read_index(folder, contents)
    if not contents.complete or contents.summary is None or set(contents.partitions) != set(index.countries):
        raise StoreError(
            f"the cell forecast in {folder} is not complete: {len(contents.partitions)} of {len(index.countries)} "
            f"countries; {AGAIN}"
        )
    return Run(folder, contents, index)


def read_block(folder: Path, header: RunHeader, gw_id: int, cells: IntArray, note: FileNote) -> CellBlock:
    """The whole block of one country, checked. Raises StoreError that names its file."""
    path = partition(folder, gw_id)
    check(path, note)
    return _block(
        _collected(pl.scan_parquet(path, hive_partitioning=False, glob=False), path), header, gw_id, cells, path
    )


def _collected(lazy: pl.LazyFrame, path: Path) -> pl.DataFrame:
    try:
        return lazy.collect()
    except BROKEN as error:
        raise StoreError(f"{path} cannot be read as Parquet ({first_line(error)}); {AGAIN}") from None


def _block(frame: pl.DataFrame, header: RunHeader, gw_id: int, cells: IntArray, path: Path) -> CellBlock:
    if dict(frame.schema) != DRAWS_SCHEMA:
        raise StoreError(f"{path} has the columns {dict(frame.schema)}, expected {', '.join(DRAWS_SCHEMA)}; {AGAIN}")
    periods = np.array(header.periods, dtype=np.int32)
    pg_id, period = frame["pg_id"].to_numpy(), frame["period"].to_numpy()
    cell = np.searchsorted(cells, pg_id).astype(np.int32)
    at = np.searchsorted(periods, period).astype(np.int32)
    try:
        if cell.size and (cell.max() == cells.size or at.max() == periods.size):
            raise ValueError("a cell or period that the run does not have")
        if np.any(cells[cell] != pg_id) or np.any(periods[at] != period):
            raise ValueError("a cell or period that the run does not have")
        draw, deaths = frame["draw"].to_numpy(), frame["deaths"].to_numpy()
        return CellBlock(gw_id, cells, periods, header.n_draws, cell, at, draw, deaths)
    except (ShapeError, ValueError) as error:
        raise StoreError(f"{path} holds what this run cannot: {first_line(error)}; {AGAIN}") from None
