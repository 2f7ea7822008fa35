"""A run of cell forecasts: written country by country, stopped anywhere, gone on with, read back and damaged."""

import contextlib
import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import made_runs as made
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import ShapeError, StoreError, UsageError
from forestall.forecast.cells import store
from forestall.forecast.cells.block import CellBlock
from forestall.forecast.cells.layout import CellIndex, RunHeader, partition
from forestall.forecast.cells.reading import open_run
from forestall.forecast.cells.store import missing, summary_of, write_run
from forestall.store import files

COUNTRIES = (385, 625, 626, 950)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch):
    """No test here pulls the plug, and two thousand waits for the disk itself take most of their time."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A complete run, for reading only."""
    return made.run(tmp_path_factory.mktemp("whole") / "run")


# --- what is written comes back


def test_every_cell_comes_back_as_it_was_made(whole):
    run = open_run(whole.folder)
    assert run.header == made.header()
    assert run.problems() == ()
    for gw_id in COUNTRIES:
        cells = made.INDEX.of_country(gw_id)
        cube = made.dense(gw_id, cells.size, run.header)
        np.testing.assert_array_equal(run.country(gw_id).dense(), cube)
        for row, cell in enumerate(cells.tolist()):
            np.testing.assert_array_equal(run.cell(cell), cube[row])


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 50), st.integers(1, 5))
def test_round_trip_and_exact_sums(tmp_path_factory, seed, n_draws, n_periods):
    head = made.header(seed=seed, n_draws=n_draws, periods=range(555, 555 + n_periods))
    run = made.run(tmp_path_factory.mktemp("run"), head)
    cube = made.dense(625, 12, head)
    np.testing.assert_array_equal(run.country(625).dense(), cube)
    np.testing.assert_array_equal(run.country(625).country_draws(), cube.sum(axis=0))
    summary = run.summary().filter(pl.col("gw_id") == 625)
    mean = np.zeros((12, n_periods))
    mean[summary["pg_id"].to_numpy() - 145_000, summary["period"].to_numpy() - 555] = summary["mean"].to_numpy()
    np.testing.assert_array_equal(mean, cube.mean(axis=2))
    assert summary.height == np.count_nonzero(cube.any(axis=2))


def test_the_summary_of_a_period_is_that_of_its_draws(whole):
    summary = whole.summary(556)
    assert summary.columns == ["pg_id", "gw_id", "period", "mean", "p1", "p25", "p100", "q05", "q50", "q95"]
    assert summary["pg_id"].is_sorted()
    assert summary["period"].unique().to_list() == [556]
    for row in summary.iter_rows(named=True):
        draws = whole.cell(row["pg_id"])[1]
        assert row["mean"] == draws.mean() > 0
        assert [row[f"p{k}"] for k in (1, 25, 100)] == [(draws >= k).mean() for k in (1, 25, 100)]
        np.testing.assert_allclose([row[q] for q in ("q05", "q50", "q95")], np.quantile(draws, (0.05, 0.5, 0.95)))
    absent = set(made.INDEX.pg_id.tolist()) - set(summary["pg_id"])
    assert 220_000 in absent
    assert all(whole.cell(cell)[1].sum() == 0 for cell in absent)
    assert whole.summary().filter(pl.col("period") == 556).equals(summary)


def test_cells_by_number_and_by_box(whole):
    blocks = whole.cells([145_003, 141_004, 145_001])
    assert [(block.gw_id, block.cells.tolist()) for block in blocks] == [(625, [145_001, 145_003]), (626, [141_004])]
    np.testing.assert_array_equal(blocks[0].dense()[1], whole.cell(145_003))
    # Cell 145000: row 201, column 279
    assert [b.cells.tolist() for b in whole.cells(box=(10.6, -40.4, 10.9, -39.9))] == [[145_000, 145_001]]
    # An edge shares no surface
    assert [b.cells.tolist() for b in whole.cells(box=(10.5, -40.5, 11.0, -40.0))] == [[145_000]]
    # Across 180 degrees
    assert [b.cells.tolist() for b in whole.cells(box=(-20, 179, -15, -179))] == [[105_121, 105_840]]
    assert [b.cells.tolist() for b in whole.cells(box=(-20, 179, -15, 180))] == [[105_840]]


