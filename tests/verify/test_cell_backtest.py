"""Scores of cell forecasts on a small made world: by hand, without looking ahead, and the same from a file."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall import scores
from forestall.errors import ShapeError, UsageError
from forestall.forecast.cells import hurdle
from forestall.forecast.cells.baselines import kernel
from forestall.forecast.cells.features import FIRST, Past, Values, table
from forestall.forecast.cells.law import POINTS, CellLaw, nothing
from forestall.ids.cells import from_row_col
from forestall.panel.cells import CellPanel
from forestall.verify import cell_backtest, cell_report

YEARS = 12
FRANCE, SPAIN = 220, 230


def world(seed: int = 0) -> CellPanel:
    """Two countries of 8 x 12 cells with violence around one place, 2000 to 2011."""
    rng = np.random.default_rng(seed)
    row, col = np.meshgrid(np.arange(270, 278), np.arange(350, 374), indexing="ij")
    pg_id = from_row_col(row, col).ravel().astype(np.int32)
    near = np.exp(-(((row - 273) ** 2 + (col - 360) ** 2) / 20).ravel())
    values = rng.poisson(rng.gamma(0.5, 2, (pg_id.size, YEARS)) * near[:, None] * 10).astype(np.float32)
    return CellPanel(
        pg_id=pg_id,
        gw_id=np.where(np.arange(pg_id.size) % 24 < 12, FRANCE, SPAIN).astype(np.int32),
        iso3=("",) * pg_id.size,
        periods=np.arange(2000, 2000 + YEARS, dtype=np.int32),
        values=values,
        events=np.minimum(values, 5),
        step="year",
        target="deaths_total",
        as_of=(2000 + YEARS - 1980) * 12,
        releases=("made",) * YEARS,
        status=("final",) * YEARS,
    )


def country(origin: int, year: int) -> tuple[cell_backtest.Ints, cell_backtest.Ints]:
    """Made country draws: two states, from none to a few hundred deaths."""
    rng = np.random.default_rng([origin, year])
    return np.array([FRANCE, SPAIN]), rng.poisson(rng.gamma(1, 100, (2, cell_backtest.DRAWS))).astype(np.int64)


@pytest.fixture(scope="module", autouse=True)
def few_rounds() -> Iterator[None]:
    """Small boosted models: what is tested here is the scoring, not how good they are."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CHANCE_ROUNDS", "SIZE_ROUNDS", "SCALE_ROUNDS"):
            patch.setattr(hurdle, name, 10)
        yield


@pytest.fixture(scope="module")
def tables() -> dict[int, Values]:
    """Features of the world by column, worked out once."""
    past = Past(world())
    return {k: table(past, k) for k in range(FIRST, 11)}


@pytest.fixture(scope="module")
def scored(tables: dict[int, Values]) -> pl.DataFrame:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cell_backtest, "table", lambda _, k: tables[k])
        patch.setattr(hurdle, "table", lambda _, k: tables[k])
        return cell_backtest.backtest(Past(world()), {2009: (1, 2), 2010: (1,)}, country=country)


