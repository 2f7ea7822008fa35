"""What a reader sees of a number."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.brief import words


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1450, "1,400"),
        (1451, "1,500"),
        (980, "980"),
        (87.4, "87"),
        (9.6, "10"),
        (0.2, "fewer than 1"),
        (0, "0"),
        (19886, "20,000"),
        (0.7, "1"),
    ],
)
def test_estimates_are_rounded_to_two_figures(value: float, text: str) -> None:
    assert words.rounded(value) == text


def test_not_known_is_said() -> None:
    assert words.rounded(None) == words.exact(math.nan) == "not known"


@pytest.mark.parametrize(
    ("p", "text", "word"),
    [
        (0.0, "<1 %", "exceptionally unlikely"),
        (0.002, "<1 %", "exceptionally unlikely"),
        (0.007, "1 %", "very unlikely"),
        (0.04, "4 %", "very unlikely"),
        (1.0, "≥95 %", "very likely"),
        (0.93, "93 %", "very likely"),
        (0.5, "50 %", "about as likely as not"),
    ],
)
def test_probabilities_in_words_and_numbers(p: float, text: str, word: str) -> None:
    assert (words.percent(p), words.likelihood(p)) == (text, word)


def test_a_probability_outside_its_range_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        words.likelihood(1.2)


@given(st.floats(0, 1), st.floats(0, 1))
def test_words_never_run_against_the_numbers(a: float, b: float) -> None:
    order = [word for _, word in words.LIKELIHOOD]
    if a <= b:
        assert order.index(words.likelihood(a)) >= order.index(words.likelihood(b))


@given(st.floats(10, 1e7))
def test_rounding_stays_within_five_percent(value: float) -> None:
    assert abs(int(words.rounded(value).replace(",", "")) - value) <= 0.0501 * value


def test_ranges() -> None:
    assert words.percent_range(0.82, 0.91) == "82–91 %"
    assert words.percent_range(0.001, 0.14) == "up to 14 %"
    assert words.percent_range(0.93, 1.0) == "93 % or more"
    assert words.percent_range(0.97, 1.0) == "≥95 %"
    assert words.interval(0.2, 0.3) == "0 to 1"
    assert words.listing(["a", "b", "c"]) == "a, b and c"
    assert words.signed(-320.4) == "−320"


def test_places_on_all_sides_of_the_globe() -> None:
    assert words.position(15.25, 32.75) == "15.25° N, 32.75° E"
    assert words.position(-8.75, -63.25) == "8.75° S, 63.25° W"
