"""A proposal beside the present Council: power, who can block, and representation by area, as of a day."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from forestall.council.reform.blocking import Blocking, blocking
from forestall.council.reform.measures import LABELS, TROOPS_END, Measure, measures
from forestall.council.reform.proposal import CATEGORY_NAMES, Proposal
from forestall.council.reform.regions import NAMES, SCHEMES, un_members
from forestall.council.reform.representation import Gap, common_division, gap, held_by_area
from forestall.council.reform.seat_power import SeatPower, WithAbstention, seat_power, with_abstention
from forestall.council.reform.seats import seat_kinds
from forestall.store import Workspace

INDICES = ("seats", "shapley_shubik", "banzhaf")


@dataclass(frozen=True)
class AreaHeld:
    """What an area holds: seats, members with a veto, and shares: of seats, of Shapley-Shubik and Banzhaf power, and of
    Banzhaf power where members may abstain (null if not worked out).
    """

    region: str
    seats: int
    vetoes: int
    seat_share: float
    shapley_shubik: float
    banzhaf: float
    banzhaf_with_abstention: float | None


@dataclass(frozen=True)
class Side:
    """A proposal, worked out. areas: in the division of the comparison, open seats last. gaps: empty where no division
    with a list of States applies.
    """

    proposal: Proposal
    power: SeatPower
    abstention: WithAbstention | None
    blocking: Blocking
    areas: tuple[AreaHeld, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Assessment:
    """A proposal, what it is compared with, and what both are set against. division: null where seats were divided
    between areas that have no list of States. due: measure -> area -> share. caveats: what a reader must know.
    """

    on: date
    division: str | None
    proposal: Side
    compare: Side | None
    measures: tuple[Measure, ...]
    due: Mapping[str, Mapping[str, float]]
    amendment: Mapping[str, Any]
    caveats: tuple[str, ...]


def assess(workspace: Workspace, proposal: Proposal, *, on: date, compare: Proposal | None = None) -> Assessment:
    """A proposal as of a day, beside another if given.

    on: figures are those known by then, States those that were Members. Raises UsageError for a day before 1946.
    """
    both = [proposal] if compare is None else [proposal, compare]
    division = common_division(*both)
    found = measures(workspace, on)
    due = {} if division is None else {one.name: one.by_region(division) for one in found}
    due = {name: shares for name, shares in due.items() if shares}
    return Assessment(
        on,
        division,
        _side(proposal, division, due),
        None if compare is None else _side(compare, division, due),
        found,
        due,
        amendment(on),
        tuple(_caveats(both, division, found)),
    )


def amendment(on: date) -> dict[str, Any]:
    """What it takes to amend the Charter (Article 108) with the Members of a day: votes, and ratifications, two
    thirds.
    """
    members = len(un_members(on))
    votes = -(-2 * members // 3)
    return {
        "members": members,
        "votes": votes,
        "ratifications": votes,
        "permanent_must_ratify": 5,
        "source": "Charter of the United Nations, Article 108",
    }


def _side(proposal: Proposal, division: str | None, due: Mapping[str, Mapping[str, float]]) -> Side:
    scheme = division or proposal.regions
    power = seat_power(proposal)
    seats = held_by_area(proposal, scheme)
    per_seat = {
        "shapley_shubik": {kind: float(value) for kind, value in power.shapley_shubik.items()},
        "banzhaf": {kind: float(value) for kind, value in power.banzhaf.items()},
    }
    third = with_abstention(proposal)
    ternary = None if third is None else {kind: float(value) for kind, value in third.banzhaf.items()}
    held = {"seats": seats} | {name: held_by_area(proposal, scheme, by) for name, by in per_seat.items()}
    abstaining = None if ternary is None else held_by_area(proposal, scheme, ternary)
    veto_seats = held_by_area(proposal, scheme, {"veto": 1.0, "other": 0.0})
    n = proposal.members
    areas = [
        AreaHeld(
            region,
            int(seats[region]),
            int(veto_seats[region]),
            seats[region] / n,
            held["shapley_shubik"][region],
            held["banzhaf"][region],
            None if abstaining is None else abstaining[region],
        )
        for region in SCHEMES[scheme]
    ]
    opened = [seat for seat in seat_kinds(proposal) if seat.open]
    for seat in opened:
        areas.append(
            AreaHeld(
                seat.region,
                seat.number,
                seat.number if seat.kind == "veto" else 0,
                seat.number / n,
                seat.number * per_seat["shapley_shubik"][seat.kind],
                seat.number * per_seat["banzhaf"][seat.kind],
                None if ternary is None else seat.number * ternary[seat.kind],
            )
        )
    gaps = []
    for against, shares_due in due.items():
        order = SCHEMES[scheme]
        for name in INDICES:
            worth = {"veto": 1.0, "other": 1.0} if name == "seats" else per_seat[name]
            each = [worth[seat.kind] for seat in opened for _ in range(seat.number)]
            values = [held[name][region] for region in order]
            gaps.append(gap(name, against, values, [shares_due[region] for region in order], each))
    return Side(proposal, power, third, blocking(proposal), tuple(areas), tuple(gaps))


def _caveats(both: Sequence[Proposal], division: str | None, found: Sequence[Measure]) -> list[str]:
    said = []
    for one in both:
        if not one.majority.stated:
            said.append(f"{one.name}: majority {one.majority.note}.")
        said += [f"{one.name} leaves open: {text}." for text in one.open]
        if one.situation is not None:
            said.append(f"{one.name}: the figures hold in one situation only: {one.situation}.")
    if division is None:
        said.append("The areas of 1946 have no list of States: nothing is set against their seats.")
    elif any(one.regions != division for one in both):
        said.append(
            f"Told in the {NAMES[division]}: seats of Western European and Other States count to Europe, although "
            "Canada, Australia and New Zealand stand for them too."
        )
    said += [
        "Power is a priori: every combination of votes, or every order, is as likely as any other; it says what a rule "
        "allows, not how States vote.",
        "States stand in the regional group they belong to today.",
    ]
    for kept in found:
        label = LABELS[kept.name]
        if kept.name == "troops" and kept.values:
            said.append(f"{TROOPS_END[0].upper()}{TROOPS_END[1:]}.")
        if not kept.values:
            said.append(f"{label[0].upper()}{label[1:]}: {kept.note}.")
        elif kept.missing:
            said.append(f"No figure for {label}: {', '.join(kept.missing)}.")
    return said


def document(found: Assessment) -> dict[str, Any]:
    """The assessment as one JSON document."""
    return {
        "on": found.on.isoformat(),
        "division": None if found.division is None else {"id": found.division, "name": NAMES[found.division]},
        "proposal": side_document(found.proposal),
        "compare": None if found.compare is None else side_document(found.compare),
        "due": {name: dict(shares) for name, shares in found.due.items()},
        "measures": [measure_document(one) for one in found.measures],
        "amendment": dict(found.amendment),
        "caveats": list(found.caveats),
    }


def measure_document(one: Measure) -> dict[str, Any]:
    """A measure without its values by State: unit, source, the years it comes from, who is missing."""
    return {
        "measure": one.name,
        "unit": one.unit or None,
        "source": one.source or None,
        "first_year": one.first_year,
        "last_year": one.last_year,
        "states": len(one.values),
        "missing": list(one.missing),
        "note": one.note or None,
    }


def side_document(side: Side) -> dict[str, Any]:
    """One proposal's part of the document: what it is, power by category, areas, blocking, gaps."""
    one = side.proposal
    return {
        **one.model_dump(mode="json", exclude={"seats", "variants", "aliases"}),
        "seats": [seat.model_dump(mode="json") for seat in one.seats],
        "variants": [{"id": v.id, "name": v.name, "note": v.note} for v in one.variants],
        "categories": categories(side),
        "efficiency": float(side.power.efficiency),
        "efficiency_exact": str(side.power.efficiency),
        "efficiency_with_abstention": None if side.abstention is None else float(side.abstention.efficiency),
        "areas": [asdict(area) for area in side.areas],
        "blocking": {
            "votes_to_block": side.blocking.votes_to_block,
            "areas": [asdict(area) for area in side.blocking.areas],
            "fewest_areas": [list(group) for group in side.blocking.fewest_areas],
            "elected_members_together": side.blocking.not_permanent,
        },
        "gaps": [asdict(one_gap) for one_gap in side.gaps],
    }


