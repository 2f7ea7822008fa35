"""Which month an event belongs to: the two published series, each reproduced from the events (docs/sources/ucdp.md)."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from forestall.sources.ucdp import parse_file

SAMPLES = {
    "ETH": "ethiopia",
    "SSD": "south_sudan",
    "LKA": "sri_lanka",
    "SLE": "sierra_leone",
    "VEN": "venezuela",
    "SLV": "el_salvador",
}
JANUARY_1990, DECEMBER_2022 = 121, 516


def by_month(shared: Path, iso3: str, rule: str, types: list[int]) -> dict[int, int]:
    """Deaths by month_id, each event whole in the month of its date_start or date_end."""
    path = shared / f"ucdp/samples/ged_{SAMPLES[iso3]}.csv.gz"
    events = parse_file(path, release="ucdp-ged-23.1", today=date(2026, 11, 1)).frame
    day = pl.col(f"date_{rule}")
    month = (day.dt.year().cast(pl.Int32) - 1980) * 12 + day.dt.month().cast(pl.Int32)
    rows = events.filter(pl.col("type_of_violence").is_in(types)).group_by(month.alias("month_id"))
    return dict(rows.agg(pl.col("deaths_total").sum()).iter_rows())


def differing(found: dict[int, int], published: dict[int, float]) -> list[int]:
    months = range(JANUARY_1990, DECEMBER_2022 + 1)
    return [m for m in months if found.get(m, 0) != (published.get(m) or 0)]


def views(shared: Path, iso3: str) -> dict[int, float]:
    series = pl.read_parquet(shared / "challenge/revised_cm_sb.parquet").filter(pl.col("iso3") == iso3)
    return dict(series.group_by("month_id").agg(pl.col("ged_sb").sum()).iter_rows())


def aggregate(shared: Path, iso3: str) -> dict[int, float]:
    series = pl.read_csv(shared / "ucdp/ged251_country_month.csv.gz").filter(pl.col("country_iso3") == iso3)
    year, month = (pl.col("year_month").str.slice(*place).cast(pl.Int32) for place in ((0, 4), (5, 2)))
    return dict(series.select((year - 1980) * 12 + month, "ucdp_fatalities_best").iter_rows())


@pytest.mark.parametrize(("iso3", "under_start"), [("LKA", 38), ("SLE", 50), ("SSD", 18), ("SLV", 4), ("VEN", 0)])
def test_views_counts_an_event_in_the_month_it_ends(shared: Path, iso3: str, under_start: int) -> None:
    published = views(shared, iso3)
    assert differing(by_month(shared, iso3, "end", [1]), published) == []
    assert len(differing(by_month(shared, iso3, "start", [1]), published)) == under_start


def test_ethiopia_matches_until_later_revisions(shared: Path) -> None:
    published = views(shared, "ETH")
    by_end = differing(by_month(shared, "ETH", "end", [1]), published)
    assert by_end[0] > 484  # the first differing month; from the war in Tigray on, the series is a later release
    assert len([m for m in differing(by_month(shared, "ETH", "start", [1]), published) if m <= 484]) > 60


@pytest.mark.parametrize(("iso3", "under_end"), [("LKA", 42), ("SLE", 76)])
def test_the_country_month_aggregate_counts_it_in_the_month_it_starts(shared: Path, iso3: str, under_end: int) -> None:
    published = aggregate(shared, iso3)
    assert differing(by_month(shared, iso3, "start", [1, 2, 3]), published) == []
    assert len(differing(by_month(shared, iso3, "end", [1, 2, 3]), published)) == under_end
