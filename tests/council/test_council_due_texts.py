"""Texts that a user has: what their headings tell, folders with and without an index, and what is refused."""

from datetime import date

import polars as pl
import pytest

from forestall.council.due import folder, one_text, read_marks
from forestall.council.due.texts import adopted_in, symbol_in
from forestall.errors import ForestallError, UsageError

MODERN = """United Nations   S/RES/2719 (2023)
Resolution 2719 (2023)
Adopted by the Security Council at its 9518th meeting, on
21 December 2023
The Security Council,
Recalling its resolution 2320 (2016) of 18 November 2016,
"""


@pytest.mark.parametrize(
    ("text", "symbol", "day"),
    [
        (MODERN, "S/RES/2719 (2023)", date(2023, 12, 21)),
        ("Resolution 642 (1989)\nof 29 September 1989\n\nThe Security Council,", "S/RES/642 (1989)", date(1989, 9, 29)),
        ("187 (1964). Resolution of 13 March 1964\n[S/5603]\n", "S/RES/187 (1964)", date(1964, 3, 13)),
        ("The Security Council,\nRecalling its\nresolution 435 (1978) of 29 September 1978,", None, None),
        (
            "The full text of resolution 1517 (2003) reads as follows:\n“The Security Council,",
            "S/RES/1517 (2003)",
            None,
        ),
        ("Resolution 1 (2020)\nof 31 June 2020\nThe Security Council,", "S/RES/1 (2020)", None),
        ("1. Decides to extend until 30 June 2030;", None, None),
    ],
)
def test_headings_tell_symbol_and_day(text, symbol, day):
    assert (symbol_in(text), adopted_in(text)) == (symbol, day)


def test_headings_of_the_early_texts(shared):
    texts = pl.read_parquet(shared / "council" / "sc_resolution_texts_1946_1989.parquet").filter(pl.col("res_no") > 200)
    told = [
        (symbol_in(text), number, year) for number, year, text in texts.select("res_no", "year", "text").iter_rows()
    ]
    right = sum(symbol == f"S/RES/{number} ({year})" for symbol, number, year in told)
    assert right >= 0.97 * len(told)
    assert sum(symbol is not None and symbol != f"S/RES/{n} ({y})" for symbol, n, y in told) <= 3
    assert sum(adopted_in(text) is not None for text in texts["text"]) >= 0.95 * len(told)


def test_a_folder_with_and_without_an_index(tmp_path):
    (tmp_path / "a.txt").write_text(MODERN, encoding="utf-8")
    (tmp_path / "b.txt").write_text("1. Decides to extend until 30 June 2030;", encoding="utf-8")
    with pytest.raises(UsageError, match="does not say when it was adopted"):
        folder(tmp_path)
    (tmp_path / "index.csv").write_text("file,symbol,adopted\nb.txt,,2029-12-20\na.txt,,\n", encoding="utf-8")
    assert [(t.symbol, t.adopted) for t in folder(tmp_path)] == [
        ("S/RES/2719 (2023)", date(2023, 12, 21)),
        ("b", date(2029, 12, 20)),
    ]
    for content, message in (
        ("file\n../a.txt\n", "not the name of a file"),
        ("file\nmissing.txt\n", "which is not a file of"),
        ("file,symbol,adopted\na.txt,,21.12.2023\n", "is no day"),
        ("file,symbol\na.txt,\na.txt,\n", "stands twice"),
        ("name\na.txt\n", "no column file"),
    ):
        (tmp_path / "index.csv").write_text(content, encoding="utf-8")
        with pytest.raises(UsageError, match=message):
            folder(tmp_path)
    with pytest.raises(UsageError, match="not a folder"):
        folder(tmp_path / "a.txt")


def test_what_is_no_text_is_refused(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n...")
    with pytest.raises(ForestallError, match="PDF"):
        one_text(tmp_path / "a.pdf", date(2030, 1, 1))
    for content, message in (
        ("Résolution".encode("latin-1"), "not UTF-8"),
        (b"a" * (2 * 1024 * 1024 + 1), "over 2 MiB"),
        (b"", "no column uid"),
    ):
        (tmp_path / "done.csv").write_bytes(content)
        with pytest.raises(UsageError, match=message):
            read_marks(tmp_path / "done.csv")
    with pytest.raises(UsageError, match="not a file we can read"):
        read_marks(tmp_path / "none.csv")
