"""Who is outside what: the treaties of a country, a region, an organisation, the Council or the world on a day.

A gap is a treaty that is open to a state and to which it is not a party. It weighs by a norm: the share of the other
states of its sub-region (M49) to which the treaty is open that are parties. Where the actions of a treaty are known
only up to more than two years before the day, a state without an act is not said to be outside: it may have joined.
Nothing here says why a state is outside, nor whether it keeps what a treaty asks for without being bound by it.
Statuses: treaties/status.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from forestall.instruments.nonproliferation import groups, scope
from forestall.instruments.nonproliferation.book import Book, book
from forestall.instruments.nonproliferation.groups import Group
from forestall.instruments.nonproliferation.treaties.status import Status
from forestall.store import Workspace

NORM = 0.5
"""Share of the others from which on a treaty counts as the norm of a region."""
FEW = 4
"""Fewer other states in a sub-region than this say little: then the whole region stands for it."""
YEARS_BACK = 10
STALE = timedelta(days=731)
"""How long before the day a treaty's series may end for a state without an act to count as outside."""
NEAR_UNIVERSAL = 0.95
"""Share of Member States from which on membership is called near-universal."""


@dataclass(frozen=True, slots=True)
class Line:
    """A treaty as it stands in a group. open_to: members of the group to which it is open (ISO3, sorted); each is a
    party, a signatory, has withdrawn or is none of these. suspended: those of the parties that suspended its operation.
    before: how many of them were parties ten years earlier. known_to: up to when actions are known."""

    treaty: str
    on: date
    open_to: tuple[str, ...]
    parties: tuple[str, ...]
    suspended: tuple[str, ...]
    signatories: tuple[str, ...]
    withdrawn: tuple[str, ...]
    none: tuple[str, ...]
    before: int
    known_to: date | None

    @property
    def outside(self) -> tuple[str, ...]:
        """Who is not a party: signed only, withdrawn, or neither."""
        return tuple(sorted((*self.signatories, *self.withdrawn, *self.none)))

    @property
    def stale(self) -> bool:
        """Whether actions are known up to long before the day only: some of those outside may have joined since."""
        return _stale(self.known_to, self.on)

    @property
    def share(self) -> float:
        """Share of parties among those to which it is open."""
        return len(self.parties) / len(self.open_to)


@dataclass(frozen=True, slots=True)
class Standing:
    """A treaty as it stands for one state, against the norm of its region. status: None where none of the sources of
    the treaty knows of an act. others, others_in: other states of `region` to which it is open, and how many of them
    are parties. world, world_in: the same for Member States. source: what the statuses of all rest on."""

    treaty: str
    on: date
    held: Status
    region: str
    others: int
    others_in: int
    world: int
    world_in: int
    source: str

    @property
    def bound(self) -> bool:
        """Whether the state is a party, also one that suspended the treaty's operation."""
        return self.held.status in scope.BOUND

    @property
    def stale(self) -> bool:
        """Whether actions under the treaty are known up to long before the day only."""
        return _stale(self.held.known_to, self.on)

    @property
    def unknown(self) -> bool:
        """Whether it is no party on record, and may have become one since the series ended."""
        return not self.bound and self.stale

    @property
    def outside(self) -> bool:
        """Whether the state is not a party, by actions that are known to the day or nearly."""
        return not self.bound and not self.unknown

    @property
    def share(self) -> float | None:
        """Share of the other states of the region that are parties; None if there are none."""
        return self.others_in / self.others if self.others else None

    @property
    def gap(self) -> bool:
        """Whether the state is outside while more than half of the others are in."""
        return self.outside and self.share is not None and self.share > NORM


@dataclass(frozen=True, slots=True)
class Adherence:
    """What one state's adherence to one treaty would close: `pairs` of the group that would both be bound by it.

    needed: whether the treaty's entry into force needs it (CTBT, Annex 2)."""

    treaty: str
    iso3: str
    pairs: int
    needed: bool


def lines(group: Group, workspace: Workspace, only: Sequence[str] = ()) -> tuple[Line, ...]:
    """Every treaty (or only some) that is open to a member of the group and was opened by the day, in a fixed order."""
    now, past = book(group.on, workspace), book(_years_before(group.on, YEARS_BACK), workspace)
    found = []
    for treaty in only or scope.treaties(group.on):
        open_to = tuple(code for code in group.members if scope.is_open(treaty, code, group.on))
        if open_to:
            found.append(_line(treaty, open_to, now, past))
    return tuple(found)


def _line(treaty: str, open_to: tuple[str, ...], now: Book, past: Book) -> Line:
    by: dict[str, list[str]] = {status: [] for status in scope.STATUSES}
    for code in open_to:
        by[now.word(treaty, code)].append(code)
    return Line(
        treaty=treaty,
        on=now.on,
        open_to=open_to,
        parties=tuple(sorted((*by["party"], *by["suspended"]))),
        suspended=tuple(by["suspended"]),
        signatories=tuple(by["signatory"]),
        withdrawn=tuple(by["withdrawn"]),
        none=tuple(by["none"]),
        before=_parties(past, treaty, open_to),
        known_to=now.known_to(treaty),
    )


