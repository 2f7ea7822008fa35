"""GDELT's events, read strictly: formats 1.0 (57 or 58 columns) and 2.0 (61), one record a line, in bounded memory.

GDELT codes what the news say by machine, so its events are reports and not facts: counts of them follow the media as
much as the world (docs/sources/gdelt.md). Of each record the location of the action is read, its kind, its weight in
the news and the country of each actor; names of persons, headlines and addresses of articles are not kept.

Columns: GDELT Event Codebook 2.0 (2015-02-19) and GDELT Data Format Codebook 1.03 (2013-08-25).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from forestall.errors import SourceError
from forestall.ids import fips
from forestall.ids.months import month_end
from forestall.sources import lines
from forestall.sources.container import opened, printable
from forestall.sources.gdelt_files import Format, format_of, formats, header, named, unusual
from forestall.sources.places import locate
from forestall.sources.report import Remark
from forestall.sources.stream_rows import Batch, Tally, conform

_READ = (
    "GLOBALEVENTID",
    "SQLDATE",
    "MonthYear",
    "Year",
    "Actor1CountryCode",
    "Actor2CountryCode",
    "IsRootEvent",
    "EventCode",
    "EventRootCode",
    "QuadClass",
    "GoldsteinScale",
    "NumMentions",
    "NumSources",
    "NumArticles",
    "AvgTone",
    "ActionGeo_Type",
    "ActionGeo_CountryCode",
    "ActionGeo_Lat",
    "ActionGeo_Long",
    "DATEADDED",
)
_COUNTED = ("NumMentions", "NumSources", "NumArticles")
_WHOLE = ("GLOBALEVENTID", "SQLDATE", "MonthYear", "Year", "EventRootCode", "QuadClass", *_COUNTED)
_DECIMAL = ("GoldsteinScale", "AvgTone", "ActionGeo_Lat", "ActionGeo_Long")
_MOST_SET_ASIDE = 0.1
_FEW = 20
"""A file is refused when more than a tenth of its rows, and more than this many, do not fit."""
_PRECISION = {"1": 1, "2": 2, "5": 2, "3": 3, "4": 3}
"""ActionGeo_Type: country, US state, other first-level division, US city, other city; "0" and "" are no location."""
_EXACT = 3
_SNIFFED = 1 << 16


@dataclass(frozen=True, slots=True)
class _Rule:
    """What sets a record aside: where it holds, the column to blame, the reason given."""

    broken: pl.Expr
    column: str
    reason: str


def kind_of(path: Path) -> str | None:
    """The stream that a file of GDELT's events belongs to, gdelt-1 or gdelt-2; None for any other file.

    The content decides; a file that only bears one of GDELT's names gets the format of that name, so that a changed
    structure is reported as such. Raises SourceError for an archive that is damaged or hostile.
    """
    path = Path(path)
    with opened(path) as file:
        if file.form != "text":
            return None
        first = file.stream.read(_SNIFFED).lstrip(b"\r\n").partition(b"\n")[0].split(b"\t")
        said = named(file.name) or named(path.name)
    form = format_of(len(first))
    if form is not None and first[0].isdigit() and first[1].isdigit():
        return form.kind
    return None if said is None else ("gdelt-2" if said.span == "quarter_hour" else "gdelt-1")


def batches(path: Path, today: date | None = None, kind: str | None = None) -> Iterator[Batch]:
    """The events of a file (.csv, .zip, .gz) in batches of about 40,000 rows. Reads the file and nothing else.

    today: no event was added later; by default today's date. kind: the format it must have. Records that do not fit
    stand in the tallies. Raises SourceError, in one line with file, column and line, if the file is not in one of
    GDELT's formats or more than a tenth of its records do not fit; before that, batches may have been given.
    """
    path = Path(path)
    latest = today or datetime.now(UTC).date()
    whole, seen = Tally(), Seen()
    blame: Counter[str] = Counter()
    fields, form = 0, None
    with opened(path) as file:
        if file.form != "text":
            raise SourceError(f"{path.name}: a workbook, not a file of GDELT's events: give the publisher's .CSV.zip")
        for piece in lines.pieces(file.name, file.stream):
            if form is None:
                fields, form = _layout(piece, file.name, kind)
            batch = parse(piece, form, fields, name=file.name, today=latest, seen=seen)
            whole.take(batch.tally)
            blame.update(batch.tally.set_aside)
            if piece.open_line and any(r.line == piece.open_line for r in batch.tally.remarks):
                raise SourceError(
                    f"{file.name}: the file ends in the middle of line {piece.open_line}: download it again"
                )
            _check(file.name, form, fields, whole, blame)
            yield batch
    if form is None or not whole.rows_kept:
        why = f" ({whole.remarks[0]})" if whole.remarks else ""
        raise SourceError(f"{path.name}: no usable event{why}: download it again")
    note = unusual(file.name, form, whole.rows_read)
    if note is not None:
        yield Batch(conform(batch.frame.clear()), Tally(notes=[note]))


def parse(
    piece: lines.Piece, form: Format, fields: int, *, name: str, today: date, seen: "Seen | None" = None
) -> Batch:
    """The events of some whole lines: the same bytes give the same rows.

    fields: how many of the format's columns a record has. name: of the file, for messages. seen: the events of the
    file's earlier lines; repeats of them are set aside, and it learns those of this piece.
    """
    found = lines.records(piece, fields)
    tally = Tally(rows_read=found.lines.size + len(found.wrong) + found.more_wrong)
    if found.more_wrong:
        tally.set_aside[f"not {fields} fields"] += found.more_wrong
    for line, n in found.wrong:
        tally.leave_out(
            f"not {fields} fields",
            Remark(line, "record", f"{n} fields", f"expected {fields} as in the file's other lines"),
        )
    raw = _text(found.data, form, fields, name)
    if raw.height != found.lines.size:
        raise SourceError(f"{name}: lines {piece.line} on cannot be told apart: download it again")
    frame = _typed(raw, form).with_columns(pl.Series("_line", found.lines))
    kept = _checked(frame, raw, tally, form, today)
    if seen is not None:
        kept = _once(kept, tally, seen)
    kept = _placed(kept, tally)
    tally.rows_kept = kept.height
    return Batch(conform(kept), tally)


def _layout(piece: lines.Piece, name: str, kind: str | None) -> tuple[int, Format]:
    """How many fields the records have (what most of the first ones have), and the format that has so many."""
    shown = piece.data[:_SNIFFED].splitlines() if len(piece.data) > _SNIFFED else piece.data.splitlines()
    shown = [line for line in shown[:-1] or shown if line.strip()]
    counts = Counter(line.count(b"\t") + 1 for line in shown)
    fields = counts.most_common(1)[0][0] if counts else 0
    first = next((line.split(b"\t") for line in shown), [b""])
    form = format_of(fields)
    if form is None:
        known = ", ".join(f"{n} ({form.kind})" for form in formats().values() for n in form.counts)
        raise SourceError(
            f"{name}: line {piece.line} has {fields} fields between tabs, where GDELT's events have {known}: this is "
            "another file, or the format is new"
        )
    if first[0].decode("latin-1").upper() == form.columns[0]:
        raise SourceError(
            f"{name}: line 1 names the columns; GDELT's files have no such line: give the file as published"
        )
    if kind is not None and form.kind != kind:
        raise SourceError(f"{name}: has {fields} fields, which is {form.kind}; the stream is {kind}: add it to its own")
    return fields, form


def _text(data: bytes, form: Format, fields: int, name: str) -> pl.DataFrame:
    """The columns that are read, as text, "" where empty."""
    places = {column: form.columns.index(column) for column in _READ}
    if not data:
        return pl.DataFrame(schema=dict.fromkeys(_READ, pl.String))
    try:
        frame = pl.read_csv(
            data,
            has_header=False,
            schema={f"column_{i}": pl.String for i in range(fields)},
            columns=sorted(places.values()),
            separator="\t",
            quote_char=None,
            empty_string_is_null=False,
            encoding="utf8-lossy",
        )
    except pl.exceptions.PolarsError as error:
        raise SourceError(f"{name}: cannot be read ({str(error).splitlines()[0]}): download it again") from None
    return frame.select(pl.col(f"column_{i}").alias(column) for column, i in places.items())


def _typed(raw: pl.DataFrame, form: Format) -> pl.DataFrame:
    """Numbers and days from text; null where there is none."""
    return raw.select(
        *(pl.col(c).cast(pl.Int64, strict=False) for c in _WHOLE),
        *(pl.col(c).cast(pl.Float64, strict=False).fill_nan(None) for c in _DECIMAL),
        _day(pl.col("SQLDATE"), "%Y%m%d", 8).alias("date"),
        _day(pl.col("DATEADDED"), form.date_added, 14 if "%H" in form.date_added else 8).alias("added"),
        pl.col("IsRootEvent").replace_strict({"0": False, "1": True}, default=None, return_dtype=pl.Boolean),
        pl.col("ActionGeo_Type").replace_strict(_PRECISION, default=None, return_dtype=pl.Int8).alias("precision"),
        (pl.col("ActionGeo_Lat") + pl.col("ActionGeo_Long") != "").alias("_located"),
        pl.col("EventCode"),
        *(pl.col(c).replace({"": None}) for c in ("Actor1CountryCode", "Actor2CountryCode", "ActionGeo_CountryCode")),
    )


def _day(text: pl.Expr, form: str, length: int) -> pl.Expr:
    day = text.str.slice(0, 8).str.to_date("%Y%m%d", strict=False)
    clock = text.str.slice(8).str.contains(r"^([01]\d|2[0-3])[0-5]\d[0-5]\d$") if "%H" in form else True
    return pl.when((text.str.len_bytes() == length) & clock).then(day)


def _rules(form: Format, today: date) -> list[_Rule]:
    c = pl.col
    first = header()["first_day"]

    def outside(column: str, low: int, high: int) -> pl.Expr:
        return ~c(column).is_between(low, high).fill_null(False)

    def neither(column: str, low: float, high: float) -> pl.Expr:
        return ~(c(column).is_between(low, high) | (c(f"_raw_{column}") == "")).fill_null(False)

    most = np.iinfo(np.int32).max
    sqldate = c("SQLDATE")
    return [
        _Rule(outside("GLOBALEVENTID", 1, 2**62), "GLOBALEVENTID", "not a whole number above 0"),
        _Rule(c("date").is_null(), "SQLDATE", "not a day written YYYYMMDD"),
        _Rule(c("date") < first, "SQLDATE", f"before {first}, where GDELT begins"),
        _Rule(c("added").is_null(), "DATEADDED", f"not a time written {_pattern(form.date_added)}"),
        _Rule(c("added") > today, "DATEADDED", "a day that has not come"),
        # A report may bear the date of a place where the next day has begun.
        _Rule(c("date") > c("added") + timedelta(days=1), "SQLDATE", "a day after the event was added"),
        _Rule(c("MonthYear").ne_missing(sqldate // 100), "MonthYear", "not the month of SQLDATE"),
        _Rule(c("Year").ne_missing(sqldate // 10000), "Year", "not the year of SQLDATE"),
        _Rule(c("IsRootEvent").is_null(), "IsRootEvent", "neither 0 nor 1"),
        _Rule(~c("EventCode").str.contains(r"^\d{1,4}$"), "EventCode", "not a CAMEO code of up to four digits"),
        _Rule(outside("EventRootCode", 1, 20), "EventRootCode", "not a CAMEO category from 01 to 20"),
        _Rule(outside("QuadClass", 1, 4), "QuadClass", "not 1, 2, 3 or 4"),
        _Rule(neither("GoldsteinScale", -10, 10), "GoldsteinScale", "not a number from -10 to 10"),
        *(_Rule(outside(name, 0, most), name, "not a count") for name in _COUNTED),
        _Rule(neither("AvgTone", -100, 100), "AvgTone", "not a number from -100 to 100"),
        _Rule(
            ~c("_raw_ActionGeo_Type").is_in(["", "0", *_PRECISION]), "ActionGeo_Type", "not a whole number from 0 to 5"
        ),
    ]


def _pattern(form: str) -> str:
    return "YYYYMMDDHHMMSS" if "%H" in form else "YYYYMMDD"


def _checked(frame: pl.DataFrame, raw: pl.DataFrame, tally: Tally, form: Format, today: date) -> pl.DataFrame:
    """The records that break no rule; the others go to the tally under the first rule that they break."""
    rules = _rules(form, today)
    frame = frame.with_columns(raw[c].alias(f"_raw_{c}") for c in ("GoldsteinScale", "AvgTone", "ActionGeo_Type"))
    broken = frame.select(
        pl.coalesce([pl.when(rule.broken).then(pl.lit(i, pl.Int16)) for i, rule in enumerate(rules)]).alias("_rule")
    )["_rule"]
    if broken.null_count() == broken.len():
        return frame
    bad = np.flatnonzero(broken.is_not_null().to_numpy())
    for row in bad:
        rule = rules[broken[int(row)]]
        value = printable(raw[rule.column][int(row)])
        tally.leave_out(
            f"{rule.column} is {rule.reason}", Remark(frame["_line"][int(row)], rule.column, value, rule.reason)
        )
    return frame.filter(broken.is_null())


def _placed(frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Add the state and the cell, and count in the tally where the rows lie. Columns as in `ROWS`."""
    frame = frame.with_columns(
        month_id=(pl.col("date").dt.year().cast(pl.Int32) - 1980) * 12 + pl.col("date").dt.month().cast(pl.Int32)
    )
    frame = _with_states(frame, tally)
    lat, lon = (frame[f"ActionGeo_{part}"].fill_null(np.nan).to_numpy() for part in ("Lat", "Long"))
    unreadable = frame["_located"].to_numpy() & (np.isnan(lat) | np.isnan(lon))
    exact = (frame["precision"] == _EXACT).fill_null(False).to_numpy()
    found = locate(lat, lon, unreadable, exact, frame["gw_id"].fill_null(0).to_numpy())
    tally.places.update(_counts(found.place))
    usable = np.isin(found.place, ("land", "sea", "area"))
    return frame.select(
        pl.col("GLOBALEVENTID").alias("event_id"),
        "date",
        "month_id",
        "added",
        "gw_id",
        pl.col("ActionGeo_CountryCode").alias("country_code"),
        "precision",
        pl.Series("lat", np.where(usable, lat, np.nan)).fill_nan(None),
        pl.Series("lon", np.where(usable, lon, np.nan)).fill_nan(None),
        pl.Series("place", found.place),
        pl.Series("pg_id", found.pg_id).replace({0: None}),
        pl.col("EventRootCode").alias("root_code"),
        pl.col("EventCode").alias("event_code"),
        pl.col("QuadClass").alias("quad_class"),
        pl.col("GoldsteinScale").alias("goldstein"),
        pl.col("AvgTone").alias("tone"),
        pl.col("IsRootEvent").alias("is_root"),
        pl.col("NumMentions").alias("mentions"),
        pl.col("NumSources").alias("sources"),
        pl.col("NumArticles").alias("articles"),
        pl.col("Actor1CountryCode").alias("actor1"),
        pl.col("Actor2CountryCode").alias("actor2"),
        "_line",
    )


