"""How good forecasts of land cells are: origins at year ends, one and two years ahead, beside five baselines.

    python -m benchmarks.cells --out FOLDER [--country-cache FOLDER] [--first 2005] [--last 2020]

Scores of single cells are kept in --out, country draws in --country-cache; a second run reads them and makes the tables
again. Delete both when a model changes. Outcomes are of 2006 to 2021. Choices were made on origins to CHOSEN, whose
outcomes end in 2013 at the latest; the later span is what they did not see.

One core: the country forecasts about a minute an origin, the cells 40 to 60 s a case, 31 cases; the tables 2 minutes.
"""

import argparse
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.forecast import dependence, models
from forestall.forecast.cells.baselines import BASELINES
from forestall.forecast.cells.context import context
from forestall.forecast.cells.features import Past
from forestall.ids.cells import centre
from forestall.ids.months import month_id
from forestall.panel.cells import cell_panel
from forestall.panel.country_month import country_month
from forestall.store import Workspace
from forestall.verify import cell_backtest, cell_report

Ints = npt.NDArray[np.int64]

FIRST, LAST, CHOSEN, LAST_OUTCOME = 2005, 2020, 2011, 2021
HORIZONS = (1, 2)
OURS = (cell_backtest.HURDLE, cell_backtest.RECONCILED)
COLUMNS = ("crps", "ign", "mis", "brier", "auprc", *(f"top_{100 * share:g}" for share in cell_report.TOPS))


class Country:
    """Yearly draws of the default model as of the end of an origin year, kept in a folder if one is given."""

    def __init__(self, workspace: Workspace, folder: Path | None) -> None:
        self.workspace, self.folder = workspace, folder
        self.held: dict[int, dict[str, Ints]] = {}

    def __call__(self, origin: int, year: int) -> tuple[Ints, Ints]:
        """Units and their deaths of a year by draw, as `cell_backtest.Country` wants them."""
        if origin not in self.held:
            self.held[origin] = self._read(origin)
        found = self.held[origin]
        return found["units"], found[f"y{year}"]

    def _read(self, origin: int) -> dict[str, Ints]:
        path = None if self.folder is None else self.folder / f"country_{origin}.npz"
        if path is None or not path.is_file():
            as_of = month_id(origin, 12)
            months = range(as_of + 1, as_of + 12 * max(HORIZONS) + 1)
            seen = country_month(self.workspace, as_of=as_of)
            drawn = models.get(models.DEFAULT)(seen, months=months, n_draws=cell_backtest.DRAWS, seed=0)
            yearly = dependence.tie_months(drawn).yearly()
            made: dict[str, Any] = {"units": drawn.units} | {f"y{year}": values for year, values in yearly.items()}
            if path is None:
                return {name: np.rint(values).astype(np.int64) for name, values in made.items()}
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(path, **made)
        with np.load(path) as held:
            return {name: np.rint(held[name]).astype(np.int64) for name in held.files}


def means(table: pl.DataFrame, cells: str) -> None:
    """Mean scores of each model over the origins."""
    print(f"\n{cells} cells | " + " | ".join(COLUMNS))
    rows = table.filter(pl.col("cells") == cells).group_by("model", maintain_order=True).agg(pl.col(*COLUMNS).mean())
    for row in rows.iter_rows(named=True):
        print(f"| {row['model']} | " + " | ".join(f"{row[name]:.4g}" for name in COLUMNS) + " |")


def by_origin(table: pl.DataFrame, model: str) -> None:
    """Each origin against its own best baseline; then the goals."""
    ratios, better, quiet_better = [], [], []
    print(f"\n{model} | CRPS, of the best baseline, ratio | AUPRC, of the best baseline | quiet cells: AUPRC, kernel's")
    for origin in table["origin"].unique().sort():
        at = table.filter(pl.col("origin") == origin)
        every, quiet = at.filter(cells="all"), at.filter(cells="quiet")
        base = every.filter(pl.col("model").is_in(BASELINES))
        best = base.sort("crps").row(0, named=True)
        own = every.filter(model=model).row(0, named=True)
        top = float(base["auprc"].to_numpy().max())
        own_quiet = float(quiet.filter(model=model)["auprc"][0])
        kernel_quiet = float(quiet.filter(model="kernel")["auprc"][0])
        ratios.append(own["crps"] / best["crps"])
        better.append(own["auprc"] > top)
        quiet_better.append(own_quiet / kernel_quiet)
        print(
            f"| {origin} | {own['crps']:.3f} | {best['crps']:.3f} ({best['model']}) | {ratios[-1]:.3f} | "
            f"{own['auprc']:.3f} | {top:.3f} | {own_quiet:.3f} | {kernel_quiet:.3f} |"
        )
    print(
        f"mean ratio of CRPS {np.mean(ratios):.3f}; AUPRC better in {sum(better)} of {len(better)} origins; "
        f"quiet cells' AUPRC over the kernel's, mean {np.mean(quiet_better) - 1:+.1%}"
    )