def standings(iso3: str, on: date, workspace: Workspace) -> tuple[Standing, ...]:
    """Every treaty that is open to a state, with its status there and the norm of its region, in the register's order.

    Raises UnknownCountryError if there was no such state on the day, UsageError as `groups.compared`.
    """
    state, now = groups.compared(iso3, on), book(on, workspace)
    near, wide, world = groups.subregion(state, on), groups.region(state, on), groups.world(on)
    found = []
    for treaty in scope.treaties(on):
        if not scope.is_open(treaty, state, on):
            continue
        compared = next((one for one in (near, wide) if len(_others(treaty, state, one)) >= FEW), near)
        others, everyone = _others(treaty, state, compared), _others(treaty, "", world)
        found.append(
            Standing(
                treaty=treaty,
                on=on,
                held=now.status(treaty, state),
                region=compared.name,
                others=len(others),
                others_in=_parties(now, treaty, others),
                world=len(everyone),
                world_in=_parties(now, treaty, everyone),
                source=now.source(treaty),
            )
        )
    return tuple(found)


def _others(treaty: str, iso3: str, group: Group) -> list[str]:
    return [code for code in group.members if code != iso3 and scope.is_open(treaty, code, group.on)]


def _parties(held: Book, treaty: str, codes: Sequence[str]) -> int:
    return sum(held.word(treaty, code) in scope.BOUND for code in codes)


def by_norm(found: Sequence[Standing]) -> tuple[Standing, ...]:
    """The gaps of a state, the widest first: by the share of the others that are parties, then by that of the world."""
    held = [one for one in found if one.gap]
    return tuple(sorted(held, key=lambda one: (-(one.share or 0.0), -one.world_in / max(1, one.world), one.treaty)))


def near_universal(found: Sequence[Line]) -> tuple[Line, ...]:
    """The treaties to which nearly all states are parties, the nearest to all first."""
    held = [one for one in found if one.share >= NEAR_UNIVERSAL and one.outside and not one.stale]
    return tuple(sorted(held, key=lambda one: (-one.share, one.treaty)))


def closing(found: Sequence[Line]) -> tuple[Adherence, ...]:
    """Adherences of members of a group by its lines, those first that would bind the most pairs of members.

    An adherence binds a state together with each member that is a party already, so it closes as many gaps between two
    states. Only treaties that are in the norm of the group: more than half of those to whom they are open are parties.
    """
    held = []
    for one in found:
        if len(one.open_to) > 1 and one.share > NORM and not one.stale:
            held += [
                Adherence(one.treaty, code, len(one.parties), one.treaty == scope.CTBT and code in scope.ANNEX_2)
                for code in one.outside
            ]
    return tuple(sorted(held, key=lambda one: (-one.pairs, not one.needed, one.treaty, one.iso3)))


def by_state(found: Sequence[Adherence]) -> tuple[tuple[str, int, int], ...]:
    """ISO3, treaties of the norm it is outside of, and pairs that adherence to all of them would bind; most first."""
    codes = dict.fromkeys(one.iso3 for one in found)
    counted = [
        (code, sum(one.iso3 == code for one in found), sum(one.pairs for one in found if one.iso3 == code))
        for code in codes
    ]
    return tuple(sorted(counted, key=lambda one: (-one[2], one[0])))


def over_time(group: Group, treaty: str, days: Sequence[date], workspace: Workspace) -> tuple[int, ...]:
    """How many of the group's members of today were parties to a treaty on each of some days."""
    return tuple(_parties(book(day, workspace), treaty, group.members) for day in days)


@dataclass(frozen=True, slots=True)
class Annex2:
    """The 44 States of Annex 2 of the CTBT by status; its entry into force needs that all ratify (article XIV)."""

    ratified: tuple[str, ...]
    signed: tuple[str, ...]
    outside: tuple[str, ...]
    known_to: date | None

    @property
    def needed(self) -> tuple[str, ...]:
        """Whose ratification entry into force still needs, by code."""
        return tuple(sorted((*self.signed, *self.outside)))


def annex_2(on: date, workspace: Workspace) -> Annex2:
    """The States listed in Annex 2 of the CTBT by status on a day."""
    now = book(on, workspace)
    by: dict[str, list[str]] = {"party": [], "signatory": [], "none": []}
    for code in scope.ANNEX_2:
        word = now.word(scope.CTBT, code)
        by[word if word in by else "none"].append(code)
    return Annex2(tuple(by["party"]), tuple(by["signatory"]), tuple(by["none"]), now.known_to(scope.CTBT))


@dataclass(frozen=True, slots=True)
class Zone:
    """A nuclear-weapon-free zone. open_to, parties: its states. protocols: key of each protocol with the status of
    each state to which it is open."""

    treaty: str
    open_to: tuple[str, ...]
    parties: tuple[str, ...]
    in_force: date | None
    protocols: tuple[tuple[str, Mapping[str, str]], ...]


def zones(on: date, workspace: Workspace) -> tuple[Zone, ...]:
    """The zones opened by a day, with their protocols."""
    now = book(on, workspace)
    found = []
    for treaty in scope.zones(on):
        open_to = scope.zone_states(treaty, on)
        found.append(
            Zone(
                treaty=treaty,
                open_to=open_to,
                parties=tuple(code for code in open_to if now.word(treaty, code) in scope.BOUND),
                in_force=scope.in_force(treaty),
                protocols=tuple(
                    (key, {code: now.word(key, code) for code in scope.NUCLEAR_WEAPON_STATES})
                    for key in scope.PROTOCOLS[treaty]
                ),
            )
        )
    return tuple(found)


def core_of(iso3: str, on: date, workspace: Workspace) -> tuple[tuple[str, bool], ...]:
    """The core treaties that are open to a state, each with whether it is a party."""
    now = book(on, workspace)
    mine = [key for key in scope.core(on) if scope.is_open(key, iso3, on)]
    return tuple((key, now.word(key, iso3) in scope.BOUND) for key in mine)


def _stale(known_to: date | None, on: date) -> bool:
    return known_to is not None and on - known_to > STALE


def _years_before(day: date, years: int) -> date:
    return day.replace(year=day.year - years, day=min(day.day, 28))
