"""The register of UN missions against official records, and its law: as of a day, nothing later counts."""

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.embed.inputs import Inputs
from tools.embed.peacekeeping import fatalities as built_fatalities
from tools.embed.peacekeeping import mandates as built_mandates
from tools.embed.peacekeeping import missions as built_missions
from tools.embed.peacekeeping import shortfall as built_shortfall
from tools.embed.peacekeeping import strength as built_strength
from tools.embed.peacekeeping.names import mission as name_of

from forestall.errors import UsageError
from forestall.ids.months import month_id
from forestall.instruments.peacekeeping import fatalities, overview, register, strength
from forestall.store import Workspace

TODAY = date(2026, 2, 28)
days = st.dates(date(1946, 1, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


def names(missions: "tuple[register.Mission, ...]") -> set[str]:
    return {one.mission for one in missions}


def test_the_un_counts_71_operations_and_so_do_we(workspace: Workspace) -> None:
    # United Nations, as at 31 March 2020: 71 operations since 1948, 13 of them deployed.
    then = register.missions(date(2020, 3, 31), workspace)
    assert sum(one.counted for one in then) == 71
    there = {one.mission for one in register.open_missions(date(2020, 3, 31), workspace) if one.counted}
    assert there == {
        "UNTSO", "UNMOGIP", "UNFICYP", "UNDOF", "UNIFIL", "MINURSO", "UNMIK", "UNAMID", "MONUSCO", "UNISFA", "UNMISS",
        "MINUSMA", "MINUSCA",
    }  # fmt: skip


def test_missions_of_a_day_in_the_record(workspace: Workspace) -> None:
    # Two observer missions were all there was on the first day of 1950, and six operations stood on that of 1980.
    assert names(register.open_missions(date(1950, 1, 1), workspace)) == {"UNTSO", "UNMOGIP", "UNSCOB"}
    then = register.open_missions(date(1980, 1, 1), workspace)
    assert names(then) == {"UNTSO", "UNMOGIP", "UNFICYP", "UNDOF", "UNIFIL"}


def test_minusma_left_by_the_end_of_2023(workspace: Workspace) -> None:
    assert names(register.in_country("MLI", date(2023, 12, 31), workspace)) == {"MINUSMA"}
    assert names(register.in_country("MLI", date(2024, 1, 1), workspace)) == set()
    found = register.mission("minusma", TODAY, workspace)
    assert (found.start, found.end, found.founding) == (date(2013, 4, 25), date(2023, 12, 31), "S/RES/2100 (2013)")


@pytest.mark.parametrize(
    ("name", "end"),
    [
        ("UNSOM", date(2024, 10, 31)),  # S/RES/2753 (2024): UNTMIS from 1 November 2024
        ("UNITAMS", date(2024, 2, 29)),  # S/RES/2715 (2023)
        ("UNAMI", date(2025, 12, 31)),  # S/RES/2732 (2024)
        ("UNMIL", date(2018, 3, 30)),  # S/RES/2333 (2016)
        ("UNOCI", date(2017, 6, 30)),  # S/RES/2284 (2016)
        ("UNAMID", date(2020, 12, 31)),  # S/RES/2559 (2020)
        ("UNTSO", None),
    ],
)
def test_ends_are_those_of_the_resolutions(workspace: Workspace, name: str, end: date | None) -> None:
    assert register.mission(name, TODAY, workspace).end == end


def test_a_mission_was_not_founded_long_after_it_began(workspace: Workspace) -> None:
    frame = workspace.table("peace_missions").drop_nulls(["start", "founded_on"])
    late = frame.filter(pl.col("founded_on") > pl.col("start"))
    # UNGOMAP began by an exchange of letters in May 1988 and had its resolution in October.
    assert late["mission"].to_list() == ["UNGOMAP"]
    assert frame.height > 75


def test_hosts_bear_the_number_of_the_day(workspace: Workspace) -> None:
    hosts = workspace.table("peace_mission_hosts")
    kosovo = hosts.filter(pl.col("mission") == "UNMIK").sort("first").select("gw_id", "iso3", "first").rows()
    assert kosovo == [
        (345, "SRB", date(1999, 6, 10)),
        (340, "SRB", date(2006, 6, 5)),
        (347, "XKX", date(2008, 2, 17)),
    ]
    assert hosts.filter(pl.col("mission") == "UNTAG")["gw_id"].to_list() == [565]
    assert hosts.filter(pl.col("mission") == "MINURSO").select("gw_id", "iso3").rows() == [(None, "ESH")]
    spans = workspace.table("peace_missions").select("mission", "start", "end")
    joined = hosts.join(spans, on="mission")
    assert joined.height == hosts.height
    assert joined.filter(pl.col("first") < pl.col("start")).height == 0
    assert joined.filter(pl.col("last") > pl.col("end")).height == 0
    assert not hosts.select("mission", "iso3", "gw_id").is_duplicated().any()


def test_a_mandate_counts_from_its_decision(workspace: Workspace) -> None:
    before = register.mandate("UNIFIL", date(2025, 8, 27), workspace)
    after = register.mandate("UNIFIL", date(2025, 8, 28), workspace)
    assert before is None
    assert after is not None
    assert (after.symbol, after.until, after.final) == ("S/RES/2790 (2025)", date(2026, 12, 31), True)


def test_unknown_and_later_missions_are_refused_in_one_line(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="nearest are MINUSMA"):
        register.mission("MINUSAM", TODAY, workspace)
    with pytest.raises(UsageError, match=r"UNMISS began on 2011-07-09"):
        register.mission("UNMISS", date(2011, 7, 8), workspace)
    assert register.nearest("UNAVEM") == ["UNAVEM I", "UNAVEM II", "UNAVEM III"]


@settings(max_examples=20, deadline=None)
@given(days)
def test_nothing_later_than_the_day_is_told(on: date) -> None:
    workspace = Workspace.open()
    for one in register.missions(on, workspace):
        assert one.start is not None
        assert one.start <= on
        assert one.end is None or one.end <= on
        assert all(host.first is None or host.first <= on for host in one.hosts)
        assert all(host.last is None or host.last <= on for host in one.hosts)
        # No document of a later year is cited for a mission that goes on.
        assert one.end is not None or not any(f"({year})" in (one.source or "") for year in range(on.year + 1, 2027))
        found = register.mandate(one.mission, on, workspace)
        assert found is None or found.decided_on <= on
    for last in strength.latest(on, workspace).values():
        assert strength.known_month(on) >= last.month_id
    assert fatalities.data_end(on) <= on


@settings(max_examples=20, deadline=None)
@given(days, st.integers(0, 4000))
def test_begun_missions_stay_begun_and_deaths_only_grow(on: date, later: int) -> None:
    workspace, then = Workspace.open(), min(on + timedelta(days=later), date(2026, 12, 31))
    assert names(register.missions(on, workspace)) <= names(register.missions(then, workspace))
    for name in ("UNIFIL", "MINUSMA", "ONUC"):
        assert fatalities.deaths(name, on, workspace).all <= fatalities.deaths(name, then, workspace).all
        before, after = fatalities.rate(name, on, workspace=workspace), fatalities.rate(name, then, workspace=workspace)
        assert before is None or (after is not None and before.person_years <= after.person_years)


@pytest.mark.parametrize(
    ("on", "month"),
    [
        (date(2016, 5, 15), month_id(2016, 3)),
        (date(2016, 5, 31), month_id(2016, 4)),
        (date(2016, 1, 30), month_id(2015, 11)),
        (date(2016, 2, 29), month_id(2016, 1)),
    ],
)
def test_a_month_is_known_once_the_next_is_over(on: date, month: int) -> None:
    assert strength.known_month(on) == month


def test_strength_of_minusma_by_hand(workspace: Workspace) -> None:
    # MINUSMA at the end of March 2017: 11,024 troops, 1,278 police, 36 observers.
    last = strength.series("MINUSMA", TODAY, workspace)[-1]
    assert (last.month_id, last.troops, last.police, last.observers, last.total) == (447, 11_024, 1_278, 36, 12_338)
    # Authorised 12,640 by S/RES/2100 (2013): 11,200 military and 1,440 police.
    years = {year.year: year for year in strength.by_year("MINUSMA", TODAY, workspace)}
    assert years[2014].authorised == 12_640
    assert years[2014].gap == pytest.approx(12_640 - (years[2014].deployed or 0))
    assert years[2017].gap is None


def test_counts_that_were_left_out_are_not_zero(workspace: Workspace) -> None:
    frame = workspace.table("peace_strength_month")
    assert frame["police"].null_count() > 2000
    early = strength.series("UNTSO", date(1991, 6, 30), workspace)[0]
    assert (early.troops, early.police, early.observers, early.total) == (290, None, None, 290)


def test_missions_add_up_to_the_totals_of_the_source(shared: Path, workspace: Workspace) -> None:
    totals = Inputs(shared).csv("peacekeeping/ipi_month_totals_1990_2017.csv", ("Date", "Total Contributions"))
    sums = (
        workspace.table("peace_strength_month")
        .group_by("month_id")
        .agg(pl.sum_horizontal("troops", "police", "observers").sum().alias("total"))
    )
    held = dict(sums.rows())
    assert len(held) == totals.height == 316
    for day, total in totals.iter_rows():
        assert held[month_id(int(day[:4]), int(day[5:7]))] == int(total), day


def test_deaths_are_those_that_the_un_reported(workspace: Workspace) -> None:
    # Secretary-General, 31 December 2023: 311 of MINUSMA lost their lives.
    found = fatalities.deaths("MINUSMA", TODAY, workspace)
    assert found.all == 311
    assert sum(count for _, count in found.by_cause) == 311
    # Without the six cases that stand twice, all of them UNMIK's.
    assert workspace.table("peace_fatalities_year").select("uniformed", "civilians", "others").sum().row(0) == (
        3447,
        902,
        74,
    )
    assert fatalities.deaths("UNMIK", TODAY, workspace).all == 56


def test_the_interval_is_the_exact_one() -> None:
    from scipy.stats import chi2

    for events in (0, 1, 2, 5, 10, 109):
        low, high = fatalities.interval(events)
        assert low == pytest.approx(0 if events == 0 else chi2.ppf(0.025, 2 * events) / 2)
        assert high == pytest.approx(chi2.ppf(0.975, 2 * events + 2) / 2)
    # Garwood's table: 10 events, 4.80 to 18.39; none, 0 to 3.69.
    assert fatalities.interval(10) == pytest.approx((4.795, 18.390), abs=0.001)
    assert fatalities.interval(0)[1] == pytest.approx(3.689, abs=0.001)
    with pytest.raises(ValueError, match="count of 0 or more"):
        fatalities.interval(-1)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000))
