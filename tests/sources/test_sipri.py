"""SIPRI files, made up cell by cell: what is read, what is refused, and that the publisher's files go in whole."""

import gzip
import io
import zipfile
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl
import pytest

from forestall.errors import SourceError, UsageError
from forestall.sources import ingest, sipri
from forestall.store import Workspace
from forestall.store.schemas import ADDED_ONLY, SCHEMAS

TODAY = date(2026, 2, 1)
USD, SHARE = "Constant (2021) US$", "Share of GDP"
Sheet = list[list[object]]
MONEY: Sheet = [
    ["Military expenditure by country, in constant (2021) US$ m."],
    [],
    ["Country", None, "Notes", 1990, 1991, 1992],
    [],
    ["Africa"],
    ["Mali", None, "§", 10.5, "...", 12],
    ["Eritrea", None, "", "xxx", "xxx", ". ."],
    ["USSR", None, "", 100, "...", "xxx"],
    ["Russia", None, "", "xxx", "xxx", 60],
    ["European Union", None, "", 1, 1, 1],
]
PARTS: Sheet = [
    ["Military expenditure by country as percentage of gross domestic product"],
    ["Country", "Notes", 1990, 1991, 1992],
    ["Mali", "§", 0.02, 0.025, "..."],
]
HEAD = "supplier,recipient,year,value\n"


