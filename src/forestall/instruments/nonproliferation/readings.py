"""What each rule reads of a state on a day, from the tables of the workspace. Nothing later than the day is used.

SIPRI's figures of a year count from when SIPRI usually publishes them (transfers in March, expenditure in April of the
next year), in the newest release held: as revised since, not as they stood that day.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.ids.state_table import rows as state_rows
from forestall.instruments.nonproliferation import groups, rules
from forestall.instruments.nonproliferation.rules import Reading
from forestall.instruments.nonproliferation.scope import PROTOCOL
from forestall.instruments.nonproliferation.treaties import status
from forestall.instruments.nonproliferation.treaties.register import register, treaty
from forestall.store import Workspace

NORM_TREATIES = (
    "NPT",
    "CTBT",
    "BWC",
    "CWC",
    "PTBT",
    "GenevaProtocol1925",
    "CCW",
    "MineBan",
    "ClusterMunitions",
    "ATT",
)
"""Weapons treaties open to all states that the rule on treaty gaps looks at; fixed before anything was measured."""
FEW = 4
"""With fewer other Member States in a sub-region, the whole region stands for it."""
NOT_ARMS = frozenset({"justice"})
"""Fields of the register that are not arms control."""
FIRST_TRANSFER = 1950
STALE_YEARS = 3
"""SIPRI's figures that end more than so many years before those a reader could have tell nothing of today."""
_PUBLISHED = {"sipri_transfers": (4, 1), "sipri_expenditure": (5, 1)}
"""Month and day from which the figures of the year before count as known."""
_ONE_SIGN = timedelta(days=366)
"""A withdrawal that takes effect within a year of its notice is no second sign."""
_GONE = frozenset({"withdrawal_notified", "withdrew", "suspended", "revoked"})


def arms_imports(iso3: str, on: date, workspace: Workspace) -> Reading | None:
    """The arms-import rule, None where no transfers of SIPRI's have been added."""
    held = released("sipri_transfers", on, workspace)
    if held is None:
        return None
    rows, last = held
    mine = rows.filter(pl.col("iso3") == iso3).group_by("year").agg("tiv")
    volumes = {year: tuple(values) for year, values in mine.iter_rows()}
    return _fresh("sipri_transfers", rules.arms_imports(volumes, last, max(FIRST_TRANSFER, first_year(iso3))), on)


def expenditure(iso3: str, on: date, workspace: Workspace) -> Reading | None:
    """The expenditure rule, None where SIPRI's workbook has not been added."""
    held = released("sipri_expenditure", on, workspace)
    if held is None:
        return None
    rows, last = held
    mine = rows.filter(pl.col("iso3") == iso3, pl.col("share_of_gdp").is_not_null())
    shares: dict[int, float | None] = dict(mine.select("year", "share_of_gdp").iter_rows())
    return _fresh("sipri_expenditure", rules.expenditure(shares, max(shares, default=last)), on)


def released(name: str, on: date, workspace: Workspace) -> tuple[pl.DataFrame, int] | None:
    """Rows of one of SIPRI's tables, in the newest release held, of the years whose figures are out by a day, and the
    last of these years; None where there are none."""
    rows = workspace.table(name)
    rows = rows.filter(pl.col("release") == pl.col("release").max(), pl.col("year") <= _usable(name, on))
    last = rows["year"].max()
    return (rows, last) if isinstance(last, int) else None


def notices(iso3: str, on: date, workspace: Workspace) -> dict[str, date]:
    """Arms-control treaties that a state left, announced to leave, suspended or took its ratification of back, by the
    day it last did so; a notice that it took back by the day asked is none."""
    found: dict[str, date] = {}
    for key in _left(workspace).get(iso3, ()):
        noticed: date | None = None
        for act in status.actions(key, iso3, workspace):
            if act.day is None or act.day > on or act.action not in _GONE:
                continue
            if act.action == "withdrawal_notified":
                found[key] = noticed = act.day
            elif act.action == "revoked" and noticed is not None:
                found.pop(key, None)
                noticed = None
            elif act.action != "withdrew" or noticed is None or act.day - noticed > _ONE_SIGN:
                found[key] = act.day
    return found


def quiet(iso3: str, on: date, workspace: Workspace) -> bool | None:
    """Whether a state had no armed conflict on its territory (UCDP state-based) in the last two years that were out by
    a day; None where they are not held. UCDP publishes a year in the June after it."""
    fought, newest = conflict_years(iso3, on, workspace)
    if newest - 1 < countries.FIRST_DAY.year:
        return None
    return not {newest - 1, newest} & fought


def conflict_years(iso3: str, on: date, workspace: Workspace) -> tuple[frozenset[int], int]:
    """Years of armed conflict (UCDP state-based) on a state's territory that were out by a day, and the last year that
    was."""
    held = _conflict_years(workspace)
    newest = min(max(max(years) for years in held.values()), on.year - (1 if on.month > 6 else 2))
    return frozenset(year for year in held.get(iso3, ()) if year <= newest), newest


