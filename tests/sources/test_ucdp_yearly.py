"""The yearly datasets: conflicts, dyads, terminations, agreements, actors, country-years, as CSV and as workbook."""

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import polars as pl
import pytest
from ucdp_rows import text, write

from forestall.errors import SourceError
from forestall.sources.ucdp import header, parse_file
from forestall.sources.ucdp_formats import COUNTRY_YEAR, FORMATS, PROVISIONS
from forestall.store.schemas import SCHEMAS

_ACD = (
    "conflict_id location side_a side_a_id side_a_2nd side_b side_b_id side_b_2nd incompatibility territory_name year "
    "intensity_level cumulative_intensity type_of_conflict start_date start_prec start_date2 start_prec2 ep_end ep_end_date "
    "ep_end_prec gwno_a gwno_a_2nd gwno_b gwno_b_2nd gwno_loc region version"
)
ACD = tuple(_ACD.split())
CONFLICT: dict[str, Any] = {
    "conflict_id": 11342,
    "location": "India",
    "side_a": "Government of India",
    "side_b": "invented group",
    "incompatibility": 1,
    "territory_name": "Inventia",
    "year": 2012,
    "intensity_level": 1,
    "type_of_conflict": 3,
    "start_date": "1997-05-29",
    "start_date2": "2012-11-15",
    "ep_end": 1,
    "gwno_loc": 750,
    "version": "25.1",
}


def workbook(path: Path, columns: Sequence[str], rows: list[dict[str, Any]]) -> Path:
    """The smallest workbook that a reader accepts, with every cell as text."""
    cells = [list(columns), *([str(row.get(c, "")) for c in columns] for row in rows)]
    sheet = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>' for value in line) + "</row>"
        for line in cells
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Dataset" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)
    return path


def test_a_conflict_year_is_read_value_by_value(tmp_path: Path) -> None:
    parsed = parse_file(write(tmp_path, text([CONFLICT], columns=ACD), "ucdp-prio-acd-251.csv"))
    assert parsed.frame.schema == pl.Schema(SCHEMAS["ucdp_conflict_year"])
    assert parsed.frame.row(0, named=True) == {
        "conflict_id": 11342,
        "dyad_id": None,
        "gw_id": 750,
        "iso3": "IND",
        "year": 2012,
        "side_a": "Government of India",
        "side_b": "invented group",
        "territory": "Inventia",
        "incompatibility": "territory",
        "type_of_conflict": "internal",
        "intensity": 1,
        "episode_start": date(2012, 11, 15),
        "release": "ucdp-acd-25.1",
    }
    assert (parsed.kind, parsed.status, parsed.last_month) == ("ucdp-acd", "final", 540)


def test_a_colony_stands_under_the_state_it_became(tmp_path: Path) -> None:
    rows = [
        CONFLICT | {"gwno_loc": 540, "year": 1961, "type_of_conflict": 1},
        CONFLICT | {"gwno_loc": 817, "year": 1975},
    ]
    parsed = parse_file(write(tmp_path, text(rows, columns=ACD), "acd.csv"))
    assert parsed.frame["gw_id"].to_list() == [540, 817]  # Angola before 1975, South Vietnam in the year it ended
    assert parsed.frame["iso3"][0] == "AGO"


def test_a_war_between_two_states_stands_in_both(tmp_path: Path) -> None:
    rows = [
        CONFLICT,
        CONFLICT
        | {"conflict_id": 7, "gwno_loc": "651, 666", "year": 1967, "type_of_conflict": 2, "territory_name": ""},
    ]
    parsed = parse_file(write(tmp_path, text(rows, columns=ACD), "acd.csv"))
    war = parsed.frame.filter(pl.col("conflict_id") == 7)
    assert war.select("gw_id", "iso3").rows() == [(651, "EGY"), (666, "ISR")]
    assert war["territory"].null_count() == 2
    assert (parsed.report.rows_read, parsed.report.rows_kept, parsed.frame.height) == (2, 2, 3)
    assert any("2 rows became 3" in note for note in parsed.report.notes)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"incompatibility": 9}, "incompatibility '9': expected 1 (territory), 2 (government), 3 (both)"),
        ({"gwno_loc": "750, 9999"}, "gwno_loc '750, 9999': a state that is not in the table of states"),
        ({"gwno_loc": ""}, "gwno_loc '': a state that is not in the table of states"),
        ({"start_date2": "long ago"}, "start_date2 'long ago': expected a date"),
        ({"year": 2025}, "year '2025': in the future: this release ends with 2024"),
        ({"year": "MMXII"}, "year 'MMXII': expected a whole number"),
        ({"intensity_level": 3}, "intensity_level '3': expected a whole number"),
    ],
)
def test_a_bad_conflict_row_is_set_aside(tmp_path: Path, change: dict[str, Any], reason: str) -> None:
    rows = [CONFLICT | {"conflict_id": n} for n in range(1, 6)]
    rows[2] |= change
    report = parse_file(write(tmp_path, text(rows, columns=ACD), "acd.csv")).report
    assert (report.rows_read, report.rows_kept) == (5, 4)
    assert str(report.set_aside[0]).startswith("line 4, " + reason)


