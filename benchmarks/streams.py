"""A stream of 100 million events: to counts by country and month, and by cell and month; and reading GDELT's text.

    python benchmarks/streams.py --folder /tmp/streams                     # 100 million rows, about 3 GB on disk
    python benchmarks/streams.py --folder /tmp/streams --rows 2000000 --text-rows 200000     # for a first look

The rows are generated in the row contract of event streams, as the reader of GDELT makes them, and lie in the layout
that `streams.add_file` writes: months from 1979-01 to 2025-12 that grow as the news did, states and cells by Zipf's
law, 15 % of events known only to a country or division. Each measurement is a process of its own on the same files,
which are in the system's cache, as they are after they were written. All three must give the same counts, or this
stops.

Text: files of GDELT 1.0 (58 columns, about 290 bytes a row) as published, in a zip, read and written into a stream.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from forestall.ids.months import month_start, parse_month
from forestall.parallel import workers
from forestall.sources import gdelt, gdelt_files, streams
from forestall.sources.places import land
from forestall.sources.stream_counts import COUNTS, cell_month_counts, country_month_counts
from forestall.sources.stream_rows import Tally
from forestall.sources.stream_store import Record, Source, Stream, write_part, write_record

FIRST, LAST = parse_month("1979-01"), parse_month("2025-12")
KIND = "gdelt-1"
CODES = {"ML": "MLI", "US": "USA", "IZ": "IRQ"}
PART_ROWS = 1_000_000


def month_rows(rows: int) -> list[tuple[int, int]]:
    """How many of `rows` fall in each month: hundred times as many at the end as at the start."""
    months = np.arange(FIRST, LAST + 1)
    weight = np.exp(np.linspace(0, np.log(100), months.size))
    edges = np.round(np.cumsum(weight) / weight.sum() * rows).astype(int)
    return list(zip(months.tolist(), np.diff(edges, prepend=0).tolist(), strict=True))


class Maker:
    """Makes events. States by Zipf's law (exponent 1), cells of a state too (1.2), categories as the news have them."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        states = land()
        cells = np.flatnonzero(states)
        cells = self.rng.permutation(cells)
        cells = cells[np.argsort(states[cells], kind="stable")]
        owners = states[cells]
        ids, start, count = np.unique(owners, return_index=True, return_counts=True)
        rank = self.rng.permutation(ids.size) + 1
        state_weight = (1 / rank)[np.searchsorted(ids, owners)]
        within = np.arange(cells.size) - np.repeat(start, count) + 1
        cell_weight = within**-1.2
        total = np.add.reduceat(cell_weight, start)
        weight = state_weight * cell_weight / np.repeat(total, count)
        self.edges = np.cumsum(weight) / weight.sum()
        self.cells, self.owners = cells.astype(np.int32), owners
        # Of CAMEO's 20 categories, statements and consultations are the most frequent; percent.
        self.roots = np.cumsum([2, 8, 11, 34, 12, 2, 3, 3, 2, 2, 5, 2, 1, 2, 1, 2, 3, 2, 2, 1])
        self.quads = np.array([0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4], dtype=np.int8)
        self.next_id = 1

    def rows(self, month: int, n: int) -> pl.DataFrame:
        rng = self.rng
        at = np.searchsorted(self.edges, rng.random(n))
        root = (np.searchsorted(self.roots / 100, rng.random(n), side="right") + 1).astype(np.int8)
        area = rng.random(n) < 0.15
        nowhere = rng.random(n) < 0.03
        first = month_start(month)
        day = np.datetime64(first) + rng.integers(0, 28, n)
        cell = self.cells[at]
        row, col = (cell - 1) // 720, (cell - 1) % 720
        mentions = rng.geometric(0.2, n)
        self.next_id += n
        place = np.where(nowhere, "none", np.where(area, "area", "land"))
        return pl.DataFrame(
            {
                "event_id": np.arange(self.next_id - n, self.next_id),
                "date": day,
                "month_id": np.full(n, month, np.int32),
                "added": day + (rng.random(n) < 0.1) * rng.integers(1, 400, n),
                "gw_id": pl.Series(np.where(nowhere, 0, self.owners[at])).replace({0: None}),
                "country_code": pl.Series(self.owners[at]).cast(pl.String).str.slice(0, 2),
                "precision": pl.Series(np.where(area, 1, 3)),
                "lat": pl.Series((row * 0.5 - 90 + rng.integers(0, 50, n) / 100).astype(np.float32)),
                "lon": pl.Series((col * 0.5 - 180 + rng.integers(0, 50, n) / 100).astype(np.float32)),
                "place": place,
                "pg_id": pl.Series(np.where(nowhere | area, 0, cell)).replace({0: None}),
                "root_code": root,
                "event_code": pl.Series(root).cast(pl.String).str.zfill(2) + "0",
                "quad_class": self.quads[root],
                "goldstein": np.round(rng.integers(-20, 21, n) / 2, 1),
                "tone": np.round(rng.normal(-1, 3, n), 2),
                "is_root": rng.random(n) < 0.5,
                "mentions": mentions,
                "sources": np.ones(n, np.int32),
                "articles": mentions,
                "actor1": pl.Series(self.owners[at]).cast(pl.String),
                "actor2": pl.Series(self.owners[rng.permutation(at)]).cast(pl.String),
            }
        )


