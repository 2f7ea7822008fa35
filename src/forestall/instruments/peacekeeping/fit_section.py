"""What a country's page says of where missions stand: sites, fit to the forecast, and operations of others."""

from dataclasses import dataclass
from datetime import date

from forestall.errors import UsageError
from forestall.instruments.peacekeeping import fit, operations, sites
from forestall.instruments.peacekeeping.fit import Fit
from forestall.instruments.peacekeeping.operations import Operation
from forestall.instruments.peacekeeping.sites import MissionSite
from forestall.store import Workspace


@dataclass(frozen=True, slots=True)
class Section:
    """A country as of a day. fits: its missions there. stands: their sites in the state. others: operations of others
    than the UN 1993-2016, oldest first, begun by then. ends: a line a series, with the day its data end. missing: why
    there is no fit, None where there is one."""

    iso3: str
    as_of: date
    fits: tuple[Fit, ...]
    stands: tuple[MissionSite, ...]
    others: tuple[Operation, ...]
    ends: tuple[str, ...]
    missing: str | None


def section(gw_id: int, iso3: str, as_of: date, workspace: Workspace | None = None) -> Section:
    """The section of one state or territory. gw_id: its Gleditsch-Ward number, for the record. iso3: today's code."""
    del gw_id  # the tables of missions are kept by today's code
    held = workspace or Workspace.open()
    missing: str | None = None
    found: tuple[Fit, ...] = ()
    try:
        found = fit.in_country(iso3, as_of, held)
        missing = None if found else "no UN mission with known sites was there"
    except UsageError as error:
        missing = str(error)
    stands = sites.sites(as_of, iso3=iso3, workspace=held) if as_of >= sites.FIRST else ()
    others = tuple(one for one in operations.of_country(iso3, workspace=held) if not one.is_un and one.first <= as_of)
    return Section(iso3, as_of, found, stands, others, ends(found, stands), missing)


def ends(found: tuple[Fit, ...], stands: tuple[MissionSite, ...]) -> tuple[str, ...]:
    """Where each series comes from and the day it ends, for the foot of a table or page."""
    lines = []
    if found:
        one = found[0]
        lines.append(f"{fit.SOURCE}; deaths located to {one.located_to}, forecast {one.first} to {one.last}")
    if found or stands:
        years = sorted({one.maps_year for one in found} | {one.year for one in stands})
        lines.append(f"{sites.SOURCE}; here maps of {', '.join(map(str, years))}")
    lines.append(f"{operations.SOURCE}")
    return tuple(lines)
