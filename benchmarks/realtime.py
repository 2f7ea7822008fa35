"""What would have been issued each month from December 2023 to August 2025, with the figures then known.

    python -m benchmarks.realtime --shared ../shared/data [--models ewma,conflictology_12] [--no-nowcasts]

For each of the 21 vintages a model sees that vintage and nothing else, and forecasts the 1 to 12 months after its last
one. Four kinds of data are compared on the same forecasts:

* `real-time`: the vintage as it stood.
* `revised`: today's figures (the last vintage) cut at the same month: the pseudo-real-time of every other backtest.
  What separates the two is the price of real-time data.
* `nowcast`: ten draws of the nowcast, pooled (`forecast_through`), with revisions learned from what was final that day.
* `nowcast mean`: one run on the mean of the nowcast.

Truth is the last vintage, of the same kind of figures (events inside one month; not GED levels): final for months to
2024-12, monthly candidate figures, still to be revised, for 2025. The two are scored apart, for a forecast of final
figures must lose on figures that are not. Vintages to 2024-05 stand on GED 23.1, to 2025-06 on 24.1, then on 25.1, so
real-time and revised differ in the level of old years too; that belongs to the price.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tools.embed import vintages
from tools.embed.inputs import Inputs
from tools.embed.revision import learn

from forestall import scores
from forestall.forecast import models
from forestall.forecast.frame import Forecast
from forestall.forecast.models import Model
from forestall.forecast.nowcasting import forecast_through
from forestall.ids.months import format_month, month_id
from forestall.panel.frame import FloatArray, Panel
from forestall.panel.nowcast import nowcast, revised
from forestall.verify.measure import observed

Numbers = npt.NDArray[Any]

N_DRAWS, N_PATHS, HORIZON = 1000, 10, 12
LAST_FINAL = month_id(2024, 12)
UKRAINE = 369
KINDS = ("real-time", "revised", "nowcast", "nowcast mean")
METRICS: dict[str, Callable[[Numbers, FloatArray], FloatArray]] = {
    "crps": lambda draws, truth: scores.crps(draws, truth, workers=1),
    "ign": lambda draws, truth: scores.ignorance(draws, truth, workers=1),
    "mis": lambda draws, truth: scores.interval_score(draws, truth, level=0.9),
}
Case = dict[str, Numbers]


def forecasts(
    held: vintages.Vintages, day: date, name: str, months: Sequence[int], *, nowcasts: bool
) -> dict[str, Forecast]:
    """The four forecasts of a vintage. Without anything to revise, or `nowcasts`, the last two are the first."""
    model: Model = models.get(name)
    seen = held.panel(day)
    found = {"real-time": model(seen, months=months, n_draws=N_DRAWS)}
    found["revised"] = model(held.panel(held.days[-1], as_of=seen.as_of), months=months, n_draws=N_DRAWS)
    if not nowcasts:
        return found
    revisions = learn(held, known_on=day)
    now = nowcast(seen, revisions, n_draws=N_PATHS)
    if now.months.size:
        found["nowcast"] = forecast_through(seen, now, model, months=months, n_draws=N_DRAWS, n_paths=N_PATHS)
        wide = nowcast(seen, revisions, n_draws=200)
        found["nowcast mean"] = model(revised(seen, wide), months=months, n_draws=N_DRAWS)
    return found


def cases(held: vintages.Vintages, name: str, *, nowcasts: bool) -> dict[str, Case]:
    """Scores of every case of a model, by kind of data: columns crps, ign, mis, unit, month, ahead, day."""
    truth: Panel = held.panel(held.days[-1])
    rows: dict[str, dict[str, list[Numbers]]] = defaultdict(lambda: defaultdict(list))
    for number, day in enumerate(held.days):
        as_of = held.panel(day).as_of
        months = range(as_of + 1, min(as_of + HORIZON, truth.as_of) + 1)
        if not months:
            continue
        made = forecasts(held, day, name, months, nowcasts=nowcasts)
        for kind in KINDS:
            forecast = made.get(kind, made["real-time"])
            outcome = observed(truth, forecast)
            known = ~np.isnan(outcome)
            draws, seen = forecast.draws[known], outcome[known]
            row = rows[kind]
            for metric, score in METRICS.items():
                row[metric].append(score(draws, seen))
            unit, month = np.meshgrid(forecast.units, forecast.months, indexing="ij")
            row["unit"].append(unit[known])
            row["month"].append(month[known])
            row["ahead"].append(month[known] - as_of)
            row["vintage"].append(np.full(seen.size, number))
            row["has_nowcast"].append(np.full(seen.size, float("nowcast" in made)))
    return {kind: {key: np.concatenate(parts) for key, parts in row.items()} for kind, row in rows.items()}


def means(case: Case, keep: Numbers) -> str:
    """CRPS, IGN and MIS of some of the cases."""
    return " | ".join(f"{case[m][keep].mean():.{3 if m == 'ign' else 2}f}" for m in METRICS)


def paired(case: Case, reference: Case, keep: Numbers, metric: str = "crps") -> str:
    """Mean difference with its 90 % interval, countries as blocks."""
    found = scores.compare(case[metric][keep], reference[metric][keep], case["unit"][keep].astype(int))
    low, high = found.difference_interval
    return f"{found.difference:+.3f} ({low:+.3f} to {high:+.3f})"


def report(name: str, found: dict[str, Case], against: dict[str, Case] | None) -> None:
    """Print the tables of one model."""
    base = found["real-time"]
    final, later = base["month"] <= LAST_FINAL, base["month"] > LAST_FINAL
    everything = np.ones(final.size, dtype=np.bool_)
    print(f"\n## {name}\n\n| Truth | Data | n | CRPS | IGN | MIS | CRPS less real-time |")
    print("| --- | --- | ---: | ---: | ---: | ---: | --- |")
    through = base["has_nowcast"] > 0
    for label, keep in (
        ("all months", everything),
        ("final (to 2024-12)", final),
        ("candidate (2025)", later),
        ("final, vintages with a nowcast", final & through),
        ("final, with a nowcast, without Ukraine", final & through & (base["unit"] != UKRAINE)),
        ("candidate, vintages with a nowcast", later & through),
    ):
        if not keep.any():
            continue
        for kind in KINDS if "a nowcast" in label else KINDS[:2]:
            gap = "" if kind == "real-time" else paired(found[kind], base, keep)
            print(f"| {label} | {kind} | {keep.sum():,} | {means(found[kind], keep)} | {gap} |")
    print("\n| Months ahead | real-time CRPS | IGN | MIS | revised CRPS | IGN | MIS |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for low, high in ((1, 1), (2, 3), (4, 6), (7, 9), (10, 12)):
        keep = (base["ahead"] >= low) & (base["ahead"] <= high)
        print(f"| {low} to {high} | {means(base, keep)} | {means(found['revised'], keep)} |")
    for kind in KINDS[2:] if through.any() else ():
        for metric in ("ign", "mis"):
            print(f"{kind} less real-time, {metric}, final truth: {paired(found[kind], base, final & through, metric)}")
    if against is not None:
        for label, keep in (("all months", everything), ("final", final), ("candidate", later)):
            for metric in METRICS:
                gap = paired(base, against["real-time"], keep, metric)
                print(f"real-time, {label}: {metric} less conflictology_12: {gap}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    default = [m for m in ("zero", "last", "conflictology_12", "ewma", "forestall") if m in models.MODELS]
    parser.add_argument("--models", default=",".join(default), help="names from the registry, separated by commas")
    parser.add_argument("--no-nowcasts", action="store_true", help="real-time and revised data only: a fit a vintage")
    given = parser.parse_args()
    names = [name.strip() for name in given.models.split(",")]
    for name in names:
        models.get(name)
    held = vintages.read(Inputs(given.shared))
    first, last = held.panel(held.days[0]).as_of, held.panel(held.days[-1]).as_of
    print(f"{len(held.days)} vintages, data to {format_month(first)} .. {format_month(last)}, {held.units.size} states")
    reference: dict[str, Case] | None = None
    for name in sorted(names, key=lambda name: name != "conflictology_12"):
        start = time.perf_counter()
        found = cases(held, name, nowcasts=not given.no_nowcasts)
        report(name, found, reference)
        print(f"({time.perf_counter() - start:.0f} s)")
        if name == "conflictology_12":
            reference = found


if __name__ == "__main__":
    main()
