"""Agreements with their provisions, parties of conflicts, similar agreements elsewhere, and a user's own PA-X."""

import itertools
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.instruments.mediation import similar as module
from forestall.instruments.mediation.agreements import GROUPS, agreements
from forestall.instruments.mediation.parties import government, parties, sides
from forestall.instruments.mediation.record import record
from forestall.instruments.mediation.similar import similar
from forestall.instruments.mediation.similar_cases import Setting, failed, held, history, matrix, setting
from forestall.store import Workspace
from forestall.store.catalogue import Release
from forestall.store.manifest import Source
from forestall.store.schemas import SCHEMAS

NEWEST = date(2026, 2, 28)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


# Agreements


def test_dayton_by_its_annexes(workspace: Workspace) -> None:
    dayton = next(one for one in agreements(workspace, "BIH", NEWEST) if one.event == "ucdp-1073")
    told = dict(dayton.provisions)
    # S/1995/999: annex 1A (cease-fire, implementation force), 3 (elections), 7 (return of refugees).
    assert told["ceasefire"] == ("a ceasefire or an end to hostilities",)
    assert "a peacekeeping operation" in told["monitoring and implementation"]
    assert "elections or a new electoral law" in told["elections and talks"]
    assert "refugees and displaced persons return" in told["justice and return"]
    assert "independence" not in told["territory"]
    assert (dayton.extent, dayton.ended, dayton.known_to) == ("full", False, date(2021, 12, 31))
    assert {one.mediator for one in dayton.third_parties} >= {"USA", "EU", "OSCE"}


@pytest.mark.parametrize(("on", "there"), [(date(1979, 12, 20), False), (date(1979, 12, 21), True)])
def test_lancaster_house_is_there_from_its_day_on(workspace: Workspace, on: date, there: bool) -> None:
    found = [one.event for one in agreements(workspace, "ZWE", on)]
    assert ("ucdp-1399" in found) is there


def test_agreements_are_the_newest_first_and_every_provision_has_words(workspace: Workspace) -> None:
    found = agreements(workspace, "COL", NEWEST)
    assert [one.day for one in found] == sorted((one.day for one in found), reverse=True)
    # Final agreement of 24 November 2016 with the FARC-EP: point 5 creates a jurisdiction and an amnesty (law 1820).
    final = next(one for one in found if one.day == date(2016, 11, 24))
    assert "an amnesty" in dict(final.provisions)["justice and return"]
    columns = [name for name, kind in SCHEMAS["mediation_agreements"].items() if kind is pl.Boolean and name != "ended"]
    assert sorted(itertools.chain.from_iterable(GROUPS.values())) == sorted(columns)


def test_an_end_without_a_day_is_not_known(workspace: Workspace) -> None:
    rows = workspace.table("mediation_agreements")
    undated = rows.filter(pl.col("ended"), pl.col("ended_on").is_null()).row(0, named=True)
    found = agreements(workspace, undated["iso3"].split(";")[0], NEWEST)
    one = next(one for one in found if one.event == undated["event"])
    assert (one.ended, one.ended_on) == (None, None)


# Parties


def test_parties_in_sudan_and_ukraine(workspace: Workspace) -> None:
    sudan = {one.name: one for one in parties(workspace, 625, date(2025, 3, 1))}
    assert sudan["Government of Sudan"].iso3 == "SDN"
    assert sudan["RSF"].iso3 is None
    assert sudan["RSF"].last_year == 2024
    ukraine = parties(workspace, 369, date(2025, 3, 1))
    assert {one.iso3 for one in ukraine} >= {"RUS", "UKR"}
    # The fighting with the RSF began on 15 April 2023: a reader of that year's first day knows nothing of it.
    before = {one.name for one in parties(workspace, 625, date(2023, 1, 1))}
    assert "RSF" not in before
    assert "Government of Sudan" in before


def test_months_tell_of_years_after_the_yearly_files(workspace: Workspace) -> None:
    later = {one.name: one.last_year for one in parties(workspace, 369, NEWEST)}
    assert later["Government of Ukraine"] == 2026
    assert parties(workspace, countries.resolve("ISL").gw_id or 0, NEWEST) == ()
    with pytest.raises(UnknownCountryError):
        parties(workspace, 345, NEWEST)


def test_names_of_sides() -> None:
    assert sides("Government of Iran, Government of Russia (Soviet Union)") == (
        "Government of Iran",
        "Government of Russia (Soviet Union)",
    )
    assert sides("XXX365") == sides(None) == ()
    assert government("Government of Russia (Soviet Union)", date(1985, 1, 1)) == "RUS"
    assert government("Government of Yemen (North Yemen)", NEWEST) == "YEM"
    assert government("RSF", NEWEST) is None
    assert government("Government of Nowhere", NEWEST) is None


# Similar agreements elsewhere

