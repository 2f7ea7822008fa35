"""Seconds, megabytes and peak memory for storing a global cell forecast, and milliseconds for reading one cell.

    python benchmarks/cell_store.py                    # 64,818 cells x 36 months x 1,000 draws, 15 million above zero
    python benchmarks/cell_store.py --rows 500000      # a first look
    python benchmarks/cell_store.py --folder DIR       # keep the run there

The load is made up, with the concentration of real violence: a cell's chance of deaths follows its years with deaths in
the embedded cell-year table, all other land cells share one draw in eight, and deaths have a long tail. Making the load
is not counted. Each part runs in a process of its own. *Cold* is a process that has imported forestall and asks its
first question, with the run's files dropped from the page cache: opening the run and checking digests included.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl

from forestall.forecast.cells.block import CellBlock
from forestall.forecast.cells.export import write_views
from forestall.forecast.cells.layout import CellIndex, RunHeader, partition
from forestall.forecast.cells.reading import open_run
from forestall.forecast.cells.store import missing, write_run
from forestall.store import Workspace

HEADER = RunHeader("made_up", "1", "deaths_total", 554, "month", tuple(range(555, 591)), 1000, 0, "", "")
COLD = 12


def load(rows: int) -> tuple[CellIndex, np.ndarray]:
    """All land cells, and each one's chance of deaths in a draw of a month, so that about `rows` draws have any."""
    with tempfile.TemporaryDirectory() as home:
        workspace = Workspace.open(Path(home))
        land = workspace.table("land_cells").sort("pg_id")
        years = workspace.table("ucdp_cell_year").filter(pl.col("deaths_total") > 0).group_by("pg_id").agg(
            (0.8 ** (pl.col("year").max() - pl.col("year"))).sum().alias("weight")
        )  # fmt: skip
    index = CellIndex(land["pg_id"].to_numpy(), land["gw_id"].to_numpy())
    weight = land.join(years, on="pg_id", how="left", maintain_order="left")["weight"].fill_null(0).to_numpy()
    own = weight**1.5
    places = len(HEADER.periods) * HEADER.n_draws
    chance = rows / places * (0.875 * own / own.sum() + 0.125 / own.size)
    for _ in range(50):  # a chance above 0.9 hands its surplus to the others
        capped = np.minimum(chance, 0.9)
        chance = capped * (rows / places / capped.sum())
    return index, np.minimum(chance, 0.9)


def make(gw_id: int, cells: np.ndarray, chance: np.ndarray) -> CellBlock:
    rng = np.random.default_rng(gw_id)
    shape = (len(HEADER.periods), HEADER.n_draws)
    found = []
    for row, p in enumerate(chance):
        if p * shape[1] < 20:  # rare: places by chance, doubles dropped
            at = np.unique(rng.integers(shape[0] * shape[1], size=rng.poisson(p * shape[0] * shape[1])))
        else:
            at = np.flatnonzero(rng.random(shape[0] * shape[1]) < p)
        found.append(row * shape[0] * shape[1] + at)
    place = np.concatenate(found)
    cell, rest = np.divmod(place, shape[0] * shape[1])
    period, draw = np.divmod(rest, shape[1])
    deaths = np.ceil(rng.lognormal(1.2, 1.3, place.size)).astype(np.int32)
    return CellBlock(gw_id, cells, np.array(HEADER.periods), HEADER.n_draws, cell, period, draw, deaths)


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_make(_: Path, rows: int) -> dict[str, float]:
    """The load alone: what the blocks cost that are handed to the store."""
    index, chance = load(rows)
    start, total, largest = time.perf_counter(), 0, 0
    for gw_id in index.countries:
        block = make(gw_id, index.of_country(gw_id), chance[index.gw_id == gw_id])
        total, largest = total + block.rows, max(largest, block.rows)
    return {"seconds": time.perf_counter() - start, "peak": peak(), "rows": total, "largest": largest}


def run_write(folder: Path, rows: int) -> dict[str, float]:
    index, chance = load(rows)
    making = 0.0

    def blocks() -> Iterator[CellBlock]:
        nonlocal making
        for gw_id in missing(folder, HEADER, index):
            start = time.perf_counter()
            block = make(gw_id, index.of_country(gw_id), chance[index.gw_id == gw_id])
            making += time.perf_counter() - start
            yield block

    start = time.perf_counter()
    run = write_run(folder, HEADER, index, blocks())
    seconds = time.perf_counter() - start - making
    notes = run.contents.partitions.values()
    summary = run.contents.summary
    return {
        "seconds": seconds,
        "making": making,
        "peak": peak(),
        "rows": sum(note.rows for note in notes),
        "mb": sum(note.bytes for note in notes) / 1e6,
        "largest_mb": max(note.bytes for note in notes) / 1e6,
        "summary_rows": summary.rows if summary else 0,
        "summary_mb": (summary.bytes if summary else 0) / 1e6,
    }


def run_resume(folder: Path, rows: int) -> dict[str, float]:
    """What it costs to find out that one country is missing, and to complete the run."""
    index, chance = load(rows)
    largest = max(index.countries, key=lambda gw_id: partition(folder, gw_id).stat().st_size)
    partition(folder, largest).unlink()
    start = time.perf_counter()
    left = missing(folder, HEADER, index)
    found = time.perf_counter() - start
    assert left == (largest,)
    block = make(largest, index.of_country(largest), chance[index.gw_id == largest])
    start = time.perf_counter()
    write_run(folder, HEADER, index, [block])
    return {"missing": found, "seconds": time.perf_counter() - start, "peak": peak()}


