"""How well the embedded fits of missions foresaw what came near their sites, in years that are located whole.

    python -m benchmarks.mission_fit

Shares are compared where 25 deaths or more came in the host states: of fewer, one event decides.
"""

import polars as pl

from forestall.ids.months import year_of
from forestall.store import Workspace

FEWEST = 25


def main() -> None:
    """Print, by year and together: coverage of the deaths' 80 % interval, and forecast against observed shares."""
    table = Workspace.open().table("peace_fit").drop_nulls("observed_deaths")
    inside = pl.col("observed_deaths").is_between("expected_deaths_low80", "expected_deaths_high80")
    far = table.filter(pl.col("observed_deaths") >= FEWEST).drop_nulls("share_200")
    off = (pl.col("share_200") - pl.col("observed_share_200")).abs().alias("off")
    held = pl.col("observed_share_200").is_between("share_200_low80", "share_200_high80")
    print("| year | missions | expected | came | in 80 % | share forecast | share observed | mean error |")
    for origin in table["origin"].unique().sort().to_list():
        rows, some = table.filter(pl.col("origin") == origin), far.filter(pl.col("origin") == origin)
        covered = rows.select(inside.mean()).item()
        shares = some.select(pl.col("share_200").mean(), pl.col("observed_share_200").mean(), off.mean()).row(0)
        sums = rows.select(pl.col("expected_deaths").sum(), pl.col("observed_deaths").sum()).row(0)
        text = " | ".join("-" if value is None else f"{value:.2f}" for value in (covered, *shares))
        print(f"| {year_of(origin) + 1} | {rows.height} | {sums[0]:,.0f} | {sums[1]:,} | {text} |")
    print(f"missions and years: {table.height}, of them with {FEWEST} deaths or more: {far.height}")
    print(f"deaths inside the 80 % interval: {table.select(inside.mean()).item():.3f}")
    print(f"the same with {FEWEST} deaths or more: {far.select(inside.mean()).item():.3f}")
    print(f"share inside its 80 % interval: {far.drop_nulls('share_200_low80').select(held.mean()).item():.3f}")
    print(f"mean absolute error of the share: {far.select(off.mean()).item():.3f}")
    print(f"correlation of shares: {far.select(pl.corr('share_200', 'observed_share_200')).item():.3f}")


if __name__ == "__main__":
    main()
