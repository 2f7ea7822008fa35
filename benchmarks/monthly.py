"""Seconds and memory of a full monthly run: all targets, 36 months, all countries, 1,000 draws, the default model.

    python benchmarks/monthly.py
    python benchmarks/monthly.py --model history --commands
    python benchmarks/monthly.py --anew

Each run is a process of its own, from the start of Python to its end. Cold: the workspace is empty. Cached: the same
run again on the same workspace, whose panel has not changed. With --commands, `forestall forecast --target T --json` is
timed beside it, one command a target, each from an empty workspace and again. With --anew the laws of the newest
edition that come with the package are not used: so long does it take once a user's own figures are in.
"""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

from command import Cost, python, run

MONTHS, DRAWS = 36, 1000


def work(model: str, report: Path, *, anew: bool) -> None:
    """Forecast all targets in this process, and write what each took."""
    if anew:
        from forestall.forecast import edition

        setattr(edition, "law", lambda _key: None)  # noqa: B010
    from forestall.cli.terminal import panel_of
    from forestall.forecast import run as forecast
    from forestall.panel.frame import TARGETS
    from forestall.store import Workspace

    workspace = Workspace.open()
    took: dict[str, list[float]] = {}
    for target in TARGETS:
        start = time.perf_counter()
        panel = panel_of(workspace, None, target)
        found = forecast(panel, model, months=MONTHS, n_draws=DRAWS, cache_dir=workspace.cache_dir)
        took[target] = [time.perf_counter() - start, found.units.size]
    report.write_text(json.dumps(took), encoding="utf-8")


def line(label: str, cost: Cost) -> None:
    print(f"{label:<44}{cost.seconds:>10.2f}{cost.cpu:>10.2f}{cost.peak:>10.0f}", flush=True)


def main() -> None:
    from forestall.forecast import models
    from forestall.panel.frame import TARGETS

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=models.DEFAULT)
    parser.add_argument("--commands", action="store_true", help="also time the command of each target")
    parser.add_argument("--anew", action="store_true", help="without the laws that come with the package")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work is not None:
        work(given.model, given.work, anew=given.anew)
        return
    print(f"load before: {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores, {given.model}")
    print(f"{'':<44}{'wall, s':>10}{'CPU, s':>10}{'peak, MB':>10}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(["--help"], folder / "first")  # compiles modules, as on a machine where forestall was used before
        for label in ("cold", "cached"):
            report = folder / "report.json"
            line(
                f"all targets, {label}",
                python(
                    [__file__, "--model", given.model, "--work", str(report), *(["--anew"] if given.anew else [])],
                    folder / "home",
                ),
            )
            for target, (seconds, units) in json.loads(report.read_text(encoding="utf-8")).items():
                print(f"  {f'{target}, {units} countries':<42}{seconds:>10.2f}")
        if given.commands:
            for target in TARGETS:
                ask = ["forecast", "--target", target, "--model", given.model, "--json"]
                for label in ("cold", "cached"):
                    line(f"forestall forecast --target {target}, {label}", run(ask, folder / f"commands-{target}"))
    print(f"load after: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
