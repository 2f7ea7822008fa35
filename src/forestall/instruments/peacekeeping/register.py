"""Which UN missions there were on a day, and where: the register, seen as of that day.

Tables `peace_missions`, `peace_mission_hosts` and `peace_mission_mandates` (docs/sources/peacekeeping-register.md).
As of a day, a mission that began later is not there and one that ended later goes on; what a decision says of the
future (until when a mandate runs) counts from the day it was taken.
"""

import difflib
import re
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from forestall.errors import UsageError
from forestall.store import Workspace

LIST_DATE = date(2024, 2, 19)
"""Date of the UN's list of missions."""
KNOWN_TO = date(2026, 1, 31)
"""Beginnings, ends and mandates after the list's date were looked up to this day, and not all of them found."""
SOURCE = (
    "UN list of missions (Peace and Security Data Hub, 2024-02-19), completed and corrected from the UN documents "
    f"named with each mission, known to {KNOWN_TO}"
)
COUNTED = "the UN's list of peacekeeping operations since 1948"
_YEAR = re.compile(r"\(((?:19|20)[0-9]{2})\)")


@dataclass(frozen=True, slots=True)
class Host:
    """A state or territory in which a mission was.

    gw_id: Gleditsch-Ward number of the day; None for a territory that has none (Western Sahara). iso3: today's code.
    first, last: days; last is None while it goes on, both are None where the mission has no dates.
    """

    gw_id: int | None
    iso3: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Mandate:
    """Until when a mission's mandate runs, by one decision. final: it says that there is to be no further extension."""

    symbol: str
    decided_on: date
    until: date
    final: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Mission:
    """A UN mission as of a day.

    mission: its acronym. kind: peacekeeping, political, observer, support, office, component or guards. counted: among
    the operations of the UN's own list of peacekeeping operations. start, end: days, with what is known of each (`day`,
    or `month`: then the first or the last of it); end is None while it goes on. founding: UN symbol. source: where the
    days come from.
    """

    mission: str
    name: str
    kind: str
    counted: bool
    department: str | None
    start: date | None
    start_precision: str | None
    end: date | None
    end_precision: str | None
    headquarters: str | None
    founding: str | None
    hosts: tuple[Host, ...]
    source: str | None
    note: str | None

    def was_there(self, on: date) -> bool:
        """Whether it was there on a day; False for a mission without a start."""
        return self.start is not None and self.start <= on and (self.end is None or on <= self.end)


def missions(as_of: date, workspace: Workspace | None = None) -> tuple[Mission, ...]:
    """All missions begun by a day, those that ended too, by start and acronym; those without a start are left out."""
    held = _all(workspace or Workspace.open())
    return tuple(_seen(one, as_of) for one in held if one.start is not None and one.start <= as_of)


def open_missions(on: date, workspace: Workspace | None = None) -> tuple[Mission, ...]:
    """The missions of a day, by start and acronym."""
    return tuple(one for one in missions(on, workspace) if one.was_there(on))


def mission(acronym: str, as_of: date, workspace: Workspace | None = None) -> Mission:
    """A mission by its acronym, as of a day; case, blanks and hyphens don't matter.

    Raises UsageError, with the nearest acronyms, if there is none, or if it had not begun.
    """
    held = _all(workspace or Workspace.open())
    found = {_key(one.mission): one for one in held}.get(_key(acronym))
    if found is None:
        raise UsageError(f"mission {acronym[:40]!r} is not in the register: nearest are {', '.join(nearest(acronym))}")
    if found.start is not None and found.start > as_of:
        raise UsageError(f"{found.mission} began on {found.start}, after {as_of}: give a later day with --on")
    return _seen(found, as_of)


def is_mission(text: str, workspace: Workspace | None = None) -> bool:
    """Whether a text is the acronym of a mission of the register."""
    frame = (workspace or Workspace.open()).table("peace_missions")
    return _key(text) in {_key(name) for name in frame["mission"].to_list()}


def nearest(text: str, workspace: Workspace | None = None, n: int = 3) -> list[str]:
    """The acronyms that look most like a text; all of a family (UNAVEM I, II, III) if it is the family's name."""
    names = (workspace or Workspace.open()).table("peace_missions")["mission"].to_list()
    family = [name for name in names if name.rpartition(" ")[0] == text.strip().upper()]
    by_key = {_key(name): name for name in names}
    return family or [by_key[key] for key in difflib.get_close_matches(_key(text), by_key, n=n, cutoff=0.0)]


def ever_in_country(iso3: str, as_of: date, workspace: Workspace | None = None) -> tuple[Mission, ...]:
    """All missions that had been in a country by a day, by start. iso3: today's code (`code_of`)."""
    return tuple(one for one in missions(as_of, workspace) if any(host.iso3 == iso3 for host in one.hosts))


def in_country(iso3: str, on: date, workspace: Workspace | None = None) -> tuple[Mission, ...]:
    """The missions that were in a country on a day, by start. iso3: today's code (`code_of`)."""

    def there(host: Host) -> bool:
        begun = host.first is not None and host.first <= on
        return host.iso3 == iso3 and begun and (host.last is None or on <= host.last)

    return tuple(one for one in open_missions(on, workspace) if any(map(there, one.hosts)))


def mandate(acronym: str, as_of: date, workspace: Workspace | None = None) -> Mandate | None:
    """The last decision known by a day on until when a mission's mandate runs; None if we hold none.

    Decisions since late 2023 only. The day it gives may have passed: then what followed is not known here.
    """
    frame = (workspace or Workspace.open()).table("peace_mission_mandates")
    rows = frame.filter(pl.col("mission") == acronym, pl.col("decided_on") <= as_of).sort("decided_on")
    if not rows.height:
        return None
    row = rows.row(-1, named=True)
    return Mandate(row["symbol"], row["decided_on"], row["until"], row["final"], row["note"])


def _all(workspace: Workspace) -> list[Mission]:
    hosts: dict[str, list[Host]] = {}
    for name, gw_id, iso3, first, last in workspace.table("peace_mission_hosts").iter_rows():
        hosts.setdefault(name, []).append(Host(gw_id, iso3, first, last))
    return [
        Mission(
            mission=row["mission"],
            name=row["name"],
            kind=row["mission_kind"],
            counted=row["counted"],
            department=row["department"],
            start=row["start"],
            start_precision=row["start_precision"],
            end=row["end"],
            end_precision=row["end_precision"],
            headquarters=row["headquarters"],
            founding=row["founding"],
            hosts=tuple(hosts.get(row["mission"], ())),
            source=row["source"],
            note=row["note"],
        )
        for row in workspace.table("peace_missions").iter_rows(named=True)
    ]


def _seen(one: Mission, as_of: date) -> Mission:
    """The mission without what happened or was written after a day: its later end, and what is said of it."""
    hosts = tuple(
        replace(host, last=None if host.last is not None and host.last > as_of else host.last)
        for host in one.hosts
        if host.first is None or host.first <= as_of
    )
    if one.end is None or one.end <= as_of:
        return replace(one, hosts=hosts)
    kept = [part for part in (one.source or "").split("; ") if part and not _later(part, as_of)]
    return replace(one, hosts=hosts, end=None, end_precision=None, note=None, source="; ".join(kept) or None)


def _later(symbol: str, as_of: date) -> bool:
    found = _YEAR.search(symbol)
    return found is not None and int(found[1]) > as_of.year


def _key(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
