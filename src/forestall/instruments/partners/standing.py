"""How an organisation stands to a crisis: five components, each from 0 to 1, from what was known on the day."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from forestall.instruments.partners import acts
from forestall.instruments.partners.acts import Act
from forestall.instruments.partners.crisis import Crisis
from forestall.instruments.partners.families import Family, families
from forestall.regional.organisations import Power
from forestall.store import Workspace

COMPONENTS = ("membership", "basis", "closeness", "record", "capacity")
MEMBERSHIP = {
    "member": 1.0,
    "suspended": 0.5,
    "observer": 0.25,
    "associate": 0.25,
    "partner": 0.25,
    "participant": 0.25,
}
"""What a country's own standing counts: a suspended member is bound and dealt with, but has no seat."""
BOUND = frozenset({"member", "suspended", "participant"})
"""Standings by which its charter, or its decisions, bind a country."""
OWN = 0.75
"""What membership counts, at least, where other states are party to the conflicts; the rest is the share of them that
are members too. An organisation that has the other party and not the country counts nothing."""
POLITICAL = frozenset({"mediate", "good_offices"})
FORCE = frozenset({"deploy", "intervene"})
OUTSIDE = 3
"""Acts outside its members from which an organisation counts as one that acts there."""
REACHES = 0.25
"""Reach above which its instruments are said to reach a country: more than to an observer."""
RECENT = 10
"""Years within which what it did in the country counts in full; what ended before that by half."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What an organisation had done anywhere by a day. led: operations, by country. mediated: events. largest: persons
    of the largest operation. outside: share of them in states that had no standing in it then, 0 for fewer than
    `OUTSIDE`. scaled: led and mediated together on a logarithmic scale, where the day's largest is 1."""

    led: int
    mediated: int
    largest: float | None
    outside: float
    scaled: float


NONE = Capacity(0, 0, None, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """An organisation's standing in a crisis.

    own: the country's standing in it, None if none. states_in: other states party to the conflicts that are members;
    states_out: those that are not. powers: as on the day. neighbours_in: neighbours that are members; members: how many
    it has. here: what it did in the country, by first day. led, mediated: operations that it had led and events in
    which it had a part in mediation, anywhere; largest: persons in the largest of the operations. reach: how far its
    legal bases reach the country: 1 where the country is bound or it has acted there without a standing, else the share
    of its acts that were outside its members, 0.25 at least for an observer. membership to capacity: the components, 0
    to 1.
    """

    family: Family
    own: str | None
    states_in: tuple[str, ...]
    states_out: tuple[str, ...]
    powers: tuple[Power, ...]
    neighbours_in: tuple[str, ...]
    members: int
    here: tuple[Act, ...]
    led: int
    mediated: int
    largest: float | None
    reach: float
    membership: float
    basis: float
    closeness: float
    record: float
    capacity: float

    def components(self) -> tuple[float, ...]:
        """The five components in the order of `COMPONENTS`."""
        return (self.membership, self.basis, self.closeness, self.record, self.capacity)

    @property
    def may(self) -> frozenset[str]:
        """The powers it had on the day."""
        return frozenset(one.power for one in self.powers)


def standings(workspace: Workspace, crisis: Crisis) -> tuple[Standing, ...]:
    """The standing of every organisation that existed on the day, by acronym."""
    capacity = _capacity(workspace, crisis.on)
    here: dict[str, list[Act]] = {}
    for one in acts.in_country(workspace, crisis.iso3, crisis.on):
        here.setdefault(one.organisation, []).append(one)
    return tuple(
        _standing(family, crisis, tuple(here.get(family.acronym, ())), capacity.get(family.acronym, NONE))
        for family in families(workspace, crisis.on)
    )


def _standing(family: Family, crisis: Crisis, here: tuple[Act, ...], capacity: Capacity) -> Standing:
    own = family.standings.get(crisis.iso3)
    members = family.members
    states_in = tuple(state for state in crisis.states if state in members)
    beside = tuple(sorted(crisis.neighbours & members))
    powers = family.powers(crisis.on)
    may = {one.power for one in powers}
    membership = MEMBERSHIP.get(own or "", 0.0)
    if crisis.states:
        membership *= OWN + (1 - OWN) * len(states_in) / len(crisis.states)
    whole = own in BOUND or any(not one.inside for one in here)
    reach = 1.0 if whole else max(MEMBERSHIP.get(own or "", 0.0), capacity.outside)
    others = len(members - {crisis.iso3})
    return Standing(
        family=family,
        own=own,
        states_in=states_in,
        states_out=tuple(state for state in crisis.states if state not in members),
        powers=powers,
        neighbours_in=beside,
        members=len(members),
        here=here,
        led=capacity.led,
        mediated=capacity.mediated,
        largest=capacity.largest,
        membership=membership,
        basis=reach * (0.5 * bool(may & POLITICAL) + 0.5 * bool(may & FORCE)),
        closeness=closeness(len(beside), len(crisis.neighbours), others),
        record=_record(here, crisis.on),
        reach=reach,
        capacity=(1.0 if own in MEMBERSHIP or here else capacity.outside) * capacity.scaled,
    )


def closeness(shared: int, neighbours: int, members: int) -> float:
    """Harmonic mean of the share of neighbours that are members and the share of other members that are neighbours.

    2 shared / (neighbours + members), 0 without either: an organisation of the neighbourhood and of nobody else has 1.
    """
    return 2 * shared / (neighbours + members) if neighbours + members else 0.0


def _record(here: tuple[Act, ...], on: date) -> float:
    if not here:
        return 0.0
    since = date(on.year - RECENT, 1, 1)
    return 1.0 if any((one.last or one.open_to or on) >= since for one in here) else 0.5


@lru_cache(maxsize=64)
def _capacity(workspace: Workspace, on: date) -> dict[str, Capacity]:
    led: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    events: dict[str, set[str]] = {}
    largest: dict[str, float] = {}
    for one in acts.acts(workspace, on):
        if one.kind == "operation":
            led[one.organisation] += 1
            if one.personnel is not None:
                largest[one.organisation] = max(one.personnel, largest.get(one.organisation, 0.0))
        elif one.event is not None:
            events.setdefault(one.organisation, set()).add(one.event)
        outside[one.organisation] += not one.inside
    every = Counter(one.organisation for one in acts.acts(workspace, on))
    counts = {name: (led[name], len(events.get(name, ()))) for name in every}
    top = max((sum(pair) for pair in counts.values()), default=0)
    return {
        name: Capacity(
            *pair, largest.get(name), _outside(outside[name], every[name]), math.log1p(sum(pair)) / math.log1p(top)
        )
        for name, pair in counts.items()
    }


def _outside(acts_outside: int, every: int) -> float:
    return acts_outside / every if acts_outside >= OUTSIDE else 0.0
