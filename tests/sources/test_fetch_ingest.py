"""Files and updates on their way into a workspace: told apart, parsed, registered, and all or nothing."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from fault_server import Server, serving, status, whole
from made_files import events, write, zipped

from forestall.errors import NetworkError, SourceError, StoreError, UsageError
from forestall.ids.months import parse_month
from forestall.sources import ingest
from forestall.sources.fetch import Policy
from forestall.sources.ucdp_api import Publisher, publisher
from forestall.store import Workspace
from forestall.store.verification import verify

TODAY = date(2026, 4, 2)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "home", embedded=tmp_path / "none")


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def ucdp(server: Server) -> Publisher:
    return publisher(base=server.url(""), policy=Policy(attempts=2, stall=1.0, total=30.0, sleep=lambda _: None))


def by_release(workspace: Workspace) -> dict[str, int]:
    """Deaths of the events of each release."""
    return dict(workspace.table("ucdp_events").group_by("release").agg(pl.col("deaths_total").sum()).iter_rows())


def state(workspace: Workspace) -> dict[str, bytes]:
    """Every file but the downloads, the lock and what belongs to it."""
    skip = ("cache", "lock")
    return {
        str(path.relative_to(workspace.home)): path.read_bytes()
        for path in sorted(workspace.home.rglob("*"))
        if path.is_file() and not str(path.relative_to(workspace.home)).startswith(skip)
    }


def test_a_file_is_told_parsed_and_registered(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "GEDEvent_v26_0_2.csv", events("2026-02"))
    added = ingest.add(workspace, path, today=TODAY)
    assert (added.release, added.status, added.table, added.rows) == (
        "ucdp-candidate-26.0.2", "candidate", "ucdp_events", 300,
    )  # fmt: skip
    assert by_release(workspace) == {"ucdp-candidate-26.0.2": 600}
    (row,) = workspace.releases().to_dicts()
    february = parse_month("2026-02")
    assert (row["first_month"], row["last_month"], row["month_rule"]) == (february, february, "end")
    assert (row["published"], added.assumed) == (date(2026, 3, 20), True)
    (entry,) = workspace.catalogue().entries
    assert entry.snapshot is not None
    assert workspace.snapshots.read(entry.snapshot) == path.read_bytes()
    assert entry.source.licence == "CC-BY-4.0"
    assert "Hegre" in entry.source.citation
    assert any("300 rows read" in line for line in entry.notes)
    assert any("2026-03-20" in line for line in ingest.notes_of([added]))


def test_the_same_bytes_again_change_nothing(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "GEDEvent_v26_0_2.csv", events("2026-02"))
    ingest.add(workspace, path, today=TODAY)
    before = state(workspace)
    again = ingest.add(workspace, write(tmp_path / "copy", "renamed.csv", path.read_bytes()), today=TODAY)
    assert again.unchanged
    assert "already held as ucdp-candidate-26.0.2" in again.line()
    assert state(workspace) == before


def test_the_same_bytes_repair_what_was_lost(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "GEDEvent_v26_0_2.csv", events("2026-02"))
    ingest.add(workspace, path, today=TODAY)
    (workspace.home / workspace.catalogue().entries[0].file).unlink()
    assert not ingest.add(workspace, path, today=TODAY).unchanged
    assert by_release(workspace) == {"ucdp-candidate-26.0.2": 600}


@pytest.mark.parametrize("hurt", ["table", "snapshot"])
def test_the_same_bytes_repair_what_was_damaged(workspace: Workspace, tmp_path: Path, hurt: str) -> None:
    path = write(tmp_path, "GEDEvent_v26_0_2.csv", events("2026-02"))
    ingest.add(workspace, path, today=TODAY)
    entry = workspace.catalogue().entries[0]
    assert entry.snapshot is not None
    broken = workspace.home / entry.file if hurt == "table" else workspace.snapshots.path(entry.snapshot)
    whole = broken.read_bytes()
    broken.write_bytes(b"X" + whole[1:])
    assert not ingest.add(workspace, path, today=TODAY).unchanged
    assert broken.read_bytes() == whole
    assert ingest.add(workspace, path, today=TODAY).unchanged


def test_another_file_of_the_release_replaces_it_and_the_bytes_stay(workspace: Workspace, tmp_path: Path) -> None:
    first = write(tmp_path / "1", "GEDEvent_v26_0_2.csv", events("2026-02"))
    second = write(tmp_path / "2", "GEDEvent_v26_0_2.csv", events("2026-02", deaths=5))
    ingest.add(workspace, first, today=TODAY)
    added = ingest.add(workspace, second, today=TODAY)
    assert added.replaced == "GEDEvent_v26_0_2.csv"
    assert by_release(workspace) == {"ucdp-candidate-26.0.2": 1500}
    (old,) = workspace.catalogue().superseded
    assert old.snapshot is not None
    assert workspace.snapshots.read(old.snapshot) == first.read_bytes()


def test_the_day_it_came_out_may_be_stated(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "GEDEvent_v26_0_2.csv", events("2026-02"))
    ingest.add(workspace, path, published=date(2026, 3, 18), today=TODAY)
    assert workspace.releases()["published"].to_list() == [date(2026, 3, 18)]
    assert ingest.add(workspace, path, today=TODAY).unchanged
    assert not ingest.add(workspace, path, published=date(2026, 3, 19), today=TODAY).unchanged
    assert workspace.releases()["published"].to_list() == [date(2026, 3, 19)]


def test_an_assumed_day_never_lies_ahead(workspace: Workspace, tmp_path: Path) -> None:
    path = write(tmp_path, "GEDEvent_v26_0_2.csv", events("2026-02"))
    ingest.add(workspace, path, today=date(2026, 3, 15))
    assert workspace.releases()["published"].to_list() == [date(2026, 3, 15)]


@pytest.mark.parametrize("name", ["GEDEvent_v99_9.csv", "GEDEvent_v26_0_12.csv"])
def test_a_release_of_months_that_have_not_come_is_refused(workspace: Workspace, tmp_path: Path, name: str) -> None:
    # It would stand above every true release, for months on end.
    path = write(tmp_path, name, events("2026-02"))
    with pytest.raises(SourceError, match="have not come yet"):
        ingest.add(workspace, path, today=date(2026, 11, 30))
    assert not workspace.catalogue().entries


@pytest.mark.parametrize(
    ("release", "last", "day"),
    [
        ("ucdp-candidate-26.0.2", "2026-02", date(2026, 3, 20)),
        ("ucdp-candidate-21.01.21.12", "2021-12", date(2022, 1, 20)),
        ("ucdp-ged-25.1", "2024-12", date(2025, 6, 30)),
        ("ucdp-acd-25.1", "2024-12", date(2025, 6, 30)),
        ("ucdp-termination-conflict-3-2021", "2020-12", None),
    ],
)
def test_usual_days(release: str, last: str, day: date | None) -> None:
    assert ingest.usual_day(release, parse_month(last)) == day


def test_an_extract_covers_no_month_and_does_not_replace_a_whole_release(workspace: Workspace, tmp_path: Path) -> None:
    small = write(tmp_path / "1", "GEDEvent_v26_0_2.csv", events("2026-02", rows=50))
    added = ingest.add(workspace, small, today=TODAY)
    assert not added.complete
    assert workspace.releases()["first_month"].to_list() == [None]
    assert any("extract" in line for line in ingest.notes_of([added]))
    ingest.add(workspace, write(tmp_path / "2", "GEDEvent_v26_0_2.csv", events("2026-02")), today=TODAY)
    before = state(workspace)
    with pytest.raises(SourceError, match=r"extract of .* held as a whole"):
        ingest.add(workspace, small, today=TODAY)
    assert state(workspace) == before


@pytest.mark.parametrize(
    ("name", "content", "release", "error"),
    [
        ("GEDEvent_v26_0_2.csv", b"<!DOCTYPE html><html></html>", None, SourceError),
        ("GEDEvent_v26_0_2.csv", b"", None, SourceError),
        ("mine.csv", events("2026-02"), None, SourceError),
        ("mine.csv", events("2026-02"), "no-release", UsageError),
        ("x.zip", zipped("../../evil.csv", events("2026-02")), "ucdp-candidate-26.0.2", SourceError),
    ],
)
def test_bad_files_leave_no_trace(
    workspace: Workspace, tmp_path: Path, name: str, content: bytes, release: str | None, error: type[Exception]
) -> None:
    path = write(tmp_path / "in", name, content)
    with pytest.raises(error) as caught:
        ingest.add(workspace, path, release, today=TODAY)
    assert "\n" not in str(caught.value)
    assert not workspace.home.exists()


def test_what_is_no_file(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        ingest.add(workspace, tmp_path / "none.csv")
    with pytest.raises(SourceError, match="not a regular file"):
        ingest.add(workspace, tmp_path)


def test_an_update_finds_the_newest_and_adds_it_at_once(workspace: Workspace, server: Server, ucdp: Publisher) -> None:
    # In April 2026: the final release of 2026 is not out, the year 2025 is one range, January and February are single.
    ged = zipped("GEDEvent_v25_1.csv", events("2024-05", rows=40))
    server.on("/downloads/ged/ged251-csv.zip", whole(ged, "application/zip"))
    server.on("/downloads/candidateged/GEDEvent_v25_01_25_12.csv", whole(events("2025-07", first_id=1000)))
    server.on("/downloads/candidateged/GEDEvent_v26_0_1.csv", whole(events("2026-01", first_id=2000)))
    server.on("/downloads/candidateged/GEDEvent_v26_0_2.csv", whole(events("2026-02", first_id=3000)))
    # A site that answers unknown addresses with its start page, and 200.
    server.on("/downloads/ged/ged261-csv.zip", whole(b"<!doctype html><html></html>", "text/html"))
    done = ingest.update(workspace, ucdp, today=TODAY)
    assert by_release(workspace) == {
        "ucdp-ged-25.1": 80,
        "ucdp-candidate-25.01.25.12": 600,
        "ucdp-candidate-26.0.1": 600,
        "ucdp-candidate-26.0.2": 600,
    }
    assert {item.release for item in done.added} == set(by_release(workspace))
    assert "ucdp-ged-26.1" in done.not_there
    assert "ucdp-candidate-26.01.26.03" in done.not_there
    assert "ucdp-candidate-26.0.3" in done.not_there
    assert not any("26.0.4" in name for name in done.not_there)  # April has not ended
    assert [problem for problem in verify(workspace).problems if "manifest" not in problem] == []
    downloads = workspace.cache_dir / "downloads"
    assert {path.suffix for path in downloads.iterdir()} <= {".lock"}  # the snapshots hold the bytes
    entry = workspace.catalogue().current("ucdp-candidate-26.0.2", "ucdp_events")
    assert entry is not None
    assert entry.source.url.endswith("/downloads/candidateged/GEDEvent_v26_0_2.csv")

    server.on("/downloads/candidateged/GEDEvent_v26_0_3.csv", whole(events("2026-03", first_id=4000)))
    asked = len(server.asked)
    later = ingest.update(workspace, ucdp, today=date(2026, 4, 21))
    assert [item.release for item in later.added] == ["ucdp-candidate-26.0.3"]
    assert "ucdp-ged-25.1" in later.held
    assert not any("ged251" in path or "v26_0_1" in path for path, _ in server.asked[asked:])


def test_an_update_that_fails_halfway_adds_nothing(workspace: Workspace, server: Server, ucdp: Publisher) -> None:
    good = events("2026-01")
    server.on("/downloads/ged/ged251-csv.zip", whole(zipped("GEDEvent_v25_1.csv", events("2024-05", rows=40))))
    server.on("/downloads/candidateged/GEDEvent_v26_0_1.csv", whole(good, ETag='"1"'))
    server.on("/downloads/candidateged/GEDEvent_v26_0_2.csv", status(503))
    with pytest.raises(NetworkError, match="503"):
        ingest.update(workspace, ucdp, today=TODAY)
    assert state(workspace) == {}
    server.on("/downloads/candidateged/GEDEvent_v26_0_2.csv", whole(b"id,best\n1,2\n"))  # and a file that is none
    with pytest.raises(SourceError):
        ingest.update(workspace, ucdp, today=TODAY)
    assert state(workspace) == {}
    server.on("/downloads/candidateged/GEDEvent_v26_0_2.csv", whole(events("2026-02", first_id=900)))
    assert len(ingest.update(workspace, ucdp, today=TODAY).added) == 3
    again = server.headers("/downloads/candidateged/GEDEvent_v26_0_1.csv")[-1]
    assert again["if-none-match"] == '"1"'  # what was whole is not fetched a second time


def test_with_a_token_the_api_stands_in_for_a_file(workspace: Workspace, server: Server) -> None:
    rows = list(csv.DictReader(io.StringIO(events("2026-02").decode())))
    page = {"TotalCount": 300, "TotalPages": 1, "PreviousPageUrl": "", "NextPageUrl": "", "Result": rows}
    kind = "application/json"
    server.on("/api/gedevents/26.0.2?pagesize=1000", whole(json.dumps(page).encode(), kind))
    source = publisher(token="t", base=server.url(""), policy=Policy(attempts=1, sleep=lambda _: None))
    done = ingest.update(workspace, source, today=TODAY)
    assert [item.release for item in done.added] == ["ucdp-candidate-26.0.2"]
    assert by_release(workspace) == {"ucdp-candidate-26.0.2": 600}


def test_a_publisher_that_has_nothing_is_said(workspace: Workspace, server: Server, ucdp: Publisher) -> None:
    with pytest.raises(NetworkError, match="no UCDP release was found"):
        ingest.update(workspace, ucdp, today=TODAY)
    assert state(workspace) == {}


def test_an_update_needs_a_place_for_its_downloads(tmp_path: Path, server: Server, ucdp: Publisher) -> None:
    server.on("/downloads/ged/ged251-csv.zip", whole(b"x"))
    workspace = Workspace.open(Path("/proc/forestall"), embedded=tmp_path / "none")
    with pytest.raises(StoreError, match="FORESTALL_HOME"):
        ingest.update(workspace, ucdp, today=TODAY)


def test_real_releases(workspace: Workspace, shared: Path) -> None:
    for name, rows in (("GEDEvent_v26_0_1.csv.gz", 1727), ("GEDEvent_v26_0_2.csv.gz", 1298)):
        added = ingest.add(workspace, shared / "ucdp" / name, today=TODAY)
        assert added.report is not None
        assert added.report.rows_read == rows
    assert by_release(workspace)["ucdp-candidate-26.0.1"] == 33_867
    assert workspace.sql("SELECT count(DISTINCT event_id) AS n FROM ucdp_events").item() == 1727 + 1298 - 11
