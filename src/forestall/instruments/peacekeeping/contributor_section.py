"""What a country's dossier says on contributors: who sends to the missions there, what it sends, who might."""

import contextlib
from dataclasses import dataclass
from datetime import date

from forestall.errors import UnknownCountryError, UsageError
from forestall.instruments.peacekeeping import contributors, register
from forestall.instruments.peacekeeping.candidates import Candidates, candidates
from forestall.instruments.peacekeeping.contributors import FromCountry, Series, ToMission
from forestall.store import Workspace

CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class Section:
    """Plain figures for a dossier, as of a day.

    to: contributors to each mission that was in the country and that a series knows, those there now first. there: the
    missions of `to` that are there on the day. sent: what the country has sent. candidates: five possible contributors
    to a new mission, None where nothing is known on the day or it was not asked. series: the series used, with their
    ends.
    """

    iso3: str
    on: date
    to: tuple[ToMission, ...]
    there: tuple[str, ...]
    sent: FromCountry
    candidates: Candidates | None
    series: tuple[Series, ...]


def section(gw_id: int, iso3: str, as_of: date, *, rank: bool = True, workspace: Workspace | None = None) -> Section:
    """The part of a country's dossier on contributors. rank: also who might contribute, which takes longest.

    gw_id: kept for the dossier's one way of asking; not used.
    """
    del gw_id
    workspace = workspace or Workspace.open()
    there = {one.mission for one in register.in_country(iso3, as_of, workspace)}
    ever = [one.mission for one in register.ever_in_country(iso3, as_of, workspace)]
    known = [one for one in contributors.to_missions(ever, as_of, workspace) if one.newest is not None]
    known.sort(key=lambda one: (one.mission not in there, -(one.last_year or 0), one.mission))
    found = None
    if rank:
        # Before the first year of maps, or no state on the day: nothing to say.
        with contextlib.suppress(UsageError, UnknownCountryError):
            found = candidates(iso3, as_of, most=CANDIDATES, workspace=workspace)
    return Section(
        iso3,
        as_of,
        tuple(known),
        tuple(one.mission for one in known if one.mission in there),
        contributors.from_country(iso3, as_of, workspace),
        found,
        tuple(contributors.SERIES.values()),
    )