def _counts(keys: npt.NDArray[np.str_]) -> dict[str, int]:
    names, counts = np.unique(keys, return_counts=True)
    return {str(name): int(n) for name, n in zip(names, counts, strict=True)}


def _with_states(frame: pl.DataFrame, tally: Tally) -> pl.DataFrame:
    """Add `gw_id`: the state that a code meant on the last day of the month."""
    by = ["ActionGeo_CountryCode", "month_id"]
    keys = frame.group_by(by).len()
    states, sorts = [], []
    for code, month, n in keys.iter_rows():
        gw_id, sort = _state(code, month)
        states.append(gw_id)
        sorts.append(sort)
        tally.countries[sort] += n
        if sort == "unknown_code":
            tally.unknown_codes[printable(code)] += n
    keys = keys.select(*by, pl.Series("gw_id", states, dtype=pl.Int32))
    return frame.join(keys, on=by, how="left", nulls_equal=True, maintain_order="left")


@lru_cache(maxsize=1 << 18)
def _state(code: str | None, month: int) -> tuple[int | None, str]:
    if code is None:
        return None, "none"
    place = fips.places().get(code)
    if place is None:
        return None, "unknown_code"
    if not place.iso3:
        return None, "not_a_state"
    state = fips.state_on(code, month_end(month))
    return (None, "not_then") if state is None else (state.gw_id, "state")