SETTINGS = st.builds(
    Setting,
    iso3=st.just(("AAA",)),
    conflict_id=st.just(1),
    year=st.just(2000),
    incompatibility=st.sampled_from(("territory", "government", "both")),
    kind=st.sampled_from(("internal", "internationalised", "interstate", "extrasystemic")),
    war=st.booleans(),
    deaths=st.none() | st.integers(0, 10**6),
    years=st.integers(1, 80),
    dyads=st.integers(1, 12),
    region=st.sampled_from(("Africa", "Asia")),
    subregion=st.sampled_from(("Western Africa", "Western Asia")),
)


@given(one=SETTINGS, other=SETTINGS)
def test_each_part_of_the_distance_is_symmetric_and_within_0_and_1(one: Setting, other: Setting) -> None:
    there, back = matrix([one], [other])[0, 0], matrix([other], [one])[0, 0]
    np.testing.assert_array_equal(there, back)
    known = there[~np.isnan(there)]
    assert ((known >= 0) & (known <= 1)).all()
    same = matrix([one], [one])[0, 0]
    assert (same[~np.isnan(same)] == 0).all()
    assert np.isnan(there[3]) == (one.deaths is None or other.deaths is None)


def test_the_parts_by_hand() -> None:
    one = Setting(("AGO",), 1, 1994, "government", "internal", True, 999, 20, 1, "Africa", "Middle Africa")
    other = replace(one, incompatibility="both", kind="internationalised", war=False, deaths=99, years=5, dyads=2)
    parts = matrix([one], [replace(other, region="Africa", subregion="Western Africa")])[0, 0]
    # 1/2, 1/2, 1, log10(1000/100)/3, log2(20/5)/4, log2(2/1)/3, same continent but not the same part of it.
    np.testing.assert_allclose(parts, [0.5, 0.5, 1, 1 / 3, 0.5, 1 / 3, 0.5])


def test_known_agreements_held_or_not(workspace: Workspace) -> None:
    told = history(workspace, NEWEST)
    rows = {row["event"]: row for row in workspace.table("mediation_agreements").iter_rows(named=True)}

    def dyads(event: str) -> list[int]:
        return [int(number) for number in rows[event]["dyad_ids"].split(";")]

    # Lusaka Protocol, 20 November 1994: fighting between Angola and UNITA again from 1995 (UCDP). Rome 1992: Mozambique
    # and RENAMO not again before 2013. Lancaster House: the Patriotic Front's war was over.
    assert failed(told, dyads("ucdp-1023"), 1994) == 1995
    assert held(told, dyads("ucdp-1020"), 1992) is True
    assert held(told, dyads("ucdp-1399"), 1979) is True
    # Neither held nor failed before the five years are over, and a reader of 1994 cannot know of 1995.
    assert held(history(workspace, date(1994, 12, 31)), dyads("ucdp-1023"), 1994) is None
    assert held(history(workspace, date(1997, 12, 31)), dyads("ucdp-1020"), 1992) is None
    assert held(history(workspace, date(1998, 1, 1)), dyads("ucdp-1020"), 1992) is True


def test_the_nearest_by_brute_force(workspace: Workspace) -> None:
    found = similar(workspace, "SDN", NEWEST, count=4)
    told = history(workspace, NEWEST)
    assert found.here is not None
    assert (found.here.conflict_id, found.here.year) == (309, 2024)  # Sudan: Government
    scored = []
    for row in workspace.table("mediation_agreements").sort("agreed_on", "event").iter_rows(named=True):
        numbers = [int(one) for one in row["conflict_ids"].split(";")]
        there = setting(told, numbers, row["agreed_on"].year)
        if there is not None and "SDN" not in row["iso3"].split(";"):
            distance = float(np.nanmean(matrix([found.here], [there])[0, 0]))
            scored.append((distance, row["agreed_on"], row["event"], row["process_id"]))
    chosen: list[str] = []
    processes: set[int] = set()
    for _, _, event, process in sorted(scored, key=lambda one: one[0]):
        if process not in processes and len(chosen) < 4:
            chosen.append(event)
            processes.add(process)
    assert [one.agreement.event for one in found.cases] == chosen
    for case in found.cases:
        known = [part.distance for part in case.parts if part.distance is not None]
        assert case.distance == pytest.approx(sum(known) / len(known))


def test_nothing_later_than_the_day_is_used(workspace: Workspace) -> None:
    found = similar(workspace, "SLE", date(1996, 6, 1))
    assert found.here is not None
    assert found.here.year <= 1995
    for case in found.cases:
        assert case.agreement.day <= date(1996, 6, 1)
        assert case.seen_to <= 1995
        assert case.active_again is None or case.active_again <= 1995
        assert "SLE" not in case.agreement.iso3
    assert found.measure is None  # too few agreements were five years old
    assert all(day <= date(1996, 6, 1) for _, day in found.ends)
    quiet = similar(workspace, "ISL", NEWEST)
    assert (quiet.here, quiet.cases, quiet.nearest) == (None, (), None)
    assert quiet.notes