def test_an_interval_holds_its_count_and_both_tails(events: int) -> None:
    from scipy.stats import poisson

    low, high = fatalities.interval(events)
    assert low <= events <= high
    assert poisson.cdf(events, high) == pytest.approx(0.025)
    assert events == 0 or poisson.sf(events - 1, low) == pytest.approx(0.025)


def test_the_rate_by_brute_force(workspace: Workspace, shared: Path) -> None:
    inputs = Inputs(shared)
    deaths, months = built_fatalities.record(inputs), built_strength.strength(inputs)
    for name in ("MINUSMA", "UNAMID", "UNPROFOR", "UNTSO"):
        held = {
            row["month_id"]: sum(row[part] or 0 for part in ("troops", "police", "observers"))
            for row in months.filter(pl.col("mission") == name).iter_rows(named=True)
        }
        died = Counter(
            row["cause"]
            for row in deaths.iter_rows(named=True)
            if row["mission"] == name and row["class"] == "uniformed" and row["month_id"] in held
        )
        every = fatalities.rate(name, TODAY, workspace=workspace)
        malicious = fatalities.rate(name, TODAY, malicious=True, workspace=workspace)
        assert every is not None
        assert malicious is not None
        assert every.deaths == sum(died.values())
        assert malicious.deaths == died["malicious"]
        assert every.person_years == pytest.approx(sum(held.values()) / 12)
        assert every.per_1000 == pytest.approx(12_000 * sum(died.values()) / sum(held.values()))
        assert every.low < every.per_1000 < every.high


