"""Months: their numbers, and how people write them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.errors import UsageError
from forestall.ids.months import (
    format_month,
    long_month,
    month_end,
    month_id,
    month_of,
    month_start,
    parse_month,
    year_of,
)

MONTHS = st.integers(month_id(1, 1), month_id(9999, 12))


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1980-01", 1),
        ("1990-01", 121),
        ("2023-12", 528),
        ("2024-07", 535),
        ("2026-02", 554),
        ("1979-12", 0),
        ("1946-01", -407),
        ("1989-01", 109),
    ],
)
def test_numbers_that_the_field_uses(written: str, number: int) -> None:
    assert parse_month(written) == number
    assert format_month(number) == written


@given(MONTHS)
def test_every_month_survives_writing_and_reading(month: int) -> None:
    assert parse_month(format_month(month)) == month
    assert month_of(month_start(month)) == month_of(month_end(month)) == month
    assert year_of(month) == month_start(month).year
    assert month_start(month).day == 1


@given(st.integers(month_id(1, 1), month_id(9999, 11)))
def test_months_follow_each_other_without_a_gap(month: int) -> None:
    assert month_end(month) + timedelta(days=1) == month_start(month + 1)


@given(st.dates())
def test_a_day_lies_in_its_month(day: date) -> None:
    month = month_of(day)
    assert month == month_id(day.year, day.month)
    assert month_start(month) <= day <= month_end(month)


def test_words() -> None:
    assert long_month(554) == "February 2026"
    assert month_end(parse_month("2024-02")) == date(2024, 2, 29)
    assert month_end(parse_month("2100-02")) == date(2100, 2, 28)


@pytest.mark.parametrize(
    "text",
    [
        "2031-13",
        "2026-00",
        "2026",
        "2026-2",
        "26-02",
        "2026/02",
        "",
        "0000-05",
        "2026-02-01",
        "٢٠٢٦-٠٢",
        "last",
        "-2026-02",
    ],
)
def test_what_is_no_month_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_month(text)
    assert str(caught.value) == f"month {text!r} is not a month: write YYYY-MM, for example 2026-02"
    assert caught.value.exit_code == 2


def test_an_endless_text_is_cut_in_the_message() -> None:
    with pytest.raises(UsageError, match=r"^month '9{37}\.\.\.' is not a month"):
        parse_month("9" * 10_000)


@given(st.integers().filter(lambda month: not month_id(1, 1) <= month <= month_id(9999, 12)))
def test_months_outside_the_calendar_are_refused(month: int) -> None:
    for show in (format_month, long_month, month_start, month_end, year_of):
        with pytest.raises(UsageError):
            show(month)


@pytest.mark.parametrize(("year", "month"), [(2026, 0), (2026, 13), (0, 1), (10_000, 1)])
def test_a_number_needs_a_month_of_the_calendar(year: int, month: int) -> None:
    with pytest.raises(UsageError):
        month_id(year, month)
