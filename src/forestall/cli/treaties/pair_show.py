"""`forestall treaties A --with B`: confidence-building measures between two states, their disputes and rivalry."""

from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.common import note, print_json
from forestall.cli.terminal import new_table
from forestall.cli.terminal import show as print_tables

if TYPE_CHECKING:
    from forestall.instruments.nonproliferation.cbm import Offer
    from forestall.instruments.nonproliferation.pairs import Dispute

ABOUT = "The list says what was agreed, not whether it is carried out; what states keep to themselves is not in it."


def show(iso3: str, other: str, on: date, as_json: bool) -> None:
    """Print what is agreed between two states on a day to build confidence, and what stands between them.

    Raises UnknownCountryError for a state that nobody knows or that did not exist, UsageError for one with itself.
    """
    from forestall.instruments.nonproliferation import cbm, pairs
    from forestall.instruments.nonproliferation.rivalry import ends, last_rivalry
    from forestall.regional.find import state
    from forestall.regional.membership import state_then

    one, two = state(iso3, on), state(other, on)
    offers = cbm.between(one, two, on)
    open_ones = pairs.disputes_between(one, two, on)
    crisis, conflict = last_rivalry(one, two, on)
    crises_end, conflicts_end = ends(on)
    if on > cbm.KNOWN_TO:
        note(f"measures and disputes are known to {cbm.KNOWN_TO}; later ones are missing here")
    names = f"{state_then(one, on)} and {state_then(two, on)}"
    if as_json:
        document: dict[str, Any] = {"iso3": one, "on": on.isoformat(), "with": two, "names": names}
        for key, status in (("measures", "in force"), ("suspended",) * 2, ("signed",) * 2, ("ended",) * 2):
            document[key] = [_document(it) for it in offers if it.status == status]
        document["disputes"] = [_dispute(it, on) for it in open_ones]
        document["rivalry"] = {
            "last_crisis": crisis,
            "crises_end": crises_end,
            "last_conflict": conflict,
            "conflicts_end": conflicts_end,
            "source": "ICB 14; UCDP/PRIO Armed Conflict Dataset 25.1",
        }
        about = {"source": cbm.SOURCE, "data_end": cbm.KNOWN_TO.isoformat(), "unknown": list(pairs.UNKNOWN)}
        print_json(document | about | {"meaning": ABOUT})
        return
    _print(names, on, offers)
    for it in open_ones:
        first, second = (claim or "not held for this day" for claim in pairs.claims_then(it, on))
        _say(
            f"Dispute since {it.span.since}: {it.name}. {it.iso3}: {first}. {it.other}: {second}. "
            f"Source: {it.source}{_unseen(it.looked_up)}."
        )
        told = pairs.dispute_note(it, on)
        if told:
            _say(told)
    if not open_ones:
        _say("No territorial dispute in our list on this day.")
    _say(
        f"Last crisis between them: {crisis or 'none'} (ICB, begun by {crises_end}). Last armed conflict with them on "
        f"opposite sides: {conflict or 'none'} (UCDP, to {conflicts_end})."
    )
    _say(f"Measures and disputes known to {cbm.KNOWN_TO}. {ABOUT} Source: {cbm.SOURCE}.")


def _print(names: str, on: date, offers: "tuple[Offer, ...]") -> None:
    from forestall.instruments.nonproliferation.cbm import KINDS

    holds = [it for it in offers if it.status == "in force"]
    wide = sum(it.measure.reach == "universal" for it in holds)
    title = f"{names} on {on}: {len(holds)} measures in force, {wide} of them open to all states"
    table = new_table(title, [], [])
    table.add_column("Measure")
    table.add_column("Since", no_wrap=True)
    table.add_column("Standing")
    table.add_column("Offers")
    for it in holds:
        standing = it.measure.standing + (", of choice" if it.measure.voluntary else "")
        offers_what = f"{KINDS[it.measure.kinds[0]].capitalize()}. {it.measure.obliges}"
        table.add_row(it.measure.name, it.since or "-", standing, offers_what)
    if holds:
        print_tables(table)
    else:
        typer.echo(f"{names} on {on}: no measure in force in our register.")
    for it in offers:
        if it.status == "ended":
            _say(f"Ended: {it.measure.name} ({it.since} to {it.until}).")
        elif it.status == "signed":
            _say(f"Signed, not in force or not known to be: {it.measure.name} ({it.measure.signed}).")
        elif it.status == "suspended":
            _say(f"Suspended: {it.measure.name} (since {it.since}): {it.note}.")
        elif it.note:
            _say(f"{it.measure.name}: {it.note}")
    unseen = sum(not it.measure.looked_up for it in holds)
    if unseen:
        _say(f"{unseen} of {len(holds)} measures in force have not been looked up in a stored public page.")


def _document(it: "Offer") -> dict[str, Any]:
    return {
        "measure": it.measure.key,
        "name": it.measure.name,
        "kind": list(it.measure.kinds),
        "obliges": it.measure.obliges,
        "status": it.status,
        "signed": it.measure.signed,
        "since": it.since,
        "until": it.until,
        "standing": it.measure.standing,
        "reach": it.measure.reach,
        "voluntary": it.measure.voluntary,
        "basis": it.basis,
        "note": it.note,
        "source": it.measure.source,
        "looked_up": it.measure.looked_up,
    }


def _dispute(it: "Dispute", on: date) -> dict[str, Any]:
    from forestall.instruments.nonproliferation.pairs import claims_then, dispute_note

    return {
        "name": it.name,
        "kind": it.kind,
        "since": it.span.since,
        "claims": dict(zip((it.iso3, it.other), claims_then(it, on), strict=True)),
        "source": it.source,
        "looked_up": it.looked_up,
        "note": dispute_note(it, on),
    }


def _unseen(looked_up: bool) -> str:
    return "" if looked_up else " (not looked up)"


def _say(text: str) -> None:
    typer.echo(f"* {text}")
