"""Weapons treaties on the outlook: who is outside what in the world, as a table and as a map."""

from collections.abc import Mapping, Sequence
from datetime import date

from forestall.brief import maps, theme, words
from forestall.brief.document_nonproliferation import StateCount, TreatiesPart, TreatyCount, ZoneRow
from forestall.ids.months import month_end
from forestall.instruments.nonproliferation import gaps, groups, scope
from forestall.instruments.nonproliferation.gaps import Annex2, Line, Zone
from forestall.instruments.nonproliferation.groups import name_of
from forestall.store import Workspace

CLASSES = ("up to 4", "5 or 6", "7", "8", "9", "not counted")
EDGES = (4, 6, 7, 8)
COLOURS = (*theme.CHANCES, theme.NO_FIGURE)
MAP = "treaties"
"""Name of the map on its page."""
FIRST_OUTSIDE = 12
"""Most states outside that a sentence names."""


def part(workspace: Workspace, as_of: int) -> TreatiesPart:
    """Weapons treaties in the world on the last day of a month (month_id)."""
    on = month_end(as_of)
    held = gaps.lines(groups.world(on), workspace)
    worldwide = [one for one in held if one.treaty not in scope.ZONES]
    zones = gaps.zones(on, workspace)
    return TreatiesPart(
        on=on.isoformat(),
        summary=_summary(worldwide, gaps.annex_2(on, workspace), on),
        treaties=tuple(_count(one, on) for one in worldwide),
        zones=tuple(_zone(one, on) for one in zones),
        core=tuple(scope.short_name(key) for key in scope.CORE if key in scope.core(on)),
        states=_states(on, workspace),
        data_end=_data_end(held),
    )


def _summary(held: Sequence[Line], annex: Annex2, on: date) -> tuple[str, ...]:
    """Who is outside of the treaties of nearly all states, and whose ratification the CTBT needs."""
    lines = []
    for one in gaps.near_universal(held):
        if len(one.outside) <= FIRST_OUTSIDE:
            told = words.listing(sorted(_told(code, one, on) for code in one.outside))
            lines.append(
                f"{len(one.parties)} of {len(one.open_to)} Member States are parties to the {scope.short_name(one.treaty)}; "
                f"not parties: {told}{_known(one.known_to)}."
            )
    if annex.needed and scope.CTBT in scope.treaties(on):
        needed = words.listing(_names(annex.needed, on))
        lines.append(
            f"The CTBT's entry into force needs {words.plural(len(annex.needed), 'more ratification')} of the 44 in its "
            f"Annex 2: {needed}{_known(annex.known_to)}."
        )
    return tuple(lines)


def _told(code: str, one: Line, on: date) -> str:
    note = " (signed)" if code in one.signatories else " (withdrew)" if code in one.withdrawn else ""
    return f"{name_of(code, on)}{note}"


def _known(day: date | None) -> str:
    return f" (actions known to {day})" if day is not None else ""


def _count(one: Line, on: date) -> TreatyCount:
    return TreatyCount(
        treaty=one.treaty,
        name=scope.short_name(one.treaty),
        in_force=_iso(scope.in_force(one.treaty)),
        open_to=len(one.open_to),
        parties=len(one.parties),
        suspended=len(one.suspended),
        signed_only=_names(one.signatories, on),
        withdrawn=_names(one.withdrawn, on),
        outside=_names(one.outside, on),
        before=one.before,
        known_to=_iso(one.known_to),
    )


def _zone(one: Zone, on: date) -> ZoneRow:
    return ZoneRow(
        treaty=one.treaty,
        name=scope.short_name(one.treaty),
        open_to=len(one.open_to),
        parties=len(one.parties),
        outside=_names([code for code in one.open_to if code not in one.parties], on),
        protocols=tuple(_protocol(key, held) for key, held in one.protocols),
    )


def _protocol(key: str, held: Mapping[str, str]) -> str:
    number = key.rpartition("_P")[2]
    bound = [code for code, status in held.items() if status in scope.BOUND]
    signed = [code for code, status in held.items() if status == "signatory"]
    told = f"{', '.join(bound) or 'no'} parties" + (f", {', '.join(signed)} signed" if signed else "")
    return f"{' '.join(['Protocol', number]).strip()}: {told}"


def _states(on: date, workspace: Workspace) -> tuple[StateCount, ...]:
    found = []
    for code in groups.member_states(on):
        mine = gaps.core_of(code, on, workspace)
        outside = tuple(scope.short_name(key) for key, bound in mine if not bound)
        found.append(
            StateCount(
                iso3=code,
                name=name_of(code, on),
                parties=len(mine) - len(outside),
                open_to=len(mine),
                outside=outside,
            )
        )
    return tuple(sorted(found, key=lambda one: one.name))


def _data_end(held: Sequence[Line]) -> str:
    """Whether actions of some treaties are known only up to a day before the edition's."""
    if all(one.known_to is None for one in held):
        return "Actions are known to that day."
    return "Known to: the day up to which actions are known; later ones are missing."


def _names(codes: Sequence[str], on: date) -> tuple[str, ...]:
    return tuple(sorted(name_of(code, on) for code in codes))


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def klass(parties: int | None) -> str:
    """The class of the map of a number of core treaties; None: not counted."""
    if parties is None:
        return CLASSES[-1]
    return CLASSES[sum(parties > edge for edge in EDGES)]


def legend() -> list[tuple[str, str]]:
    """The map's classes with their colours."""
    return maps.legend(CLASSES, COLOURS, MAP)


def draw(found: TreatiesPart) -> str:
    """The world by the number of core treaties to which each Member State is a party."""
    counts = {one.iso3: one.parties for one in found.states}
    fewest = sorted(found.states, key=lambda one: (one.parties, one.name))[:5]
    said_of = "; ".join(f"{one.name} {one.parties}" for one in fewest)
    return maps.by_class(
        lambda code: klass(counts.get(code)),
        CLASSES,
        COLOURS,
        name=MAP,
        title=f"Core weapons treaties by state, {found.on}",
        description=f"Fewest: {said_of}. The table by state below has all.",
    )