def test_scores_of_a_law_are_those_of_its_draws() -> None:
    about = cell_backtest.case(Past(world()), 2009, 1)
    n = about.observed.size
    rng = np.random.default_rng(1)
    rows = np.sort(rng.choice(n, 60, replace=False))
    values = np.sort(rng.poisson(3, (60, POINTS)), axis=1).astype(np.float32)
    chance, expected = np.zeros(n), np.zeros(n)
    chance[rows], expected[rows] = (values > 0).mean(axis=1), values.mean(axis=1)
    found = cell_backtest.score("made", CellLaw(rows, values, chance, expected), about)
    draws = np.zeros((n, cell_backtest.DRAWS))
    draws[rows] = np.repeat(values, cell_backtest.DRAWS // POINTS, axis=1)
    y = about.observed
    np.testing.assert_allclose(found["crps"], scores.crps(draws, y), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found["ign"], scores.ignorance(draws, y), rtol=1e-5)
    np.testing.assert_allclose(found["mis"], scores.interval_score(draws, y), rtol=1e-5, atol=1e-6)
    for level in (50, 80, 90):
        np.testing.assert_array_equal(found[f"in{level}"], scores.coverage(draws, y, level / 100) == 1)
    below, upto = (draws < y[:, None]).sum(axis=1) / 1001, ((draws <= y[:, None]).sum(axis=1) + 1) / 1001
    pit = found["pit"].to_numpy()
    assert ((pit >= below - 1e-6) & (pit <= upto + 1e-6)).all()
    assert found.schema == pl.Schema(cell_backtest.SCHEMA)


def test_a_forecast_of_nothing_scores_the_deaths_themselves() -> None:
    about = cell_backtest.case(Past(world()), 2009, 1)
    found = cell_backtest.score("zero", nothing(about.observed.size), about)
    np.testing.assert_allclose(found["crps"], about.observed)
    np.testing.assert_allclose(found["mis"], 20 * about.observed)
    some = about.observed > 0
    np.testing.assert_allclose(found["ign"].to_numpy()[some], np.log2(1011), rtol=1e-6)
    np.testing.assert_allclose(found["ign"].to_numpy()[~some], np.log2(1011 / 1001), rtol=1e-4)


def test_models_see_nothing_after_the_origin(tables: dict[int, Values]) -> None:
    panel = world()
    values = panel.values.copy()
    values[:, 10:] = np.random.default_rng(5).poisson(20, values[:, 10:].shape)
    later = replace(panel, values=values, events=np.minimum(values, 5), digest="")
    one, other = (cell_backtest.case(Past(p), 2009, 1) for p in (panel, later))
    np.testing.assert_array_equal(one.quiet, other.quiet)
    assert not np.array_equal(one.observed, other.observed)
    # features of the column of the origin are worked out anew; those before it are tested with the features
    earlier = {k: values for k, values in tables.items() if k < 9}
    pairs = [list(cell_backtest.laws(about, tables=dict(earlier), country=country)) for about in (one, other)]
    assert [name for name, _ in pairs[0]][-2:] == [cell_backtest.HURDLE, cell_backtest.RECONCILED]
    for (name, ours), (_, theirs) in zip(*pairs, strict=True):
        np.testing.assert_array_equal(ours.chance, theirs.chance, err_msg=name)
        np.testing.assert_array_equal(ours.values, theirs.values, err_msg=name)


def test_reconciled_draws_sum_to_the_country_and_a_cell_of_no_country_has_none() -> None:
    about = cell_backtest.case(Past(world()), 2009, 1)
    law = kernel(about.past, about.k)
    units, totals = country(2009, 2010)
    found = cell_backtest.reconciled(law, about, units[:1], totals[:1])
    french = about.past.panel.gw_id == FRANCE
    assert found.expected[french].sum() == pytest.approx(totals[0].mean())
    assert found.expected[~french].sum() == 0
    assert (np.diff(found.rows) > 0).all()
    assert (np.diff(found.values, axis=1) >= 0).all()
    with pytest.raises(ShapeError, match="totals"):
        cell_backtest.reconciled(law, about, units, totals[:1])


def test_quiet_is_three_years_without_deaths_up_to_the_origin() -> None:
    panel = world()
    about = cell_backtest.case(Past(panel), 2009, 2)
    np.testing.assert_array_equal(about.quiet, panel.values[:, 7:10].sum(axis=1) == 0)
    np.testing.assert_array_equal(about.observed, panel.values[:, 11])


@pytest.mark.parametrize(("origin", "ahead"), [(2001, 1), (2011, 1), (2010, 2), (2009, 0), (1990, 1)])
def test_a_case_outside_the_panel_is_refused(origin: int, ahead: int) -> None:
    with pytest.raises(UsageError, match=str(origin)):
        cell_backtest.case(Past(world()), origin, ahead)


def test_a_year_that_is_not_located_is_refused() -> None:
    panel = world()
    values, events = panel.values.copy(), panel.events.copy()
    values[:, 8] = events[:, 8] = np.nan
    releases = tuple("" if k == 8 else "made" for k in range(YEARS))
    gap = replace(panel, values=values, events=events, releases=releases, digest="")
    with pytest.raises(UsageError, match="not located"):
        cell_backtest.case(Past(gap), 2009, 1)


def test_kept_scores_are_read_again_without_a_model(tmp_path: Path, scored: pl.DataFrame) -> None:
    scored.filter(pl.col("origin") == 2010).write_parquet(tmp_path / "cells_2010_1.parquet")
    said: list[str] = []
    again = cell_backtest.backtest(Past(world()), {2010: (1,)}, folder=tmp_path, say=said.append)
    assert again.equals(scored.filter(pl.col("origin") == 2010))
    assert not said
    with pytest.raises(UsageError, match="no origin"):
        cell_backtest.backtest(Past(world()), {})


def test_summary_by_hand(scored: pl.DataFrame) -> None:
    table = cell_report.summary(scored)
    assert table.height == 3 * 7 * 2
    row = table.filter(origin=2009, ahead=2, model="kernel", cells="quiet").row(0, named=True)
    cells = scored.filter(pl.col("quiet"), origin=2009, ahead=2, model="kernel")
    some = cells["observed"].to_numpy() > 0
    assert row["crps"] == pytest.approx(cells["crps"].mean())
    assert row["auprc"] == pytest.approx(scores.auprc(cells["chance"], some))
    assert row["brier"] == pytest.approx(((cells["chance"].to_numpy() - some) ** 2).mean())
    assert (row["n"], row["active"]) == (cells.height, some.sum())


def test_deaths_captured_by_hand() -> None:
    assert cell_report.captured([5, 1, 0, 0], [2, 1, 1, 0], 0.25) == 0.5
    # two of the four zeros belong to the top half: half of what fell in them counts
    assert cell_report.captured([9, 0, 0, 0, 0, 7], [4, 3, 0, 1, 0, 2], 4 / 6) == pytest.approx((6 + 2) / 10)
    assert np.isnan(cell_report.captured([1, 2], [0, 0], 0.5))
    with pytest.raises(ShapeError):
        cell_report.captured([1, 2], [1], 0.5)
    with pytest.raises(ValueError, match="share"):
        cell_report.captured([1], [1], 1.5)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9)), min_size=1, max_size=30), st.floats(0, 1))
