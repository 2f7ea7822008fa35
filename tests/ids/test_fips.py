"""FIPS 10-4 codes: each names a place, and the day decides which state counts it."""

from datetime import date

import pytest

from forestall.ids import fips
from forestall.ids.state_table import rows


def test_every_code_leads_to_a_state_today_or_says_that_there_is_none() -> None:
    without = {code for code, place in fips.places().items() if not place.iso3}
    assert without == {"AY", "OS", "PF", "PG", "UF", "UU"}
    for code in fips.places().keys() - without:
        state = fips.state_on(code, date(2026, 1, 1))
        assert state is not None, code
        assert state.kind == "state", code
        assert state.gw_id is not None, code


def test_every_state_of_today_has_a_code() -> None:
    today = date(2026, 1, 1)
    reached = {fips.state_on(code, today) for code in fips.places()}
    states = {row for row in rows() if row.kind == "state" and row.exists(today)}
    assert states - reached == set()


@pytest.mark.parametrize(
    ("code", "on", "gw_id"),
    [
        ("AS", date(2020, 1, 1), 900),  # Australia; ISO AS is American Samoa
        ("AU", date(2020, 1, 1), 305),  # Austria; ISO AU is Australia
        ("CH", date(2020, 1, 1), 710),  # China; ISO CH is Switzerland
        ("SZ", date(2020, 1, 1), 225),
        ("RS", date(2020, 1, 1), 365),  # Russia; ISO RS is Serbia
        ("RI", date(2020, 1, 1), 340),
        ("RI", date(1999, 1, 1), 345),
        ("KV", date(2007, 1, 1), 340),
        ("KV", date(2009, 1, 1), 347),
        ("SI", date(1990, 1, 1), 345),
        ("EZ", date(1990, 1, 1), 315),
        ("LO", date(1990, 1, 1), 315),
        ("TT", date(1990, 1, 1), 850),
        ("WA", date(1985, 1, 1), 560),
        ("HK", date(1997, 6, 30), 200),
        ("HK", date(1997, 7, 1), 710),
        ("RQ", date(2020, 1, 1), 2),
        ("NH", date(1979, 1, 1), None),
        ("ZZ", date(2020, 1, 1), None),
    ],
)
def test_state_on_a_day(code: str, on: date, gw_id: int | None) -> None:
    state = fips.state_on(code, on)
    assert (state and state.gw_id) == gw_id
