"""Who is bound by which treaty on a day: days from depositaries, edges, succession, and laws over all days."""

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tools.embed.nonproliferation import treaties as builder
from tools.embed.nonproliferation.treaty_rows import CONSENT, base, day_of, fact, inherited, merged, rules, values

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.instruments.nonproliferation.treaties import register, status
from forestall.instruments.nonproliferation.treaties.find import Key, find, name_then
from forestall.instruments.nonproliferation.treaties.status import Action, Status
from forestall.store import Workspace

DAY = timedelta(days=1)
TODAY = date(2026, 11, 25)
EXTINCT = {"CSK", "DDR", "YMD"}


def held(iso3: str, treaty: str, on: str) -> Status | None:
    """The status of a state under a treaty on a day; None where the treaty is left out."""
    found = [one for one in status.status(iso3, date.fromisoformat(on)) if one.treaty == treaty]
    assert len(found) < 2
    return found[0] if found else None


def word(iso3: str, treaty: str, on: str) -> str | None:
    found = held(iso3, treaty, on)
    return None if found is None else found.status


# Known days


@pytest.mark.parametrize(
    ("iso3", "day"),
    [("KAZ", "1994-02-14"), ("UKR", "1994-12-05"), ("BLR", "1993-07-22"), ("ZAF", "1991-07-10")],
)
def test_those_that_gave_up_nuclear_weapons_joined_the_npt_on_the_day_the_depositaries_have(
    iso3: str, day: str
) -> None:
    before = (date.fromisoformat(day) - DAY).isoformat()
    after = (date.fromisoformat(day) + DAY).isoformat()
    assert [word(iso3, "NPT", on) for on in (before, day, after)] == ["none", "party", "party"]
    found = held(iso3, "NPT", after)
    assert found is not None
    assert found.since_text == day


def test_the_path_of_kazakhstan_from_independence_to_2019() -> None:
    assert word("KAZ", "NPT", "1991-12-31") == "none"
    assert word("KAZ", "CTBT", "1996-09-29") == "none"
    assert word("KAZ", "CTBT", "1996-09-30") == "signatory"
    assert word("KAZ", "CTBT", "2002-05-13") == "signatory"
    assert word("KAZ", "CTBT", "2002-05-14") == "party"
    assert word("KAZ", "CWC", "2000-03-22") == "signatory"
    assert word("KAZ", "CWC", "2000-03-23") == "party"
    assert word("KAZ", "Semipalatinsk", "2006-09-07") is None  # not opened
    assert word("KAZ", "Semipalatinsk", "2006-09-08") == "signatory"
    assert word("KAZ", "Semipalatinsk", "2009-02-18") == "signatory"
    assert word("KAZ", "Semipalatinsk", "2009-02-19") == "party"
    assert word("KAZ", "TPNW", "2019-08-28") == "signatory"
    assert word("KAZ", "TPNW", "2019-08-29") == "party"


def test_the_zone_of_central_asia_was_signed_in_2006_and_entered_into_force_in_2009() -> None:
    zone = register.treaty("Semipalatinsk")
    assert (zone.opened, zone.in_force) == (date(2006, 9, 8), date(2009, 3, 21))
    states = ("KAZ", "KGZ", "TJK", "TKM", "UZB")
    assert {one.iso3 for one in status.standings("Semipalatinsk", date(2006, 9, 8))} == set(states)
    assert status.parties("Semipalatinsk", TODAY) == states
    assert len(status.parties("Semipalatinsk", date(2009, 2, 18))) == 4


def test_member_states_outside_of_the_npt() -> None:
    members = {one.series_iso3 for one in countries.states(TODAY, territories=True) if one.un_member(TODAY)}
    outside = members - set(status.parties("NPT", TODAY))
    assert {one for one in outside if word(one, "NPT", TODAY.isoformat()) == "none"} == {"IND", "ISR", "PAK", "SSD"}
    assert outside - {"IND", "ISR", "PAK", "SSD"} == {"PRK"}
    assert set(status.parties("NPT", TODAY)) - members == {"PSE", "VAT"}


def test_dprk_and_the_npt_with_the_note_that_it_is_contested() -> None:
    assert word("PRK", "NPT", "1985-12-11") == "none"
    assert word("PRK", "NPT", "1985-12-12") == "party"
    assert word("PRK", "NPT", "2003-01-09") == "party"
    found = held("PRK", "NPT", "2003-01-10")
    assert found is not None
    assert (found.status, found.since_text) == ("withdrawn", "2003-01-10")
    assert "diverging views" in (found.note or "")
    notice = held("PRK", "NPT", "1993-03-12")
    assert notice is not None
    assert notice.status == "party"
    assert "withdrawal notified on 1993-03-12" in (notice.note or "")
    earlier = held("PRK", "NPT", "1993-03-11")
    assert earlier is not None
    assert earlier.note is None


