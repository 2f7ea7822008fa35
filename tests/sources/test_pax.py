"""PA-X files, made up row by row: what is read, what is refused, and that the file of the publisher goes in whole."""

import csv
import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from forestall.errors import SourceError, UsageError
from forestall.sources import ingest, pax
from forestall.store import Workspace
from forestall.store.schemas import ADDED_ONLY, PAX_PROVISIONS, SCHEMAS

TODAY = date(2026, 2, 1)
ROW = {
    **dict.fromkeys(pax.COLUMNS, ""),
    **dict.fromkeys(PAX_PROVISIONS, "0"),
    "AgtId": "1",
    "Agt": "Invented accord",
    "Con": "Chad/Sudan/(Darfur)",
    "PP": "7",
    "PPName": "Invented process",
    "Stage": "Cea",
    "Agtp": "Inter",
    "Dat": "2007-02-21",
    "Loc1ISO": "TCD",
    "Loc2ISO": "SDN",
    "Loc1GWNO": "483",
    "Loc2GWNO": "625",
    "UcdpCon": "333",
    "UcdpAgr": "NA ",
    "ThrdPart": "Libya\r\nCommunity of Sahel-Saharan States",
    "Ce": "3",
}


def write(path: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = pax.COLUMNS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_row_as_it_is_read(tmp_path: Path) -> None:
    parsed = pax.parse_file(write(tmp_path / "pax_v6.csv", [ROW]), today=TODAY)
    assert (parsed.release, parsed.table, parsed.kind) == ("pax-6", "pax_agreements", "pax")
    assert parsed.frame.schema == pl.Schema(SCHEMAS["pax_agreements"])
    row = parsed.frame.row(0, named=True)
    assert row["iso3"] == "TCD;SDN"
    assert row["gw_ids"] == "483;625"
    assert (row["pax_id"], row["pax_process_id"], row["agreement_id"]) == (1, 7, None)
    assert row["agreed_on"] == date(2007, 2, 21)
    assert (row["conflict_ids"], row["pax_ceasefire"], row["pax_amnesty"]) == ("333", 3, 0)
    assert row["third_parties"] == ROW["ThrdPart"]
    assert not parsed.complete


def test_names_bear_nothing_that_a_terminal_obeys(tmp_path: Path) -> None:
    row = ROW | {"Agt": "Accord\x1b[31m of\r\ntwo lines", "PPName": "Talks\x07"}
    read = pax.parse_file(write(tmp_path / "pax_v6.csv", [row]), today=TODAY).frame.row(0, named=True)
    assert (read["name"], read["pax_process"]) == ("Accord [31m of two lines", "Talks ")


@pytest.mark.parametrize(
    ("con", "day", "codes"),
    [
        ("Bosnia and Herzegovina/Yugoslavia (former)", "1995-11-21", "BIH;SRB"),
        ("South Sudan/Sudan", "2002-07-20", "SSD;SDN"),
        ("Kosovo/Serbia/Yugoslavia (former)", "2013-09-08", "XKX;SRB"),
        ("Israel/Palestine", "1993-09-13", "ISR;PSE"),
        ("Democratic Republic of Congo/Uganda", "2003-02-10", "COD;UGA"),
        ("Republic of Congo", "1999-12-29", "COG"),
    ],
)
def test_countries_are_those_of_the_text_by_their_series(tmp_path: Path, con: str, day: str, codes: str) -> None:
    row = ROW | {"Con": con, "Dat": day, "Loc1ISO": "", "Loc2ISO": ""}
    assert pax.parse_file(write(tmp_path / "pax_v6.csv", [row]), today=TODAY).frame["iso3"][0] == codes


def test_no_country_is_null(tmp_path: Path) -> None:
    row = ROW | {"Con": "Kurds-Kurdistan", "Loc1ISO": "", "Loc2ISO": "NA"}
    assert pax.parse_file(write(tmp_path / "pax_v6.csv", [row]), today=TODAY).frame["iso3"][0] is None


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("AgtId", "one"),
        ("AgtId", "1"),  # stands before
        ("Dat", "2007-02-30"),
        ("Dat", "2026-02-02"),
        ("Dat", "0007-02-20"),
        ("Stage", "Ceasefire"),
        ("Ce", "4"),
        ("Ce", ""),
        ("ThrdPart", "x" * (pax.MAX_TEXT + 1)),
    ],
)
def test_a_bad_row_is_set_aside_with_its_line(tmp_path: Path, column: str, value: str) -> None:
    rows = [ROW, ROW | {"AgtId": "2"} | {column: value}, ROW | {"AgtId": "3"}]
    parsed = pax.parse_file(write(tmp_path / "pax_v6.csv", rows), today=TODAY)
    assert parsed.frame["pax_id"].to_list() == [1, 3]
    assert [remark.column for remark in parsed.report.set_aside] == [column]
    assert parsed.report.set_aside[0].line == 4  # the header, two lines of the first row


