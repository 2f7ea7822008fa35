"""Why a candidate may be heard and why not, each in a clause with its figure, source and day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from forestall.errors import UnknownCountryError
from forestall.ids.countries import by_iso3
from forestall.instruments.mediation.balance import Sides, balance, votes_speak
from forestall.instruments.mediation.features import Bodies, Figures, World
from forestall.instruments.mediation.past import EPOCH, Past, days
from forestall.instruments.mediation.ranking import Reason
from forestall.instruments.mediation.record import REGISTER_ENDS
from forestall.instruments.mediation.third_parties.lexicon import actors
from forestall.instruments.phrases import listing
from forestall.regional.organisations import register

if TYPE_CHECKING:
    import numpy.typing as npt

RECORD = "forestall's record of third parties (UCDP Peace Agreement, ICB, register of processes)"
CLOSE, FAR = 20, 80
"""Percentiles of the distance in votes, among all states, that are worth a word."""
NEAR_KM = 500
TEN_YEARS = 3653
MOST_NAMED = 3
MANY_REFUGEES = 10_000
FEW_PACTS = 12
"""States that have a defence pact with the country: where more do, a pact is that of a whole region."""


@dataclass(frozen=True, eq=False)
class Basis:
    """What reasons are drawn from: the record before a day, the world on it, the conflict's country and its parties."""

    past: Past
    world: World
    found: Figures
    iso3: str
    name: str
    on: date
    sides: Sides | None = None

    @cached_property
    def known(self) -> int:
        """How many rows of the past are known at the end of the day."""
        return self.past.known(self.on + timedelta(days=1))

    @cached_property
    def here(self) -> "npt.NDArray[np.bool_]":
        """Which of these are of the country's conflicts."""
        return self.past.touches([self.iso3])[: self.known]

    @cached_property
    def told(self) -> int:
        """How many events in the country have a known third party, talks counted once."""
        return _count(self.past, self.here & self.past.who[: self.known].any(axis=1))


def reasons(basis: Basis, row: int) -> tuple[Reason, ...]:
    """Reasons for and against the candidate in a row of the figures, the weightiest first."""
    kind = basis.found.kinds[row]
    out = list(_record(basis, row))
    out += _state(basis, row) if kind == "state" else _organisation(basis, row) if kind == "organisation" else []
    return tuple(out)


def _record(basis: Basis, row: int) -> Iterator[Reason]:
    past, who = basis.past, basis.found.mediators[row]
    known = basis.known
    at = past.mediators.index(who) if who in past.mediators else -1
    acted = past.who[:known, at] > 0 if at >= 0 else np.zeros(known, bool)
    here = basis.here
    mine = acted & here
    if mine.any():
        last, count = _last(past, known, at, mine, basis.on), _count(past, mine)
        # What goes on does so as far as the register was kept.
        told = min(basis.on, REGISTER_ENDS)
        share = f"{count} of {basis.told} agreements, crises and talks" if basis.told > 1 else "the only event"
        when = f"one of them going on at {told}" if last is None else f"the last on {last}"
        yield Reason(
            f"had a role in {share} on record in {basis.name}, {when}",
            True,
            count,
            "events",
            RECORD,
            (last or told).isoformat(),
        )
    elsewhere = acted & ~here & (past.day[:known] >= days(basis.on) - TEN_YEARS)
    if elsewhere.any():
        count = _count(past, elsewhere)
        last = date.fromordinal(int(past.day[:known][elsewhere].max()) + EPOCH)
        often = "once" if count == 1 else f"in {count} agreements, crises and talks"
        yield Reason(
            f"had a role {often} elsewhere in ten years, the last from {last}",
            True,
            count,
            "events",
            RECORD,
            last.isoformat(),
        )
    elif not mine.any():
        yield Reason("no role on record anywhere in ten years", False, 0, "events", RECORD, basis.on.isoformat())


