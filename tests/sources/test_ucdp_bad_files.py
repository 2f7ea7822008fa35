"""Files that are not what they claim: each gives one clear line, and never a traceback of another kind."""

import gzip
import io
import stat
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ucdp_rows import COLUMNS, FINAL, events, text, write

from forestall.errors import SourceError
from forestall.sources import container
from forestall.sources.ucdp import Parsed, parse_file

TODAY = date(2026, 3, 20)
GOOD = text(events())


def read(folder: Path, content: str | bytes, name: str = FINAL) -> Parsed:
    return parse_file(write(folder, content, name), today=TODAY)


def refused(folder: Path, content: str | bytes, name: str = FINAL) -> str:
    """The one line that this file is refused with; it names the file."""
    with pytest.raises(SourceError) as caught:
        read(folder, content, name)
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(name)
    return said


def zipped(entries: dict[str, bytes], *, mode: int | None = None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            if mode is not None:
                info.external_attr = mode << 16
            archive.writestr(info, content)
    return out.getvalue()


# ---- columns


def test_renamed_columns_are_named_with_the_nearest_format(tmp_path: Path) -> None:
    changed = GOOD.replace("date_start,date_end", "date_begin,date_ende", 1)
    said = refused(tmp_path, changed)
    assert (
        "looks like UCDP GED or Candidate events but lacks the columns date_start, date_end (is it 'date_ende'?)"
        in said
    )
    assert "not known: date_begin, date_ende" in said


def test_columns_of_no_dataset(tmp_path: Path) -> None:
    said = refused(tmp_path, "iso3,month,temperature\nETH,2021-01,20\n")
    assert "(iso3, month, temperature) are those of no UCDP dataset known here" in said


def test_a_new_column_is_noted_and_left_unread(tmp_path: Path) -> None:
    rows = [row | {"novelty": 7} for row in events()]
    parsed = read(tmp_path, text(rows, columns=[*COLUMNS, "novelty"]))
    assert parsed.report.rows_kept == 10
    assert "columns that UCDP did not have before were left unread: novelty" in parsed.report.notes


def test_names_from_outside_cannot_write_on_the_terminal(tmp_path: Path) -> None:
    said = refused(tmp_path, '"iso3\n\x1b[2Jgone",month\nETH,2021-01\n')
    assert "\x1b" not in said
    archive = zipped({"a\x1b[2J\nb.csv": b"iso3,month\nETH,2021-01\n"})
    with pytest.raises(SourceError) as caught:
        read(tmp_path, archive, "a.zip")
    assert str(caught.value).isprintable()


def test_empty_lines_before_the_header(tmp_path: Path) -> None:
    rows = events()
    rows[0] |= {"best": -1}
    report = read(tmp_path, "\n\r\n" + text(rows)).report
    assert [r.line for r in report.set_aside] == [4]


def test_a_column_named_twice(tmp_path: Path) -> None:
    assert "names best twice" in refused(tmp_path, GOOD.replace("high,low", "best,low", 1))


def test_a_wrong_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="looks like UCDP Dyadic but lacks the columns conflict_id"):
        parse_file(write(tmp_path, GOOD), kind="ucdp-dyadic")
    with pytest.raises(SourceError, match="kind 'acled' is not one of"):
        parse_file(write(tmp_path, GOOD), kind="acled")


# ---- rows


def test_a_truncated_row_is_set_aside_with_its_line(tmp_path: Path) -> None:
    records = GOOD.split("2021-03-30")
    records[4] = records[4].split(",", 6)[0] + "\n" + records[4].split("\n", 1)[1]
    report = read(tmp_path, "2021-03-30".join(records)).report
    assert (report.rows_read, report.rows_kept) == (10, 9)
    assert [str(r) for r in report.set_aside] == ["line 8, record '39 fields': expected 49 fields as in the header"]


def test_an_unquoted_comma_shifts_a_row_and_sets_it_aside(tmp_path: Path) -> None:
    report = read(tmp_path, GOOD.replace("Ethiopia: Government", "Ethiopia, Government", 1)).report
    assert [str(r) for r in report.set_aside] == ["line 2, record '50 fields': expected 49 fields as in the header"]


@pytest.mark.parametrize("less", [1, 8, 30, 100, 250, 290])
def test_a_file_that_ends_inside_its_last_row(tmp_path: Path, less: int) -> None:
    said = refused(tmp_path, GOOD.rstrip("\n")[:-less])
    assert said == f"{FINAL}: the file ends in the middle of line 20: download it again"


def test_a_last_value_cut_in_two_is_noticed(tmp_path: Path) -> None:
    rows = "id,conflict_new_id,conflict_name,country,best,type_of_violence,date\n"
    rows += "1,9,A,Ethiopia,3,2,2025-01-18\n2,9,A,Ethiopia,3,2,2025-01-"
    said = refused(tmp_path, rows, "candidate_2025_events.csv")
    assert said == "candidate_2025_events.csv: the file ends in the middle of line 3: download it again"


def test_a_missing_last_newline_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.rstrip("\n")).frame.equals(read(tmp_path, GOOD).frame)