def test_the_same_conflict_year_twice_counts_once(tmp_path: Path) -> None:
    rows = [CONFLICT, CONFLICT, CONFLICT | {"year": 2013}, CONFLICT | {"year": 2013, "intensity_level": 2}]
    parsed = parse_file(write(tmp_path, text(rows, columns=ACD), "acd.csv"))
    assert parsed.frame.select("year", "intensity").rows() == [(2012, 1), (2013, 2)]
    assert [str(r) for r in parsed.report.set_aside] == [
        "line 3, conflict_id, year '11342, 2012': the same row as line 2",
        "line 4, conflict_id, year '11342, 2013': another version stands in line 5",
    ]


def test_dyads_are_told_by_their_column(tmp_path: Path) -> None:
    columns = ["dyad_id", *(c for c in ACD if not c.startswith(("ep_", "cumulative")))]
    parsed = parse_file(write(tmp_path, text([CONFLICT | {"dyad_id": 5}], columns=columns), "ucdp-dyadic-251.csv"))
    assert (parsed.kind, parsed.release, parsed.frame["dyad_id"].to_list()) == ("ucdp-dyadic", "ucdp-dyadic-25.1", [5])


def test_versions_must_agree_and_be_there(tmp_path: Path) -> None:
    two = [CONFLICT, CONFLICT | {"year": 2013, "version": "24.1"}]
    with pytest.raises(SourceError, match=r"mixes the versions 24\.1 and 25\.1"):
        parse_file(write(tmp_path, text(two, columns=ACD), "acd.csv"))
    with pytest.raises(SourceError, match="without a version"):
        parse_file(write(tmp_path, text([CONFLICT | {"version": ""}], columns=ACD), "acd.csv"))
    with pytest.raises(SourceError, match="'latest' is not a UCDP version"):
        parse_file(write(tmp_path, text([CONFLICT | {"version": "latest"}], columns=ACD), "acd.csv"))


def test_country_years(tmp_path: Path) -> None:
    columns = [spelling for (spelling,) in COUNTRY_YEAR.required.values()]
    row = dict.fromkeys(columns, 0) | {"country_id_cy": 345, "country_cy": "Serbia (Yugoslavia)", "version": "25.1"}
    row |= {"sb_total_deaths_best_cy": 5, "cumulative_total_deaths_in_orgvio_best_cy": 7, "ns_total_deaths_best_cy": 2}
    rows = [row | {"year_cy": 1999}, row | {"year_cy": 2010}, row | {"year_cy": 2011, "country_id_cy": 9999}]
    parsed = parse_file(write(tmp_path, text(rows, columns=columns), "organizedviolencecy_v25_1.csv"))
    kept = parsed.frame.select(
        "gw_id", "iso3", "year", "deaths_total", "deaths_state_based", "deaths_non_state", "deaths_one_sided"
    )
    # UCDP keeps 345 for Serbia; Gleditsch and Ward give it 340 from June 2006.
    assert kept.rows() == [(345, kept["iso3"][0], 1999, 7, 5, 2, 0), (340, kept["iso3"][1], 2010, 7, 5, 2, 0)]
    assert (parsed.report.rows_set_aside, parsed.report.deaths_set_aside) == (1, 7)


TERMINATION = CONFLICT | {
    "dyadep_id": "4000101",
    "dyadepisode": 1,
    "dyad_id": 400,
    "type_of_conflict2": 3,
    "dyadcount": 1,
    "dyadterm": 1,
    "ependdate": "2012-12-21 00:00:00",
    "ependprec": 1,
    "outcome": 4,
    "recur": 0,
    "version": 3,
}


