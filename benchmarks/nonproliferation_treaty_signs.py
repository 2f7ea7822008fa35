"""The signs that are read from treaties and facilities, at the end of every year of their records."""

from collections.abc import Mapping
from datetime import date

import nonproliferation_panel as panel
from forestall.instruments.nonproliferation import readings, rules
from forestall.store import Workspace

FIRST_GAP = 1970
"""The first year at whose end a weapons treaty open to all with many parties was in force (NPT, PTBT)."""
FIRST_NOTICE = 1990
"""Notices of withdrawal were looked up treaty by treaty; earlier ones were not searched for."""
LAST_TREATY = 2024
FIRST_PROTOCOL = 1998
"""The Model Additional Protocol was approved on 15 May 1997 (INFCIRC/540)."""
Fired = Mapping[tuple[str, int], bool | None]


def withdrawals(workspace: Workspace) -> Fired:
    """The rule on withdrawals at the end of every year."""
    return {
        (iso3, year): rules.withdrawal(readings.notices(iso3, day, workspace), day).fired
        for year in range(FIRST_NOTICE, LAST_TREATY + 1)
        for day in [date(year, 12, 31)]
        for iso3 in panel.states(year)
    }


def gaps(workspace: Workspace) -> Fired:
    """The rule on treaty gaps at the end of every year."""
    found: dict[tuple[str, int], bool | None] = {}
    for year in range(FIRST_GAP, LAST_TREATY + 1):
        day = date(year, 12, 31)
        for iso3 in panel.states(year):
            outside = readings.outside_norm(iso3, day, workspace)
            found[iso3, year] = rules.treaty_gap(None if outside is None else len(outside)).fired
    return found


def latencies(workspace: Workspace) -> Fired:
    """The rule on facilities without a protocol at the end of every year."""
    return {
        (iso3, year): rules.latency(
            readings.facilities(iso3, year, workspace), readings.protocol(iso3, date(year, 12, 31), workspace)
        ).fired
        for year in range(FIRST_PROTOCOL, readings.facilities_end(workspace) + 1)
        for iso3 in panel.states(year)
    }
