"""What the register and its series say of a mission or a country, together, each with the day where its data end."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.ids.months import month_end
from forestall.instruments.peacekeeping import fatalities, register, strength
from forestall.instruments.peacekeeping.fatalities import Deaths, Rate
from forestall.instruments.peacekeeping.register import Mandate, Mission
from forestall.instruments.peacekeeping.strength import Shortfall, Strength, Year
from forestall.store import Workspace

BUDGET_SOURCE = "General Assembly resolutions, notes and press releases, each named; most years are not looked up"


@dataclass(frozen=True, slots=True)
class Budget:
    """What was adopted for a mission and period, US dollars of the day, as the document states it (often rounded)."""

    period_start: date
    period_end: date
    amount: float
    symbol: str


@dataclass(frozen=True, slots=True)
class Series:
    """A series that figures come from, and the last day it covers as known on the day asked for."""

    name: str
    source: str
    data_end: date


@dataclass(frozen=True, slots=True)
class Overview:
    """A mission with its figures as known on a day.

    strength: of the last month known; None without one. shortfall: of the last month that has both figures.
    """

    mission: Mission
    mandate: Mandate | None
    strength: Strength | None
    shortfall: Shortfall | None
    deaths: Deaths
    rate: Rate | None
    rate_malicious: Rate | None
    years: tuple[Year, ...]
    budgets: tuple[Budget, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A mission in one line: with its mandate, last strength and deaths."""

    mission: Mission
    mandate: Mandate | None
    strength: Strength | None
    deaths: Deaths


@dataclass(frozen=True, slots=True)
class Section:
    """The missions of a country as of a day: those there and those that had been, by start; series with their ends."""

    gw_id: int
    iso3: str
    as_of: date
    present: tuple[Line, ...]
    past: tuple[Line, ...]
    series: tuple[Series, ...]


def lines(missions: tuple[Mission, ...], as_of: date, workspace: Workspace | None = None) -> tuple[Line, ...]:
    """One line a mission, in the order given."""
    held = workspace or Workspace.open()
    last = strength.latest(as_of, held)
    died = fatalities.all_deaths(as_of, [one.mission for one in missions], held)
    return tuple(
        Line(one, register.mandate(one.mission, as_of, held), last.get(one.mission), died[one.mission])
        for one in missions
    )


def overview(mission: Mission, as_of: date, workspace: Workspace | None = None) -> Overview:
    """All that is known of a mission on a day."""
    held = workspace or Workspace.open()
    name = mission.mission
    counts = strength.series(name, as_of, held)
    return Overview(
        mission=mission,
        mandate=register.mandate(name, as_of, held),
        strength=counts[-1] if counts else None,
        shortfall=strength.latest_shortfall(name, as_of, held),
        deaths=fatalities.deaths(name, as_of, held),
        rate=fatalities.rate(name, as_of, workspace=held),
        rate_malicious=fatalities.rate(name, as_of, malicious=True, workspace=held),
        years=strength.by_year(name, as_of, held),
        budgets=budgets(name, as_of, held),
    )


def budgets(mission: str, as_of: date, workspace: Workspace | None = None) -> tuple[Budget, ...]:
    """Budgets of a mission for periods that had begun by a day, by period: they are adopted before these begin."""
    frame = (workspace or Workspace.open()).table("peace_mission_budgets")
    frame = frame.filter(pl.col("mission") == mission, pl.col("period_start") <= as_of).sort("period_start")
    return tuple(Budget(*row) for row in frame.select("period_start", "period_end", "budget", "symbol").iter_rows())


def section(gw_id: int, iso3: str, as_of: date, workspace: Workspace | None = None) -> Section:
    """What the dossier of a country says of UN missions there, as of a day. iso3: today's code."""
    held = workspace or Workspace.open()
    ever = register.ever_in_country(iso3, as_of, held)
    there = {one.mission for one in register.in_country(iso3, as_of, held)}
    every = lines(ever, as_of, held)
    return Section(
        gw_id=gw_id,
        iso3=iso3,
        as_of=as_of,
        present=tuple(line for line in every if line.mission.mission in there),
        past=tuple(line for line in every if line.mission.mission not in there),
        series=series(as_of),
    )


def series(as_of: date) -> tuple[Series, ...]:
    """The series that figures come from and where each ends, as known on a day; none that had not begun."""
    known = strength.known_month(as_of)
    found = [Series("missions, spans and hosts", register.SOURCE, min(as_of, register.KNOWN_TO))]
    if known >= strength.FIRST:
        found.append(Series("strength by month", strength.SOURCE, month_end(min(known, strength.LAST))))
        last = min(known, strength.SHORTFALL_LAST)
        found.append(Series("personnel authorised and deployed", strength.SHORTFALL_SOURCE, month_end(last)))
    if fatalities.last_year(as_of) >= fatalities.FIRST_YEAR:
        found.append(Series("deaths", fatalities.SOURCE, fatalities.data_end(as_of)))
    return tuple(found)
