"""Seconds and memory for reading a file as large as GED and adding it up by country and month.

    python benchmarks/parse.py ../shared/data/ucdp/GEDEvent_v21_01_21_12.csv.gz
    python benchmarks/parse.py FILE --rows 38600 --repeats 1      # a tenth of the size, for a first look

A real Candidate file is repeated with fresh event ids until it has as many rows as GED 25.1 (385,918), and written as
plain CSV, gzip and zip in a temporary folder. Each form is read by `parse_file` and added up by
`events_to_country_month` in a process of its own; the best of the repeats is printed with the largest memory that any
of them held. Beside it, for scale: reading the plain file whole with polars and with pandas, without checking anything.
Last the whole command `forestall data add` on an empty workspace: start, digest, snapshot and table included.
"""

import argparse
import csv
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from command import run

MEASURES = ("parse", "polars", "pandas")


def make(source: Path, folder: Path, rows: int) -> dict[str, Path]:
    """Write the large file in its three forms. Ids are 1, 2, ...; everything else is as in the source."""
    with gzip.open(source, "rt", encoding="utf-8", newline="") as file:
        records = list(csv.reader(file))
    head, body = records[0], records[1:]
    plain = folder / "GEDEvent_v25_1.csv"
    with plain.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(head)
        for n in range(rows):
            writer.writerow([n + 1, *body[n % len(body)][1:]])
    packed = plain.with_suffix(".csv.gz")
    with packed.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6) as out_gz:
        out_gz.write(plain.read_bytes())
    archive = folder / "ged251-csv.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out_zip:
        out_zip.write(plain, plain.name)
    return {"plain": plain, "gzip": packed, "zip": archive}


def run_parse(path: Path) -> dict[str, float]:
    from forestall.panel.aggregate import events_to_country_month
    from forestall.sources.ucdp import parse_file

    start = time.perf_counter()
    parsed = parse_file(path)
    read = time.perf_counter()
    months = events_to_country_month(parsed.frame).frame
    end = time.perf_counter()
    assert int(months["deaths_total"].sum()) == int(parsed.frame["deaths_total"].sum())
    return {"parse": read - start, "aggregate": end - read, "rows": parsed.report.rows_kept}


def run_polars(path: Path) -> dict[str, float]:
    import polars as pl

    start = time.perf_counter()
    rows = pl.read_csv(path, infer_schema=False).height
    return {"parse": time.perf_counter() - start, "aggregate": 0.0, "rows": rows}


def run_pandas(path: Path) -> dict[str, float]:
    import pandas as pd

    start = time.perf_counter()
    rows = len(pd.read_csv(path, low_memory=False))
    return {"parse": time.perf_counter() - start, "aggregate": 0.0, "rows": rows}


RUNS: dict[str, Callable[[Path], dict[str, float]]] = {"parse": run_parse, "polars": run_polars, "pandas": run_pandas}


def measured(what: str, path: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, __file__, str(path), "--measure", what]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    result: dict[str, float] = json.loads(done.stdout)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", type=Path, help="a Candidate file of 49 columns, packed with gzip")
    parser.add_argument("--rows", type=int, default=386_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--measure", choices=MEASURES, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        result = RUNS[given.measure](given.file)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        result |= {"peak": usage.ru_maxrss / 1024, "cpu": usage.ru_utime + usage.ru_stime}
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as folder:
        files = make(given.file, Path(folder), given.rows)
        print(f"{'':<28}{'file, MB':>10}{'read, s':>10}{'sums, s':>10}{'CPU, s':>10}{'peak, MB':>10}")
        cases = [(f"forestall, {form}", "parse", path) for form, path in files.items()]
        cases += [("polars, all as text", "polars", files["plain"]), ("pandas", "pandas", files["plain"])]
        for label, what, path in cases:
            runs = [measured(what, path) for _ in range(given.repeats)]
            best = min(runs, key=lambda r: r["parse"] + r["aggregate"])
            peak = max(r["peak"] for r in runs)
            size = path.stat().st_size / 1e6
            print(
                f"{label:<28}{size:>10.0f}{best['parse']:>10.2f}{best['aggregate']:>10.2f}{best['cpu']:>10.2f}{peak:>10.0f}"
            )
        for form, path in files.items():
            costs = [run(["data", "add", str(path)], Path(folder) / f"home-{form}-{n}") for n in range(given.repeats)]
            quickest = min(costs, key=lambda cost: cost.seconds)
            peak, size = max(cost.peak for cost in costs), path.stat().st_size / 1e6
            whole = f"{quickest.seconds:>10.2f}{'':>10}{quickest.cpu:>10.2f}{peak:>10.0f}"
            print(f"{'data add, ' + form:<28}{size:>10.0f}{whole}")


if __name__ == "__main__":
    main()
