"""The hand-made labels of Security Council resolutions: every file parses, and every quote stands in its text."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

HERE = Path(__file__).parent / "labels"
HALVES = [path.name for path in sorted(HERE.glob("*.yml"))]
WORDS = {
    "sanctions": {"imposed", "renewed", "lifted", "eased"},
    "mission": {"created", "renewed", "ended"},
    "chapter_vii": {True},
}
DATED = {"mandate_until", "report_by", "review"}
PERIOD = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T\d+H)?")
LARGEST_TEXT = 3_000


def entries(half: str) -> list[dict[str, Any]]:
    """The labelled resolutions of one file."""
    loaded = yaml.safe_load((HERE / half).read_text(encoding="utf-8"))
    assert isinstance(loaded, list)
    assert loaded
    return loaded


def plain(text: str) -> str:
    """The text with every run of blanks and line breaks as one blank."""
    return re.sub(r"\s+", " ", text).strip()


def number(symbol: str) -> int:
    """The running number of S/RES/642 (1989)."""
    found = re.fullmatch(r"S/RES/(\d+) ?\((\d{4})\)", symbol)
    assert found is not None, symbol
    return int(found.group(1))


def is_period(given: object) -> bool:
    """Whether this is an ISO 8601 duration of years, months, weeks, days and hours."""
    return isinstance(given, str) and PERIOD.fullmatch(given) is not None


def well_formed(adopted: date, item: dict[str, Any]) -> bool:
    """Whether type, value, period and quote of one commitment have the guideline's forms."""
    kind, value = item["type"], item["value"]
    if not item["quote"].strip() or not set(item) <= {"type", "value", "period", "subject", "quote"}:
        return False
    if "period" in item and not (kind in DATED and is_period(item["period"])):
        return False
    if kind in DATED:
        if kind == "review" and value == "standing":
            return True
        return isinstance(value, date) and adopted < value and value.year - adopted.year <= 15
    if kind in {"report_within", "report_every"}:
        return is_period(value)
    return kind in WORDS and value in WORDS[kind]


@pytest.mark.parametrize("half", HALVES)
def test_labels_have_the_forms_of_the_guideline(half: str) -> None:
    seen: set[str] = set()
    for entry in entries(half):
        symbol, adopted = entry["symbol"], entry["adopted"]
        assert symbol not in seen, f"{symbol} twice"
        seen.add(symbol)
        assert isinstance(adopted, date), symbol
        assert symbol.startswith("drafted: ") or number(symbol) > 0
        if not symbol.startswith("drafted: "):
            assert f"({adopted.year})" in symbol, f"{symbol}: adopted {adopted}"
        assert (entry.get("text") == "shared") != ("file" in entry), symbol
        for item in entry["commitments"]:
            assert well_formed(adopted, item), f"{symbol}: {item}"
        keys = [(i["type"], str(i["value"]), i.get("subject")) for i in entry["commitments"]]
        assert len(keys) == len(set(keys)), f"{symbol}: the same commitment twice"


@pytest.mark.parametrize("half", HALVES)
def test_quotes_of_the_excerpts_stand_in_them(half: str) -> None:
    for entry in entries(half):
        if "file" not in entry:
            continue
        path = HERE / entry["file"]
        text = path.read_text(encoding="utf-8")
        assert 40 < len(text) <= LARGEST_TEXT, path
        for item in entry["commitments"]:
            assert plain(item["quote"]) in plain(text), f"{entry['symbol']}: {item['quote']}"


@pytest.mark.parametrize("half", HALVES)
def test_quotes_of_the_early_resolutions_stand_in_the_corpus(half: str, shared: Path) -> None:
    texts = pl.read_parquet(shared / "council" / "sc_resolution_texts_1946_1989.parquet")
    corpus = dict(zip(texts["res_no"].to_list(), texts["text"].to_list(), strict=True))
    for entry in entries(half):
        if entry.get("text") != "shared":
            continue
        text = plain(corpus[number(entry["symbol"])])
        for item in entry["commitments"]:
            assert plain(item["quote"]) in text, f"{entry['symbol']}: {item['quote']}"


@pytest.mark.parametrize("half", HALVES)
def test_days_of_adoption_agree_with_the_records(half: str, shared: Path) -> None:
    """Some meetings ran past midnight: the printed resolution may bear the next day."""
    table = pl.read_csv(shared / "council" / "sc_resolutions_1_2722.csv", infer_schema_length=0)
    days: dict[int, set[date]] = {}
    for row in table.iter_rows(named=True):
        given = {date.fromisoformat(day) for day in (row["tbl_date"], row["date_iso"]) if day}
        # A few rows before 1958 bear the day of another resolution: the year in the symbol shows it.
        days[int(row["res_no"])] = {day for day in given if f"({day.year})" in row["symbol"]}
    checked = 0
    for entry in entries(half):
        known = set() if entry["symbol"].startswith("drafted: ") else days.get(number(entry["symbol"]), set())
        if known:
            apart = min(abs((entry["adopted"] - day).days) for day in known)
            assert apart <= 1, f"{entry['symbol']}: {entry['adopted']}, {known}"
            checked += 1
    assert checked >= 30


def test_the_halves_share_no_resolution() -> None:
    if len(HALVES) < 2:
        pytest.skip("only one half of the labels is here")
    symbols = [entry["symbol"] for half in HALVES for entry in entries(half)]
    assert len(symbols) == len(set(symbols))
