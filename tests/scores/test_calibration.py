"""Calibration: forecasts that are right by construction look right, wrong ones look wrong in the right way."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import ShapeError
from forestall.scores import calibration as c


def counts(n: int, m: int, seed: int, factor: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Zero-inflated counts: outcomes from the same distribution as the draws, or `factor` times as high."""
    rng = np.random.default_rng(seed)
    rate = rng.gamma(0.3, 20, n)
    draws = rng.poisson(rng.gamma(0.5, 2 * rate[:, None], (n, m)))
    return draws, rng.poisson(rng.gamma(0.5, 2 * factor * rate)).astype(float)


def worst_gap(u: np.ndarray) -> float:
    """Kolmogorov-Smirnov distance from the uniform distribution; above 1.63 / sqrt(n) one time in a hundred."""
    u = np.sort(u)
    steps = np.arange(u.size + 1) / u.size
    return max(float(np.abs(u - steps[:-1]).max()), float(np.abs(steps[1:] - u).max()))


def test_pit_by_hand() -> None:
    # Of 3 draws one lies below 2 and one equals it: the span is 1/4 .. 3/4.
    lower, upper = c._pit_span([[0, 2, 5]], [2.0], None)
    assert (lower[0], upper[0]) == (0.25, 0.75)
    # Spread evenly over ten bins: half of bin 0.2-0.3, all of 0.3-0.7, half of 0.7-0.8.
    histogram = c.pit_histogram([[0, 2, 5]], [2.0], 10)
    assert histogram == pytest.approx([0, 0, 0.1, 0.2, 0.2, 0.2, 0.2, 0.1, 0, 0])
    assert 0.25 <= c.pit([[0, 2, 5]], [2.0], seed=3)[0] <= 0.75


@pytest.mark.parametrize("m", [1, 4, 50, 400])
def test_pit_of_a_calibrated_forecast_is_uniform_for_any_number_of_draws(m: int) -> None:
    draws, observed = counts(4000, m, seed=m)
    assert worst_gap(c.pit(draws, observed, seed=1)) < 1.63 / math.sqrt(4000)
    assert c.pit_histogram(draws, observed) == pytest.approx(np.full(10, 0.1), abs=0.02)


def test_pit_shows_which_way_a_forecast_is_wrong() -> None:
    draws, observed = counts(4000, 50, seed=2, factor=6)
    assert c.pit(draws, observed).mean() > 0.6  # outcomes higher than forecast
    assert worst_gap(c.pit(draws, observed)) > 5 * 1.63 / math.sqrt(4000)
    rng = np.random.default_rng(9)
    narrow = c.pit_histogram(rng.normal(0, 0.4, (2000, 99)), rng.normal(size=2000))
    wide = c.pit_histogram(rng.normal(0, 3, (2000, 99)), rng.normal(size=2000))
    assert min(narrow[0], narrow[-1]) > 0.2 > 0.06 > narrow[4:6].max()
    assert max(wide[0], wide[-1]) < 0.02 < 0.15 < wide[4:6].min()


@given(st.integers(0, 2**32), st.integers(1, 30), st.integers(1, 12))
@settings(max_examples=25, deadline=None)
def test_pit_is_seeded_and_its_histogram_is_its_expectation(seed: int, m: int, bins: int) -> None:
    draws, observed = counts(30, m, seed=seed % 97)
    once = c.pit(draws, observed, seed=seed)
    np.testing.assert_array_equal(once, c.pit(draws[:, ::-1], observed, seed=seed))
    assert ((once >= 0) & (once <= 1)).all()
    histogram = c.pit_histogram(draws, observed, bins)
    assert histogram.shape == (bins,)
    assert histogram.sum() == pytest.approx(1)
    many = np.concatenate([c.pit(draws, observed, seed=s) for s in range(60)])
    assert np.histogram(many, bins, (0, 1))[0] / many.size == pytest.approx(histogram, abs=0.05)


def test_coverage_table_by_hand() -> None:
    draws = np.tile(np.arange(101.0), (4, 1))
    table = c.coverage_table(draws, [50, 24, 4, 75], levels=[0.5, 0.9])
    assert table.covered.tolist() == [0.5, 0.75]
    assert table.width == pytest.approx([50, 90])
    assert table.n == 4
    assert (table.lower < table.covered).all()
    assert (table.upper > table.covered).all()


