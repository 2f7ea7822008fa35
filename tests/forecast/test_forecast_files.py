import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import SourceError, UsageError
from forestall.forecast.frame import Forecast
from forestall.forecast.parquet import is_own, read_parquet, write_parquet
from forestall.forecast.views import read_files, read_views, windows, write_views


def make(n_units=3, n_months=2, n_draws=15, *, unit_key="country_id", seed=0, first=457):
    return Forecast(
        draws=np.random.default_rng(seed).poisson(4, (n_units, n_months, n_draws)).astype(np.float32),
        units=np.arange(n_units, dtype=np.int32) * 10 + 3,
        months=np.arange(first, first + n_months, dtype=np.int32),
        level="cell" if unit_key == "pg_id" else "country",
        unit_key=unit_key,
        target="deaths_state_based",
        as_of=first - 3,
        model="by_hand",
        version="1",
        seed=seed,
        panel_digest="ab",
    )


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 40), st.sampled_from(["gw_id", "country_id", "pg_id"]))
def test_our_own_file_comes_back_as_it_was(tmp_path_factory, n_units, n_months, n_draws, unit_key):
    path = tmp_path_factory.mktemp("own") / "f.parquet"
    forecast = make(n_units, n_months, n_draws, unit_key=unit_key)
    write_parquet(forecast, path)
    back = read_parquet(path)
    assert back.digest == forecast.digest
    assert back.header() == forecast.header()
    np.testing.assert_array_equal(back.draws, forecast.draws)
    assert is_own(path)


def test_our_own_file_opens_elsewhere(tmp_path):
    forecast = make(unit_key="gw_id")
    write_parquet(forecast, tmp_path / "f.parquet")
    frame = pd.read_parquet(tmp_path / "f.parquet")
    assert list(frame.columns) == ["gw_id", "month_id", "draws"]
    np.testing.assert_array_equal(np.stack(frame["draws"].to_numpy()), forecast.draws.reshape(-1, 15))
    assert [path.name for path in tmp_path.iterdir()] == ["f.parquet"]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes to play a full disk with")