@lru_cache(maxsize=4)
def _conflict_years(workspace: Workspace) -> Mapping[str, frozenset[int]]:
    rows = workspace.table("ucdp_conflict_year").filter(pl.col("dyad_id").is_null(), pl.col("iso3").is_not_null())
    return {iso3: frozenset(years) for iso3, years in rows.group_by("iso3").agg("year").iter_rows()}


def treaties_end(workspace: Workspace) -> date:
    """The last day for which any treaty's actions were looked up. Each treaty's own may be earlier."""
    last = workspace.table(status.ENDS)["ends"].max()
    return last if isinstance(last, date) else date.min


def outside_norm(iso3: str, on: date, workspace: Workspace) -> tuple[str, ...] | None:
    """Treaties of `NORM_TREATIES` that a state is outside of while more than 80 % of the other Member States of its
    sub-region are parties; None where there are too few others to compare with, and for who is neither a Member nor an
    observer State of the United Nations, to whom treaties may not be open."""
    if iso3 not in _seated(on):
        return None
    others = _others(iso3, on)
    if len(others) < FEW:
        return None
    members = _members(on, workspace)
    return tuple(
        key
        for key, parties in members.items()
        if iso3 not in parties and sum(other in parties for other in others) > rules.NORM * len(others)
    )


@lru_cache(maxsize=64)
def _seated(on: date) -> frozenset[str]:
    """Member and observer States of the United Nations on a day."""
    held = countries.states(on, territories=True)
    return frozenset(
        one.series_iso3
        for one in held
        if any(since is not None and since <= on for since in (one.un_member_since, one.un_observer_since))
    )


def _others(iso3: str, on: date) -> frozenset[str]:
    try:
        near = frozenset(groups.subregion(iso3, on).members) - {iso3}
        return near if len(near) >= FEW else frozenset(groups.region(iso3, on).members) - {iso3}
    except UnknownCountryError:
        return frozenset()


@lru_cache(maxsize=8)
def _members(on: date, workspace: Workspace) -> Mapping[str, frozenset[str]]:
    """Parties on a day to each treaty of `NORM_TREATIES` that was open."""
    known = register()
    return {
        key: frozenset(status.parties(key, on, workspace))
        for key in NORM_TREATIES
        if key in known and (opened := known[key].opened) is not None and opened <= on
    }


@lru_cache(maxsize=4)
def _left(workspace: Workspace) -> Mapping[str, tuple[str, ...]]:
    """Arms-control treaties that each state ever left, announced to leave or suspended."""
    rows = workspace.table(status.TABLE).filter(pl.col("action").is_in(sorted(_GONE)))
    found: dict[str, dict[str, None]] = {}
    for key, iso3 in rows.select("treaty", "iso3").iter_rows():
        if treaty(key).field not in NOT_ARMS:
            found.setdefault(iso3, {})[key] = None
    return {iso3: tuple(keys) for iso3, keys in found.items()}


def facilities(iso3: str, year: int, workspace: Workspace) -> int:
    """Enrichment and reprocessing facilities in operation at some time in a year, or in the last year that the list
    has; those its authors are not sure of are left out."""
    return _facilities(workspace).get((iso3, min(year, facilities_end(workspace))), 0)


def facilities_end(workspace: Workspace) -> int:
    """The last year of the list of facilities."""
    return max(year for _, year in _facilities(workspace))


def protocol(iso3: str, on: date, workspace: Workspace) -> bool:
    """Whether an Additional Protocol was in force for a state on a day, as far as is known (`status.known_to`)."""
    days = [act.day for act in status.actions(PROTOCOL, iso3, workspace) if act.action in status.CONSENT]
    return any(day is not None and day <= on for day in days)


@lru_cache(maxsize=4)
def _facilities(workspace: Workspace) -> Mapping[tuple[str, int], int]:
    rows = workspace.table("nuclear_facilities").group_by("iso3", "year")
    counted = rows.agg((pl.col("operating") - pl.col("uncertain")).sum().alias("operating"))
    return {(iso3, year): count for iso3, year, count in counted.iter_rows() if count > 0}


@lru_cache(maxsize=512)
def first_year(iso3: str) -> int:
    """The first year at whose end a state, or one that it continues, stood; not before 1946."""
    held = [row.start.year for row in state_rows() if row.series_iso3 == iso3]
    return max(countries.FIRST_DAY.year, min(held, default=countries.FIRST_DAY.year))


def _usable(name: str, on: date) -> int:
    """The last year whose figures are out by a day."""
    return on.year - (1 if (on.month, on.day) >= _PUBLISHED[name] else 2)


def _fresh(name: str, reading: Reading, on: date) -> Reading:
    """The reading, without an answer where its figures are too old to tell."""
    if reading.year is None or reading.year >= _usable(name, on) - STALE_YEARS:
        return reading
    return Reading(None, reading.figure, reading.low, reading.high, reading.threshold, reading.year)
