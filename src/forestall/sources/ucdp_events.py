"""UCDP events: GED and Candidate releases, checked value by value, as the table `ucdp_events`."""

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from forestall.sources.report import MAX_DETAILS, Ledger, Remark
from forestall.sources.tabular import LINE, Block, Table
from forestall.sources.ucdp_countries import states
from forestall.sources.ucdp_formats import Match
from forestall.sources.ucdp_releases import FIRST_MONTH, Release
from forestall.sources.ucdp_values import dates, decimals, integers, is_blank, lost_digits, month_end
from forestall.store.schemas import SCHEMAS

MOST_DEATHS = 1_000_000
"""No single event comes near: the deadliest in GED 21.1 has 48,183 deaths (Eritrea and Ethiopia, 2000)."""
MOST_HIGH = 10_000_000
MONTHS_AFTER = 1
"""Events that are active in a release's last month may end in the next one; later than that is a mistake."""
_DEATHS = (
    "deaths_total",
    "deaths_total_low",
    "deaths_total_high",
    "deaths_a",
    "deaths_b",
    "deaths_civilians",
    "deaths_unknown",
)
_TEXT = ("conflict_name", "dyad_name", "side_a", "side_b", "country", "code_status")
_EDGE = 0.01
"""Degrees by which published coordinates may miss the published cell: places on an edge are rounded either way."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """What sets a row aside: where it holds, the column to blame, and the reason given."""

    broken: pl.Expr
    column: str
    reason: str


def parse(table: Table, match: Match, release: Release, today: date) -> tuple[pl.DataFrame, Ledger]:
    """Read all events of a file: the frame in the schema of `ucdp_events`, in the order of the file, and the ledger."""
    wanted = tuple(match.columns.values())
    names = {theirs: ours for ours, theirs in match.columns.items()}
    until = today + timedelta(days=1)
    if release.last_month is not None:
        until = min(until, month_end(release.last_month + MONTHS_AFTER))

    def work(block: Block) -> tuple[pl.DataFrame, Ledger]:
        return _typed(block.frame.rename(names), block.ledger, match, until, table.name), block.ledger

    ledger = Ledger(notes=[*table.notes, *match.notes])
    frames = []
    for frame, said in table.blocks(wanted, work):
        frames.append(frame)
        ledger.take(said)
    table.check_end(ledger)
    events = pl.concat(frames) if frames else _typed(_nothing(names), ledger, match, until, table.name)
    events = _without_repeats(events, ledger)
    _note_late(events, release, ledger)
    events = events.drop(LINE).with_columns(pl.lit(release.name).alias("release"))
    return events.select(pl.col(name).cast(kind) for name, kind in SCHEMAS["ucdp_events"].items()), ledger


def _nothing(names: dict[str, str]) -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(names.values(), pl.String), LINE: pl.Int64})


def _typed(raw: pl.DataFrame, ledger: Ledger, match: Match, until: date, file: str) -> pl.DataFrame:
    """One block's events with their types; what breaks a rule goes to the ledger."""
    slim = "date_start" not in match.columns
    if slim:
        # One date only; whether the event began earlier is not known, so it stands for both.
        raw = raw.with_columns(date_start=pl.col("date_end"))
    whole = [c for c in ("event_id", "type_of_violence", "conflict_id", "country_id", *_DEATHS) if c in raw.columns]
    whole += [c for c in ("dyad_id", "date_prec", "where_prec", "priogrid_gid") if c in raw.columns]
    read = {c: integers(raw[c]) for c in whole}
    read |= {c: decimals(raw[c]) for c in ("latitude", "longitude") if c in raw.columns}
    read |= {
        c: dates(raw[c], f"{file}: {match.columns.get(c, match.columns['date_end'])}")
        for c in ("date_start", "date_end")
    }
    schema: dict[str, type[pl.DataType]] = {
        **dict.fromkeys(_DEATHS, pl.Int64),
        "dyad_id": pl.Int64,
        "country_id": pl.Int64,
        "priogrid_gid": pl.Int64,
    }
    schema |= {"date_prec": pl.Int64, "where_prec": pl.Int64, "latitude": pl.Float64, "longitude": pl.Float64}
    frame = pl.DataFrame(
        [
            raw[LINE],
            *(series.alias(name) for name, series in read.items()),
            *(_text(raw[name]).alias(name) for name in _TEXT if name in raw.columns),
        ]
    )
    frame = frame.with_columns(
        *(pl.lit(None, dtype=kind).alias(name) for name, kind in schema.items() if name not in frame.columns),
        *(pl.lit(None, dtype=pl.String).alias(name) for name in _TEXT if name not in frame.columns),
        pl.Series("_lost", lost_digits(raw["event_id"])),
        pl.Series("_not_whole", _not_whole(raw, read)),
        pl.Series("_unread_place", _unread_place(raw, read)),
    )
    month = (pl.col("date_end").dt.year().cast(pl.Int32) - 1980) * 12 + pl.col("date_end").dt.month().cast(pl.Int32)
    # A date that cannot be read, or is absurd, has no month; the row is set aside for that before its country matters.
    frame = frame.with_columns(month.clip(1, 1440).fill_null(FIRST_MONTH).alias("_month"))
    frame = states(frame).with_columns(_why(until, slim))
    bad = frame["_why"].is_not_null()
    if bad.any():
        rules = _rules(until, slim)
        best = pl.col("deaths_total")
        # What such a row claims counts only where it can be believed.
        claimed = frame.select(pl.when(best.is_between(0, MOST_DEATHS)).then(best).otherwise(0)).to_series()
        wrong = bad.arg_true()
        for i in wrong[:MAX_DETAILS]:
            rule = rules[frame["_why"][i]]
            column = match.columns.get(rule.column, rule.column)
            if rule.column == "deaths":
                column = match.columns[_culprit(frame, raw, i)]
            value = raw[_ours(match, column)][i]
            ledger.leave_out(Remark(frame[LINE][i], column, "" if value is None else value, rule.reason), claimed[i])
        ledger.leave_out_more(len(wrong[MAX_DETAILS:]), int(claimed.gather(wrong[MAX_DETAILS:]).sum()))
        frame = frame.filter(~bad)
    frame = _placed(frame, raw, ledger)
    _remark(frame, raw, match, ledger)
    return frame.select(
        LINE,
        "event_id",
        "date_start",
        "date_end",
        pl.col("date_prec").cast(pl.Int8, strict=False),
        pl.col("type_of_violence").cast(pl.Int8),
        pl.col("conflict_id").cast(pl.Int32, strict=False),
        "conflict_name",
        pl.col("dyad_id").cast(pl.Int32, strict=False),
        "dyad_name",
        "side_a",
        "side_b",
        "gw_id",
        pl.col("country").alias("ucdp_country"),
        pl.col("latitude").alias("lat"),
        pl.col("longitude").alias("lon"),
        pl.col("where_prec").cast(pl.Int8, strict=False),
        pl.col("pg_id").cast(pl.Int32),
        *(pl.col(c).cast(pl.Int32) for c in _DEATHS),
        "code_status",
    )


