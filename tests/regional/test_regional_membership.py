"""Membership of regional organisations: official facts to the day, the model, and what differs from other lists."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.regional import find, membership
from forestall.regional.membership import FULL, KNOWN_TO, STATUS, TABLE
from forestall.regional.organisations import register
from forestall.store import Workspace

DAY = timedelta(days=1)
MEMBER, OUT, SUSPENDED = "member", None, "suspended"

# Organisation, state, the first day of what is new, what was the day before, what is from that day on.
TURNS = [
    ("ECOWAS", "MLI", "2025-01-29", SUSPENDED, OUT),
    ("ECOWAS", "BFA", "2025-01-29", SUSPENDED, OUT),
    ("ECOWAS", "NER", "2025-01-29", SUSPENDED, OUT),
    ("ECOWAS", "NER", "2023-12-10", MEMBER, SUSPENDED),
    ("ECOWAS", "GNB", "2025-11-27", MEMBER, SUSPENDED),
    ("AU", "MDG", "2025-10-15", MEMBER, SUSPENDED),
    ("AU", "GNB", "2025-11-28", MEMBER, SUSPENDED),
    ("ECOWAS", "MRT", "2000-12-31", MEMBER, OUT),
    ("ECOWAS", "GIN", "2026-01-28", SUSPENDED, MEMBER),
    ("OAU", "MAR", "1984-11-12", MEMBER, OUT),
    ("OAU", "GHA", "2002-07-09", MEMBER, OUT),
    ("AU", "GHA", "2002-07-09", OUT, MEMBER),
    ("AU", "MAR", "2017-01-31", OUT, MEMBER),
    ("AU", "SSD", "2011-07-27", OUT, MEMBER),
    ("AU", "MLI", "2012-03-23", MEMBER, SUSPENDED),
    ("AU", "MLI", "2012-10-24", SUSPENDED, MEMBER),
    ("AU", "MLI", "2020-08-19", MEMBER, SUSPENDED),
    ("AU", "MLI", "2021-06-01", MEMBER, SUSPENDED),
    ("AU", "GIN", "2021-09-10", MEMBER, SUSPENDED),
    ("AU", "GIN", "2026-01-22", SUSPENDED, MEMBER),
    ("AU", "SDN", "2021-10-27", MEMBER, SUSPENDED),
    ("AU", "BFA", "2022-01-31", MEMBER, SUSPENDED),
    ("AU", "NER", "2023-08-22", MEMBER, SUSPENDED),
    ("AU", "GAB", "2023-08-31", MEMBER, SUSPENDED),
    ("AU", "GAB", "2025-04-30", SUSPENDED, MEMBER),
    ("EAC", "SSD", "2016-09-05", OUT, MEMBER),
    ("EAC", "COD", "2022-07-11", OUT, MEMBER),
    ("EAC", "SOM", "2024-03-04", OUT, MEMBER),
    ("IGAD", "ERI", "2023-06-12", SUSPENDED, MEMBER),
    ("IGAD", "ERI", "2025-12-12", MEMBER, OUT),
    ("G5S", "MLI", "2022-05-15", MEMBER, OUT),
    ("G5S", "BFA", "2023-12-02", MEMBER, OUT),
    ("G5S", "NER", "2023-12-02", MEMBER, OUT),
    ("G5S", "TCD", "2023-12-06", MEMBER, OUT),
    ("CIS", "GEO", "2009-08-18", MEMBER, OUT),
    ("CIS", "KAZ", "1991-12-21", OUT, MEMBER),
    ("CIS", "UKR", "2018-05-19", "participant", OUT),
    ("ASEAN", "TLS", "2025-10-26", "observer", MEMBER),
    ("EU", "GBR", "2020-02-01", MEMBER, OUT),
    ("EU", "HRV", "2013-07-01", OUT, MEMBER),
    ("COE", "RUS", "2022-03-16", SUSPENDED, OUT),
    ("COE", "GRC", "1969-12-12", MEMBER, OUT),
    ("LAS", "SYR", "2011-11-16", MEMBER, SUSPENDED),
    ("LAS", "SYR", "2023-05-07", SUSPENDED, MEMBER),
    ("LAS", "LBY", "2011-02-22", MEMBER, SUSPENDED),
    ("LAS", "LBY", "2011-08-27", SUSPENDED, MEMBER),
    ("LAS", "EGY", "1979-03-31", MEMBER, SUSPENDED),
    ("LAS", "EGY", "1989-05-23", SUSPENDED, MEMBER),
    ("OIC", "SYR", "2012-08-15", MEMBER, SUSPENDED),
    ("OIC", "SYR", "2025-03-07", SUSPENDED, MEMBER),
    ("OAS", "HND", "2009-07-04", MEMBER, SUSPENDED),
    ("OAS", "HND", "2011-06-01", SUSPENDED, MEMBER),
    ("OAS", "CUB", "1962-01-31", MEMBER, SUSPENDED),
    ("OAS", "CUB", "2009-06-03", SUSPENDED, MEMBER),
    ("OAS", "NIC", "2023-11-19", MEMBER, OUT),
    ("OAS", "VEN", "2019-04-27", MEMBER, "disputed"),
    ("MERCOSUR", "VEN", "2016-12-02", MEMBER, SUSPENDED),
    ("MERCOSUR", "PRY", "2012-06-29", MEMBER, SUSPENDED),
    ("MERCOSUR", "BOL", "2024-08-07", "associate", MEMBER),
    ("NATO", "FIN", "2023-04-04", OUT, MEMBER),
    ("NATO", "SWE", "2024-03-07", OUT, MEMBER),
    ("SCO", "BLR", "2024-07-04", "observer", MEMBER),
    ("SCO", "IRN", "2023-07-04", "observer", MEMBER),
    ("SCO", "IND", "2017-06-09", "observer", MEMBER),
    ("SCO", "PAK", "2017-06-09", "observer", MEMBER),
    ("SCO", "KAZ", "2001-06-15", OUT, MEMBER),
    ("BRICS", "EGY", "2024-01-01", OUT, MEMBER),
    ("BRICS", "IDN", "2025-01-06", OUT, MEMBER),
    ("OSCE", "KAZ", "1992-01-30", OUT, MEMBER),
    ("OTS", "KAZ", "2009-10-03", OUT, MEMBER),
    ("EAEU", "KAZ", "2015-01-01", OUT, MEMBER),
    ("CICA", "KAZ", "2002-06-04", OUT, MEMBER),
    ("CSTO", "UZB", "2012-12-19", MEMBER, OUT),
    ("PIF", "KIR", "2022-07-09", MEMBER, OUT),
    ("PIF", "KIR", "2023-01-30", OUT, MEMBER),
    ("Commonwealth", "ZAF", "1961-05-31", MEMBER, OUT),
    ("Commonwealth", "ZAF", "1994-06-01", OUT, MEMBER),
    ("Commonwealth", "ZWE", "2003-12-07", SUSPENDED, OUT),
    ("Commonwealth", "MDV", "2016-10-13", MEMBER, OUT),
    ("Commonwealth", "MDV", "2020-02-01", OUT, MEMBER),
    ("Commonwealth", "TGO", "2022-06-25", OUT, MEMBER),
]


@pytest.fixture(scope="module")
def table() -> pl.DataFrame:
    return Workspace.open().table(TABLE)


@pytest.mark.parametrize(("organisation", "iso3", "first", "before", "after"), TURNS)
def test_the_day_before_the_day_and_the_day_after(
    organisation: str, iso3: str, first: str, before: str | None, after: str | None
) -> None:
    on = date.fromisoformat(first)
    found = [membership.status(iso3, organisation, day) for day in (on - DAY, on, on + DAY)]
    assert found == [before, after, after]


@pytest.mark.parametrize(
    ("organisation", "on", "count"),
    [
        # The organisations' own counts of members, suspended ones among them.
        ("AU", "2026-02-28", 55),
        ("AU", "2016-12-31", 54),
        ("ECOWAS", "2025-01-28", 15),
        ("ECOWAS", "2025-01-29", 12),
        ("LAS", "2026-02-28", 22),
        ("OIC", "2026-02-28", 57),
        ("OSCE", "2026-02-28", 57),
        ("COE", "2022-03-15", 47),
        ("COE", "2022-03-16", 46),
        ("EU", "2020-01-31", 28),
        ("EU", "2026-02-28", 27),
        ("NATO", "2026-02-28", 32),
        ("ASEAN", "2026-02-28", 11),
        ("CICA", "2026-02-28", 28),
        ("SCO", "2026-02-28", 10),
        ("Commonwealth", "2026-02-28", 56),
        ("PIF", "2026-02-28", 18),
        ("SADC", "2026-02-28", 16),
        ("COMESA", "2026-02-28", 21),
        ("EAC", "2026-02-28", 8),
        ("ECCAS", "2026-02-28", 11),
        ("CIS", "2026-02-28", 9),
        ("BRICS", "2026-02-28", 10),
        ("OAS", "2017-01-01", 35),
    ],
)
def test_organisations_have_the_number_of_members_they_name(organisation: str, on: str, count: int) -> None:
    assert len(membership.members(organisation, date.fromisoformat(on))) == count


def test_a_blockade_is_no_suspension() -> None:
    gcc = [one.standing for one in membership.history("QAT", "GCC")]
    assert gcc == ["member"]


def test_suspension_does_not_break_membership() -> None:
    mali = {one.organisation: one for one in membership.memberships("MLI", date(2025, 2, 1))}
    assert (mali["AU"].status, mali["AU"].since, mali["AU"].member_since) == (
        "suspended",
        date(2021, 6, 1),
        date(2002, 7, 9),
    )
    assert "ECOWAS" not in mali
    # Leaving does: Morocco's membership of today did not begin in the OAU, nor South Africa's before 1994.
    (south_africa,) = (one for one in membership.memberships("ZAF", KNOWN_TO) if one.organisation == "Commonwealth")
    assert south_africa.member_since == date(1994, 6, 1)
    # An observer that becomes a member is a member from that day.
    (india,) = (one for one in membership.memberships("IND", KNOWN_TO) if one.organisation == "SCO")
    assert india.member_since == date(2017, 6, 9)


def test_forerunners_are_found_under_the_code_of_their_day() -> None:
    assert membership.status("RUS", "OSCE", date(1985, 1, 1)) == "member"
    assert membership.status("DDR", "OSCE", date(1985, 1, 1)) == "member"
    assert membership.members("OSCE", date(1990, 10, 3))[0].iso3 != "DDR"
    with pytest.raises(UnknownCountryError):
        membership.status("DDR", "OSCE", date(1995, 1, 1))


def test_some_belonged_before_they_were_states() -> None:
    # Saint Lucia was in CARICOM from 1974 and became a state on 22 February 1979.
    assert membership.status("LCA", "CARICOM", date(1975, 1, 1)) == "member"
    with pytest.raises(UnknownCountryError):
        membership.memberships("LCA", date(1974, 4, 30))


def test_states_that_ended_are_members_of_nothing() -> None:
    for code, day in (("DDR", date(1990, 10, 3)), ("CSK", date(1993, 1, 1)), ("YMD", date(1990, 5, 22))):
        assert [one for one in membership.history(code) if one.holds(day)] == []
        assert [one for one in membership.history(code) if one.holds(day - DAY)] != []


def test_overlaps_are_symmetric_and_known() -> None:
    on = date(2024, 1, 1)
    assert membership.overlaps("KAZ", "AZE", on) == membership.overlaps("AZE", "KAZ", on)
    assert set(membership.overlaps("MLI", "NER", on)) >= {"AU", "ECOWAS", "AES", "OIC"}
    assert membership.overlaps("MLI", "NER", on) == ("AES", "AU", "CEN-SAD", "ECOWAS", "OIC", "OIF")
    assert membership.overlaps("BOL", "MNG", on) == ()


def test_words_that_mean_states_and_words_that_mean_organisations() -> None:
    on = date(2025, 1, 1)
    assert find.place("CAN", on) == "CAN"
    assert not isinstance(find.place("CAN", on), find.Acronym)
    assert isinstance(find.place("AU", on), find.Acronym)
    assert find.place("ecowas", on) == "ECOWAS"
    assert find.place("African Union", on) == "AU"
    assert find.place("Burkina Faso", on) == "BFA"
    with pytest.raises(UsageError, match="neither"):
        find.place("Atlantis", on)
    with pytest.raises(UnknownCountryError, match="2011-07-09"):
        find.place("SSD", date(2000, 1, 1))
    with pytest.raises(UsageError, match="not in our table"):
        membership.members("XYZ", on)


def test_nobody_belongs_before_the_organisation_or_after_its_end() -> None:
    known = register()
    assert set(membership.acronyms()) <= set(known)
    for acronym in membership.acronyms():
        about = known[acronym]
        founded = about.founded or ""
        while about.predecessor is not None:
            about = known[about.predecessor]
            founded = min(founded, about.founded or founded)
        # The Commonwealth from the Statute of Westminster, the CSCE from its opening, the WEU from the entry into force.
        if acronym not in ("Commonwealth", "OSCE"):
            first = min(one.since for one in membership.history(None, acronym)).isoformat()
            assert first[:4] >= founded[:4], acronym
        end = known[acronym].dissolved
        if end is not None:
            assert all(one.until and one.until.isoformat() <= end for one in membership.history(None, acronym))


def test_every_row_is_whole(table: pl.DataFrame) -> None:
    assert set(table["membership"].unique()) <= {*STATUS, "disputed"}
    assert table["source"].str.len_chars().min() > 3  # type: ignore[operator]
    assert table.filter(pl.col("membership_until") < pl.col("membership_from")).height == 0
    assert table.filter(pl.col("membership_until").is_null() != pl.col("until_precision").is_null()).height == 0
    assert table.filter(pl.col("membership_from") > KNOWN_TO).height == 0
    known = {state.continuing_iso3 or state.iso3 for state in countries.states(KNOWN_TO, territories=True)}
    assert set(table.filter(pl.col("membership_until").is_null())["iso3"]) <= known


def test_days_known_to_the_year_or_month_are_its_first(table: pl.DataFrame) -> None:
    years = table.filter(pl.col("from_precision") == "year")["membership_from"]
    assert years.len() > 50
    # A state that began within the year belonged from its first day at the soonest.
    assert ((years.dt.ordinal_day() == 1).sum(), years.len()) == (103, 128)
    assert membership.status("AGO", "OAU", date(1975, 11, 11)) == "member"
    assert (table.filter(pl.col("from_precision") == "month")["membership_from"].dt.day() == 1).all()


def test_spells_of_one_pair_never_overlap(table: pl.DataFrame) -> None:
    rows = table.sort("organisation", "iso3", "membership_from").select(
        "membership_from",
        pl.col("membership_until").shift(1).over("organisation", "iso3").alias("before"),
        pl.int_range(pl.len()).over("organisation", "iso3").alias("n"),
    )
    later = rows.filter(pl.col("n") > 0)
    assert later.height > 150
    assert later["before"].null_count() == 0  # only the last spell goes on
    assert later.filter(pl.col("membership_from") <= pl.col("before")).height == 0


SPELLS = membership.history()


@given(st.sampled_from(SPELLS))
def test_edges_of_a_spell(one: membership.Membership) -> None:
    assert one.holds(one.since)
    assert not one.holds(one.since - DAY)
    if one.until is not None:
        assert one.holds(one.until)
        assert not one.holds(one.until + DAY)
    assert (one.member_since is not None) == (one.standing in FULL)
    assert one.member_since is None or one.member_since <= one.since


@given(st.sampled_from(sorted({one.organisation for one in SPELLS})), st.dates(date(1946, 1, 1), KNOWN_TO))
def test_members_and_memberships_say_the_same(organisation: str, on: date) -> None:
    held = membership.members(organisation, on)
    assert len({one.iso3 for one in held}) == len(held)
    for one in held[:3]:
        assert one in membership.memberships(one.iso3, on)
        assert membership.status(one.iso3, organisation, on) == one.standing
