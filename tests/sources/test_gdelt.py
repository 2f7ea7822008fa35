"""GDELT's two formats, read strictly: every record is kept or set aside for a stated reason, and sums agree."""

import itertools
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sources.fault_server import serving, whole
from tests.sources.made_gdelt import ONE, TWO, record, text, write

from forestall.errors import NetworkError, SourceError
from forestall.ids.cells import cell_of
from forestall.ids.months import parse_month
from forestall.sources import fetch, gdelt, gdelt_files, lines
from forestall.sources.gdelt_files import Listed
from forestall.sources.places import land, locate
from forestall.sources.stream_rows import COUNTRIES, PLACES, ROWS, Tally

TODAY = date(2026, 3, 1)
GAO = int(cell_of(16.2667, -0.05))


def read(path: Path, **more: object) -> tuple[pl.DataFrame, Tally]:
    frames, tally = [], Tally()
    for batch in gdelt.batches(path, TODAY, **more):  # type: ignore[arg-type]
        frames.append(batch.frame)
        tally.take(batch.tally)
    assert tally.rows_read == tally.rows_kept + tally.rows_set_aside
    assert tally.rows_kept == tally.places.total() == tally.countries.total() == sum(f.height for f in frames)
    assert set(tally.places) <= set(PLACES)
    assert set(tally.countries) <= set(COUNTRIES)
    return pl.concat(frames), tally


def test_columns_of_the_codebooks() -> None:
    # Codebook 1.03: 57 fields up to March 2013, 58 with SOURCEURL since; codebook 2.0: ADM2 after each ADM1, 61.
    assert (ONE.counts, len(ONE.columns)) == ((57, 58), 58)
    assert (TWO.counts, len(TWO.columns)) == ((61,), 61)
    assert [c for c in TWO.columns if "ADM2" not in c] == list(ONE.columns)
    # Places as in published files, counted from 1.
    for name, one, two in (
        ("GLOBALEVENTID", 1, 1),
        ("Actor1CountryCode", 8, 8),
        ("Actor2CountryCode", 18, 18),
        ("IsRootEvent", 26, 26),
        ("EventCode", 27, 27),
        ("QuadClass", 30, 30),
        ("GoldsteinScale", 31, 31),
        ("AvgTone", 35, 35),
        ("ActionGeo_Type", 50, 52),
        ("ActionGeo_CountryCode", 52, 54),
        ("ActionGeo_Lat", 54, 57),
        ("ActionGeo_Long", 55, 58),
        ("DATEADDED", 57, 60),
        ("SOURCEURL", 58, 61),
    ):
        assert (ONE.columns.index(name) + 1, TWO.columns.index(name) + 1) == (one, two), name


@pytest.mark.parametrize("packed", ["", "zip", "gz"])
@pytest.mark.parametrize(("kind", "fields"), [("gdelt-1", 57), ("gdelt-1", 58), ("gdelt-2", 61)])
def test_a_whole_file(tmp_path: Path, kind: str, fields: int, packed: str) -> None:
    path = write(tmp_path, "".join(record(n, kind, fields) for n in (1, 2, 3)), packed=packed)
    assert gdelt.kind_of(path) == kind
    frame, tally = read(path)
    assert dict(frame.schema) == {name: kind() for name, kind in ROWS.items()}
    assert tally.rows_kept == 3
    assert frame.row(0, named=True) == {
        "event_id": 1,
        "date": date(2013, 4, 1),
        "month_id": parse_month("2013-04"),
        "added": date(2013, 4, 1),
        "gw_id": 432,
        "country_code": "ML",
        "precision": 3,
        "lat": pytest.approx(16.2667),
        "lon": pytest.approx(-0.05),
        "place": "land",
        "pg_id": GAO,
        "root_code": 19,
        "event_code": "190",
        "quad_class": 4,
        "goldstein": -10.0,
        "tone": -4.5,
        "is_root": True,
        "mentions": 3,
        "sources": 1,
        "articles": 2,
        "actor1": "MLI",
        "actor2": None,
    }


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("GLOBALEVENTID", "-5", "not a whole number"),
        ("GLOBALEVENTID", "x", "not a whole number"),
        ("SQLDATE", "20130230", "not a day"),
        ("SQLDATE", "2013-4-1", "not a day"),
        ("SQLDATE", "", "not a day"),
        ("SQLDATE", "19781231", "before 1979-01-01"),
        ("SQLDATE", "20130403", "after the event was added"),
        ("MonthYear", "201305", "not the month of SQLDATE"),
        ("Year", "2012", "not the year of SQLDATE"),
        ("DATEADDED", "20130401001500", "not a time"),
        ("DATEADDED", "20260302", "not come"),
        ("IsRootEvent", "2", "neither 0 nor 1"),
        ("EventCode", "=1+1", "CAMEO"),
        ("EventRootCode", "21", "CAMEO"),
        ("EventRootCode", "--", "CAMEO"),
        ("QuadClass", "5", "not 1, 2, 3 or 4"),
        ("QuadClass", "", "not 1, 2, 3 or 4"),
        ("GoldsteinScale", "11", "from -10 to 10"),
        ("NumMentions", "-1", "not a count"),
        ("NumArticles", "1e99", "not a count"),
        ("AvgTone", "nan", "from -100 to 100"),
        ("ActionGeo_Type", "6", "from 0 to 5"),
    ],
)
def test_one_bad_record_is_set_aside_with_line_and_column(tmp_path: Path, column: str, value: str, reason: str) -> None:
    path = write(tmp_path, text(2) + record(9, **{column: value}) + text(2, first=10))
    frame, tally = read(path)
    assert frame["event_id"].to_list() == [1, 2, 10, 11]
    (remark,) = tally.remarks
    assert (remark.line, remark.column, remark.value) == (3, column, value)
    assert reason in remark.reason
    assert any(column in line and reason in line for line in tally.lines())