def _text(column: pl.Series) -> pl.Series:
    stripped = column.str.strip_chars()
    nulls = pl.Series([None], dtype=pl.String)
    return stripped.zip_with(~stripped.is_in(["", "NULL"]).fill_null(True), nulls)


def _not_whole(raw: pl.DataFrame, read: dict[str, pl.Series]) -> pl.Series:
    """Where a death count other than the best estimate holds something that is not a whole number."""
    out = pl.repeat(False, raw.height, eager=True)
    for name in _DEATHS[1:]:
        if name in read and read[name].null_count():
            out = out | (read[name].is_null() & ~is_blank(raw[name]))
    return out


def _unread_place(raw: pl.DataFrame, read: dict[str, pl.Series]) -> pl.Series:
    """Where a latitude or longitude holds something that is not a number."""
    out = pl.repeat(False, raw.height, eager=True)
    for name in ("latitude", "longitude"):
        if name in read and read[name].null_count():
            out = out | (read[name].is_null() & ~is_blank(raw[name]))
    return out


def _rules(until: date, slim: bool) -> list[_Rule]:
    counts = [pl.col(c) for c in _DEATHS]
    end, start = pl.col("date_end"), pl.col("date_start")
    country = "country" if slim else "country_id"
    return [
        _Rule(pl.col("event_id").is_null() | (pl.col("event_id") < 0), "event_id", "not an event number"),
        _Rule(pl.col("_lost"), "event_id", "the number was shortened by a spreadsheet; take the publisher's file"),
        _Rule(~pl.col("type_of_violence").is_in([1, 2, 3]).fill_null(False), "type_of_violence", "expected 1, 2 or 3"),
        _Rule(start.is_null(), "date_start", "not a date; expected YYYY-MM-DD"),
        _Rule(end.is_null(), "date_end", "not a date; expected YYYY-MM-DD"),
        _Rule(end < start, "date_end", "the event ends before it starts"),
        _Rule(start < date(1989, 1, 1), "date_start", "before January 1989, when these data begin"),
        _Rule(end > until, "date_end", f"in the future: this release cannot hold events after {until}"),
        _Rule(pl.col("deaths_total").is_null(), "deaths_total", "expected a whole number of deaths"),
        _Rule(pl.col("_not_whole"), "deaths", "expected a whole number of deaths"),
        _Rule(pl.min_horizontal(counts) < 0, "deaths", "deaths cannot be negative"),
        _Rule(
            (pl.col("deaths_total") > MOST_DEATHS) | (pl.max_horizontal(counts) > MOST_HIGH),
            "deaths",
            f"more deaths than any event can have (best above {MOST_DEATHS:,} or another count above {MOST_HIGH:,})",
        ),
        _Rule(
            pl.col("gw_id").is_null() & (pl.col("country_id").is_not_null() | pl.col("country").is_not_null()),
            country,
            "a country that is not in the table of states",
        ),
    ]


