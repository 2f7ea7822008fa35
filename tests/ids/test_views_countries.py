"""The country numbers of VIEWS: each state has one on a day, and they are those of VIEWS' own series."""

from datetime import date

import polars as pl
import pytest

from forestall.errors import UnknownCountryError
from forestall.ids import states
from forestall.ids.months import month_end, month_start
from forestall.ids.views_countries import gw_of_views, rows, views_id


@pytest.mark.parametrize(
    ("gw_id", "on", "expected"),
    [
        (625, date(2011, 7, 8), 59),
        (625, date(2011, 7, 9), 245),
        (626, date(2011, 7, 8), None),
        (626, date(2011, 7, 9), 246),
        (345, date(1992, 4, 27), 227),
        (345, date(2006, 6, 5), None),
        (340, date(2008, 2, 16), 230),
        (340, date(2008, 2, 17), 233),
        (678, date(1990, 5, 21), 196),
        (678, date(2000, 6, 12), 124),
        (365, date(1985, 1, 1), 189),
        (365, date(2024, 1, 1), 65),
        (327, date(2024, 1, 1), None),
    ],
)
def test_the_number_of_a_state_on_a_day(gw_id, on, expected):
    assert views_id(gw_id, on) == expected


def test_every_state_of_a_day_but_the_holy_see_has_one_number():
    for on in (date(1990, 6, 1), date(2000, 1, 1), date(2017, 10, 31), date(2026, 2, 28)):
        numbers = {state.gw_id: views_id(state.gw_id, on) for state in states(on)}
        assert [gw for gw, number in numbers.items() if number is None] == [327], on
        held = [number for number in numbers.values() if number is not None]
        assert len(held) == len(set(held)), on


def test_the_challenge_has_191_and_all_of_them_hold_today():
    chosen = [row for row in rows() if row.in_challenge]
    assert len(chosen) == 191
    assert all(row.valid_to is None for row in chosen)


def test_a_number_back_to_its_state():
    assert (gw_of_views(245).gw_id, gw_of_views(245).iso3) == (625, "SDN")
    with pytest.raises(UnknownCountryError, match="country_id 999 is not a number of VIEWS; they run from 1 to"):
        gw_of_views(999)


def test_the_dates_are_those_at_which_views_renumbers(shared):
    """Each row of VIEWS' own series stands in a month on which we say its number holds."""
    series = pl.read_parquet(shared / "challenge" / "revised_cm_sb.parquet").select("country_id", "gwcode", "month_id")
    held = {row.country_id: row for row in rows()}
    wrong = set()
    for number, gw_id, month in series.iter_rows():
        row = held[number]
        assert row.gw_id == gw_id
        if row.valid_from > month_end(month) or (row.valid_to is not None and row.valid_to < month_start(month)):
            wrong.add((number, month))
    # VIEWS has Georgia from September 1991, our table from December, and one month in common for the last two Soviet borders
    assert wrong == {(92, 141), (92, 142), (92, 143), (189, 140)}


def test_the_table_is_what_the_builder_makes(shared):
    pytest.importorskip("pyreadr", reason="the build command needs pyreadr")
    from tools.embed.inputs import Inputs
    from tools.embed.views_countries import build

    made = build(Inputs(shared))
    assert [tuple(row) for row in made.iter_rows()] == [
        (r.country_id, r.gw_id, r.iso3, r.valid_from, r.valid_to, r.in_challenge) for r in rows()
    ]
