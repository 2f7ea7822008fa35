"""Overlap of sites with expected deaths, reach and area of risk, on examples worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.errors import ShapeError
from forestall.ids.cells import RADIUS_KM, cell_of
from forestall.instruments.peacekeeping import overlap

# Middles at 0.25 N: one degree of longitude apart there is R * radians(1) * cos(0.25 degrees), nearly 111 km.
WEST, EAST = int(cell_of(0.2, 10.2)), int(cell_of(0.2, 11.2))
APART = RADIUS_KM * math.radians(1) * math.cos(math.radians(0.25))


def test_two_cells_by_hand() -> None:
    # All troops stand in the west; a quarter of the deaths is expected there, the rest in the east, where half of a
    # soldier is left if half is lost over just that distance: 0.25 * 1 + 0.75 * 0.5.
    found = overlap.overlap([WEST], [300], [WEST, EAST], [10, 30], half_km=APART)
    assert found == pytest.approx(0.625, abs=1e-4)
    # Troops spread as the deaths: 0.25^2 + 0.75^2 + 2 * 0.25 * 0.75 * 0.5.
    assert overlap.overlap([WEST, EAST], [1, 3], [WEST, EAST], [10, 30], half_km=APART) == pytest.approx(
        0.8125, abs=1e-4
    )
    # 200 men in the west and 100 in the east: 2/3 * 0.625 + 1/3 * (0.75 + 0.25 * 0.5).
    found = overlap.overlap([WEST, EAST], [200, 100], [WEST, EAST], [10, 30], half_km=APART)
    assert found == pytest.approx(2 / 3 * 0.625 + 1 / 3 * 0.875, abs=1e-4)


def test_nothing_overlaps_with_nothing() -> None:
    assert overlap.overlap([WEST], [0], [WEST], [10]) is None
    assert overlap.overlap([WEST], [10], [WEST], [0]) is None
    assert overlap.overlap([], [], [WEST], [1]) is None
    with pytest.raises(ShapeError, match="lengths differ"):
        overlap.overlap([WEST], [1, 2], [WEST], [1])


def test_distances_are_those_of_the_globe() -> None:
    found = overlap.distances([WEST], [WEST, EAST])
    assert found[0, 0] == 0
    assert found[0, 1] == pytest.approx(APART, abs=0.01)


weights = st.lists(st.floats(0.01, 100), min_size=4, max_size=4)
CELLS = [int(cell_of(*at)) for at in ((0.2, 10.2), (0.2, 11.2), (4.2, 10.2), (12.2, -3.2))]


@given(weights, weights, st.floats(0.1, 50))
def test_overlap_lies_between_0_and_1_is_symmetric_and_knows_shares_only(
    troops: list[float], deaths: list[float], times: float
) -> None:
    found = overlap.overlap(CELLS, troops, CELLS, deaths)
    assert found is not None
    assert 0 < found <= 1
    assert overlap.overlap(CELLS, deaths, CELLS, troops) == pytest.approx(found)
    assert overlap.overlap(CELLS, [times * w for w in troops], CELLS, deaths) == pytest.approx(found)


@given(weights)
def test_no_spread_beats_all_troops_at_the_best_place(deaths: list[float]) -> None:
    single = [overlap.overlap([cell], [1], CELLS, deaths) or 0 for cell in CELLS]
    spread = overlap.overlap(CELLS, [1, 2, 3, 4], CELLS, deaths)
    assert spread is not None
    assert spread <= max(single) + 1e-12
    assert spread == pytest.approx(sum(w / 10 * one for w, one in zip((1, 2, 3, 4), single, strict=True)))


def test_reach_counts_a_site_s_own_cell_and_what_lies_near() -> None:
    assert overlap.reached([WEST], [WEST, EAST], 50).tolist() == [True, False]
    assert overlap.reached([WEST], [WEST, EAST], 112).tolist() == [True, True]
    assert overlap.reached([], [WEST], 50).tolist() == [False]


def test_share_is_of_expected_deaths_and_its_interval_of_draws_that_have_any() -> None:
    # 60 draws with 10 deaths near and 30 far, 40 with 30 near only, 100 with none.
    draws = np.array([[10, 30]] * 60 + [[30, 0]] * 40 + [[0, 0]] * 100, dtype=float)
    mean, low, high = overlap.share(draws, np.array([True, False]))
    assert mean == pytest.approx(1800 / 3600)
    assert (low, high) == (0.25, 1.0)
    assert overlap.share(draws[60:109], np.array([True, False])) == (1.0, None, None)  # 40 draws: too few
    assert overlap.share(np.zeros((5, 2)), np.array([True, False])) == (None, None, None)


def test_the_area_of_risk_is_the_fewest_cells_that_hold_the_part() -> None:
    assert overlap.risk_area([5, 60, 0, 30, 5]).tolist() == [False, True, False, True, False]
    assert overlap.risk_area([5, 60, 0, 29, 6]).tolist() == [False, True, False, True, True]
    assert overlap.risk_area([0, 0]).tolist() == [False, False]
    assert overlap.risk_area([1, 1, 1]).tolist() == [True, True, True]  # two hold 67 %


# Half of the smallest number there is rounds to nothing, so none of that size.
@given(st.lists(st.just(0.0) | st.floats(1e-6, 1000), min_size=1, max_size=8), st.floats(0.1, 1))
def test_the_area_of_risk_by_brute_force(expected: list[float], part: float) -> None:
    chosen, e = overlap.risk_area(expected, part), np.array(expected)
    if e.sum() <= 0:
        assert not chosen.any()
        return
    assert e[chosen].sum() >= part * e.sum() * (1 - 1e-9)
    size = int(chosen.sum())
    assert np.sort(e)[::-1][: size - 1].sum() < part * e.sum()  # no fewer cells would do
