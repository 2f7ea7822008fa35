"""How the United Nations and regional organisations worked side by side in a country, as of a day.

Forms, in the words that the Council and the literature use: hybrid or joint (one operation of both), parallel (both in
the country at once), sequential (one takes over from the other), and mediation together. Found from the first and last
days of missions and operations; whether they worked well together, or at all, is not in the data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

import polars as pl

from forestall.ids import countries
from forestall.instruments.partners import acts, named
from forestall.instruments.partners.acts import Act
from forestall.instruments.partners.named import Named
from forestall.instruments.peacekeeping import register
from forestall.instruments.peacekeeping.register import Mission
from forestall.store import Workspace

Form = Literal["hybrid", "joint", "parallel", "sequential"]
HANDOVER = timedelta(days=183)
"""How far an end and a beginning may lie apart for one to have followed the other."""
NEXT = timedelta(days=31)
"""The same between two organisations, whose operations are known to the month."""
POLICE = "Police"
ONE = frozenset({"hybrid", "joint"})
UNITED_NATIONS = "UN"


@dataclass(frozen=True, slots=True)
class Worked:
    """A UN mission and an operation of an organisation in the same country, or two organisations one after the other.

    earlier, later: names, by first day. un: which of the two is the UN's ("" where neither is). first, last: of the
    time together where parallel, hybrid or joint (last None while it goes on), else the last day of the one and the
    first of the other, in order of time. months: calendar months together, None where sequential or, of one operation,
    while it goes on. supports: the UN mission is an office that supports the other.
    """

    form: Form
    organisation: str
    called: str
    earlier: str
    later: str
    un: str
    first: date
    last: date | None
    months: int | None
    supports: bool
    source: str


@dataclass(frozen=True, slots=True)
class Together:
    """Events of mediation in which the UN and an organisation both had a role. last: the newest one's day and name."""

    organisation: str
    events: int
    first: date
    last: date
    last_name: str


@dataclass(frozen=True, slots=True)
class Partnership:
    """What is known of the UN's partners in a country. resolutions: by organisation, of the Council's on this country
    whose title names it. unknown: what the data do not say. data_ends: series and where each ends."""

    iso3: str
    worked: tuple[Worked, ...]
    together: tuple[Together, ...]
    resolutions: tuple[Named, ...]
    unknown: tuple[str, ...]
    data_ends: tuple[tuple[str, str], ...]


def history(workspace: Workspace, gw_id: int, on: date) -> Partnership:
    """The UN's partnerships in a country (Gleditsch-Ward number) as of a day.

    Raises UnknownCountryError if it was no state on the day, StoreError if a table is missing.
    """
    iso3 = countries.by_gw(gw_id, on).series_iso3
    here = acts.in_country(workspace, iso3, on)
    led = [one for one in here if one.kind == "operation"]
    missions = register.ever_in_country(iso3, on, workspace)
    own = [one for act in led if act.form in ONE for one in (_one(act, missions),)]
    pairs = [
        one
        for mission in missions
        for first, last in _spells(mission, iso3)
        for act in led
        if act.form not in ONE
        for one in (_pair(mission, first, last, act, on),)
        if one is not None
    ]
    worked = sorted([*own, *pairs, *_successions(led)], key=lambda one: (one.first, one.earlier, one.later))
    return Partnership(
        iso3=iso3,
        worked=tuple(worked),
        together=_together(workspace, here, on),
        resolutions=named.resolutions(workspace, iso3, led, on),
        unknown=_unknown(led, on),
        data_ends=(
            ("UN missions", register.KNOWN_TO.isoformat()),
            ("operations, data of Bara & Hultman", "2016-12-31"),
            ("other operations, our list", acts.KNOWN_TO.isoformat()),
            ("titles of Council resolutions", named.last_day(workspace).isoformat()),
        ),
    )


def _one(act: Act, missions: Sequence[Mission]) -> Worked:
    mission = next((one for one in missions if one.mission == act.what), None)
    form: Form = "hybrid" if act.form == "hybrid" else "joint"
    return Worked(
        form=form,
        organisation=act.organisation,
        called=act.called,
        earlier=act.what,
        later=act.what,
        un=act.what,
        first=act.first,
        last=act.last,
        months=None if act.last is None else months_between(act.first, act.last),
        supports=False,
        source=act.source if mission is None else f"{act.source}; {register.SOURCE}",
    )