def _count(past: Past, rows: "npt.NDArray[np.bool_]") -> int:
    """Events among the first rows of the past, talks counted once each."""
    return len({past.units[at] for at in np.flatnonzero(rows)})


def _last(past: Past, known: int, at: int, rows: "npt.NDArray[np.bool_]", on: date) -> date | None:
    """The last day of a mediator's roles in these rows; None where one goes on."""
    last = int(past.last[:known, at][rows].max())
    return None if last > days(on) else date.fromordinal(last + EPOCH)


def _state(basis: Basis, row: int) -> Iterator[Reason]:
    ties, who, iso3, name = basis.world.ties, basis.found.mediators[row], basis.iso3, basis.name
    if who not in ties.states or iso3 not in ties.states:
        return
    i, j = ties.states.index(who), ties.states.index(iso3)
    ends = dict(ties.ends)

    def year(series: str) -> str:
        return str(ends.get(series, basis.on.year - 1))

    if who in ties.fights.get(iso3, frozenset()):
        yield Reason(
            f"was party to a conflict located in {name}",
            False,
            "yes",
            "status",
            "UCDP/PRIO Armed Conflict 25.1",
            year("fights"),
        )
    yield from _votes(basis, i, j, year("ideal_distance"))
    yield from _balance(basis, who, year("ideal_distance"))
    if ties.contiguous[i, j]:
        yield Reason(
            f"shares a land border with {name}",
            True,
            "yes",
            "status",
            "Correlates of War, direct contiguity",
            year("contiguous"),
        )
    elif ties.distance_km[i, j] <= NEAR_KM:
        km = round(float(ties.distance_km[i, j]), -1)
        yield Reason(
            f"lies {km:.0f} km from {name}", True, km, "km", "Gleditsch & Ward, minimum distances", year("distance")
        )
    # A pact with many (the Arab League's, the Rio Treaty) tells nothing of one; few of a bilateral kind do.
    if ties.defence[i, j] and ties.defence[:, j].sum() <= FEW_PACTS:
        text = f"is bound to the government of {name} by a defence pact"
        yield Reason(text, False, "yes", "status", "ATOP 5", year("allied"))
    if ties.rival[i, j]:
        yield Reason(
            f"was on the other side of a crisis from {name}",
            False,
            "yes",
            "status",
            "International Crisis Behavior 14; UCDP/PRIO 25.1",
            year("rival"),
        )
    if ties.coloniser[j, i] or ties.part_of[j, i]:
        text = f"once ruled {name}" if ties.coloniser[j, i] else f"{name} was once part of it"
        yield Reason(text, False, "yes", "status", "forestall, rulers of states", year("coloniser"))
    hosted = basis.world.stakes.refugees(frozenset([iso3]), who)
    if hosted >= MANY_REFUGEES:
        persons = round(hosted, -3)
        yield Reason(
            f"hosts {persons:,} refugees and asylum-seekers from {name}",
            True,
            persons,
            "persons",
            "UNHCR Refugee Data Finder",
            str(basis.world.stakes.hosted_year),
        )
    yield from _apart(basis, i, j)


def _apart(basis: Basis, i: int, j: int) -> Iterator[Reason]:
    """Language, seat in the Council, war at home."""
    ties, name = basis.world.ties, basis.name
    ends = dict(ties.ends)
    if ties.shared_language[i, j]:
        yield Reason(
            f"shares an official language with {name}",
            True,
            "yes",
            "status",
            "languages by country (mledoze/countries)",
            str(ends.get("language", basis.on.year)),
        )
    if ties.council_seat[i]:
        sits = "is a permanent member of" if ties.permanent[i] else "sits on"
        yield Reason(
            f"{sits} the Security Council",
            True,
            "yes",
            "status",
            "forestall, members of the Security Council",
            basis.on.isoformat(),
        )
    if ties.conflict_at_home[i]:
        yield Reason(
            "has an armed conflict at home",
            False,
            "yes",
            "status",
            "UCDP",
            str(ends.get("conflict_at_home", basis.on.year - 1)),
        )


