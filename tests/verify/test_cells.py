"""Per-cell scores: the numbers of one cell by hand, and that nothing after the origin describes a cell."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_inputs import forecast, panel, table

from forestall.errors import SourceError, UsageError
from forestall.verify import cells
from forestall.verify.measure import measure, observed


def test_a_cell_by_hand():
    # one death a month in Mali in the year up to October 2017, then 4 in each month of 2018; the forecast says 6
    values = np.zeros((2, 108))
    values[0, 82:94] = 1
    values[0, 96:] = 4
    found = cells.score(forecast(np.full((2, 12, 20), 6.0)), panel(values))
    assert found.schema == pl.Schema(cells.SCHEMA)
    assert found.height == 24
    mali = found.row(0, named=True)
    assert {key: mali[key] for key in ("model", "year", "as_of", "unit", "iso3", "region", "month_id", "step")} == {
        "model": "by_hand",
        "year": 2018,
        "as_of": 454,
        "unit": 1,
        "iso3": "MLI",
        "region": "Africa",
        "month_id": 457,
        "step": 3,
    }
    assert (mali["observed"], mali["before"], mali["state"]) == (4, 12, "under 20")
    # all draws 6, outcome 4: CRPS 2, MIS 20 a death outside, no draw in its bin 3..5
    assert mali["crps"] == 2
    assert mali["mis"] == pytest.approx(40)
    assert mali["ign"] == pytest.approx(np.log2((20 + 11) / 1))
    assert mali["pit"] < 1 / 21
    ukraine = found.row(12, named=True)
    assert (ukraine["iso3"], ukraine["region"], ukraine["state"], ukraine["before"]) == ("UKR", "Europe", "quiet", 0)
    assert found["step"].to_list() == list(range(3, 15)) * 2


def test_means_are_those_of_the_backtest_and_what_is_not_known_has_no_row():
    rng = np.random.default_rng(3)
    values = rng.poisson(4, (4, 108)).astype(float)
    values[2, 100] = np.nan
    made, whole = forecast(rng.poisson(4, (4, 12, 50))), panel(values)
    found = cells.score(made, whole)
    expected = measure(made, observed(whole, made))
    (row,) = cells.rows(found)
    assert {key: row[key] for key in expected} == pytest.approx(expected)
    assert row["n"] == 47
    assert found.filter((pl.col("unit") == 3) & (pl.col("month_id") == 461)).is_empty()


@pytest.mark.parametrize(
    ("deaths", "state"),
    [(0, "quiet"), (1, "under 20"), (239, "under 20"), (240, "20 to 200"), (2400, "20 to 200"), (2401, "over 200")],
)
def test_states_by_deaths_in_twelve_months(deaths, state):
    assert cells.states(np.array([float(deaths), np.nan])) == [state, "not known"]


def test_a_year_with_a_month_that_is_not_known_has_no_state():
    values = np.zeros((1, 108))
    values[0, 90] = np.nan
    found = cells.score(forecast(np.zeros((1, 12, 20))), panel(values))
    assert found["state"].unique().to_list() == ["not known"]
    assert found["before"].null_count() == 12


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_nothing_after_the_origin_describes_a_cell(seed, other):
    values = np.random.default_rng(seed).poisson(5, (3, 108)).astype(float)
    changed = values.copy()
    changed[:, 94:] = np.random.default_rng(other).poisson(50, (3, 14))
    made = forecast(np.zeros((3, 12, 20)))
    one, two = (cells.score(made, panel(v)) for v in (values, changed))
    kept = [name for name in cells.SHARED if name != "observed"]
    assert one.select(kept).equals(two.select(kept))


def test_models_of_a_window_meet_the_same_random_shares():
    whole = panel(np.zeros((3, 108)))
    one, two = (cells.score(forecast(np.zeros((3, 12, 20)), model=name), whole) for name in ("a", "b"))
    assert one["pit"].to_list() == two["pit"].to_list()
    assert one["pit"].n_unique() == 36


def test_pit_of_a_forecast_that_is_right_is_uniform():
    rng = np.random.default_rng(0)
    rate = rng.gamma(0.3, 5, (300, 1, 1))
    values = np.zeros((300, 108))
    values[:, 96:] = rng.poisson(rate[:, 0], (300, 12))
    made = forecast(rng.poisson(rate, (300, 12, 200)))
    found = cells.score(made, panel(values))["pit"].to_numpy()
    shares = np.histogram(found, bins=10, range=(0, 1))[0] / found.size
    assert shares == pytest.approx(0.1, abs=0.02)


def test_the_panel_has_to_reach_back_a_year_and_hold_outcomes():
    with pytest.raises(UsageError, match="needs the 12 months up to it"):
        cells.score(forecast(np.zeros((1, 12, 20))), panel(np.zeros((1, 25)), first=444))
    with pytest.raises(UsageError, match="nothing to score"):
        cells.score(forecast(np.zeros((1, 12, 20))), panel(np.full((1, 108), np.nan)))


def test_a_table_comes_back_from_its_file(tmp_path):
    made = pl.concat([table("b", [1.0, 2.0]), table("a", [2.0, 0.5], before=[None, 3.0])])
    cells.write(made, tmp_path / "cells.parquet")
    assert cells.read(tmp_path / "cells.parquet").equals(made)
    assert cells.best(made) == "a"
    assert cells.best(pl.concat([table("b", [1.0]), table("a", [1.0])])) == "a"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop("pit"), "lacks the columns pit"),
        (lambda t: t.with_columns(crps=pl.lit(None, pl.Float64)), "2 rows have no crps"),
        (lambda t: t.with_columns(ign=pl.lit(float("nan"))), "2 rows have no ign"),
        (lambda t: t.with_columns(unit=pl.lit("Mali")), "cannot be read as a Parquet file of per-cell scores"),
        (lambda t: t.head(0), "holds no row"),
    ],
)
def test_a_wrong_file_gets_one_line(tmp_path, change, message):
    change(table("a", [1.0, 2.0])).write_parquet(tmp_path / "cells.parquet")
    with pytest.raises(SourceError) as caught:
        cells.read(tmp_path / "cells.parquet")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_parquet(tmp_path):
    with pytest.raises(SourceError, match="is not there"):
        cells.read(tmp_path / "none.parquet")
    (tmp_path / "text.parquet").write_text("no table")
    with pytest.raises(SourceError, match="cannot be read as a Parquet file"):
        cells.read(tmp_path / "text.parquet")
