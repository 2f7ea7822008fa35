"""What a stored run of cell forecasts is made of, and its table of contents, `run.json`.

run.json                            what made the draws, and rows, bytes and sha256 of every file below
cells.parquet                       pg_id, gw_id: every cell that has a forecast, and its country
draws/gw_id=625/part.parquet        pg_id, period, draw, deaths: the draws above zero, one file a country
summary.parquet                     pg_id, gw_id, period, mean, p1, p25, p100, q05, q50, q95; mean > 0 only
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import ShapeError, StoreError, UsageError
from forestall.forecast.cells.block import MOST_DRAWS, IntArray
from forestall.ids.cells import CELLS, bounds, centre, row_col
from forestall.panel.frame import TARGETS
from forestall.store import files

Step = Literal["month", "year"]

FORMAT = "forestall cell forecast 1"
RUN, INDEX, SUMMARY, DRAWS = "run.json", "cells.parquet", "summary.parquet", "draws"
DRAWS_SCHEMA = {"pg_id": pl.Int32, "period": pl.Int32, "draw": pl.Int16, "deaths": pl.Int32}
BROKEN = (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)
AGAIN = "run the same forecast again into this folder: it makes only what is missing"


def partition(folder: Path, gw_id: int) -> Path:
    """The file of a country's draws."""
    return folder / DRAWS / f"gw_id={gw_id}" / "part.parquet"


@dataclass(frozen=True)
class RunHeader:
    """What made the draws of a run: two runs with equal headers and cells have equal draws.

    as_of: the last month of data (month_id) that the model saw. step: what `periods` count, month_ids ("month") or
    calendar years ("year"); ascending, and none of them over by `as_of`. n_draws: draws of every cell and period.
    panel_digest: sha256 of the panel of cells, country_digest: of the country forecast that the cells sum to ("" where
    there is none).

    Raises ValueError on a header that cannot be.
    """

    model: str
    version: str
    target: str
    as_of: int
    step: Step
    periods: tuple[int, ...]
    n_draws: int
    seed: int
    panel_digest: str
    country_digest: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "periods", tuple(int(period) for period in self.periods))
        if not self.model or Path(self.model).name != self.model:
            raise ValueError(f"a model is named in letters that a file name can hold, not {self.model!r}")
        if self.target not in TARGETS:
            raise ValueError(f"unknown target {self.target!r}; known: {', '.join(TARGETS)}")
        if self.step not in get_args(Step):
            raise ValueError(f"step is {self.step!r}, expected {' or '.join(get_args(Step))}")
        if not self.periods or any(b <= a for a, b in zip(self.periods, self.periods[1:], strict=False)):
            raise ValueError(f"periods must be one or more, ascending, got {list(self.periods)}")
        # A year may have begun: a panel by year ends with the last that is over.
        end = self.periods[0] if self.step == "month" else (self.periods[0] - 1980) * 12 + 12
        if end <= self.as_of:
            raise ValueError(f"{self.step} {self.periods[0]} is over by as_of {self.as_of}: that is no forecast")
        if not 1 <= self.n_draws <= MOST_DRAWS:
            raise ValueError(f"a run has 1 to {MOST_DRAWS} draws, not {self.n_draws}")


@dataclass(frozen=True, eq=False)
class CellIndex:
    """The cells that have a forecast, each with the country that it is assigned to.

    pg_id: (n,) int32, ascending. gw_id: (n,) int32. Raises ShapeError if they do not go together, or are not cells in
    ascending order. The arrays become read-only.
    """

    pg_id: IntArray
    gw_id: IntArray

    def __post_init__(self) -> None:
        for name in ("pg_id", "gw_id"):
            array = np.array(getattr(self, name), dtype=np.int32)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        if self.pg_id.ndim != 1 or self.pg_id.shape != self.gw_id.shape or self.pg_id.size == 0:
            raise ShapeError(f"{self.pg_id.size} cells and {self.gw_id.size} countries do not make an index of cells")
        if np.any(np.diff(self.pg_id) <= 0) or self.pg_id[0] < 1 or self.pg_id[-1] > CELLS:
            raise ShapeError(f"an index of cells holds pg_ids from 1 to {CELLS}, ascending, none twice")
        if self.gw_id.min() < 1:
            raise ShapeError("an index of cells gives every cell the gw_id of a country, 1 or more")

    @cached_property
    def countries(self) -> tuple[int, ...]:
        """The gw_ids that have a cell, ascending."""
        ordered = np.sort(self.gw_id)  # np.unique is slow when first called, and a first answer waits for it
        return tuple(ordered[np.flatnonzero(np.diff(ordered, prepend=0))].tolist())

    @cached_property
    def digest(self) -> str:
        """sha256 of the cells and their countries."""
        return hashlib.sha256(self.pg_id.tobytes() + self.gw_id.tobytes()).hexdigest()

    def of_country(self, gw_id: int) -> IntArray:
        """The cells of a country, ascending. Raises UsageError if it has none."""
        cells: IntArray = self.pg_id[self.gw_id == gw_id]
        if cells.size == 0:
            raise UsageError(
                f"no cell is assigned to country {gw_id}: it may be an island too small for one; "
                f"the run has {len(self.countries)} countries (gw_id)"
            )
        return cells

    def country_of(self, pg_id: npt.ArrayLike) -> IntArray:
        """The countries of cells, in the order given. Raises UsageError on one without a forecast."""
        row_col(pg_id)
        wanted = np.asarray(pg_id).astype(np.int32).ravel()
        at = np.minimum(np.searchsorted(self.pg_id, wanted), self.pg_id.size - 1)
        wrong = wanted[self.pg_id[at] != wanted]
        if wrong.size:
            lat, lon = (float(part) for part in centre(wrong[0]))
            raise UsageError(
                f"cell {wrong[0]} (around latitude {lat}, longitude {lon}) has no forecast in this run: it is sea, or "
                f"not one of the {self.pg_id.size:,} cells that the run covers"
            )
        countries: IntArray = self.gw_id[at]
        return countries

    def in_box(self, south: float, west: float, north: float, east: float) -> IntArray:
        """The cells that share surface with a box of degrees, ascending; a box with west > east crosses 180 degrees.

        Raises UsageError if it is no box, or no cell with a forecast lies in it.
        """
        shown = f"south {south}, west {west}, north {north}, east {east}"
        if not (-90 <= south < north <= 90 and abs(west) <= 180 and abs(east) <= 180 and west != east):
            raise UsageError(
                f"{shown} is not a box: expected south below north within -90..90, west and east apart within -180..180"
            )
        low, left, high, right = bounds(self.pg_id)
        beside = ((left < east) & (right > west)) if west < east else ((left < east) | (right > west))
        cells: IntArray = self.pg_id[(low < north) & (high > south) & beside]
        if cells.size == 0:
            raise UsageError(
                f"no cell with a forecast lies in the box {shown}: is it sea, or are latitudes and longitudes swapped?"
            )
        return cells