def test_a_file_shorter_than_its_like_says_so(tmp_path: Path) -> None:
    _, tally = read(write(tmp_path, text(3)))
    assert tally.notes == ["3 rows, where a whole day has 5,000 to 1,000,000: it may be cut, or not as published"]
    assert read(write(tmp_path, text(3), "mine.csv"))[1].notes == []
    assert read(write(tmp_path, text(1, "gdelt-2"), "20150218230000.export.CSV"))[1].notes == []


def test_blank_scores_are_not_known_rather_than_zero(tmp_path: Path) -> None:
    frame, _ = read(write(tmp_path, record(1, GoldsteinScale="", AvgTone="")))
    assert frame.select("goldstein", "tone").row(0) == (None, None)


def test_records_with_a_wrong_number_of_fields(tmp_path: Path) -> None:
    path = write(tmp_path, text(3) + "1\t2\t3\n\n" + record(4).rstrip("\n") + "\textra\n" + text(2, first=5))
    frame, tally = read(path)
    assert frame["event_id"].to_list() == [1, 2, 3, 5, 6]
    assert [(r.line, r.value) for r in tally.remarks] == [(4, "3 fields"), (6, "59 fields")]
    assert tally.rows_read == 7  # an empty line is no record


def test_an_event_that_stands_twice_counts_once(tmp_path: Path) -> None:
    path = write(tmp_path, text(3) + record(2) + text(3, first=2) + record(1))
    frame, tally = read(path)
    assert frame["event_id"].to_list() == [1, 2, 3, 4]
    assert tally.set_aside.total() == 4


def test_repeats_are_found_across_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gdelt.lines.pieces, "__defaults__", (2000,))
    path = write(tmp_path, text(60) + text(3, first=10) + text(60, first=100))
    batches = list(gdelt.batches(path, TODAY))
    assert len(batches) > 5
    frame, tally = read(path)
    assert frame["event_id"].to_list() == [*range(1, 61), *range(100, 160)]
    assert [r.line for r in tally.remarks] == [61, 62, 63]


@pytest.mark.parametrize(
    ("said", "place", "cell"),
    [
        ({}, "land", GAO),
        ({"ActionGeo_Lat": "0.0", "ActionGeo_Long": "-30.1"}, "sea", int(cell_of(0, -30.1))),
        ({"ActionGeo_Type": "1"}, "area", None),
        ({"ActionGeo_Type": "5"}, "area", None),
        ({"ActionGeo_Type": "0", "ActionGeo_Lat": "", "ActionGeo_Long": ""}, "none", None),
        ({"ActionGeo_Lat": ""}, "unreadable", None),
        ({"ActionGeo_Lat": "16#2"}, "unreadable", None),
        ({"ActionGeo_Long": "inf"}, "out_of_range", None),
        ({"ActionGeo_Lat": "-90.01", "ActionGeo_Long": "120"}, "out_of_range", None),
        ({"ActionGeo_Long": "180.5"}, "out_of_range", None),
        ({"ActionGeo_Lat": "120.5", "ActionGeo_Long": "16.2"}, "swapped", None),
        # The Cape of Good Hope, as longitude and latitude: in range, but in the Atlantic off Brazil.
        ({"ActionGeo_CountryCode": "SF", "ActionGeo_Lat": "18.42", "ActionGeo_Long": "-33.93"}, "swapped", None),
        ({"ActionGeo_Lat": "0", "ActionGeo_Long": "0.0"}, "null_island", None),
        ({"ActionGeo_CountryCode": "FJ", "ActionGeo_Lat": "-16.5", "ActionGeo_Long": "180"}, "sea", 105841),
        ({"ActionGeo_CountryCode": "AY", "ActionGeo_Lat": "90", "ActionGeo_Long": "179.9"}, "sea", 259200),
        ({"ActionGeo_CountryCode": "AY", "ActionGeo_Lat": "-90", "ActionGeo_Long": "-180"}, "sea", 1),
    ],
)
def test_where_an_event_lies(tmp_path: Path, said: dict[str, str], place: str, cell: int | None) -> None:
    frame, tally = read(write(tmp_path, record(1, **said)))
    assert (frame["place"].item(), frame["pg_id"].item()) == (place, cell)
    assert tally.places == {place: 1}
    assert (frame["lat"].item() is None) == (frame["lon"].item() is None) == (place not in {"land", "sea", "area"})
    if place == "sea" and said.get("ActionGeo_CountryCode") == "FJ":
        west, _ = read(write(tmp_path, record(1, **said | {"ActionGeo_Long": "-180"})))
        assert west["pg_id"].item() == cell  # one meridian