def intervals(frame: pl.DataFrame, model: str, reference: str) -> None:
    """Gains over a reference with 90 % intervals by year and by country."""
    print(f"\n{model} against {reference}: share saved, 90 % interval by year; by country")
    for cells in ("all", "quiet"):
        for metric in cell_report.PROPER:
            pair = [
                cell_report.compared(frame, model, reference, metric, cells=cells, by=by) for by in ("origin", "gw_id")
            ]
            texts = [f"[{c.skill_interval[0]:+.1%}, {c.skill_interval[1]:+.1%}]" for c in pair]
            print(f"| {cells} | {metric} | {pair[0].skill:+.1%} | {texts[0]} | {texts[1]} |")
        gains = [cell_report.auprc_gain(frame, model, reference, cells=cells, by=by) for by in ("origin", "gw_id")]
        texts = [f"[{g.interval[0]:+.4f}, {g.interval[1]:+.4f}]" for g in gains]
        print(f"| {cells} | auprc | {gains[0].difference:+.4f} | {texts[0]} | {texts[1]} |")


def calibrated(frame: pl.DataFrame, model: str) -> None:
    """Reliability of the chance, and how often intervals held."""
    curve = cell_report.reliability(frame, model)
    print(f"\n{model}: chance | cells | stated | happened | 95 %")
    for i in range(curve.n.size):
        span = f"{curve.edges[i]:g}-{curve.edges[i + 1]:g}"
        print(
            f"| {span} | {curve.n[i]} | {curve.stated[i]:.4f} | {curve.happened[i]:.4f} | "
            f"{curve.lower[i]:.4f}-{curve.upper[i]:.4f} |"
        )
    print({name: np.round(value, 3).tolist() for name, value in cell_report.calibration(frame, model).items()})


def failures(frame: pl.DataFrame, model: str, reference: str) -> None:
    """Countries and years that cost most against the reference, and quiet cells with most deaths not foreseen."""
    key = ["origin", "ahead", "pg_id"]
    other = frame.filter(model=reference).select(*key, reference=pl.col("crps"))
    own = frame.filter(model=model).join(other, on=key)
    loss = own.group_by("origin", "gw_id").agg(pl.col("crps", "reference", "observed", "expected").sum())
    print(f"\ncosliest against {reference}: origin, country, deaths, expected, CRPS summed over cells, {reference}'s")
    for row in loss.sort(pl.col("crps") - pl.col("reference"), descending=True).head(10).iter_rows(named=True):
        print(
            f"| {row['origin']} | {row['gw_id']} | {row['observed']:.0f} | {row['expected']:.0f} | "
            f"{row['crps']:.0f} | {row['reference']:.0f} |"
        )
    print("quiet cells with most deaths: origin, cell, lat, lon, country, deaths, chance, expected, rank of the chance")
    ranked = own.filter("quiet").with_columns(
        rank=pl.col("chance").rank("min", descending=True).over("origin"),
    )
    for row in ranked.sort("observed", descending=True).head(15).iter_rows(named=True):
        lat, lon = centre([row["pg_id"]])
        print(
            f"| {row['origin']} | {row['pg_id']} | {lat[0]} | {lon[0]} | {row['gw_id']} | {row['observed']:.0f} | "
            f"{row['chance']:.4f} | {row['expected']:.2f} | {row['rank']} |"
        )


def report(frame: pl.DataFrame, ahead: int) -> None:
    """All tables for the origins that choices were made on, those they were not, and all."""
    first, last = (int(frame["origin"].to_numpy()[k]) for k in (0, -1))
    for since, until in ((first, min(CHOSEN, last)), (max(CHOSEN + 1, first), last), (first, last)):
        part = frame.filter(pl.col("origin").is_between(since, until))
        if part.is_empty():
            continue
        print(f"\n# Origins {since} to {until}, {ahead} ahead")
        table = cell_report.summary(part)
        for cells in ("all", "quiet"):
            means(table, cells)
        base = table.filter(pl.col("model").is_in(BASELINES), pl.col("cells") == "all")
        reference = str(base.group_by("model").agg(pl.col("crps").mean()).sort("crps")["model"][0])
        for model in OURS:
            by_origin(table, model)
            intervals(part, model, reference)
            calibrated(part, model)
        calibrated(part, "kernel")
        failures(part, cell_backtest.HURDLE, reference)


def main() -> None:
    """Score what is not scored yet and print the tables of both spans and horizons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--country-cache", type=Path)
    parser.add_argument("--first", type=int, default=FIRST)
    parser.add_argument("--last", type=int, default=LAST)
    given = parser.parse_args()
    workspace = Workspace.open()
    panel = cell_panel(workspace, as_of=month_id(LAST_OUTCOME, 12))
    past = Past(panel, context(workspace, panel, panel.year_ends))
    for ahead in HORIZONS:
        last = min(given.last, LAST_OUTCOME - ahead)
        frame = cell_backtest.backtest(
            past,
            dict.fromkeys(range(given.first, last + 1), (ahead,)),
            country=Country(workspace, given.country_cache),
            folder=given.out,
            say=lambda text: print(time.strftime("%T"), text, flush=True),
        )
        report(frame, ahead)


if __name__ == "__main__":
    main()
