import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_inputs import panel

from forestall.errors import ShapeError, SourceError, UsageError
from forestall.forecast.frame import Forecast
from forestall.forecast.parquet import write_parquet
from forestall.forecast.views import write_views
from forestall.verify import backtest, cells
from forestall.verify.measure import measure, observed, without_nan
from forestall.verify.score import score


def forecast(draws, *, units=None, first=457, unit_key="country_id"):
    draws = np.asarray(draws, dtype=np.float32)
    return Forecast(
        draws=draws,
        units=np.asarray(range(1, len(draws) + 1) if units is None else units, dtype=np.int32),
        months=np.arange(first, first + draws.shape[1], dtype=np.int32),
        level="country",
        unit_key=unit_key,
        target="deaths_state_based",
        as_of=first - 3,
        model="by_hand",
        version="1",
        seed=0,
        panel_digest="",
    )


def test_windows_leave_two_months_between():
    one = backtest.window(2018)
    assert one.as_of == 454  # October 2017
    assert one.months == tuple(range(457, 469))  # 2018


def test_windows_of_a_panel():
    # month_ids 361..480 are 2010-01..2019-12
    whole = panel(np.zeros((1, 120)))
    assert [w.year for w in backtest.windows(whole)] == [2014, 2015, 2016, 2017, 2018, 2019]
    assert [w.year for w in backtest.windows(whole, 2011, 2012)] == [2011, 2012]
    assert backtest.windows(panel(np.zeros((1, 119))))[-1].year == 2018
    for first, last in ((2010, 2012), (2018, 2020), (2018, 2017)):
        with pytest.raises(UsageError, match=r"allows the years 2011\.\.2019"):
            backtest.windows(whole, first, last)
    with pytest.raises(UsageError, match="the first year comes after the last; the panel holds the months 2010-01 to"):
        backtest.windows(whole, 2018, 2017)


def test_rows_by_hand():
    # nobody dies but 24 in unit 2 in each month of 2018: zero scores 12 on average
    values = np.zeros((2, 120))
    values[1, 96:108] = 24
    (row,) = backtest.run(panel(values), ["zero"], [backtest.window(2018)])
    assert row["year"] == 2018
    assert (row["crps"], row["mis"], row["n"]) == (12.0, pytest.approx(240.0), 24)
    # bins: all draws in the outcome's bin, or none of them
    assert row["ign"] == pytest.approx((np.log2(1011 / 1001) + np.log2(1011 / 1)) / 2)


def test_what_is_not_known_is_not_scored():
    values = np.zeros((2, 120))
    values[0, 96:108] = np.nan
    values[1, 96:108] = 24
    (row,) = backtest.run(panel(values), ["zero"], [backtest.window(2018)])
    assert (row["crps"], row["n"]) == (24.0, 12)
    values = np.full((2, 120), np.nan)
    with pytest.raises(UsageError, match="nothing to score"):
        backtest.run(panel(values), ["zero"], [backtest.window(2018)])


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000), st.integers(0, 1000))
def test_models_cannot_see_past_their_window(seed, other):
    values = np.random.default_rng(seed).poisson(5, (4, 120)).astype(float)
    changed = values.copy()
    # from November 2017 on, but not 2018 itself, which is what they are scored on
    changed[:, [94, 95]] = np.random.default_rng(other).poisson(50, (4, 2))
    changed[:, 108:] = np.random.default_rng(other).poisson(50, (4, 12))
    names = ["last", "conflictology_12", "bootstrap_240", "ewma"]
    run = [backtest.run(panel(v), names, [backtest.window(2018)], n_draws=60) for v in (values, changed)]
    assert run[0] == run[1]


def test_threads_change_nothing():
    values = np.random.default_rng(1).poisson(5, (5, 120)).astype(float)
    names, over = ["ewma", "last"], backtest.windows(panel(values))
    told = []
    one = backtest.run(panel(values), names, over, n_draws=50, workers=1, extras=True)
    four = backtest.run(
        panel(values),
        names,
        over,
        n_draws=50,
        workers=4,
        extras=True,
        progress=lambda w, name: told.append((w.year, name)),
    )
    assert [without_nan(row) for row in one] == [without_nan(row) for row in four]
    assert [(row["year"], row["model"]) for row in one] == [(w.year, name) for w in over for name in names]
    assert sorted(told) == sorted((w.year, name) for w in over for name in names)