def test_near_its_country_an_event_is_not_swapped() -> None:
    # Off Egypt's coast; the other way round it would lie in Egypt's desert.
    n = np.array
    found = locate(n([31.9]), n([27.2]), n([False]), n([True]), n([651], dtype=np.int32))
    assert land()[cell_of(27.2, 31.9)] == 651
    assert found.place.tolist() == ["sea"]
    assert found.pg_id.tolist() == [cell_of(31.9, 27.2)]


@pytest.mark.parametrize(
    ("code", "day", "gw_id", "sort"),
    [
        ("NI", "20130401", 475, "state"),  # FIPS NI is Nigeria, ISO NI Nicaragua
        ("NU", "20130401", 93, "state"),
        ("UP", "19850401", 365, "state"),
        ("UP", "20130401", 369, "state"),
        ("OD", "20100401", 625, "state"),
        ("OD", "20130401", 626, "state"),
        ("GZ", "20130401", 666, "state"),
        ("NH", "19790401", None, "not_then"),
        ("OS", "20130401", None, "not_a_state"),
        ("Q!", "20130401", None, "unknown_code"),
        ("", "20130401", None, "none"),
    ],
)
def test_the_day_decides_which_state_it_was(tmp_path: Path, code: str, day: str, gw_id: int | None, sort: str) -> None:
    said = {"ActionGeo_Type": "1", "SQLDATE": day, "DATEADDED": "20130401", "ActionGeo_CountryCode": code}
    frame, tally = read(write(tmp_path, record(1, **said)))
    assert frame["gw_id"].item() == gw_id
    assert tally.countries == {sort: 1}
    assert dict(tally.unknown_codes) == ({code: 1} if sort == "unknown_code" else {})


def test_a_changed_structure_names_file_column_and_line(tmp_path: Path) -> None:
    shifted = "".join(record(n, QuadClass="19", GoldsteinScale="4") for n in range(1, 41))
    path = write(tmp_path, shifted, "20130402.export.CSV")
    with pytest.raises(
        SourceError, match=r"20130402.export.CSV: 40 of 40 .* QuadClass \(the 30\. of 58\), first in line 1"
    ):
        read(path)
    for extra in ("\t1", "\t1\t2\t3\t4"):
        path = write(tmp_path, text(5).replace("\n", extra + "\n"))
        assert gdelt.kind_of(path) == "gdelt-1"  # its name says so
        with pytest.raises(SourceError, match=r"20130401.export.CSV: line 1 has (59|62) fields .* 57 \(gdelt-1\)"):
            read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<!DOCTYPE html><html>", "web page"),
        (b"1\t2\0\n", "zero bytes"),
        (b"\n\n\n", "line 1 has 0 fields"),
        ("\t".join(ONE.columns).encode() + b"\n" + text(3).encode(), "line 1 names the columns"),
        ((text(3) + record(4)[:100]).encode(), "ends in the middle of line 4"),
        (b"x" * (2 << 20), "longer than"),
        (record(1, QuadClass="x").encode(), "no usable event"),
    ],
)
def test_files_that_are_none(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        read(write(tmp_path, content))


def test_the_other_format_is_refused_for_a_stream(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="61 fields, which is gdelt-2; the stream is gdelt-1"):
        read(write(tmp_path, text(2, "gdelt-2")), kind="gdelt-1")


def test_a_last_line_without_an_end_is_kept_if_it_is_whole(tmp_path: Path) -> None:
    assert read(write(tmp_path, text(3).rstrip("\n")))[1].rows_kept == 3


def test_windows_line_ends_and_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    odd = text(3, Actor2Name="X").replace("\n", "\r\n").encode().replace(b"\tX\t", b"\t\xff\xe9\t")
    assert read(write(tmp_path, odd))[1].rows_kept == 3
    cut = "".join(record(n, fields=57) for n in (1, 2)).replace("\n", "\r\n")
    assert read(write(tmp_path, cut))[1].rows_kept == 2


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, text(3).encode() + b"\n" * (18 << 20), packed="zip")
    with pytest.raises(SourceError, match="archive bomb"):
        read(path)