def test_a_ratification_taken_back_leaves_the_signature() -> None:
    assert word("RUS", "CTBT", "2000-06-29") == "signatory"
    assert word("RUS", "CTBT", "2000-06-30") == "party"
    assert word("RUS", "CTBT", "2023-11-01") == "party"
    found = held("RUS", "CTBT", "2023-11-02")
    assert found is not None
    assert (found.status, found.since_text) == ("signatory", "2023-11-02")


def test_a_notice_of_withdrawal_is_a_note_until_it_takes_effect() -> None:
    notice = held("LTU", "ClusterMunitions", "2025-03-05")
    assert notice is not None
    assert notice.status == "party"
    assert "withdrawal notified on 2024-09-06" in (notice.note or "")
    assert word("LTU", "ClusterMunitions", "2025-03-06") == "withdrawn"
    assert word("BDI", "RomeStatute", "2017-10-26") == "party"
    assert word("BDI", "RomeStatute", "2017-10-27") == "withdrawn"
    assert word("PHL", "RomeStatute", "2019-03-16") == "party"
    assert word("PHL", "RomeStatute", "2019-03-17") == "withdrawn"


def test_a_notice_that_was_taken_back_leaves_a_party_without_a_note() -> None:
    for iso3, during in (("GMB", "2016-12-31"), ("ZAF", "2016-12-31")):
        then, now = held(iso3, "RomeStatute", during), held(iso3, "RomeStatute", "2018-01-01")
        assert then is not None
        assert now is not None
        assert (then.status, now.status) == ("party", "party")
        assert "withdrawal notified" in (then.note or "")
        assert "withdrawal notified" not in (now.note or "")


def test_a_treaty_that_ended_binds_nobody_after_its_last_day() -> None:
    last = register.treaty("New_START").ended
    assert last == date(2026, 2, 5)
    assert status.parties("New_START", last) == ("RUS", "USA")
    assert status.parties("New_START", last + DAY) == ()
    assert word("USA", "New_START", "2026-02-06") is None
    assert ("New_START", last) in status.ended("USA", last + DAY)
    assert ("New_START", last) not in status.ended("USA", last)


def test_a_party_that_suspended_is_still_counted_as_a_party() -> None:
    on = date(2025, 12, 31)
    total = next(one for one in status.totals(on) if one.treaty == "MineBan")
    assert "UKR" in status.parties("MineBan", on)
    assert word("UKR", "MineBan", on.isoformat()) == "suspended"
    assert total.parties == len(status.parties("MineBan", on)) == total.party + total.suspended


# Succession


def test_the_soviet_union_stands_under_the_series_of_the_russian_federation() -> None:
    then = held("SUN", "NPT", "1985-01-01")
    assert then == held("RUS", "NPT", "1985-01-01")
    assert then is not None
    assert then.since_text == "1970-03-05"
    assert name_then("RUS", date(1985, 1, 1)) == "Union of Soviet Socialist Republics"


def test_czechoslovakia_is_a_party_until_its_last_day_and_the_two_states_after_it_from_their_first() -> None:
    last, first = date(1992, 12, 31), date(1993, 1, 1)
    assert held("CSK", "NPT", "1992-12-31") is not None
    assert {"CSK", "CZE", "SVK"} & set(status.parties("NPT", last)) == {"CSK"}
    assert {"CSK", "CZE", "SVK"} & set(status.parties("NPT", first)) == {"CZE", "SVK"}
    with pytest.raises(UnknownCountryError, match="1992-12-31"):
        status.status("CSK", first)
    found = held("CZE", "NPT", "1993-01-01")
    assert found is not None
    assert found.since == first


def test_serbia_carries_on_the_series_of_yugoslavia() -> None:
    assert word("YUG", "NPT", "1985-01-01") == "party"
    assert status.code("Yugoslavia", date(1985, 1, 1)) == "SRB" == status.code("Serbia", TODAY)


def test_the_two_soviet_republics_with_seats_of_their_own_are_found_before_1991() -> None:
    assert word("Ukraine", "PTBT", "1963-12-29") in (None, "none", "signatory")
    assert word("Ukraine", "PTBT", "1963-12-30") == "party"
    assert word("BLR", "Genocide", "1954-08-11") == "party"
    with pytest.raises(UnknownCountryError):
        status.status("KAZ", date(1970, 1, 1))