def test_a_file_without_a_version_asks_for_it(tmp_path: Path) -> None:
    path = write(tmp_path / "agreements.csv", [ROW])
    with pytest.raises(SourceError, match="--release pax-6"):
        pax.parse_file(path, today=TODAY)
    assert pax.parse_file(path, release="PAX-6", today=TODAY).release == "pax-6"
    with pytest.raises(UsageError, match="not one of PA-X"):
        pax.parse_file(path, release="ucdp-ged-25.1", today=TODAY)


def test_a_file_that_lacks_columns_is_refused_with_their_names(tmp_path: Path) -> None:
    path = write(tmp_path / "pax_v6.csv", [ROW], tuple(c for c in pax.COLUMNS if c not in ("Dat", "Ce")))
    with pytest.raises(SourceError, match="lacks the columns Dat, Ce"):
        pax.parse_file(path, today=TODAY)


def test_a_file_of_bad_rows_is_refused(tmp_path: Path) -> None:
    rows = [ROW | {"AgtId": str(n), "Stage": "?"} for n in range(30)]
    with pytest.raises(SourceError, match="rows do not fit"):
        pax.parse_file(write(tmp_path / "pax_v6.csv", rows), today=TODAY)
    with pytest.raises(SourceError, match="no usable row"):
        pax.parse_file(write(tmp_path / "pax_v6.csv", rows[:2]), today=TODAY)


def test_what_is_no_pax_file_does_not_fit(tmp_path: Path) -> None:
    bomb = tmp_path / "pax_v6.csv.gz"
    bomb.write_bytes(gzip.compress(b"0" * (40 << 20)))
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    other = tmp_path / "ged251.csv"
    other.write_text("id,year\n1,2\n", encoding="utf-8")
    assert [pax.fits(path) for path in (bomb, empty, other, tmp_path / "absent.csv", tmp_path)] == [False] * 5
    assert pax.fits(write(tmp_path / "pax.csv", [ROW]))


def test_it_goes_into_a_workspace_and_states_its_terms(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "home")
    assert workspace.table("pax_agreements").is_empty()
    path = write(tmp_path / "pax_v6.csv", [ROW])
    added = ingest.add(workspace, path, today=TODAY)
    assert (added.release, added.table, added.rows) == ("pax-6", "pax_agreements", 1)
    assert any("commercially" in note for note in ingest.notes_of([added]))
    assert ingest.add(workspace, path, release="pax-6", today=TODAY).unchanged
    assert workspace.table("pax_agreements")["pax_id"].to_list() == [1]
    sources = [entry.source for entry in workspace.catalogue().entries]
    assert "non-commercial" in sources[0].licence
    assert "Bell and Badanjak" in sources[0].citation


def test_it_is_never_embedded() -> None:
    assert "pax_agreements" in ADDED_ONLY
    assert "pax_agreements" not in Workspace.open().embedded.tables()


def test_the_whole_file_of_the_publisher(shared: Path) -> None:
    parsed = pax.parse_file(shared / "mediation" / "pax_v6_to_2020.csv.gz", today=TODAY)
    assert parsed.complete
    assert (parsed.report.rows_kept, parsed.report.rows_set_aside) == (1952, 0)
    assert parsed.frame["iso3"].null_count() == 1
    assert (parsed.first_month, parsed.last_month) == (121, 492)  # January 1990 to December 2020
