"""Sites of UN missions against the source's records, and what is known when."""

import csv
import gzip
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.errors import UsageError
from forestall.ids.cells import cell_of
from forestall.instruments.peacekeeping.sites import sites
from forestall.store import Workspace

GAO = int(cell_of(16.27, -0.05))


def test_a_year_s_sites_are_known_from_the_next_year_on() -> None:
    assert not sites(date(2014, 12, 31), mission="MINUSMA")  # its first maps are of 2014
    found = sites(date(2015, 1, 1), mission="MINUSMA")
    assert {site.year for site in found} == {2014}
    assert GAO in {site.pg_id for site in found}
    assert all(site.known_from == date(2015, 1, 1) for site in found)


def test_a_platoon_with_no_other_sites_counts_as_the_maps_draw_it() -> None:
    # MINURSO in 2024: one unit of 35 (medical), ten sites of observers, all in Western Sahara or Algeria.
    found = sites(date(2025, 1, 1), mission="MINURSO")
    assert sum(site.sites for site in found) == 11
    assert sum(site.troops_on_maps or 0 for site in found) == 35
    assert {(site.iso3, site.gw_id) for site in found} <= {("ESH", None), ("DZA", 615)}


@given(st.dates(date(1995, 1, 1), date(2030, 1, 1)))
def test_no_map_of_the_same_or_a_later_year_is_used(day: date) -> None:
    found = sites(day)
    assert all(site.year < day.year for site in found)
    years = {site.mission: {other.year for other in found if other.mission == site.mission} for site in found}
    assert all(len(of_mission) == 1 for of_mission in years.values())  # one year a mission: its newest


def test_a_mission_that_has_ended_has_no_sites() -> None:
    # UNMIT ended on 31 December 2012 (S/RES/2037), MINUSMA on 31 December 2023 (S/RES/2690); both have maps dated later.
    assert sites(date(2012, 12, 31), mission="UNMIT")
    assert not sites(date(2013, 1, 1), mission="UNMIT")
    assert not sites(date(2025, 2, 1), mission="MINUSMA")


def test_a_day_before_the_first_maps_are_known_is_refused() -> None:
    with pytest.raises(UsageError, match="1995-01-01"):
        sites(date(1994, 12, 31))


def test_rows_are_one_a_mission_year_and_cell_and_no_size_is_null_not_zero() -> None:
    table = Workspace.open().table("peace_sites")
    assert table.select("mission", "year", "pg_id").is_duplicated().sum() == 0
    unsized = table.filter(table["sites"] == table["sites_unsized"])
    assert unsized.height > 100
    assert unsized["troops_on_maps"].null_count() == unsized.height == table["troops_on_maps"].null_count()
    assert (table["sites_unsized"] <= table["sites"]).all()


@pytest.mark.parametrize(("mission", "year"), [("MONUSCO", 2016), ("UNDOF", 2014), ("UNMISS", 2012), ("UNFICYP", 2000)])
def test_a_year_s_troops_are_the_mean_of_its_maps(shared: Path, mission: str, year: int) -> None:
    """The records by map, read here by another way: a place that a map does not show has no troops on it."""
    path = shared / "peacekeeping" / "geopko_raw_1994_2020.csv.gz"
    of_map: dict[str, float] = defaultdict(float)
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if (row["mission"], row["year"]) == (mission, str(year)):
                of_map[row["month"]] += 0 if row["no.troops"] == "unknown" else float(row["no.troops"])
    table = Workspace.open().table("peace_sites")
    ours = table.filter((table["mission"] == mission) & (table["year"] == year))
    assert ours["maps"].unique().to_list() == [len(of_map)]
    # The source rounds the mean of each place to a whole number.
    assert ours["troops_on_maps"].sum() == pytest.approx(sum(of_map.values()) / len(of_map), abs=ours["sites"].sum())
