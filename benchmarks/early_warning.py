"""How good is the early warning, beside the best open models, by two evaluators, in one run?

    python -m venv PEER && PEER/bin/pip install views-baseline==1.0.2 'views-evaluation>=2.0,<3' 'views-frames<2'
    python benchmarks/early_warning.py ../shared/data/challenge --models forestall,ewma,conflictology_12 \
        --peer-python PEER/bin/python --out /tmp/early_warning

The six windows of the VIEWS Prediction Challenge, 191 countries, 1,000 draws. Both sides write their forecasts as
submissions in the layout of the challenge; then everything is read from those files: our scores of every draw, and
those of views-evaluation, month by month. The largest difference of the two is printed and may not exceed 1e-6. Then
the report: every window with and without its three largest cells, intervals against conflictology_12 and against the
best model of the peer, breakdowns, calibration. OUT keeps the submissions, `cells.parquet` (scores of every cell of
every model), `peer_cells.parquet` (the peer's, for `forestall backtest --detail --peer-scores`) and `report.json`.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

METRICS = {"crps": "CRPS", "ign": "Ignorance", "mis": "MIS"}
# The challenge's bins; the last one is open, which the peer writes as a very large edge.
EDGES = [0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5, 1e12]
TARGET = "ged_sb"
YEARS = range(2018, 2024)
STEPS = range(3, 15)
AGREED = 1e-6
# What views-baseline 1.0.2 offers, as configured here: the model of its catalogue and the settings that matter to it.
PEERS: dict[str, tuple[str, dict[str, Any]]] = {
    "views_zero": ("ZeroModel", {}),
    "views_last_poisson": ("ParametricConflictology", {"window_months": 1}),
    "views_locf": ("LocfModel", {}),
    "views_average_12": ("AverageModel", {}),
    "views_conflictology_12": ("ConflictologyModel", {}),
    "views_mixture_05": ("MixtureBaseline", {"lambda_mix": 0.05}),
    "views_mixture_10": ("MixtureBaseline", {"lambda_mix": 0.1}),
    "views_negbin_12": ("ParametricConflictology", {}),
    "views_zinb_12": ("ParametricConflictology", {"family": "zinb"}),
    "views_hurdle_lognormal": ("ParametricHurdleConflictology", {"family": "lognormal"}),
    "views_hurdle_gamma": ("ParametricHurdleConflictology", {"family": "gamma"}),
}
DEFAULTS = {"window_months": 12, "n_samples": 1000, "seed": 42, "family": "nb", "transform": "none"}
# Means of the six windows (CRPS, IGN, MIS), as the field gives them.
KNOWN = {
    "views_zero": (35.01, 1.64, 700),
    "views_last_poisson": (31.00, 1.20, 600),
    "views_conflictology_12": (27.44, 0.757, 453),
    "views_mixture_05": (27.01, 0.717, 447),
    "views_negbin_12": (27.19, 0.664, 436),
}
GOALS = {"reach": (26.0, 0.615, 418.0), "aim": (25.4, 0.595, 395.0)}


def peer_forecasts(work: Path, out: Path) -> dict[str, float]:
    """Write the peer's submissions; runs in its interpreter, without anything of ours. Returns seconds by model."""
    import logging

    logging.disable(logging.WARNING)
    import pandas as pd
    from views_baseline.model.catalog import BaselineModelCatalog

    held = np.load(work / "panel.npz")
    units, months, values = held["units"], held["months"], held["values"]
    index = pd.MultiIndex.from_product([months, units], names=["month_id", "country_id"])
    frame = pd.DataFrame({TARGET: values.T.reshape(-1)}, index=index)
    seconds: dict[str, float] = {}
    for name, (kind, settings) in PEERS.items():
        start = time.perf_counter()
        for year in YEARS:
            january = (year - 1980) * 12 + 1
            partition = {"train": (int(months[0]), january - 3), "test": (january - 2, january + 45)}
            config = {"regression_targets": [TARGET], **DEFAULTS, **settings}
            model = BaselineModelCatalog(config, partition, "cm").get_model(kind)
            made = model.fit(frame).predict(frame, sequence_number=2, output_length=12)[TARGET]
            draws = np.asarray(made.values)
            if draws.shape[1] == 1:
                draws = np.repeat(draws, 1000, axis=1)
            n, m = draws.shape
            table = pd.DataFrame(
                {
                    "month_id": np.repeat(np.asarray(made.identifiers["time"]), m),
                    "country_id": np.repeat(np.asarray(made.identifiers["unit"]), m),
                    "draw": np.tile(np.arange(m), n),
                    "outcome": np.rint(draws).astype(np.int32).reshape(-1),
                }
            ).set_index(["month_id", "country_id", "draw"])
            path = out / name / "cm" / f"window=Y{year}" / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            table.to_parquet(path, compression="zstd")
        seconds[name] = time.perf_counter() - start
    return seconds