def _votes(basis: Basis, i: int, j: int, year: str) -> Iterator[Reason]:
    away = basis.world.ties.ideal_distance
    distance = float(away[i, j])
    if np.isnan(distance) or not votes_speak(basis.iso3, basis.on):
        return
    known = np.delete(away[:, j], j)
    known = known[np.isfinite(known)]
    rank = round(100 * float((known < distance).mean()))
    if not CLOSE < rank < FAR:
        close = rank <= CLOSE
        yield Reason(
            f"votes {'close to' if close else 'far from'} the government in the General Assembly, distance "
            f"{distance:.1f}, percentile {rank} of states",
            close,
            round(distance, 2),
            "ideal points",
            "ideal points of General Assembly votes",
            year,
        )


def _balance(basis: Basis, who: str, year: str) -> Iterator[Reason]:
    """Whether it votes as far from the states of one side as from those of the other."""
    if basis.sides is None:
        return
    found = balance(basis.world.ties, basis.sides, who)
    if found is None or found.even is None:
        return
    beside = len(basis.sides.own) - 1
    own = basis.name + (f" and {beside} state{'' if beside == 1 else 's'} on its side" if beside else "")
    other = _listed(basis.sides.other, basis.on)
    near, far = (own, other) if found.to_own < found.to_other else (other, own)
    text = f"votes about as far from {own} as from {other}" if found.even else f"votes nearer to {near} than to {far}"
    yield Reason(
        f"{text}, mean distances {found.to_own:.1f} and {found.to_other:.1f}"
        if found.even or near == own
        else f"{text}, mean distances {found.to_other:.1f} and {found.to_own:.1f}",
        found.even,
        round(abs(found.to_own - found.to_other), 2),
        "ideal points",
        f"ideal points of General Assembly votes; sides by UCDP to {basis.sides.last_year}",
        year,
    )


def _listed(side: frozenset[str], on: date) -> str:
    """The states of a side by name, three at most."""
    names = sorted(called(one, "state", on) for one in side)
    return listing([*names[:MOST_NAMED], *([f"{len(names) - MOST_NAMED} others"] if len(names) > MOST_NAMED else [])])


def _organisation(basis: Basis, row: int) -> Iterator[Reason]:
    who, iso3, name = basis.found.mediators[row], basis.iso3, basis.name
    held: Bodies = basis.world.bodies
    day = basis.on.isoformat()
    source = "forestall's register of regional organisations"
    if who in held.acronyms:
        at = held.acronyms.index(who)
        here = held.states.index(iso3) if iso3 in held.states else -1
        if here >= 0 and held.suspended[at, here]:
            yield Reason(f"{name} is a member, but suspended", False, "suspended", "status", source, day)
        elif here >= 0 and held.full[at, here]:
            yield Reason(f"{name} is a member", True, "member", "status", source, day)
        elif basis.found.column("members_near")[row] > 0:
            yield Reason(f"neighbours of {name} are members, {name} is not", False, "none", "status", source, day)
    about = register().get(who)
    basis_of = (
        []
        if about is None
        else [one.basis for what in ("mediate", "good_offices") for one in about.may(what) if one.held(basis.on)]
    )
    if basis_of:
        yield Reason(f"may mediate by {basis_of[0]}", True, basis_of[0], "legal basis", source, day)
    if who in basis.world.stakes.present(frozenset([iso3])):
        yield Reason(
            f"has or lately had an operation in {name}",
            True,
            "yes",
            "status",
            "forestall, registers of UN missions and other operations",
            day,
        )


def called(mediator: str, kind: str, on: date) -> str:
    """The name of a mediator: a state's on the day, an organisation's or an NGO's."""
    if kind == "state":
        try:
            return by_iso3(mediator, on).name
        except UnknownCountryError:
            return by_iso3(mediator).name
    about = register().get(mediator)
    known = actors().get(mediator)
    return about.name if about is not None else known.name if known is not None else mediator