def test_a_state_is_not_bound_before_it_exists() -> None:
    for one in status.standings("NPT", date(1975, 1, 1)):
        assert one.since is not None
        assert one.iso3 not in {"TUV", "LCA", "MNE", "SVN", "CZE"}
    found = held("TUV", "NPT", "1978-10-01")
    assert found is not None
    assert (found.status, found.since) == ("party", date(1978, 10, 1))


# Totals of depositaries


def _table() -> pl.DataFrame:
    return Workspace.open().table("treaty_actions")


def _published() -> list[tuple[str, date, int, int | None]]:
    rows = []
    for path in sorted(builder.HERE.glob("totals_*.csv")):
        with path.open(newline="", encoding="utf-8") as handle:
            for row in csv.DictReader(handle):
                signed = int(row["signatories"]) if row["signatories"] else None
                rows.append((row["treaty"], date.fromisoformat(row["on"]), int(row["parties"]), signed))
    return rows


COUNTED_OTHERWISE = {
    ("NPT", date(2025, 12, 31)): 1,  # counts DPRK
    ("Pelindaba", date(2024, 3, 31)): 1,  # counts the Sahrawi Arab Democratic Republic
    ("PTBT", date(2018, 10, 31)): -1,  # members of the United Nations only
    ("SafeguardsAgreement", date(2024, 12, 31)): -3,  # without DPRK, COK and NIU
    ("Seabed", date(2014, 5, 31)): -7,  # our one source is not verified
    ("OuterSpace", date(2024, 3, 31)): -7,  # without accessions that only one depositary lists
}
"""Published parties beyond ours; docs/sources/nonproliferation-treaties.md says why."""


@pytest.mark.parametrize(("treaty", "on", "parties", "signed"), _published())
def test_totals_equal_those_that_depositaries_publish(treaty: str, on: date, parties: int, signed: int | None) -> None:
    ours = {one.treaty: one for one in status.totals(on)}
    if treaty not in ours:
        assert not any(row[0] == treaty for row in _table().iter_rows())  # no list by state: listed in the docs
        return
    found = ours[treaty]
    assert found.known_to is not None
    if on > found.known_to and (treaty, on) not in COUNTED_OTHERWISE:
        assert found.parties <= parties  # later ones are missing, and a reader sees until when ours are complete
        return
    assert found.parties + COUNTED_OTHERWISE.get((treaty, on), 0) == parties
    assert signed is None or found.signatory == signed


@pytest.mark.parametrize(
    ("treaty", "on", "parties"),
    [
        ("NPT", date(2002, 12, 31), 188),  # 189 with Timor-Leste (2003); Cuba, the newest, joined on 2002-11-04
        ("NPT", date(2016, 1, 1), 190),  # 191 with DPRK
        ("CTBT", date(2014, 6, 1), 162),
        ("TPNW", date(2020, 10, 24), 50),  # the fiftieth, by which it entered into force on 2021-01-22
        ("CWC", date(2018, 6, 17), 193),
        ("PTBT", date(2018, 10, 1), 126),
        ("ATT", date(2014, 9, 25), 53),  # fifty and more that day, by which it entered into force on 2014-12-24
        ("Bangkok", TODAY, 10),
        ("Tlatelolco", TODAY, 33),
        ("Rarotonga", TODAY, 13),
    ],
)
def test_totals_equal_those_of_official_records(treaty: str, on: date, parties: int) -> None:
    assert len(status.parties(treaty, on)) == parties


# The rules on the file


@pytest.fixture(scope="module")
def rows(shared: Path) -> list[dict[str, str]]:
    with (shared / builder.FILE).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_each_treaty_comes_to_the_number_of_parties_that_its_rule_gives(rows: list[dict[str, str]]) -> None:
    used = rules(builder.HERE / "treaty_rules.csv")
    corrections = builder.updates(builder.HERE)[0]
    assert corrections.name == "treaty_corrections.csv"
    found = merged(base(rows, used), builder.facts(corrections))
    counted = Counter(one.treaty for one in inherited(found) if one.action in CONSENT and one.iso3 not in EXTINCT)
    expected = {one.treaty: one.parties for one in used}
    assert len(expected) == 27
    assert dict(counted) == expected | {"PTBT": 126}  # with COD, GNB and GNQ, without COG
    alone = base(rows, [one for one in used if one.treaty == "PTBT"][:1])
    assert sum(one.action in CONSENT for one in alone) == 102


