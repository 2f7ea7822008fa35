"""Event files: every spelling in which UCDP has published them, and what happens to a bad value."""

import csv
import gzip
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ucdp_rows import COLUMNS, EVENT, FINAL, events, text, write

from forestall.errors import SourceError, UsageError
from forestall.sources import tabular
from forestall.sources.ucdp import Parsed, parse_file
from forestall.store.schemas import SCHEMAS

TODAY = date(2026, 3, 20)


def parse(folder: Path, rows: list[dict[str, Any]], name: str = FINAL, **how: Any) -> Parsed:
    return parse_file(write(folder, text(rows, **how), name), today=TODAY)


def test_an_event_is_read_value_by_value(tmp_path: Path) -> None:
    parsed = parse(tmp_path, events(1))
    assert parsed.frame.schema == pl.Schema(SCHEMAS["ucdp_events"])
    assert parsed.frame.row(0, named=True) == {
        "event_id": 1,
        "date_start": date(2021, 3, 30),
        "date_end": date(2021, 4, 2),
        "date_prec": 1,
        "type_of_violence": 1,
        "conflict_id": 267,
        "conflict_name": "Ethiopia: Government",
        "dyad_id": 555,
        "dyad_name": "Government of Ethiopia - invented group",
        "side_a": "Government of Ethiopia",
        "side_b": "invented group",
        "gw_id": 530,
        "ucdp_country": "Ethiopia",
        "lat": 9.25,
        "lon": 38.75,
        "where_prec": 1,
        "pg_id": 142998,
        "deaths_total": 10,
        "deaths_total_low": 8,
        "deaths_total_high": 12,
        "deaths_a": 1,
        "deaths_b": 2,
        "deaths_civilians": 3,
        "deaths_unknown": 4,
        "code_status": "Clear",
        "release": "ucdp-ged-22.1",
    }
    assert (parsed.kind, parsed.status, parsed.table) == ("ucdp-ged", "final", "ucdp_events")
    assert (parsed.first_month, parsed.last_month) == (109, 504)
    assert (parsed.report.rows_read, parsed.report.rows_kept) == (1, 1)


def test_an_extract_is_not_taken_for_a_whole_release(tmp_path: Path) -> None:
    parsed = parse(tmp_path, events(3))
    assert not parsed.complete
    assert "an extract" in parsed.report.notes[-1]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2021-03-30 00:00:00.000", "2021-04-02 00:00:00.000"),
        ("3/30/2021", "4/2/2021"),
        ("03/30/2021 00:00:00", "04/02/2021 00:00:00"),
        ("2021-03-30T00:00:00Z", "2021-04-02T00:00:00Z"),
    ],
)
def test_dates_in_every_published_form_are_the_same_dates(tmp_path: Path, start: str, end: str) -> None:
    plain = parse(tmp_path, events(2)).frame
    assert parse(tmp_path, events(2, date_start=start, date_end=end)).frame.equals(plain)


def test_older_spellings_and_missing_columns(tmp_path: Path) -> None:
    plain = parse(tmp_path, events(2))
    renamed = {"best": "best_est", "high": "high_est", "low": "low_est"}
    columns = [
        renamed.get(c, c) for c in COLUMNS if c not in ("code_status", "priogrid_gid", "relid", "gwnoa", "gwnob")
    ]
    rows = [{renamed.get(k, k): v for k, v in row.items()} for row in events(2)]
    old = parse(tmp_path, rows, columns=columns)
    assert old.frame.drop("code_status").equals(plain.frame.drop("code_status"))
    assert old.frame["code_status"].null_count() == 2
    assert any("without the columns code_status, priogrid_gid" in note for note in old.report.notes)


def test_the_order_of_columns_does_not_matter(tmp_path: Path) -> None:
    assert parse(tmp_path, events(3), columns=COLUMNS[::-1]).frame.equals(parse(tmp_path, events(3)).frame)


