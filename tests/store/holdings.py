"""Small tables and folders to test the store with; also run as a program that adds a release, to be killed."""

import hashlib
import os
import signal
import sys
from datetime import date
from pathlib import Path

import polars as pl

from forestall.store import EmbeddedTable, Manifest, Release, Source, Workspace
from forestall.store.schemas import SCHEMAS

SOURCE = Source(name="UCDP Candidate", version="26.0.1", licence="CC-BY-4.0", citation="Hegre et al. (2020)")
TABLE = "ucdp_conflict_month"


def release(name: str, table: str = TABLE, published: date | None = date(2026, 2, 20)) -> Release:
    return Release(
        release=name,
        table=table,
        source="UCDP Candidate",
        status="candidate",
        published=published,
        first_month=553,
        last_month=553,
        month_rule="end",
    )


def frame(name: str, deaths: list[int], table: str = TABLE) -> pl.DataFrame:
    """Rows of the table with `deaths`, everything else filled with something of the right type."""
    fill = {
        pl.Int8: 1,
        pl.Int32: 7,
        pl.Int64: 7,
        pl.Float64: 1.5,
        pl.String: "x",
        pl.Date: date(2026, 1, 5),
        pl.Boolean: True,
    }
    columns = {column: [fill[kind]] * len(deaths) for column, kind in SCHEMAS[table].items()}
    columns |= {"release": [name] * len(deaths)}
    if "deaths_total" in columns:
        columns["deaths_total"] = deaths
    return pl.DataFrame(columns, schema=SCHEMAS[table])


def embed(folder: Path, tables: dict[str, pl.DataFrame]) -> Path:
    """A folder of embedded tables with its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = {}
    for name, table in tables.items():
        path = folder / f"{name}.parquet"
        table.write_parquet(path)
        content = path.read_bytes()
        entries[name] = EmbeddedTable(
            file=path.name,
            rows=table.height,
            bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            sources=(Source(name="UCDP GED", version="25.1", licence="CC-BY-4.0", citation="Davies et al. (2025)"),),
            first_month=109,
            last_month=540,
            command="a test",
        )
    Manifest(built_with="a test", tables=entries).write(folder / "manifest.json")
    return folder


def totals(workspace: Workspace) -> dict[str, int]:
    """Deaths per release: what a reader sees."""
    try:
        table = workspace.table(TABLE)
    except Exception as error:
        if "no table" in str(error):
            return {}
        raise
    return dict(table.group_by("release").agg(pl.col("deaths_total").sum()).iter_rows())


def _die_at(step: int) -> None:
    """Kill this process with SIGKILL before its n-th call of what changes the disk; count the calls."""
    count = 0

    def before(function):
        def wrapped(*args, **kwargs):
            nonlocal count
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            count += 1
            return function(*args, **kwargs)

        return wrapped

    for name in ("replace", "fsync", "unlink", "mkdir"):
        setattr(os, name, before(getattr(os, name)))


def main() -> None:
    """holdings.py HOME NAMES DEATHS [die-at STEP | random SEED]: put two tables in, in one update."""
    home, names, deaths, *mode = sys.argv[1:]
    workspace = Workspace.open(Path(home), embedded=Path(home) / "none")
    if mode[:1] == ["die-at"]:
        _die_at(int(mode[1]))
    print("ready", flush=True)  # noqa: T201
    for number in range(int(mode[1]) if mode[:1] == ["repeat"] else 1):
        with workspace.update() as change:
            for name in names.split(","):
                raw = Path(home).parent / f"{name}-{deaths}.csv"
                value = int(deaths) + number
                change.add_table(frame(name, [value] * 50), release(name), source=SOURCE, raw=raw)
    print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
