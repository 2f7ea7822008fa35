"""Fit of missions to the forecast: the embedded figures against each other, against the cells' own, and as of a day."""

import io
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import UsageError
from forestall.forecast import edition
from forestall.ids.months import month_end
from forestall.instruments.peacekeeping import fit
from forestall.instruments.peacekeeping.fit_section import section
from forestall.store import Workspace


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return Workspace.open().table("peace_fit")


def test_shares_grow_with_the_reach_and_lie_in_their_bounds(table: pl.DataFrame) -> None:
    known = table.drop_nulls("share_200")
    assert known.height > 50
    assert ((known["share_50"] <= known["share_100"]) & (known["share_100"] <= known["share_200"])).all()
    for name in ("overlap", "overlap_matched", "share_50", "share_200", "observed_share_200"):
        assert table[name].drop_nulls().is_between(0, 1).all(), name
    assert (table["expected_deaths_low80"] <= table["expected_deaths_high80"]).all()
    assert table.select("mission", "origin").is_duplicated().sum() == 0


def test_the_newest_figures_are_those_of_the_cells_that_come_with_the_package(table: pl.DataFrame) -> None:
    # UNMISS has one host, so its deaths are those of South Sudan's cells; cells under a chance of one in a hundred are
    # not in the edition.
    cells = pl.read_parquet(io.BytesIO(edition.cells()))
    ours = table.filter(pl.col("origin") == table["origin"].max(), pl.col("mission") == "UNMISS")
    assert ours["expected_deaths"].item() == pytest.approx(
        cells.filter(pl.col("gw_id") == 626)["expected"].sum(), rel=0.1
    )


def test_what_came_is_the_country_s_record() -> None:
    # Mali 2015 by UCDP GED: `ucdp_cell_year` files the deaths under the cells of Mali, all of them located.
    (of_2015,) = (one for one in fit.by_year("MINUSMA", date(2020, 1, 1)) if one.first.year == 2015)
    workspace = Workspace.open()
    cells = workspace.table("land_cells").filter(pl.col("gw_id") == 432).select("pg_id")
    deaths = workspace.current("ucdp_cell_year").filter(pl.col("year") == 2015).join(cells, on="pg_id", how="semi")
    assert of_2015.observed == deaths["deaths_total"].sum() > 100
    assert of_2015.maps_year == 2014


@settings(deadline=None, max_examples=25)
@given(st.dates(date(2015, 1, 1), date(2022, 12, 31)))
def test_nothing_later_than_the_day_is_used(day: date) -> None:
    for one in fit.fits(day):
        assert one.first <= day <= one.last
        assert one.located_to < one.first
        assert one.maps_year < one.first.year
        assert one.troops is None or one.troops.until < day
        assert one.shortfall is None or month_end(one.shortfall.month_id) < day
        assert one.rate is None or month_end(one.rate.last_month) < day
        assert one.observed is None


def test_outcomes_are_told_once_a_yearly_release_has_them() -> None:
    def of_2015(on: date) -> int | None:
        return next(one.observed for one in fit.by_year("MINUSMA", on) if one.first.year == 2015)

    assert of_2015(date(2016, 6, 30)) is None
    assert of_2015(date(2016, 7, 1)) is not None


def test_missions_that_have_ended_or_not_begun_are_not_there() -> None:
    assert "MINUSMA" in {one.mission for one in fit.fits(date(2016, 3, 1))}
    assert "MINUSMA" not in {one.mission for one in fit.fits(date(2026, 3, 1))}  # ended on 31 December 2023
    assert "UNOCI" not in {one.mission for one in fit.fits(date(2017, 7, 1))}  # ended on 30 June 2017


def test_counted_troops_are_used_while_they_are_recent() -> None:
    then = next(one for one in fit.fits(date(2016, 3, 1)) if one.mission == "MINUSMA")
    assert then.troops is not None
    assert (then.troops.source, then.troops.until) == (fit.COUNTED, date(2016, 1, 31))
    later = next(one for one in fit.fits(date(2019, 3, 1)) if one.mission == "MINUSMA")
    assert later.troops is not None
    assert (later.troops.source, later.troops.until) == (fit.DRAWN, date(2018, 12, 31))


def test_missions_without_figures_are_named_with_the_reason() -> None:
    missing = fit.without(date(2026, 4, 1))
    assert "UNDOF" not in missing
    assert all(reason for reason in missing.values())


def test_a_day_that_no_forecast_covers_is_refused() -> None:
    with pytest.raises(UsageError, match="2050-01-01: deaths near missions are forecast for days from"):
        fit.fits(date(2050, 1, 1))


def test_the_section_of_a_country() -> None:
    mali = section(432, "MLI", date(2016, 3, 1))
    assert [one.mission for one in mali.fits] == ["MINUSMA"]
    assert {site.mission for site in mali.stands} == {"MINUSMA"}
    assert {"AFISMA", "EUTM", "Op. Serval"} <= {one.operation for one in mali.others}
    assert mali.missing is None
    assert all(any(char.isdigit() for char in line) for line in mali.ends)  # each says until when
    france = section(220, "FRA", date(2016, 3, 1))
    assert france.fits == france.stands == france.others == ()
    assert france.missing == "no UN mission with known sites was there"
