"""UCDP's own files through the command line: brought in, listed, checked, exported, and read by the forecast."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

FILES = {
    "ucdp-term-acd-3-2021.xlsx": ("ucdp-termination-conflict-3-2021", "ucdp_termination", "1946", "2020"),
    "ucdp-term-dyad-3-2021.xlsx": ("ucdp-termination-dyad-3-2021", "ucdp_termination", "1946", "2020"),
    "ucdp-peace-agreements-221.xlsx": ("ucdp-peace-agreements-22.1", "ucdp_peace_agreements", "1975-01", "2021-12"),
    "ucdp-actor-221.csv": ("ucdp-actors-22.1", "ucdp_actors", None, None),
    "ucdp-prio-acd-251.csv": ("ucdp-acd-25.1", "ucdp_conflict_year", "1946", "2024"),
    "ucdp-dyadic-251.csv": ("ucdp-dyadic-25.1", "ucdp_conflict_year", "1946", "2024"),
    "organizedviolencecy_v25_1.csv.gz": ("ucdp-country-year-25.1", "ucdp_country_year", "1989", "2024"),
    "GEDEvent_v26_0_2.csv.gz": ("ucdp-candidate-26.0.2", "ucdp_events", "2026-02", "2026-02"),
    # One country is an extract: it covers no month of the world.
    "samples/ged_ethiopia.csv.gz": ("ucdp-ged-23.1", "ucdp_events", None, None),
}


class Desk:
    """A workspace and the command line over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-c", "from forestall.cli import main; main()", *arguments],
            capture_output=True, text=True, cwd=self.folder, timeout=900, check=False,
            env={**os.environ, "FORESTALL_HOME": str(self.folder / "home")},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done

    def document(self, *arguments: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json").stdout)
        return found


@pytest.fixture(scope="module")
def desk(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    made = Desk(tmp_path_factory.mktemp("real"))
    for file, (release, table, *_) in FILES.items():
        told = ["--release", release] if file.startswith("samples/") else []
        (added,) = made.document("data", "add", str(shared / "ucdp" / file), *told)["added"]
        assert (added["release"], added["table"], added["rows_set_aside"]) == (release, table, 0)
        assert added["complete"] is not file.startswith("samples/")
    return made


def test_they_are_listed_with_their_spans_and_match_their_digests(desk: Desk) -> None:
    document = desk.document("data", "list")
    held = {(one["release"], one["table"]): one for one in document["holdings"]}
    for release, table, first, last in FILES.values():
        one = held[release, table]
        assert (one["first"], one["last"], one["origin"]) == (first, last, "added"), release
        assert one["licence"] == "CC-BY-4.0"
        assert one["citation"]
    assert document["data_end"] == "2026-02"
    assert desk.document("data", "verify")["ok"] is True


@pytest.mark.parametrize(
    ("table", "rows", "column"),
    [
        ("ucdp_termination", 2_659 + 3_293, "outcome"),
        ("ucdp_peace_agreements", 406, "ceasefire"),
        ("ucdp_actors", 1_725, "name_english"),
    ],
)
def test_they_are_exported_with_a_tag_for_every_column(desk: Desk, table: str, rows: int, column: str) -> None:
    desk.run("data", "export", table, "--hxl")
    with (desk.folder / f"{table}.csv").open(newline="", encoding="utf-8") as stream:
        header, tags, *body = csv.reader(stream)
    assert len(body) == rows
    assert column in header
    assert all(tag.startswith("#") for tag in tags)
    desk.run("data", "export", table, "--format", "parquet")
    written = pl.read_parquet(desk.folder / f"{table}.parquet")
    assert (written.height, written.columns) == (rows, header)


def test_events_and_cells_have_places(desk: Desk) -> None:
    done = desk.document("data", "export", "ucdp_events", "--format", "geojson", "--country", "ETH")
    features = json.loads((desk.folder / "ucdp_events.geojson").read_text("utf-8"))["features"]
    assert len(features) == done["rows"] > 3_808
    assert {feature["geometry"]["type"] for feature in features} == {"Point"}


def test_an_extract_changes_no_forecast(desk: Desk, shared: Path, tmp_path: Path) -> None:
    bare = Desk(tmp_path)
    bare.document("data", "add", str(shared / "ucdp" / "GEDEvent_v26_0_2.csv.gz"))
    ask = ("forecast", "Ethiopia", "--target", "deaths_state_based", "--horizon", "2")
    with_extract = desk.document(*ask)
    assert (with_extract["as_of"], len(with_extract["units"])) == ("2026-02", 1)
    assert with_extract == bare.document(*ask)