def forget(folder: Path) -> None:
    """Drop the run's files from the page cache, where the system can be asked to."""
    for path in folder.rglob("*"):
        if path.is_file() and hasattr(os, "posix_fadvise"):
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def asked(folder: Path) -> list[int]:
    """Cells to ask for: the most violent of the largest partitions and of others, spread over the run."""
    summary = pl.read_parquet(folder / "summary.parquet").group_by("gw_id", "pg_id").agg(pl.col("p1").sum())
    first = summary.sort("p1", descending=True).group_by("gw_id", maintain_order=True).first()
    cells: list[int] = first.sort("p1", descending=True)["pg_id"].to_list()
    return cells


def run_cold(folder: Path, rows: int) -> dict[str, float]:
    """`rows` is the cell here."""
    forget(folder)
    start = time.perf_counter()
    run = open_run(folder)
    opened = time.perf_counter()
    draws = run.cell(rows)
    end = time.perf_counter()
    return {"open": (opened - start) * 1e3, "ms": (end - start) * 1e3, "deaths": int(draws.sum()), "peak": peak()}


def run_warm(folder: Path, _: int) -> dict[str, float]:
    run = open_run(folder)
    first: list[float] = []
    again: list[float] = []
    cells = asked(folder)
    for times in (first, again):
        for cell in cells:
            start = time.perf_counter()
            run.cell(cell)
            times.append((time.perf_counter() - start) * 1e3)
    start = time.perf_counter()
    run.summary(560)
    summary = (time.perf_counter() - start) * 1e3
    biggest = max(run.index.countries, key=lambda gw_id: run.contents.partitions[gw_id].rows)
    start = time.perf_counter()
    block = run.country(biggest)
    country = (time.perf_counter() - start) * 1e3
    start = time.perf_counter()
    box = sum(part.rows for part in run.cells(box=(10, 10, 15, 15)))
    return {
        "cells": len(cells),
        "first": statistics.median(first),
        "first_worst": max(first),
        "again": statistics.median(again),
        "again_worst": max(again),
        "summary": summary,
        "country": country,
        "country_rows": block.rows,
        "box": (time.perf_counter() - start) * 1e3,
        "box_rows": box,
    }


def run_views(folder: Path, _: int) -> dict[str, float]:
    """The VIEWS window of 13,110 cells and twelve months, as many as Africa and the Middle East have."""
    run = open_run(folder)
    middle = run.index.in_box(-36, -19, 40, 64)[:13_110]
    start = time.perf_counter()
    path = write_views(run, folder / "views", cells=middle, months=HEADER.periods[:12])
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "peak": peak(), "mb": path.stat().st_size / 1e6, "rows": middle.size * 12_000}


RUNS = {
    "make": run_make,
    "write": run_write,
    "resume": run_resume,
    "cold": run_cold,
    "warm": run_warm,
    "views": run_views,
}


def measured(what: str, folder: Path, rows: int) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, "--measure", what, "--folder", str(folder), "--rows", str(rows)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def report(folder: Path, rows: int) -> None:
    made = measured("make", folder, rows)
    print(
        f"load: {made['rows']:,} draws above zero, {made['largest']:,} in the largest country; "
        f"peak {made['peak']:.0f} MB"
    )
    wrote = measured("write", folder, rows)
    print(
        f"write: {wrote['seconds']:.1f} s (load {wrote['making']:.1f} s beside it), peak {wrote['peak']:.0f} MB; draws "
        f"{wrote['mb']:.1f} MB ({wrote['mb'] * 1e6 / wrote['rows']:.2f} bytes a row, largest file "
        f"{wrote['largest_mb']:.1f} MB), summary {wrote['summary_rows']:,} rows, {wrote['summary_mb']:.1f} MB"
    )
    cells = asked(folder)
    cold = [measured("cold", folder, cell) for cell in cells[:: max(1, len(cells) // COLD)]]
    typical, opening = (statistics.median(c[what] for c in cold) for what in ("ms", "open"))
    print(
        f"cell, cold: median {typical:.1f} ms, worst {max(c['ms'] for c in cold):.1f} ms of {len(cold)}; "
        f"opening the run is {opening:.1f} ms of it"
    )
    warm = measured("warm", folder, rows)
    print(
        f"cell, run open: first of a country {warm['first']:.1f} ms (worst {warm['first_worst']:.1f}), again "
        f"{warm['again']:.1f} ms (worst {warm['again_worst']:.1f}) of {warm['cells']:.0f}"
    )
    print(
        f"summary of a month {warm['summary']:.1f} ms; largest country {warm['country']:.0f} ms "
        f"({warm['country_rows']:,} rows); box of 100 cells {warm['box']:.0f} ms ({warm['box_rows']:,} rows)"
    )
    resumed = measured("resume", folder, rows)
    print(
        f"resume after losing the largest country: found in {resumed['missing']:.2f} s, completed in "
        f"{resumed['seconds']:.1f} s, peak {resumed['peak']:.0f} MB"
    )
    views = measured("views", folder, rows)
    print(
        f"VIEWS window of {views['rows']:,} rows: {views['seconds']:.1f} s, {views['mb']:.1f} MB, "
        f"peak {views['peak']:.0f} MB"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=15_000_000, help="draws above zero")
    parser.add_argument("--folder", type=Path, help="where the run is kept; by default a temporary folder")
    parser.add_argument("--measure", choices=RUNS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(RUNS[given.measure](given.folder, given.rows)))
    elif given.folder:
        report(given.folder, given.rows)
    else:
        with tempfile.TemporaryDirectory() as folder:
            report(Path(folder) / "run", given.rows)


if __name__ == "__main__":
    main()