def categories(side: Side) -> list[dict[str, Any]]:
    """Seats and power of one seat and of all seats, by category and whether they use a veto, in the proposal's
    order.
    """
    counts: dict[tuple[str, str], int] = {}
    for seat in seat_kinds(side.proposal):
        counts[seat.category, seat.kind] = counts.get((seat.category, seat.kind), 0) + seat.number
    return [
        {
            "category": category,
            "name": CATEGORY_NAMES[category],
            "seats": number,
            "veto": kind == "veto",
            "shapley_shubik": float(side.power.shapley_shubik[kind]),
            "shapley_shubik_exact": str(side.power.shapley_shubik[kind]),
            "banzhaf": float(side.power.banzhaf[kind]),
            "banzhaf_exact": str(side.power.banzhaf[kind]),
            "banzhaf_absolute": float(side.power.banzhaf_absolute[kind]),
            "banzhaf_with_abstention": None if side.abstention is None else float(side.abstention.banzhaf[kind]),
        }
        for (category, kind), number in counts.items()
    ]


def _span(one: Measure) -> str:
    """The years of a measure as a chart's label says them; a quarter of a year counts as what it is."""
    if one.name == "troops" and one.last_year == 2014:
        return "2014-03"
    return f"{one.first_year}-{one.last_year}" if one.name == "conflict_deaths" else str(one.last_year)


def chart_names(found: Assessment) -> tuple[str, str]:
    """Names of the two sides in a chart's key: the proposal, and what is set beside it."""
    one = found.proposal.proposal
    beside = "" if found.compare is None else found.compare.proposal.name
    name = one.name + (f" ({one.variant})" if one.variant else "")
    return (name if name != beside else f"{name}, as proposed"), beside


def chart_rows(
    found: Assessment,
) -> list[tuple[str, dict[str, tuple[float | None, float | None]], dict[str, float]]]:
    """For a chart: area, what it holds (row -> beside, proposal), what it is due (row -> share); empty without a
    division.
    """
    if found.division is None:
        return []
    known = {one.name: one for one in found.measures}
    labels = {name: f"{LABELS[name]} ({_span(known[name])})" for name in found.due}
    beside = {area.region: area for area in found.compare.areas} if found.compare else {}
    rows = []
    for area in found.proposal.areas:
        before = beside.get(area.region)
        held: dict[str, tuple[float | None, float | None]] = {
            "seats": (None if before is None else before.seat_share, area.seat_share),
            "power (Shapley-Shubik)": (None if before is None else before.shapley_shubik, area.shapley_shubik),
            "power (Banzhaf)": (None if before is None else before.banzhaf, area.banzhaf),
        }
        due = {labels[name]: shares[area.region] for name, shares in found.due.items() if area.region in shares}
        open_to_any = area.region not in SCHEMES[found.division]
        rows.append((f"{area.region} (any area)" if open_to_any else area.region, held, due))
    return rows
