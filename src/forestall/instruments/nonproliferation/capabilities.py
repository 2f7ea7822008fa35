"""What is known of a state's nuclear, chemical and biological capabilities on a day, each figure with source and end.

Warheads are estimates (Federation of American Scientists), stages of programmes and statuses are judgements of their
authors, all of them made years after the events: they describe a day in hindsight and must not feed a forecast as if
they had been known then (`published` says since when they are). Where a series has ended, its last value is shown with
its year. Not known is None. docs/methods/nonproliferation-capabilities.md.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from forestall.errors import UsageError
from forestall.ids import countries
from forestall.instruments.nonproliferation import histories, tests_catalogue
from forestall.instruments.nonproliferation.histories import Fact
from forestall.instruments.nonproliferation.tests_catalogue import Tests
from forestall.store import Workspace

WARHEADS, PROGRAMMES, WEAPONS = "nuclear_warheads", "nuclear_programmes", "weapons_programmes"
FACILITIES, REACTORS = "nuclear_facilities", "nuclear_reactors"
FAS = "Federation of American Scientists, estimate of the stockpile"
BLEEK = "Bleek 2017 and NTI, as coded by the authors"
FUHRMANN = "Fuhrmann and Tkach 2015"
GEO = "GeoNuclearData, March 2024 (ODbL)"
ACA = "Arms Control Association, as judged in 2022"
ENDS = {
    WARHEADS: date(2022, 12, 31),
    PROGRAMMES: date(2022, 12, 31),
    FACILITIES: date(2012, 12, 31),
    REACTORS: date(2024, 3, 31),
    WEAPONS: date(2022, 12, 31),
}
KINDS = ("enrichment", "reprocessing")
JUDGED = "a judgement of the authors on partial evidence; the State concerned and other sources may differ"


@dataclass(frozen=True, slots=True)
class Count:
    """A number of something. value: None if not known. at: the year or day it is of; data_end: where the series ends.

    published: year of the edition that says it, after the day it is of where that is later.
    """

    name: str
    value: int | None
    unit: str
    at: str
    estimated: bool
    source: str
    data_end: date
    published: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """Stage of a nuclear weapons programme in a year, and since which year.

    stage: none, exploration, pursuit or possession, a judgement of the authors.
    """

    stage: str
    since: int
    year: int
    source: str
    data_end: date
    note: str = JUDGED


@dataclass(frozen=True, slots=True)
class Programme:
    """Status of a biological or chemical programme as judged in 2022, now and past."""

    weapon: str
    now: str
    past: str
    source: str
    data_end: date


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A state on a day. tests, on_territory: None where no explosion is listed. programmes: shown from 2022 on, because
    earlier years aren't told apart by the source. history: listed facts up to the day.
    """

    iso3: str
    on: date
    stage: Stage | None
    counts: tuple[Count, ...]
    tests: Tests | None
    on_territory: Tests | None
    programmes: tuple[Programme, ...]
    history: tuple[Fact, ...]


def capabilities(iso3: str, on: date, workspace: Workspace | None = None) -> Capabilities:
    """What the tables say of a state on a day.

    iso3: code of its series (RUS for the Soviet Union), or anything that `ids.countries.resolve` knows. Raises
    UnknownCountryError for a country that nobody knows or that did not exist then, UsageError for a day before 1946.
    """
    held = Workspace.open() if workspace is None else workspace
    if on < countries.FIRST_DAY:
        raise UsageError(
            f"day {on} is before {countries.FIRST_DAY}, where the table of states begins: give a later day"
        )
    code = countries.resolve(iso3, on).series_iso3
    return Capabilities(
        iso3=code,
        on=on,
        stage=stage(code, on, held),
        counts=(_warheads(code, on, held), *facilities(code, on, held), *reactors(code, on, held)),
        tests=tests_catalogue.by_state(code, on, held),
        on_territory=tests_catalogue.on_territory(code, on, held),
        programmes=programmes(code, on, held),
        history=histories.history(code, on),
    )


def stage(iso3: str, on: date, workspace: Workspace) -> Stage | None:
    """The stage of the last year that has ended or runs, None for a state that the source does not list."""
    frame = workspace.table(PROGRAMMES).filter(pl.col("iso3") == iso3, pl.col("year") <= on.year).sort("year")
    if frame.is_empty():
        return None
    years, stages = frame["year"].to_list(), frame["stage"].to_list()
    at = len(stages) - 1
    while at and stages[at - 1] == stages[-1] and years[at - 1] == years[at] - 1:
        at -= 1
    return Stage(stages[-1], years[at], years[-1], BLEEK, ENDS[PROGRAMMES])


