"""ucdp_country_month: deaths by country and month, from three releases."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from forestall.errors import SourceError
from tools.embed import by_type, events, niger
from tools.embed.by_type import NAMES, UNKNOWN
from tools.embed.inputs import Inputs, integer, month_id
from tools.embed.keys import Keys

FINAL, PROVISIONAL, CANDIDATE = "ucdp-ged-25.1", "ucdp-candidate-2025", "ucdp-candidate-26.0.2"
PACE = "ucdp/vintages/cm_asof_2025-08-25.csv.gz"
CANDIDATE_FILES = ("ucdp/GEDEvent_v26_0_1.csv.gz", "ucdp/GEDEvent_v26_0_2.csv.gz")
FIRST, LAST_FINAL, LAST_PROVISIONAL, LAST = 109, 540, 552, 554

MEASURES = ("deaths_total", "deaths_total_low", "deaths_total_high", "deaths_civilians", "events")
DEATHS = tuple(f"deaths_{name}" for name in NAMES)
EVENTS = tuple(f"events_{name}" for name in NAMES)


@dataclass
class Report:
    """What was found on the way: counts for the manifest and docs/sources/embedded.md."""

    how_rows: Counter[str] = field(default_factory=Counter)
    how_deaths: Counter[str] = field(default_factory=Counter)
    files: Counter[str] = field(default_factory=Counter)
    crossed: int = 0
    set_aside: str = ""
    niger: str = ""


def yearly_figures(inputs: Inputs) -> pl.DataFrame:
    """The country-year file by UCDP number: best by type, and all types with low and high."""
    names = {
        "cumulative_total_deaths_in_orgvio_best_cy": "best",
        "cumulative_total_deaths_in_orgvio_high_cy": "high",
        "sb_total_deaths_best_cy": NAMES[0],
        "ns_total_deaths_best_cy": NAMES[1],
        "os_total_deaths_best_cy": NAMES[2],
    }
    frame = inputs.csv("ucdp/organizedviolencecy_v25_1.csv.gz", ("country_id_cy", "year_cy", *names))
    return frame.select(
        integer("country_id_cy").alias("ucdp"),
        integer("year_cy").alias("year"),
        *(integer(column).alias(name) for column, name in names.items()),
    )


def _final(inputs: Inputs, keys: Keys) -> pl.DataFrame:
    """The rows of GED 25.1 as published, months with events only, by UCDP country number."""
    columns = {
        "ucdp_fatalities_best": MEASURES[0],
        "ucdp_fatalities_low": MEASURES[1],
        "ucdp_fatalities_high": MEASURES[2],
        "ucdp_civilian_deaths": MEASURES[3],
        "ucdp_event_count": MEASURES[4],
        "ucdp_state_based_events": EVENTS[0],
        "ucdp_non_state_events": EVENTS[1],
        "ucdp_one_sided_events": EVENTS[2],
    }
    frame = inputs.csv("ucdp/ged251_country_month.csv.gz", ("country_iso3", "year_month", *columns)).select(
        keys.ucdp_of_iso3("country_iso3"),
        month_id("year_month"),
        *(integer(column).alias(name) for column, name in columns.items()),
    )
    frame = frame.filter(pl.col("month_id").is_between(FIRST, LAST_FINAL), pl.any_horizontal(pl.col(MEASURES) != 0))
    if frame.filter(pl.sum_horizontal(EVENTS) != pl.col("events")).height:
        raise SourceError("ged251_country_month: events by type do not add up to the events of a month")
    return frame


def _take_niger_apart(rows: pl.DataFrame, inputs: Inputs, yearly: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Replace the rows of Nigeria, which hold Niger too, by rows of both.

    In a year in which only one of the two had deaths at their highest count, it takes the rows as they are. Elsewhere
    low, high, civilians, events and events by type of the two cannot be told apart and are null, but for types without
    events.
    """
    merged = rows.filter(pl.col("ucdp") == niger.NIGERIA)
    pace = inputs.csv(PACE, ("", "Niger", "Nigeria")).select(
        month_id(""), integer("Niger").alias("niger"), integer("Nigeria").alias("nigeria")
    )
    both = [
        yearly.filter(pl.col("ucdp") == number).select(
            "year",
            pl.col("best").alias(name),
            pl.col("high").alias(f"high_{name}"),
            *(pl.col(kind).alias(f"{kind}_{name}") for kind in NAMES),
        )
        for name, number in (("niger", niger.NIGER), ("nigeria", niger.NIGERIA))
    ]
    years = both[0].join(both[1], on="year")
    possible = merged.with_columns(year=((pl.col("month_id") - 1) // 12 + 1980).cast(pl.Int64)).join(years, on="year")
    ruled_out = [
        pl.all_horizontal((pl.col(f"events_{kind}") == 0) | (pl.col(f"{kind}_{name}") == 0) for kind in NAMES)
        for name in ("niger", "nigeria")
    ]
    months = possible.select(
        "month_id",
        pl.col("deaths_total").alias("best"),
        ruled_out[0].alias("not_niger"),
        ruled_out[1].alias("not_nigeria"),
    )
    split = niger.split(months, pace, years)
    quiet = {name: set(years.filter(pl.col(f"high_{name}") == 0)["year"].to_list()) for name in ("niger", "nigeria")}
    out = []
    for row in merged.iter_rows(named=True):
        year = (row["month_id"] - 1) // 12 + 1980
        deaths = {niger.NIGER: split.niger[row["month_id"]]}
        deaths[niger.NIGERIA] = row["deaths_total"] - deaths[niger.NIGER]
        for number, other in ((niger.NIGER, "nigeria"), (niger.NIGERIA, "niger")):
            me = "niger" if other == "nigeria" else "nigeria"
            if year in quiet[other]:
                out.append(row | {"ucdp": number})
            elif year not in quiet[me]:
                unknown = dict.fromkeys(MEASURES[1:]) | {name: 0 if row[name] == 0 else None for name in EVENTS}
                out.append(row | unknown | {"ucdp": number, "deaths_total": deaths[number]})
    report.niger = (
        f"Niger taken out of Nigeria: {len(split.proven)} months follow from the figures, {len(split.single)} from the "
        f"only set of whole months that fits the year, and in {len(split.shared)} months a remainder is shared in "
        f"proportion ({split.shared_deaths} deaths of Niger, yearly sums exact); low, high, civilians and events "
        "are null for both in years in which both had deaths"
    )
    return pl.concat([rows.filter(pl.col("ucdp") != niger.NIGERIA), pl.DataFrame(out, schema=rows.schema)]).sort(
        "ucdp", "month_id"
    )


def _add_types(rows: pl.DataFrame, inputs: Inputs, keys: Keys, yearly: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Add deaths by type where they follow from the figures; null elsewhere."""
    # Where events by type are not known (Niger, Nigeria), a null stands for "some": only a zero settles anything.
    counted = rows.with_columns(pl.col(EVENTS).fill_null(1))
    derived = by_type.from_events(counted)
    report.files = by_type.from_files(rows, derived, events.complete_files(inputs, keys))
    total = rows["deaths_total"].to_numpy().astype(np.int64)
    goals = {(u, y): np.array(v) for u, y, *v in yearly.select("ucdp", "year", *NAMES).iter_rows()}
    where: dict[tuple[int, int], list[int]] = {}
    for index, (ucdp, month) in enumerate(rows.select("ucdp", "month_id").iter_rows()):
        where.setdefault((ucdp, (month - 1) // 12 + 1980), []).append(index)
    for key, indices in where.items():
        try:
            settled = by_type.settle(derived.deaths[indices], total[indices], goals[key])
        except ValueError:
            derived.deaths[indices] = np.where(total[indices, None] == 0, 0, UNKNOWN)
            for index in indices:
                derived.how[index] = "zero" if total[index] == 0 else "open"
            continue
        derived.deaths[indices] = settled
        for index in indices:
            if derived.how[index] == "open" and (derived.deaths[index] != UNKNOWN).all():
                derived.how[index] = "yearly"
    for how, deaths in zip(derived.how, total, strict=True):
        report.how_rows[how] += 1
        report.how_deaths[how] += int(deaths)
    columns = [
        pl.Series(name, [None if value == UNKNOWN else int(value) for value in derived.deaths[:, j]], dtype=pl.Int64)
        for j, name in enumerate(DEATHS)
    ]
    return rows.with_columns(columns)


def _from_events(frame: pl.DataFrame) -> pl.DataFrame:
    """Whole events summed by country and month of their start."""
    has = frame.columns
    sums = [pl.col("best").sum().alias("deaths_total")]
    for source, name in (("low", MEASURES[1]), ("high", MEASURES[2]), ("civilians", MEASURES[3])):
        sums.append((pl.col(source).sum() if source in has else pl.lit(None, dtype=pl.Int64)).alias(name))
    sums.append(pl.len().cast(pl.Int64).alias("events"))
    for number, name in events.TYPES.items():
        sums.append(pl.col("best").filter(pl.col("type_of_violence") == number).sum().alias(f"deaths_{name}"))
        sums.append((pl.col("type_of_violence") == number).sum().cast(pl.Int64).alias(f"events_{name}"))
    return frame.group_by("ucdp", "month_id").agg(sums)


def build(inputs: Inputs, keys: Keys) -> tuple[pl.DataFrame, Report]:
    """The table and what was found on the way."""
    report = Report()
    yearly = yearly_figures(inputs)
    final = _take_niger_apart(_final(inputs, keys), inputs, yearly, report)
    final = _add_types(final, inputs, keys, yearly, report)
    low, best, high = (pl.col(name) for name in (MEASURES[1], MEASURES[0], MEASURES[2]))
    report.crossed = final.filter((low > best) | (best > high)).height

    provisional = _from_events(events.provisional_2025(inputs, keys))
    pooled = events.candidate(inputs, *CANDIDATE_FILES)
    early = pooled.filter(pl.col("month_id") <= LAST_PROVISIONAL)
    report.set_aside = (
        f"{early.height} events of 26.0.1 that start in 2025-12 ({early['best'].sum()} deaths) are set aside: the "
        "release of 2025 covers that month, and releases are not mixed within one"
    )
    late = pooled.filter(pl.col("month_id") > LAST)
    if late.height:
        raise SourceError(f"{late.height} candidate events start after the last month of their release")
    candidate = _from_events(pooled.filter(pl.col("month_id") > LAST_PROVISIONAL))

    frames = [
        frame.with_columns(pl.lit(release).alias("release"))
        for frame, release in ((final, FINAL), (provisional, PROVISIONAL), (candidate, CANDIDATE))
    ]
    columns = ("gw_id", "iso3", "month_id", *MEASURES, *DEATHS, *EVENTS, "release")
    table = pl.concat(frames, how="diagonal").with_columns(keys.gw_of_month("ucdp")).with_columns(keys.iso3_of())
    table = table.with_columns(pl.col("month_id", *MEASURES, *DEATHS, *EVENTS).cast(pl.Int32)).select(columns)
    # A country without events in a month is absent, and absent is zero; where events are not known the row stays.
    table = table.filter(pl.col("events").is_null() | (pl.col("events") > 0))
    return table.sort("gw_id", "month_id"), report
