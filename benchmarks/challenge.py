"""Six windows of the VIEWS Prediction Challenge: our backtest beside views-baseline and views-evaluation, in one run.

    python -m venv PEER && PEER/bin/pip install views-baseline==1.0.2 'views-evaluation>=2.0,<3' 'views-frames<2'
    python benchmarks/challenge.py ../shared/data/challenge --peer-python PEER/bin/python

Three models are the same on both sides: zero, the Poisson law of the last month (in views-baseline: its
parametric model with a window of one month, which falls back on Poisson), and conflictology over 12 months.
Each side forecasts 191 countries x 12 months x 1,000 draws in each window and scores CRPS, ignorance and
interval score; imports and reading the data are not timed. Then the peer scores our very draws, and the largest
difference of the two sets of scores is printed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

SHARED = ("zero", "last", "conflictology_12")
METRICS = ("crps", "ign", "mis")
# The challenge's bins; the last one is open, which the peer writes as a very large edge.
EDGES = [0, 0.5, 2.5, 5.5, 10.5, 25.5, 50.5, 100.5, 250.5, 500.5, 1000.5, 1e12]
TARGET = "ged_sb"


def ours(challenge_folder: Path, work: Path, repeats: int) -> dict[str, Any]:
    """Time our side and leave the panel and our draws for the peer."""
    from forestall.forecast import models
    from forestall.verify import backtest, challenge

    panel = challenge.read(challenge_folder)
    over = challenge.windows()
    np.savez(work / "panel.npz", units=panel.units, months=panel.months, values=panel.values)
    result: dict[str, Any] = {}
    for label, names, workers in (
        ("shared", SHARED, None),
        ("shared, 1 thread", SHARED, 1),
        ("all five", tuple(models.MODELS), None),
    ):
        seconds = []
        for _ in range(repeats):
            start = time.perf_counter()
            rows = backtest.run(panel, names, over, workers=workers)
            seconds.append(time.perf_counter() - start)
        result[label] = {"seconds": min(seconds), "rows": rows}
    for window in over:
        seen = panel.cut(window.as_of)
        for name in SHARED:
            draws = models.get(name)(seen, months=window.months).draws
            np.save(work / f"{window.year}-{name}.npy", draws.reshape(-1, draws.shape[2]))
    return result


def peer(work: Path, repeats: int) -> dict[str, Any]:
    """Time the peer; runs in the peer's interpreter, without anything of ours."""
    import logging

    logging.disable(logging.WARNING)
    import pandas as pd
    from views_baseline.model.catalog import BaselineModelCatalog
    from views_evaluation.evaluation import native_metric_calculators as kernels
    from views_evaluation.evaluation.evaluation_frame import EvaluationFrame
    from views_evaluation.evaluation.native_evaluator import NativeEvaluator

    held = np.load(work / "panel.npz")
    units, months, values = held["units"], held["months"], held["values"]
    index = pd.MultiIndex.from_product([months, units], names=["month_id", "country_id"])
    frame = pd.DataFrame({TARGET: values.T.reshape(-1)}, index=index)
    evaluator = NativeEvaluator(
        {
            "steps": list(range(3, 15)),
            "regression_targets": [TARGET],
            "regression_sample_metrics": ["CRPS", "Ignorance", "MIS"],
            "metric_hyperparameters": {
                "MIS": {"alpha": 0.1},
                "Ignorance": {"bins": EDGES, "low_bin": 0, "high_bin": 10000},
            },
        }
    )

    def model(name: str, as_of: int) -> Any:
        config = {"regression_targets": [TARGET], "n_samples": 1000, "seed": 42, "family": "nb", "transform": "none"}
        kind, window = {
            "zero": ("ZeroModel", 0),
            "last": ("ParametricConflictology", 1),
            "conflictology_12": ("ConflictologyModel", 12),
        }[name]
        partition = {"train": (int(months[0]), as_of), "test": (as_of + 1, as_of + 48)}
        return BaselineModelCatalog({**config, "window_months": window}, partition, "cm").get_model(kind)

    def kernel_scores(truth: np.ndarray, draws: np.ndarray) -> dict[str, float]:
        return {
            "crps": float(kernels.calculate_crps_native(truth, draws)),
            "ign": float(kernels.calculate_ignorance_score_native(truth, draws, bins=EDGES, low_bin=0, high_bin=10000)),
            "mis": float(kernels.calculate_mean_interval_score_native(truth, draws, alpha=0.1)),
        }

    timed: dict[str, list[float]] = {"forecast": [], "evaluator": [], "kernels": []}
    rows: list[dict[str, Any]] = []
    for _ in range(repeats):
        spent = dict.fromkeys(timed, 0.0)
        rows = []
        for year in range(2018, 2024):
            january = (year - 1980) * 12 + 1
            for name in SHARED:
                start = time.perf_counter()
                made = model(name, january - 3).fit(frame).predict(frame, sequence_number=2, output_length=12)[TARGET]
                draws = np.asarray(made.values)
                if draws.shape[1] == 1:
                    draws = np.repeat(draws, 1000, axis=1)
                spent["forecast"] += time.perf_counter() - start
                when, where = made.identifiers["time"], made.identifiers["unit"]
                truth = values[np.searchsorted(units, where), when - months[0]]
                start = time.perf_counter()
                ids = {
                    "time": when,
                    "unit": where,
                    "origin": np.zeros(truth.size, dtype=int),
                    "step": when - january + 3,
                }
                evaluator.evaluate(EvaluationFrame(truth, draws, ids, {"target": TARGET}))
                spent["evaluator"] += time.perf_counter() - start
                start = time.perf_counter()
                rows.append({"year": year, "model": name, **kernel_scores(truth, draws)})
                spent["kernels"] += time.perf_counter() - start
        for key, value in spent.items():
            timed[key].append(value)
    same = []
    for year in range(2018, 2024):
        first = (year - 1980) * 12 + 1 - months[0]
        truth = values[:, first : first + 12].reshape(-1)
        for name in SHARED:
            same.append({"year": year, "model": name, **kernel_scores(truth, np.load(work / f"{year}-{name}.npy"))})
    return {"seconds": {key: min(spent) for key, spent in timed.items()}, "rows": rows, "same": same}