def test_what_is_not_of_gdelt(tmp_path: Path) -> None:
    assert gdelt.kind_of(write(tmp_path, "id,year\n1,2\n", "events.csv")) is None
    assert gdelt.kind_of(write(tmp_path, "a\tb\n" * 3, "events.tsv")) is None


_FIELDS = st.sampled_from(
    ["", "0", "1", "-1", "4", "20", "20130401", "201304", "2013", "ML", "\u00e9", "1e5", "nan", '"', "\r", "\x0b", "#"]
)


@given(st.lists(st.lists(_FIELDS, min_size=56, max_size=60), min_size=1, max_size=4))
def test_sums_agree_whatever_stands_in_a_file(rows: list[list[str]]) -> None:
    data = (text(3) + "".join("\t".join(row) + "\n" for row in rows) + text(2, first=50)).encode()
    batch = gdelt.parse(lines.Piece(data, 1), ONE, 58, name="made", today=TODAY, seen=gdelt.Seen())
    tally = batch.tally
    assert tally.rows_read == 5 + len(rows) == tally.rows_kept + tally.rows_set_aside
    assert tally.rows_kept == batch.frame.height == tally.places.total() == tally.countries.total()
    assert {1, 2, 3, 50, 51} <= set(batch.frame["event_id"])


@given(st.lists(st.sampled_from(["a\tb", "", "c", "d\te\tf", "\r"]), max_size=30), st.integers(1, 20))
def test_lines_come_out_as_they_went_in(content: list[str], block: int) -> None:
    data = "".join(line + "\n" for line in content).encode()
    pieces = list(lines.pieces("made", _Bytes(data), block))
    assert b"".join(p.data for p in pieces) == data.replace(b"\r\n", b"\n")
    counted = [(p.line, p.data.count(b"\n")) for p in pieces]
    assert all(before + n == after for (before, n), (after, _) in itertools.pairwise(counted))


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def read(self, size: int = -1, /) -> bytes:
        given, self.data = self.data[:size], self.data[size:]
        return given


def test_names_and_addresses() -> None:
    named = gdelt_files.named
    assert named("20130401.export.CSV.zip") == gdelt_files.Name("20130401.export", "day")
    assert named("1979.csv") == gdelt_files.Name("1979", "year")
    assert named("200601.zip") is None
    assert named("20150218230000.translation.export.CSV") == gdelt_files.Name(
        "20150218230000.translation.export", "quarter_hour"
    )
    assert named("20150218230000.gkg.csv.zip") is None
    base = "https://storage.googleapis.com/data.gdeltproject.org"
    assert gdelt_files.address("20130401.export.CSV.zip") == f"{base}/events/20130401.export.CSV.zip"
    assert gdelt_files.address("20150218230000.export.CSV.zip") == f"{base}/gdeltv2/20150218230000.export.CSV.zip"
    with pytest.raises(SourceError, match="not a file of GDELT"):
        gdelt_files.address("../secret.zip")


def test_fetching_compares_with_the_list(tmp_path: Path) -> None:
    name = "20150218230000.export.CSV.zip"
    body = write(tmp_path, text(3, "gdelt-2"), "20150218230000.export.CSV", "zip").read_bytes()
    line = f"{len(body)} {fetch_md5(body)} http://data.gdeltproject.org/gdeltv2/{name}\n1 {'0' * 32} http://x/y.gkg.csv.zip\n"
    (entry,) = gdelt_files.listed(line)
    policy = fetch.Policy(attempts=1, sleep=lambda _: None)
    with serving() as server:
        server.on(f"/gdeltv2/{name}", whole(body, "application/zip"), whole(body, "application/zip"))
        base = server.url("")
        got = gdelt_files.fetch_file(name, tmp_path / "got", base=base, entry=entry, policy=policy)
        assert read(got.path)[1].rows_kept == 3
        wrong = Listed(name, entry.bytes, "0" * 32)
        with pytest.raises(NetworkError, match="not the file that GDELT's list names"):
            gdelt_files.fetch_file(name, tmp_path / "other", base=base, entry=wrong, policy=policy)
    assert not (tmp_path / "other" / name).exists()


def fetch_md5(body: bytes) -> str:
    import hashlib

    return hashlib.md5(body).hexdigest()