def test_the_measure_says_what_it_found(workspace: Workspace) -> None:
    found = similar(workspace, "COL", NEWEST)
    measure, near, everywhere = found.measure, found.nearest, found.everywhere
    assert measure is not None
    assert near is not None
    assert everywhere is not None
    assert measure.gain == pytest.approx(measure.base - measure.near)
    assert measure.low <= measure.gain <= measure.high
    # Likeness has not told which agreements hold, and the reader is told so.
    assert not measure.helps
    assert any("has not told" in note for note in found.notes)
    assert near.low <= (near.share or 0) <= near.high
    assert near.agreements == module.NEAREST
    assert everywhere.processes > near.processes


@settings(max_examples=20, deadline=None)
@given(on=st.dates(date(1985, 1, 1), date(2026, 6, 1)))
def test_yearly_figures_end_with_the_year_before(workspace: Workspace, on: date) -> None:
    told = history(workspace, on)
    assert told.last_year < on.year
    assert all(year < on.year for years in told.dyads.values() for year in years)
    assert all(year < on.year for _, year in told.deaths)


# The user's own PA-X: made-up rows, none of them is PA-X's


def with_pax(home: Path, signed: date = date(1995, 12, 14)) -> Workspace:
    workspace = Workspace.open(home)
    base = dict.fromkeys(SCHEMAS["pax_agreements"], None)
    codes = {name: 0 for name in base if name.startswith("pax_") and SCHEMAS["pax_agreements"][name] is pl.Int8}
    made = base | codes | {"pax_process_id": 7, "pax_process": "made up", "pax_stage": "Cea", "release": "pax-6"}
    rows = [
        made | {"pax_id": 1, "name": "One", "agreed_on": signed, "iso3": "BIH", "agreement_id": 1073}
        | {"third_parties": "Mediated by Norway; witnessed by the African Union", "pax_ceasefire": 3},
        made | {"pax_id": 2, "name": "Two", "agreed_on": date(2020, 5, 1), "iso3": "BIH", "third_parties": None},
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=dict(SCHEMAS["pax_agreements"]))
    source = Source(name="made up", version="6", licence="none", citation="a test", url="https://example.org")
    release = Release(
        release="pax-6",
        table="pax_agreements",
        source="pax",
        status="final",
        published=None,
        first_month=121,
        last_month=492,
        month_rule=None,
    )
    workspace.add_table(frame, release, source=source)
    return workspace


def test_an_agreement_that_both_have_stands_once(tmp_path: Path) -> None:
    workspace = with_pax(tmp_path)
    first, again = record(workspace, NEWEST), record(workspace, NEWEST)
    events = first.events["event"].to_list()
    assert "pax-1" in events
    assert "ucdp-1073" not in events
    row = first.events.row(by_predicate=pl.col("event") == "pax-1", named=True)
    assert (row["stage"], row["ended"]) == ("Cea", False)
    roles = dict(first.roles.filter(event="pax-1").select("mediator", "role").iter_rows())
    assert (roles["NOR"], roles["AU"]) == ("mediator", "witness")
    assert "USA" in roles, "whom UCDP names and PA-X does not"
    assert again.roles.equals(first.roles), "read from the cache"
    assert any((tmp_path / "cache" / "mediation").iterdir())
    assert "pax-2" not in record(workspace, date(2020, 4, 30)).events["event"].to_list()
    assert "ucdp-1073" in record(workspace, NEWEST, pax=False).events["event"].to_list()


def test_agreements_take_stage_and_provisions_from_pax(tmp_path: Path) -> None:
    found = agreements(with_pax(tmp_path), "BIH", NEWEST)
    one = next(one for one in found if one.event == "pax-1")
    assert (one.stage, one.extent, one.ended) == ("ceasefire", "full", False)
    assert dict(one.provisions) == {"ceasefire": ("a ceasefire (in detail)",)}
    assert "UCDP" in one.source
    assert "ucdp-1073" not in {other.event for other in found}
    assert next(other for other in found if other.event == "pax-2").ended is None


@pytest.mark.parametrize(("on", "there"), [(date(1995, 12, 19), "ucdp-1073"), (date(1995, 12, 20), "pax-1")])
def test_a_later_day_in_pax_takes_nothing_from_what_was_known(tmp_path: Path, on: date, there: str) -> None:
    workspace = with_pax(tmp_path, signed=date(1995, 12, 20))  # UCDP has it on 14 December
    held = record(workspace, on)
    both = {"pax-1", "ucdp-1073"}
    assert both & set(held.events["event"]) == {there}
    assert "USA" in held.roles.filter(event=there)["mediator"].to_list()
    assert both & {one.event for one in agreements(workspace, "BIH", on)} == {there}
