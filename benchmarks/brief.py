"""Seconds and memory of `forestall brief`, from the embedded figures, and of `forestall --help`.

    python benchmarks/brief.py
    python benchmarks/brief.py --country Ethiopia --repeats 5

Each run is a process of its own. Cold: the workspace is empty, so nothing is kept from an earlier run. Warm: the same
command again on the same workspace. One run that is not counted comes first, so that modules are compiled and files
are in the system's cache, as on a machine where forestall was used before. The best of the repeats is printed, and the
largest memory that any of them held.
"""

import argparse
import os
import tempfile
from pathlib import Path

from command import Cost, run


def cold_and_warm(country: list[str], folder: Path, repeats: int) -> tuple[list[Cost], list[Cost]]:
    cold, warm = [], []
    for n in range(repeats):
        home = folder / f"home-{n}"
        ask = ["brief", *country, "--out", str(folder / "out")]
        cold.append(run(ask, home))
        warm.append(run(ask, home))
    return cold, warm


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--country", default="Ethiopia", help="the dossier to write beside the outlook")
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f}")
    print(f"{'':<32}{'best, s':>10}{'worst, s':>10}{'CPU, s':>10}{'peak, MB':>10}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(["--help"], folder / "first")
        run(["brief", "--out", str(folder / "out")], folder / "first")
        results = {"--help": [run(["--help"], folder / "none") for _ in range(max(5, given.repeats))]}
        for label, country in (("brief", []), (f"brief {given.country}", [given.country])):
            cold, warm = cold_and_warm(country, folder / (label.replace(" ", "-")), given.repeats)
            results |= {f"{label}, cold": cold, f"{label}, warm": warm}
    for label, costs in results.items():
        best = min(costs, key=lambda cost: cost.seconds)
        worst, peak = max(cost.seconds for cost in costs), max(cost.peak for cost in costs)
        print(f"{label:<32}{best.seconds:>10.2f}{worst:>10.2f}{best.cpu:>10.2f}{peak:>10.0f}")


if __name__ == "__main__":
    main()