def test_empty_lines_are_no_rows(tmp_path: Path) -> None:
    report = read(tmp_path, GOOD + "\n\r\n\n").report
    assert (report.rows_read, report.rows_kept, report.rows_set_aside) == (10, 10, 0)


def test_a_quotation_mark_that_never_closes(tmp_path: Path) -> None:
    broken = text(events(60)).replace('"Invented News, ""a headline', '"Invented News, "a headline', 1)
    said = refused(tmp_path, broken)
    assert "of" in said or "middle" in said
    assert "download it again" in said


def test_a_file_of_mostly_bad_rows_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, text(events(30, best=-1)))
    assert "30 of 30 rows do not fit (line 2, best '-1': deaths cannot be negative)" in said


def test_a_file_without_a_usable_row_is_refused(tmp_path: Path) -> None:
    assert "no usable row (line 2, best '-1': deaths cannot be negative)" in refused(tmp_path, text(events(2, best=-1)))
    assert "no usable row" in refused(tmp_path, text([]))


def test_day_before_month_is_refused_rather_than_guessed(tmp_path: Path) -> None:
    said = refused(tmp_path, text(events(date_start="30/03/2021", date_end="02/04/2021")))
    assert "date_start: '30/03/2021' puts the day before the month" in said


# ---- text


@pytest.mark.parametrize(("separator", "called"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_read_and_said(tmp_path: Path, separator: str, called: str) -> None:
    parsed = read(tmp_path, text(events(), separator=separator))
    assert parsed.frame.equals(read(tmp_path, GOOD).frame)
    assert f"fields are separated by {called} instead of commas: read so" in parsed.report.notes


def test_decimal_commas_of_a_european_spreadsheet(tmp_path: Path) -> None:
    parsed = read(tmp_path, text(events(latitude="9,25", longitude="38,75"), separator=";"))
    assert parsed.frame["lat"].to_list() == [9.25] * 10
    assert parsed.frame["pg_id"].to_list() == [142998] * 10


def test_latin_1_is_read_as_windows_1252_and_said(tmp_path: Path) -> None:
    rows = events()
    rows[3] |= {"side_b": "Hugo Chávez – Öberg"}
    rows[5] |= {"side_b": "plain"}
    parsed = read(tmp_path, text(rows).encode("cp1252"))
    assert parsed.frame["side_b"][3] == "Hugo Chávez – Öberg"
    assert any("not in UTF-8" in note for note in parsed.report.notes)
    assert [r.line for r in parsed.report.remarks] == [8]
    assert read(tmp_path, text(rows)).report.notes == read(tmp_path, GOOD).report.notes


def test_one_broken_byte_does_not_spoil_the_accents_of_the_rest(tmp_path: Path) -> None:
    rows = events(side_b="Chávez")
    rows[7] |= {"side_b": "BROKEN"}
    parsed = read(tmp_path, text(rows).encode().replace(b"BROKEN", b"Ch\xe1vez"))
    assert parsed.frame["side_b"].unique().to_list() == ["Chávez"]


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE html>\n<html><body>Please log in</body></html>\n",
        "\n\n  <html>\n<head></head></html>",
        '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>\n',
    ],
)
def test_a_web_page_named_csv(tmp_path: Path, page: str) -> None:
    assert "this is a web page, not a table (probably a login or error page)" in refused(tmp_path, page)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"\n\n \n", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"id,best", "no rows at all"),
        (b"id,best\r1,2\r", "old line ends"),
        (GOOD.encode("utf-16"), "is in UTF-16"),
        (b"id,best\n1,\x00\x00\n", "zero bytes"),
        (b'{"error": "not found"}\n', "JSON"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "an old Excel"),
        (b"PAR1" + b"\0" * 60, "a Parquet file"),
        (b"RDX3\nX\n" + b"\0" * 60, "an R data file"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"Rar!\x1a\x07\x01\0", "a RAR archive"),
    ],
)
def test_things_that_are_no_table(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in refused(tmp_path, content)


def test_no_such_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        parse_file(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="not a regular file"):
        parse_file(tmp_path)


# ---- archives


def test_a_zip_bomb_is_refused_while_it_inflates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = GOOD.encode() + b"\n" * (40 << 20)
    assert "200 times its packed size" in refused(tmp_path, zipped({"GEDEvent_v22_1.csv": bomb}), "a.zip")
    assert "200 times its packed size" in refused(tmp_path, gzip.compress(bomb), FINAL + ".gz")
    monkeypatch.setattr(container, "MAX_BYTES", 2000)
    assert "MB unpacked, more than" in refused(tmp_path, zipped({"GEDEvent_v22_1.csv": GOOD.encode()}), "a.zip")
    assert "grows past" in refused(tmp_path, gzip.compress(GOOD.encode()), FINAL + ".gz")
    assert "is larger than" in refused(tmp_path, GOOD)


def test_a_header_that_lies_about_the_size_does_not_help_a_bomb(tmp_path: Path) -> None:
    honest = zipped({"GEDEvent_v22_1.csv": GOOD.encode() + b"\n" * (40 << 20)})
    size = (len(GOOD.encode()) + (40 << 20)).to_bytes(4, "little")
    assert size in honest
    lying = honest.replace(size, (1000).to_bytes(4, "little"))
    said = refused(tmp_path, lying, "a.zip")
    assert "damaged" in said or "packed size" in said


@pytest.mark.parametrize(
    "name", ["../GEDEvent_v22_1.csv", "/etc/GEDEvent_v22_1.csv", "a/../../b.csv", "..\\b.csv", "C:\\b.csv"]
)
def test_an_archive_that_points_outside_itself(tmp_path: Path, name: str) -> None:
    assert "points outside the archive: refused" in refused(tmp_path, zipped({name: GOOD.encode()}), "a.zip")
    assert list(tmp_path.iterdir()) == [tmp_path / "a.zip"]


def test_a_link_in_an_archive(tmp_path: Path) -> None:
    archive = zipped({"GEDEvent_v22_1.csv": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777)
    assert "holds the link" in refused(tmp_path, archive, "a.zip")


def test_several_tables_are_named(tmp_path: Path) -> None:
    archive = zipped({"one.csv": GOOD.encode(), "two.csv": GOOD.encode()})
    assert "holds 2 tables ('one.csv', 'two.csv')" in refused(tmp_path, archive, "a.zip")


def test_archives_in_archives_and_archives_without_tables(tmp_path: Path) -> None:
    nested = zipped({"inner.zip": zipped({"a.csv": GOOD.encode()})})
    assert "holds another archive, 'inner.zip'" in refused(tmp_path, nested, "a.zip")
    assert "holds no CSV" in refused(tmp_path, zipped({"readme.txt": b"hello"}), "a.zip")
    assert "holds no CSV" in refused(tmp_path, zipped({}), "a.zip")
    many = zipped({f"{i}.txt": b"" for i in range(1001)})
    assert "1,001 entries" in refused(tmp_path, many, "a.zip")


def test_damaged_archives(tmp_path: Path) -> None:
    good = zipped({"GEDEvent_v22_1.csv": GOOD.encode()})
    assert "damaged" in refused(tmp_path, good[: len(good) // 2], "a.zip")
    flipped = bytearray(good)
    flipped[200] ^= 0xFF
    assert "damaged" in refused(tmp_path, bytes(flipped), "a.zip")
    packed = gzip.compress(GOOD.encode())
    assert "ends too early: download it again" in refused(tmp_path, packed[:-30], FINAL + ".gz")
    assert "damaged" in refused(tmp_path, packed[:-6] + b"\0\0" + packed[-4:], FINAL + ".gz")


def test_an_encrypted_archive(tmp_path: Path) -> None:
    plain = zipped({"GEDEvent_v22_1.csv": GOOD.encode()})
    locked = bytearray(plain)
    locked[6] |= 1
    locked[plain.index(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted" in refused(tmp_path, bytes(locked), "a.zip")


def test_the_content_decides_whatever_the_name_says(tmp_path: Path) -> None:
    expected = read(tmp_path, GOOD).frame
    assert read(tmp_path, zipped({"GEDEvent_v22_1.csv": GOOD.encode()}), "GEDEvent_v22_1.csv").frame.equals(expected)
    assert read(tmp_path, gzip.compress(GOOD.encode()), "GEDEvent_v22_1.csv").frame.equals(expected)
    assert read(tmp_path, GOOD, "GEDEvent_v22_1.zip").frame.equals(expected)


# ---- anything at all


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(
        st.tuples(st.floats(0, 1), st.sampled_from(["cut", "flip", "drop", "put"]), st.integers(0, 255)),
        min_size=1,
        max_size=6,
    ),
    packing=st.sampled_from(["plain", "gz", "zip"]),
)
def test_whatever_happens_to_a_file_it_is_read_whole_or_refused_in_one_line(
    tmp_path: Path, edits: list[tuple[float, str, int]], packing: str
) -> None:
    raw = bytearray(GOOD.encode())
    if packing == "gz":
        raw = bytearray(gzip.compress(bytes(raw), mtime=0))
    elif packing == "zip":
        raw = bytearray(zipped({"GEDEvent_v22_1.csv": bytes(raw)}))
    for where, what, byte in edits:
        at = int(where * len(raw))
        if what == "cut":
            del raw[max(at, 1) :]
        elif what == "flip" and at < len(raw):
            raw[at] = byte
        elif what == "drop":
            del raw[at : at + 1 + byte % 8]
        else:
            raw[at:at] = bytes([byte])
    parsed = None
    said = ""
    try:
        parsed = read(tmp_path, bytes(raw))
    except SourceError as error:
        said = str(error)
    if parsed is None:
        assert said.startswith(FINAL)
        assert "\n" not in said
        return
    assert parsed.report.rows_read == parsed.report.rows_kept + parsed.report.rows_set_aside
    assert parsed.frame.height == parsed.report.rows_kept
    assert (parsed.frame["deaths_total"] >= 0).all()
