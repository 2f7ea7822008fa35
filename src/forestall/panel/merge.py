"""Which release a month's figures come from.

A release covers a span of months. For each month the best release wins, whole: `final` before `candidate` before
`provisional`, then the later published; at a tie events that the user added win over the embedded counts, because they
know more. Candidate releases of events are pooled by event id before they are counted, the later file winning; one
whose months a later one covers is out of the pool. What no winning release covers is set aside and counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from forestall.panel import aggregate
from forestall.store.current import RANK

EVENTS = "ucdp_events"


@dataclass(frozen=True, slots=True)
class Source:
    """The release that a month's figures come from. counted: True for a table of counts, False for events."""

    release: str
    status: str
    published: date | None
    counted: bool
    month_rule: str | None = None


@dataclass(frozen=True, slots=True)
class Merged:
    """One frame of counts in which every month comes from one release.

    frame: the counts, with columns release and status. months: month_id -> Source of every month that is covered at
    all; a month that is not covered is not known. set_aside: one line on each thing left out.
    """

    frame: pl.DataFrame
    months: dict[int, Source]
    set_aside: tuple[str, ...]


def choose(
    register: pl.DataFrame, counts: str, *, known_on: date | None = None, last: int | None = None
) -> dict[int, Source]:
    """The winning release of each month among table `counts` and `ucdp_events`.

    register: rows of `release_register`. known_on: only releases published on or before that day count; those without a
    date then do not. last: no month after it.
    """
    rows = _known(register, known_on).filter(
        pl.col("table").is_in([counts, EVENTS]), pl.col("first_month").is_not_null()
    )
    best: dict[int, tuple[tuple[int, date, bool, str], Source]] = {}
    for row in rows.iter_rows(named=True):
        counted = row["table"] == counts
        source = Source(row["release"], row["status"], row["published"], counted, row["month_rule"])
        key = (RANK[row["status"]], row["order"], not counted, row["release"])
        end = row["last_month"] if last is None else min(row["last_month"], last)
        for month in range(row["first_month"], end + 1):
            if month not in best or key > best[month][0]:
                best[month] = key, source
    return {month: best[month][1] for month in sorted(best)}


