"""`forestall treaties PLACE --gaps`: who is outside what, of a country or of a group of states."""

from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.common import print_json
from forestall.cli.terminal import new_table
from forestall.cli.terminal import show as print_tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from forestall.instruments.nonproliferation.gaps import Adherence, Annex2, Line, Standing, Zone
    from forestall.instruments.nonproliferation.groups import Group
    from forestall.store import Workspace

_NAMED = 6
"""States outside that a row of the table names; more are counted."""
_CLOSING = 5
ABOUT = (
    "A status tells what a state is bound by, not whether it carries it out, nor why it is outside. Parties: in law, "
    "those that suspended a treaty's operation among them."
)


def show(place: str, on: "date", as_json: bool) -> None:
    """Print the gaps of a country, or of each member of a region, an organisation (acronym), "Council" or "World".

    Raises UsageError for what nobody knows.
    """
    from forestall.instruments.nonproliferation import groups
    from forestall.store import Workspace

    workspace = Workspace.open()
    found = groups.group(place, on, workspace)
    if found.kind == "country":
        _country(found, workspace, as_json)
    else:
        _group(found, workspace, as_json)


def _country(found: "Group", workspace: "Workspace", as_json: bool) -> None:
    from forestall.instruments.nonproliferation import gaps

    held = gaps.standings(found.key, found.on, workspace)
    widest = gaps.by_norm(held)
    annex = gaps.annex_2(found.on, workspace)
    if as_json:
        print_json(
            {
                "iso3": found.key,
                "name": found.name,
                "on": found.on.isoformat(),
                "treaties": [_standing(one) for one in held],
                "gaps": [one.treaty for one in widest],
                "annex_2": found.key in annex.needed,
                "about": ABOUT,
            }
        )
        return
    table = new_table(
        f"{found.name} on {found.on}: party to {sum(one.held.status == 'party' for one in held)} of {len(held)} "
        "treaties open to it",
        ["Treaty", "Status", "Since"],
        ["Region", "World"],
    )
    for one in held:
        mark = " *" if one.gap else ""
        table.add_row(
            one.treaty + mark,
            _word(one),
            one.held.since_text or "-",
            f"{one.others_in} of {one.others}",
            f"{one.world_in} of {one.world}",
        )
    print_tables(table)
    regions = dict.fromkeys(one.region for one in held)
    _say(f"Region: parties among the other states of {' or '.join(regions)} to which the treaty is open.")
    _say("Star: not a party to what more than half of the other states of its region are parties to.")
    if widest:
        first = widest[0]
        _say(
            f"Adherence that would close most gaps: {_name(first.treaty)}, to which {first.others_in} of "
            f"{first.others} others in {first.region} and {first.world_in} of {first.world} Member States are parties."
        )
    if found.key in annex.needed:
        _say("Its ratification is needed for the CTBT to enter into force (Annex 2).")
    _foot((one.held.known_to for one in held), found)


def _group(found: "Group", workspace: "Workspace", as_json: bool) -> None:
    from forestall.instruments.nonproliferation import gaps

    lines = gaps.lines(found, workspace)
    closing = gaps.closing(lines)
    annex = gaps.annex_2(found.on, workspace)
    zones = [one for one in gaps.zones(found.on, workspace) if set(one.open_to) & set(found.members)]
    if as_json:
        print_json(
            {
                "place": found.key,
                "kind": found.kind,
                "name": found.name,
                "on": found.on.isoformat(),
                "members": list(found.members),
                "treaties": [_line(one, found.members) for one in lines],
                "annex_2": _annex(annex, found.members),
                "zones": [_zone(one) for one in zones],
                "adherences": [_adherence(one) for one in closing],
                "by_state": [
                    {"iso3": code, "treaties": number, "pairs": pairs} for code, number, pairs in gaps.by_state(closing)
                ],
                "by_year": _by_year(found, lines, workspace),
                "about": ABOUT,
            }
        )
        return
    table = new_table(
        f"{found.name} on {found.on}: {len(found.members)} states",
        ["Treaty"],
        ["Open to", "Parties", "Signed", "Before"],
    )
    table.add_column("Not parties")
    for one in lines:
        table.add_row(
            one.treaty,
            str(len(one.open_to)),
            str(len(one.parties)),
            str(len(one.signatories)),
            str(one.before),
            _codes(one.outside),
        )
    print_tables(table)
    _say(f"States: {found.about}. Before: parties among them ten years earlier.")
    for one in lines:
        if one.suspended:
            _say(f"{_name(one.treaty)}: operation suspended by {', '.join(one.suspended)}.")
        if one.withdrawn:
            _say(f"{_name(one.treaty)}: withdrew: {', '.join(one.withdrawn)}.")
    needed = [code for code in annex.needed if code in found.members]
    if needed:
        _say(f"CTBT: entry into force needs {', '.join(needed)} (of {len(annex.needed)} in all).")
    for zone in zones:
        _say(f"{_name(zone.treaty)}: {len(zone.parties)} of {len(zone.open_to)} states of the zone. {_protocols(zone)}")
    if closing:
        told = "; ".join(f"{one.iso3} to {_name(one.treaty)} ({one.pairs})" for one in closing[:_CLOSING])
        _say(f"Adherences that would bind most pairs of these states by the same treaty: {told}.")
        told = "; ".join(f"{code} ({number})" for code, number, _ in gaps.by_state(closing)[:_CLOSING])
        _say(f"Outside of most treaties that are the norm among them: {told}.")
    _foot((one.known_to for one in lines), found)