def test_rates_stay_in_the_span_that_both_series_cover(workspace: Workspace) -> None:
    assert fatalities.rate("ONUC", TODAY, workspace=workspace) is None
    assert fatalities.rate("MINUJUSTH", TODAY, workspace=workspace) is None
    found = fatalities.rate("UNIFIL", TODAY, workspace=workspace)
    assert found is not None
    assert (found.first_month, found.last_month) == (month_id(1990, 11), month_id(2017, 3))
    early = fatalities.rate("UNIFIL", date(2000, 12, 31), workspace=workspace)
    assert early is not None
    assert early.last_month == month_id(1999, 12)


def test_the_section_of_a_dossier(workspace: Workspace) -> None:
    found = overview.section(490, "COD", date(2012, 2, 28))
    assert [line.mission.mission for line in found.present] == ["MONUSCO"]
    assert [line.mission.mission for line in found.past] == ["ONUC", "MONUC"]
    assert [one.data_end for one in found.series] == [
        date(2012, 2, 28),
        date(2011, 12, 31),
        date(2011, 12, 31),
        date(2011, 12, 31),
    ]
    assert overview.section(220, "FRA", TODAY).present == ()
    assert workspace.table("peace_mission_budgets").filter(pl.col("budget") <= 0).height == 0


def test_budgets_as_adopted(workspace: Workspace) -> None:
    # GA/11390: UNMISS, 976.62 million dollars for 1 July 2013 to 30 June 2014.
    found = {one.period_start: one for one in overview.budgets("UNMISS", TODAY, workspace)}
    assert found[date(2013, 7, 1)].amount == pytest.approx(976.62e6)
    assert overview.budgets("UNMISS", date(2012, 6, 30), workspace) == ()