def test_origins_are_months_whose_outcomes_all_lie_in_the_years_asked_for():
    # month_ids 361..480 are 2010-01..2019-12
    whole = panel(np.zeros((1, 120)))
    two = backtest.origins(whole, 2017, 2018)
    assert [one.as_of for one in two] == list(range(442, 455))  # October 2016 to October 2017
    assert two[0].months == tuple(range(445, 457))
    assert two[-1] == backtest.Window(2018, 454, tuple(range(457, 469)), rolling=True)
    assert max(one.months[-1] for one in two) == 468  # December 2018
    # the first month scored gives the year, so only the last origin counts as 2018
    assert [one.year for one in two] == [2017] * 12 + [2018]
    (one,) = backtest.origins(whole, 2018, 2018, ahead=1)
    assert (one.as_of, one.months) == (456, tuple(range(457, 469)))
    every = backtest.origins(whole)
    assert (every[0].as_of, every[-1].months[-1]) == (396, 480)
    for first, last, ahead in ((2019, 2020, 3), (2018, 2017, 3), (2010, 2012, 3)):
        with pytest.raises(UsageError, match="cannot be scored: the panel holds the months 2010-01 to 2019-12"):
            backtest.origins(whole, first, last, ahead=ahead)
    with pytest.raises(UsageError, match="expected 1 to 25"):
        backtest.origins(whole, ahead=26)


def test_rolling_origins_say_which_one():
    values = np.random.default_rng(2).poisson(5, (2, 120)).astype(float)
    over = backtest.origins(panel(values), 2018, 2019)
    rows = backtest.run(panel(values), ["last"], over, n_draws=30)
    assert [row["origin"] for row in rows][:2] == ["2017-10", "2017-11"]
    assert rows[0] == {
        "origin": "2017-10",
        **backtest.run(panel(values), ["last"], [backtest.window(2018)], n_draws=30)[0],
    }


def test_detailed_gives_the_same_rows_and_the_cells_behind_them():
    values = np.random.default_rng(2).poisson(5, (3, 120)).astype(float)
    over = backtest.windows(panel(values), 2018, 2019)
    told = []
    rows, table = backtest.detailed(
        panel(values),
        ["last", "ewma"],
        over,
        n_draws=40,
        each=lambda w, name, made: told.append((w.year, name, made.as_of)),
    )
    assert rows == backtest.run(panel(values), ["last", "ewma"], over, n_draws=40)
    assert sorted(told) == [(2018, "ewma", 454), (2018, "last", 454), (2019, "ewma", 466), (2019, "last", 466)]
    found = cells.rows(table, ("model", "year"))
    expected = {(row["model"], row["year"]): row["crps"] for row in rows}
    assert {(row["model"], row["year"]): row["crps"] for row in found} == pytest.approx(expected)
    assert [(row["model"], row["year"]) for row in found] == [
        ("last", 2018), ("last", 2019), ("ewma", 2018), ("ewma", 2019)
    ]  # fmt: skip


def test_a_model_of_ones_own_can_be_run():
    def oracle(seen, *, months, n_draws=1000, seed=0):
        return Forecast.of(seen, np.full((2, 12, n_draws), 24.0), months=months, model="oracle", version="0", seed=seed)

    values = np.full((2, 120), 24.0)
    (row,) = backtest.run(panel(values), ["oracle"], [backtest.window(2018)], extra_models={"oracle": oracle})
    assert (row["model"], row["crps"], row["mis"]) == ("oracle", 0.0, 0.0)


def test_an_unknown_model_stops_before_any_work():
    with pytest.raises(UsageError, match="unknown model 'prophet'; known: zero"):
        backtest.run(panel(np.zeros((1, 120))), ["zero", "prophet"], [backtest.window(2018)])
    with pytest.raises(UsageError, match="needs month_ids up to"):
        backtest.run(panel(np.zeros((1, 120))), ["zero"], [backtest.window(2020)])


def test_more_scores_by_hand():
    # two unit-months: a sure 30 that comes true, and an even chance of 0 or 10 where 0 came
    draws = np.array([[[30.0] * 20], [[0.0] * 10 + [10.0] * 10]])
    row = measure(forecast(draws), np.array([[30.0], [0.0]]), extras=True)
    assert row["brier_1"] == pytest.approx(((1 - 1) ** 2 + (0.5 - 0) ** 2) / 2)
    assert row["brier_25"] == 0
    assert row["auroc_25"] == row["auprc_25"] == row["auroc_1"] == 1
    assert row["coverage_50"] == row["coverage_90"] == 1
    # CRPS of 0/10 with equal chance at 0: 5 - 1/2 * 5
    assert row["crps"] == pytest.approx(2.5 / 2)


def test_a_score_that_does_not_exist_is_null():
    row = measure(forecast(np.zeros((2, 3, 20))), np.zeros((2, 3)), extras=True)
    assert np.isnan(row["auroc_25"])
    assert without_nan(row)["auroc_25"] is None
    assert without_nan(row)["crps"] == 0
    nested = {"a": [{"b": (1.5, float("nan"))}, float("inf"), "nan", 3]}
    assert without_nan(nested) == {"a": [{"b": [1.5, None]}, None, "nan", 3]}