def test_a_file_saved_again_with_a_comma_after_every_row(tmp_path: Path) -> None:
    rows = events(
        4, active_year="True", gwnoa="530.0", date_start="03/30/2021 00:00:00", date_end="04/02/2021 00:00:00"
    )
    columns = [c for c in COLUMNS if c not in ("gwnoa", "gwnob")]
    again = parse(tmp_path, rows, columns=columns, tail=",", end="\r\n")
    assert again.report.rows_set_aside == 0
    assert again.frame.equals(parse(tmp_path, events(4)).frame)


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
def test_quoted_numbers_and_a_byte_order_mark(tmp_path: Path, quoting: int) -> None:
    quoted = parse_file(write(tmp_path, b"\xef\xbb\xbf" + text(events(3), quoting=quoting).encode()), today=TODAY)
    assert quoted.frame.equals(parse(tmp_path, events(3)).frame)


def test_packed_files_are_read_as_they_are(tmp_path: Path) -> None:
    content = text(events(3)).encode()
    plain = parse_file(write(tmp_path, content), today=TODAY).frame
    packed = write(tmp_path, gzip.compress(content), FINAL + ".gz")
    assert parse_file(packed, today=TODAY).frame.equals(plain)
    archive = tmp_path / "ged221-csv.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("GEDEvent_v22_1.csv", content)
        z.writestr("ged221.pdf", b"%PDF the codebook")
    assert parse_file(archive, today=TODAY).frame.equals(plain)


def test_seven_columns(tmp_path: Path) -> None:
    columns = ["id", "conflict_new_id", "conflict_name", "country", "best", "type_of_violence", "date"]
    rows = [
        {"id": 5, "conflict_new_id": 9, "conflict_name": "A", "country": "Mexico", "best": 3, "type_of_violence": 2, "date": "2025-01-18"},
        {"id": "6e+05", "conflict_new_id": 9, "conflict_name": "A", "country": "Ethiopia", "best": 1, "type_of_violence": 2, "date": "2025-02-18"},
    ]  # fmt: skip
    parsed = parse(tmp_path, rows, "candidate_2025_events.csv", columns=columns)
    assert (parsed.release, parsed.status, parsed.first_month, parsed.last_month) == (
        "ucdp-candidate-2025",
        "provisional",
        541,
        552,
    )
    assert parsed.frame["event_id"].to_list() == [5, 600_000]
    assert parsed.frame["gw_id"].to_list() == [70, 530]
    assert (
        parsed.frame["date_start"].to_list()
        == parsed.frame["date_end"].to_list()
        == [date(2025, 1, 18), date(2025, 2, 18)]
    )
    assert parsed.frame["deaths_total_low"].null_count() == 2
    assert [str(r) for r in parsed.report.remarks] == ["line 3, id '6e+05': written with an exponent; read as 600000"]


RULES = [
    ({"best": -1}, "best", "negative"),
    ({"deaths_civilians": -2}, "deaths_civilians", "negative"),
    ({"low": -2}, "low", "negative"),
    ({"best": 1_000_001, "high": 2_000_000}, "best", "more deaths than any event"),
    ({"high": 99_999_999_999}, "high", "more deaths than any event"),
    ({"best": ""}, "best", "whole number of deaths"),
    ({"best": "many"}, "best", "whole number of deaths"),
    ({"best": "1.5"}, "best", "whole number of deaths"),
    ({"deaths_b": "?"}, "deaths_b", "whole number of deaths"),
    ({"date_end": "2021-03-29"}, "date_end", "ends before it starts"),
    ({"date_start": "2021-02-30"}, "date_start", "not a date"),
    ({"date_end": "soon"}, "date_end", "not a date"),
    ({"date_end": ""}, "date_end", "not a date"),
    ({"date_end": "2022-02-01"}, "date_end", "in the future"),
    ({"date_start": "1988-12-31"}, "date_start", "before January 1989"),
    ({"country_id": 9999, "country": "Atlantis"}, "country_id", "not in the table of states"),
    ({"type_of_violence": 4}, "type_of_violence", "expected 1, 2 or 3"),
    ({"id": ""}, "id", "not an event number"),
    ({"id": "x7"}, "id", "not an event number"),
    ({"id": "6.12E+05"}, "id", "shortened by a spreadsheet"),
]