def main() -> None:
    """Run both sides and print times and differences."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="the challenge folder")
    parser.add_argument("--peer-python", type=Path, help="interpreter that has views-baseline and views-evaluation")
    parser.add_argument("--repeats", type=int, default=2, help="the best of how many runs")
    parser.add_argument("--as-peer", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.as_peer:
        (given.as_peer / "peer.json").write_text(json.dumps(peer(given.as_peer, given.repeats)))
        return
    if given.folder is None:
        parser.error("the challenge folder is needed")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        mine = ours(given.folder, work, given.repeats)
        for label in ("shared", "shared, 1 thread", "all five"):
            print(f"forestall, {label}: {mine[label]['seconds']:.2f} s")
        if given.peer_python is None:
            return
        command = [str(given.peer_python), __file__, "--as-peer", name, "--repeats", str(given.repeats)]
        subprocess.run(command, check=True, env={**os.environ, "WANDB_MODE": "offline"}, stdout=sys.stderr)
        theirs = json.loads((work / "peer.json").read_text())
    spent = theirs["seconds"]
    whole, lean = spent["forecast"] + spent["evaluator"], spent["forecast"] + spent["kernels"]
    print(f"peer, shared: {whole:.2f} s (forecasts {spent['forecast']:.2f}, evaluator {spent['evaluator']:.2f})")
    print(f"peer, shared, its score functions called once, without its evaluator: {lean:.2f} s")
    base = mine["shared"]["seconds"]
    print(f"forestall is {whole / base:.0f} x faster, {lean / base:.0f} x without the peer's evaluator")
    for metric in METRICS:
        pairs = zip(mine["shared"]["rows"], theirs["same"], strict=True)
        print(
            f"largest difference on identical draws, {metric}: {max(abs(a[metric] - b[metric]) for a, b in pairs):.1e}"
        )
    print("mean of six windows, each side's own draws:")
    for name in SHARED:
        means = [
            [np.mean([row[metric] for row in rows if row["model"] == name]) for metric in METRICS]
            for rows in (mine["shared"]["rows"], theirs["rows"])
        ]
        print(f"  {name:17}", *(f"{a:.3f} / {b:.3f}" for a, b in zip(*means, strict=True)))


if __name__ == "__main__":
    main()