def test_a_full_disk_is_an_error_of_the_system_and_leaves_nothing(tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    forecast = make(40, 12, 200)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_parquet(forecast, tmp_path / "f.parquet")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_file_of_ours_is_refused(tmp_path):
    path = tmp_path / "f.parquet"
    write_parquet(make(), path)
    frame, note = pl.read_parquet(path), pl.read_parquet_metadata(path)
    raised = frame.with_columns(pl.col("draws") + 1.0)
    raised.write_parquet(path, metadata={"forestall.forecast": note["forestall.forecast"]})
    with pytest.raises(SourceError, match="was changed after it was written"):
        read_parquet(path)
    frame.write_parquet(path)
    with pytest.raises(SourceError, match="is not a forestall forecast"):
        read_parquet(path)
    frame.write_parquet(path, metadata={"forestall.forecast": "{"})
    with pytest.raises(SourceError, match="header"):
        read_parquet(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(SourceError, match="cannot be read"):
        read_parquet(path)


@pytest.mark.parametrize(
    ("unit_key", "column", "level"), [("country_id", "country_id", "cm"), ("pg_id", "priogrid_gid", "pgm")]
)
def test_views_layout_opens_in_pandas_with_its_index(tmp_path, unit_key, column, level):
    forecast = make(unit_key=unit_key)
    path = write_views(forecast, tmp_path)
    assert path == tmp_path / level / "window=Y2018" / "by_hand.parquet"
    frame = pd.read_parquet(path)
    assert frame.index.names == ["month_id", column, "draw"]
    assert list(frame.columns) == ["outcome"]
    assert frame["outcome"].dtype == np.int32
    assert frame.index.is_unique
    for unit, month, draw in ((0, 0, 0), (2, 1, 14), (1, 0, 7)):
        key = (int(forecast.months[month]), int(forecast.units[unit]), draw)
        assert frame.loc[key, "outcome"] == forecast.draws[unit, month, draw]
    assert [p.name for p in path.parent.iterdir()] == ["by_hand.parquet"]


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.integers(15, 40), st.sampled_from(["country_id", "pg_id"]))
def test_views_layout_comes_back_as_it_was(tmp_path_factory, n_units, n_months, n_draws, unit_key):
    folder = tmp_path_factory.mktemp("views")
    forecast = make(n_units, n_months, n_draws, unit_key=unit_key)
    write_views(forecast, folder)
    back = read_views(folder)
    np.testing.assert_array_equal(back.draws, forecast.draws)
    assert (back.unit_key, back.as_of, back.model) == (unit_key, forecast.as_of, "by_hand")
    assert back.units.tolist() == forecast.units.tolist()


def table(forecast):
    n, t, m = forecast.draws.shape
    return pl.DataFrame(
        {
            "month_id": np.tile(np.repeat(forecast.months, m), n),
            "country_id": np.repeat(forecast.units, t * m),
            "draw": np.tile(np.arange(m), n * t),
            "outcome": forecast.draws.reshape(-1),
        }
    )


def write(tmp_path, frame):
    frame.write_parquet(tmp_path / "x.parquet")
    return tmp_path / "x.parquet"


def test_draws_may_count_from_one_and_rows_come_in_any_order(tmp_path):
    forecast = make()
    frame = table(forecast).with_columns(pl.col("draw") + 1).sample(fraction=1, shuffle=True, seed=1)
    np.testing.assert_array_equal(read_views(write(tmp_path, frame)).draws, forecast.draws)


def test_a_window_may_lie_in_several_files(tmp_path):
    forecast = make()
    frame = table(forecast)
    paths = []
    for unit in forecast.units:
        paths.append(tmp_path / f"{unit}.parquet")
        frame.filter(pl.col("country_id") == int(unit)).write_parquet(paths[-1])
    np.testing.assert_array_equal(read_files(paths).draws, forecast.draws)


c = pl.col


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.rename({"outcome": "deaths"}), "has the columns month_id, country_id, draw, deaths; expected"),
        (lambda f: f.rename({"country_id": "isoab"}), "either country_id or priogrid_gid"),
        (lambda f: f.with_columns(c("draw").cast(pl.String)), "column draw has type String"),
        (lambda f: f.with_columns(c("draw") + 2), "numbered 2..16"),
        (lambda f: f.with_columns(c("draw") * 2), "numbered 0..28"),
        (lambda f: f.filter(c("draw") < 14), "has 14 draws, expected 15 to 1000"),
        (lambda f: f.filter((c("country_id") != 13) | (c("month_id") != 458)), "unit 13, month_id 458 has 0 draws"),
        (lambda f: f.slice(0, f.height - 1), "unit 23, month_id 458 has 14 draws"),
        (lambda f: pl.concat([f, f.head(1)]), "unit 3, month_id 457 has the same draw twice"),
        (lambda f: pl.concat([f.slice(0, f.height - 1), f.head(1)]), "same draw twice"),
        (lambda f: f.with_columns(draw=pl.when(c("draw") == 5).then(6).otherwise(c("draw"))), "has 14 draws"),
        (
            lambda f: f.with_columns(
                draw=pl.when((c("draw") == 5) & (c("country_id") == 13)).then(6).otherwise(c("draw"))
            ),
            "unit 13, month_id 457 has the same draw twice",
        ),
        (lambda f: f.with_columns(outcome=-c("outcome")), "outcome is -"),
        (lambda f: f.with_columns(outcome=pl.lit(float("nan"))), "outcome is nan"),
        (lambda f: f.with_columns(outcome=pl.lit(float("inf"))), "outcome is inf"),
        (lambda f: f.with_columns(outcome=pl.lit(None, dtype=pl.Int32)), "rows have no outcome"),
        (lambda f: f.with_columns(month_id=c("month_id") * 2), "have a hole"),
        (lambda f: f.head(0), "has 0 rows"),
        (lambda f: f.with_columns(country_id=-c("country_id")), "unit runs from -23"),
    ],
)
def test_a_wrong_file_gets_one_line(tmp_path, change, message):
    with pytest.raises(SourceError) as caught:
        read_views(write(tmp_path, change(table(make()))))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_more_than_a_thousand_draws_are_refused(tmp_path):
    with pytest.raises(SourceError, match="has 1001 draws"):
        read_views(write(tmp_path, table(make(1, 1, 1001))))
    with pytest.raises(UsageError, match="15 to 1000 draws"):
        write_views(make(1, 1, 1001), tmp_path)
    with pytest.raises(UsageError, match="15 to 1000 draws"):
        write_views(make(1, 1, 14), tmp_path)


def test_our_own_numbering_of_states_is_not_passed_off_as_theirs(tmp_path):
    with pytest.raises(UsageError, match="this forecast has gw_id"):
        write_views(make(unit_key="gw_id"), tmp_path)


def test_bytes_that_are_no_parquet_file(tmp_path):
    for content in (b"", b"<html>", b"PAR1" + b"\0" * 50 + b"PAR1"):
        (tmp_path / "x.parquet").write_bytes(content)
        with pytest.raises(SourceError, match=r"x\.parquet cannot be read as Parquet"):
            read_views(tmp_path / "x.parquet")


def test_finding_windows(tmp_path):
    with pytest.raises(SourceError, match="is not there"):
        windows(tmp_path / "nowhere")
    with pytest.raises(SourceError, match="holds no window"):
        windows(tmp_path)
    write_views(make(), tmp_path)
    write_views(make(first=469), tmp_path)
    assert list(windows(tmp_path)) == ["window=Y2018", "window=Y2019"] == list(windows(tmp_path / "cm"))
    assert list(windows(tmp_path / "cm" / "window=Y2018")) == ["window=Y2018"]
    with pytest.raises(SourceError, match="holds 2 windows"):
        read_views(tmp_path)
    write_views(make(unit_key="pg_id"), tmp_path)
    with pytest.raises(SourceError, match="both cm and pgm"):
        windows(tmp_path)


def test_a_published_file_of_the_challenge_is_read(shared):
    forecast = read_views(shared / "challenge" / "benchmarks" / "boot_240_2018.parquet")
    assert forecast.draws.shape == (191, 12, 1000)
    assert (forecast.as_of, forecast.months[0]) == (454, 457)
