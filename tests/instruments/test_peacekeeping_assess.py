"""Peacekeeping's assessment of a country: what is there, what is due, and nothing that was not known then."""

import pytest

from forestall.ids.months import month_id
from forestall.instruments.assessment import Assessment, case_of
from forestall.instruments.peacekeeping.assess import assess
from forestall.instruments.peacekeeping.register import KNOWN_TO
from forestall.store import Workspace

NEWEST = 554  # February 2026


def of(country: str, as_of: int = NEWEST) -> Assessment:
    return assess(case_of(country, as_of), as_of, workspace=Workspace.open())


def text(found: Assessment) -> str:
    return " ".join([found.headline.sentence, *(one.sentence for one in found.findings)])


def test_missions_that_are_there_with_their_mandates() -> None:
    found = of("South Sudan")
    assert found.headline.sentence == "UN missions in South Sudan: UNISFA and UNMISS. Earlier ones: UNMIS."
    said = text(found)
    assert "(UNMISS): there since 9 July 2011; mandate to 30 April 2026 (S/RES/2779 (2025))" in said
    assert "13,255 uniformed persons in 2017-03, where that series ends" in said
    whats = [one.what for one in found.options]
    assert "Decide on UNMISS before 30 April 2026" in whats
    assert all(one.expected_effect == "unknown" for one in found.options)


def test_an_end_that_is_decided_is_prepared_for() -> None:
    (option,) = [one for one in of("Lebanon").options if "UNIFIL" in one.what and one.who == "Security Council"]
    assert option.what.startswith("Prepare for the end of UNIFIL")
    assert "S/RES/2790 (2025)" in option.why


def test_a_mission_that_left_is_the_last_one() -> None:
    found = of("Mali")
    assert found.headline.sentence == (
        "No UN mission of the register is in Mali; the last was MINUSMA, which ended on 31 December 2023."
    )
    assert any(one.what.startswith("Ask early who would send") for one in found.options)
    assert "Where a UN mission closed" not in text(found)


def test_a_quiet_country_gets_no_mission_planned() -> None:
    found = of("Kazakhstan")
    assert found.headline.sentence == "The register holds no UN mission in Kazakhstan, now or earlier."
    assert found.options == ()
    assert "UNDOF (2024)" in text(found)


def test_what_was_not_known_is_not_said() -> None:
    # In June 2019 MINUSMA was open, UNITAMS not thought of, and no map of 2020 or later known.
    mali = text(of("Mali", month_id(2019, 6)))
    assert mali.startswith("UN missions in Mali: MINUSMA.")
    assert "ended" not in mali
    found = of("Sudan", month_id(2019, 6))
    assert "UNITAMS" not in text(found)
    assert "UNAMID" in found.headline.sentence
    for one in found.evidence:
        years = [int(part[:4]) for part in one.date.split("..") if part[:4].isdigit()]
        assert max(years) <= 2020, one  # the twelve months forecast end in 2020, nothing else lies after the day


def test_every_series_says_where_it_ends() -> None:
    caveat = of("DR Congo").caveats[0]
    for end in (KNOWN_TO.isoformat(), "2017-03-31", "2015-05-31", "2025-02-18"):
        assert end in caveat


def test_a_mission_on_a_border_is_not_measured_by_all_deaths_of_two_states() -> None:
    assert "UNISFA (maps" not in text(of("Sudan"))
    assert "site of UNMISS (maps of 2024)" in text(of("South Sudan"))


@pytest.mark.parametrize("country", ["Syria", "Cyprus", "Ukraine", "Haiti", "United States"])
def test_any_country_can_be_assessed(country: str) -> None:
    found = of(country)  # Assessment refuses a sentence without evidence, and evidence without a sentence
    assert found.headline.evidence
    assert found.caveats


def test_nobody_is_told_to_ask_a_neighbour_of_the_host() -> None:
    found = of("India")
    facts = {one.key: one for one in found.evidence}
    assert str(facts["candidates"].figure).startswith("Pakistan")  # the ranking knows no parties
    (option,) = [one for one in found.options if one.what.startswith("Ask early who would send")]
    assert "Pakistan" not in option.who
    assert "border" in option.why


def test_a_mission_in_a_land_apart_is_named_with_the_state_it_is_filed_under() -> None:
    headline = of("Morocco").headline.sentence
    assert headline == (
        "The register holds no UN mission in Morocco, now or earlier. "
        "Western Sahara, which UCDP counts with Morocco, has MINURSO."
    )
