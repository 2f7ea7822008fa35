"""The workspace: one schema, atomic updates, and files that are what their digests say."""

import hashlib
import json
import os
import stat
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from holdings import SOURCE, TABLE, embed, frame, release, totals
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import StoreError, UsageError
from forestall.store import EmbeddedFile, Manifest, Workspace
from forestall.store.schemas import SCHEMAS
from forestall.store.snapshots import Snapshots
from forestall.store.verification import verify


@pytest.fixture
def embedded(tmp_path: Path) -> Path:
    register = pl.DataFrame(
        [release("r-embedded").model_dump(), release("r-both").model_dump()], schema=SCHEMAS["release_register"]
    )
    rows = pl.concat([frame("r-embedded", [1, 2]), frame("r-both", [10])])
    return embed(tmp_path / "embedded", {TABLE: rows, "release_register": register})


@pytest.fixture
def workspace(tmp_path: Path, embedded: Path) -> Workspace:
    return Workspace.open(tmp_path / "home", embedded=embedded)


def test_opening_and_reading_make_no_file(workspace: Workspace) -> None:
    assert totals(workspace) == {"r-embedded": 3, "r-both": 10}
    assert workspace.releases().height == 2
    assert workspace.table("ucdp_events").schema == pl.Schema(SCHEMAS["ucdp_events"])
    assert workspace.sql(f"SELECT count(*) AS n FROM {TABLE}")["n"].to_list() == [3]
    verify(workspace)
    assert not workspace.home.exists()
    assert not workspace.cache_dir.exists()


def test_home_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORESTALL_HOME", str(tmp_path / "elsewhere"))
    assert Workspace.open().home == tmp_path / "elsewhere"


def test_an_added_release_replaces_the_embedded_one(workspace: Workspace) -> None:
    workspace.add_table(frame("r-both", [99]), release("r-both", published=date(2026, 3, 1)), source=SOURCE)
    workspace.add_table(frame("r-new", [5]), release("r-new"), source=SOURCE)
    assert totals(workspace) == {"r-embedded": 3, "r-both": 99, "r-new": 5}
    by_sql = workspace.sql(f"SELECT release, sum(deaths_total) AS d FROM {TABLE} GROUP BY release")
    assert dict(by_sql.iter_rows()) == totals(workspace)
    published = dict(workspace.releases().select("release", "published").iter_rows())
    assert published == {
        "r-embedded": date(2026, 2, 20),
        "r-both": date(2026, 3, 1),
        "r-new": date(2026, 2, 20),
    }
    assert workspace.sql("FROM release_register").sort("release").equals(workspace.releases().sort("release"))


def test_another_file_for_a_release_replaces_the_first(workspace: Workspace, tmp_path: Path) -> None:
    raws = []
    for deaths in (1, 2):
        raw = tmp_path / f"{deaths}.csv"
        raw.write_text(str(deaths))
        raws.append(raw.read_bytes())
        workspace.add_table(frame("r", [deaths]), release("r"), source=SOURCE, raw=raw)
    assert totals(workspace)["r"] == 2
    catalogue = workspace.catalogue()
    assert [entry.original for entry in catalogue.entries] == ["2.csv"]
    (old,) = catalogue.superseded
    assert workspace.snapshots.read(old.snapshot) == raws[0]
    assert verify(workspace).problems == ()


def test_an_error_inside_an_update_leaves_everything_as_it_was(workspace: Workspace) -> None:
    workspace.add_table(frame("r", [1]), release("r"), source=SOURCE)
    before = {path: path.read_bytes() for path in workspace.home.rglob("*") if path.is_file()}
    with pytest.raises(RuntimeError), workspace.update() as change:  # noqa: PT012
        change.add_table(frame("r", [2]), release("r"), source=SOURCE)
        change.add_table(frame("s", [2]), release("s"), source=SOURCE)
        raise RuntimeError
    assert {path: path.read_bytes() for path in workspace.home.rglob("*") if path.is_file()} == before


