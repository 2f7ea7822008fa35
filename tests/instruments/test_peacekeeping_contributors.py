"""Who sent what to UN missions: the tables against the files they are from, and what was known on a day."""

import gzip
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.embed.inputs import Inputs
from tools.embed.peacekeeping import contingents
from tools.embed.peacekeeping import contributors as builder

from forestall.errors import SourceError
from forestall.ids import countries
from forestall.ids.months import month_id
from forestall.instruments.peacekeeping import contributors
from forestall.instruments.peacekeeping.contributor_section import section
from forestall.store import Workspace


@pytest.fixture(scope="module")
def months() -> pl.DataFrame:
    return Workspace.open().table(contributors.MONTHS)


@pytest.fixture(scope="module")
def years() -> pl.DataFrame:
    return Workspace.open().table(contributors.YEARS)


def test_months_add_up_to_the_totals_published_beside_them(shared: Path, months: pl.DataFrame) -> None:
    totals = pl.read_csv(shared / "peacekeeping" / "ipi_month_totals_1990_2017.csv", infer_schema=False)
    names = {"Troop Contributions": "troops", "Police Contributions": "police", "EOM Contributions": "experts"}
    totals = totals.select(
        ((pl.col("Date").str.slice(0, 4).cast(pl.Int32) - 1980) * 12 + pl.col("Date").str.slice(5, 2).cast(pl.Int32))
        .cast(pl.Int32)
        .alias("month_id"),
        *(pl.col(column).cast(pl.Int64, strict=False).fill_null(0).alias(name) for column, name in names.items()),
    )
    sums = months.group_by("month_id").agg(
        *(pl.col(f"contributed_{part}").sum().cast(pl.Int64).alias(f"our_{part}") for part in names.values())
    )
    both = sums.join(totals, on="month_id", how="left")
    assert both.height == 286  # November 1990 to August 2014, none missing
    for part in ("troops", "police", "experts"):
        assert both.filter(pl.col(part) != pl.col(f"our_{part}")).height == 0
    august = both.row(by_predicate=pl.col("month_id") == month_id(2014, 8), named=True)
    # The UN's summary of 31 August 2014: 84,743 troops, 11,465 police, 1,739 military experts, 97,947 in all.
    assert (august["our_troops"], august["our_police"], august["our_experts"]) == (84_743, 11_465, 1_739)


def test_months_that_repeat_are_marked_and_nobody_stands_twice(months: pl.DataFrame) -> None:
    assert not months.select("iso3", "month_id").is_duplicated().any()
    marked = sorted(set(months.filter("is_repeat")["month_id"].to_list()))
    written = [(1990, 12), (1991, 1), (1991, 2), (1992, 5), (1992, 6), (1992, 7), (1998, 12), (2001, 2)]
    assert marked == [month_id(*one) for one in written]
    # Experts are not told apart before August 1992: not known, not none.
    assert months.filter(pl.col("month_id") < month_id(1992, 8))["contributed_experts"].null_count() == (
        months.filter(pl.col("month_id") < month_id(1992, 8)).height
    )


