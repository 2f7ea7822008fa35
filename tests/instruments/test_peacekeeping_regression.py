"""Least squares, fixed effects and clustered variance against worked numbers, brute force and dummies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import ShapeError
from forestall.instruments.peacekeeping.regression import FloatArray, IntArray, least_squares, within


def ones(*columns: FloatArray) -> FloatArray:
    return np.column_stack([*columns, np.ones(columns[0].size)])


def test_a_line_by_hand() -> None:
    # y on x: mean 2.25 and 1.5, Sxy 4.5, Sxx 5, slope 0.9, constant 0.9; residuals .1 .2 -.7 .4. Scores of the slope by
    # cluster -.25 and .25: variance 2/1 x 3/2 x 0.125 / 25 = 0.015. t with one degree of freedom: 12.7062.
    x, y = np.array([0.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.0, 2.0, 4.0])
    fit = least_squares(y, ones(x), np.array([7, 7, 9, 9]))
    assert fit.coefficients == pytest.approx([0.9, 0.9])
    assert fit.errors[0] == pytest.approx(0.015**0.5)
    assert fit.high[0] - fit.coefficients[0] == pytest.approx(12.7062 * 0.015**0.5, rel=1e-4)
    assert (fit.n, fit.clusters) == (4, 2)


def brute(y: FloatArray, x: FloatArray, cluster: IntArray) -> FloatArray:
    """Clustered standard errors, summing over every pair of rows of one cluster."""
    bread = np.linalg.inv(x.T @ x)
    left = y - x @ (bread @ x.T @ y)
    meat = np.zeros((x.shape[1], x.shape[1]))
    for i in range(y.size):
        for j in range(y.size):
            if cluster[i] == cluster[j]:
                meat += left[i] * left[j] * np.outer(x[i], x[j])
    groups = np.unique(cluster).size
    factor = groups / (groups - 1) * (y.size - 1) / (y.size - x.shape[1])
    errors: FloatArray = np.sqrt(np.diag(factor * bread @ meat @ bread))
    return errors


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_clustered_errors_are_those_of_the_sum_over_pairs(seed: int) -> None:
    draw = np.random.default_rng(seed)
    cluster = np.concatenate([np.arange(3), draw.integers(0, 5, 27)])
    x, y = ones(draw.normal(size=30), draw.normal(size=30)), draw.normal(size=30) + cluster
    assert least_squares(y, x, cluster).errors == pytest.approx(brute(y, x, cluster))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_taking_effects_out_is_the_same_as_a_column_for_each(seed: int, both: bool) -> None:
    draw = np.random.default_rng(seed)
    country, period = (one.ravel() for one in np.indices((5, 6)))
    keep = draw.random(30) < 0.8
    country, period = country[keep], period[keep]
    x = draw.normal(size=country.size) + country
    y = 0.7 * x + country - 0.5 * period + draw.normal(size=country.size)
    groups = (country, period) if both else (country,)
    cleared = within(np.column_stack([y, x]), *groups)
    slope = float(cleared[:, 1] @ cleared[:, 0] / (cleared[:, 1] @ cleared[:, 1]))
    columns = [x] + [(group == one).astype(float) for group in groups for one in np.unique(group)]
    assert slope == pytest.approx(np.linalg.lstsq(np.column_stack(columns), y, rcond=None)[0][0], abs=1e-7)


def test_what_does_not_fit_is_refused() -> None:
    x, y, cluster = ones(np.arange(4.0)), np.arange(4.0), np.array([0, 0, 1, 1])
    with pytest.raises(ShapeError, match="expected \\(4,\\)"):
        least_squares(y[:3], x, cluster)
    with pytest.raises(ValueError, match="more of both"):
        least_squares(y, x, np.zeros(4, dtype=np.int64))
    with pytest.raises(ValueError, match="repeat each other"):
        least_squares(y, np.column_stack([x, x[:, 0]]), cluster)
