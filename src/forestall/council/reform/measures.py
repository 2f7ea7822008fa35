"""What seats are set against: people, output, contributions, troops and conflict deaths of Member States, as known on a
day.

Each figure is the latest that had been published by the day, with its year; figures are today's revisions of what was
published then. A Member without one is left out and named, never counted as 0. Shares are of the sum over Members with
a figure.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.council.reform.regions import SCHEMES, region_of, un_members
from forestall.errors import UsageError
from forestall.store import Workspace

MEASURES = ("population", "gdp", "contributions", "troops", "conflict_deaths")
LABELS = {
    "population": "population",
    "gdp": "GDP",
    "contributions": "assessed contributions",
    "troops": "troops contributed",
    "conflict_deaths": "conflict deaths",
}
OLDEST = {"population": 3, "gdp": 5, "contributions": 3}
"""Years behind the newest figure of any State after which a State's figure is too old to stand beside it."""

DEATH_YEARS = 5
TROOPS_END = "troops contributed end in March 2014: the figures by country that could be embedded stop there"


@dataclass(frozen=True)
class Measure:
    """A measure by Member State.

    values: iso3 -> value in `unit`. years: iso3 -> year of the value (the last of several; the first year of a scale of
    assessments). first_year, last_year: the span they come from, null without figures. missing: Members without a
    figure.
    """

    name: str
    unit: str
    source: str
    on: date
    values: Mapping[str, float]
    years: Mapping[str, int]
    first_year: int | None
    last_year: int | None
    missing: tuple[str, ...]
    note: str = ""

    def shares(self) -> dict[str, float]:
        """iso3 -> share of the sum over Members with a figure; empty if there are none or the sum is 0."""
        total = math.fsum(self.values.values())
        return {iso3: value / total for iso3, value in self.values.items()} if total > 0 else {}

    def by_region(self, scheme: str) -> dict[str, float]:
        """Area -> share of the sum; empty if there is no figure or the division has no list of States."""
        if scheme == "groups_1946" or not self.shares():
            return {}
        members = un_members(self.on)
        found = dict.fromkeys(SCHEMES[scheme], 0.0)
        for iso3, share in self.shares().items():
            region = region_of(iso3, members.get(iso3), scheme)
            if region is not None:
                found[region] += share
        return found


def measure(workspace: Workspace, name: str, on: date) -> Measure:
    """A measure of the Members of a day, as known on that day.

    population: persons (WDI), of year Y counted as known from 1 July of Y + 1, as is GDP (current US dollars, WDI).
    contributions: percent, the scale of assessments in force. troops: persons in UN operations, mean of a year's
    months, to March 2014. conflict_deaths: UCDP best estimates of the last five years known (year Y from 1 July of Y +
    1), in the country where they occurred.
    Raises UsageError for a measure nobody knows and a day before 1946.
    """
    if name not in MEASURES:
        raise UsageError(f"measure {name[:40]!r} is not known: give {', '.join(MEASURES)}")
    members = un_members(on)
    if name == "conflict_deaths":
        return _deaths(workspace, on, members)
    if name == "population":
        frame = workspace.table("population").select(
            "iso3",
            "year",
            pl.col("persons").alias("value"),
            pl.lit("persons").alias("unit"),
            "source",
            pl.date(pl.col("year") + 1, 7, 1).alias("published"),
        )
    else:
        frame = workspace.table("council_measures").filter(pl.col("measure") == name)
    known = frame.filter(pl.col("published") <= on, pl.col("year") <= on.year, pl.col("iso3").is_in(list(members)))
    if known.is_empty():
        return Measure(name, "", "", on, {}, {}, None, None, tuple(sorted(members)), f"nothing was known by {on}")
    # Troops of one year and rates of one scale belong together; other figures may come a year late for some.
    newest = int(max(known["year"].to_list()))
    oldest = newest if name in ("troops", "contributions") else newest - OLDEST[name]
    latest = known.filter(pl.col("year") >= oldest).sort("year").unique("iso3", keep="last").sort("iso3")
    years = dict(zip(latest["iso3"].to_list(), latest["year"].to_list(), strict=True))
    return Measure(
        name,
        str(latest["unit"][0]),
        "; ".join(sorted(set(latest["source"].to_list()))),
        on,
        dict(zip(latest["iso3"].to_list(), latest["value"].to_list(), strict=True)),
        years,
        min(years.values()),
        max(years.values()),
        tuple(sorted(set(members) - set(years))),
        TROOPS_END if name == "troops" else "",
    )


def _deaths(workspace: Workspace, on: date, members: Mapping[str, str | None]) -> Measure:
    """UCDP counts every state of every year, so a Member that it does not name had no deaths it counts."""
    frame = workspace.current("ucdp_country_year").filter(
        pl.date(pl.col("year") + 1, 7, 1) <= on, pl.col("deaths_total").is_not_null()
    )
    if frame.is_empty():
        note = f"nothing was known by {on}"
        return Measure("conflict_deaths", "deaths", "", on, {}, {}, None, None, tuple(sorted(members)), note)
    last = int(max(frame["year"].to_list()))
    frame = frame.filter(pl.col("year") > last - DEATH_YEARS)
    first = int(min(frame["year"].to_list()))
    sums = dict(frame.group_by("iso3").agg(pl.col("deaths_total").sum()).rows())
    releases = ", ".join(sorted(set(frame["release"].to_list())))
    outside = sum(value for iso3, value in sums.items() if iso3 not in members)
    return Measure(
        "conflict_deaths",
        "deaths",
        f"UCDP, {releases}",
        on,
        {iso3: float(sums.get(iso3, 0)) for iso3 in sorted(members)},
        dict.fromkeys(sorted(members), last),
        first,
        last,
        (),
        f"sum of {first} to {last}, where they occurred" + (f"; {outside:,} outside Member States" if outside else ""),
    )


def measures(workspace: Workspace, on: date) -> tuple[Measure, ...]:
    """All measures of a day, in their order."""
    return tuple(measure(workspace, name, on) for name in MEASURES)
