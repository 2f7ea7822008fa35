"""How good is the nowcast? Fitted on one yearly revision, scored on another.

    python -m benchmarks.nowcast --shared ../shared/data

Both directions are printed; only 2023 -> 2024 is one that could have been run at the time. Beside the nowcast stand
"as published" (no revision) and "constant ratio" (all figures times the ratio of the sums in the other year). Then the
full-level check: the whole-year candidate release of 2021 (all events) against GED 25.1, months by start of event.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from tools.embed import vintages
from tools.embed.inputs import Inputs
from tools.embed.inputs import month_id as month_column
from tools.embed.revision import learn

from forestall import scores
from forestall.ids.months import month_end, month_id
from forestall.panel.country_month import country_month
from forestall.panel.frame import FloatArray, IntArray, Panel, digest
from forestall.panel.nowcast import nowcast
from forestall.panel.revision import STAGES, Revision, fit, recent_mean
from forestall.sources.ucdp_countries import state
from forestall.store import Workspace

N_DRAWS = 400
RELEASE = {"monthly": "ucdp-candidate-24.0.1", "yearly": "ucdp-candidate-2024"}


def draws_of(revision: Revision, *, units: IntArray, first: int, known: FloatArray, recent: FloatArray) -> FloatArray:
    """Draws for figures of one stage; each month stands behind eleven that have the mean which it had at the time."""
    out = np.empty((*known.shape, N_DRAWS))
    for column in range(known.shape[1]):
        month = first + column
        # Recent mean of twelve months, the last of which is known: the other eleven share the rest.
        before = np.maximum(recent[:, [column]] * 12 - known[:, [column]], 0) / 11
        values = np.concatenate([np.repeat(before, 11, axis=1), known[:, [column]]], axis=1)
        months = np.arange(month - 11, month + 1, dtype=np.int32)
        panel = Panel(
            units=units.copy(),
            months=months,
            values=values,
            target="deaths_total",
            as_of=month,
            digest=digest(units, months, values, target="deaths_total", unit_key="gw_id"),
            status=("final",) * 11 + ("candidate",),
            releases=("",) * 11 + (RELEASE[revision.stage],),
        )
        out[:, column] = nowcast(panel, {revision.stage: revision}, n_draws=N_DRAWS).draws[:, 0]
    return out


def line(name: str, draws: FloatArray, known: FloatArray, final: FloatArray) -> tuple[str, FloatArray]:
    """A row of the table, and the CRPS of each case."""
    ok = ~(np.isnan(known) | np.isnan(final))
    x, y, active = draws[ok], final[ok], known[ok] > 0
    crps = scores.crps(x, y)
    logs = scores.crps(np.log1p(x), np.log1p(y))
    cells = [f"{crps.mean():.2f}", f"{crps[active].mean():.2f}", f"{logs.mean():.3f}"]
    cells.append(f"{x.mean(axis=1).sum() / y.sum():.3f}")
    for level in (0.8, 0.9):
        inside = scores.coverage(x, y, level=level)
        cells.append(f"{inside.mean():.3f}/{inside[active].mean():.3f}")
    out = np.full(known.shape, np.nan)
    out[ok] = crps
    return f"| {name} | " + " | ".join(cells) + " |", out


HEAD = (
    "| | CRPS | where > 0 | CRPS of log(1+d) | mean / final | 80 % interval, all / where > 0 | 90 % |\n"
    "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
)


def difference(score: FloatArray, reference: FloatArray, units: IntArray) -> str:
    """The paired difference of CRPS with its interval, countries as blocks."""
    ok = ~np.isnan(score)
    found = scores.compare(score[ok], reference[ok], np.repeat(units[:, None], score.shape[1], axis=1)[ok])
    low, high = found.difference_interval
    return f"{found.difference:+.2f} ({low:+.2f} to {high:+.2f}), skill {found.skill:.1%}"


def characterise(held: vintages.Vintages) -> None:
    """What happened to figures between their stage and the final one."""
    for stage in STAGES:
        years, known, _, final = held.pairs(stage)
        for year in np.unique(years):
            a, b = known[:, years == year], final[:, years == year]
            a, b = a[~np.isnan(a)], b[~np.isnan(a)]
            zero = a == 0
            print(
                f"{stage} {year}: {a.size} figures, sum {a.sum():,.0f} -> {b.sum():,.0f} ({b.sum() / a.sum():.3f}); "
                f"of {zero.sum()} zeros {(b[zero] > 0).sum()} became positive; of {(~zero).sum()} positive "
                f"{(b[~zero] > a[~zero]).sum()} rose, {(b[~zero] == a[~zero]).sum()} stayed, "
                f"{(b[~zero] < a[~zero]).sum()} fell, {(b[~zero] == 0).sum()} of them to 0"
            )
            for low, high in ((1, 3), (3, 11), (11, 51), (51, 251), (251, np.inf)):
                k = (a >= low) & (a < high)
                q = np.exp(np.quantile(np.log((b[k] + 0.5) / (a[k] + 0.5)), [0.1, 0.5, 0.9]))
                large = (b[k] > 1.5 * a[k]) | (b[k] < a[k] / 1.5)
                print(
                    f"   {low:4.0f}+: n {k.sum():3}, ratio of sums {b[k].sum() / a[k].sum():.2f}, quantiles 10/50/90 "
                    + "/".join(f"{x:.2f}" for x in q)
                    + f", changed by half or more {large.mean():.2f}"
                )


def full_level(shared: Path, fitted: dict[str, Revision]) -> None:
    """The candidates of 2021, all events, against GED 25.1: a year and a level that the revisions were not seen on."""
    panel = country_month(Workspace.open(Path("/nonexistent")), as_of=month_id(2021, 12))
    events = pl.read_csv(shared / "ucdp/GEDEvent_v21_01_21_12.csv.gz", infer_schema=False).select(
        pl.col("country_id").cast(pl.Int64),
        "country",
        pl.col("best").cast(pl.Float64),
        month=month_column("date_start"),
    )
    row = {int(unit): i for i, unit in enumerate(panel.units)}
    known = np.zeros((panel.units.size, 12))
    for number, country, deaths, month in events.iter_rows():
        found = state(number, country, month_end(month))
        if found is not None and found[0] in row:
            known[row[found[0]], month - month_id(2021, 1)] += deaths
    final = panel.values[:, -12:]
    values = np.concatenate([panel.values[:, -23:-12], known], axis=1)
    recent = recent_mean(values)[:, -12:]
    print("\nyearly candidate release of 2021 -> GED 25.1, full level, revisions fitted on 2023 and 2024\n\n" + HEAD)
    ethiopia = panel.iso3.index("ETH")
    for label, keep in (("all", np.ones(len(row), bool)), ("without Ethiopia", np.arange(len(row)) != ethiopia)):
        a, f, r = known[keep], final[keep], recent[keep]
        now = draws_of(fitted["yearly"], units=panel.units[keep], first=month_id(2021, 1), known=a, recent=r)
        print(line(f"as published, {label}", a[..., None], a, f)[0])
        print(line(f"nowcast, {label}", now, a, f)[0])
    print(f"Ethiopia: {known[ethiopia].sum():,.0f} -> {final[ethiopia].sum():,.0f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=Path("../shared/data"))
    given = parser.parse_args()
    held = vintages.read(Inputs(given.shared))
    characterise(held)
    for stage in STAGES:
        years, *arrays = held.pairs(stage)
        for seen, scored in ((2023, 2024), (2024, 2023)):
            a, r, f = (array[:, years == seen] for array in arrays)
            known, recent, final = (array[:, years == scored] for array in arrays)
            revision = fit(stage, units=held.units, years=years[years == seen], known=a, recent=r, final=f)
            ratio = float(np.nansum(f) / np.nansum(a))
            print(f"\n{stage}: fitted on {seen}, scored on {scored}; correlation {revision.correlation:.2f}\n\n" + HEAD)
            now = draws_of(revision, units=held.units, first=month_id(scored, 1), known=known, recent=recent)
            plain = Revision(stage, revision.positive, revision.zero, {}, {}, revision.correlation)
            without = draws_of(plain, units=held.units, first=month_id(scored, 1), known=known, recent=recent)
            text, published = line("as published", known[..., None], known, final)
            print(text)
            print(line(f"constant ratio {ratio:.2f}", known[..., None] * ratio, known, final)[0])
            print(line("nowcast, countries' own set to 0", without, known, final)[0])
            text, own = line("**nowcast**", now, known, final)
            print(text)
            print("\nnowcast less as published: " + difference(own, published, held.units))
            rest = np.array([code != "UKR" for code in held.iso3])
            print("without Ukraine: " + difference(own[rest], published[rest], held.units[rest]))
            # A country's year as a whole shows whether months share their luck as they should.
            ok = ~np.isnan(known).any(axis=1)
            total, truth = now[ok].sum(axis=1), final[ok].sum(axis=1)
            active = known[ok].sum(axis=1) > 0
            for level in (0.8, 0.9):
                inside = scores.coverage(total[active], truth[active], level=level)
                print(f"yearly sums inside the {level:.0%} interval: {inside.mean():.3f} of {active.sum()} countries")
    full_level(given.shared, learn(held))


if __name__ == "__main__":
    main()