def test_captured_is_a_share_that_grows_to_one(rows: list[tuple[int, int]], share: float) -> None:
    expected, deaths = (np.array(column) for column in zip(*rows, strict=True))
    if deaths.sum() == 0:
        return
    found = cell_report.captured(expected, deaths, share)
    assert -1e-9 <= found <= cell_report.captured(expected, deaths, min(1, share + 0.1)) + 1e-9
    assert cell_report.captured(expected, deaths, 1) == pytest.approx(1)
    # with no order among cells the top holds its share
    assert cell_report.captured(np.zeros(len(rows)), deaths, share) == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("by", ["origin", "gw_id"])
def test_gains_are_differences_of_means(scored: pl.DataFrame, by: str) -> None:
    one = scored.filter(ahead=1)
    table = cell_report.summary(one).filter(cells="all")
    means = {m: table.filter(model=m)["auprc"].to_numpy().mean() for m in (cell_backtest.HURDLE, "own_history")}
    gain = cell_report.auprc_gain(one, cell_backtest.HURDLE, "own_history", by=by, resamples=50)
    assert gain.mean == pytest.approx(means[cell_backtest.HURDLE], rel=1e-5)
    assert gain.reference == pytest.approx(means["own_history"], rel=1e-5)
    assert gain.blocks == 2
    assert gain.interval[0] <= gain.difference <= gain.interval[1]
    same = cell_report.auprc_gain(one, "kernel", "kernel", by=by, resamples=10)
    assert same.interval == (0, 0)
    crps = cell_report.compared(one, cell_backtest.HURDLE, "zero", by=by)
    assert crps.mean == pytest.approx(table.filter(model=cell_backtest.HURDLE)["crps"].to_numpy().mean(), rel=1e-5)


def test_what_cannot_be_compared_is_refused(scored: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="same cells"):
        cell_report.compared(scored, "kernel", "nobody")
    with pytest.raises(UsageError, match="metric"):
        cell_report.compared(scored, "kernel", "zero", "rmse")
    with pytest.raises(UsageError, match="loud"):
        cell_report.subset(scored, "loud")


def test_calibration_of_a_law_that_is_true() -> None:
    """Outcomes drawn from the laws themselves: chances and PIT hold, intervals hold at least as often as they say."""
    about = cell_backtest.case(Past(world()), 2009, 1)
    n, rng, frames = about.observed.size, np.random.default_rng(3), []
    for _ in range(30):
        rate = rng.gamma(1, 2, n)
        values = np.sort(rng.poisson(rate[:, None], (n, POINTS)), axis=1).astype(np.float32)
        law = CellLaw(np.arange(n), values, -np.expm1(-rate), rate)
        frames.append(cell_backtest.score("true", law, replace(about, observed=rng.poisson(rate).astype(float))))
    frame = pl.concat(frames)
    found = cell_report.calibration(frame, "true", least=0.1)
    for level in (50, 80, 90):
        assert found[f"pit{level}"] == pytest.approx(level / 100, abs=0.03)
        assert float(found[f"in{level}"]) >= level / 100 - 0.02  # type: ignore[arg-type]
    assert np.abs(np.array(found["pit"]) - 0.1).max() < 0.02
    curve = cell_report.reliability(frame, "true")
    full = curve.n > 200
    np.testing.assert_allclose(curve.happened[full], curve.stated[full], atol=0.06)
    assert cell_report.calibration(frame, "nobody")["n"] == 0