@dataclass(frozen=True, slots=True)
class FileNote:
    """What a file of the run holds: rows, bytes, and the sha256 of the bytes."""

    rows: int
    bytes: int
    sha256: str

    def fits(self, path: Path) -> bool:
        """Whether the file is there with these very bytes."""
        try:
            return path.stat().st_size == self.bytes and files.sha256_of(path) == self.sha256
        except OSError:
            return False


@dataclass(frozen=True)
class Contents:
    """`run.json`: the header, and what each complete file holds. complete: all of them are there."""

    header: RunHeader
    cells_digest: str
    index: FileNote
    partitions: Mapping[int, FileNote]
    summary: FileNote | None
    complete: bool

    def write(self, folder: Path) -> None:
        """Replace `run.json`, whole. Raises OSError."""
        document = {
            "format": FORMAT,
            "header": asdict(self.header),
            "cells_digest": self.cells_digest,
            "complete": self.complete,
            "cells": asdict(self.index),
            "summary": asdict(self.summary) if self.summary else None,
            "partitions": {str(gw_id): asdict(note) for gw_id, note in sorted(self.partitions.items())},
        }
        files.write(folder / RUN, json.dumps(document, indent=1).encode())


def read_contents(folder: Path) -> Contents | None:
    """What `run.json` says; None if there is none. Raises StoreError if it cannot be read or understood."""
    path = folder / RUN
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
        if document["format"] != FORMAT:
            raise ValueError(f"format {document['format']!r}, expected {FORMAT!r}")
        return Contents(
            header=RunHeader(**{field.name: document["header"][field.name] for field in fields(RunHeader)}),
            cells_digest=str(document["cells_digest"]),
            index=_note(document["cells"]),
            partitions={int(gw_id): _note(note) for gw_id, note in document["partitions"].items()},
            summary=_note(document["summary"]) if document["summary"] else None,
            complete=document["complete"] is True,
        )
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"could not read {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            f"{path} is not the table of contents of a cell forecast ({type(error).__name__}: {error}); "
            "remove the folder and run the forecast again"
        ) from None


def read_index(folder: Path, contents: Contents) -> CellIndex:
    """The cells of a run. Raises StoreError if their file is missing or not what `run.json` says."""
    path = folder / INDEX
    frame = read_frame(path, contents.index)
    try:
        index = CellIndex(frame["pg_id"].to_numpy(), frame["gw_id"].to_numpy())
    except (pl.exceptions.PolarsError, ShapeError, ValueError) as error:
        raise StoreError(f"{path} holds no index of cells: {error}; {AGAIN}") from None
    if index.digest != contents.cells_digest:
        raise StoreError(f"{path} holds other cells than {RUN} says; {AGAIN}")
    return index


def read_frame(path: Path, note: FileNote) -> pl.DataFrame:
    """All rows of one file, checked. Raises StoreError that names it."""
    check(path, note)
    try:
        return pl.read_parquet(path, hive_partitioning=False, glob=False)
    except BROKEN as error:
        raise StoreError(f"{path} cannot be read as Parquet ({first_line(error)}); {AGAIN}") from None


def check(path: Path, note: FileNote) -> None:
    """Raises StoreError that names the file if it is missing, truncated or altered."""
    try:
        size = path.stat().st_size
        if size != note.bytes:
            raise StoreError(
                f"{path} has {size:,} bytes where {RUN} says {note.bytes:,}: truncated or altered; {AGAIN}"
            )
        if files.sha256_of(path) != note.sha256:
            raise StoreError(f"{path} was altered: its sha256 is not the one in {RUN}; {AGAIN}")
    except FileNotFoundError:
        raise StoreError(f"{path} is missing; {AGAIN}") from None
    except OSError as error:
        raise StoreError(f"could not read {path}: {error.strerror or error}") from None


def first_line(error: BaseException) -> str:
    """What an error says, in one line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _note(document: Mapping[str, Any]) -> FileNote:
    return FileNote(rows=int(document["rows"]), bytes=int(document["bytes"]), sha256=str(document["sha256"]))