def test_terminations_in_a_workbook(tmp_path: Path) -> None:
    columns = [*TERMINATION, "cfiredate", "peagdate"]
    ongoing = {"year": 2011, "dyadterm": "", "ependdate": "", "outcome": "", "dyadep_id": "1.4e+06"}
    path = workbook(tmp_path / "ucdp-term-dyad-3-2021.xlsx", columns, [TERMINATION | ongoing, TERMINATION])
    parsed = parse_file(path)
    assert (parsed.kind, parsed.release) == ("ucdp-termination-dyad", "ucdp-termination-dyad-3-2021")
    assert parsed.frame.schema == pl.Schema(SCHEMAS["ucdp_termination"])
    assert parsed.frame.select("episode_id", "terminated", "ended_on", "outcome", "recurred").rows() == [
        (None, None, None, None, False),
        (4000101, True, date(2012, 12, 21), "victory of the rebel side", False),
    ]
    assert any("without its last digits" in note for note in parsed.report.notes)


AGREEMENT = {
    "paid": 1565,
    "gwno": "630, 645",
    "conflict_id": "333",
    "conflict_name": "invented conflict",
    "dyad_id": "726, 732",
    "dyad_name": "A - B",
    "actor_name": "A, B",
    "incompatibility": "2, 1",
    "pa_name": "An accord\nin two lines & more",
    "year": 1992,
    "pa_date": "1992-04-24",
    "pa_type": 2,
    "ended": "True",
    "duration": "1993-05-12",
    "version": "22.1",
    **dict.fromkeys(PROVISIONS, 0),
    "amn": 1,
}


def test_agreements_in_a_workbook_and_in_a_zip_of_it(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "ucdp-peace-agreements-221.xlsx", list(AGREEMENT), [AGREEMENT, AGREEMENT | {"paid": 2, "pa_type": 9}]
    )
    parsed = parse_file(path)
    assert parsed.frame.schema == pl.Schema(SCHEMAS["ucdp_peace_agreements"])
    assert parsed.frame["gw_id"].to_list() == [630, 645]
    first = parsed.frame.row(0, named=True)
    assert first["agreed_on"] == date(1992, 4, 24)
    assert (first["agreement_type"], first["incompatibility"], first["ended"]) == ("partial", "both", True)
    assert [ours for ours in PROVISIONS.values() if first[ours]] == ["amnesty"]
    assert str(parsed.report.set_aside[0]).startswith("line 3, pa_type '9': expected 1 (full)")
    archive = tmp_path / "download.zip"
    with zipfile.ZipFile(archive, "w") as z:
        z.write(path, path.name)
    assert parse_file(archive).frame.equals(parsed.frame)


def test_workbooks_that_are_none(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", list(AGREEMENT), [AGREEMENT])
    raw = path.read_bytes()
    with pytest.raises(SourceError, match=r"the (workbook|archive)"):
        parse_file(write(tmp_path, raw[: len(raw) // 2], "a.xlsx"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("xl/workbook.xml", b" " * (40 << 20))
    with pytest.raises(SourceError, match="times its packed size"):
        parse_file(path)
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("xl/workbook.xml", b"<workbook/>")
    with pytest.raises(SourceError, match=r"a.xlsx: the workbook cannot be read"):
        parse_file(path)


def test_actors(tmp_path: Path) -> None:
    columns = [spellings[0] for spellings in FORMATS["ucdp-actors"].required.values()]
    row = {"actorid": 2, "namedata": "Government of Inventia", "org": 4, "gwnoloc": "751, 750", "version": "22.1"}
    parsed = parse_file(
        write(tmp_path, text([row, row | {"actorid": 3, "org": 1}], columns=columns), "ucdp-actor-221.csv")
    )
    assert parsed.frame.select("actor_id", "government", "gw_ids").rows() == [
        (2, True, "751, 750"),
        (3, False, "751, 750"),
    ]


def test_every_dataset_has_a_header_with_licence_citation_and_bounds() -> None:
    datasets = header()["datasets"]
    assert header()["licence"] == "CC-BY-4.0"
    assert set(FORMATS) | {"ucdp-candidate"} == set(datasets)
    for kind, dataset in datasets.items():
        assert {"title", "table", "cite", "cadence", "coverage", "columns", "rows"} <= set(dataset), kind
        assert dataset["rows"][0] < dataset["rows"][1]
        assert dataset["table"] in SCHEMAS


def test_every_provision_has_its_column_in_the_order_of_the_file() -> None:
    columns = [name for name in SCHEMAS["ucdp_peace_agreements"] if name in PROVISIONS.values()]
    assert columns == list(PROVISIONS.values())
    booleans = [name for name, kind in SCHEMAS["ucdp_peace_agreements"].items() if kind is pl.Boolean]
    assert booleans == ["ended", *columns]
