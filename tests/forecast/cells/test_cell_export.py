import sys

import made_runs as made
import numpy as np
import pandas as pd
import pytest

from forestall.errors import StoreError, UsageError
from forestall.forecast.cells import export
from forestall.forecast.cells.export import to_forecast, write_views
from forestall.forecast.cells.layout import partition
from forestall.forecast.views import read_views


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made.run(tmp_path_factory.mktemp("run"))


def test_some_cells_as_a_forecast(run):
    forecast = to_forecast(run, [145_003, 141_000, 145_001])
    assert forecast.units.tolist() == [145_003, 141_000, 145_001]
    assert (forecast.unit_key, forecast.level, forecast.as_of) == ("pg_id", "cell", 554)
    assert forecast.header()["model"] == "by_hand"
    for row, cell in enumerate(forecast.units):
        np.testing.assert_array_equal(forecast.draws[row], run.cell(int(cell)))


def test_cells_that_make_no_forecast(run, tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="named twice"):
        to_forecast(run, [145_003, 145_003])
    with pytest.raises(UsageError, match=r"cell 5 .* has no forecast"):
        to_forecast(run, [145_003, 5])
    yearly = made.run(tmp_path / "years", made.header(step="year", periods=(2027,)))
    for ask in (lambda: to_forecast(yearly, [145_003]), lambda: write_views(yearly, tmp_path)):
        with pytest.raises(UsageError, match="this run counts years"):
            ask()
    monkeypatch.setattr(export, "MOST_VALUES", 100)
    with pytest.raises(UsageError, match="1 cells with their zeros are 120 draws, more than 100"):
        to_forecast(run, [145_003])


def test_the_views_layout_comes_back(run, tmp_path):
    path = write_views(run, tmp_path)
    assert path == tmp_path / "pgm" / "window=Y2026" / "by_hand.parquet"
    back = read_views(tmp_path)
    assert back.units.tolist() == run.index.pg_id.tolist()
    np.testing.assert_array_equal(back.draws, to_forecast(run, run.index.pg_id).draws)
    assert [file.name for file in path.parent.iterdir()] == ["by_hand.parquet"]


def test_a_folder_whose_name_looks_like_a_pattern(tmp_path):
    run = made.run(tmp_path / "it's [a] *run?")
    back = read_views(write_views(run, tmp_path / "it's [another]*"))
    np.testing.assert_array_equal(back.draws, to_forecast(run, run.index.pg_id).draws)
    assert run.summary(555).height > 0


def test_some_cells_and_months_open_in_pandas_with_their_index(run, tmp_path):
    frame = pd.read_parquet(write_views(run, tmp_path, cells=[145_003, 141_000], months=[556, 557]))
    assert frame.index.names == ["month_id", "priogrid_gid", "draw"]
    assert list(frame.columns) == ["outcome"]
    assert frame["outcome"].dtype == np.int32
    assert len(frame) == 2 * 2 * 40
    assert frame.index.is_monotonic_increasing
    np.testing.assert_array_equal(frame.loc[(557, 145_003), "outcome"].to_numpy(), run.cell(145_003)[2])


def test_what_the_views_layout_does_not_take(run, tmp_path, monkeypatch):
    few = made.run(tmp_path / "few", made.header(n_draws=14))
    with pytest.raises(UsageError, match="takes 15 to 1000 draws; this run has 14"):
        write_views(few, tmp_path)
    for months in ([555, 557], [554, 555], [], [557, 558]):
        with pytest.raises(UsageError, match="are not months in a row of this run: it covers 555 to 557"):
            write_views(run, tmp_path, months=months)
    monkeypatch.setattr(export, "MOST_ROWS", 1000)
    with pytest.raises(
        UsageError, match="20 cells, 3 months and 40 draws are 2,400 rows with zeros; expected 1 to 1,000"
    ):
        write_views(run, tmp_path)
    assert not (tmp_path / "pgm").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes to play a full disk with")
def test_a_full_disk_leaves_no_window(run, tmp_path):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            write_views(run, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.rglob("window=*/*"))


def test_a_damaged_partition_leaves_no_window(tmp_path):
    run = made.run(tmp_path / "run")
    partition(run.folder, 950).unlink()
    with pytest.raises(StoreError, match=r"gw_id=950/part\.parquet is missing"):
        write_views(run, tmp_path)
    assert not list(tmp_path.rglob("window=*/*"))
