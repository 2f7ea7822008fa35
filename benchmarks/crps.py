"""Seconds and memory for the CRPS of 13,110 cells x 12 months x 1,000 draws, beside other packages.

    python benchmarks/crps.py                                # ours, and what else this interpreter has
    python benchmarks/crps.py --peer-python PATH [...]       # also packages installed in other environments
    python benchmarks/crps.py --cells 1311                   # a tenth of the size, for a first look

Two cases, both made here from a fixed seed: `cells`, draws as grid cells have them (94 % of the rows all zero, whole
counts with a long tail in the others), and `dense`, every row a wide spread of whole counts. Each package gets the same
float32 array in one call, in a process of its own: best of three after a warm-up call on a few rows, and the largest
memory the process held. The package's mean CRPS is printed beside its time, so that a fast wrong answer shows.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Draws = npt.NDArray[np.float32]
Outcomes = npt.NDArray[np.float64]
Score = Callable[[Draws, Outcomes], npt.NDArray[Any]]

CASES = ("cells", "dense")


def make_case(case: str, rows: int, draws: int, seed: int = 20261123) -> tuple[Draws, Outcomes]:
    """Draws (rows, draws) float32 and outcomes (rows,), in deaths per month."""
    rng = np.random.default_rng(seed)
    if case == "dense":
        x = rng.standard_normal((rows, draws), dtype=np.float32)
        x *= 1.5
        x += 3
        np.exp(x, out=x)
        np.round(x, out=x)
        return x, np.round(np.exp(rng.normal(3, 1.5, rows))).astype(np.float64)
    x = np.zeros((rows, draws), dtype=np.float32)
    y = np.zeros(rows)
    for row in np.flatnonzero(rng.random(rows) < 0.06):
        share = rng.beta(0.4, 2.0)
        hits = rng.random(draws) < share
        x[row, hits] = np.ceil(2 * rng.pareto(1.2, int(hits.sum())) + 0.5)
        if rng.random() < share:
            y[row] = np.ceil(2 * rng.pareto(1.2) + 0.5)
    return np.minimum(x, np.float32(1e6)), np.minimum(y, 1e6)


def forestall_crps(x: Draws, y: Outcomes) -> npt.NDArray[Any]:
    """Ours, on all cores."""
    from forestall.scores import crps

    return crps(x, y)


def forestall_one_thread(x: Draws, y: Outcomes) -> npt.NDArray[Any]:
    """Ours, on one core."""
    from forestall.scores import crps

    return crps(x, y, workers=1)


def plain_numpy(x: Draws, y: Outcomes) -> npt.NDArray[Any]:
    """The sorted form in five lines of NumPy, on the whole array at once."""
    m = x.shape[1]
    ordered = np.sort(x, axis=1).astype(np.float64)
    spread = ordered @ np.arange(1 - m, m, 2, dtype=np.float64) / m**2
    ordered -= y[:, None]
    score: npt.NDArray[Any] = np.abs(ordered, out=ordered).mean(axis=1) - spread
    return score


def views_evaluation(x: Draws, y: Outcomes) -> npt.NDArray[Any]:
    """views-evaluation's own kernel, without its frame around it."""
    from views_evaluation.evaluation.native_metric_calculators import calculate_crps_native

    return np.array([calculate_crps_native(y, x)])


def scoringrules_numpy(x: Draws, y: Outcomes) -> npt.NDArray[Any]:
    """scoringrules with its NumPy backend and default estimator."""
    import scoringrules

    return np.asarray(scoringrules.crps_ensemble(y, x, backend="numpy"))


def scoringrules_numba(x: Draws, y: Outcomes) -> npt.NDArray[Any]:
    """scoringrules with its compiled backend, which it takes by default where numba is installed."""
    import numba  # type: ignore[import-not-found,unused-ignore]  # noqa: F401
    import scoringrules

    return np.asarray(scoringrules.crps_ensemble(y, x, backend="numba"))


def properscoring(x: Draws, y: Outcomes) -> npt.NDArray[Any]:
    """properscoring, the kernel behind xskillscore, which the VIEWS challenge scored with."""
    import properscoring as package  # type: ignore[import-not-found,unused-ignore]

    return np.asarray(package.crps_ensemble(y, x))


METHODS: dict[str, Score] = {
    "forestall": forestall_crps,
    "forestall, 1 thread": forestall_one_thread,
    "plain NumPy": plain_numpy,
    "scoringrules, NumPy": scoringrules_numpy,
    "scoringrules, numba": scoringrules_numba,
    "properscoring": properscoring,
    "views-evaluation": views_evaluation,
}


def measure(method: str, folder: Path, repeats: int) -> dict[str, float | str]:
    """Time one method on the arrays in `folder`; called in a process of its own."""
    score = METHODS[method]
    x, y = np.load(folder / "draws.npy"), np.load(folder / "outcomes.npy")
    try:
        score(x[:64], y[:64])
    except ImportError:
        return {"state": "not installed"}
    seconds, mean = [], 0.0
    for _ in range(repeats):
        start = time.perf_counter()
        result = score(x, y)
        seconds.append(time.perf_counter() - start)
        mean = float(np.mean(result, dtype=np.float64))
    return {"state": "measured", "seconds": min(seconds), "peak_mb": peak_memory(), "mean": mean}


def peak_memory() -> float:
    """The most memory this process held, in MB. Linux's own figure if it has one: getrusage counts the parent too."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Make the cases, measure every method in each interpreter that has it, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=13_110)
    parser.add_argument("--months", type=int, default=12)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument(
        "--peer-python", action="append", default=[], metavar="PATH", help="interpreter with other packages"
    )
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(measure(asked.measure, asked.folder, asked.repeats)))
        return
    rows = asked.cells * asked.months
    print(f"{rows:,} rows x {asked.draws:,} draws, float32")
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            x, y = make_case(case, rows, asked.draws)
            print(
                f"\n{case}: {np.mean(x == 0):.1%} of the draws and {np.mean(~x.any(axis=1)):.1%} of the rows are zero"
            )
            np.save(Path(folder) / "draws.npy", x)
            np.save(Path(folder) / "outcomes.npy", y)
            del x
            print(f"the draws themselves: {rows * asked.draws * 4 / 2**20:,.0f} MB")
            print(f"{'method':22}{'seconds':>10}{'peak MB':>10}{'mean CRPS':>16}")
            for method in METHODS:
                print_row(
                    method, try_interpreters(method, Path(folder), asked.repeats, [sys.executable, *asked.peer_python])
                )


def try_interpreters(method: str, folder: Path, repeats: int, interpreters: list[str]) -> dict[str, Any]:
    """Measure with the first interpreter that has the package."""
    found: dict[str, Any] = {"state": "not installed"}
    for python in interpreters:
        command = [python, __file__, "--measure", method, "--folder", str(folder), "--repeats", str(repeats)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return {"state": f"failed: {(done.stderr.strip().splitlines() or ['killed'])[-1][:80]}"}
        found = json.loads(done.stdout.splitlines()[-1])
        if found["state"] == "measured":
            break
    return found


def print_row(method: str, found: dict[str, Any]) -> None:
    """One line of the table."""
    if found["state"] != "measured":
        print(f"{method:22}{found['state']}")
        return
    print(f"{method:22}{found['seconds']:>10.2f}{found['peak_mb']:>10,.0f}{found['mean']:>16.8f}", flush=True)


if __name__ == "__main__":
    main()
