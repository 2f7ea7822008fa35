"""Confidence-building measures: known measures on their days, who is bound, and pairs without any."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.instruments.mediation import ties
from forestall.instruments.nonproliferation import cbm, cbm_days, pairs, rivalry
from forestall.regional import membership
from forestall.store import Workspace

DAY = timedelta(days=1)
CODES = st.sampled_from(
    ["IND", "PAK", "CHN", "RUS", "USA", "KOR", "PRK", "UKR", "DEU", "ARG", "GBR", "SDN", "ISR", "TUR"]
)
DAYS = st.dates(date(1955, 1, 1), date(2026, 6, 30))


def status(key: str, one: str, two: str, on: date) -> str | None:
    return next((it.status for it in cbm.between(one, two, on) if it.measure.key == key), None)


def names(one: str, two: str, on: date) -> set[str]:
    return {it.measure.key for it in cbm.available(one, two, on)}


def days(text: str) -> Iterator[date]:
    yield from (date.fromisoformat(part) for part in text.split())


def test_register_is_wide_and_whole() -> None:
    held = cbm.register().values()
    assert len(held) >= 80
    assert {kind for one in held for kind in one.kinds} == set(cbm.KINDS)
    for one in held:
        assert one.source, one.key
        assert one.obliges.endswith("."), one.key
        assert one.since or one.signed, one.key
        assert one.parties or one.organisations or one.treaty or one.reach == "universal", one.key
        assert len(one.obliges) < 260, one.key
        if one.since and one.ended:
            assert cbm_days.begins(one.since) < cbm_days.ends(one.ended), one.key
        if one.since and one.signed and one.key not in {"blz-gtm-2005", "ind-pak-loc-ceasefire", "kor-prk-lines"}:
            assert cbm_days.ends(one.signed) <= cbm_days.begins(one.since), one.key
        if one.reach == "bilateral":
            sides = {party.side for party in one.parties}
            assert len(one.parties) >= 2, one.key
            assert sides in ({None}, {0, 1}), one.key


def test_names_of_parties_and_organisations_exist() -> None:
    codes = {state.series_iso3 for year in (1960, 2020) for state in countries.states(date(year, 1, 1))}
    for one in cbm.register().values():
        assert {party.iso3 for party in one.parties} <= codes, one.key
        assert set(one.organisations) <= set(membership.acronyms()), one.key
        assert {code for it in one.suspended for code in it.of} <= codes, one.key


def test_india_and_pakistan() -> None:
    signed, force = days("1988-12-31 1991-01-27")
    assert status("ind-pak-non-attack", "IND", "PAK", signed - DAY) is None
    assert status("ind-pak-non-attack", "IND", "PAK", signed) == "signed"
    assert status("ind-pak-non-attack", "PAK", "IND", force - DAY) == "signed"
    assert status("ind-pak-non-attack", "PAK", "IND", force) == "in force"
    assert "each year" in cbm.register()["ind-pak-non-attack"].obliges
    assert "ind-pak-missiles" not in names("IND", "PAK", date(2005, 10, 2))
    assert "ind-pak-missiles" in names("IND", "PAK", date(2005, 10, 3))
    lines = {key for key in names("IND", "PAK", date(2025, 1, 1)) if "hotline" in cbm.register()[key].kinds}
    assert lines >= {"ind-pak-dgmo-line", "ind-pak-foreign-secretaries-line", "ind-pak-coast-guards"}


def test_what_is_known_to_the_year_counts_where_it_surely_held() -> None:
    # "2004" for the line of the foreign secretaries: agreed on 2004-06-20, so not before the end of the year
    assert status("ind-pak-foreign-secretaries-line", "IND", "PAK", date(2004, 6, 19)) is None
    assert status("ind-pak-foreign-secretaries-line", "IND", "PAK", date(2004, 12, 30)) == "signed"
    assert status("ind-pak-foreign-secretaries-line", "IND", "PAK", date(2004, 12, 31)) == "in force"


def test_korea_2018_and_its_suspension() -> None:
    assert status("kor-prk-2018", "KOR", "PRK", date(2018, 9, 18)) is None
    assert status("kor-prk-2018", "KOR", "PRK", date(2018, 9, 19)) == "signed"
    assert status("kor-prk-2018", "KOR", "PRK", date(2024, 6, 3)) == "in force"
    assert status("kor-prk-2018", "PRK", "KOR", date(2024, 6, 4)) == "suspended"
    assert "kor-prk-2018" not in names("KOR", "PRK", date(2024, 6, 4))
    suspended = [it for it in cbm.between("KOR", "PRK", date(2024, 6, 4)) if it.measure.key == "kor-prk-2018"]
    assert suspended[0].note is not None
    assert "Republic of Korea" in suspended[0].note


def test_soviet_union_is_found_under_russia() -> None:
    on = date(1989, 1, 1)
    assert names("USA", "RUS", on) >= {"usa-ussr-hotline", "usa-ussr-incsea", "usa-ussr-nrrc", "inf-inspections"}
    assert status("usa-ussr-exercises", "USA", "RUS", date(1989, 12, 31)) == "signed"
    assert status("usa-ussr-exercises", "USA", "RUS", date(1990, 1, 1)) == "in force"
    assert status("inf-inspections", "USA", "RUS", date(2019, 8, 1)) == "in force"
    assert status("inf-inspections", "USA", "RUS", date(2019, 8, 2)) == "ended"
    assert status("new-start", "USA", "RUS", date(2023, 2, 27)) == "in force"
    assert status("new-start", "USA", "RUS", date(2023, 2, 28)) == "suspended"
    assert status("new-start", "USA", "RUS", date(2026, 2, 5)) == "ended"


def test_start_1_bound_the_successors() -> None:
    assert status("start-1", "USA", "KAZ", date(1994, 12, 5)) == "in force"
    assert status("start-1", "USA", "KAZ", date(2009, 12, 5)) == "ended"


def test_open_skies_by_the_table_of_treaties() -> None:
    assert status("open-skies", "USA", "RUS", date(2020, 11, 21)) == "in force"
    assert status("open-skies", "USA", "RUS", date(2020, 11, 22)) == "ended"
    assert status("open-skies", "DEU", "RUS", date(2020, 11, 22)) == "in force"
    assert status("open-skies", "DEU", "RUS", date(2021, 12, 18)) == "ended"
    ended = [it for it in cbm.between("DEU", "RUS", date(2022, 1, 1)) if it.measure.key == "open-skies"]
    assert ended[0].until == "2021-12-17"


def test_safeguards_and_the_withdrawal_of_2003() -> None:
    on = date(2003, 1, 9)
    assert status("npt-safeguards", "KOR", "PRK", on) == "in force"
    gone = next(it for it in cbm.between("KOR", "PRK", on + DAY) if it.measure.key == "npt-safeguards")
    assert (gone.status, gone.until) == ("ended", "2003-01-09")
    assert gone.since == "1985-12-12"


def test_cica_members_by_day() -> None:
    """The catalogue is of 2004-10-22; the Republic of Korea joined on 2006-06-17."""
    assert "cica-catalogue" not in names("IND", "PAK", date(2004, 10, 21))
    assert "cica-catalogue" in names("IND", "PAK", date(2004, 10, 22))
    assert "cica-catalogue" not in names("KOR", "CHN", date(2006, 6, 16))
    assert "cica-catalogue" in names("KOR", "CHN", date(2006, 6, 17))
    assert "cica-catalogue" not in names("JPN", "CHN", date(2025, 1, 1))
    offer = next(it for it in cbm.available("KOR", "CHN", date(2010, 1, 1)) if it.measure.key == "cica-catalogue")
    assert (offer.since, offer.basis) == ("2006-06-17", "both members of CICA")


def test_all_cica_members_have_the_catalogue_and_no_others() -> None:
    on = date(2025, 1, 1)
    members = {one.iso3 for one in membership.members("CICA", on)}
    present = {state.series_iso3 for state in countries.states(on)} - {""}
    for code in present - {"CHN"}:
        assert ("cica-catalogue" in names("CHN", code, on)) == (code in members), code


def test_what_was_over_before_both_were_in_never_bound_them() -> None:
    assert status("stockholm-document", "ARM", "AZE", date(2025, 1, 1)) is None
    assert status("stockholm-document", "RUS", "USA", date(2025, 1, 1)) == "ended"


def test_sides_are_bound_across_only() -> None:
    on = date(2005, 1, 1)
    assert "shanghai-1996" in names("CHN", "KAZ", on)
    assert "shanghai-1996" not in names("KAZ", "TJK", on)


def test_yugoslavia_was_suspended_and_not_in_the_vienna_document() -> None:
    assert "vienna-document" in names("SRB", "HUN", date(1991, 6, 1))
    assert "vienna-document" not in names("SRB", "HUN", date(1995, 6, 1))
    assert "vienna-document" in names("SRB", "HUN", date(2000, 11, 10))


def test_cfe_suspension_touches_pairs_of_members_of_nato_only() -> None:
    on = date(2024, 6, 1)
    assert status("cfe", "ARM", "AZE", on) == "in force"
    assert status("cfe", "ARM", "TUR", on) == "suspended"
    assert status("cfe", "ARM", "RUS", on) == "ended"


def test_notes_tell_nothing_that_came_later() -> None:
    for on in (date(1993, 1, 1), date(2008, 6, 1), date(2019, 1, 1)):
        for one, two in (("IND", "PAK"), ("KOR", "PRK"), ("RUS", "USA"), ("ISR", "SYR"), ("DEU", "RUS")):
            for it in cbm.between(one, two, on):
                assert cbm_days.told_by(it.note, on) == it.note, (it.measure.key, it.note)


@pytest.mark.parametrize(
    ("note", "on", "kept"),
    [
        ("Agreed. Left on 24 April 2025.", date(2025, 4, 23), "Agreed."),
        ("Agreed. Left on 24 April 2025.", date(2025, 4, 24), "Agreed. Left on 24 April 2025."),
        ("Ended in May 2020.", date(2020, 5, 30), None),
        ("Ended in May 2020.", date(2020, 5, 31), "Ended in May 2020."),
        ("More than 1400 tanks.", date(1950, 1, 1), "More than 1400 tanks."),
        (None, date(1950, 1, 1), None),
    ],
)
def test_told_by(note: str | None, on: date, kept: str | None) -> None:
    assert cbm_days.told_by(note, on) == kept


@pytest.mark.parametrize("text", ["", "19", "1991-13", "1991-02-30", "27 January 1991", "1991-1-1", "x"])
def test_bad_dates_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no date|month|day is out of range"):
        cbm_days.begins(text)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.sampled_from([4, 7, 10]))
def test_a_date_as_far_as_known_holds_the_day_it_came_from(day: date, length: int) -> None:
    text = day.isoformat()[:length]
    assert cbm_days.ends(text) <= day <= cbm_days.begins(text)


@settings(max_examples=60, deadline=None)
@given(CODES, CODES, DAYS)
def test_laws_of_two_states(one: str, two: str, on: date) -> None:
    if one == two:
        with pytest.raises(UsageError):
            cbm.between(one, two, on)
        return
    try:
        mine, theirs = cbm.between(one, two, on), cbm.between(two, one, on)
    except UnknownCountryError:  # Ukraine before 1991
        return
    assert mine == theirs
    keys = [it.measure.key for it in mine]
    assert len(keys) == len(set(keys))
    for it in mine:
        if it.status == "signed":
            assert it.since is None
            continue
        assert it.since is not None
        assert cbm_days.begins(it.since) <= on
        if it.status == "ended":
            assert it.until is not None
            assert cbm_days.begins(it.since) <= date.fromisoformat(it.until) < on
        else:
            assert it.until is None


def _known_by(measure: cbm.Measure, on: date) -> cbm.Measure | None:
    """The measure as a register made on a day would have it: nothing that began or ended later."""
    if all(text is None or cbm_days.begins(text) > on for text in (measure.signed, measure.since)):
        return None
    came = measure.since is not None and cbm_days.begins(measure.since) <= on
    left = measure.ended is not None and cbm_days.ends(measure.ended) <= on
    return replace(
        measure,
        since=measure.since if came else None,
        ended=measure.ended if left else None,
        suspended=tuple(
            replace(it, ended=it.ended if it.ended and cbm_days.ends(it.ended) <= on else None)
            for it in measure.suspended
            if cbm_days.begins(it.since) <= on
        ),
        parties=tuple(
            party
            if party.span.out is None or party.span.out <= on
            else replace(party, span=replace(party.span, ended=None))
            for party in measure.parties
            if party.span.started(on)
        ),
    )


@pytest.mark.parametrize(
    "on", list(days("1962-06-01 1978-01-01 1989-06-12 1996-07-01 2008-08-08 2019-08-01 2024-06-03"))
)
def test_nothing_later_is_used(on: date, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs_of = [("IND", "PAK"), ("RUS", "USA"), ("CHN", "IND"), ("EGY", "ISR"), ("ARG", "CHL"), ("IRN", "IRQ")]
    full = [cbm.between(one, two, on) for one, two in pairs_of]
    past = {one.key: cut for one in cbm.register().values() if (cut := _known_by(one, on)) is not None}
    assert len(past) < len(cbm.register())
    monkeypatch.setattr(cbm, "register", lambda: past)

    def told(offers: tuple[cbm.Offer, ...]) -> list[tuple[object, ...]]:
        return [(it.measure.key, it.status, it.since, it.until, it.basis, it.note) for it in offers]

    assert [told(it) for it in full] == [told(cbm.between(one, two, on)) for one, two in pairs_of]


def test_a_state_that_did_not_exist() -> None:
    with pytest.raises(UnknownCountryError):
        cbm.available("SSD", "SDN", date(2011, 7, 8))
    with pytest.raises(UnknownCountryError):
        cbm.available("XYZ", "SDN", date(2020, 1, 1))
    with pytest.raises(UsageError):
        cbm.available("IND", "PAK", date(1945, 1, 1))


def test_disputes_are_whole() -> None:
    held = pairs.disputes()
    assert len({(one.iso3, one.other) for one in held}) >= 60
    codes = {state.series_iso3 for year in (1950, 1980, 2020) for state in countries.states(date(year, 1, 1))}
    for one in held:
        assert {one.iso3, one.other} <= codes, one.name
        assert all((one.name, one.source, *one.claims)), one.name
        assert one.kind in pairs.KINDS
        assert one.span.since is not None
        if one.span.ended is not None:
            assert cbm_days.begins(one.span.since) < cbm_days.ends(one.span.ended), one.name
    assert len({(one.iso3, one.other, one.name, one.span.since) for one in held}) == len(held)


def test_claims_say_nothing_of_what_came_after_the_dispute_began() -> None:
    for one in pairs.disputes():
        assert one.span.since is not None
        assert pairs.claims_then(one, cbm_days.begins(one.span.since)) == one.claims, one.name


def test_disputes_end_on_the_day_of_settlement() -> None:
    """ICJ, Cameroon v. Nigeria: Bakassi was handed over on 2008-08-14; Costa Rica and Nicaragua 2018-02-02."""
    assert [one.name for one in pairs.disputes_between("NGA", "CMR", date(2008, 8, 13))]
    assert pairs.disputes_between("NGA", "CMR", date(2008, 8, 14)) == ()
    assert pairs.disputes_between("CRI", "NIC", date(2018, 2, 1))
    assert not pairs.disputes_between("CRI", "NIC", date(2018, 2, 2))
    names_of = [one.name for one in pairs.disputes_between("ARG", "GBR", date(2020, 1, 1))]
    assert names_of == ["Falkland Islands (Malvinas), South Georgia and the South Sandwich Islands"]


def test_rivalry_equals_that_of_mediation() -> None:
    assert (rivalry.CRISES_END, rivalry.CONFLICTS_END, rivalry.RIVAL_YEARS) == (
        ties.CRISES_END,
        ties.CONFLICTS_END,
        ties.RIVAL_YEARS,
    )
    workspace, on = Workspace.open(), date(2005, 6, 1)
    held = ties.ties(workspace, on)
    mine = {
        (one.iso3, one.other) for one in pairs.pairs(on) if max(one.last_crisis or 0, one.last_conflict or 0) >= 1990
    }
    theirs = {
        (one, two)
        for i, one in enumerate(held.states)
        for j, two in enumerate(held.states)
        if one < two and held.rival[i, j]
    }
    assert mine == theirs
    assert len(theirs) > 50


def test_without_agrees_with_a_plain_search() -> None:
    on = date(2025, 6, 1)
    found = pairs.without(on)
    assert found.considered == len(pairs.pairs(on))
    got = {(one.iso3, one.other) for one in found.pairs}
    plain = {
        (one.iso3, one.other)
        for one in pairs.pairs(on)
        if all(it.measure.reach == "universal" for it in cbm.available(one.iso3, one.other, on))
    }
    assert got == plain
    assert ("IRN", "USA") not in {(one.iso3, one.other) for one in pairs.without(date(2017, 6, 1)).pairs}
    assert ("IRN", "USA") in got
    assert ("IND", "PAK") not in got
    assert [one.recent for one in found.pairs] == sorted((one.recent for one in found.pairs), reverse=True)
    practical = {(one.iso3, one.other) for one in pairs.without(on, practical=True).pairs}
    assert got < practical
    assert ("ARE", "IRN") in practical - got  # CICA's declaration and catalogue alone


def test_without_says_what_it_rests_on() -> None:
    found = pairs.without(date(2012, 1, 1))
    assert dict(found.known)["crises (ICB)"] == "2011"
    assert dict(pairs.without(date(2025, 6, 1)).known)["crises (ICB)"] == "2017"
    assert found.unknown
    assert all(one.recent <= 2012 for one in found.pairs)


def test_a_window_of_no_years_is_refused() -> None:
    with pytest.raises(UsageError, match="1 or more"):
        pairs.pairs(date(2020, 1, 1), 0)


def test_a_wider_window_only_adds_pairs() -> None:
    on = date(2010, 1, 1)
    narrow, wide = ({(one.iso3, one.other) for one in pairs.pairs(on, years)} for years in (5, 30))
    assert narrow < wide
