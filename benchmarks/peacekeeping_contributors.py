"""How well possible contributors to new UN missions were ranked, and how far the series of contributions agree.

    python -m benchmarks.peacekeeping_contributors

Reads embedded tables only; takes two seconds. Held out: the model learned from missions that began to 2004 and ranked
those from 2005 on; and, rolling, it learned at each mission's first day from missions whose first twelve months were
known. Intervals are 90 %, of a bootstrap over missions (paired: the same missions for both orders).
"""

from collections.abc import Callable, Sequence
from datetime import date

import numpy as np
import polars as pl

from forestall.instruments.peacekeeping import candidate_record as record
from forestall.instruments.peacekeeping import contributors, ranking
from forestall.instruments.peacekeeping.candidate_facts import FEATURES
from forestall.store import Workspace

SPLIT = date(2005, 1, 1)
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0)
RESAMPLES = 10_000
WHOLLY_NEW = ("UNMIS", "MINUSMA", "MINUSCA")
"""Of those from 2005 on, the missions that took over neither a UN mission's task nor its units in the country."""


def main() -> None:
    """Print the choice of the penalty, held-out scores, gains with intervals, coefficients, and agreement of series."""
    workspace = Workspace.open()
    found = record.cases(workspace)
    first = {name: int(found.start[found.mission == name][0]) for name in found.missions}
    early = [name for name in found.missions if first[name] < record.days(SPLIT)]
    late = [name for name in found.missions if name not in early]
    print(f"{len(found.missions)} missions, {len(found.mission):,} cases, {int(found.contributed.sum())} contributors")
    print("\nPenalty, mean log loss of missions to 2004, each left out once:")
    for penalty in PENALTIES:
        print(f"  {penalty:5.0f}  {np.mean([_loss(found, early, name, penalty) for name in early]):.5f}")
    print(f"  used: {ranking.PENALTY:.0f}")
    _report(f"Learned from {len(early)} missions to 2004, ranked {len(late)} from 2005 on", found, late, early)
    _report("Of these, wholly new", found, WHOLLY_NEW, early)
    _report("Rolling: learned from what was known at each start", found, found.missions, None)
    bands, tested = record.bands(date(2026, 1, 1), workspace)
    print(f"\nWhat came of ranks, rolling, {len(tested)} missions:")
    for one in bands:
        interval = f"{one.low:.2f}-{one.high:.2f}"
        print(f"  {one.first:3d}-{one.last:<4d} {one.ranked:5d} {one.contributed:4d} {one.share:.2f} ({interval})")
    model = ranking.fit(found.figures, found.contributed, found.mission)
    errors = np.sqrt(np.diag(model.covariance))[1:]
    print("\nCoefficients of standardised figures, all missions, with errors clustered by mission:")
    for name, at, error in zip(FEATURES, model.coefficients, errors, strict=True):
        print(f"  {name:18s} {at:6.2f} ({error:.2f})")
    _agreement(workspace)


def _loss(found: record.Cases, early: Sequence[str], held_out: str, penalty: float) -> float:
    learn = found.of(np.isin(found.mission, [name for name in early if name != held_out]))
    test = found.of(found.mission == held_out)
    model = ranking.fit(learn.figures, learn.contributed, learn.mission, penalty=penalty)
    chance = model.probability(test.figures)[:, 0]
    return float(-np.mean(np.where(test.contributed, np.log(chance), np.log1p(-chance))))


def _report(title: str, found: record.Cases, tests: Sequence[str], learn: Sequence[str] | None) -> None:
    made = record.scores(found, tests, learn)
    missions = list(dict.fromkeys(one.mission for one in made))
    print(f"\n{title} ({len(missions)}: {', '.join(missions)})")
    for row in record.means(made).iter_rows(named=True):
        print(
            f"  {row['order']:40s} AUC {row['auc']:.3f}  precision@10 {row['precision_10']:.3f}  "
            f"@20 {row['precision_20']:.3f}  found@20 {row['found_20']:.3f}"
        )
    measures: dict[str, Callable[[record.Score], float]] = {
        "AUC": lambda one: one.auc,
        "precision@10": lambda one: one.hits_10 / 10,
        "precision@20": lambda one: one.precision_20,
    }
    for order in record.BASELINES:
        said = []
        for name, measure in measures.items():
            ours = np.array([measure(one) for one in made if one.order == record.MODEL])
            gain = ours - np.array([measure(one) for one in made if one.order == order])
            picks = np.random.default_rng(0).integers(0, len(gain), (RESAMPLES, len(gain)))
            low, high = np.quantile(gain[picks].mean(axis=1), [0.05, 0.95])
            said.append(f"{name} {gain.mean():+.3f} ({low:+.3f} to {high:+.3f})")
        print(f"  gain on {order}: {'; '.join(said)}")


def _agreement(workspace: Workspace) -> None:
    """IPI's counts beside Geo-PKO's units, in the years that both have whole."""
    rows = workspace.table(contributors.YEARS).filter(
        pl.col("iso3").is_not_null(), pl.col("year").is_between(2010, 2013)
    )
    count = rows.filter(pl.col("contributor_series") == "ipi_month_mean")
    print("\nAgreement of series, 2010-2013 (troops by IPI beside units by Geo-PKO):")
    for series in ("geopko_map_mean", "geopko_site_sum"):
        for keys in (("iso3", "mission", "year"), ("iso3", "year")):
            ours = count.group_by(keys).agg(pl.col("contributed_troops", "contributed_police").sum())
            maps = rows.filter(pl.col("contributor_series") == series)
            maps = maps.group_by(keys).agg(pl.col("contributed_troops").sum().alias("units"))
            both = ours.join(maps, on=keys, how="full", coalesce=True).fill_null(0.0)
            troops, units = both["contributed_troops"].to_numpy(), both["units"].to_numpy()
            named = float(((troops >= 50) & (units > 0)).sum() / (troops >= 50).sum())
            print(
                f"  {series:16s} by {' x '.join(keys):22s} n {both.height:5d}  "
                f"r {np.corrcoef(troops, units)[0, 1]:.3f}  "
                f"units/troops {units.sum() / troops.sum():.2f}  of 50 or more troops named {named:.2f}"
            )


if __name__ == "__main__":
    main()
