"""UCDP's yearly datasets: armed conflicts, dyads, terminations, peace agreements, actors, and country-years.

Each reader takes the rows as text, with their lines, and gives back the table's columns. A row that breaks a rule is
set aside whole. Conflicts and agreements with more than one location stand once for each of them, so count by their
own number.
"""

from collections.abc import Callable, Iterable
from datetime import date

import polars as pl

from forestall.sources.report import Ledger, Remark
from forestall.sources.tabular import LINE
from forestall.sources.ucdp_countries import locations, states
from forestall.sources.ucdp_formats import PROVISIONS, Match
from forestall.sources.ucdp_releases import Release
from forestall.sources.ucdp_values import BLANK, dates, integers, is_blank, lost_digits
from forestall.store.schemas import SCHEMAS

INCOMPATIBILITY = {1: "territory", 2: "government", 3: "both"}
TYPE_OF_CONFLICT = {1: "extrasystemic", 2: "interstate", 3: "internal", 4: "internationalised"}
OUTCOME = {
    1: "peace agreement",
    2: "ceasefire",
    3: "victory of the government side",
    4: "victory of the rebel side",
    5: "low activity",
    6: "actor ceased to exist",
}
AGREEMENT_TYPE = {1: "full", 2: "partial", 3: "process"}
_GOVERNMENT = 4
Reader = Callable[["Sheet"], pl.DataFrame]


