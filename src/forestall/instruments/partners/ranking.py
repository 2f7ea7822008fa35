"""Regional organisations in the order of their standing in a country's crisis on a day.

The rule is a weighted mean of the five components of `standing`: who stands closest, not who would succeed. Beside it
stands a learned chance that an organisation begins something in the country within five years (`chances`), which on
cases not seen told better than the rule who comes new to a country, and about as well who acts at all
(docs/methods/regional-partners.md). Two questions, two figures: the order is that of standing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forestall.instruments.mediation.ranking import Reason
from forestall.instruments.partners import acts, members, reasons
from forestall.instruments.partners.chances import Chance, chance
from forestall.instruments.partners.crisis import Crisis, crisis
from forestall.instruments.partners.standing import COMPONENTS, Standing, standings
from forestall.store import Workspace

WEIGHTS = {"membership": 3.0, "basis": 2.0, "closeness": 1.0, "record": 3.0, "capacity": 1.0}
"""Chosen before any trial. Consent and record are what Chapter VIII and practice turn on: an organisation to which the
country belongs, and one that is there already. A legal basis comes next; without it an organisation can act all the
same, by consent or by the Council's decision. Closeness and capacity order those that are alike in the rest."""


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation and its place. score: weighted mean of its components, 0 to 1; a measure of order, no chance.

    chance: of beginning an operation or a part in mediation here within five years; None before 2005, and for a
    country without a state-based conflict in the last year known, since it was learned from such countries only.
    facts: neither for nor against: where it sits, its status at the General Assembly.
    """

    acronym: str
    called: str
    name: str
    place: int
    score: float
    chance: Chance | None
    standing: Standing
    reasons: tuple[Reason, ...]
    cautions: tuple[Reason, ...]
    facts: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Partners:
    """Organisations ranked for a country on a day, best first. data_ends: series, and the day or year where each ends.
    notes: what the reader must know."""

    crisis: Crisis
    partners: tuple[Partner, ...]
    data_ends: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


def rank(workspace: Workspace, gw_id: int, on: date) -> Partners:
    """All organisations of the register that existed on a day, ranked for a country (Gleditsch-Ward number).

    Nothing that happened after the day is used. Raises UnknownCountryError if it was no state on the day.
    """
    at = crisis(workspace, gw_id, on)
    ordered = order(standings(workspace, at))
    spells = members.spells(workspace, at.iso3, on)
    return Partners(
        crisis=at,
        partners=tuple(
            Partner(
                acronym=one.family.acronym,
                called=one.family.called,
                name=one.family.name,
                place=place,
                score=score(one),
                chance=chance(one, on) if at.conflicts else None,
                standing=one,
                reasons=reasons.favouring(one, at, spells.get(one.family.acronym, ()), _more(workspace, one, at)),
                facts=_facts(workspace, one, at),
                cautions=reasons.against(one, at, spells.get(one.family.acronym, ())),
            )
            for place, one in enumerate(ordered, 1)
        ),
        data_ends=reasons.data_ends(at),
        notes=_notes(at),
    )


def _more(workspace: Workspace, one: Standing, at: Crisis) -> tuple[Reason, ...]:
    """What its members send, of organisations that have something to do with the country."""
    sent = members.contributed(workspace, one.family, at.on) if one.own or one.here else None
    return () if sent is None else (sent,)


def _facts(workspace: Workspace, one: Standing, at: Crisis) -> tuple[Reason, ...]:
    found = (members.seat(workspace, one.family, at.iso3, at.on), members.observer(one.family, at.on))
    return tuple(fact for fact in found if fact is not None)


def score(one: Standing) -> float:
    """Weighted mean of the components."""
    return sum(WEIGHTS[name] * value for name, value in zip(COMPONENTS, one.components(), strict=True)) / sum(
        WEIGHTS.values()
    )


def order(found: Sequence[Standing]) -> tuple[Standing, ...]:
    """Best first; at a tie the one with fewer members, then by acronym."""
    return tuple(sorted(found, key=lambda one: (-score(one), one.members, one.family.acronym)))


def _notes(at: Crisis) -> tuple[str, ...]:
    out = []
    if at.year is None:
        out.append("No year of conflicts is known on this day.")
    elif not at.conflicts:
        out.append(
            f"UCDP has no state-based conflict in {at.name} in {at.year}: the order is that of a crisis to come."
        )
    if at.unresolved:
        out.append(f"Governments named as parties that no state was found for: {', '.join(at.unresolved)}.")
    if at.by_sea:
        out.append("It has no neighbour on land: those across water, up to 400 miles, are used.")
    if at.on > acts.KNOWN_TO:
        out.append(f"Operations that began or ended after {acts.KNOWN_TO} may be missing.")
    return tuple(out)