class Seen:
    """The event numbers of a file so far, 8 bytes each. Files sorted by number, as GDELT's are, need no search."""

    def __init__(self) -> None:
        self._parts: list[npt.NDArray[np.int64]] = []
        self._last, self._sorted = 0, True

    def fresh(self, ids: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of these numbers are not among the earlier ones, nor earlier among these; they are remembered."""
        if self._sorted and bool(np.all(ids[1:] > ids[:-1])) and int(ids[0]) > self._last:
            self._parts.append(ids)
            self._last = int(ids[-1])
            return np.ones(ids.size, dtype=np.bool_)
        self._sorted = False
        before = np.unique(np.concatenate([np.empty(0, np.int64), *self._parts]))
        first = np.zeros(ids.size, dtype=np.bool_)
        first[np.unique(ids, return_index=True)[1]] = True
        first &= ~np.isin(ids, before)
        self._parts = [np.union1d(before, ids)]
        return first


def _once(frame: pl.DataFrame, tally: Tally, seen: Seen) -> pl.DataFrame:
    if frame.is_empty():
        return frame
    first = seen.fresh(frame["GLOBALEVENTID"].to_numpy())
    if first.all():
        return frame
    reason = "an event that stands in the file already"
    for row in np.flatnonzero(~first):
        value = str(frame["GLOBALEVENTID"][int(row)])
        tally.leave_out(f"GLOBALEVENTID is {reason}", Remark(frame["_line"][int(row)], "GLOBALEVENTID", value, reason))
    return frame.filter(pl.Series(first))


def _check(name: str, form: Format, fields: int, whole: Tally, blame: Counter[str]) -> None:
    """Stop when so many records do not fit that the structure must have changed."""
    if whole.rows_set_aside <= max(_FEW, _MOST_SET_ASIDE * whole.rows_read):
        return
    reason, n = blame.most_common(1)[0]
    first = next((r for r in whole.remarks if reason.startswith(f"{r.column} is")), whole.remarks[0])
    where = f" (the {form.columns.index(first.column) + 1}. of {fields})" if first.column in form.columns else ""
    raise SourceError(
        f"{name}: {whole.rows_set_aside:,} of {whole.rows_read:,} records do not fit {form.title}; {n:,} of them in "
        f"{first.column}{where}, first in line {first.line}, where {printable(first.value)!r} is {first.reason}: the "
        "file is damaged or the format is new"
    )