def test_units_are_matched_by_number_not_by_place():
    actual = panel([[1.0] * 200, [2.0] * 200, [3.0] * 200], units=[30, 10, 20], unit_key="country_id")
    found = observed(actual, forecast(np.zeros((2, 2, 5)), units=[20, 30]))
    assert found.tolist() == [[3.0, 3.0], [1.0, 1.0]]
    with pytest.raises(UsageError, match="lack 1 units of the forecast, first country_id 40"):
        observed(actual, forecast(np.zeros((2, 2, 5)), units=[20, 40]))
    with pytest.raises(UsageError, match="numbers units by country_id"):
        observed(panel(np.zeros((3, 200))), forecast(np.zeros((2, 2, 5))))
    with pytest.raises(UsageError, match="covers month_ids"):
        observed(actual, forecast(np.zeros((2, 2, 5)), units=[20, 30], first=560))
    with pytest.raises(ShapeError):
        measure(forecast(np.zeros((2, 2, 5))), np.zeros((2, 3)))


def actuals(tmp_path, values, *, column="outcome", unit="country_id", first=457, suffix="parquet"):
    values = np.asarray(values, dtype=float)
    n, t = values.shape
    frame = pl.DataFrame(
        {
            "month_id": np.tile(np.arange(first, first + t), n),
            unit: np.repeat(np.arange(1, n + 1), t),
            column: pl.Series(values.reshape(-1)).fill_nan(None),
        }
    ).reverse()
    path = tmp_path / f"actuals.{suffix}"
    if suffix == "parquet":
        frame.write_parquet(path)
    else:
        frame.write_csv(path)
    return path


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
@pytest.mark.parametrize("column", ["outcome", "ged_sb", "deaths"])
def test_files_are_scored_in_any_of_their_forms(tmp_path, suffix, column):
    made = forecast(np.random.default_rng(0).poisson(4, (3, 2, 40)))
    truth = np.array([[4.0, 0], [9, 3], [1, 1]])
    write_views(made, tmp_path / "views")
    write_parquet(made, tmp_path / "own.parquet")
    held = actuals(tmp_path, truth, column=column, suffix=suffix)
    expected = measure(made, truth, extras=True)
    for path in (
        tmp_path / "views",
        tmp_path / "views" / "cm" / "window=Y2018" / "by_hand.parquet",
        tmp_path / "own.parquet",
    ):
        (row,) = score(path, held)
        assert {key: row[key] for key in expected} == pytest.approx(expected, nan_ok=True)
        assert (row["model"], row["month_ids"], row["draws"]) == ("by_hand", [457, 458], 40)


def test_a_folder_of_windows_gives_a_row_each(tmp_path):
    for first in (457, 469):
        write_views(forecast(np.ones((2, 12, 20)), first=first), tmp_path / "views")
    rows = score(tmp_path / "views", actuals(tmp_path, np.full((2, 24), 3.0)))
    assert [(row["window"], row["crps"]) for row in rows] == [("window=Y2018", 2.0), ("window=Y2019", 2.0)]


def test_an_outcome_that_is_missing_is_no_zero(tmp_path):
    made = forecast(np.ones((2, 2, 20)))
    write_views(made, tmp_path / "views")
    with pytest.raises(UsageError, match="lack 2 of 4 unit-months of the forecast, first country_id 2 in month_id 457"):
        score(tmp_path / "views", actuals(tmp_path, [[3.0, 3.0]]))
    # a null is an outcome that nobody knows: left out
    (row,) = score(tmp_path / "views", actuals(tmp_path, [[3.0, np.nan], [5.0, np.nan]]))
    assert (row["crps"], row["n"]) == (3.0, 2)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "cannot be read"),
        (b"<html>\n</html>\n", "has the columns <html>"),
        (b"month_id,gw_id,deaths\n457,2,1\n", "expected month_id, country_id"),
        (b"month_id,country_id,fatalities\n457,2,1\n", "one of outcome, ged_sb, deaths"),
        (b"month_id,country_id,deaths\n457,1,many\n", "holds text where numbers are expected"),
        (b"month_id,country_id,deaths\n457,1,-4\n", "deaths is -4.0 for country_id 1 in month_id 457"),
        (b"month_id,country_id,deaths\n457,1,4\n457,1,5\n", "two rows for country_id 1 in month_id 457"),
        (b"month_id,country_id,deaths\n,1,4\n", "rows without country_id or month_id"),
    ],
)
def test_wrong_actuals_get_one_line(tmp_path, content, message):
    write_views(forecast(np.ones((1, 1, 20))), tmp_path / "views")
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(SourceError) as caught:
        score(tmp_path / "views", tmp_path / "a.csv")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