def test_readers_see_nothing_before_the_end_of_an_update(workspace: Workspace) -> None:
    with workspace.update() as change:
        change.add_table(frame("r", [1]), release("r"), source=SOURCE)
        assert "r" not in totals(workspace)
    assert totals(workspace)["r"] == 1


def test_replaced_files_go_at_the_next_update(workspace: Workspace) -> None:
    for deaths in (1, 2, 3):
        workspace.add_table(frame("r", [deaths]), release("r"), source=SOURCE)
    assert len(list(workspace.home.glob("tables/*/*.parquet"))) == 2
    (workspace.home / "tables" / TABLE / ".part-1-abc").write_bytes(b"left by a killed update")
    with workspace.update():
        pass
    assert [path.name for path in workspace.home.glob("tables/*/*")] == [
        Path(workspace.catalogue().entries[0].file).name
    ]


def test_a_reader_that_was_overtaken_reads_again(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.add_table(frame("r", [1]), release("r"), source=SOURCE)
    stale = workspace.catalogue()
    for deaths in (2, 3):
        workspace.add_table(frame("r", [deaths]), release("r"), source=SOURCE)
    real, first = Workspace.catalogue, [stale, stale]
    monkeypatch.setattr(Workspace, "catalogue", lambda self: first.pop() if first else real(self))
    first.pop()
    assert totals(workspace)["r"] == 3
    first.append(stale)
    assert workspace.sql(f"SELECT sum(deaths_total) AS d FROM {TABLE} WHERE release = 'r'")["d"].item() == 3


def test_what_does_not_fit_is_refused(workspace: Workspace) -> None:
    good = frame("r", [1])
    cases = [
        (good.drop("iso3"), release("r"), "no column iso3"),
        (good.with_columns(deaths_total=pl.lit("many")), release("r"), "does not fit"),
        (good.with_columns(deaths_total=pl.lit(2**40)), release("r"), "does not fit"),
        (good, release("s"), "must name it"),
        (good.with_columns(release=pl.lit(None, pl.String)), release("r"), "must name it"),
        (good, release("r", table="population"), "no column release"),
        (good, release("r", table="release_register"), "no column release"),
    ]
    for rows, row, words in cases:
        with pytest.raises(StoreError, match=words):
            workspace.add_table(rows, row, source=SOURCE)
    assert not (workspace.home / "catalogue.json").exists()


@pytest.mark.parametrize("name", ["../evil", "a/b", "", ".hidden", "A", "a\0b"])
def test_a_release_name_is_a_safe_file_name(name: str) -> None:
    with pytest.raises(ValueError, match="release"):
        release(name)


def test_a_table_nobody_has(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no table 'nope'; the tables held are .*release_register, .*ucdp_"):
        workspace.table("nope")
    bare = Workspace.open(tmp_path / "home", embedded=tmp_path / "none")
    for ask in (lambda: bare.table("ucdp_country_month"), bare.releases, bare.manifest):
        with pytest.raises(StoreError, match=r"manifest\.json is missing"):
            ask()
    (workspace.embedded.folder / f"{TABLE}.parquet").unlink()
    with pytest.raises(StoreError, match="embedded table ucdp_conflict_month is missing"):
        workspace.table(TABLE)


def test_damage_is_found_and_named(workspace: Workspace, tmp_path: Path) -> None:
    raw = tmp_path / "raw.csv"
    raw.write_bytes(b"raw bytes")
    entry = workspace.add_table(frame("r", [1]), release("r"), source=SOURCE, raw=raw)
    whole = verify(workspace)
    assert (whole.files, whole.problems) == (4, ())
    snapshot = workspace.snapshots.path(entry.snapshot)
    snapshot.write_bytes(b"Raw bytes")
    (workspace.home / entry.file).unlink()
    table = workspace.embedded.folder / f"{TABLE}.parquet"
    content = bytearray(table.read_bytes())
    content[-5] ^= 1  # in the length of the footer
    table.write_bytes(content)
    problems = verify(workspace).problems
    assert len(problems) == 3
    assert "embedded table ucdp_conflict_month" in problems[0]
    assert "release r" in problems[1]
    assert "is missing" in problems[1]
    assert "raw.csv" in problems[2]
    with pytest.raises(StoreError, match="could not read"):
        workspace.table(TABLE)
    elsewhere = Workspace.open(workspace.home, embedded=tmp_path / "none")
    with pytest.raises(StoreError, match="a table file is missing"):
        elsewhere.table(TABLE)
    with pytest.raises(StoreError, match="a table file is missing"):
        elsewhere.sql("SELECT 1")
    with pytest.raises(StoreError, match="does not match its name"):
        workspace.snapshots.read(entry.snapshot)
    workspace.add_table(frame("r", [1]), release("r"), source=SOURCE, raw=raw)  # adding it again repairs both
    assert len(verify(workspace).problems) == 1


def test_files_beside_the_tables_are_checked_too(workspace: Workspace) -> None:
    folder = workspace.embedded.folder
    manifest = workspace.manifest()
    (folder / "geometry").mkdir()
    path = folder / "geometry" / "world.json"
    path.write_bytes(b"{}")
    entry = EmbeddedFile(bytes=2, sha256=hashlib.sha256(b"{}").hexdigest(), sources=(SOURCE,), command="a test")
    before = verify(workspace)
    Manifest(built_with="a test", tables=manifest.tables, files={"geometry/world.json": entry}).write(
        folder / "manifest.json"
    )
    now = verify(workspace)
    assert (now.files, now.bytes, now.problems) == (before.files + 1, before.bytes + 2, ())
    path.write_bytes(b"[]")
    (problem,) = verify(workspace).problems
    assert problem.startswith("embedded file geometry/world.json: ")
    assert "has changed" in problem
    path.unlink()
    (problem,) = verify(workspace).problems
    assert problem.endswith("is missing")


def test_a_damaged_table_file_is_one_line(workspace: Workspace) -> None:
    entry = workspace.add_table(frame("r", [1]), release("r"), source=SOURCE)
    (workspace.home / entry.file).write_bytes(b"not parquet at all")
    for ask in (lambda: workspace.table(TABLE), lambda: workspace.sql("SELECT 1")):
        with pytest.raises(StoreError, match="forestall data verify") as caught:
            ask()
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', '{"format": 1, "entries": [{"file": "../x"}]}'])
def test_a_damaged_catalogue_is_one_line_and_is_left_alone(workspace: Workspace, content: str) -> None:
    workspace.home.mkdir()
    path = workspace.home / "catalogue.json"
    path.write_text(content)
    for ask in (
        lambda: workspace.table(TABLE),
        lambda: workspace.add_table(frame("r", [1]), release("r"), source=SOURCE),
    ):
        with pytest.raises(StoreError, match="not a catalogue") as caught:
            ask()
        assert "\n" not in str(caught.value)
    assert path.read_text() == content
    assert len(verify(workspace).problems) == 1


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('{home}/catalogue.json')",
        "SELECT * FROM glob('/*')",
        "COPY (SELECT 1) TO '{home}/out.csv'",
        "COPY (SELECT 1) TO '{table}'",
        "ATTACH '{home}/x.db'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "DROP VIEW ucdp_conflict_month",
        "INSERT INTO ucdp_events (event_id) VALUES (1)",
        "SELECT 1; SELECT 2",
        "",
        "-- nothing",
        "SELEC 1",
        "SELECT nobody FROM ucdp_conflict_month",
        "SELECT CAST(iso3 AS INTEGER) FROM ucdp_conflict_month",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "FROM read_blob('{home}/catalogue.json')",
        "SELECT INTERVAL 3 DAY AS wait",
        "SELECT [INTERVAL 3 DAY] AS waits",
        "SELECT 1 AS a, 2 AS a",
    ],
)
def test_sql_reads_tables_and_nothing_else(workspace: Workspace, query: str) -> None:
    entry = workspace.add_table(frame("r", [1]), release("r"), source=SOURCE)
    before = {path: path.read_bytes() for path in workspace.home.rglob("*") if path.is_file()}
    table = workspace.home / entry.file
    with pytest.raises(UsageError, match=r"^SQL: ") as caught:
        workspace.sql(query.format(home=workspace.home, table=table))
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in workspace.home.rglob("*") if path.is_file()} == before


