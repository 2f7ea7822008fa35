"""Who is outside what: known answers, and laws that tie gaps to totals."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.council.members import members as council_members
from forestall.errors import UnknownCountryError, UsageError
from forestall.instruments.nonproliferation import gaps, groups, scope
from forestall.instruments.nonproliferation.gaps import Line
from forestall.instruments.nonproliferation.treaties import status as engine
from forestall.store import Workspace

ON = date(2026, 2, 28)
DAYS = st.dates(date(1970, 3, 5), ON)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


def line(place: str, treaty: str, on: date, workspace: Workspace) -> Line:
    found = gaps.lines(groups.group(place, on, workspace), workspace, only=(treaty,))
    assert len(found) == 1
    return found[0]


def test_outside_the_npt_are_india_israel_pakistan_and_south_sudan_and_one_withdrew(workspace: Workspace) -> None:
    found = line("World", "NPT", ON, workspace)
    assert found.none == ("IND", "ISR", "PAK", "SSD")
    assert found.withdrawn == ("PRK",)
    assert (found.signatories, found.suspended) == ((), ())
    assert len(found.parties) == 188
    before = line("World", "NPT", date(2003, 1, 9), workspace)
    assert "PRK" in before.parties
    assert "PRK" in line("World", "NPT", date(2003, 1, 10), workspace).withdrawn


def test_the_nine_of_annex_2(workspace: Workspace) -> None:
    assert len(set(scope.ANNEX_2)) == 44
    found = gaps.annex_2(ON, workspace)
    assert found.needed == ("CHN", "EGY", "IND", "IRN", "ISR", "PAK", "PRK", "RUS", "USA")
    assert set(found.outside) == {"IND", "PAK", "PRK"}
    assert len(found.ratified) == 35
    # The Russian Federation was bound until the law that took its ratification back (C.N. of 2023-11-03).
    assert "RUS" in gaps.annex_2(date(2023, 11, 1), workspace).ratified
    assert "RUS" in gaps.annex_2(date(2023, 11, 3), workspace).signed


def test_the_council_on_a_day(workspace: Workspace) -> None:
    """January 2018: Bolivia, Côte d'Ivoire, Ethiopia, Equatorial Guinea, Kazakhstan, Kuwait, the Netherlands, Peru,
    Poland, Sweden and the five permanent members."""
    on = date(2018, 1, 18)
    found = groups.group("Council", on, workspace)
    assert found.members == (
        "BOL", "CHN", "CIV", "ETH", "FRA", "GBR", "GNQ", "KAZ", "KWT", "NLD", "PER", "POL", "RUS", "SWE", "USA",
    )  # fmt: skip
    assert found.members == tuple(sorted(one.iso3 for one in council_members(on, workspace)))
    npt = line("Council", "NPT", on, workspace)
    assert npt.outside == ()
    assert line("Council", "CTBT", on, workspace).outside == ("CHN", "GNQ", "USA")
    mines = line("Council", "MineBan", on, workspace)
    assert mines.outside == ("CHN", "KAZ", "RUS", "USA")


def test_zones_and_their_protocols(workspace: Workspace) -> None:
    found = {one.treaty: one for one in gaps.zones(ON, workspace)}
    assert found["Semipalatinsk"].parties == ("KAZ", "KGZ", "TJK", "TKM", "UZB")
    assert found["Semipalatinsk"].in_force == date(2009, 3, 21)
    assert len(found["Tlatelolco"].open_to) == 33
    assert set(found["Rarotonga"].open_to) - set(found["Rarotonga"].parties) == {"FSM", "MHL", "PLW"}
    ((_, statuses),) = found["Tlatelolco"].protocols
    assert set(statuses.values()) == {"party"}
    ((_, statuses),) = found["Semipalatinsk"].protocols
    assert statuses["USA"] == "signatory"
    assert {statuses[code] for code in ("CHN", "FRA", "GBR", "RUS")} == {"party"}
    assert "Semipalatinsk" not in scope.treaties(date(2006, 9, 7))
    assert "Semipalatinsk" in scope.treaties(date(2006, 9, 8))


def test_a_country_against_its_sub_region(workspace: Workspace) -> None:
    """Southern Asia has nine Member States; India and Pakistan alone of them are outside of the NPT."""
    held = {one.treaty: one for one in gaps.standings("IND", ON, workspace)}
    npt = held["NPT"]
    assert (npt.region, npt.others, npt.others_in) == ("Southern Asia", 8, 7)
    assert npt.gap
    assert not held["BWC"].outside
    assert gaps.by_norm(tuple(held.values()))[0].treaty == "NPT"
    assert not any(one.treaty in scope.ZONES for one in held.values())
    assert gaps.by_norm(gaps.standings("ZAF", ON, workspace)) == ()


def test_where_a_sub_region_is_small_the_region_stands_for_it(workspace: Workspace) -> None:
    assert {one.region for one in gaps.standings("CAN", ON, workspace)} == {"Americas"}
    held = {one.treaty: one for one in gaps.standings("NZL", ON, workspace)}
    assert held["NPT"].region == "Oceania"


def test_safeguards_are_counted_where_they_are_owed(workspace: Workspace) -> None:
    """The five nuclear-weapon States have voluntary agreements, so a comprehensive one is not open to them."""
    found = line("World", "SafeguardsAgreement", ON, workspace)
    assert set(groups.member_states(ON)) - set(found.open_to) == {"CHN", "FRA", "GBR", "RUS", "USA"}
    assert {"IND", "ISR", "PAK"} <= set(found.outside)
    protocol = line("World", "AdditionalProtocol", ON, workspace)
    assert {"CHN", "FRA", "GBR", "RUS", "USA"} <= set(protocol.parties)
    assert set(protocol.signatories) >= {"IRN", "BLR"}


def test_adherences_bind_pairs(workspace: Workspace) -> None:
    """In Southern Asia seven are parties to the NPT, so either adherence would bind seven pairs."""
    found = gaps.closing([line("Southern Asia", "NPT", ON, workspace)])
    assert [(one.iso3, one.pairs, one.needed) for one in found] == [("IND", 7, False), ("PAK", 7, False)]
    assert gaps.by_state(found) == (("IND", 1, 7), ("PAK", 1, 7))
    ctbt = gaps.closing([line("Northern Africa", "CTBT", ON, workspace)])
    assert [(one.iso3, one.needed) for one in ctbt] == [("EGY", True)]


def test_what_is_known_to_long_ago_only_is_no_gap(workspace: Workspace) -> None:
    """A state without an act may have joined after the end of a series: it is not said to be outside."""
    stale = [one for one in gaps.lines(groups.world(ON), workspace) if one.stale]
    assert all(one.known_to is not None and (ON - one.known_to).days > 731 for one in stale)
    assert not {one.treaty for one in gaps.near_universal(stale)}
    assert gaps.closing(stale) == ()
    for state in ("KAZ", "PRK"):
        for one in gaps.standings(state, ON, workspace):
            assert not (one.unknown and (one.outside or one.gap or one.bound))


@settings(max_examples=12, deadline=None)
@given(DAYS)
def test_parties_agree_with_the_totals_of_the_day(on: date) -> None:
    """Parties among Member States and parties that are none add up to the engine's total, for every treaty."""
    workspace = Workspace.open()
    totals = {one.treaty: one.party + one.suspended for one in engine.totals(on, workspace)}
    members = set(groups.member_states(on))
    for one in gaps.lines(groups.world(on), workspace):
        others = [code for code in engine.parties(one.treaty, on, workspace) if code not in set(one.open_to)]
        assert len(one.parties) + len(others) == totals[one.treaty]
        if one.treaty not in scope.ZONES:
            assert not set(others) & members


