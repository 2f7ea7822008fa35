"""A stream on disk: added in any order, twice, by several tasks, interrupted, merged: always the same rows, each once."""

import errno
import json
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from tests.sources.made_gdelt import record, text, write

from forestall.errors import SourceError, StoreError
from forestall.ids.months import parse_month
from forestall.parallel import workers
from forestall.sources import stream_counts, streams
from forestall.sources.stream_counts import COUNTS, cell_month_counts, country_month_counts
from forestall.sources.streams import Outcome, Stream

TODAY = date(2026, 3, 1)
APRIL, MARCH = parse_month("2013-04"), parse_month("2013-03")


def add(root: Path, path: Path, kind: str = "gdelt-1") -> Outcome:
    return streams.add_file(root, kind, path, TODAY)


def files(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def rows(root: Path, kind: str = "gdelt-1") -> int:
    return int(country_month_counts(Stream(root, kind))["events"].sum())


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    """A folder for streams, and a file of 1 April 2013 with events of three months."""
    content = (
        text(5)
        + record(6, SQLDATE="20130331")
        + record(7, SQLDATE="20120401", ActionGeo_Type="1")
        + record(
            8, SQLDATE="20130330", ActionGeo_CountryCode="", ActionGeo_Lat="", ActionGeo_Long="", ActionGeo_Type="0"
        )
        + record(9, EventRootCode="14", EventCode="141", QuadClass="3", NumMentions="10")
        + record(10, QuadClass="7")
    )
    return tmp_path / "streams", write(tmp_path, content)


def test_layout_and_sums(made: tuple[Path, Path]) -> None:
    root, path = made
    outcome = add(root, path)
    assert (outcome.rows, outcome.tally.rows_read, outcome.tally.rows_set_aside) == (9, 10, 1)
    assert "9 events of 3 months" in outcome.line()
    names = sorted(files(root))
    assert [n.rpartition("/")[0] for n in names] == [
        "gdelt-1/records",
        "gdelt-1/year=2012/month=04",
        "gdelt-1/year=2013/month=03",
        "gdelt-1/year=2013/month=04",
    ]
    held = streams.summary(Stream(root, "gdelt-1"))
    assert (held.files, held.parts, held.rows, held.first, held.last) == (1, 3, 9, "2012-04", "2013-04")
    tally = Stream(root, "gdelt-1").tally()
    assert tally.rows_read == tally.rows_kept + tally.rows_set_aside == 10
    assert tally.places == {"land": 7, "area": 1, "none": 1}


def test_counts_by_country_and_by_cell(made: tuple[Path, Path]) -> None:
    root, path = made
    add(root, path)
    stream = Stream(root, "gdelt-1")
    by_country = country_month_counts(stream)
    assert by_country.columns == ["gw_id", "iso3", "month_id", *COUNTS]
    assert by_country.rows() == [
        (432, "MLI", parse_month("2012-04"), 1, 0, 0, 0, 1, 0, 3),
        (432, "MLI", MARCH, 1, 0, 0, 0, 1, 0, 3),
        (None, None, MARCH, 1, 0, 0, 0, 1, 0, 3),
        (432, "MLI", APRIL, 6, 0, 0, 1, 5, 1, 25),
    ]
    by_cell = cell_month_counts(stream)
    assert by_cell.columns == ["pg_id", "on_land", "month_id", *COUNTS]
    assert by_cell.select("pg_id", "on_land", "month_id", "events").rows() == [
        (None, None, parse_month("2012-04"), 1),
        (153000, True, MARCH, 1),
        (None, None, MARCH, 1),
        (153000, True, APRIL, 6),
    ]
    for counts in (by_country, by_cell):
        assert counts["events"].sum() == 9
        assert all(counts[c].dtype == pl.Int64 for c in COUNTS)
    assert country_month_counts(stream, first=APRIL, last=APRIL)["events"].to_list() == [6]


def test_code_of_a_state_that_has_ended(tmp_path: Path) -> None:
    said = {"ActionGeo_Type": "1", "ActionGeo_CountryCode": "UP"}
    content = record(1, SQLDATE="19911130", **said) + record(2, SQLDATE="19911231", **said)
    root = tmp_path / "streams"
    add(root, write(tmp_path, content))
    found = country_month_counts(Stream(root, "gdelt-1")).select("gw_id", "iso3").rows()
    assert found == [(365, "RUS"), (369, "UKR")]  # the Soviet Union, whose series Russia continues; then Ukraine


def test_what_was_known_on_a_day(tmp_path: Path) -> None:
    root = tmp_path / "streams"
    add(root, write(tmp_path, text(4)))
    late = text(3, first=10, DATEADDED="20130402")
    before = country_month_counts(Stream(root, "gdelt-1"), known_on=date(2013, 4, 1))
    add(root, write(tmp_path, late, "20130402.export.CSV"))
    assert rows(root) == 7
    assert country_month_counts(Stream(root, "gdelt-1"), known_on=date(2013, 4, 1)).equals(before)
    assert cell_month_counts(Stream(root, "gdelt-1"), known_on=date(2013, 4, 1))["events"].to_list() == [4]


def test_cells_are_counted_some_months_at_a_time(made: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    root, path = made
    add(root, path)
    whole = cell_month_counts(Stream(root, "gdelt-1"))
    monkeypatch.setattr(stream_counts, "_STEP_ROWS", 1)
    assert cell_month_counts(Stream(root, "gdelt-1")).equals(whole)


@pytest.mark.parametrize("packed", ["", "zip", "gz"])
def test_the_same_content_again_changes_nothing(made: tuple[Path, Path], packed: str) -> None:
    root, path = made
    add(root, path)
    before = files(root)
    again = write(path.parent, path.read_bytes(), "renamed.csv" if not packed else path.name, packed)
    assert add(root, again).unchanged
    assert files(root) == before


def test_a_later_version_of_a_file_takes_its_place(made: tuple[Path, Path]) -> None:
    root, path = made
    add(root, path)
    outcome = add(root, write(path.parent, text(4)))
    assert outcome.replaced is not None
    assert "in place of 20130401.export" in outcome.line()
    assert rows(root) == 4
    assert len(files(root)) == 2  # a record and a part; nothing of the first version is left


def test_order_and_tasks_do_not_matter(tmp_path: Path) -> None:
    paths = [
        write(tmp_path, text(20, first=i * 100, SQLDATE="20130331" if i % 2 else "20130401"), f"2013040{i}.export.CSV")
        for i in (1, 2, 3)
    ]
    there = [streams.add_file(tmp_path / "one", "gdelt-1", path, TODAY) for path in reversed(paths)]
    with workers(jobs=2) as crew:
        here = list(crew.each(partial(streams.add_file, tmp_path / "two", "gdelt-1", today=TODAY), paths))
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert [o.rows for o in here] == [o.rows for o in reversed(there)] == [20, 20, 20]


def test_large_months_are_written_before_the_file_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "HELD_ROWS", 25)
    monkeypatch.setattr(streams.gdelt.lines.pieces, "__defaults__", (2000,))
    path = write(tmp_path, text(40) + text(30, first=50, SQLDATE="20130331") + text(30, first=90))
    outcome = add(tmp_path / "streams", path)
    assert len(outcome.parts) > 3
    assert max(p.rows for p in outcome.parts) <= 40
    assert rows(tmp_path / "streams") == 100


def test_a_full_disk_in_the_middle(made: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, path = made
    first = write(tmp_path, text(4, first=100), "20130331.export.CSV")
    add(root, first)
    before, real, written = files(root), streams.write_part.__globals__["files"].write, []

    def full(to: Path, content: bytes) -> None:
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(to)
        real(to, content)

    monkeypatch.setattr("forestall.store.files.write", full)
    with pytest.raises(StoreError, match=r"the disk is full.*run the same command again"):
        add(root, path)
    assert rows(root) == 4  # what was half-way counts for nothing
    assert before.items() < files(root).items()
    stamps = {p: p.stat().st_mtime_ns for p in written}
    monkeypatch.setattr("forestall.store.files.write", real)
    assert add(root, first).unchanged
    assert add(root, path).rows == 9
    assert rows(root) == 13
    assert {p: p.stat().st_mtime_ns for p in written} == stamps  # complete parts were kept, not written again


def test_a_kill_leaves_a_whole_stream(made: tuple[Path, Path]) -> None:
    root, path = made
    script = (
        "import os; from forestall.sources import streams, stream_store; real = stream_store.files.write; n = []\n"
        "def write(path, content):\n"
        "    n.append(path); real(path, content[:20] if len(n) == 2 else content) if len(n) < 2 else os._exit(9)\n"
        "stream_store.files.write = write\n"
        f"from pathlib import Path; streams.add_file(Path({str(root)!r}), 'gdelt-1', Path({str(path)!r}))"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    assert rows(root) == 0
    add(root, path)
    assert rows(root) == 9


def test_a_part_that_is_missing_or_truncated_is_named(made: tuple[Path, Path]) -> None:
    root, path = made
    parts = add(root, path).parts
    stream = Stream(root, "gdelt-1")
    lost, cut = (stream.folder / part.path for part in parts[:2])
    lost.unlink()
    with pytest.raises(StoreError, match=rf"{lost} is missing: add 20130401.export.CSV again"):
        country_month_counts(stream)
    cut.write_bytes(cut.read_bytes()[:-9])
    with pytest.raises(StoreError, match=rf"{lost} is missing; {cut} is truncated: [\d,]+ of [\d,]+ bytes"):
        cell_month_counts(stream)
    assert country_month_counts(stream, first=APRIL)["events"].to_list() == [6]  # months that are whole can be had
    assert not add(root, path).unchanged
    assert rows(root) == 9
    assert stream.problems(deep=True) == []


def test_a_part_that_was_damaged_is_named(made: tuple[Path, Path]) -> None:
    root, path = made
    part = add(root, path).parts[0]
    damaged = root / "gdelt-1" / part.path
    damaged.write_bytes(bytes(part.bytes))
    with pytest.raises(StoreError, match=rf"{damaged} is not as it was written: add 20130401.export.CSV again"):
        country_month_counts(Stream(root, "gdelt-1"))


def test_a_damaged_record_is_named(made: tuple[Path, Path]) -> None:
    root, path = made
    add(root, path)
    (held,) = (root / "gdelt-1" / "records").glob("*.json")
    held.write_bytes(held.read_bytes()[:50])
    with pytest.raises(StoreError, match=str(held)):
        country_month_counts(Stream(root, "gdelt-1"))


def test_a_bad_file_leaves_the_stream_as_it_was(made: tuple[Path, Path]) -> None:
    root, path = made
    add(root, path)
    before = country_month_counts(Stream(root, "gdelt-1"))
    bad = write(path.parent, text(40) + text(60, first=50, QuadClass="x"), "20130402.export.CSV")
    with pytest.raises(SourceError, match=r"20130402.export.CSV: 60 of 100 records .* QuadClass"):
        add(root, bad)
    with pytest.raises(SourceError, match="gdelt-2"):
        add(root, write(path.parent, text(3, "gdelt-2"), "20150218230000.export.CSV"))
    assert country_month_counts(Stream(root, "gdelt-1")).equals(before)


def test_merging_changes_no_count(tmp_path: Path) -> None:
    root, stream = tmp_path / "streams", Stream(tmp_path / "streams", "gdelt-2")
    paths = [
        write(tmp_path, text(5, "gdelt-2", first=n * 10 + 1), f"2013040100{n}500.export.CSV", "zip") for n in range(6)
    ]
    for path in paths:
        add(root, path, "gdelt-2")
    before, tally = country_month_counts(stream), stream.tally()
    assert streams.compact(root, "gdelt-2") == 5
    assert country_month_counts(stream).equals(before)
    assert stream.tally() == tally
    assert len(list(stream.folder.rglob("*.parquet"))) == 1
    assert streams.compact(root, "gdelt-2") == 0
    assert all(add(root, path, "gdelt-2").unchanged for path in paths)
    more = write(tmp_path, text(5, "gdelt-2", first=900), "20130402000000.export.CSV")
    add(root, more, "gdelt-2")
    assert streams.compact(root, "gdelt-2") == 1
    assert rows(root, "gdelt-2") == 35


def test_a_merge_that_stops_before_it_cleans_up_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "streams"
    paths = [write(tmp_path, text(5, first=n * 10), f"2013040{n}.export.CSV") for n in (1, 2)]
    for path in paths:
        add(root, path)
    monkeypatch.setattr(streams, "remove", lambda *_: None)
    streams.compact(root, "gdelt-1")
    assert rows(root) == 10
    assert add(root, paths[0]).unchanged
    assert rows(root) == 10


def test_an_empty_stream(tmp_path: Path) -> None:
    stream = Stream(tmp_path, "gdelt-1")
    assert country_month_counts(stream).is_empty()
    assert cell_month_counts(stream).is_empty()
    assert streams.held(tmp_path) == []
    assert streams.compact(tmp_path, "gdelt-1") == 0


def test_the_command_line(tmp_path: Path, made: tuple[Path, Path]) -> None:
    _, path = made
    environment = {"FORESTALL_HOME": str(tmp_path / "home"), "PATH": ""}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "forestall", "data", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)

    second = write(tmp_path, text(2, "gdelt-2"), "20150218230000.export.CSV", "zip")
    done = run("add", str(path), str(second), "--jobs", "2", "--json")
    assert done.returncode == 0, done.stderr
    one, two = json.loads(done.stdout)["added"]
    assert (one["stream"], one["rows"], one["rows_set_aside"], two["stream"], two["rows"]) == (
        "gdelt-1",
        9,
        1,
        "gdelt-2",
        2,
    )
    assert "10 rows read, 9 kept, 1 set aside" in done.stderr
    assert "line 10, QuadClass '7'" in done.stderr
    bad = write(tmp_path, text(30, QuadClass="x"), "20130405.export.CSV")
    some = run("add", str(bad), str(path), "--json")
    assert some.returncode == 1
    assert "20130405.export.CSV: 30 of 30 records do not fit" in some.stderr
    document = json.loads(some.stdout)
    assert [f["file"] for f in document["failed"]] == ["20130405.export.CSV"]
    assert [a["unchanged"] for a in document["added"]] == [True]
    listed = json.loads(run("list", "--json").stdout)["streams"]
    assert [(s["stream"], s["rows"]) for s in listed] == [("gdelt-1", 9), ("gdelt-2", 2)]
    assert run("add", str(path), "--published", "2013-04-02").returncode == 2
    next((tmp_path / "home" / "streams").rglob("*.parquet")).unlink()
    verified = run("verify")
    assert verified.returncode == 1
    assert "is missing" in verified.stderr