def _known(register: pl.DataFrame, known_on: date | None) -> pl.DataFrame:
    """The releases known on a day, with `order`, the day that decides which is later.

    A release without a date of its own has that of the same release in another table. Failing that it is not known
    under `known_on`, and otherwise counts as published right after its last month, the earliest it can have been.
    """
    month = pl.col("last_month")
    after = pl.date((month // 12 + 1980).cast(pl.Int32), (month % 12 + 1).cast(pl.Int8), 1)
    rows = register.with_columns(pl.coalesce("published", pl.col("published").max().over("release")).alias("published"))
    if known_on is not None:
        rows = rows.filter(pl.col("published").is_not_null() & (pl.col("published") <= known_on))
    return rows.with_columns(pl.coalesce("published", after, pl.date(1, 1, 1)).alias("order"))


def country_month(
    counts: pl.DataFrame,
    events: pl.DataFrame,
    register: pl.DataFrame,
    *,
    as_of: int,
    known_on: date | None = None,
    type_of_violence: int | None = None,
) -> Merged:
    """Counts by country and month up to `as_of`, each month from one release.

    counts: rows of `ucdp_country_month`. events: rows of `ucdp_events`. type_of_violence: count only events of this
    type, so that deaths_total, _low and _high of months that come from events are those of the type (1, 2 or 3); counts
    are kept as they are. Nothing after `as_of`, and nothing published after `known_on`, has any influence.
    """
    months = choose(register, "ucdp_country_month", known_on=known_on, last=as_of)
    notes: list[str] = []
    frames = [_of_winners(counts, months, counted=True)]
    for found in _event_sets(events, register, months, notes, as_of=as_of, known_on=known_on):
        chosen = found if type_of_violence is None else found.filter(pl.col("type_of_violence") == type_of_violence)
        summed = aggregate.events_to_country_month(chosen, None)
        notes.extend(summed.notes)
        frames.append(_label(summed.frame, months))
    frame = pl.concat(frames, how="diagonal").sort("month_id", "gw_id")
    return Merged(frame, months, tuple(notes))


def cell_month(
    counts: pl.DataFrame,
    events: pl.DataFrame,
    register: pl.DataFrame,
    *,
    as_of: int,
    known_on: date | None = None,
) -> Merged:
    """Counts by cell, month and type up to `as_of`, each month from one release; as `country_month`, for located
    events.

    counts: rows of `ucdp_cell_month`. Months that no release locates are not in `months`: not known, not zero. A
    release of events without any position (the seven-column candidate files) locates nothing.
    """
    located = events.filter(pl.col("pg_id").is_not_null())["release"].unique().to_list()
    register = register.filter((pl.col("table") != EVENTS) | pl.col("release").is_in(located))
    months = choose(register, "ucdp_cell_month", known_on=known_on, last=as_of)
    notes: list[str] = []
    frames = [_of_winners(counts, months, counted=True)]
    for found in _event_sets(events, register, months, notes, as_of=as_of, known_on=known_on):
        summed = aggregate.events_to_cell_month(found, None)
        notes.extend(summed.notes)
        frames.append(_label(summed.frame, months))
    frame = pl.concat(frames, how="diagonal").sort("month_id", "pg_id", "type_of_violence", "gw_id", "precision")
    return Merged(frame, months, tuple(notes))


def conflict_month(
    counts: pl.DataFrame,
    events: pl.DataFrame,
    register: pl.DataFrame,
    *,
    as_of: int,
    known_on: date | None = None,
    keys: tuple[str, ...],
) -> Merged:
    """Counts by the given keys up to `as_of`, each month from one release; events without a country are left out.

    counts: rows of `ucdp_conflict_month`. keys: the columns that make a row, month_id among them.
    """
    months = choose(register, "ucdp_conflict_month", known_on=known_on, last=as_of)
    notes: list[str] = []
    columns = [*keys, "deaths_total", "events", "release", "status"]
    frames = [_of_winners(counts, months, counted=True).select(columns)]
    for found in _event_sets(events, register, months, notes, as_of=as_of, known_on=known_on):
        located = found.filter(pl.col("gw_id").is_not_null())
        deaths = pl.col("deaths_total").cast(pl.Int64).sum().cast(pl.Int32)
        summed = located.group_by(keys).agg(deaths, pl.len().cast(pl.Int32).alias("events"))
        frames.append(_label(summed, months).select(columns))
    return Merged(pl.concat(frames).sort("month_id", *keys), months, tuple(notes))


def _of_winners(counts: pl.DataFrame, months: dict[int, Source], *, counted: bool) -> pl.DataFrame:
    winners = _winners(months, counted=counted)
    return counts.join(winners, on=["month_id", "release"], how="inner")


def _winners(months: dict[int, Source], *, counted: bool) -> pl.DataFrame:
    rows = [(month, s.release, s.status) for month, s in months.items() if s.counted is counted]
    schema = {"month_id": pl.Int32, "release": pl.String, "status": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _label(frame: pl.DataFrame, months: dict[int, Source]) -> pl.DataFrame:
    return frame.join(_winners(months, counted=False), on="month_id", how="inner")


def _event_sets(
    events: pl.DataFrame,
    register: pl.DataFrame,
    months: dict[int, Source],
    notes: list[str],
    *,
    as_of: int,
    known_on: date | None,
) -> Iterator[pl.DataFrame]:
    """Events of the months they win, with month_id: each final release alone, the others pooled."""
    rows = _known(register, known_on).filter(pl.col("table") == EVENTS)
    if not rows.height or not events.height:
        return
    by_rule: dict[aggregate.MonthRule, list[dict[str, Any]]] = {"end": [], "start": []}
    for row in _standing(rows):
        by_rule["start" if row["month_rule"] == "start" else "end"].append(row)
    for rule, releases in by_rule.items():
        # Cut before pooling: a later file that moves an event past `as_of` must not remove it from an earlier month.
        seen = events.with_columns(aggregate.month_of(rule)).filter(pl.col("month_id") <= as_of)
        pooled = [row["release"] for row in releases if row["status"] != "final"]
        groups = [[row["release"]] for row in releases if row["status"] == "final"]
        rank = {row["release"]: RANK[row["status"]] for row in releases}
        for group in [*groups, pooled]:
            if not group:
                continue
            frame = aggregate.pool(seen.filter(pl.col("release") == release) for release in group)
            frame = _at_seams(frame, group, rule, months, notes)
            won = pl.col("month_id").is_in([m for m, s in months.items() if not s.counted and s.release in group])
            _count_aside(frame.filter(~won), group, months, notes)
            # A month is its winner's, whole: what only a lesser release of the pool has does not come back in it.
            of_winner = pl.col("month_id").replace_strict(
                {m: RANK[s.status] for m, s in months.items()}, default=None, return_dtype=pl.Int64
            )
            own = pl.col("release").replace_strict(rank, return_dtype=pl.Int64)
            yield frame.filter(won, own >= of_winner)


def _standing(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """The releases of events that count at all, from the least to the best, the later ones last.

    An extract covers no month and counts for nothing. Nor does a candidate release all of whose months are covered by
    one later candidate release: an event that the publisher has dropped since must not come back from the older file.
    """
    releases = rows.filter(pl.col("first_month").is_not_null()).to_dicts()
    releases.sort(key=_order)
    return [
        row
        for i, row in enumerate(releases)
        if row["status"] == "final" or not any(_covers(later, row) for later in releases[i + 1 :])
    ]


def _order(row: dict[str, Any]) -> tuple[int, date, str]:
    return RANK[row["status"]], row["order"], row["release"]


def _covers(later: dict[str, Any], row: dict[str, Any]) -> bool:
    inside = later["first_month"] <= row["first_month"] and row["last_month"] <= later["last_month"]
    return bool(inside) and later["status"] != "final"


def _at_seams(
    events: pl.DataFrame, group: list[str], rule: aggregate.MonthRule, months: dict[int, Source], notes: list[str]
) -> pl.DataFrame:
    """Count events once where months of events meet months of counts that were made by the other month rule.

    An event that starts in a month of counts by start and ends in a month of events by end stands in those counts
    already, and one that starts in a month of events and ends in a month of counts would stand in neither: it goes to
    its start.
    """
    other: aggregate.MonthRule = "start" if rule == "end" else "end"
    counts = [m for m, s in months.items() if s.counted and s.month_rule == other]
    mine = [m for m, s in months.items() if not s.counted and s.release in group]
    if not counts or not mine:
        return events
    both = events.with_columns(aggregate.month_of(other).alias("_other"))
    already = pl.col("month_id").is_in(mine) & pl.col("_other").is_in(counts)
    twice = both.filter(already)
    if twice.height:
        deaths = int(twice["deaths_total"].sum())
        notes.append(
            f"{twice.height:,} events of {', '.join(group)} that {other} in a month counted by date_{other} are taken "
            f"to stand there and not counted again ({deaths:,} deaths)"
        )
    neither = pl.col("month_id").is_in(counts) & pl.col("_other").is_in(mine)
    moved = pl.when(neither).then("_other").otherwise("month_id").alias("month_id")
    return both.filter(~already).with_columns(moved).drop("_other")


def _count_aside(aside: pl.DataFrame, group: list[str], months: dict[int, Source], notes: list[str]) -> None:
    """Say how many events fall in months that no release covers; months that a better release won are not lost."""
    lost = aside.filter(~pl.col("month_id").is_in(list(months)))
    if lost.height:
        deaths = int(lost["deaths_total"].sum())
        names = ", ".join(group)
        notes.append(f"{lost.height:,} events of {names} in months no release covers set aside ({deaths:,} deaths)")
