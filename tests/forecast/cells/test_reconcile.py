"""Cells sum to the country in every draw, months to the year, whatever the laws say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import ShapeError
from forestall.forecast.cells import months, reconcile

POINTS = 20


def made(seed: int, cells: int, with_law: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = np.sort(rng.negative_binomial(0.3, 0.05, (with_law, POINTS)), axis=1).astype(np.float32)
    chance = np.concatenate([(values > 0).mean(axis=1), rng.random(cells - with_law) * 0.01])
    return values, chance


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 12),
    st.integers(0, 12),
    st.lists(st.integers(0, 5000), min_size=1, max_size=40),
)
def test_cells_sum_to_the_country_in_every_draw(seed: int, cells: int, laws: int, totals: list[int]) -> None:
    values, chance = made(seed, cells, min(laws, cells))
    wanted = np.array(totals, dtype=np.int64)
    some, drawn = reconcile.draw(values, wanted, chance, seed=seed, gw_id=432)
    assert np.array_equal(drawn.sum(axis=0), wanted)
    assert drawn.min(initial=0) >= 0
    assert np.all(np.diff(some) > 0)
    assert drawn.any(axis=1).all()


def test_the_same_seed_country_and_year_give_the_same_draws() -> None:
    values, chance = made(1, 9, 6)
    totals = np.arange(50)
    one = reconcile.draw(values, totals, chance, seed=3, gw_id=432, year=1)
    again = reconcile.draw(values, totals, chance, seed=3, gw_id=432, year=1)
    other = reconcile.draw(values, totals, chance, seed=3, gw_id=432, year=2)
    assert np.array_equal(one[1], again[1])
    assert one[1].shape != other[1].shape or not np.array_equal(one[1], other[1])


def test_where_the_country_agrees_with_its_cells_their_laws_are_kept() -> None:
    """Totals drawn from the cells themselves: chances and means of cells stay within what 2,000 draws allow."""
    rng = np.random.default_rng(0)
    values = np.sort(rng.negative_binomial(0.2, 0.02, (40, POINTS)), axis=1).astype(np.float32)
    picked = rng.integers(0, POINTS, (40, 2000))
    totals = np.take_along_axis(values, picked, axis=1).sum(axis=0).astype(np.int64)
    some, drawn = reconcile.draw(values, totals, (values > 0).mean(axis=1), seed=0, gw_id=1)
    full = np.zeros((40, 2000))
    full[some] = drawn
    assert np.abs((full > 0).mean(axis=1) - (values > 0).mean(axis=1)).max() < 0.1
    assert full.mean() == pytest.approx(values.mean(), rel=0.05)


def test_deaths_fall_on_cells_by_chance_where_the_laws_have_none() -> None:
    values = np.zeros((2, POINTS), dtype=np.float32)
    some, drawn = reconcile.draw(values, np.full(4000, 1), np.array([0.3, 0.0, 0.1]), seed=0, gw_id=1)
    assert some.tolist() == [0, 2]
    assert drawn[0].mean() == pytest.approx(0.75, abs=0.03)


@given(st.integers(1, 8), st.integers(1, 6), st.integers(0, 1000))
def test_rounding_keeps_sums_and_stays_within_one(cells: int, draws: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    totals = rng.integers(0, 1000, draws)
    share = rng.dirichlet(np.ones(cells), draws).T
    found = reconcile.whole(share * totals, totals)
    assert np.array_equal(found.sum(axis=0), totals)
    assert np.abs(found - share * totals).max() < 1 + 1e-6


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 12), st.integers(1, 8))
def test_months_keep_both_margins(seed: int, cells: int, t: int, draws: int) -> None:
    rng = np.random.default_rng(seed)
    by_cell = rng.negative_binomial(0.4, 0.01, (cells, draws)).astype(np.int64)
    by_month = np.stack([rng.multinomial(n, np.ones(t) / t) for n in by_cell.sum(axis=0)], axis=1)
    cell, month, draw, deaths = months.split(by_cell, by_month, seed=seed, key=5)
    dense = np.zeros((cells, t, draws), dtype=np.int64)
    dense[cell, month, draw] = deaths
    assert np.array_equal(dense.sum(axis=1), by_cell)
    assert np.array_equal(dense.sum(axis=0), by_month)
    assert deaths.min(initial=1) >= 1
    assert np.all(np.diff((cell * t + month) * draws + draw) > 0)


def test_violence_comes_in_as_many_months_as_it_did() -> None:
    """Ten deaths in a year were seen in two months of it on average, a hundred in five (GED 21.1, 1995 to 2011).

    A country has many such cells, so that few of their bursts lie across the end of a month.
    """
    cells, draws = 80, 100
    for deaths, active in ((2, 1.2), (10, 2.1), (100, 4.8)):
        by_cell = np.full((cells, draws), deaths, dtype=np.int64)
        # Country months as uneven as in the data, on average.
        by_month = np.stack(
            [
                np.random.default_rng(k).multinomial(cells * deaths, np.random.default_rng(k).dirichlet(np.ones(12)))
                for k in range(draws)
            ],
            axis=1,
        )
        cell, _, draw, _ = months.split(by_cell, by_month, seed=0, key=1)
        mean = cell.size / (cells * draws)
        assert mean == pytest.approx(active, rel=0.2), deaths
        assert np.unique(cell * draws + draw).size == cells * draws


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ShapeError, match="same sum"):
        months.split(np.ones((2, 3), dtype=np.int64), np.ones((2, 3), dtype=np.int64) * 2, seed=0, key=0)
    with pytest.raises(ShapeError, match="laws for"):
        reconcile.draw(np.zeros((2, 5), dtype=np.float32), np.ones(3, dtype=np.int64), np.ones(1), seed=0, gw_id=1)
