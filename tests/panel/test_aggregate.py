"""Events to counts: worked numbers, and nothing is lost."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panel_inputs import event, events, frame

from forestall.panel.aggregate import events_to_cell_month, events_to_cell_year, events_to_country_month, pool

RULES = st.sampled_from(["end", "start"])


def two_events() -> pl.DataFrame:
    return frame(
        "ucdp_events",
        [
            event("r", 1, date(2025, 1, 30), date(2025, 2, 2), 10, type_of_violence=1, deaths_civilians=4),
            event("r", 2, date(2025, 2, 5), date(2025, 2, 5), 3, type_of_violence=3),
            event("r", 3, date(2025, 2, 6), date(2025, 2, 6), 7, gw_id=None),
        ],
    )


def test_an_event_counts_whole_in_the_month_it_ended() -> None:
    found = events_to_country_month(two_events())
    assert found.frame.height == 1
    row = found.frame.row(0, named=True)
    # February 2025 is month (2025 - 1980) * 12 + 2 = 542.
    assert (row["gw_id"], row["month_id"], row["deaths_total"], row["events"]) == (432, 542, 13, 2)
    assert (row["deaths_state_based"], row["deaths_non_state"], row["deaths_one_sided"]) == (10, 0, 3)
    assert (row["events_state_based"], row["events_one_sided"]) == (1, 1)
    assert (row["deaths_total_high"], row["deaths_civilians"]) == (26, 4)
    assert found.aside["event_id"].to_list() == [3]
    assert found.notes == ("1 events without a country set aside (7 deaths)",)


def test_under_the_other_rule_it_counts_in_the_month_it_started() -> None:
    found = events_to_country_month(two_events(), "start").frame
    assert found.select("month_id", "deaths_total").rows() == [(541, 10), (542, 3)]


def test_a_range_that_one_event_lacks_is_not_known_for_the_month() -> None:
    rows = [
        event("r", 1, date(2025, 1, 2), date(2025, 1, 2), 4),
        event("r", 2, date(2025, 1, 3), date(2025, 1, 3), 5, deaths_total_low=None, deaths_total_high=None),
        event("r", 3, date(2025, 2, 3), date(2025, 2, 3), 6),
    ]
    found = events_to_country_month(frame("ucdp_events", rows)).frame
    columns = ("deaths_total", "deaths_total_low", "deaths_total_high")
    assert found.select(columns).rows() == [(9, None, None), (6, 6, 12)]


def test_a_rule_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="'split' is not known"):
        events_to_country_month(two_events(), "split")  # type: ignore[arg-type]


def test_cells_keep_the_country_of_each_event() -> None:
    rows = [
        event("r", 1, date(2025, 1, 1), date(2025, 1, 1), 2, gw_id=432),
        event("r", 2, date(2025, 1, 9), date(2025, 1, 9), 5, gw_id=439),
        event("r", 3, date(2025, 1, 9), date(2025, 1, 9), 1, gw_id=None),
        event("r", 4, date(2025, 12, 9), date(2026, 1, 2), 8, gw_id=432),
    ]
    months = events_to_cell_month(frame("ucdp_events", rows)).frame
    january = months.filter(pl.col("month_id") == 541).select("gw_id", "deaths_total")
    assert sorted(january.rows(), key=str) == [(432, 2), (439, 5), (None, 1)]
    years = events_to_cell_year(frame("ucdp_events", rows)).frame
    found = years.select("year", "gw_id", "deaths_total", "events").rows()
    assert sorted(found, key=str) == [(2025, 432, 2, 1), (2025, 439, 5, 1), (2025, None, 1, 1), (2026, 432, 8, 1)]


def test_events_of_one_cell_are_apart_by_what_their_position_stands_for() -> None:
    rows = [
        event("r", n, date(2025, 1, 1), date(2025, 1, 1), 10**k, where_prec=code)
        for n, (k, code) in enumerate([(0, 1), (1, 3), (2, 7), (3, 4), (4, 5), (5, 6), (6, None)])
    ]
    for aggregate in (events_to_cell_month, events_to_cell_year):
        found = dict(aggregate(frame("ucdp_events", rows)).frame.select("precision", "deaths_total").rows())
        assert found == {"place": 111, "province": 11_000, "country": 100_000, None: 1_000_000}


def test_pooling_keeps_the_later_files_event() -> None:
    early = frame("ucdp_events", [event("a", n, date(2025, 1, n), date(2025, 1, n), n) for n in (1, 2)])
    late = frame("ucdp_events", [event("b", 2, date(2025, 1, 9), date(2025, 1, 9), 50)])
    found = pool([early, late]).sort("event_id")
    assert found.select("event_id", "deaths_total", "release").rows() == [(1, 1, "a"), (2, 50, "b")]


@settings(max_examples=60, deadline=None)
@given(events(), RULES)
def test_what_comes_in_equals_what_comes_out_plus_what_is_set_aside(found: pl.DataFrame, rule: str) -> None:
    for aggregate in (events_to_country_month, events_to_cell_month, events_to_cell_year):
        result = aggregate(found, rule)  # type: ignore[arg-type]
        for column in ("deaths_total", "deaths_total_low", "deaths_total_high"):
            assert result.frame[column].sum() + result.aside[column].sum() == found[column].sum()
        assert result.frame["events"].sum() + result.aside.height == found.height


@settings(max_examples=60, deadline=None)
@given(events(), RULES)
def test_types_add_up_to_the_total_of_each_month(found: pl.DataFrame, rule: str) -> None:
    months = events_to_country_month(found, rule).frame  # type: ignore[arg-type]
    kinds = ("state_based", "non_state", "one_sided")
    assert months.filter(pl.sum_horizontal(f"deaths_{kind}" for kind in kinds) != pl.col("deaths_total")).height == 0
    assert months.filter(pl.sum_horizontal(f"events_{kind}" for kind in kinds) != pl.col("events")).height == 0


@settings(max_examples=40, deadline=None)
@given(events(), st.randoms())
def test_the_order_of_events_does_not_matter(found: pl.DataFrame, chance: object) -> None:
    order = list(range(found.height))
    chance.shuffle(order)  # type: ignore[attr-defined]
    assert events_to_country_month(found).frame.equals(events_to_country_month(found[order]).frame)
