"""In which forms the UN and organisations worked in a country: cases of the record, the days' edges, and laws."""

import csv
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.instruments.partners import acts, named, partnership
from forestall.instruments.partners.acts import first_day, last_day
from forestall.instruments.partners.partnership import Worked, months_between
from forestall.instruments.peacekeeping import register
from forestall.regional.organisations import goes_on_as
from forestall.store import Workspace

WORKSPACE = Workspace.open()
NOW = date(2026, 2, 28)


def worked(country: str, on: date = NOW) -> dict[tuple[str, str, str], Worked]:
    gw_id = countries.resolve(country, on).gw_id
    assert gw_id is not None
    found = partnership.history(WORKSPACE, gw_id, on).worked
    return {(one.form, one.earlier, one.later): one for one in found}


def test_unamid_was_one_operation_of_both() -> None:
    # S/RES/1769 (2007): transfer of authority on 31 December 2007; S/RES/2559 (2020): ended on 31 December 2020.
    one = worked("SDN")["hybrid", "UNAMID", "UNAMID"]
    assert (one.organisation, one.first, one.last, one.months) == ("AU", date(2007, 12, 31), date(2020, 12, 31), 157)


def test_amisom_stood_beside_unsom_and_was_supported_by_unsos() -> None:
    held = worked("SOM")
    unsom = held["parallel", "AMISOM", "UNSOM"]
    assert (unsom.un, unsom.first, unsom.last, unsom.supports) == ("UNSOM", date(2013, 6, 3), date(2022, 3, 31), False)
    assert held["parallel", "AMISOM", "UNSOS"].supports
    assert held["parallel", "UNSOS", "AUSSOM"].last is None
    assert not held["parallel", "EUTM", "UNSOS"].supports  # the office is for the African Union's mission


def test_minusma_took_over_from_afisma() -> None:
    # S/RES/2100 (2013): authority passed from AFISMA to MINUSMA on 1 July 2013.
    one = worked("MLI")["sequential", "AFISMA", "MINUSMA"]
    assert (one.un, one.last) == ("MINUSMA", date(2013, 6, 30))
    assert ("parallel", "AFISMA", "MINUSMA") not in worked("MLI")


def test_a_handover_is_not_known_before_it_happened() -> None:
    before, after = worked("MLI", date(2013, 6, 29)), worked("MLI", date(2013, 6, 30))
    assert ("sequential", "AFISMA", "MINUSMA") not in before
    assert before["parallel", "AFISMA", "MINUSMA"].last is None
    assert ("sequential", "AFISMA", "MINUSMA") in after


def test_althea_followed_sfor() -> None:
    # S/RES/1575 (2004): EUFOR Althea from 2 December 2004 as successor to SFOR.
    one = worked("BIH")["sequential", "SFOR (NATO)", "EUFOR Althea (EU)"]
    assert (one.un, one.organisation) == ("", "EU")


def test_a_state_that_changed_its_number_breaks_no_mission_in_two() -> None:
    # Serbia and Montenegro became Serbia on 2006-06-05; KFOR and UNMIK went on.
    held = worked("SRB")
    assert held["parallel", "KFOR", "UNMIK"].months == 104  # June 1999 to January 2008, when Kosovo has its own code
    assert not [key for key in held if key[0] == "sequential" and "UNMIK" in key]


def test_police_follow_police_and_forces_follow_forces() -> None:
    held = worked("BIH")
    assert ("sequential", "IPTF", "EUPOL") in held
    assert not [key for key in held if key[0] == "sequential" and "OSCE Mission to BiH" in key[2]]


def test_one_operation_from_two_sources_is_one() -> None:
    (amisom,) = (one for one in acts.all_acts(WORKSPACE) if one.what == "AMISOM")
    assert (amisom.first, amisom.last, amisom.personnel) == (date(2007, 2, 1), date(2022, 3, 31), 22126)
    seen = amisom.seen(date(2010, 1, 1))
    assert (seen.last, seen.personnel) == (None, None)
    assert seen.open(date(2010, 1, 1))


def test_every_row_of_our_list_can_be_used() -> None:
    text = files("forestall.instruments.partners").joinpath("operations.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    assert len(rows) > 90
    assert len({(row["operation"], row["iso3"]) for row in rows}) == len(rows)
    for row in rows:
        assert row["organisation"] in goes_on_as(), row
        assert row["checked"] in ("yes", "no"), row
        assert row["source"], row
        assert None not in row, row
        first = first_day(row["since"])
        if row["until"] not in ("", "unknown"):
            assert first <= last_day(row["until"]) <= acts.KNOWN_TO, row
        try:
            countries.by_iso3(row["iso3"], max(first, date(1946, 1, 1)))
        except UnknownCountryError:
            # Bosnia, Croatia and Kosovo before they were states of the list, Palestine, Zimbabwe before independence.
            assert row["iso3"] in {"BIH", "HRV", "XKX", "PSE", "ZWE"}, row


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020-02-05", date(2020, 2, 5), date(2020, 2, 5)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("1990", date(1990, 1, 1), date(1990, 12, 31)),
    ],
)
def test_days_of_any_precision(text: str, first: date, last: date) -> None:
    assert (first_day(text), last_day(text)) == (first, last)


@given(st.dates(date(1990, 1, 1), date(2026, 1, 1)), st.integers(0, 2000))
def test_months_together_are_the_months_that_the_days_touch(first: date, days: int) -> None:
    touched = {((first + timedelta(days=i)).year, (first + timedelta(days=i)).month) for i in range(days + 1)}
    assert months_between(first, first + timedelta(days=days)) == len(touched)


@pytest.mark.parametrize("country", ["SOM", "BIH", "CAF", "SDN", "LBR"])
def test_what_is_parallel_was_there_on_the_same_day(country: str) -> None:
    gw_id = countries.resolve(country, NOW).gw_id
    assert gw_id is not None
    iso3 = countries.by_gw(gw_id, NOW).series_iso3
    led = acts.in_country(WORKSPACE, iso3, NOW)
    for one in partnership.history(WORKSPACE, gw_id, NOW).worked:
        if one.form != "parallel":
            continue
        other = one.later if one.earlier == one.un else one.earlier
        middle = one.first + ((one.last or NOW) - one.first) / 2
        assert one.un in {mission.mission for mission in register.in_country(iso3, middle, WORKSPACE)}
        assert other in {act.what for act in led if act.first <= middle and (act.last is None or middle <= act.last)}


def test_resolutions_are_counted_by_title_up_to_the_day() -> None:
    led = acts.in_country(WORKSPACE, "SDN", NOW)
    by = {one.organisation: one for one in named.resolutions(WORKSPACE, "SDN", led, NOW)}
    assert by["AU"].last_symbol == "S/RES/2559 (2020)"
    earlier = {one.organisation: one for one in named.resolutions(WORKSPACE, "SDN", led, date(2020, 12, 21))}
    assert earlier["AU"].resolutions == by["AU"].resolutions - 1
    assert "EU" not in by  # no title on Sudan names it