def test_row_groups_lead_to_a_cell(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    head = made.header(periods=range(555, 591), n_draws=1000)
    index = CellIndex([100, 101, 102, 103], [7] * 4)
    cube = np.ones((4, 36, 1000), dtype=np.int32)
    run = write_run(tmp_path, head, index, [CellBlock.of_dense(7, [100, 101, 102, 103], head.periods, cube)])
    notes = parquet.ParquetFile(partition(tmp_path, 7)).metadata
    spans = [notes.row_group(group).column(0).statistics for group in range(notes.num_row_groups)]
    assert [(span.min, span.max) for span in spans] == [(100, 100), (100, 101), (101, 102), (102, 103), (103, 103)]
    assert run.cell(102).sum() == 36_000
    assert partition(tmp_path, 7).stat().st_size < 100_000


# --- stopping and going on


def failing(monkeypatch, at, how):
    """Let the `at`-th file that is written fail; those before it are written."""
    real, count = files.replacing, iter(range(1000))

    @contextlib.contextmanager
    def replacing(path):
        if next(count) < at:
            with real(path) as stream:
                yield stream
        else:
            with how(path) as stream:
                yield stream

    monkeypatch.setattr(files, "replacing", replacing)


@contextlib.contextmanager
def full_disk(path):
    with files.replacing_file(path) as part, part.open("xb") as stream:
        stream.write(b"half")
        stream.flush()
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(part))
        yield stream


class Killed(BaseException):
    pass


@contextlib.contextmanager
def kill(path):
    files.make_folder(path.parent)
    (path.parent / f"{files.TEMPORARY}1-aa").write_bytes(b"half")
    raise Killed
    yield


# cells.parquet, run.json, (part, run.json) for each of four countries, summary.parquet, run.json
WRITES = 2 + 2 * len(COUNTRIES) + 2