def test_every_contributor_is_a_state_of_that_time(months: pl.DataFrame, years: pl.DataFrame) -> None:
    for gw_id, iso3, month in months.select("gw_id", "iso3", "month_id").unique().rows():
        on = date(1980 + (month - 1) // 12, (month - 1) % 12 + 1, 28)
        assert countries.by_gw(gw_id, on).exists(on), (gw_id, iso3, month)
    # Yugoslavia and Czechoslovakia contributed under their own numbers.
    assert set(months.filter(pl.col("iso3") == "SRB", pl.col("month_id") < 150)["gw_id"]) == {345}
    assert set(months.filter(pl.col("iso3") == "CZE", pl.col("month_id") <= month_id(1992, 12))["gw_id"]) == {315}
    # Who is not named by a map stays in the table, without a state.
    open_rows = years.filter(pl.col("iso3").is_null())
    assert set(open_rows["contributor_series"]) == {"geopko_map_mean", "geopko_site_sum"}
    assert open_rows["gw_id"].null_count() == open_rows.height > 200


def test_a_mission_s_year_is_the_mean_of_its_months(shared: Path, years: pl.DataFrame) -> None:
    path = shared / "peacekeeping" / "ipi_gender_2009_2014.csv.gz"
    rows = pl.read_csv(path, infer_schema=False).unique()
    rows = rows.filter(pl.col("Mission").str.strip_chars("'") == "MINUSMA", pl.col("Date").str.starts_with("2013"))
    chad = rows.filter(pl.col("Contributor_ISO-3").str.strip_chars("'") == "TCD")["Troops_Total"].to_list()
    n = rows["Date"].n_unique()
    assert n == 6  # July to December
    row = years.row(
        by_predicate=(pl.col("iso3") == "TCD")
        & (pl.col("mission") == "MINUSMA")
        & (pl.col("year") == 2013)
        & (pl.col("contributor_series") == "ipi_month_mean"),
        named=True,
    )
    assert row["periods"] == n
    assert row["contributed_troops"] == round(sum(int(one) for one in chad) / n, 1)


def test_rows_without_any_figure_are_not_known_rather_than_none(years: pl.DataFrame) -> None:
    # In 39 months the file names United States personnel by mission and gives no number.
    row = years.filter(
        pl.col("iso3") == "USA", pl.col("year") == 2012, pl.col("contributor_series") == "ipi_month_mean"
    ).row(by_predicate=pl.col("mission") == "UNMIL", named=True)
    assert 0 <= row["periods"] < 12
    unknown = years.filter(pl.col("periods") == 0)
    assert unknown["contributed_troops"].null_count() == unknown.height > 0


def _raw(folder: Path, name: str, text: str) -> Inputs:
    (folder / "ucdp").mkdir(exist_ok=True)
    (folder / "peacekeeping").mkdir(exist_ok=True)
    (folder / "peacekeeping" / name).write_bytes(gzip.compress(text.encode()))
    return Inputs(folder)


def test_contributors_of_a_site_are_read_whole_or_not_at_all(tmp_path: Path) -> None:
    head = "mission,year,location,latitude,longitude,No.TCC,year.overview\n"
    line = 'UNMIL,2004,Zwedru,6.1,-8.1,3,"Korea (ROK) (150), Sri Lanka (650), Togo (size unknown)"\n'
    other = "UNMIL,2004,Harper,4.4,-7.7,1,Sri Lanka (35)\n"
    read = contingents.site_sums(_raw(tmp_path, "geopko_TCCMap_v2_3.csv.gz", head + line + other))
    assert {row[0]: (row[4], row[5]) for row in read.rows()} == {
        "Korea (ROK)": (150.0, 0),
        "Sri Lanka": (685.0, 0),
        "Togo": (None, 1),
    }
    bad = 'UNMIL,2004,Zwedru,6.1,-8.1,1,"Togo 650"\n'
    with pytest.raises(SourceError, match="Togo 650"):
        contingents.site_sums(_raw(tmp_path, "geopko_TCCMap_v2_3.csv.gz", head + bad))


def test_two_maps_of_a_month_count_once_and_months_are_averaged(tmp_path: Path) -> None:
    names = [f"{kind}_{n}" for n in range(1, 18) for kind in ("nameoftcc", "notroopspertcc")]
    head = ["source", "mission", "year", "month", "location", "latitude", *names]

    def row(source: str, month: int, site: str, *named: str) -> str:
        return ",".join([source, "UNMIL", "2004", str(month), site, "6.1", *named, *["NA"] * (34 - len(named))])

    lines = [
        ",".join(head),
        row("map 1", 3, "Zwedru", "Ghana", "650", "Nepal", "unknown"),
        row("map 2", 3, "Zwedru", "Ghana", "800"),
        row("map 3", 9, "Harper", "Ghana", "150"),
    ]
    inputs = _raw(tmp_path, "geopko_raw_1994_2020.csv.gz", "\n".join(lines) + "\n")
    read = {row[0]: row[3:] for row in contingents.map_means(inputs).rows()}
    assert read == {"Ghana": (2, 475.0, 0), "Nepal": (2, None, 1)}


def test_a_row_total_that_is_no_sum_stops_the_build(tmp_path: Path) -> None:
    kinds = ("Troops", "Individual_Police", "Formed_Police_Units", "Experts_on_Mission", "Total")
    head = ",".join(["Date", "Contributor", "Mission", *(f"{kind}_Total" for kind in kinds)])
    good = "2014-08-31,Chad,MINUSMA,10,2,NA,1,13"
    twice = "2014-08-31,Chad',MINUSMA',10,2,NA,1,13"
    empty = "2014-08-31,Togo,MINUSMA,NA,NA,NA,NA,NA"
    of_all = "2014-08-31,Chad,all,10,2,NA,1,13"
    name = "ipi_gender_2009_2014.csv.gz"
    read = builder.mission_months(_raw(tmp_path, name, "\n".join([head, good, twice, good, empty, of_all]) + "\n"))
    assert read.sort("contributor").rows() == [
        ("Chad", "MINUSMA", 416, 10, 2, 1),
        ("Togo", "MINUSMA", 416, None, None, None),
    ]
    with pytest.raises(SourceError, match="not the sum"):
        builder.mission_months(_raw(tmp_path, name, "\n".join([head, good.replace(",13", ",14")]) + "\n"))
    with pytest.raises(SourceError, match="stands twice"):
        builder.mission_months(_raw(tmp_path, name, "\n".join([head, good, good.replace(",10,", ",11,")]) + "\n"))


def test_a_year_counts_a_month_after_its_end() -> None:
    before = contributors.to_mission("MINUSMA", date(2014, 1, 30))
    assert (before.newest, before.ever) == (None, ())
    after = contributors.to_mission("MINUSMA", date(2014, 1, 31))
    assert after.newest is not None
    assert (after.newest.year, after.newest.series.key) == (2013, "ipi_month_mean")
    assert after.newest.contributions[0].iso3 == "TCD"
    # The mission ended with 2023: what guarded its stores in 2024 is not its strength.
    now = contributors.to_mission("MINUSMA", date(2026, 2, 1))
    assert now.newest is not None
    assert (now.newest.year, now.newest.series.key, now.last_year) == (2023, "geopko_site_sum", 2023)


@settings(max_examples=25, deadline=None)
@given(day=st.dates(date(1995, 2, 1), date(2026, 6, 1)), mission=st.sampled_from(["UNIFIL", "MONUC", "UNMIL", "UNTAC"]))
def test_nothing_is_used_before_it_was_known(day: date, mission: str) -> None:
    found = contributors.to_mission(mission, day)
    for year in [found.last_year, *(named.last_year for named in found.ever)]:
        assert year is None or date(year, 12, 31) + timedelta(days=31) <= day
    sent = contributors.from_country("GHA", day)
    assert all(date(named.last_year, 12, 31) + timedelta(days=31) <= day for named in sent.missions)
    assert sent.series_end is not None
    assert sent.series_end <= min(day.strftime("%Y-%m"), "2014-08")


def test_what_a_country_sent() -> None:
    sent = contributors.from_country("BGD", date(2026, 2, 1))
    assert sent.newest is not None
    assert (sent.newest.month, sent.newest.persons, sent.newest.rank) == ("2014-08", 8455, 1)
    assert sent.peak is not None
    assert sent.peak.persons >= 10_000
    nobody = contributors.from_country("AND", date(2026, 2, 1))
    assert (nobody.newest, nobody.peak, nobody.missions) == (None, None, ())


def test_the_dossier_s_part() -> None:
    found = section(432, "MLI", date(2015, 6, 30))
    assert found.there == ("MINUSMA",)
    assert found.candidates is not None
    assert len(found.candidates.candidates) == 5
    assert all(one.reasons for one in found.candidates.candidates)
    assert {one.last for one in found.series} == {"2014-08", "2020", "2024"}
    later = section(432, "MLI", date(2026, 2, 28))
    assert later.there == ()
    assert [one.mission for one in later.to] == ["MINUSMA"]
    early = section(432, "MLI", date(1994, 6, 30))
    assert (early.to, early.candidates) == ((), None)
