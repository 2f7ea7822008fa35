"""council_measures against the resolutions, the monthly totals and a scale made from the same one."""

import csv
from datetime import date
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from tools.embed.council import measures as build

from forestall.council.reform.regions import un_members
from forestall.ids import countries
from forestall.store import Workspace


@pytest.fixture(scope="module")
def table():
    return Workspace.open().table("council_measures")


def test_every_scale_adds_up_to_a_hundred_exactly():
    with build.RATES.open(encoding="utf-8") as handle:
        rates = list(csv.DictReader(handle))
    years = [name for name in rates[0] if name != "iso3"]
    assert years == ["2004", "2007", "2010", "2013", "2016", "2019", "2022", "2025"]
    for year in years:
        assert sum(Decimal(row[year]) for row in rates if row[year]) == Decimal("100.000"), year
    assert {row["iso3"] for row in rates} == set(un_members(date(2026, 1, 1)))


# As the Assembly adopted them: A/RES/79/249 and A/RES/76/238.
@pytest.mark.parametrize(
    ("year", "iso3", "rate"),
    [
        (2025, "USA", 22.0),
        (2025, "CHN", 20.004),
        (2025, "JPN", 6.930),
        (2025, "DEU", 5.692),
        (2025, "GBR", 3.991),
        (2025, "FRA", 3.858),
        (2022, "CHN", 15.254),
        (2022, "JPN", 8.033),
        (2022, "DEU", 6.111),
        (2022, "KAZ", 0.133),
    ],
)
def test_rates_of_assessment(table, year, iso3, rate):
    row = table.filter(pl.col("measure") == "contributions", pl.col("year") == year, pl.col("iso3") == iso3)
    assert row["value"].to_list() == [rate]


def test_the_scale_of_the_world_health_organization_is_nearly_the_same(table, shared):
    # A health scale is the UN's, spread over other members: a slip in one of our rates would stand out.
    who = pl.read_csv(shared / "reform" / "who_scale_contributions.csv")
    for assembly, year in (("WHA75", 2022), ("WHA64", 2010)):
        pairs = []
        ours = table.filter(pl.col("measure") == "contributions", pl.col("year") == year)
        rates = dict(ours.select("iso3", "value").rows())
        for name, theirs in who.select("Country", assembly).rows():
            try:
                iso3 = countries.resolve(name).iso3
            except Exception:  # names of the past and slips of the pen
                continue
            if theirs is not None and iso3 in rates:
                pairs.append((theirs, rates[iso3]))
        theirs, mine = np.array(pairs).T
        assert len(pairs) >= 190
        assert np.abs(theirs - mine).max() < 0.0011
        assert np.corrcoef(theirs, mine)[0, 1] > 0.9999999


def test_troops_are_the_means_of_the_published_monthly_totals(table, shared):
    totals = pl.read_csv(shared / "peacekeeping" / "ipi_month_totals_1990_2017.csv")
    year, troops = pl.col("Date").str.slice(0, 4).cast(pl.Int32), pl.col("Troop Contributions")
    for wanted, months in ((2014, ["2014-01-31", "2014-02-28", "2014-03-31"]), (2013, None), (2005, None)):
        held = totals.filter(pl.col("Date").is_in(months) if months else year == wanted)
        mean = held.select(troops.mean()).item()
        ours = table.filter(pl.col("measure") == "troops", pl.col("year") == wanted)["value"].sum()
        assert ours == pytest.approx(mean, rel=1e-3), wanted


def test_figures_are_known_after_their_year_or_when_the_scale_was_adopted(table):
    scales = table.filter(pl.col("measure") == "contributions")
    assert (scales["published"].dt.year() == scales["year"] - 1).all()
    rest = table.filter(pl.col("measure") != "contributions")
    assert (rest["published"] > pl.Series([date(y, 3, 31) for y in rest["year"]])).all()
    assert rest.filter(pl.col("measure") == "troops")["published"].max() == date(2014, 5, 1)
    assert table["value"].min() >= 0
    assert table["value"].is_finite().all()


def test_rebuilding_gives_the_same_table(table, shared):
    from tools.embed.inputs import Inputs

    assert build.build(Inputs(shared)).equals(table)