@pytest.mark.parametrize("at", range(WRITES))
def test_a_full_disk_at_any_file_says_how_far_it_got_and_the_run_goes_on(tmp_path, monkeypatch, whole, at):
    with monkeypatch.context() as patch:
        failing(patch, at, full_disk)
        with pytest.raises(StoreError) as caught:
            made.run(tmp_path)
    complete = min(max(at - 2, 0) // 2, len(COUNTRIES))
    message = str(caught.value)
    assert (
        f"the disk is full or a size limit is reached, with {complete} of 4 countries complete in {tmp_path}" in message
    )
    assert "free some space and run the same forecast again into this folder: it makes only what is missing" in message
    assert "\n" not in message
    assert not list(tmp_path.rglob(f"{files.TEMPORARY}*"))
    again = []
    write_run(tmp_path, made.header(), made.INDEX, made.blocks(tmp_path, made.header(), again))
    assert again == list(COUNTRIES[complete:])
    assert made.contents(tmp_path) == made.contents(whole.folder)


@pytest.mark.parametrize("at", range(WRITES))
def test_a_kill_at_any_file_loses_only_that_country(tmp_path, monkeypatch, whole, at):
    with monkeypatch.context() as patch:
        failing(patch, at, kill)
        with pytest.raises(Killed):
            made.run(tmp_path)
    if at >= 2:
        with pytest.raises(StoreError, match=r"is not complete: \d of 4 countries; run the same forecast again"):
            open_run(tmp_path)
    again = []
    write_run(tmp_path, made.header(), made.INDEX, made.blocks(tmp_path, made.header(), again))
    assert again == list(COUNTRIES[min(max(at - 2, 0) // 2, 4) :])
    assert made.contents(tmp_path) == made.contents(whole.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on file sizes to play a full disk with")
def test_a_limit_of_the_system_itself(tmp_path, whole):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    limit = partition(whole.folder, 626).stat().st_size - 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        with pytest.raises(StoreError, match="with 2 of 4 countries complete"):
            made.run(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.rglob(f"{files.TEMPORARY}*"))
    assert missing(tmp_path, made.header(), made.INDEX) == (626, 950)
    made.run(tmp_path)
    assert made.contents(tmp_path) == made.contents(whole.folder)


@pytest.mark.skipif(sys.platform == "win32", reason="kills with SIGKILL")
def test_a_program_that_is_killed_and_started_again(tmp_path, whole):
    program = [sys.executable, str(Path(made.__file__)), str(tmp_path), "0.2"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(3)]
        with pytest.raises(StoreError, match="another process is writing the run"):
            made.run(tmp_path)
        process.send_signal(signal.SIGKILL)
    assert told == [385, 625, 626]
    assert missing(tmp_path, made.header(), made.INDEX)[-2:] == (626, 950)
    made.run(tmp_path)
    assert made.contents(tmp_path) == made.contents(whole.folder)


def test_what_the_model_raises_passes_through_and_what_was_made_is_kept(tmp_path):
    def blocks():
        yield made.block(625, made.header())
        raise OSError(errno.ENOSPC, "not ours")

    with pytest.raises(OSError, match="not ours"):
        write_run(tmp_path, made.header(), made.INDEX, blocks())
    assert missing(tmp_path, made.header(), made.INDEX) == (385, 626, 950)


def test_a_complete_run_is_left_alone(tmp_path, monkeypatch):
    made.run(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")}
    assert missing(tmp_path, made.header(), made.INDEX) == ()
    monkeypatch.setattr(store, "_write_frame", None)
    write_run(tmp_path, made.header(), made.INDEX, iter(()))
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.parquet")} == before


@pytest.mark.parametrize(
    ("other", "named"),
    [
        ({"seed": 2}, "seed 1, not 2"),
        ({"periods": (555, 556)}, r"periods 555\.\.557 \(3\), not 555\.\.556 \(2\)"),
        ({"panel_digest": "00" * 32}, "panel_digest abababababab, not 000000000000"),
        ({"n_draws": 41}, "n_draws 40, not 41"),
        ({"model": "other"}, "model 'by_hand', not 'other'"),
    ],
)
def test_another_run_in_the_same_folder_is_refused(whole, other, named):
    head, before = made.header(**other), made.contents(whole.folder)
    for ask in (lambda: missing(whole.folder, head, made.INDEX), lambda: made.run(whole.folder, head)):
        with pytest.raises(UsageError, match=f"holds another run \\({named}\\): name another folder, or remove"):
            ask()
    assert made.contents(whole.folder) == before


def test_other_cells_make_another_run(whole):
    index = CellIndex(made.INDEX.pg_id[1:], made.INDEX.gw_id[1:])
    with pytest.raises(UsageError, match="holds another run \\(cells "):
        missing(whole.folder, made.header(), index)


def test_a_folder_of_someone_else(tmp_path):
    partition(tmp_path, 625).parent.mkdir(parents=True)
    partition(tmp_path, 625).write_bytes(b"theirs")
    with pytest.raises(UsageError, match=r"holds draws but no run\.json"):
        made.run(tmp_path)
    assert partition(tmp_path, 625).read_bytes() == b"theirs"
    with pytest.raises(StoreError, match=r"there is no run\.json in it"):
        open_run(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="could not begin a run in"):
        made.run(tmp_path / "file")


def test_blocks_must_fit_the_run(tmp_path):
    one = made.block(625, made.header())
    with pytest.raises(ShapeError, match="other cells than the run: it must hold all of them"):
        write_run(tmp_path, made.header(), made.INDEX, [one.select(one.cells[:3])])
    with pytest.raises(ShapeError, match="the block of country 625 has 41 draws of 3 periods from 555, the run 40"):
        write_run(tmp_path, made.header(), made.INDEX, [made.block(625, made.header(n_draws=41))])
    with pytest.raises(ShapeError, match="3 periods from 556, the run 40 of 3 from 555"):
        write_run(tmp_path, made.header(), made.INDEX, [made.block(625, made.header(periods=(556, 557, 558)))])
    with pytest.raises(ShapeError, match="the block of country 2 has other cells"):
        write_run(tmp_path, made.header(), made.INDEX, [CellBlock.of_dense(2, [9], [555], np.ones((1, 1, 1), int))])
    with pytest.raises(UsageError, match=r"blocks ended with 1 of 4 countries complete .* the first gw_id 385"):
        write_run(tmp_path, made.header(), made.INDEX, [one])


# --- damage


def truncate(path):
    path.write_bytes(path.read_bytes()[:-20])


def alter(path):
    content = bytearray(path.read_bytes())
    content[60] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (Path.unlink, "is missing; run the same forecast again into this folder: it makes only what is missing"),
        (truncate, "bytes where run.json says"),
        (alter, "was altered: its sha256 is not the one in run.json"),
    ],
)
def test_a_damaged_partition_is_named_and_made_again(tmp_path, whole, damage, said):
    made.run(tmp_path)
    path = partition(tmp_path, 626)
    run = open_run(tmp_path)
    run.cell(141_000)  # its digest was right when it was first read
    damage(path)
    for reader in (run, open_run(tmp_path)):
        for ask in (
            lambda r=reader: r.cell(141_000),
            lambda r=reader: r.country(626),
            lambda r=reader: r.cells([141_001]),
        ):
            with pytest.raises(StoreError) as caught:
                ask()
            assert str(path) in str(caught.value)
            assert said in str(caught.value)
            assert "\n" not in str(caught.value)
        assert len(reader.problems()) == 1
        assert reader.country(625).rows > 0
    assert missing(tmp_path, made.header(), made.INDEX) == (626,)
    made.run(tmp_path)
    assert made.contents(tmp_path) == made.contents(whole.folder)


@pytest.mark.parametrize("name", ["cells.parquet", "summary.parquet"])
def test_a_damaged_list_or_summary_is_made_again_from_the_draws(tmp_path, whole, name):
    made.run(tmp_path)
    truncate(tmp_path / name)
    with pytest.raises(StoreError, match=f"{name} has .* bytes where"):
        open_run(tmp_path).summary(555)
    again = []
    write_run(tmp_path, made.header(), made.INDEX, made.blocks(tmp_path, made.header(), again))
    assert again == []
    assert made.contents(tmp_path) == made.contents(whole.folder)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other"}', '{"format": "forestall cell forecast 1"}'])
def test_a_table_of_contents_that_cannot_be_read(tmp_path, content):
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(StoreError, match=r"run\.json is not the table of contents of a cell forecast"):
        open_run(tmp_path)
    with pytest.raises(StoreError, match=r"run\.json is not the table of contents"):
        missing(tmp_path, made.header(), made.INDEX)


def test_a_file_that_does_not_fit_its_own_run(tmp_path):
    """Digests that match do not make draws that can be."""
    made.run(tmp_path)
    path = partition(tmp_path, 626)
    for change, said in (
        (pl.col("pg_id") + 100, "a cell or period that the run does not have"),
        (pl.col("draw") + 30, "draw of country 626 runs from"),
        (pl.col("deaths") * 0, "only draws of 1 death or more"),
        (pl.col("deaths").cast(pl.Int64), "has the columns"),
    ):
        pl.read_parquet(partition(tmp_path, 626), hive_partitioning=False).with_columns(change).write_parquet(path)
        document = json.loads((tmp_path / "run.json").read_text())
        document["partitions"]["626"] |= {"bytes": path.stat().st_size, "sha256": files.sha256_of(path)}
        (tmp_path / "run.json").write_text(json.dumps(document))
        with pytest.raises(StoreError, match=said):
            open_run(tmp_path).country(626)
        del document["partitions"]["626"]
        (tmp_path / "run.json").write_text(json.dumps(document))
        made.run(tmp_path)


# --- questions that have no answer


@pytest.mark.parametrize(
    ("pg_id", "said"),
    [
        (0, "cell 0 is not a PRIO-GRID cell: they are numbered from 1 to 259200"),
        (259_201, "is not a PRIO-GRID cell"),
        (100.5, "is not a PRIO-GRID cell"),
        ("625", "cells are whole numbers from 1 to 259200"),
        (1, "cell 1 (around latitude -89.75, longitude -179.75) has no forecast in this run: it is sea, or not one of"),
    ],
)
def test_no_such_cell(whole, pg_id, said):
    for ask in (whole.cell, lambda cell: whole.cells([145_000, cell] if isinstance(cell, int) else [cell])):
        with pytest.raises(UsageError) as caught:
            ask(pg_id)
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)


def test_no_such_country_period_or_box(whole):
    with pytest.raises(UsageError, match="no cell is assigned to country 999: it may be an island too small for one"):
        whole.country(999)
    with pytest.raises(UsageError, match="the run has no month 600: it covers 555 to 557"):
        whole.summary(600)
    with pytest.raises(UsageError, match=r"no cell with a forecast lies in the box .*: is it sea"):
        whole.cells(box=(0, 0, 1, 1))
    for box in ((1, 0, 1, 1), (2, 0, 1, 1), (0, 0, 91, 1), (0, -181, 1, 1), (0, 5, 1, 5), (float("nan"), 0, 1, 1)):
        with pytest.raises(UsageError, match="is not a box"):
            whole.cells(box=box)
    for cells, box in (([1], (0, 0, 1, 1)), (None, None)):
        with pytest.raises(UsageError, match="either by pg_ids or by a box"):
            whole.cells(cells, box=box)
    with pytest.raises(UsageError, match="one cell at least"):
        whole.cells([])


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"model": ""}, "a model is named"),
        ({"model": "../x"}, "a model is named"),
        ({"target": "deaths"}, "unknown target"),
        ({"step": "day"}, "step is 'day'"),
        ({"periods": ()}, "periods must be one or more"),
        ({"periods": (556, 555)}, "ascending"),
        ({"periods": (554, 555)}, "month 554 is over by as_of 554"),
        ({"step": "year", "periods": (2025,)}, "year 2025 is over by as_of 554"),
        ({"n_draws": 0}, "1 to 32767 draws"),
    ],
)
def test_a_header_that_cannot_be(other, said):
    with pytest.raises(ValueError, match=said):
        made.header(**other)


