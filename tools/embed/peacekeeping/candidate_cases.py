"""peace_candidate_cases: new UN missions since 1995, every member that might have contributed, and who did.

Run: `python -m tools.embed.peacekeeping.candidate_cases --shared ../shared/data`, after the tables of contributors,
ties and missions. A case is a member of the United Nations on the mission's first day, without the host, with what was
known of it then (`candidate_facts`) and whether a deployment map of the first twelve months names a unit of it.
"""

import sys
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from forestall.ids.months import month_end, month_id
from forestall.instruments.peacekeeping.candidate_facts import FEATURES, FIRST_DAY, KNOWN_AFTER, facts, matrix
from forestall.store import Workspace
from forestall.store.schemas import SCHEMAS
from tools.embed import command, writing
from tools.embed.inputs import Inputs
from tools.embed.peacekeeping import contingents
from tools.embed.peacekeeping.contributors import NOBODY, Names
from tools.embed.peacekeeping.names import mission as acronym

TABLE = "peace_candidate_cases"
COMMAND = "python -m tools.embed.peacekeeping.candidate_cases --shared ../shared/data"
WINDOW = timedelta(days=365)
USED = (
    "peace_contributor_mission_year",
    "peace_mission_hosts",
    "peace_languages",
    "regional_memberships",
    "neighbours",
    "land_cells",
    "population",
    "un_ideal_points",
    "ucdp_country_month",
)
"""Tables that the figures of a case are from, besides incomes."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A mission with maps of its first twelve months. maps: months with a map. contributed: states named on them."""

    mission: str
    host: str
    start: date
    maps: int
    contributed: frozenset[str]


def begun(inputs: Inputs, workspace: Workspace) -> tuple[list[Begun], list[str]]:
    """New missions of which a map of the first twelve months names a contributor, and why others are left out."""
    names = Names()
    units: dict[str, list[contingents.Unit]] = {}
    for unit in contingents.units(inputs):
        units.setdefault(str(acronym(unit.mission)), []).append(unit)
    months: dict[str, set[tuple[int, int]]] = {}
    for (written, year), of in contingents.maps(inputs).items():
        for month in of:
            months.setdefault(str(acronym(written)), set()).add((year, month))
    hosts = workspace.table("peace_mission_hosts")
    found, left_out = [], []
    missions = workspace.table("peace_missions").filter(pl.col("counted"), pl.col("start") >= FIRST_DAY)
    for name, start in missions.sort("start", "mission").select("mission", "start").rows():
        inside = {one for one in months.get(name, ()) if start <= month_end(month_id(*one)) <= start + WINDOW}
        early = [unit for unit in units.get(name, ()) if (unit.year, unit.month) in inside]
        states = {
            names.state(unit.contributor, date(unit.year, 12, 31))[1]
            for unit in early
            if unit.contributor not in NOBODY
        }
        where = hosts.filter(pl.col("mission") == name, pl.col("first").is_null() | (pl.col("first") <= start))
        if not inside:
            left_out.append(f"{name} ({start:%Y-%m}): no map of its first twelve months")
        elif not states:
            left_out.append(f"{name} ({start:%Y-%m}): its maps of the first twelve months name no unit's contributor")
        else:
            host = where["iso3"].to_list()[0]
            found.append(Begun(name, host, start, len(inside), frozenset(states - {host})))
    return found, left_out


def cases(missions: list[Begun], workspace: Workspace) -> pl.DataFrame:
    """Table peace_candidate_cases, by mission and state. Raises ValueError if a contributor is no candidate."""
    parts = []
    for one in missions:
        found = facts(one.host, one.start, workspace)
        codes = [candidate.iso3 for candidate in found]
        strangers = one.contributed - set(codes)
        if strangers:
            raise ValueError(f"{one.mission}: {sorted(strangers)} contributed and are no members of the United Nations")
        columns = {
            "mission": [one.mission] * len(codes),
            "host": [one.host] * len(codes),
            "iso3": codes,
            "start": [one.start] * len(codes),
            "outcome_known_from": [one.start + WINDOW + KNOWN_AFTER] * len(codes),
            "contributed": [code in one.contributed for code in codes],
        }
        numbers = matrix(found)
        columns |= {f"x_{name}": numbers[:, at].round(4).tolist() for at, name in enumerate(FEATURES)}
        parts.append(pl.DataFrame(columns, schema=SCHEMAS[TABLE]))
    return pl.concat(parts).sort("start", "mission", "iso3")


def write(shared: Path, out: Path) -> list[str]:
    """Write the table beside the others and enter it in the manifest; returns lines on it and on what is left out."""
    inputs = Inputs(shared)
    workspace = Workspace.open(embedded=out)
    missions, left_out = begun(inputs, workspace)
    frame = cases(missions, workspace)
    of = workspace.manifest().tables  # Geo-PKO is among the sources of the table of contributors
    cited = [source for name in USED for source in of[name].sources]
    cited += [source for source in of["covariates"].sources if "World Bank" in source.citation]
    note = "outcomes: units named on Geo-PKO's maps of the first twelve months; observers and officers do not count"
    sources = {(one.name, one.version): one for one in cited}.values()
    line = writing.write(out, TABLE, frame, *sources, command=COMMAND, note=note)
    said = [f"{one.mission} {one.start} {one.host}: {len(one.contributed)} on {one.maps} maps" for one in missions]
    return [line, *said, *left_out]


def main() -> int:
    """Build the table; returns the exit code."""
    return command.run("tools.embed.peacekeeping.candidate_cases", __doc__, write)


if __name__ == "__main__":
    sys.exit(main())
