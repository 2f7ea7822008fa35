"""What a dossier says of UN missions in a country."""

from datetime import date

from forestall.brief import peacekeeping
from forestall.brief.document_response import PeacekeepingPart
from forestall.brief.situation import Situation
from forestall.ids.countries import resolve


def part(edition: Situation, name: str) -> PeacekeepingPart:
    found = peacekeeping.part(edition, resolve(name, on=date(2026, 2, 28)).gw_id or 0)
    assert found is not None
    return found


def test_missions_stand_in_a_table_with_the_month_that_their_strength_is_of(edition: Situation) -> None:
    found = part(edition, "DR Congo")
    rows = {row.mission: row for row in found.missions}
    assert [row.mission for row in found.missions if row.there] == ["MONUSCO"]
    assert rows["MONUSCO"].persons == 18_780
    assert rows["MONUSCO"].persons_month == "2017-03"
    assert rows["MONUSCO"].until == ""
    assert rows["ONUC"].until.startswith("1964")
    assert rows["ONUC"].mandate_to == ""


def test_cases_and_contributors_come_with_what_they_are_worth(edition: Situation) -> None:
    found = part(edition, "DR Congo")
    assert len(found.cases) == 3
    assert all(case.before >= 0 and case.after >= 0 for case in found.cases)
    assert found.deaths_end == "2026-02"
    assert len(found.contributors) == 5
    assert all(row.reasons for row in found.contributors)
    assert "missions that the ranking had not seen" in found.contributors_record
    assert "interval" in found.contributors_record


def test_no_contributors_are_named_for_a_country_at_peace(edition: Situation) -> None:
    found = part(edition, "Kazakhstan")
    assert found.missions == ()
    assert found.contributors == ()
    assert found.cases == ()
    assert found.contributors_record == ""
