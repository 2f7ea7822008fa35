"""`forestall mediators`: who has talked to the parties of a country's conflicts, who might, and what was agreed."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Json, note, print_json

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from forestall.instruments.mediation.agreements import Agreement
    from forestall.instruments.mediation.ranking import Candidate, Ranking
    from forestall.instruments.mediation.similar import Similar

SHOWN = 5
"""Candidates shown in each part of a list where --top does not say."""


AGREEMENTS = 10
"""Agreements shown, the newest, where --all is not given."""


class KindName(StrEnum):
    """The three lists."""

    STATE = "state"
    ORGANISATION = "organisation"
    NGO = "ngo"


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("mediators")(mediators)


def mediators(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="ISO3 code, Gleditsch-Ward number or name.")],
    *,
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day; default: today.")] = None,
    kind: Annotated[KindName | None, typer.Option("--kind", help="Only this list.")] = None,
    top: Annotated[
        int | None,
        typer.Option("--top", metavar="N", min=1, help=f"Places of each list; default: {SHOWN} there and {SHOWN} new."),
    ] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Every candidate of each list.")] = False,
    agreed: Annotated[bool, typer.Option("--agreements", help="Show the record of agreements too.")] = False,
    alike: Annotated[bool, typer.Option("--similar", help="Show the nearest past cases elsewhere too.")] = False,
    as_json: Json = False,
) -> None:
    """Show possible mediators: states, organisations and NGOs, already there or new, with reasons for and against."""
    from dataclasses import asdict

    from forestall.cli.council.days import day_or_today
    from forestall.errors import UsageError
    from forestall.instruments.mediation import service
    from forestall.instruments.mediation.agreements import agreements
    from forestall.instruments.mediation.record import REGISTER_ENDS
    from forestall.instruments.mediation.similar import similar
    from forestall.store import Workspace

    if everyone and top is not None:
        raise UsageError("--all shows every candidate and --top N the first N: give one of the two")
    when = day_or_today(on)
    gw_id = _unit(country, when)
    if when > REGISTER_ENDS:
        note(f"talks are known to {REGISTER_ENDS}; later ones are missing here")
    workspace = Workspace.open()
    found = service.rank(workspace, gw_id, when)
    wanted = tuple(one for one in found.candidates if kind is None or one.kind == kind.value)
    if as_json:
        listed = wanted if top is None else tuple(one for one in wanted if one.place <= top)
        told = [asdict(one) for one in agreements(workspace, found.iso3, when)]
        print_json(
            _document(found, listed) | {"agreements": told, "similar": asdict(similar(workspace, found.iso3, when))}
        )
        return
    _print(found, _shown(wanted, top, everyone))
    if agreed:
        held = agreements(workspace, found.iso3, when)
        _print_agreements(held if everyone else held[:AGREEMENTS], len(held), found)
    if alike:
        _print_similar(similar(workspace, found.iso3, when), found)


def _unit(country: str, when: "date") -> int:
    """The Gleditsch-Ward number that a country's events are counted under, said where it is another state's.

    Raises UnknownCountryError if nobody knows the country on the day.
    """
    from forestall.errors import UsageError
    from forestall.ids.countries import by_gw, resolve

    state = resolve(country, when)
    if state.gw_id is not None:
        return state.gw_id
    if state.counted_with is None:
        raise UsageError(
            f"{state.name} is no state of its own in these figures: give the state that it is counted with"
        )
    other = by_gw(state.counted_with, when)
    note(f"UCDP counts events in {state.name} under {other.name}: this is the answer on {other.name}, both together")
    return state.counted_with


def _shown(wanted: "tuple[Candidate, ...]", top: int | None, everyone: bool) -> "tuple[Candidate, ...]":
    if everyone:
        return wanted
    if top is not None:
        return tuple(one for one in wanted if one.place <= top)
    out: list[Candidate] = []
    seen: dict[tuple[str, bool], int] = {}
    for one in wanted:
        part = (one.kind, one.there)
        seen[part] = seen.get(part, 0) + 1
        if seen[part] <= SHOWN:
            out.append(one)
    return tuple(out)


def _document(found: "Ranking", listed: "tuple[Candidate, ...]") -> dict[str, Any]:
    from dataclasses import asdict

    from forestall.instruments.mediation.sentences import MEANING, ends

    # By score across the lists: the first few are the likeliest. Places within a list put those already there first.
    ordered = sorted(listed, key=lambda one: (-one.score, one.place))
    return {
        "iso3": found.iso3,
        "as_of": found.on.isoformat(),
        "name": found.name,
        "meaning": MEANING,
        "parties": [asdict(one) for one in found.parties],
        "candidates": [_candidate(one, found.on) for one in ordered],
        "short_list": [one.mediator for one in found.short_list],
        "tandems": [asdict(one) for one in found.tandems],
        "fared": [asdict(one) for one in found.fared],
        "data_ends": [{"series": series, "end": end} for series, end in ends(found)],
        "notes": list(found.notes),
    }


def _candidate(one: "Candidate", on: "date") -> dict[str, Any]:
    from dataclasses import asdict

    from forestall.instruments.mediation.sentences import spoken_of

    return {
        "mediator": one.mediator,
        "kind": one.kind,
        "name": one.name,
        "place": one.place,
        "score": one.score,
        "low": one.low,
        "high": one.high,
        "level": 0.8,
        "there": one.there,
        "reasons": [each.text for each in one.reasons],
        "cautions": [each.text for each in one.cautions],
        "evidence": [asdict(each) | {"on": spoken_of(each, on)} for each in (*one.reasons, *one.cautions)],
    }


def _print(found: "Ranking", shown: "tuple[Candidate, ...]") -> None:
    from forestall.cli import mediator_tables as tables
    from forestall.cli.terminal import show
    from forestall.instruments.mediation.ranking import KINDS
    from forestall.instruments.mediation.sentences import MEANING, data_ends, notes

    typer.echo(f"{found.name} ({found.iso3}), possible mediators as of {found.on}. {MEANING}")
    _say(notes(found))
    if not any(one.there for one in found.candidates):
        _say(["Nobody is on record as a third party here before: all would be new."])
    if found.parties:
        show(tables.parties(found))
    sources = tables.Sources(found.on)
    for kind in KINDS:
        rows = [one for one in shown if one.kind == kind]
        if rows:
            there, new = [one for one in rows if one.there], [one for one in rows if not one.there]
            show(tables.kind(tables.TITLES[kind], there, new, sources))
    if shown:
        _say([tables.SCORE])
    _say(tables.short_list(found), mark="")
    if found.fared:
        show(tables.fared(found.fared))
    _say(sources.lines())
    _say([data_ends(found)] if found.data_ends else [])


def _print_agreements(found: "tuple[Agreement, ...]", number: int, ranked: "Ranking") -> None:
    from forestall.cli import mediator_tables as tables
    from forestall.cli.terminal import show
    from forestall.instruments.mediation.agreements import UCDP
    from forestall.instruments.mediation.record_sentences import publishers

    if not found:
        _say([f"{UCDP} has no peace agreement in {ranked.name} by {ranked.on}."])
        return
    show(tables.agreements(found, ranked.name))
    if number > len(found):
        _say([f"{number - len(found)} earlier ones: --all."])
    _say([f"{publishers(found)}; ends of agreements are known to {found[0].known_to}. The provisions in full: --json."])


def _print_similar(found: "Similar", ranked: "Ranking") -> None:
    from forestall.cli import mediator_tables as tables
    from forestall.cli.terminal import show

    if found.cases:
        show(tables.similar(found, ranked.name))
    _say(tables.rates(found))


def _say(lines: "Iterable[str]", mark: str = "* ") -> None:
    for line in lines:
        typer.echo(f"{mark}{line}")