def peer_scores(work: Path, submissions: Path) -> list[dict[str, Any]]:
    """views-evaluation on every submission: rows {"model", "year", "month_id" (None: all), "crps", "ign", "mis"}."""
    import logging

    logging.disable(logging.WARNING)
    import pandas as pd
    from views_evaluation.evaluation.evaluation_frame import EvaluationFrame
    from views_evaluation.evaluation.native_evaluator import NativeEvaluator

    held = np.load(work / "panel.npz")
    units, months, values = held["units"], held["months"], held["values"]
    evaluator = NativeEvaluator(
        {
            "steps": list(STEPS),
            "regression_targets": [TARGET],
            "regression_sample_metrics": list(METRICS.values()),
            "metric_hyperparameters": {
                "MIS": {"alpha": 0.1},
                "Ignorance": {"bins": EDGES, "low_bin": 0, "high_bin": 10000},
            },
        }
    )
    rows: list[dict[str, Any]] = []
    for path in sorted(submissions.glob("*/cm/window=*/*.parquet")):
        year = int(path.parent.name.removeprefix("window=Y"))
        table = pd.read_parquet(path).sort_index()
        m = table.index.get_level_values("draw").nunique()
        draws = table["outcome"].to_numpy().astype(np.float64).reshape(-1, m)
        when = table.index.get_level_values("month_id").to_numpy()[::m]
        where = table.index.get_level_values("country_id").to_numpy()[::m]
        truth = values[np.searchsorted(units, where), when - months[0]]
        ids = {
            "time": when,
            "unit": where,
            "origin": np.zeros(truth.size, dtype=int),
            "step": when - ((year - 1980) * 12 + 1) + STEPS[0],
        }
        found = evaluator.evaluate(EvaluationFrame(truth, draws, ids, {"target": TARGET})).to_dict()["schemas"]
        for schema in ("month", "time_series"):
            for group, scores in found[schema].items():
                month = int(group.removeprefix("month")) if schema == "month" else None
                row = {key: float(scores[name]) for key, name in METRICS.items()}
                rows.append({"model": path.parents[2].name, "year": year, "month_id": month, **row})
    return rows


def ours(folder: Path, work: Path, models: Sequence[str], submissions: Path) -> tuple[Any, list[dict[str, Any]], float]:
    """Run our models and write their submissions; the panel, scores of the draws as they were made, and the seconds."""
    from forestall.forecast.frame import Forecast
    from forestall.verify import backtest, challenge
    from forestall.verify import submissions as layout

    panel = challenge.read(folder)
    np.savez(work / "panel.npz", units=panel.units, months=panel.months, values=panel.values)
    start = time.perf_counter()

    def write(_: backtest.Window, name: str, forecast: Forecast) -> None:
        layout.write(forecast, submissions, name)

    rows = backtest.run(panel, models, challenge.windows(), each=write)
    return panel, rows, time.perf_counter() - start