def workbook(path: Path, sheets: dict[str, Sheet], *, raw: str = "") -> Path:
    """An .xlsx with these sheets, text inline; raw: further XML in the first sheet's data."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        kinds = "http://schemas.openxmlformats.org"
        names = list(sheets)
        listed = "".join(
            f'<sheet name="{escape(name)}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(names, 1)
        )
        links = "".join(
            f'<Relationship Id="rId{i}" Type="{kinds}/officeDocument/2006/relationships/worksheet" '
            f'Target="worksheets/sheet{i}.xml"/>'
            for i in range(1, len(names) + 1)
        )
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{kinds}/package/2006/content-types"><Default Extension="xml" '
            'ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{kinds}/package/2006/relationships"><Relationship Id="r1" '
            f'Type="{kinds}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{kinds}/spreadsheetml/2006/main" '
            f'xmlns:r="{kinds}/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{kinds}/package/2006/relationships">{links}</Relationships>',
        )
        for i, name in enumerate(names, 1):
            body = "".join(_row(number, row) for number, row in enumerate(sheets[name], 1))
            archive.writestr(
                f"xl/worksheets/sheet{i}.xml",
                f'<worksheet xmlns="{kinds}/spreadsheetml/2006/main"><sheetData>{body}{raw if i == 1 else ""}'
                "</sheetData></worksheet>",
            )
    path.write_bytes(packed.getvalue())
    return path


def _row(number: int, cells: list[object]) -> str:
    out = ""
    for place, value in enumerate(cells):
        where = f"{chr(ord('A') + place)}{number}"
        if isinstance(value, int | float):
            out += f'<c r="{where}"><v>{value}</v></c>'
        elif value is not None:
            out += f'<c r="{where}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'
    return f'<row r="{number}">{out}</row>'


def milex(tmp_path: Path, money: Sheet = MONEY, parts: Sheet = PARTS, raw: str = "") -> Path:
    return workbook(tmp_path / "milex.xlsx", {"Front page": [["SIPRI"]], USD: money, SHARE: parts}, raw=raw)


def transfers(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "transfers.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_workbook_as_it_is_read(tmp_path: Path) -> None:
    path = milex(tmp_path)
    assert sipri.fits(path)
    parsed = sipri.parse_file(path, today=TODAY)
    assert (parsed.release, parsed.table, parsed.kind) == ("sipri-milex-1992", "sipri_expenditure", "sipri-milex")
    assert parsed.frame.schema == pl.Schema(SCHEMAS["sipri_expenditure"])
    assert parsed.frame.select("iso3", "year", "usd_constant", "share_of_gdp").rows() == [
        ("ERI", 1992, None, None),  # ". ." is not known; "xxx" of the years before is no state and no row
        ("MLI", 1990, 10.5, 0.02),
        ("MLI", 1991, None, 0.025),
        ("MLI", 1992, 12.0, None),
        ("RUS", 1990, 100.0, None),
        ("RUS", 1991, None, None),
        ("RUS", 1992, 60.0, None),
    ]
    assert parsed.frame["price_year"].unique().to_list() == [2021]
    assert any("European Union" in note for note in parsed.report.notes)
    assert not parsed.complete


@pytest.mark.parametrize("value", ["12,5", -1, 1e9, "n/a"])
def test_a_bad_figure_is_set_aside_and_is_not_zero(tmp_path: Path, value: object) -> None:
    money = [*MONEY[:5], ["Mali", None, "", value, "...", 12]]
    parsed = sipri.parse_file(milex(tmp_path, money), today=TODAY)
    mali = parsed.frame.filter(pl.col("iso3") == "MLI")
    assert mali["usd_constant"].to_list() == [None, None, 12.0]
    assert [(remark.line, remark.column) for remark in parsed.report.set_aside] == [(6, "Mali 1990")]


def test_shares_in_per_cent_are_not_taken_for_shares(tmp_path: Path) -> None:
    parts = [*PARTS[:2], ["Mali", "", 20.0, 0.025, "..."]]
    parsed = sipri.parse_file(milex(tmp_path, parts=parts), today=TODAY)
    assert parsed.frame.filter(pl.col("iso3") == "MLI")["share_of_gdp"].to_list() == [None, 0.025, None]


@pytest.mark.parametrize(
    ("money", "said"),
    [
        ([["Mali", 1, 2]], "no row that begins with Country"),
        ([["Country", "x"], ["Mali", 1]], "names no years"),
        ([["Country", 1990, 1990], ["Mali", 1, 1]], "one twice"),
        ([["Country", 1990, 2027], ["Mali", 1, 1]], "one to come"),
        ([["Country", 1990], ["Mali", 1], ["Mali", 2]], "two rows"),
    ],
)
def test_a_sheet_that_is_no_table_is_refused(tmp_path: Path, money: Sheet, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        sipri.parse_file(milex(tmp_path, money), today=TODAY)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', "reaches to 1048576"),
        ('<row r="99"><c r="XFD99"><v>1</v></c></row>', "reaches to XFD99"),
        ('<row r="99"><c><v>1</v></c></row>', "cells without a place"),
    ],
)
def test_a_sheet_that_would_fill_the_memory_is_refused(tmp_path: Path, raw: str, said: str) -> None:
    path = workbook(tmp_path / "milex.xlsx", {USD: MONEY, SHARE: PARTS}, raw=raw)
    with pytest.raises(SourceError, match=said):
        sipri.parse_file(path, today=TODAY)


def test_transfers_as_they_are_read(tmp_path: Path) -> None:
    rows = ("France,Mali,1990,2", "Soviet Union,Yugoslavia,1988,0", "Libya,PLO (Israel)*,1981,5", "UAE,NATO**,1999,1")
    parsed = sipri.parse_file(transfers(tmp_path, *rows), today=TODAY)
    assert (parsed.release, parsed.table) == ("sipri-transfers-1999", "sipri_transfers")
    assert parsed.frame.schema == pl.Schema(SCHEMAS["sipri_transfers"])
    assert parsed.frame.select("supplier_iso3", "iso3", "year", "tiv").rows() == [
        ("FRA", "MLI", 1990, 2.0),
        ("RUS", "SRB", 1988, 0.0),
        ("LBY", None, 1981, 5.0),  # what an armed group received is no import of the state it is named with
        ("ARE", None, 1999, 1.0),
    ]
    assert any("not money" in note for note in parsed.report.notes)


@pytest.mark.parametrize(
    "row", ["France,Mali,1949,2", "France,Mali,2027,2", "France,Mali,1991,-1", "France,Mali,1991,", ",Mali,1991,1"]
)
def test_a_bad_row_is_set_aside_with_its_line(tmp_path: Path, row: str) -> None:
    parsed = sipri.parse_file(transfers(tmp_path, "France,Mali,1990,2", row, "France,Mali,1992,3"), today=TODAY)
    assert parsed.frame["tiv"].to_list() == [2.0, 3.0]
    assert [remark.line for remark in parsed.report.set_aside] == [3]


def test_a_row_that_stands_twice_counts_once(tmp_path: Path) -> None:
    parsed = sipri.parse_file(transfers(tmp_path, "France,Mali,1990,2", "France,Mali,1990,2"), today=TODAY)
    assert parsed.frame["tiv"].to_list() == [2.0]


def test_a_file_of_bad_rows_is_refused(tmp_path: Path) -> None:
    rows = ["France,Mali,1980,1", *(f"France,Mali,{year},none" for year in range(1950, 1980))]
    with pytest.raises(SourceError, match="do not fit"):
        sipri.parse_file(transfers(tmp_path, *rows), today=TODAY)


def test_another_release_is_refused(tmp_path: Path) -> None:
    path = transfers(tmp_path, "France,Mali,1990,2")
    assert sipri.parse_file(path, release="SIPRI-transfers-1990", today=TODAY).release == "sipri-transfers-1990"
    for other in ("sipri-transfers-1991", "sipri-milex-1990", "ucdp-ged-25.1"):
        with pytest.raises(UsageError, match="sipri-transfers-1990"):
            sipri.parse_file(path, release=other, today=TODAY)


def test_what_is_none_of_sipris_does_not_fit(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.csv.gz"
    bomb.write_bytes(gzip.compress(b"0" * (40 << 20)))
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "other.csv").write_text("supplier,year\n1,2\n", encoding="utf-8")
    workbook(tmp_path / "other.xlsx", {"Sheet1": MONEY})
    names = ("bomb.csv.gz", "empty.csv", "other.csv", "other.xlsx", "absent.csv")
    assert [sipri.fits(tmp_path / name) for name in names] == [False] * 5
    assert sipri.fits(transfers(tmp_path, head="Supplier;Recipient;Year;TIV\n"))


def test_they_go_into_a_workspace_and_state_their_terms(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path / "home")
    assert workspace.table("sipri_transfers").is_empty()
    assert workspace.table("sipri_expenditure").is_empty()
    path = transfers(tmp_path, "France,Mali,1990,2")
    added = [ingest.add(workspace, one, today=TODAY) for one in (path, milex(tmp_path))]
    assert [one.release for one in added] == ["sipri-transfers-1990", "sipri-milex-1992"]
    assert all("commercially" in " ".join(ingest.notes_of([one])) for one in added)
    assert ingest.add(workspace, path, release="sipri-transfers-1990", today=TODAY).unchanged
    assert workspace.table("sipri_transfers")["tiv"].to_list() == [2.0]
    assert workspace.table("sipri_expenditure").height == 7
    assert all("non-commercial" in entry.source.licence for entry in workspace.catalogue().entries)


def test_they_are_never_embedded() -> None:
    assert {"sipri_expenditure", "sipri_transfers"} <= set(ADDED_ONLY)
    assert not {"sipri_expenditure", "sipri_transfers"} & set(Workspace.open().embedded.tables())


def test_the_workbook_of_the_publisher(shared: Path) -> None:
    parsed = sipri.parse_file(shared / "nonproliferation" / "sipri_milex_1949_2022.xlsx", today=TODAY)
    assert (parsed.release, parsed.complete) == ("sipri-milex-2022", True)
    assert (parsed.report.rows_kept, parsed.report.rows_set_aside) == (10_375, 0)
    frame = parsed.frame
    assert not frame.select("iso3", "year").is_duplicated().any()
    known = frame.filter(pl.col("share_of_gdp").is_not_null())
    assert known.filter(pl.col("iso3") == "YEM")["year"].min() == 1990
    assert frame.filter(pl.col("iso3") == "YEM")["year"].min() == 1949  # North Yemen, whose figures are not known


def test_the_transfers_of_the_publisher(shared: Path) -> None:
    parsed = sipri.parse_file(shared / "nonproliferation" / "sipri_arms_transfers_tiv_1950_2021.csv.gz", today=TODAY)
    assert (parsed.release, parsed.complete) == ("sipri-transfers-2021", True)
    assert (parsed.report.rows_kept, parsed.report.rows_set_aside) == (21_324, 0)
    assert parsed.frame["iso3"].null_count() == 414