@pytest.mark.parametrize(
    ("written", "on", "name"),
    [
        ("ONUCI", None, "UNOCI"),
        ("MINUSMA'", None, "MINUSMA"),
        ("UNAVEM", date(1991, 5, 31), "UNAVEM I"),
        ("UNAVEM", date(1994, 5, 31), "UNAVEM II"),
        ("UNAVEM", date(1995, 4, 30), "UNAVEM III"),
        ("UNOSOM", date(1993, 10, 3), "UNOSOM II"),
        ("UNEF", date(1973, 11, 1), "UNEF II"),
        ("UNAMSIL", date(1999, 1, 31), "UNOMSIL"),
        ("UNMISET", date(2002, 4, 28), "UNTAET"),
        ("UNAVEM", None, None),
        ("AMISOM", date(2010, 1, 1), None),
        ("all", None, None),
    ],
)
def test_names_are_one_across_files(written: str, on: date | None, name: str | None) -> None:
    assert name_of(written, on) == name


def test_rebuilding_gives_the_same_tables(shared: Path, workspace: Workspace) -> None:
    inputs = Inputs(shared)
    missions = built_missions.missions(inputs)
    months = built_strength.strength(inputs)
    made = {
        "peace_missions": missions,
        "peace_mission_hosts": built_missions.hosts(missions),
        "peace_strength_month": months,
        "peace_shortfall_month": built_shortfall.shortfall(inputs),
        "peace_fatalities_year": built_fatalities.by_year(built_fatalities.record(inputs), months),
        "peace_mission_mandates": built_mandates.mandates(),
        "peace_mission_budgets": built_mandates.budgets(),
    }
    for name, frame in made.items():
        assert frame.equals(workspace.table(name)), name


def test_the_two_records_of_deaths_are_one(shared: Path) -> None:
    said = built_fatalities.differences(Inputs(shared))
    assert said[0] == "to 2015-06: 3380 deaths in the record, 3370 in the other"
    assert len(said) == 9