@pytest.mark.parametrize(("change", "column", "reason"), RULES)
def test_a_bad_row_is_set_aside_with_its_line_and_the_reason(
    tmp_path: Path, change: dict[str, Any], column: str, reason: str
) -> None:
    rows = events()
    rows[4] |= change
    parsed = parse(tmp_path, rows)
    assert parsed.frame["event_id"].to_list() == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert (parsed.report.rows_read, parsed.report.rows_kept, parsed.report.rows_set_aside) == (10, 9, 1)
    (remark,) = parsed.report.set_aside
    # Every event takes two lines (a headline in two lines), and the header one: the fifth starts on line 10.
    assert (remark.line, remark.column) == (10, column)
    assert reason in remark.reason
    assert remark.value == str(change.get(column, remark.value))


def test_the_deaths_of_an_unknown_country_are_named(tmp_path: Path) -> None:
    rows = events()
    rows[2] |= {"country_id": 9999, "country": "Atlantis", "best": 77, "high": 80}
    report = parse(tmp_path, rows).report
    assert report.deaths_set_aside == 77
    assert report.lines()[0] == "10 rows read, 9 kept, 1 set aside (with 77 deaths)"
    assert "line 6, country_id '9999': a country that is not in the table of states" in report.lines()[-1]


def test_the_future_is_what_comes_after_today_too(tmp_path: Path) -> None:
    rows = events(3, date_start="2026-02-01", date_end="2026-02-20")
    rows[0] |= {"date_end": "2026-03-11"}
    path = write(tmp_path, text(rows), "GEDEvent_v26_0_2.csv")
    assert parse_file(path, today=TODAY).report.rows_set_aside == 0
    early = parse_file(path, today=date(2026, 3, 1)).report
    assert [r.line for r in early.set_aside] == [2]


def test_low_best_high_out_of_order_is_kept_as_published(tmp_path: Path) -> None:
    rows = events()
    rows[0] |= {"low": 11}
    rows[1] |= {"high": 9}
    parsed = parse(tmp_path, rows)
    assert parsed.report.rows_kept == 10
    assert [(r.line, r.value) for r in parsed.report.remarks] == [(2, "11, 10, 12"), (4, "8, 10, 9")]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"latitude": 38.75, "longitude": 9.25}, "swapped"),
        ({"latitude": 95.0, "longitude": 95.0}, "no such coordinates;"),
        ({"latitude": 120.0, "longitude": 9.0, "priogrid_gid": ""}, "no such coordinates, perhaps swapped"),
        ({"longitude": 999.0}, "no such coordinates;"),
        ({"longitude": "east"}, "not a number; the place is left open"),
        ({"latitude": 123.4, "longitude": "abc"}, "not a number; the place is left open"),
        ({"latitude": 20.0}, "the published cell 142998 lies elsewhere"),
    ],
)
def test_a_place_that_cannot_be_is_left_open_and_the_deaths_stay(
    tmp_path: Path, change: dict[str, Any], reason: str
) -> None:
    rows = events()
    rows[9] |= change
    parsed = parse(tmp_path, rows)
    assert parsed.frame["deaths_total"].sum() == 100
    assert parsed.frame.row(9, named=True).items() >= {"lat": None, "lon": None, "pg_id": None}.items()
    assert parsed.frame["pg_id"].null_count() == 1
    (remark,) = parsed.report.remarks
    assert remark.line == 20
    assert reason in remark.reason


def test_a_place_on_the_edge_keeps_the_published_cell(tmp_path: Path) -> None:
    # The equator belongs to the row north of it by arithmetic; UCDP sometimes names the cell south of it.
    rows = events(2, latitude=0.0, longitude=25.0)
    rows[0] |= {"priogrid_gid": 179 * 720 + 410 + 1}
    rows[1] |= {"priogrid_gid": ""}
    assert parse(tmp_path, rows).frame["pg_id"].to_list() == [129291, 130011]


def test_the_same_event_twice_counts_once(tmp_path: Path) -> None:
    rows = events()
    rows.append(dict(rows[3]))
    parsed = parse(tmp_path, rows)
    assert parsed.frame["event_id"].to_list() == list(range(1, 11))
    assert [str(r) for r in parsed.report.set_aside] == ["line 22, id '4': the same row as line 8"]


def test_of_two_versions_of_an_event_the_later_counts(tmp_path: Path) -> None:
    rows = events()
    rows.append(rows[3] | {"best": 11})
    parsed = parse(tmp_path, rows)
    assert parsed.frame.filter(pl.col("event_id") == 4)["deaths_total"].to_list() == [11]
    assert [str(r) for r in parsed.report.set_aside] == [
        "line 8, id '4': another version of the event stands in line 22, which counts"
    ]


