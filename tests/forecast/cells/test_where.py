"""Features, baselines and the hurdle on a small made world: what they see, and that none sees what comes later."""

from dataclasses import replace

import numpy as np
import pytest

from forestall.errors import UsageError
from forestall.forecast.cells import baselines, features, grid, hurdle, law
from forestall.ids.cells import from_row_col
from forestall.panel.cells import CellPanel

YEARS = 14


def world(seed: int = 0, years: int = YEARS, unknown: tuple[int, ...] = ()) -> CellPanel:
    """Two countries of 20 x 20 cells beside the 180th meridian, with violence around a place that moves slowly."""
    rng = np.random.default_rng(seed)
    row, col = np.meshgrid(np.arange(170, 190), np.arange(700, 740) % 720, indexing="ij")
    pg_id = from_row_col(row, col).ravel()
    order = np.argsort(pg_id)
    gw_id = np.where(np.arange(pg_id.size) % 40 < 20, 100, 200)[order]
    down, right = row.ravel()[order] - 170, (col.ravel()[order] - 700) % 720
    values = np.zeros((pg_id.size, years), dtype=np.float32)
    for t in range(years):
        near = np.exp(-((down - 8 - 0.3 * t) ** 2 + (right - 18) ** 2) / 20)
        values[:, t] = rng.poisson(rng.gamma(0.5, 2, pg_id.size) * near * 20)
    for t in unknown:
        values[:, t] = np.nan
    return CellPanel(
        pg_id=pg_id[order].astype(np.int32),
        gw_id=gw_id.astype(np.int32),
        iso3=("",) * pg_id.size,
        periods=np.arange(2000, 2000 + years, dtype=np.int32),
        values=values,
        events=np.minimum(values, 5),
        step="year",
        target="deaths_total",
        as_of=(2000 + years - 1981) * 12 + 12,
        releases=tuple("" if t in unknown else "made" for t in range(years)),
        status=("final",) * years,
    )


def with_later(panel: CellPanel, k: int) -> CellPanel:
    """Another panel that is the same up to column k."""
    values = panel.values.copy()
    values[:, k + 1 :] = np.random.default_rng(9).poisson(30, values[:, k + 1 :].shape)
    return replace(panel, values=values, events=np.minimum(values, 5), digest="")


@pytest.mark.parametrize("k", [3, 7, 12])
def test_nothing_after_a_period_enters_its_features_or_laws(k: int) -> None:
    panel = world()
    one, other = features.Past(panel), features.Past(with_later(panel, k))
    np.testing.assert_array_equal(features.table(one, k), features.table(other, k))
    for name, baseline in baselines.BASELINES.items():
        np.testing.assert_array_equal(baseline(one, k).values, baseline(other, k).values, err_msg=name)
    if k == 12:
        ours, theirs = hurdle.fit(one, k, 1), hurdle.fit(other, k, 1)
        np.testing.assert_array_equal(hurdle.law(ours, one, k).values, hurdle.law(theirs, other, k).values)


def test_a_period_that_is_not_located_is_passed_over_not_taken_for_peace() -> None:
    panel = world(unknown=(9, 10))
    past = features.Past(panel)
    assert past.newest(10) == 8
    assert not np.isnan(features.table(past, 10)).any()
    at, before = features.at(past, 10), features.at(past, 8)
    np.testing.assert_array_equal(at["log_0"], before["log_0"])
    np.testing.assert_allclose(at["log_mean_3"], before["log_mean_3"], rtol=1e-5)
    assert (at["since"][panel.values[:, 8] > 0] == 2).all()


def test_sums_around_and_smoothing_go_on_across_180_degrees_and_lose_nothing() -> None:
    field = np.zeros((360, 720), dtype=np.float32)
    field[180, 719] = 7
    ring = grid.around(field, 0, 1)
    assert (ring[180, 0], ring[181, 718], ring[180, 719], ring[180, 1]) == (7, 7, 0, 0)
    assert grid.smooth(field, 1.5).sum() == pytest.approx(7, rel=1e-4)
    assert grid.distance(field > 0)[180, 2] == 3
    top = np.zeros((360, 720), dtype=np.float32)
    top[359, 5] = 1
    assert grid.box(top, 2).sum() == 3 * 5  # nothing beyond the pole


def test_own_history_and_kernel_by_hand() -> None:
    panel = world()
    past = features.Past(panel)
    busy = int(panel.values[:, 13].argmax())
    own = baselines.own_history(past, 13)
    last_five = panel.values[busy, 9:14]
    assert own.chance[busy] == pytest.approx((last_five > 0).mean())
    assert own.expected[busy] == pytest.approx(last_five.mean(), rel=1e-6)
    assert own.values[np.searchsorted(own.rows, busy)].mean() == pytest.approx(last_five.mean(), rel=1e-6)
    again = baselines.last(past, 13)
    np.testing.assert_allclose(again.expected, panel.values[:, 13])
    kernel = baselines.kernel(past, 13)
    assert 0 < kernel.chance[busy] <= 1
    # A lone cell's neighbours get some of it, and far cells none.
    alone = replace(panel, values=np.zeros_like(panel.values), events=np.zeros_like(panel.values), digest="")
    values = alone.values.copy()
    values[busy, 13] = 10
    lone = baselines.kernel(features.Past(replace(alone, values=values, digest="")), 13)
    spread = np.flatnonzero(lone.expected)
    assert 9 <= spread.size <= 49
    assert lone.expected.argmax() == busy


def test_weighted_laws_and_pools() -> None:
    values = np.array([[0, 10, 20, 5]])
    found = law.weighted(values, np.array([[0.5, 0.25, 0.25, 0.0]]), points=4)
    assert found.tolist() == [[0, 0, 10, 20]]
    n = 3
    one = law.CellLaw(np.array([1]), np.full((1, 4), 8, dtype=np.float32), np.array([0, 1.0, 0]), np.array([0, 8.0, 0]))
    half = law.pool(
        [one, law.CellLaw(np.zeros(0, dtype=np.int64), np.zeros((0, 4), dtype=np.float32), np.zeros(n), np.zeros(n))],
        [0.5, 0.5],
    )
    assert half.values.tolist() == [[0, 0, 8, 8]]
    assert half.chance.tolist() == [0, 0.5, 0]


def test_the_hurdle_knows_where_and_its_tail_ends() -> None:
    past = features.Past(world())
    learned = hurdle.fit(past, 12, 1)
    found = hurdle.law(learned, past, 12)
    outcome = past.panel.values[:, 13]
    assert found.chance[outcome > 0].mean() > 5 * found.chance[outcome == 0].mean()
    assert (np.diff(found.values, axis=1) >= 0).all()
    assert (found.values.max(axis=1) <= hurdle.most(past, 12)[found.rows]).all()
    shares = (found.values > 0).mean(axis=1)
    np.testing.assert_allclose(shares, found.chance[found.rows], atol=1 / law.POINTS)
    with pytest.raises(UsageError, match="4 located origins"):
        hurdle.fit(past, 5, 2)