def generate(folder: Path, rows: int) -> dict[str, float]:
    """Write the stream and say how large it is."""
    stream, maker, parts = Stream(folder, KIND), Maker(seed=1), []
    start = time.perf_counter()
    for month, n in month_rows(rows):
        for i, size in enumerate(min(PART_ROWS, n - done) for done in range(0, n, PART_ROWS)):
            parts.append(write_part(stream, maker.rows(month, size), month, "generated", i))
    none: dict[str, int] = {}
    source = Source(name="generated", release=None, sha256="0" * 64, rows_read=rows, rows_kept=rows, set_aside=none,
                    places=none, countries=none, unknown_codes=none)  # fmt: skip
    write_record(stream, "generated", Record(kind=KIND, sources=(source,), parts=tuple(parts)))
    size = sum(p.bytes for p in parts)
    return {
        "seconds": time.perf_counter() - start,
        "rows": sum(p.rows for p in parts),
        "bytes": size,
        "parts": len(parts),
    }


def held(folder: Path) -> dict[str, float] | None:
    """What `generate` says, for a stream that was made before."""
    parts = Stream(folder, KIND).parts()
    size = sum(p.bytes for p in parts)
    said: dict[str, float] = {"seconds": 0, "rows": sum(p.rows for p in parts), "bytes": size, "parts": len(parts)}
    return said if parts else None


def sql(key: str, glob: str) -> str:
    """What one would write in DuckDB without forestall."""
    quads = ", ".join(f"count(*) FILTER (quad_class = {n}) AS {name}" for n, name in enumerate(COUNTS[1:5], start=1))
    return (
        f"SELECT {key}, month_id, count(*) AS events, {quads}, count(*) FILTER (root_code = 14) AS protests, "
        f"sum(mentions) AS mentions FROM read_parquet('{glob}') GROUP BY {key}, month_id"
    )


def with_duckdb(folder: Path, key: str) -> pl.DataFrame:
    import duckdb

    return pl.DataFrame(duckdb.sql(sql(key, f"{folder / KIND}/*/*/*.parquet")).pl())


def with_polars(folder: Path, key: str) -> pl.DataFrame:
    c = pl.col
    quads = ((c("quad_class") == n).sum().alias(name) for n, name in enumerate(COUNTS[1:5], start=1))
    scan = pl.scan_parquet(f"{folder / KIND}/*/*/*.parquet", hive_partitioning=False)
    counts = scan.group_by(key, "month_id").agg(
        pl.len().alias("events"), *quads, (c("root_code") == 14).sum().alias("protests"), c("mentions").sum()
    )
    return counts.collect(engine="streaming")