class Sheet:
    """A small table as text, and the means to check its columns. Rows that break a rule are remembered by position."""

    def __init__(self, raw: pl.DataFrame, match: Match, ledger: Ledger, release: Release, file: str) -> None:
        self.raw, self.match, self.ledger, self.release, self.file = raw, match, ledger, release, file
        self.broken: dict[int, tuple[str, str]] = {}

    def _break(self, rows: Iterable[int], column: str, reason: str) -> None:
        for row in rows:
            self.broken.setdefault(row, (column, reason))

    def text(self, column: str) -> pl.Series:
        """Stripped text, null where blank; all null for a column the file lacks."""
        if column not in self.raw.columns:
            return pl.Series([None] * self.raw.height, dtype=pl.String)
        stripped = self.raw[column].str.strip_chars()
        return stripped.zip_with(~stripped.is_in(BLANK).fill_null(True), pl.Series([None], dtype=pl.String))

    def whole(self, column: str, *, least: int = 0, most: int = 2**31 - 1, blank: bool = False) -> pl.Series:
        """Whole numbers between `least` and `most`; blank: whether an empty cell is allowed (and null)."""
        text = self.text(column)
        out = integers(text)
        wrong = out.is_null() & ~(text.is_null() if blank else pl.repeat(False, len(out), eager=True))
        self._break(
            (wrong | ~out.is_between(least, most).fill_null(True)).arg_true(), column, "expected a whole number"
        )
        return out

    def coded(self, column: str, codes: dict[int, str], *, blank: bool = False) -> pl.Series:
        """Codes as words; a code that is not in the codebook breaks the row."""
        numbers = self.whole(column, blank=blank)
        words = numbers.replace_strict(codes, default=None, return_dtype=pl.String)
        allowed = ", ".join(f"{code} ({word})" for code, word in codes.items())
        self._break((words.is_null() & numbers.is_not_null()).arg_true(), column, f"expected {allowed}")
        return words

    def yes_no(self, column: str, *, blank: bool = True) -> pl.Series:
        """1 and 0, or True and False, as booleans."""
        text = self.text(column).str.to_lowercase()
        out = text.replace_strict(
            {"1": True, "1.0": True, "true": True, "0": False, "0.0": False, "false": False},
            default=None,
            return_dtype=pl.Boolean,
        )
        self._break((out.is_null() & (text.is_not_null() | (not blank))).arg_true(), column, "expected 1 or 0")
        return out

    def day(self, column: str, *, blank: bool = False) -> pl.Series:
        """Dates; blank: whether an empty cell is allowed (and null)."""
        text = self.text(column)
        out = dates(text.fill_null(""), f"{self.file}: {self.match.columns.get(column, column)}")
        self._break(
            (out.is_null() & (text.is_not_null() | (not blank))).arg_true(), column, "expected a date, YYYY-MM-DD"
        )
        return out

    def year(self) -> pl.Series:
        """The year; later than the release's last month is in the future."""
        last = 2100 if self.release.last_month is None else 1980 + (self.release.last_month - 1) // 12
        years = self.whole("year", least=1800)
        self._break((years > last).fill_null(False).arg_true(), "year", f"in the future: this release ends with {last}")
        return years

    def places(self, column: str, years: pl.Series) -> pl.Series:
        """Lists of (gw_id, iso3) from lists of Gleditsch-Ward numbers, at the end of each year."""
        found = [
            locations(text or "", date(min(max(year or 2000, 1816), 2100), 12, 31))
            for text, year in zip(self.text(column), years, strict=True)
        ]
        self._break(
            [i for i, f in enumerate(found) if f is None],
            column,
            "a state that is not in the table of states on that date",
        )
        states_of = pl.List(pl.Struct({"gw_id": pl.Int32, "iso3": pl.String}))
        return pl.Series([[{"gw_id": g, "iso3": i} for g, i in f or []] for f in found], dtype=states_of)

    def kept(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows that broke no rule; the others go to the ledger."""
        for row, (column, reason) in sorted(self.broken.items()):
            value = self.raw[column][row] if column in self.raw.columns else ""
            deaths = int(frame["deaths_total"][row] or 0) if "deaths_total" in frame.columns else 0
            theirs = self.match.columns.get(column, column)
            self.ledger.leave_out(Remark(self.raw[LINE][row], theirs, value or "", reason), max(deaths, 0))
        good = [i for i in range(frame.height) if i not in self.broken]
        return frame[good]

    def without_repeats(self, frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
        """One row a key: of the same row twice the first stays, of two versions the last. `frame` carries `_line`."""
        repeated = frame.filter(pl.struct(keys).is_duplicated())
        out: list[int] = []
        for _, group in repeated.group_by(keys, maintain_order=True):
            lines = group[LINE].to_list()
            same = group.drop(LINE).unique().height == 1
            stays = lines[0] if same else lines[-1]
            named = ", ".join(self.match.columns[key] for key in keys if key in self.match.columns)
            shown = ", ".join(str(group[key][0]) for key in keys if key in self.match.columns)
            what = "the same row as" if same else "another version stands in"
            for line in lines:
                if line != stays:
                    out.append(line)
                    self.ledger.leave_out(Remark(line, named, shown, f"{what} line {stays}"))
        return frame.filter(~pl.col(LINE).is_in(out))


def _conflict(sheet: Sheet) -> dict[str, pl.Series]:
    years = sheet.year()
    return {
        LINE: sheet.raw[LINE],
        "conflict_id": sheet.whole("conflict_id"),
        "dyad_id": sheet.whole("dyad_id", blank="dyad_id" not in sheet.raw.columns),
        "year": years,
        "side_a": sheet.text("side_a"),
        "side_b": sheet.text("side_b"),
        "territory": sheet.text("territory_name"),
        "incompatibility": sheet.coded("incompatibility", INCOMPATIBILITY),
        "type_of_conflict": sheet.coded("type_of_conflict", TYPE_OF_CONFLICT),
        "intensity": sheet.whole("intensity_level", least=1, most=2),
        "episode_start": sheet.day("start_date2"),
        "_place": sheet.places("gwno_loc", years),
    }


def _spread(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.explode("_place").unnest("_place")


def conflicts(sheet: Sheet) -> pl.DataFrame:
    """ACD and Dyadic: one row a conflict (or dyad), year and location."""
    frame = sheet.kept(pl.DataFrame(_conflict(sheet)))
    return sheet.without_repeats(frame, ["conflict_id", "dyad_id", "year"])


def terminations(sheet: Sheet) -> pl.DataFrame:
    """Terminations: one row a conflict (or dyad), year and location; outcome and end in an episode's last year only."""
    columns = _conflict(sheet) | {
        "episode_id": _episode_numbers(sheet),
        "episode": sheet.whole("episode"),
        "terminated": sheet.yes_no("terminated"),
        "ended_on": sheet.day("ependdate", blank=True),
        "outcome": sheet.coded("outcome", OUTCOME, blank=True),
        "recurred": sheet.yes_no("recur"),
    }
    return sheet.without_repeats(sheet.kept(pl.DataFrame(columns)), ["conflict_id", "dyad_id", "year"])


def _episode_numbers(sheet: Sheet) -> pl.Series:
    """Episode numbers; version 3-2021 has some dyad episodes as 1.4e+06, whose digits are gone: null."""
    text = sheet.text("episode_id").fill_null("")
    lost = lost_digits(text)
    if lost.any():
        sheet.ledger.note(f"{lost.sum():,} rows have an episode number without its last digits (1.4e+06): left open")
    return integers(text).zip_with(~lost, pl.Series([None], dtype=pl.Int64))


def agreements(sheet: Sheet) -> pl.DataFrame:
    """Peace agreements: one row an agreement and location, provisions as booleans."""
    agreed = sheet.day("pa_date")
    columns = {
        LINE: sheet.raw[LINE],
        "agreement_id": sheet.whole("agreement_id"),
        "name": sheet.text("pa_name"),
        "agreed_on": agreed,
        "conflict_ids": sheet.text("conflict_id"),
        "conflict_name": sheet.text("conflict_name"),
        "dyad_ids": sheet.text("dyad_id"),
        "actors": sheet.text("actor_name"),
        "incompatibility": _about(sheet),
        "agreement_type": sheet.coded("pa_type", AGREEMENT_TYPE),
        "ended": sheet.yes_no("ended"),
        "ended_on": sheet.day("ended_on", blank=True),
        "process_id": sheet.whole("process_id", blank=True),
        "url": sheet.text("url"),
        "_place": sheet.places("locations", agreed.dt.year()),
        **{ours: sheet.yes_no(theirs) for theirs, ours in PROVISIONS.items()},
    }
    return sheet.without_repeats(sheet.kept(pl.DataFrame(columns)), ["agreement_id"])


def _about(sheet: Sheet) -> pl.Series:
    """Incompatibility; an agreement over a territorial and a governmental conflict ("2, 1") is over both."""
    text = sheet.text("incompatibility")
    words = text.replace_strict(
        {"1": "territory", "2": "government", "3": "both", "1, 2": "both", "2, 1": "both"},
        default=None,
        return_dtype=pl.String,
    )
    sheet._break(words.is_null().arg_true(), "incompatibility", "expected 1 (territory), 2 (government) or 3 (both)")
    return words


def actors(sheet: Sheet) -> pl.DataFrame:
    """Actors: one row each; lists of numbers as published, separated by commas."""
    columns = {
        LINE: sheet.raw[LINE],
        "actor_id": sheet.whole("actor_id"),
        "name": sheet.text("name"),
        "name_original": sheet.text("name_original"),
        "name_english": sheet.text("name_english"),
        "government": sheet.whole("org") == _GOVERNMENT,
        **{name: sheet.text(name) for name in ("conflict_ids", "dyad_ids", "gw_ids")},
    }
    return sheet.without_repeats(sheet.kept(pl.DataFrame(columns)), ["actor_id"])


def country_years(sheet: Sheet) -> pl.DataFrame:
    """Deaths by type, country and year, with the publisher's range."""
    years = sheet.year()
    deaths = [c for c in SCHEMAS["ucdp_country_year"] if c.startswith("deaths_")]
    frame = pl.DataFrame(
        {
            LINE: sheet.raw[LINE],
            "country_id": sheet.whole("country_id"),
            "country": sheet.text("country"),
            "year": years,
            **{c: sheet.whole(c) for c in deaths},
        }
    )
    month = ((pl.col("year").clip(1816, 2100) - 1980) * 12 + 12).fill_null(12).cast(pl.Int32)
    frame = states(frame.with_columns(month.alias("_month")))
    sheet._break(
        frame["gw_id"].is_null().arg_true(), "country_id", "a country that is not in the table of states on that date"
    )
    return sheet.without_repeats(sheet.kept(frame), ["country_id", "year"])


READERS: dict[str, Reader] = {
    "ucdp-acd": conflicts,
    "ucdp-dyadic": conflicts,
    "ucdp-termination-conflict": terminations,
    "ucdp-termination-dyad": terminations,
    "ucdp-peace-agreements": agreements,
    "ucdp-actors": actors,
    "ucdp-country-year": country_years,
}


def parse(raw: pl.DataFrame, match: Match, release: Release, ledger: Ledger, file: str) -> tuple[pl.DataFrame, int]:
    """Read a yearly dataset. raw: its columns under our names, as text, with `_line`.

    Returns the frame in the schema of its table, and the number of the file's rows that it stands for.
    """
    rows = READERS[match.format.kind](Sheet(raw, match, ledger, release, file))
    kept = rows.height
    if "_place" in rows.columns:
        rows = _spread(rows)
        if rows.height > kept:
            ledger.note(f"rows with more than one location stand once for each: {kept:,} rows became {rows.height:,}")
    rows = rows.with_columns(pl.lit(release.name).alias("release"))
    return rows.select(pl.col(name).cast(kind) for name, kind in SCHEMAS[match.format.table].items()), kept


def version_of(raw: pl.DataFrame) -> str | None:
    """The version that every row of a dataset names, or None. A file of two versions has more than one."""
    named = raw["version"].filter(~is_blank(raw["version"])).str.strip_chars().unique().to_list()
    return "/".join(sorted(named)) or None
