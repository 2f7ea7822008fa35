"""Small runs of cell forecasts for tests, and a program that writes one (so that it can be killed)."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from forestall.forecast.cells.block import CellBlock
from forestall.forecast.cells.layout import CellIndex, RunHeader
from forestall.forecast.cells.reading import Run
from forestall.forecast.cells.store import missing, write_run

# Sudan, South Sudan, Fiji on both sides of 180 degrees, and one without deaths
CELLS = {625: range(145_000, 145_012), 626: range(141_000, 141_005), 950: (105_121, 105_840), 385: (220_000,)}
INDEX = CellIndex(*np.array(sorted((cell, gw_id) for gw_id, cells in CELLS.items() for cell in cells)).T)


def header(**other) -> RunHeader:
    facts = {
        "model": "by_hand",
        "version": "1",
        "target": "deaths_total",
        "as_of": 554,
        "step": "month",
        "periods": (555, 556, 557),
        "n_draws": 40,
        "seed": 1,
        "panel_digest": "ab" * 32,
        "country_digest": "cd" * 32,
    }
    return RunHeader(**(facts | other))


def dense(gw_id: int, n: int, head: RunHeader) -> np.ndarray:
    """Mostly zeros, a long tail; the same for the same country and seed."""
    rng = np.random.default_rng([head.seed, gw_id])
    shape = (n, len(head.periods), head.n_draws)
    some = rng.random(shape) < (0 if gw_id == 385 else rng.random((n, 1, 1)) ** 3)
    return np.where(some, np.ceil(rng.lognormal(1, 1.5, shape)), 0).astype(np.int32)


def block(gw_id: int, head: RunHeader) -> CellBlock:
    cells = INDEX.of_country(gw_id)
    return CellBlock.of_dense(gw_id, cells, head.periods, dense(gw_id, cells.size, head))


def blocks(folder: Path, head: RunHeader, made: list[int] | None = None) -> Iterator[CellBlock]:
    """The blocks that are missing, one at a time; `made` takes down which were asked for."""
    for gw_id in missing(folder, head, INDEX):
        if made is not None:
            made.append(gw_id)
        yield block(gw_id, head)


def run(folder: Path, head: RunHeader | None = None) -> Run:
    return write_run(folder, head or header(), INDEX, blocks(folder, head or header()))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a run but its lock."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "lock"]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


if __name__ == "__main__":

    def slowly() -> Iterator[CellBlock]:
        for one in blocks(Path(sys.argv[1]), header()):
            sys.stdout.write(f"{one.gw_id}\n")
            sys.stdout.flush()
            time.sleep(float(sys.argv[2]))
            yield one

    write_run(Path(sys.argv[1]), header(), INDEX, slowly())