def with_forestall(folder: Path, key: str) -> pl.DataFrame:
    counts = country_month_counts if key == "gw_id" else cell_month_counts
    return counts(Stream(folder, KIND))


TOOLS: dict[str, Callable[[Path, str], pl.DataFrame]] = {
    "forestall": with_forestall,
    "duckdb": with_duckdb,
    "polars": with_polars,
}


def measure(tool: str, key: str, folder: Path) -> dict[str, float]:
    """Count in this process; the answer is left beside the stream for comparison."""
    start = time.perf_counter()
    counts = TOOLS[tool](folder, key)
    said = {"seconds": time.perf_counter() - start, "rows": counts.height} | usage()
    held = counts.select(key, "month_id", *(pl.col(c).cast(pl.Int64) for c in COUNTS)).sort("month_id", key)
    held.write_parquet(folder / f"{tool}-{key}.parquet")
    return said


def usage() -> dict[str, float]:
    """CPU seconds of this process and its children, and the peak of memory of the largest of them in MB."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peak = max(one.ru_maxrss for one in used) / 1024
    return {"peak": peak, "cpu": sum(one.ru_utime + one.ru_stime for one in used)}


def write_text(folder: Path, rows: int, files: int) -> list[Path]:
    """Files as GDELT publishes them: 58 fields between tabs, no header, zipped. Made by us, in the published layout."""
    columns = gdelt_files.formats()[KIND].columns
    rng, paths, per = np.random.default_rng(2), [], rows // files
    for i in range(files):
        day = date(2024, 1, 1 + i)
        n = np.arange(i * per + 1, (i + 1) * per + 1)
        lat, lon = rng.uniform(-35, 60, per).round(4), rng.uniform(-120, 150, per).round(4)
        code = pl.Series(rng.choice(["ML", "US", "IZ", "UP", "SU", "NI", "RS", "CH"], per))
        frame = pl.DataFrame({"GLOBALEVENTID": n}).with_columns(
            *(pl.lit("").alias(c) for c in columns[1:]),
        )
        known = {
            "SQLDATE": f"{day:%Y%m%d}", "MonthYear": f"{day:%Y%m}", "Year": f"{day:%Y}", "FractionDate": "2024.0110",
            "Actor1Code": "GOV", "Actor1Name": "GOVERNMENT", "Actor1CountryCode": "MLI", "Actor2Name": "ARMED GROUP",
            "IsRootEvent": "1", "EventCode": "190", "EventBaseCode": "190", "EventRootCode": "19", "QuadClass": "4",
            "GoldsteinScale": "-10.0", "NumSources": "1", "AvgTone": "-4.53", "ActionGeo_Type": "4",
            "Actor1Geo_Type": "4", "Actor1Geo_FullName": "Some Town, Some Region, Some Country",
            "ActionGeo_FullName": "Some Town, Some Region, Some Country", "DATEADDED": f"{day:%Y%m%d}",
            "SOURCEURL": "https://www.example.org/news/2024/01/an-article-with-a-name-of-usual-length-12345.html",
        }  # fmt: skip
        mentions = pl.Series(rng.geometric(0.2, per))
        frame = frame.with_columns(
            *(pl.lit(text).alias(c) for c, text in known.items()),
            pl.Series("ActionGeo_Lat", lat), pl.Series("ActionGeo_Long", lon), code.alias("ActionGeo_CountryCode"),
            mentions.alias("NumMentions"), mentions.alias("NumArticles"),
        ).select(columns)  # fmt: skip
        plain = folder / f"{day:%Y%m%d}.export.CSV"
        frame.write_csv(plain, separator="\t", include_header=False, quote_style="never")
        with zipfile.ZipFile(folder / f"{plain.name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(plain, plain.name)
        paths.append(folder / f"{plain.name}.zip")
    return paths


def measure_text(what: str, folder: Path) -> dict[str, float]:
    """Read the text files: only parse, or into a stream with one or two workers."""
    paths = sorted(folder.glob("*.zip"))
    start = time.perf_counter()
    whole = Tally()
    if what == "parse":
        for path in paths:
            for batch in gdelt.batches(path, date(2026, 1, 1)):
                whole.take(batch.tally)
    else:
        jobs = int(what)
        add = partial(streams.add_file, folder / f"stream-{jobs}", KIND, today=date(2026, 1, 1))
        with workers(jobs=jobs) as crew:
            for outcome in crew.each(add, paths):
                whole.take(outcome.tally)
    seconds = time.perf_counter() - start
    assert whole.rows_read == whole.rows_kept + whole.rows_set_aside == sum(whole.places.values())
    return {"seconds": seconds, "rows": whole.rows_read} | usage()


def in_process(*arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def agree(folder: Path, key: str) -> dict[str, float]:
    ours = pl.read_parquet(folder / f"forestall-{key}.parquet")
    for tool in list(TOOLS)[1:]:
        other = pl.read_parquet(folder / f"{tool}-{key}.parquet")
        if not ours.equals(other):
            raise SystemExit(f"{tool} and forestall disagree by {key}")
    return {"events": float(ours["events"].sum())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True, help="where the files are made")
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--text-rows", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="use the stream that is there, and leave it there")
    parser.add_argument("--measure", nargs="+", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder: Path = given.folder
    if given.measure:
        what, *rest = given.measure
        # A process starts with its parent's peak of memory, so the parent does none of the work.
        steps: dict[str, Callable[[], dict[str, float]]] = {
            "generate": lambda: generate(folder, int(rest[0])),
            "agree": lambda: agree(folder, rest[0]),
            "write": lambda: {"files": len(write_text(folder, int(rest[0]), files=4))},
            "text": lambda: measure_text(rest[0], folder),
        }
        print(json.dumps(steps[what]() if what in steps else measure(what, rest[0], folder)))
        return
    folder.mkdir(parents=True, exist_ok=given.keep)
    try:
        print(f"load before: {os.getloadavg()[0]:.1f}")
        made = held(folder) or in_process("--folder", str(folder), "--measure", "generate", str(given.rows))
        print(
            f"{made['rows']:,.0f} rows in {made['parts']:,.0f} parts, {made['bytes'] / 1e9:.2f} GB, "
            f"made in {made['seconds']:.0f} s"
        )
        print(f"{'':<28}{'best, s':>10}{'worst, s':>10}{'CPU, s':>10}{'peak, MB':>10}{'rows':>12}")
        for key in ("gw_id", "pg_id"):
            for tool in TOOLS:
                runs = [in_process("--folder", str(folder), "--measure", tool, key) for _ in range(given.repeats)]
                show(f"{key}, {tool}", runs)
            same = in_process("--folder", str(folder), "--measure", "agree", key)
            print(f"{'':<28}all three equal, {same['events']:,.0f} events")
        in_process("--folder", str(folder), "--measure", "write", str(given.text_rows))
        for what in ("parse", "1", "2"):
            runs = [in_process("--folder", str(folder), "--measure", "text", what)]
            label = "parse" if what == "parse" else f"into a stream, {what} worker{'s' if what == '2' else ''}"
            show(f"text, {label}", runs)
            print(f"{'':<28}{runs[0]['rows'] / runs[0]['seconds']:,.0f} rows a second")
    finally:
        if not given.keep:
            shutil.rmtree(folder)


def show(label: str, runs: list[dict[str, float]]) -> None:
    best = min(runs, key=lambda r: r["seconds"])
    worst, peak = max(r["seconds"] for r in runs), max(r["peak"] for r in runs)
    print(f"{label:<28}{best['seconds']:>10.2f}{worst:>10.2f}{best['cpu']:>10.2f}{peak:>10.0f}{best['rows']:>12,.0f}")


if __name__ == "__main__":
    main()