def _spells(mission: Mission, iso3: str) -> list[tuple[date, date | None]]:
    """When a mission was in a country: spells that touch, as where a state changed its number, are one."""
    found: list[tuple[date, date | None]] = []
    hosts = [(one.first, one.last) for one in mission.hosts if one.iso3 == iso3 and one.first is not None]
    for first, last in sorted(hosts, key=lambda pair: pair[0]):
        before = found[-1][1] if found else None
        if before is not None and first - before <= NEXT:
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _pair(mission: Mission, begun: date, un_last: date | None, act: Act, on: date) -> Worked | None:
    """How a UN mission and an operation stood to each other: sequential before parallel, since they overlap for as long
    as a handover takes. Armed operations follow armed ones, police follow police."""
    org_last = act.last or act.open_to
    first = max(begun, act.first)
    ends = [day for day in (un_last, org_last) if day is not None]
    last = min(ends) if ends else None
    alike = (mission.counted and act.armed) or (POLICE in mission.name and act.police)
    followed = _follows(begun, un_last, act.first, org_last) if alike else None
    source = "; ".join(part for part in (mission.founding, act.source) if part)
    if followed is not None:
        un_first = followed[2]
        return Worked(
            form="sequential",
            organisation=act.organisation,
            called=act.called,
            earlier=mission.mission if un_first else act.what,
            later=act.what if un_first else mission.mission,
            un=mission.mission,
            first=followed[0],
            last=followed[1],
            months=None,
            supports=False,
            source=source,
        )
    if last is not None and (last < first or last - first < NEXT):
        return None
    return Worked(
        form="parallel",
        organisation=act.organisation,
        called=act.called,
        earlier=mission.mission if begun <= act.first else act.what,
        later=act.what if begun <= act.first else mission.mission,
        un=mission.mission,
        first=first,
        last=last,
        months=months_between(first, last or on),
        supports=mission.kind == "support" and act.form == "force",
        source=source,
    )


def _follows(
    un_first: date, un_last: date | None, org_first: date, org_last: date | None
) -> tuple[date, date, bool] | None:
    """The two days of a handover in order of time, and whether the UN came first; None if there was none.

    The one that ends began before the other, and ends within half a year of the other's beginning.
    """
    if org_last is not None and org_first < un_first and abs(un_first - org_last) <= HANDOVER:
        return min(un_first, org_last), max(un_first, org_last), False
    if un_last is not None and un_first < org_first and abs(org_first - un_last) <= HANDOVER:
        return min(org_first, un_last), max(org_first, un_last), True
    return None


def _successions(led: Sequence[Act]) -> list[Worked]:
    """Operations of different organisations of which one began as the other ended, both armed or both of police: within
    a month, since they are known to the month."""
    found = []
    for before in led:
        for after in led:
            apart = before.organisation != after.organisation and before.first < after.first
            alike = (before.armed and after.armed) or (before.police and after.police)
            if not (apart and alike) or before.last is None or abs(after.first - before.last) > NEXT:
                continue
            found.append(
                Worked(
                    form="sequential",
                    organisation=after.organisation,
                    called=after.called,
                    earlier=f"{before.what} ({before.called})",
                    later=f"{after.what} ({after.called})",
                    un="",
                    first=min(before.last, after.first),
                    last=max(before.last, after.first),
                    months=None,
                    supports=False,
                    source="; ".join(dict.fromkeys((before.source, after.source))),
                )
            )
    return found


def _together(workspace: Workspace, here: Sequence[Act], on: date) -> tuple[Together, ...]:
    roles = acts.roles(workspace)
    if roles.is_empty():
        return ()
    with_un = set(roles.filter(pl.col("mediator") == UNITED_NATIONS, pl.col("day") <= on)["talks"].to_list())
    found: dict[str, list[Act]] = {}
    for one in here:
        if one.kind == "mediation" and one.event in with_un:
            found.setdefault(one.organisation, []).append(one)
    return tuple(
        Together(name, len(held), held[0].first, held[-1].first, held[-1].name)
        for name, held in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )


def _unknown(led: Sequence[Act], on: date) -> tuple[str, ...]:
    out = [
        "Who asked whom, who paid, and how well they worked together is not in these data.",
        "Agreements, joint task forces and logistics between the UN and organisations are not in them either, nor are "
        "operations by states on their own.",
    ]
    lost = [act.what for act in led if act.last is None and act.open_to is not None]
    if lost:
        out.append(f"When these ended is not known: {', '.join(lost)}.")
    if on > acts.KNOWN_TO:
        out.append(f"What began or ended after {acts.KNOWN_TO} may be missing.")
    return tuple(out)


def months_between(first: date, last: date) -> int:
    """Calendar months that a span of days touches: 1 within one month."""
    return (last.year - first.year) * 12 + last.month - first.month + 1
