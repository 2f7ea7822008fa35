"""Who might contribute units to a new UN mission in a country, as of a day, and what speaks for and against each.

A ranking learned from who contributed to earlier new missions orders the members of the United Nations; reasons are the
figures it rests on, in plain words. It says who resembles earlier contributors, not who has been asked, is able, or
would be accepted by the host: consent, pledges and readiness are not in the data. Cautions (a neighbour, deaths at
home, a seat in the Council, a mission at home) stand beside the rank and change it only as the model learned.
"""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from forestall.errors import UsageError
from forestall.ids import countries
from forestall.ids.months import format_month, month_of
from forestall.instruments.peacekeeping import candidate_record as record
from forestall.instruments.peacekeeping import contributors, register, ties
from forestall.instruments.peacekeeping.candidate_facts import (
    FEATURES,
    LABELS,
    PAST_YEARS,
    Facts,
    facts,
    last_year,
    matrix,
)
from forestall.regional.membership import KNOWN_TO
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

METHODS: Final = {
    "ranking": "logistic ranking learned from new missions whose first twelve months were known",
    "baseline": "size of units in the newest known year, those already in the host and then the region first: "
    "too few new missions were known to learn from",
}
_NEAR_RANK, _FAR_RANK = 0.25, 0.75
_DEATHS = 25
"""Deaths in twelve months from which a state's own territory is a caution: UCDP's threshold of an armed conflict."""
_LARGE = 20
"""A contributor of this rank or better is called one of the largest."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence with its figure, and where the figure is from and ends."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Part:
    """What a figure adds to a score, in log odds, against a member whose figure is the mean of the cases."""

    what: str
    log_odds: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible contributor. score: 0 to 1, the model's chance of a unit in the first twelve months with a 90 %
    interval of its coefficients; None under the baseline. The band of the rank says what came of such ranks.
    parts: what the score is made of, largest first; none under the baseline. stake: whether it borders the host or is
    the state under whose number UCDP files the host, and so may have a stake of its own."""

    rank: int
    iso3: str
    name: str
    score: float | None
    low: float | None
    high: float | None
    reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...]
    parts: tuple[Part, ...]
    stake: bool = False


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a kind of figure ends, as used on the day."""

    what: str
    end: str
    source: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """Possible contributors to a mission in a country, best first.

    iso3, name: the host. method: ranking or baseline. considered: how many were ranked. learned_from: new missions the
    ranking learned from. bands: what came of each rank on held-out missions, tested: those missions. ends: what the
    figures rest on and where each ends. caveats: what is not in them.
    """

    iso3: str
    name: str
    on: date
    method: str
    considered: int
    learned_from: int
    candidates: tuple[Candidate, ...]
    bands: tuple[record.Band, ...]
    tested: tuple[str, ...]
    ends: tuple[Ends, ...]
    caveats: tuple[str, ...]


def candidates(host: str, on: date, *, most: int = 20, workspace: Workspace | None = None) -> Candidates:
    """Rank the possible contributors to a new mission in a host (ISO3) on a day.

    most: how many to give, with reasons. Raises UsageError before 1995-02-01 or if most is less than 1,
    UnknownCountryError for a host that did not exist.
    """
    if most < 1:
        raise UsageError(f"{most} candidates are none: give 1 or more")
    workspace = workspace or Workspace.open()
    state = countries.by_iso3(host, on)
    name = state.un_name or state.name
    found = facts(host, on, workspace)
    figures = matrix(found)
    model = record.learned(record.cases(workspace), record.days(on))
    if model is None:
        chances = None
        score = record.baselines(figures)[record.BASELINES[-1]]
        bands: tuple[record.Band, ...] = ()
        tested: tuple[str, ...] = ()
    else:
        chances = model.probability(figures)
        score = chances[:, 0]
        bands, tested = record.bands(on, workspace)
    order = np.argsort(-score, kind="stable")[:most]
    holder = None if state.counted_with in (None, state.gw_id) else countries.by_gw(state.counted_with, on).iso3
    context = _Context(name, on, workspace, found, holder)
    listed = []
    for rank, at in enumerate(order):
        one = found[at]
        chance, low, high = (None, None, None) if chances is None else map(float, chances[at])
        said = context.reasons(one), context.cautions(one)
        parts = () if model is None else _parts(model.parts(figures[at : at + 1])[0])
        stake = one.neighbour or one.iso3 == holder
        listed.append(Candidate(rank + 1, one.iso3, one.name, chance, low, high, *said, parts, stake))
    return Candidates(
        host,
        name,
        on,
        "baseline" if model is None else "ranking",
        len(found),
        0 if model is None else model.missions,
        tuple(listed),
        bands,
        tested,
        context.ends(),
        _caveats(bands, tested, on),
    )


def _parts(log_odds: "npt.NDArray[np.float64]") -> tuple[Part, ...]:
    made = [Part(LABELS[name], float(value)) for name, value in zip(FEATURES, log_odds, strict=True)]
    return tuple(sorted(made, key=lambda one: -abs(one.log_odds)))


class _Context:
    """What sentences on candidates need to know besides the candidate."""

    def __init__(self, host: str, on: date, workspace: Workspace, found: tuple[Facts, ...], holder: str | None) -> None:
        self.host, self.on, self.holder = host, on, holder
        self.year = last_year(on)
        self.first = self.year - PAST_YEARS + 1
        self.others = len(found)
        self.votes = ties.ideal_points_end(workspace, on)
        months = workspace.table("ucdp_country_month").select(pl.col("month_id").max()).item()
        self.last_month = format_month(min(month_of(on) - 1, months))
        self.at_home: dict[str, list[str]] = {}
        for one in register.open_missions(on, workspace):
            if one.kind == "peacekeeping":
                for state in one.hosts:
                    if state.last is None or state.last >= on:
                        self.at_home.setdefault(state.iso3, []).append(one.mission)
        sized = sorted((one for one in found if one.troops), key=lambda one: -(one.troops or 0.0))
        self.size_rank = {one.iso3: rank + 1 for rank, one in enumerate(sized)}
        self.maps = f"{contributors.GEOPKO}, maps to {self.year}"

    def ends(self) -> tuple[Ends, ...]:
        """What the figures of the day rest on."""
        return (
            Ends("units in UN missions, by contributor and mission", f"to {self.year}", contributors.GEOPKO),
            Ends("deaths in organised violence", f"to {self.last_month}", "UCDP"),
            Ends("votes in the General Assembly", self.votes, "un_ideal_points"),
            Ends("official and working languages", "2026, used for every day", "mledoze/countries (ODbL)"),
            Ends("regional organisations", f"changes to {KNOWN_TO}", "treaties and decisions; COW IGO 3"),
            Ends("distances and borders", "cells of today's states", "forestall land_cells; COW contiguity"),
        )

    def reasons(self, one: Facts) -> tuple[Reason, ...]:
        """What speaks for a candidate."""
        said = []
        if one.troops:
            rank = self.size_rank[one.iso3]
            place = f", number {rank} by size" if rank <= _LARGE else ""
            said.append(
                Reason(f"units of about {one.troops:,.0f} troops in UN missions in {one.year}{place}", self.maps)
            )
        elif one.troops is None:
            said.append(Reason(f"units of unknown size in UN missions in {one.year}", self.maps))
        span = f"{self.first}-{self.year}"
        if one.here:
            said.append(Reason(f"had units in {self.host} in {span}: {', '.join(one.here)}", self.maps))
        if one.region:
            size = f", up to {one.region_troops:,.0f} troops in a year" if one.region_troops else ""
            said.append(Reason(f"had units in the region in {span}: {', '.join(one.region)}{size}", self.maps))
        if one.languages:
            said.append(
                Reason(f"shares an official or working language: {', '.join(one.languages)}", "mledoze/countries")
            )
        if one.organisations:
            said.append(
                Reason(f"in the same organisation: {', '.join(one.organisations)}", f"memberships to {KNOWN_TO}")
            )
        if one.distance_km is not None and one.distance_km <= 1000 and not one.neighbour:
            said.append(Reason(f"about {one.distance_km:,.0f} km away at the nearest", "forestall land_cells"))
        if one.ideal_point_rank is not None and one.ideal_point_rank <= _NEAR_RANK:
            said.append(
                Reason(
                    f"votes nearer to {self.host} than {_percent(1 - one.ideal_point_rank)} of members do", self.votes
                )
            )
        return tuple(said)

    def cautions(self, one: Facts) -> tuple[Reason, ...]:
        """What speaks against a candidate or has to be asked first."""
        said = []
        if one.troops == 0:
            years = f"none in {self.first}-{self.year}" if not one.missions else f"none in {one.year}"
            said.append(Reason(f"units on no map of a UN mission: {years}", self.maps))
        if one.neighbour:
            said.append(
                Reason(f"shares a border with {self.host}: a neighbour may have a stake of its own", "COW contiguity")
            )
        if one.iso3 == self.holder:
            said.append(Reason(f"UCDP files {self.host} under it: it may have a stake of its own", "table of states"))
        if one.deaths is not None and one.deaths >= _DEATHS:
            said.append(
                Reason(
                    f"{one.deaths:,} deaths in organised violence on its own territory in the 12 months to "
                    f"{self.last_month}",
                    f"UCDP, known to {self.last_month}",
                )
            )
        if one.iso3 in self.at_home:
            said.append(
                Reason(f"has a UN mission at home: {', '.join(self.at_home[one.iso3])}", "register of missions")
            )
        if one.seat is not None:
            said.append(
                Reason(f"sits in the Security Council ({one.seat}) and decides on the mandate", "council_members")
            )
        if one.ideal_point_rank is not None and one.ideal_point_rank >= _FAR_RANK:
            said.append(
                Reason(
                    f"votes farther from {self.host} than {_percent(one.ideal_point_rank)} of members do", self.votes
                )
            )
        return tuple(said)


def _percent(share: float) -> str:
    return f"{min(round(100 * share), 99)} %"


def _caveats(bands: tuple[record.Band, ...], tested: tuple[str, ...], on: date) -> tuple[str, ...]:
    """What a reader must know beside the list."""
    said = [
        "who resembles earlier contributors; consent of the host, pledges, readiness and what is asked for are not "
        "known here",
        "parties are not known here: a state that fights in the host, backs a side or claims land there may be listed",
        "contributors are those named on deployment maps: single officers, observers and police outside units are not",
    ]
    if tested:
        expected, came = sum(band.expected for band in bands), sum(band.contributed for band in bands)
        said.append(
            f"scores are no sure chances: on the {len(tested)} new missions tested they expected {expected:.0f} "
            f"contributors and {came} came; read the ranks and what came of such ranks"
        )
    if on.year - last_year(on) > 1:
        said.append(f"contributions are known to the end of {last_year(on)} only")
    return tuple(said)