def test_coverage_of_a_calibrated_forecast_is_nominal() -> None:
    rng = np.random.default_rng(3)
    place = rng.normal(0, 5, (3000, 1))
    table = c.coverage_table(
        place + rng.normal(size=(3000, 400)), place[:, 0] + rng.normal(size=3000), confidence=0.999
    )
    assert (table.lower <= table.levels).all()
    assert (table.levels <= table.upper).all()
    assert (np.diff(table.width) > 0).all()


def test_reliability_curve_by_hand() -> None:
    curve = c.reliability_curve([0.1, 0.15, 0.6, 1.0], [0, 1, 1, 1], bins=[0, 0.2, 0.5, 1])
    assert curve.n.tolist() == [2, 0, 2]
    assert curve.stated == pytest.approx([0.125, math.nan, 0.8], nan_ok=True)
    assert curve.happened == pytest.approx([0.5, math.nan, 1.0], nan_ok=True)
    assert (curve.lower[1], curve.upper[1]) == (0, 1)
    assert curve.upper[2] == 1


def test_reliability_curve_of_an_honest_forecast_lies_on_the_diagonal() -> None:
    rng = np.random.default_rng(11)
    stated = rng.beta(0.5, 3, 20_000)
    honest = c.reliability_curve(stated, rng.random(20_000) < stated, confidence=0.9999)
    assert ((honest.lower <= honest.stated) & (honest.stated <= honest.upper)).all()
    shy = c.reliability_curve(stated / 2, rng.random(20_000) < stated, confidence=0.9999)
    assert (shy.happened[:4] > shy.stated[:4] + 0.02).all()
    assert (shy.lower[:4] > shy.stated[:4]).all()


def test_wilson_by_hand() -> None:
    # 1 of 10: z = 1.959964, centre (1 + 1.920729) / 13.841459, reach 1.959964 * sqrt(0.9 + 0.960365) / 13.841459.
    lower, upper = c.wilson(1, 10)
    assert (float(lower), float(upper)) == pytest.approx((0.017876, 0.404150), abs=2e-6)
    # No success: 0 .. z^2 / (t + z^2).
    assert c.wilson([0], [10])[1][0] == pytest.approx(3.841459 / 13.841459, abs=1e-6)


@given(st.integers(0, 60), st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_wilson_holds_the_share_and_is_symmetric(successes: int, failures: int) -> None:
    trials = successes + failures
    lower, upper = c.wilson(successes, trials)
    mirrored = c.wilson(failures, trials)
    assert float(lower) == pytest.approx(1 - float(mirrored[1]), abs=1e-12)
    assert 0 <= lower <= (successes / trials if trials else 0) + 1e-12
    assert (successes / trials if trials else 1) - 1e-12 <= upper <= 1


def test_bad_input_is_refused() -> None:
    for score in (c.pit, c.pit_histogram, c.coverage_table):
        with pytest.raises(ShapeError, match=r"\(3,\).*\(2,\)"):
            score(np.zeros((2, 4)), np.zeros(3))
        with pytest.raises(ValueError, match="row 1"):
            score([[1, 2], [math.nan, 2]], [1, 1])
        with pytest.raises(ValueError, match="row 0"):
            score([[1, 2]], [math.nan])
    with pytest.raises(ShapeError, match="at least one outcome"):
        c.coverage_table(np.zeros((0, 4)), [])
    with pytest.raises(ValueError, match="levels"):
        c.coverage_table([[1, 2]], [1], levels=[0.5, 1])
    with pytest.raises(ShapeError, match="shape"):
        c.wilson([1, 2], [3])
    with pytest.raises(ValueError, match="successes"):
        c.wilson([4], [3])
    with pytest.raises(ValueError, match="confidence"):
        c.wilson([1], [3], 95)
    with pytest.raises(ValueError, match="bins"):
        c.pit_histogram([[1, 2]], [1], 0)
    assert c.pit_histogram(np.zeros((0, 4)), [], 5).tolist() == [0] * 5
