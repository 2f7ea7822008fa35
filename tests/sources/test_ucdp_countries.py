"""From UCDP's countries to a state's number and the code that ties it to what it continues or became."""

from datetime import date

import pytest

from forestall.sources.ucdp_countries import state


@pytest.mark.parametrize(
    ("number", "on", "expected"),
    [
        (365, date(1990, 12, 31), (365, "RUS")),  # the Soviet Union
        (345, date(1991, 12, 31), (345, "SRB")),  # Yugoslavia
        (345, date(2004, 12, 31), (345, "SRB")),  # Serbia and Montenegro
        (345, date(2007, 12, 31), (340, "SRB")),  # UCDP keeps 345 for Serbia
        (540, date(1961, 12, 31), (540, "AGO")),  # a war before independence
        (817, date(1974, 12, 31), (817, "RVN")),  # South Vietnam, which nobody continues
        (817, date(1975, 12, 31), (817, "RVN")),  # in the year it ended
        (652, date(1960, 12, 31), (652, "SYR")),  # inside the United Arab Republic
        (365, date(1917, 12, 31), (365, "RUS")),  # before the table of states begins
        (999_999, date(2020, 12, 31), None),
    ],
)
def test_a_number_on_a_day(number: int, on: date, expected: tuple[int, str] | None) -> None:
    assert state(number, "", on) == expected


def test_a_name_where_the_file_gives_no_number() -> None:
    assert state(None, "Russia (Soviet Union)", date(1990, 1, 31)) == (365, "RUS")
    assert state(None, "Serbia (Yugoslavia)", date(2020, 1, 31)) == (340, "SRB")
    assert state(None, "Atlantis", date(2020, 1, 31)) is None