def _warheads(iso3: str, on: date, workspace: Workspace) -> Count:
    """Estimated warheads in the stockpile in the day's year, or in the last year of the series."""
    frame = workspace.table(WARHEADS).filter(
        pl.col("iso3") == iso3, pl.col("measure") == "stockpile", pl.col("year") <= on.year
    )
    row = frame.sort("year").tail(1)
    value = None if row.is_empty() else int(row["warheads"][0])
    at = str(min(on.year, ENDS[WARHEADS].year))
    note = (
        "estimates exist for ten states only" if value is None else "retired warheads left out; no interval published"
    )
    return Count("warheads", value, "warheads", at, True, FAS, ENDS[WARHEADS], 2022, note)


def facilities(iso3: str, on: date, workspace: Workspace) -> tuple[Count, ...]:
    """Enrichment and reprocessing facilities operating in the day's year or, after it, in 2012; 0 if none is listed."""
    year = min(on.year, ENDS[FACILITIES].year)
    frame = workspace.table(FACILITIES).filter(pl.col("iso3") == iso3, pl.col("year") == year)
    found = {row["facility"]: row for row in frame.iter_rows(named=True)}
    counts = []
    for kind in KINDS:
        row: dict[str, Any] = found.get(kind, {})
        note = f"{row['uncertain']} uncertain, {row['pilot_or_larger']} pilot scale or larger" if row else "none listed"
        value = int(row.get("operating", 0))
        end = ENDS[FACILITIES]
        counts.append(Count(f"{kind} facilities", value, "facilities", str(year), False, FUHRMANN, end, 2015, note))
    return tuple(counts)


def reactors(iso3: str, on: date, workspace: Workspace) -> tuple[Count, ...]:
    """Power reactors in operation at the end of the last year that had ended, and their net capacity in MW."""
    end = ENDS[REACTORS]
    year = end.year if on >= end else on.year - 1
    frame = workspace.table(REACTORS).filter(pl.col("iso3") == iso3, pl.col("year") == year)
    operating, megawatts = (0, 0) if frame.is_empty() else (int(frame["operating"][0]), int(frame["megawatts"][0]))
    at = end.isoformat() if year == end.year else f"{year}-12-31"
    return (
        Count("power reactors in operation", operating, "reactors", at, False, GEO, end, 2024),
        Count("capacity of power reactors", megawatts, "MW, net electrical", at, False, GEO, end, 2024),
    )


def programmes(iso3: str, on: date, workspace: Workspace) -> tuple[Programme, ...]:
    """Biological and chemical programmes as judged in 2022; none for an earlier day, which the source doesn't tell."""
    if on.year < ENDS[WEAPONS].year:
        return ()
    frame = workspace.table(WEAPONS).filter(pl.col("iso3") == iso3).sort("weapon")
    return tuple(
        Programme(row["weapon"], row["status_now"], row["status_past"], ACA, ENDS[WEAPONS])
        for row in frame.iter_rows(named=True)
    )


def document(found: Capabilities) -> dict[str, Any]:
    """The same as plain values for JSON: days as ISO text, null where not known."""
    return {
        "iso3": found.iso3,
        "on": found.on.isoformat(),
        "stage": None if found.stage is None else _plain(found.stage),
        "counts": [_plain(count) for count in found.counts],
        "tests": None if found.tests is None else _plain(found.tests),
        "tests_on_territory": None if found.on_territory is None else _plain(found.on_territory),
        "tests_official_total": _official(found.iso3),
        "tests_data_end": {name: end.isoformat() for name, end in tests_catalogue.ENDS.items()},
        "programmes": [_plain(programme) for programme in found.programmes],
        "history": [_plain(fact) for fact in found.history],
        "history_known_to": histories.KNOWN_TO.isoformat(),
    }


def _official(iso3: str) -> dict[str, Any] | None:
    known = tests_catalogue.OFFICIAL.get(iso3)
    return None if known is None else {"tests": known[0], "source": known[1], "of": "all time"}


def _plain(item: Any) -> dict[str, Any]:
    values = {name: getattr(item, name) for name in item.__dataclass_fields__}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