def test_a_treaty_open_for_a_state_is_no_ratification_and_a_placeholder_no_day(rows: list[dict[str, str]]) -> None:
    found = {(one.treaty, one.iso3, one.action) for one in base(rows, rules(builder.HERE / "treaty_rules.csv"))}
    consented = {(treaty, iso3) for treaty, iso3, action in found if action in CONSENT}
    assert ("Moon", "IND") not in consented  # force 9999-12-31
    assert ("Moon", "IND", "signed") in found
    assert not {("CTBT", one) for one in ("CHN", "EGY", "IRN", "ISR", "NPL", "USA", "YEM", "COM", "LKA")} & consented
    assert ("Pelindaba", "EGY") not in consented
    assert ("PTBT", "CHN") not in consented


def test_the_table_in_the_package_is_what_the_builder_makes(rows: list[dict[str, str]]) -> None:
    assert _table().rows() == [values(one) for one in builder.actions(rows)]


def _act(action: str, day: str, iso3: str = "MLI", treaty: str = "NPT") -> Action:
    row = {"treaty": treaty, "iso3": iso3, "action": action, "day": day, "source": "test", "looked_up": "no"}
    return fact(row)


def test_facts_override_what_the_file_says_and_nothing_else() -> None:
    file = [_act("signed", "1968-07-01"), _act("ratified", "1970-02-10"), _act("acceded", "1990-01-01", "FRA")]
    laid = merged(file, [_act("acceded", "1971-01-01")])
    assert {(one.iso3, one.action) for one in laid} == {("MLI", "signed"), ("MLI", "acceded"), ("FRA", "acceded")}
    gone = merged(file, [_act("not_party", "")])
    assert {(one.iso3, one.action) for one in gone} == {("MLI", "signed"), ("FRA", "acceded")}
    added = merged(file, [_act("withdrew", "2000-01-01")])
    assert len(added) == 4


def test_a_month_or_a_year_counts_from_its_last_day() -> None:
    assert day_of("1994-02-14") == (date(1994, 2, 14), "day")
    assert day_of("1996-02") == (date(1996, 2, 29), "month")
    assert day_of("1972") == (date(1972, 12, 31), "year")
    assert day_of("9999-12-31") == day_of("0001-01-01") == day_of("") == (None, "none")
    with pytest.raises(ValueError, match="day"):
        day_of("1994-02-30")


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("action", "agreed", "agreed"), ("iso3", "ZZZ", "ZZZ"), ("day", "1994-13-01", "month")],
)
def test_a_fact_that_is_none_stops_the_build(column: str, value: str, said: str) -> None:
    row = {"treaty": "NPT", "iso3": "MLI", "action": "signed", "day": "1968-07-01", "source": "x", "looked_up": "no"}
    with pytest.raises(ValueError, match=said):
        fact(row | {column: value})


# Laws


@given(st.dates(date(1946, 1, 1), date(2030, 12, 31)))
@settings(max_examples=20, deadline=None)
def test_totals_are_the_sum_over_states(on: date) -> None:
    for total in status.totals(on):
        found = status.standings(total.treaty, on)
        counted = Counter(one.status for one in found)
        assert len({one.iso3 for one in found}) == len(found)
        assert (total.party, total.signatory, total.suspended, total.withdrawn) == tuple(
            counted[one] for one in ("party", "signatory", "suspended", "withdrawn")
        )
        assert all(one.since is None or one.since <= on for one in found)


@given(
    st.dates(date(1946, 1, 1), date(2030, 12, 31)), st.sampled_from(["KAZ", "FRA", "PRK", "BDI", "RUS", "SRB", "USA"])
)
@settings(max_examples=40, deadline=None)
def test_a_state_stands_the_same_whichever_way_it_is_asked(on: date, iso3: str) -> None:
    try:
        found = status.status(iso3, on)
    except UnknownCountryError:
        return
    for one in found:
        others = {other.iso3: other for other in status.standings(one.treaty, on)}
        assert others.get(iso3) == (one if one.status != "none" else None)
        end = status.known_to(one.treaty)
        assert one.known_to == (end if end is not None and on > end else None)


