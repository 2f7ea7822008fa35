"""Tables for others: safe CSV, HXL, Parquet, GeoJSON, each with its sources; and the best release of each month."""

import csv
import io
import itertools
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from holdings import SOURCE, TABLE, embed, frame, release
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import StoreError, UsageError
from forestall.store import Release, Workspace
from forestall.store.current import best_release
from forestall.store.export import between, export, of_state
from forestall.store.export import csv as to_csv
from forestall.store.schemas import SCHEMAS

FIELDS = """
columns:
  deaths_total: {meaning: Deaths, unit: persons, source: UCDP, hxl: "#affected+killed"}
  iso3: {meaning: Code of the state, unit: ISO 3166-1, hxl: "#country+code+v_iso3"}
  release: {meaning: Release}
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    cells = frame("r", [3, 4], "ucdp_cell_month").with_columns(pg_id=pl.Series([1, 259_200], dtype=pl.Int32))
    folder = embed(tmp_path / "embedded", {TABLE: frame("r", [1, 2]), "ucdp_cell_month": cells})
    (folder / "fields.yml").write_text(FIELDS)
    return Workspace.open(tmp_path / "home", embedded=folder)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "  =", "＝", "＠"])
def test_no_cell_acts_as_a_formula(start: str) -> None:
    told = start + 'HYPERLINK("http://evil.example","x")'
    table = pl.DataFrame({"name": [told, "Mali", None], "lat": [-1.5, 2.0, None]})
    rows = list(csv.reader(io.StringIO(to_csv(table).decode(), newline="")))
    assert rows == [["name", "lat"], ["'" + told, "-1.5"], ["Mali", "2.0"], ["", ""]]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=12), min_size=1, max_size=6))
def test_every_text_survives_csv(names: list[str]) -> None:
    rows = list(csv.reader(io.StringIO(to_csv(pl.DataFrame({"name": names, "n": 1})).decode(), newline="")))[1:]
    assert len(rows) == len(names)
    for (found, _), name in zip(rows, names, strict=True):
        assert found in (name, "'" + name)
        assert not found.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_csv_with_tags_and_sources(workspace: Workspace, tmp_path: Path) -> None:
    done = export(workspace, TABLE, workspace.table(TABLE), tmp_path / "out" / "x.csv", kind="csv", hxl=True)
    header, tags, first, _ = (line.split(",") for line in done.path.read_text().splitlines())
    tagged = dict(zip(header, tags, strict=True))
    assert tagged["deaths_total"] == "#affected+killed"
    assert tagged["iso3"] == "#country+code+v_iso3"
    assert tagged["release"] == ""
    row = dict(zip(header, first, strict=True))
    assert (row["month_id"], row["month"], row["deaths_total"]) == ("7", "1980-07", "1")
    assert done.citation is not None
    assert "Davies et al. (2025)" in done.citation.read_text()
    assert "CC-BY-4.0" in done.citation.read_text()
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"x.csv", "x.csv.citation.txt"}


def test_the_sources_of_added_rows_are_named(workspace: Workspace, tmp_path: Path) -> None:
    workspace.add_table(frame("s", [5]), release("s"), source=SOURCE)
    done = export(workspace, TABLE, workspace.table(TABLE), tmp_path / "x.parquet", kind="parquet")
    assert pl.read_parquet(done.path).height == 3
    note = json.loads(pl.read_parquet_metadata(done.path)["forestall"])
    assert [source["name"] for source in note["sources"]] == ["UCDP GED", "UCDP Candidate"]
    assert note["columns"]["deaths_total"]["unit"] == "persons"


def test_cells_become_squares(workspace: Workspace, tmp_path: Path) -> None:
    done = export(workspace, "ucdp_cell_month", workspace.table("ucdp_cell_month"), tmp_path / "x", kind="geojson")
    document = json.loads(done.path.read_text())
    assert document["metadata"]["sources"][0]["licence"] == "CC-BY-4.0"
    corner, last = (feature["geometry"]["coordinates"][0] for feature in document["features"])
    assert corner == [[-180, -90], [-179.5, -90], [-179.5, -89.5], [-180, -89.5], [-180, -90]]
    assert last[2] == [180, 90]
    for ring in (corner, last):  # counter-clockwise, as RFC 7946 asks
        assert sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)) / 2 == 0.25
    assert document["features"][0]["properties"]["deaths_total"] == 3


def test_events_become_points(workspace: Workspace, tmp_path: Path) -> None:
    events = frame("s", [1, 2], "ucdp_events").with_columns(lon=pl.Series([33.25, None]))
    workspace.add_table(events, release("s", "ucdp_events"), source=SOURCE)
    done = export(workspace, "ucdp_events", workspace.table("ucdp_events"), tmp_path / "x", kind="geojson")
    first, second = json.loads(done.path.read_text())["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [33.25, 1.5]}
    assert first["properties"]["date_end"] == "2026-01-05"
    assert second["geometry"] is None


def test_what_cannot_be_written_is_said(workspace: Workspace, tmp_path: Path) -> None:
    table = workspace.table(TABLE)
    with pytest.raises(UsageError, match="no place"):
        export(workspace, TABLE, table, tmp_path / "x", kind="geojson")
    with pytest.raises(UsageError, match="csv, parquet, geojson"):
        export(workspace, TABLE, table, tmp_path / "x", kind="xlsx")
    with pytest.raises(StoreError, match="--out") as caught:
        export(workspace, TABLE, table, Path("/proc/forestall/x.csv"), kind="csv")
    assert "\n" not in str(caught.value)
    (workspace.embedded.folder / "fields.yml").unlink()
    with pytest.raises(StoreError, match="no HXL tags"):
        export(workspace, TABLE, table, tmp_path / "x", kind="csv", hxl=True)
    assert not (tmp_path / "x").exists()


def test_rows_can_be_narrowed() -> None:
    months = pl.DataFrame({"month_id": [108, 109, 110], "gw_id": [1, 2, None]})
    assert between(months, "t", 109, 109)["month_id"].to_list() == [109]
    assert between(months, "t", None, 109)["month_id"].to_list() == [108, 109]
    years = pl.DataFrame({"year": [1988, 1989, 1990]})
    assert between(years, "t", 109, 120)["year"].to_list() == [1989]
    events = pl.DataFrame({"date_end": [date(1988, 12, 31), date(1989, 1, 1), date(1989, 1, 31)]})
    assert between(events, "t", 109, 109).height == 2
    assert of_state(months, "t", gw_id=2, iso3="USA")["month_id"].to_list() == [109]
    series = pl.DataFrame({"gw_id": [345, 340], "iso3": ["SRB", "SRB"]})
    assert of_state(series, "t", gw_id=340, iso3="SRB").height == 2
    for call in (
        lambda: between(months, "t", 110, 109),
        lambda: between(pl.DataFrame({"a": [1]}), "t", 1, None),
        lambda: of_state(years, "t", gw_id=2, iso3="USA"),
        lambda: of_state(months, "t", gw_id=None, iso3=None),
    ):
        with pytest.raises(UsageError):
            call()


def _row(name: str, status: str, published: date | None, first: int | None, last: int | None, table: str) -> dict:
    return Release(
        release=name, table=table, source="s", status=status, published=published, first_month=first, last_month=last
    ).model_dump()  # fmt: skip


def test_the_best_release_of_each_month_wins_whole() -> None:
    rows = [
        _row("final", "final", date(2025, 6, 1), 1, 2, "t"),
        _row("old", "candidate", date(2025, 1, 1), 2, 4, "t"),
        _row("new", "candidate", date(2025, 2, 1), 3, 3, "t"),
        _row("undated", "candidate", None, 4, 4, "t"),
        _row("extract", "final", date(2026, 1, 1), None, None, "t"),
        _row("other", "final", date(2026, 1, 1), 1, 9, "another_table"),
    ]
    register = pl.DataFrame(rows, schema=SCHEMAS["release_register"])
    names = ["final", "old", "new", "undated", "extract", "other"]
    table = pl.DataFrame(
        [(month, name) for month in range(1, 6) for name in names],
        schema={"month_id": pl.Int32, "release": pl.String},
        orient="row",
    )

    def winners(known_on: date | None) -> dict[int, str]:
        return dict(best_release(table, register, "t", known_on).iter_rows())

    # "other" covers another table; a candidate with a date goes before one without.
    assert winners(None) == {1: "final", 2: "final", 3: "new", 4: "old"}
    assert winners(date(2025, 1, 15)) == {2: "old", 3: "old", 4: "old"}


@pytest.mark.parametrize("table", ["ucdp_conflict_year", "ucdp_termination"])
def test_conflicts_and_dyads_may_come_from_two_releases(tmp_path: Path, table: str) -> None:
    workspace = Workspace.open(tmp_path / "home", embedded=tmp_path / "none")
    for name, dyad in (("acd-1", None), ("dyadic-1", 5), ("acd-2", None)):
        rows = frame(name, [1], table).select(
            *SCHEMAS[table]
        ).with_columns(dyad_id=pl.lit(dyad, pl.Int32), year=pl.lit(2020, pl.Int32))  # fmt: skip
        row = Release(
            release=name, table=table, source="s", status="final", published=date(2021 + int(name[-1]), 6, 1),
            first_month=-407, last_month=492,
        )  # fmt: skip
        workspace.add_table(rows, row, source=SOURCE)
    assert workspace.table(table).height == 3
    assert sorted(workspace.current(table)["release"]) == ["acd-2", "dyadic-1"]
    assert workspace.current("ucdp_events").is_empty()


@pytest.mark.parametrize("table", ["ucdp_peace_agreements", "ucdp_actors"])
def test_of_lists_the_latest_stands_alone(table: str) -> None:
    rows = [
        _row("list-21.1", "final", date(2021, 6, 1), None, None, table),
        _row("list-22.1", "final", None, None, None, table),
        _row("list-23.1", "final", date(2023, 6, 1), None, None, "another_table"),
    ]
    register = pl.DataFrame(rows, schema=SCHEMAS["release_register"])
    names = ["list-21.1", "list-22.1", "list-22.1"]
    held = pl.DataFrame({"release": names, "ended_on": [date(2020, 1, 1)] * 3})
    assert best_release(held, register, table)["release"].to_list() == ["list-22.1"] * 2
    # A list without a date of publication does not count under `known_on`.
    assert best_release(held, register, table, date(2022, 12, 31))["release"].to_list() == ["list-21.1"]
    assert best_release(held, register, table, date(2021, 5, 31)).is_empty()