def test_sql_answers_in_plain_types(workspace: Workspace) -> None:
    answer = workspace.sql(
        f"WITH t AS (SELECT * FROM {TABLE}) SELECT release, sum(deaths_total) AS d, avg(deaths_total) AS m, "
        "DATE '2026-01-31' AS day, NULL::INTEGER AS gap FROM t GROUP BY release ORDER BY release"
    )
    assert answer.dtypes == [pl.String, pl.Int64, pl.Float64, pl.Date, pl.Int32]
    assert answer.row(0) == ("r-both", 10, 10.0, date(2026, 1, 31), None)


def test_sql_needs_no_pyarrow(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    assert workspace.sql(f"SELECT iso3 FROM {TABLE} LIMIT 1").item() == "x"


def test_embedded_types_are_brought_to_the_schema(tmp_path: Path) -> None:
    wide = frame("r", [1]).with_columns(pl.col("gw_id").cast(pl.Int64), note=pl.lit("kept"))
    workspace = Workspace.open(tmp_path / "home", embedded=embed(tmp_path / "e", {TABLE: wide}))
    table = workspace.table(TABLE)
    assert table.columns == [*SCHEMAS[TABLE], "note"]
    assert table.schema["gw_id"] == pl.Int32
    assert workspace.sql(f"FROM {TABLE}").equals(table)
    workspace.add_table(frame("s", [2]), release("s"), source=SOURCE)
    assert workspace.table(TABLE)["note"].to_list() == ["kept", None]
    assert workspace.sql(f"FROM {TABLE} ORDER BY deaths_total").equals(workspace.table(TABLE))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), max_size=8))