@settings(max_examples=12, deadline=None)
@given(DAYS, st.sampled_from(["World", "Africa", "Central Asia", "Council", "AU", "CICA"]))
def test_every_state_of_a_group_stands_in_one_place(on: date, place: str) -> None:
    workspace = Workspace.open()
    try:
        group = groups.group(place, on, workspace)
    except UsageError:
        return
    for one in gaps.lines(group, workspace):
        parts = (one.parties, one.signatories, one.withdrawn, one.none)
        assert sorted(code for part in parts for code in part) == sorted(one.open_to)
        assert set(one.suspended) <= set(one.parties)
        assert set(one.open_to) <= set(group.members)
        assert one.outside == tuple(sorted(set(one.open_to) - set(one.parties)))


def test_change_over_time_counts_the_members_of_the_day_asked(workspace: Workspace) -> None:
    """Of the states of Central Asia all joined the NPT between 1992-05-02 (Uzbekistan) and 1995-01-17 (Tajikistan)."""
    group = groups.group("Central Asia", ON, workspace)
    days = [date(1991, 12, 31), date(1992, 12, 31), date(1995, 1, 16), date(1995, 1, 17), ON]
    assert gaps.over_time(group, "NPT", days, workspace) == (0, 1, 4, 5, 5)


def test_gaps_are_told_of_member_and_observer_states_only(workspace: Workspace) -> None:
    for code in ("XKX", "TWN"):
        with pytest.raises(UsageError, match="neither a Member State nor an observer State"):
            gaps.standings(code, ON, workspace)
    assert gaps.standings("VAT", ON, workspace)
    assert gaps.standings("CHE", date(1995, 6, 30), workspace)  # a Member State from 2002 on


def test_places_that_nobody_knows_are_told_apart() -> None:
    with pytest.raises(UsageError, match="Central Asia, AU, Council or World"):
        groups.group("Atlantis", ON)
    with pytest.raises(UnknownCountryError, match="existed since 2002-05-20"):
        groups.group("Timor-Leste", date(1990, 1, 1))
    assert groups.group("security council", ON).kind == "council"
    assert groups.group("Sub-Saharan Africa", ON).kind == "region"
    assert groups.group("CICA", ON).kind == "organisation"
    assert len(groups.group("World", ON).members) == 193
    assert groups.group("RUS", date(1985, 1, 1)).members == ("RUS",)