@pytest.mark.parametrize(
    ("pg_id", "gw_id", "said"),
    [
        ([], [], "do not make an index"),
        ([1, 2], [5], "do not make an index"),
        ([2, 1], [5, 5], "ascending"),
        ([1, 1], [5, 5], "none twice"),
        ([1, 259_201], [5, 5], "from 1 to 259200"),
        ([1, 2], [5, 0], "1 or more"),
    ],
)
def test_an_index_that_cannot_be(pg_id, gw_id, said):
    with pytest.raises(ShapeError, match=said):
        CellIndex(pg_id, gw_id)


def test_years_are_stored_as_months_are(tmp_path):
    head = made.header(step="year", periods=(2026, 2027))
    assert isinstance(head, RunHeader)
    run = made.run(tmp_path, head)
    np.testing.assert_array_equal(run.periods, [2026, 2027])
    np.testing.assert_array_equal(run.country(625).dense(), made.dense(625, 12, head))
    assert run.summary(2027)["period"].unique().to_list() == [2027]


def test_a_country_without_deaths_has_a_file_and_no_row_in_the_summary(whole):
    assert whole.country(385).rows == 0
    assert whole.cell(220_000).shape == (3, 40)
    assert summary_of(whole.country(385)).height == 0
    assert pl.read_parquet(partition(whole.folder, 385), hive_partitioning=False).height == 0