def test_the_last_file_of_each_release_counts(tmp_path_factory: pytest.TempPathFactory, adds) -> None:
    folder = tmp_path_factory.mktemp("law")
    workspace = Workspace.open(folder / "home", embedded=folder / "none")
    for name, deaths in adds:
        workspace.add_table(frame(name, [deaths]), release(name), source=SOURCE)
    assert totals(workspace) == dict(adds)
    assert workspace.catalogue().entries == tuple(
        sorted(workspace.catalogue().entries, key=lambda entry: (entry.row.table, entry.row.release))
    )


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=200))
def test_a_snapshot_gives_back_its_bytes(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    (folder / "raw").write_bytes(content)
    snapshots = Snapshots(folder / "snapshots")
    digest = snapshots.put(folder / "raw")
    assert snapshots.put(folder / "raw", expected=digest) == digest
    assert snapshots.read(digest) == content
    assert list(snapshots.digests()) == [digest]


def test_a_file_that_changes_while_it_is_added_is_refused(tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"one")
    with pytest.raises(StoreError, match="changed while"):
        Snapshots(tmp_path / "snapshots").put(tmp_path / "raw", expected="0" * 64)
    assert not (tmp_path / "snapshots").exists()
    with pytest.raises(StoreError, match="not a sha256"):
        Snapshots(tmp_path).read("../../etc/passwd")


def test_a_home_that_is_a_file_is_one_line(tmp_path: Path, embedded: Path) -> None:
    (tmp_path / "home").write_text("a file")
    workspace = Workspace.open(tmp_path / "home", embedded=embedded)
    assert totals(workspace)["r-both"] == 10
    with pytest.raises(StoreError, match="could not write to"):
        workspace.add_table(frame("r", [1]), release("r"), source=SOURCE)


def test_files_are_for_their_owner_as_the_umask_says(workspace: Workspace) -> None:
    old = os.umask(0o077)
    try:
        entry = workspace.add_table(frame("r", [1]), release("r"), source=SOURCE)
    finally:
        os.umask(old)
    assert stat.S_IMODE((workspace.home / entry.file).stat().st_mode) == 0o600


def test_the_catalogue_is_plain_json(workspace: Workspace) -> None:
    workspace.add_table(frame("r", [1]), release("r"), source=SOURCE)
    document = json.loads((workspace.home / "catalogue.json").read_text())
    assert document["format"] == 1
    assert document["entries"][0]["row"]["release"] == "r"