@pytest.mark.parametrize(
    ("name", "release", "status", "months"),
    [
        ("GEDEvent_v25_1.csv", "ucdp-ged-25.1", "final", (109, 540)),
        ("ged251.csv", "ucdp-ged-25.1", "final", (109, 540)),
        ("ged171-csv.csv", "ucdp-ged-17.1", "final", (109, 444)),
        ("gedevent_v26_1 (1).csv", "ucdp-ged-26.1", "final", (109, 552)),
        ("GEDEvent_v26_0_2.csv", "ucdp-candidate-26.0.2", "candidate", (554, 554)),
        ("GEDEvent_v23_0_10.csv", "ucdp-candidate-23.0.10", "candidate", (526, 526)),
        ("GEDEvent_v21_01_21_12.csv", "ucdp-candidate-21.01.21.12", "candidate", (493, 504)),
    ],
)
def test_the_release_is_told_by_the_published_name(
    tmp_path: Path, name: str, release: str, status: str, months: tuple[int, int]
) -> None:
    # An event in the last month that each release covers.
    day = date(1980 + (months[1] - 1) // 12, (months[1] - 1) % 12 + 1, 15)
    parsed = parse_file(write(tmp_path, text(events(2, date_start=day, date_end=day)), name), today=date(2027, 1, 1))
    assert (parsed.release, parsed.status) == (release, status)
    assert (parsed.first_month, parsed.last_month) == months
    assert parsed.frame["release"].unique().to_list() == [release]


@pytest.mark.parametrize("name", ["events.csv", "GEDEvent_v26_0_13.csv", "ged_ethiopia.csv", "GEDEvent_v26_0.csv"])
def test_a_name_that_does_not_tell_the_release_asks_for_it(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, text(events(2)), name)
    with pytest.raises(SourceError, match=r"--release ucdp-ged-25\.1"):
        parse_file(path, today=TODAY)
    assert parse_file(path, release="ucdp-ged-22.1", today=TODAY).release == "ucdp-ged-22.1"
    with pytest.raises(UsageError, match="write for example"):
        parse_file(path, release="latest", today=TODAY)
    with pytest.raises(SourceError, match="check --release"):
        parse_file(path, release="ucdp-acd-25.1", today=TODAY)


FIELD = st.text(alphabet=st.sampled_from('ab",;\n\t é€🙂'), max_size=12)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=30),
    block=st.integers(1, 400),
    quote_all=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_text_survives_whatever_the_size_of_a_block(
    monkeypatch: pytest.MonkeyPatch, fields: list[tuple[str, str]], block: int, quote_all: bool, end: str
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=end, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL)
    writer.writerow(["number", "one", "skipped", "two"])
    lines = []
    for n, (one, two) in enumerate(fields):
        lines.append(1 + out.getvalue().count("\n"))
        writer.writerow([n, one, 'x\n,"y"', two])
    monkeypatch.setattr(tabular, "BLOCK", block)
    monkeypatch.setattr(tabular, "_MAX_HEADER", 64)
    table = tabular.read_header("t.csv", io.BytesIO(out.getvalue().encode()))
    blocks = list(table.blocks(("two", "number", "one"), lambda b: b))
    frame = pl.concat([b.frame for b in blocks])
    assert frame.rows() == [(two, str(n), one, lines[n]) for n, (one, two) in enumerate(fields)]
    assert sum(b.ledger.rows_read for b in blocks) == len(fields)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.tuples(st.integers(0, 59), st.sampled_from([r[0] for r in RULES])), max_size=8))
def test_nothing_vanishes(tmp_path: Path, changes: list[tuple[int, dict[str, Any]]]) -> None:
    rows = events(60)
    for place, change in changes:
        rows[place] |= change
    parsed = parse(tmp_path, rows)
    report = parsed.report
    assert report.rows_read == 60 == report.rows_kept + report.rows_set_aside
    assert report.rows_kept == parsed.frame.height
    assert {r.line for r in report.set_aside} == {2 * (place + 1) for place, _ in changes}
    assert parsed.frame["deaths_total"].sum() == 10 * report.rows_kept


def test_the_invented_event_is_in_the_cell_it_names() -> None:
    assert EVENT["priogrid_gid"] == 142998
