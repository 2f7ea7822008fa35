"""Peace operations of the UN and of others, against what the Council's resolutions say of them."""

from datetime import date

import pytest

from forestall.errors import UsageError
from forestall.instruments.peacekeeping import operations
from forestall.store import Workspace


def there(iso3: str, on: date) -> set[str]:
    return {one.operation for one in operations.in_country(iso3, on)}


def test_the_african_led_mission_in_mali_gave_way_to_minusma_on_1_july_2013() -> None:
    # S/RES/2100 (2013), para. 7: authority passes from AFISMA to MINUSMA on 1 July 2013.
    assert there("MLI", date(2013, 6, 30)) == {"AFISMA", "Op. Serval", "EUTM"}
    assert there("MLI", date(2013, 7, 1)) == {"MINUSMA", "Op. Serval", "EUTM"}


def test_one_operation_in_three_conflicts_is_one_with_its_own_strength() -> None:
    (minusma,) = (one for one in operations.of_country("MLI") if one.operation == "MINUSMA")
    assert minusma.conflict_ids == (372, 11347, 13611)
    assert (minusma.first, minusma.last, minusma.open_ended) == (date(2013, 7, 1), date(2016, 12, 31), True)
    assert minusma.personnel_max == 12057  # not three times that
    assert (minusma.is_un, minusma.led_by) == (True, "UN")


def test_operations_stand_where_they_stood_not_where_the_conflict_is_filed() -> None:
    assert "UNIFIL" in there("LBN", date(2010, 1, 1))
    assert "UNIFIL" not in there("ISR", date(2010, 1, 1))
    assert "KFOR" in there("SRB", date(2008, 1, 31))
    assert "KFOR" in there("XKX", date(2008, 3, 1))  # as the table of states has it, no opinion on status


def test_a_run_with_a_gap_is_two() -> None:
    spans = [(one.first.year, one.last.year) for one in operations.of_country("COM") if one.operation == "OAU"]
    assert spans == [(1997, 1999), (2001, 2002)]


def test_after_the_end_of_the_data_nothing_is_said() -> None:
    with pytest.raises(UsageError, match="2016-12-31"):
        operations.in_country("MLI", date(2017, 1, 1))


def test_every_operation_of_the_un_is_in_the_register_and_others_have_their_source() -> None:
    workspace = Workspace.open()
    table = workspace.table("peace_operations")
    assert set(table.filter(table["is_un"])["operation"]) <= set(workspace.table("peace_missions")["mission"])
    others = table.filter(~table["is_un"])
    assert (others["led_by"].is_null() == others["source"].is_null()).all()
    assert (table["personnel_max"].is_null() == (table["personnel_reports"] == 0)).all()