def _why(until: date, slim: bool) -> pl.Expr:
    """The position of the first rule that a row breaks, or null."""
    return pl.coalesce(
        pl.when(rule.broken).then(pl.lit(i, dtype=pl.Int8)) for i, rule in enumerate(_rules(until, slim))
    ).alias("_why")


def _culprit(frame: pl.DataFrame, raw: pl.DataFrame, row: int) -> str:
    """Which of the death counts of a row is at fault."""
    for name in _DEATHS:
        value = frame[name][row]
        if name in raw.columns and (
            (value is None and raw[name][row].strip()) or (value is not None and not 0 <= value <= MOST_HIGH)
        ):
            return name
    return "deaths_total"


def _ours(match: Match, theirs: str) -> str:
    return next((ours for ours, name in match.columns.items() if name == theirs), theirs)


def _cell(lat: pl.Expr, lon: pl.Expr) -> pl.Expr:
    """PRIO-GRID cell of coordinates; the poles' and the date line's far edges belong to the last row and column."""
    row = ((lat + 90) * 2).floor().clip(0, 359).cast(pl.Int64)
    col = ((lon + 180) * 2).floor().clip(0, 719).cast(pl.Int64)
    return row * 720 + col + 1


def _placed(frame: pl.DataFrame, raw: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Add `pg_id`. Where coordinates are impossible, or contradict the published cell, the place is not known: null.

    The event stays, with its deaths, in its country's figures; a remark says what was published.
    """
    lat, lon, cell = pl.col("latitude"), pl.col("longitude"), pl.col("priogrid_gid")
    inside = lat.is_between(-90, 90) & lon.is_between(-180, 180)
    row, col = (cell - 1) // 720, (cell - 1) % 720
    off = pl.max_horizontal((lat - (row / 2 - 89.75)).abs(), (lon - (col / 2 - 179.75)).abs()) - 0.25
    agree = cell.is_null() | (off <= _EDGE)
    given = lat.is_not_null() & lon.is_not_null()
    known = given & inside & agree
    frame = frame.with_columns(
        pl.when(known).then(pl.coalesce(cell, _cell(lat, lon))).alias("pg_id"),
        known.alias("_known"),
        inside.alias("_inside"),
        (_cell(lon, lat) == cell).alias("_swapped"),
    )
    odd = frame.filter(given & ~pl.col("_known"))
    for line, y, x, gid, within, swapped in odd.select(
        LINE, "latitude", "longitude", "priogrid_gid", "_inside", "_swapped"
    ).iter_rows():
        if swapped:
            reason = "latitude and longitude are swapped; the place is left open"
        elif not within:
            perhaps = ", perhaps swapped" if abs(x) <= 90 and abs(y) <= 180 else ""
            reason = f"no such coordinates{perhaps}; the place is left open"
        else:
            reason = f"the published cell {gid} lies elsewhere; the place is left open"
        ledger.remark(Remark(line, "latitude, longitude", f"{y}, {x}", reason))
    unread = frame.filter("_unread_place")[LINE]
    if len(unread):
        published = raw.filter(pl.col(LINE).is_in(unread.implode())).select(LINE, "latitude", "longitude")
        for line, y, x in published.iter_rows():
            reason = "not a number; the place is left open"
            ledger.remark(Remark(line, "latitude, longitude", f"{y}, {x}", reason))
    clear = [pl.when(pl.col("_known")).then(pl.col(c)).alias(c) for c in ("latitude", "longitude")]
    return frame.with_columns(clear)


def _remark(frame: pl.DataFrame, raw: pl.DataFrame, match: Match, ledger: Ledger) -> None:
    low, best, high = (pl.col(c) for c in ("deaths_total_low", "deaths_total", "deaths_total_high"))
    for line, a, b, c in frame.filter((low > best) | (best > high)).select(LINE, low, best, high).iter_rows():
        ledger.remark(Remark(line, "low, best, high", f"{a}, {b}, {c}", "not in order; kept as published"))
    exponents = raw.filter(pl.col("event_id").str.contains("[eE]")).select(LINE, "event_id")
    kept = set(frame[LINE]) if exponents.height else set()
    for line, value in exponents.iter_rows():
        if line in kept:
            number = match.columns["event_id"]
            ledger.remark(Remark(line, number, value, f"written with an exponent; read as {int(float(value))}"))


def _without_repeats(events: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """One row an event: of the same row twice the first stays, of two versions the last."""
    repeated = events.filter(pl.col("event_id").is_duplicated())
    if repeated.is_empty():
        return events
    out: list[int] = []
    facts = [c for c in events.columns if c != LINE]
    for (number,), group in repeated.group_by("event_id", maintain_order=True):
        lines = group[LINE].to_list()
        same = group.select(facts).n_unique() == 1
        stays = lines[0] if same else lines[-1]
        reason = (
            f"the same row as line {stays}"
            if same
            else f"another version of the event stands in line {stays}, which counts"
        )
        for line in lines:
            if line != stays:
                out.append(line)
                ledger.leave_out(Remark(line, "id", str(number), reason))
    return events.filter(~pl.col(LINE).is_in(out))


def _note_late(events: pl.DataFrame, release: Release, ledger: Ledger) -> None:
    """Say how many events end after the months that the release covers: by the month they end in, they come later."""
    if release.last_month is None or events.is_empty():
        return
    late = events.filter(pl.col("date_end") > month_end(release.last_month))
    if late.height:
        ledger.note(
            f"{late.height:,} event{'s' if late.height > 1 else ''} with {late['deaths_total'].sum():,} deaths "
            "end after the last month of the release"
        )
