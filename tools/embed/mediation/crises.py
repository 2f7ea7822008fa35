"""Crises between states that had mediation, 1946-2017, from the International Crisis Behavior data: derived codes only.

No stored text gives the codebook's tables of values in full, so a code is used only where the crises that carry it make
its meaning plain (docs/sources/mediation-record.md lists them, and what was left out for want of that): who mediated
(medwho), what the United Nations and the regional organisation did (globactm, regactmb: 4 good offices, 7 mediation, 8
arbitration), and which regional organisation it was (regorg). Which single state mediated is not in the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids import countries
from forestall.regional import membership
from forestall.store.manifest import Source
from tools.embed.inputs import Inputs
from tools.embed.mediation.days import Day, last_of

SYSTEM = "mediation/icb1v14.csv"
ACTORS = "mediation/icb2v14.csv"
FIRST = 1946
"""Crises before the United Nations began are left out, as are states before the table of states begins."""
LAST_DAY = date(2017, 12, 31)

GLOBAL, REGIONAL, NGO, STATE, STATES, PERSON = "2", "3", "4", "5", "6", "7"
"""medwho: the main mediator was a global or regional organisation, an NGO or the Holy See, one state, several, or a
person."""
ROLES = {"4": "facilitator", "7": "mediator", "8": "mediator"}
ORGANISATIONS = {
    "2": "LAS",
    "3": "NATO",
    "4": "OAS",
    "5": "AU",
    "12": "EU",
    "13": "ASEAN",
    "14": "OSCE",
    "15": "ECOWAS",
}
"""regorg. 6, 7 and 8 are pacts that ended (SEATO, Warsaw Pact, CENTO), 10 another, 11 several: not mapped."""
_NO_DAY = {"66": 10, "77": 20, "88": 31}
"""Day codes of a month's beginning, middle and end: the last day that it can have been."""


@dataclass(frozen=True, slots=True)
class Crisis:
    """One crisis with mediation. day: when mediation began, else the last day of the crisis."""

    number: int
    day: Day
    until: Day | None
    iso3: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]
    unresolved: int
    persons: int


def source(inputs: Inputs, name: str) -> Source:
    """The publisher's entry for the manifest, for one of the two files."""
    return Source(
        name="International Crisis Behavior, " + ("crises" if name == SYSTEM else "actors"),
        version="14",
        licence="none stated; derived figures with citation",
        citation="Brecher, Wilkenfeld, Beardsley, James and Quinn (2021), International Crisis Behavior Data Codebook, "
        "version 14; Brecher and Wilkenfeld (2000), A Study of Crisis",
        url="https://sites.duke.edu/icbdata/",
        published=None,
        sha256_of_input=inputs.digests[name],
    )


def crises(inputs: Inputs) -> list[Crisis]:
    """Crises triggered since 1946 that had mediation or good offices, by number. Raises SourceError on a bad file."""
    taking_part = _actors(inputs)
    columns = (
        *("crisno", "yrtrig", "mediate", "medwho", "globactm", "regorg", "regactmb"),
        *(f"{part}{of}" for of in ("medst", "medend", "term") for part in ("yr", "mo", "da")),
    )
    found = []
    for row in inputs.csv(SYSTEM, columns).iter_rows(named=True):
        if not row["yrtrig"] or int(row["yrtrig"]) < FIRST:
            continue
        number = int(row["crisno"])
        iso3 = taking_part.get(number, ())
        held = _held(row)
        # Mediation of a crisis whose beginning is not dated is known by the end of the crisis.
        day = _day(row, "medst")
        if day is None or (held is not None and day.first > held.last):  # crisis 301 begins twenty years after its end
            day = _day(row, "term")
        if day is None or not iso3 or not (row["mediate"] == "4" or _roles(row, iso3, date(int(row["yrtrig"]), 7, 1))):
            continue
        roles = _roles(row, iso3, day.last)
        who = row["medwho"]
        found.append(
            Crisis(
                number=number,
                day=day,
                until=_later(day, held),
                iso3=iso3,
                roles=roles,
                unresolved=_unresolved(row, roles),
                persons=int(who == PERSON),
            )
        )
    return found


def _roles(row: Mapping[str, str | None], iso3: tuple[str, ...], on: date) -> tuple[tuple[str, str], ...]:
    """(organisation, role), the UN first. A regional organisation's role is plain where its act was mediation."""
    roles = []
    mediated, act = row["medwho"], row["globactm"] or ""
    if mediated == GLOBAL or act in ROLES:
        roles.append(("UN", "mediator" if mediated == GLOBAL else ROLES[act]))
    organisation, act = ORGANISATIONS.get(row["regorg"] or ""), row["regactmb"] or ""
    if organisation and act in ROLES:
        roles.append((organisation, "mediator" if mediated == REGIONAL else ROLES[act]))
    elif organisation and mediated == REGIONAL and _all_members(organisation, iso3, on):
        # The most active organisation is named, not the one that mediated. They are taken for the same only where all
        # parties belonged to it: in the Iran-Iraq war the mediation was not that of the League of Arab States.
        roles.append((organisation, "mediator"))
    return tuple(roles)


def _all_members(organisation: str, iso3: tuple[str, ...], on: date) -> bool:
    members = {one.iso3 for one in membership.members(organisation, max(on, countries.FIRST_DAY))}
    return set(iso3) <= members


def _unresolved(row: Mapping[str, str | None], roles: tuple[tuple[str, str], ...]) -> int:
    """Main mediators that the data say there was and do not name: one for `several`, of which there were more."""
    who = row["medwho"]
    if who in (NGO, STATE, STATES) or (who is None and row["mediate"] == "4"):
        return 1
    return int(who == REGIONAL and not any(organisation != "UN" for organisation, _ in roles))


def _actors(inputs: Inputs) -> dict[int, tuple[str, ...]]:
    """Crisis number to ISO3 codes of the states in crisis, by the numbers of Gleditsch and Ward."""
    found: dict[int, set[str]] = {}
    for crisis, number, year in inputs.csv(ACTORS, ("crisno", "cracid", "yrtrig")).iter_rows():
        if not year or int(year) < FIRST:  # the last line of the file is blank
            continue
        try:
            state = countries.of_ucdp(int(number), date(int(year), 12, 31))
        except UnknownCountryError as error:
            raise SourceError(f"{ACTORS}: crisis {crisis}: {error}") from error
        found.setdefault(int(crisis), set()).add(state.series_iso3)
    return {number: tuple(sorted(codes)) for number, codes in found.items()}


def _held(row: Mapping[str, str | None]) -> Day | None:
    return _day(row, "medend") or _day(row, "term")


def _later(day: Day, until: Day | None) -> Day | None:
    return until if until is not None and until.last >= day.last else None


def _day(row: Mapping[str, str | None], of: str) -> Day | None:
    """A date in three columns; days 66, 77, 88 are a month's beginning, middle and end, a blank month a year."""
    year, month, day = (row[f"{part}{of}"] for part in ("yr", "mo", "da"))
    if not year or not 1900 < int(year) < 2100:
        return None
    if not month or not 1 <= int(month) <= 12:
        return Day(date(int(year), 12, 31), "year")
    end = last_of(int(year), int(month))
    if not day or not (day in _NO_DAY or 1 <= int(day) <= 31):
        return Day(end, "month")
    if day in _NO_DAY:
        return Day(end.replace(day=min(_NO_DAY[day], end.day)), "month")
    return Day(end.replace(day=min(int(day), end.day)), "day")
