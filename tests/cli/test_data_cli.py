"""`forestall data` as people use it: a process, its two streams and its exit code."""

import csv
import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "sources"))

from made_files import events, write, zipped

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, tmp_path: Path) -> Run:
    """Runs `forestall data ...` in tmp_path; asserts the exit code, and one clean line on stderr if it is not 0."""

    def call(*args: str, code: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "FORESTALL_HOME": str(home), **variables}
        done = subprocess.run(
            [sys.executable, "-c", "from forestall.cli import main; main()", "data", *args],
            capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return call


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A mirror of UCDP on this machine: its address, and the folder that it serves."""
    folder = tmp_path / "mirror"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", folder
    server.shutdown()
    server.server_close()


def test_list_shows_the_embedded_figures_and_makes_no_file(run: Run, home: Path) -> None:
    document = json.loads(run("list", "--json").stdout)
    assert document["data_end"] == "2026-02"
    held = {(item["table"], item["release"]): item for item in document["holdings"]}
    ged = held["ucdp_country_month", "ucdp-ged-25.1"]
    assert (ged["first"], ged["last"], ged["status"], ged["origin"]) == ("1989-01", "2024-12", "final", "embedded")
    assert ged["rows"] > 10_000
    assert ged["licence"] == "CC-BY-4.0"
    assert "Sundberg" in ged["citation"]
    assert ged["age_days"] == (date.fromisoformat(document["today"]) - date.fromisoformat(ged["published"])).days
    assert all(item["licence"] and item["citation"] for item in held.values())
    text = run("list").stdout
    for name in {item["table"] for item in held.values()}:
        assert f"\n{name}\n" in text
    assert "Sundberg and Melander (2013)" in text
    assert not home.exists()


def test_add_list_verify_and_again(run: Run, home: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "GEDEvent_v26_0_3.csv", events("2026-03"))
    done = run("add", str(path), "--published", "2026-04-20", "--json")
    (added,) = json.loads(done.stdout)["added"]
    assert (added["release"], added["rows"], added["unchanged"], added["rows_set_aside"]) == (
        "ucdp-candidate-26.0.3", 300, False, 0,
    )  # fmt: skip
    assert "300 rows in ucdp_events" in done.stderr
    again = run("add", str(path))
    assert (again.stdout, again.stderr.count("\n")) == ("", 1)
    assert "already held" in again.stderr
    document = json.loads(run("list", "--json").stdout)
    assert document["data_end"] == "2026-03"
    (mine,) = [item for item in document["holdings"] if item["origin"] == "added"]
    assert (mine["file"], mine["published"], mine["table"]) == ("GEDEvent_v26_0_3.csv", "2026-04-20", "ucdp_events")
    assert "added from GEDEvent_v26_0_3.csv" in run("list").stdout

    assert "all match their digests" in run("verify").stdout
    (snapshot,) = home.glob("snapshots/*/*")
    snapshot.write_bytes(b"something else")
    broken = run("verify", "--json", code=1)
    report = json.loads(broken.stdout)
    assert report["ok"] is False
    assert len(report["problems"]) == 1
    assert snapshot.name in broken.stderr
    assert broken.stderr.startswith("forestall: ")


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["add", "none.csv"], 1, "no such file"),
        (["add", "page.csv"], 1, "page.csv"),
        (["add", "good.csv"], 1, "--release"),
        (["add", "good.csv", "--release", "nonsense"], 2, "nonsense"),
        (["add", "good.csv", "--published", "yesterday"], 2, "YYYY-MM-DD"),
        (["export", "nope"], 2, "the tables held are"),
        (["export", "population", "--format", "xlsx"], 2, "csv, parquet, geojson"),
        (["export", "population", "--format", "geojson"], 2, "no place"),
        (["export", "population", "--format", "parquet", "--hxl"], 2, "--hxl"),
        (["export", "land_cells", "--from", "2020-01"], 2, "no time"),
        (["export", "population", "--from", "2020-13"], 2, "2020-13"),
        (["export", "population", "--country", "Atlantis"], 2, "Atlantis"),
        (["export", "population", "--out", "/proc/forestall/x.csv"], 1, "could not write"),
        (["update", "--from-url", "http://mirror.example"], 1, "https"),
        (["update", "--from-url", "http://127.0.0.1:9", "--api"], 2, "FORESTALL_UCDP_TOKEN"),
    ],
)
def test_errors_are_one_line(run: Run, home: Path, tmp_path: Path, args: list[str], code: int, words: str) -> None:
    write(tmp_path, "page.csv", b"<!DOCTYPE html><html><body>Sign in</body></html>")
    write(tmp_path, "good.csv", events("2026-03"))
    before = set(tmp_path.iterdir())
    done = run(*args, code=code, FORESTALL_UCDP_TOKEN="")
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("forestall: ")
    assert words in done.stderr
    assert set(tmp_path.iterdir()) == before


def test_a_home_that_cannot_be_written_is_one_line(run: Run, tmp_path: Path) -> None:
    path = write(tmp_path, "GEDEvent_v26_0_3.csv", events("2026-03"))
    done = run("add", str(path), code=1, FORESTALL_HOME="/proc/forestall")
    assert done.stderr.count("\n") == 1
    assert "FORESTALL_HOME" in done.stderr
    assert json.loads(run("list", "--json", FORESTALL_HOME="/proc/forestall").stdout)["holdings"]


def test_update_from_a_mirror(run: Run, mirror: tuple[str, Path]) -> None:
    base, folder = mirror
    year = date.today().year - 2001  # the final release of last year is out on every day of this one
    name = f"GEDEvent_v{year}_1.csv"
    write(folder / "downloads" / "ged", f"ged{year}1-csv.zip", zipped(name, events("2020-05", rows=40)))
    done = run("update", "--from-url", base, "--json")
    document = json.loads(done.stdout)
    assert [item["release"] for item in document["added"]] == [f"ucdp-ged-{year}.1"]
    assert f"ucdp-ged-{year + 1}.1" in document["not_there"]
    assert "asking for" in done.stderr
    again = run("update", "--from-url", base)
    assert "nothing new" in again.stderr
    assert again.stdout == ""


def test_export_in_each_format(run: Run, home: Path, tmp_path: Path) -> None:
    run("export", "ucdp_country_month", "--country", "RWA", "--from", "1994-04", "--to", "1994-04", "--hxl")
    with (tmp_path / "ucdp_country_month.csv").open(newline="", encoding="utf-8") as stream:
        header, tags, row = csv.reader(stream)
    values = dict(zip(header, row, strict=True))
    assert (values["month"], values["deaths_total"]) == ("1994-04", "741096")  # as published, GED 25.1
    tagged = dict(zip(header, tags, strict=True))
    assert tagged["iso3"].startswith("#country")
    assert (tagged["month_id"], tagged["month"]) == ("#date+month", "#date+month+iso")
    assert "Sundberg" in (tmp_path / "ucdp_country_month.csv.citation.txt").read_text()

    done = run("export", "ucdp_cell_month", "--format", "geojson", "--to", "2021-01", "--out", "c.geojson", "--json")
    document = json.loads((tmp_path / "c.geojson").read_text())
    assert json.loads(done.stdout)["rows"] == len(document["features"]) > 0
    assert document["metadata"]["columns"]["pg_id"]["meaning"]

    run("export", "ucdp_country_year", "--format", "parquet", "--out", "new/folder/y.parquet")
    table = pl.read_parquet(tmp_path / "new" / "folder" / "y.parquet")
    assert table["deaths_total"].sum() == 3_957_143  # the world 1989-2024, as published
    assert not home.exists()
