"""What the reader makes of observer status, signature, entry into force and the days of powers."""

from datetime import date

import pytest

from forestall.regional.organisations import ObserverStatus, Power, register


def test_observer_status_of_the_general_assembly() -> None:
    held = register()
    assert held["OIC"].un_observer == ObserverStatus("1975-10-10", "A/RES/3369 (XXX)", True)
    assert held["AU"].un_observer is not None
    assert held["AU"].un_observer.since == "1965-10-11"  # granted to the OAU
    assert held["NATO"].un_observer is None


def test_signature_and_entry_into_force_are_told_apart() -> None:
    african_union = register()["AU"]
    assert (african_union.signed, african_union.in_force) == ("2000-07-11", "2001-05-26")
    assert register()["OSCE"].signed is None


@pytest.mark.parametrize(
    ("since", "before", "first"),
    [
        ("1999", date(1999, 12, 31), date(2000, 1, 1)),
        ("2004-01", date(2004, 1, 31), date(2004, 2, 1)),
        ("2003-12-26", date(2003, 12, 25), date(2003, 12, 26)),
    ],
)
def test_a_power_counts_from_the_last_day_that_its_date_may_mean(since: str, before: date, first: date) -> None:
    power = Power("mediate", "a protocol", since, None, None)
    assert not power.held(before)
    assert power.held(first)
    assert not Power("mediate", "a protocol", None, None, None).held(first)