def difference(cells: Any, theirs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """The largest difference between our mean scores and the peer's, over all models, windows and months."""
    import polars as pl

    largest = dict.fromkeys(METRICS, 0.0)
    whole = cells.group_by("model", "year").agg(pl.col(*METRICS).mean()).with_columns(month_id=pl.lit(None, pl.Int32))
    monthly = cells.group_by("model", "year", "month_id").agg(pl.col(*METRICS).mean())
    mine = {
        (row["model"], row["year"], row["month_id"]): row
        for row in (*whole.iter_rows(named=True), *monthly.iter_rows(named=True))
    }
    if len(mine) != len(theirs):
        sys.exit(f"we have {len(mine)} scores, views-evaluation {len(theirs)}: not the same windows and months")
    for row in theirs:
        own = mine[row["model"], row["year"], row["month_id"]]
        for metric in METRICS:
            largest[metric] = max(largest[metric], abs(own[metric] - row[metric]))
    return largest


def show(found: Mapping[str, Any], reference: str) -> None:
    """Means beside the goals and the known figures, and the record against the reference, window by window."""
    print("\nmean of six windows       CRPS    IGN    MIS    (known)")
    for row in sorted(found["overall"], key=lambda one: float(one["crps"])):
        known = KNOWN.get(row["model"])
        beside = f"    ({known[0]:.2f} / {known[1]:.3f} / {known[2]:.0f})" if known else ""
        print(f"  {row['model']:22} {row['crps']:6.2f} {row['ign']:6.3f} {row['mis']:6.0f}{beside}")
    for name, goal in GOALS.items():
        print(f"  {'goal: ' + name:22} {goal[0]:6.2f} {goal[1]:6.3f} {goal[2]:6.0f}")
    print(f"\nwindows better than {reference}, and the largest excess over it")
    for row in found["overall"]:
        record = [one for one in row["record"] if one["with"] == reference]
        words = ", ".join(
            f"{one['metric']} {one['better']}/{one['of']} ({100 * one['worst']:+.1f} %)" for one in record
        )
        if words:
            print(f"  {row['model']:22} {words}")


def run(folder: Path, work: Path, models: Sequence[str], peer_python: Path, peer: str | None) -> None:
    """Both sides, both evaluators, and the report; ends the process with an error if the evaluators differ."""
    import polars as pl

    from forestall.cli.backtest_tables import detail_tables
    from forestall.cli.terminal import show as print_tables
    from forestall.verify import cells, challenge, report
    from forestall.verify import submissions as layout
    from forestall.verify.measure import without_nan

    submissions = work / "submissions"
    work.mkdir(parents=True, exist_ok=True)

    panel, rows, seconds = ours(folder, work, models, submissions)
    print(f"forestall, {len(models)} models x 6 windows, submissions written: {seconds:.1f} s")
    command = [str(peer_python), __file__, "--out", str(work)]
    environment = {**os.environ, "WANDB_MODE": "offline"}
    subprocess.run([*command, "--as-peer", "forecasts"], check=True, env=environment, stdout=sys.stderr)
    start = time.perf_counter()
    table = layout.score(submissions, panel)
    spent = time.perf_counter() - start
    print(f"our scores of {table['model'].n_unique() * 6} files, read, checked and scored: {spent:.1f} s")
    start = time.perf_counter()
    subprocess.run([*command, "--as-peer", "scores"], check=True, env=environment, stdout=sys.stderr)
    print(f"views-evaluation on the same files: {time.perf_counter() - start:.1f} s")
    cells.write(table, work / "cells.parquet")
    peers = table.filter(pl.col("model").is_in(list(PEERS)))
    cells.write(peers, work / "peer_cells.parquet")
    largest = difference(table, json.loads((work / "peer_scores.json").read_text()))
    for metric in METRICS:
        written = {(row["model"], row["year"]): row[metric] for row in cells.rows(table)}
        moved = max(abs(row[metric] - written[row["model"], row["year"]]) for row in rows)
        print(f"largest change of a window's score by writing whole deaths, {metric}: {moved:.1e}")
    for metric, value in largest.items():
        print(f"largest difference between the two evaluators, {metric}: {value:.1e}")
    reference = report.REFERENCE if report.REFERENCE in models else "views_conflictology_12"
    found = report.report(table, reference=reference, peer=peer or cells.best(peers))
    (work / "report.json").write_text(json.dumps(without_nan(found)))
    print_tables(*detail_tables(found, challenge.published(folder), "the challenge's own figures"))
    show(found, reference)
    if max(largest.values()) > AGREED:
        sys.exit(f"the evaluators differ by more than {AGREED}")


def main() -> None:
    """Run both sides, score with both evaluators, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="the challenge folder")
    parser.add_argument("--models", default="forestall,ewma,conflictology_12", help="ours, by name")
    parser.add_argument("--peer-python", type=Path, help="interpreter that has views-baseline and views-evaluation")
    parser.add_argument("--peer", help="the peer's model to compare with; default: its best by CRPS")
    parser.add_argument("--out", type=Path, default=Path("early_warning"), help="folder for all that is written")
    parser.add_argument("--as-peer", choices=("forecasts", "scores"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    work, submissions = given.out, given.out / "submissions"
    if given.as_peer == "forecasts":
        (work / "peer_seconds.json").write_text(json.dumps(peer_forecasts(work, submissions)))
        return
    if given.as_peer == "scores":
        (work / "peer_scores.json").write_text(json.dumps(peer_scores(work, submissions)))
        return
    if given.folder is None or given.peer_python is None:
        parser.error("the challenge folder and --peer-python are needed")
    if submissions.exists():
        parser.error(f"{submissions} is there already: name a new folder with --out, so that nothing old is scored")
    models = [name.strip() for name in given.models.split(",") if name.strip()]
    run(given.folder, work, models, given.peer_python, given.peer)


if __name__ == "__main__":
    main()