def _name(treaty: str) -> str:
    from forestall.instruments.nonproliferation import scope

    return scope.short_name(treaty)


def _word(one: "Standing") -> str:
    """The status; where the series ended long before the day, only what is known at least."""
    if not one.unknown:
        return one.held.status
    return "signed at least" if one.held.status == "signatory" else "not known"


def _standing(one: "Standing") -> dict[str, Any]:
    return {
        "treaty": one.treaty,
        "name": _name(one.treaty),
        "status": one.held.status,
        "since": one.held.since_text,
        "unknown": one.unknown,
        "gap": one.gap,
        "region": one.region,
        "others": one.others,
        "others_in": one.others_in,
        "world": one.world,
        "world_in": one.world_in,
        "source": one.held.source,
        "known_to": _iso(one.held.known_to),
    }


def _line(one: "Line", members: "Sequence[str]") -> dict[str, Any]:
    return {
        "treaty": one.treaty,
        "name": _name(one.treaty),
        "open_to": len(one.open_to),
        "not_open_to": sorted(set(members) - set(one.open_to)),
        "parties": len(one.parties),
        "signatory": list(one.signatories),
        "suspended": list(one.suspended),
        "withdrawn": list(one.withdrawn),
        "none": list(one.none),
        "parties_ten_years_before": one.before,
        "known_to": _iso(one.known_to),
    }


def _annex(annex: "Annex2", members: "Sequence[str]") -> dict[str, Any]:
    return {
        "ratified": len(annex.ratified),
        "needed": list(annex.needed),
        "signed": list(annex.signed),
        "needed_here": [code for code in annex.needed if code in members],
        "known_to": _iso(annex.known_to),
    }


def _zone(one: "Zone") -> dict[str, Any]:
    return {
        "treaty": one.treaty,
        "name": _name(one.treaty),
        "open_to": list(one.open_to),
        "parties": list(one.parties),
        "in_force": _iso(one.in_force),
        "protocols": [{"protocol": key, "statuses": dict(held)} for key, held in one.protocols],
    }


def _adherence(one: "Adherence") -> dict[str, Any]:
    return {"iso3": one.iso3, "treaty": one.treaty, "pairs": one.pairs, "annex_2": one.needed}


def _by_year(found: "Group", lines: "Sequence[Line]", workspace: "Workspace") -> list[dict[str, Any]]:
    """Parties among the members of today at the end of every fifth year, and on the day itself."""
    from datetime import date

    from forestall.instruments.nonproliferation import gaps, scope

    days = [*(date(year, 12, 31) for year in range(1970, found.on.year, 5)), found.on]
    return [
        {
            "treaty": one.treaty,
            "parties": {
                day.isoformat(): number
                for day, number in zip(days, gaps.over_time(found, one.treaty, days, workspace), strict=True)
            },
        }
        for one in lines
        if one.treaty in scope.core(found.on)
    ]


def _protocols(zone: "Zone") -> str:
    told = []
    for key, held in zone.protocols:
        bound = [code for code, status in held.items() if status == "party"]
        number = key.rpartition("_P")[2]
        told.append(f"{' '.join(['Protocol', number]).strip()}: {', '.join(bound) or 'none'}")
    of = "China, France, the Russian Federation, the United Kingdom and the United States"
    return f"Parties among {of}: {'; '.join(told)}." if told else ""


def _codes(codes: "Sequence[str]") -> str:
    return ", ".join(codes) if len(codes) <= _NAMED else f"{len(codes)}"


def _iso(day: "date | None") -> str | None:
    return None if day is None else day.isoformat()


def _foot(known: "Any", found: "Group") -> None:
    days = sorted({day for day in known if day is not None and day < found.on})
    if days:
        span = f"{days[0]}" if len(days) == 1 else f"days from {days[0]} to {days[-1]}, by treaty"
        _say(f"Actions are known to {span}; later ones are missing (--json has the day of each treaty).")
    _say(ABOUT)


def _say(line: str) -> None:
    typer.echo(f"* {line}")