@pytest.mark.parametrize("on", ["1969-12-31", "1993-03-12", "2003-01-09", "2016-11-01", "2023-11-01", "2025-03-05"])
def test_actions_after_a_day_change_nothing(on: str, monkeypatch: pytest.MonkeyPatch) -> None:
    day = date.fromisoformat(on)
    whole = status._held(None)
    known = {one.treaty: status.standings(one.treaty, day) for one in status.totals(day)}
    cut = {
        treaty: {iso3: tuple(one for one in acts if one.day and one.day <= day) for iso3, acts in of_treaty.items()}
        for treaty, of_treaty in whole.acts.items()
    }
    assert sum(len(acts) for one in cut.values() for acts in one.values()) < _table().height
    monkeypatch.setattr(status, "_held", lambda workspace: status._Held(cut, whole.ends))
    assert {one.treaty: status.standings(one.treaty, day) for one in status.totals(day)} == known


_PLAIN = {"signed": "signatory", "withdrew": "withdrawn", "suspended": "suspended"}


@pytest.mark.parametrize("on", ["1980-06-30", "1997-12-03", "2009-03-21", "2020-10-24", "2026-11-25"])
def test_the_status_is_what_the_last_action_of_a_state_made_it(on: str) -> None:
    day, checked = date.fromisoformat(on), 0
    last: dict[tuple[str, str], str] = {}
    for row in _table().iter_rows(named=True):
        if row["day"] is not None and row["day"] <= day and row["action"] not in ("withdrawal_notified", "revoked"):
            last[row["treaty"], row["iso3"]] = row["action"]
    revoked = {("CTBT", "RUS")}
    for treaty in (
        "NPT",
        "CTBT",
        "BWC",
        "CWC",
        "TPNW",
        "MineBan",
        "RomeStatute",
        "ClusterMunitions",
        "OpenSkies",
        "CFE",
    ):
        for one in status.standings(treaty, day):
            if (treaty, one.iso3) not in revoked:
                action = last[treaty, one.iso3]
                assert one.status == ("party" if action in (*CONSENT, "rejoined") else _PLAIN[action]), one
                checked += 1
    assert checked > (60 if day.year == 1980 else 500)


def test_the_day_before_the_day_and_the_day_after_of_every_last_ratification() -> None:
    table = _table()
    for treaty in ("NPT", "CTBT", "CWC", "ClusterMunitions", "TPNW"):
        newest = table.filter(table["treaty"] == treaty, table["action"] == "ratified").sort("day").row(-1, named=True)
        for on, expected in (
            (newest["day"] - DAY, "signatory"),
            (newest["day"], "party"),
            (newest["day"] + DAY, "party"),
        ):
            assert word(newest["iso3"], treaty, on.isoformat()) == expected, (treaty, newest["iso3"], on)


# What people type


def test_treaties_are_found_by_key_name_and_alias_and_others_suggested() -> None:
    assert status.resolve("npt") == status.resolve("Non-Proliferation Treaty") == "NPT"
    assert status.resolve("Ottawa Convention") == status.resolve("mine-ban") == "MineBan"
    assert status.resolve("CANWFZ_Semipalatinsk") == status.resolve("Treaty of Semipalatinsk") == "Semipalatinsk"
    assert status.resolve("ArmsTrade") == status.resolve("Arms Trade Treaty") == "ATT"
    with pytest.raises(UsageError, match="nearest are MineBan"):
        status.resolve("MineBann")


def test_a_word_is_a_state_or_a_treaty_and_an_unknown_one_names_both_kinds() -> None:
    assert find("KAZ", TODAY) == "KAZ"
    assert not isinstance(find("Kazakhstan", TODAY), Key)
    assert isinstance(find("CAT", TODAY), Key)
    assert isinstance(find("Pelindaba", TODAY), Key)
    with pytest.raises(UsageError, match=r"'Kazakstann' is neither .* NPT|nearest .* Kazakhstan"):
        find("Kazakstann", TODAY)
    with pytest.raises(UnknownCountryError, match="2011-07-09"):
        find("South Sudan", date(2001, 1, 1))


def test_treaties_of_which_nothing_is_known_are_left_out_rather_than_none() -> None:
    keys = {one.treaty for one in status.totals(TODAY)}
    unknown = set(register.register()) - keys
    assert "SADCFirearms" in unknown
    assert not unknown & {one.treaty for one in status.status("ZAF", TODAY)}


def test_every_treaty_of_the_register_says_what_it_asks_for_in_one_line() -> None:
    for one in register.register().values():
        assert one.obligations, one.key
        assert "\n" not in one.obligations
        assert one.field in register.FIELDS, one.key
        assert one.opened is None or one.in_force is None or one.opened <= one.in_force, one.key
