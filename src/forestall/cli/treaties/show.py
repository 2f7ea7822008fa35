"""`forestall treaties COUNTRY|TREATY`: statuses of a state, the states of a treaty, or the totals of all treaties."""

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.common import print_json
from forestall.cli.terminal import new_table
from forestall.cli.terminal import show as print_tables

if TYPE_CHECKING:
    from forestall.instruments.nonproliferation.treaties.register import Treaty
    from forestall.instruments.nonproliferation.treaties.status import Status

SOURCE = "depositaries and agreement databases; docs/sources/nonproliferation-treaties.md"
ABOUT = "A status says what a state is bound by, not whether it carries it out."
_ROWS_OF_SIGNATORIES = ("signatory", "suspended", "withdrawn")


def show(query: str | None, on: date, as_json: bool) -> None:
    """Print the treaties of a state, the states of a treaty, or without either the totals of all treaties.

    Raises UsageError for a word that nobody knows, UnknownCountryError for a state that did not exist on the day.
    """
    if query is None:
        _totals(on, as_json)
        return
    from forestall.instruments.nonproliferation.treaties.find import Key, find

    found = find(query, on)
    if isinstance(found, Key):
        _treaty(found, on, as_json)
    else:
        _state(found, on, as_json)


def _state(iso3: str, on: date, as_json: bool) -> None:
    from forestall.instruments.nonproliferation.treaties import register, status
    from forestall.instruments.nonproliferation.treaties.find import name_then

    found = status.status(iso3, on)
    past = status.ended(iso3, on)
    name = name_then(iso3, on)
    if as_json:
        print_json(
            {
                "iso3": iso3,
                "on": on.isoformat(),
                "name": name,
                "treaties": [
                    {"treaty": register.usual(one.treaty), "key": one.treaty, **_document(one)} for one in found
                ],
                "ended": [{"treaty": register.usual(key), "key": key, "ended": day.isoformat()} for key, day in past],
                "source": SOURCE,
            }
        )
        return
    counted = Counter(one.status for one in found)
    told = ", ".join(f"{counted[word]} {word}" for word in status.STATUSES if counted[word])
    table = new_table(f"{name} ({iso3}) on {on}, {len(found)} treaties: {told}", ["Treaty", "Status", "Since"], [])
    table.add_column("Known to", no_wrap=True)
    table.add_column("What it asks for")
    for one in found:
        about = register.treaty(one.treaty)
        table.add_row(
            register.usual(one.treaty),
            one.status,
            one.since_text or "-",
            _iso(one.known_to) or "",
            about.obligations or about.name,
        )
    print_tables(table)
    for one in found:
        if one.note:
            _say(f"{register.usual(one.treaty)}: {one.note} ({one.source}).")
        if one.in_force is not None and one.in_force > on:
            _say(f"{register.usual(one.treaty)}: enters into force for {name} on {one.in_force}.")
    if past:
        _say(f"Ended before this day: {', '.join(f'{register.usual(key)} ({day})' for key, day in past)}.")
    _foot()


def _treaty(key: str, on: date, as_json: bool) -> None:
    from forestall.instruments.nonproliferation.treaties import register, status
    from forestall.instruments.nonproliferation.treaties.find import name_then

    about, found = register.treaty(key), status.standings(key, on)
    end = status.known_to(key)
    words = Counter(one.status for one in found)
    if as_json:
        print_json(
            {
                "treaty": register.usual(key),
                "key": key,
                "on": on.isoformat(),
                **_about(about),
                "parties": words["party"] + words["suspended"],
                "signatories": words["signatory"],
                "suspended": words["suspended"],
                "withdrawn": words["withdrawn"],
                "known_to": _iso(end),
                "states": [{"iso3": one.iso3, **_document(one)} for one in found],
                "source": SOURCE,
            }
        )
        return
    _say(about.name)
    for label, value in (
        ("Asks for", about.obligations),
        ("Opened", _iso(about.opened)),
        ("In force", _iso(about.in_force)),
        ("Ended", _iso(about.ended)),
        ("Enters into force", about.condition),
        ("Withdrawal", about.withdrawal),
        ("Depositary", about.depositary),
        ("Sources", "; ".join(about.sources)),
    ):
        if value:
            _say(f"{label}: {value}")
    if about.opened is not None and about.opened > on:
        _say(f"It had not opened on {on}.")
        return
    if about.ended is not None and about.ended < on:
        _say(f"It had ended on {about.ended} and binds nobody on {on}; give an earlier day with --on.")
        return
    parties = words["party"] + words["suspended"]
    told = f"{register.usual(key)} on {on}: {parties} parties, {words['signatory']} signatories only"
    told += "".join(f", {words[word]} {word}" for word in ("suspended", "withdrawn") if words[word])
    table = new_table(told, [], [])
    table.add_column("State", max_width=34)
    table.add_column("Status", no_wrap=True)
    table.add_column("Since", no_wrap=True)
    table.add_column("Source")
    for one in found:
        table.add_row(name_then(one.iso3, on), one.status, one.since_text or "-", one.source or "")
    print_tables(table)
    for one in found:
        if one.note and one.status in _ROWS_OF_SIGNATORIES:
            _say(f"{name_then(one.iso3, on)}: {one.note}.")
    if end is not None and on > end:
        _say(f"Actions of all states are known to {end}; later ones are missing here.")
    _foot()


def _totals(on: date, as_json: bool) -> None:
    from forestall.instruments.nonproliferation.treaties import register, status

    found = status.totals(on)
    if as_json:
        print_json(
            {
                "on": on.isoformat(),
                "treaties": [
                    {
                        "treaty": register.usual(one.treaty),
                        "key": one.treaty,
                        "name": register.treaty(one.treaty).name,
                        "parties": one.parties,
                        "signatories": one.signatory,
                        "suspended": one.suspended,
                        "withdrawn": one.withdrawn,
                        "known_to": _iso(one.known_to),
                    }
                    for one in found
                ],
                "source": SOURCE,
            }
        )
        return
    table = new_table(f"Treaties on {on}: states by status", ["Treaty"], ["Parties", "Signed only", "Left", "Known to"])
    table.add_column("Name")
    for one in found:
        table.add_row(
            register.usual(one.treaty),
            str(one.parties),
            str(one.signatory),
            str(one.withdrawn),
            _iso(one.known_to) or "-",
            register.treaty(one.treaty).name,
        )
    print_tables(table)
    _foot()


def _document(one: "Status") -> dict[str, Any]:
    return {
        "status": one.status,
        "since": one.since_text,
        "source": one.source,
        "in_force": _iso(one.in_force),
        "known_to": _iso(one.known_to),
        "note": one.note,
    }


def _about(one: "Treaty") -> dict[str, Any]:
    return {
        "name": one.name,
        "field": one.field or None,
        "opened": _iso(one.opened),
        "in_force": _iso(one.in_force),
        "ended": _iso(one.ended),
        "depositary": one.depositary,
        "obligations": one.obligations,
        "withdrawal": one.withdrawal,
        "condition": one.condition,
        "protocols": list(one.protocols),
        "sources": list(one.sources),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _foot() -> None:
    _say(f"Known to: last day up to which the actions of all states are known. {ABOUT} Source: {SOURCE}.")


def _say(line: str) -> None:
    typer.echo(line)
