"""`forestall regional`: the regional organisations of a state, or the members of an organisation, on a day."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Json, note, print_json

if TYPE_CHECKING:
    from datetime import date

    from forestall.regional.membership import Membership
    from forestall.regional.organisations import Organisation


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("regional")(regional)


def regional(
    query: Annotated[
        str | None,
        typer.Argument(
            metavar="COUNTRY|ORGANISATION",
            help="A country (ISO3, Gleditsch-Ward number or name) or an organisation (AU, ECOWAS, OSCE or its name).",
        ),
    ] = None,
    *,
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day; default: today.")] = None,
    other: Annotated[
        str | None, typer.Option("--with", metavar="COUNTRY", help="Only organisations that both states belong to.")
    ] = None,
    in_crisis: Annotated[
        bool, typer.Option("--crisis", help="Rank organisations for a country, and how the UN worked with them there.")
    ] = False,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Who covers the countries with 25 or more deaths in twelve months.")
    ] = False,
    chart: Annotated[
        Path | None, typer.Option("--chart", metavar="FILE.svg", help="Draw what --coverage finds.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show which regional organisations a state belonged to on a day, or who belonged to an organisation."""
    from forestall.cli.council.days import day_or_today
    from forestall.errors import UsageError
    from forestall.regional import find, membership

    when = day_or_today(on)
    if chart is not None and not coverage:
        raise UsageError("--chart draws what --coverage finds: give both")
    if coverage:
        if query is not None or in_crisis or other is not None:
            raise UsageError("--coverage is of all hot spots: give no country, no --crisis and no --with")
        from forestall.cli import regional_crisis

        regional_crisis.coverage(when, chart, as_json)
        return
    if query is None:
        raise UsageError("no country or organisation given: name one, or give --coverage")
    found = find.place(query, when)
    if when > membership.KNOWN_TO:
        note(f"changes are known to {membership.KNOWN_TO}; later ones are missing here")
    if isinstance(found, find.Acronym):
        if other is not None:
            raise UsageError(f"--with compares two states, and {query!r} is an organisation: leave it out")
        if in_crisis:
            raise UsageError(f"--crisis ranks organisations for a country, and {query!r} is one: name a country")
        _organisation(found, when, as_json)
    elif in_crisis:
        if other is not None:
            raise UsageError("--crisis is of one country: leave --with out")
        from forestall.cli import regional_crisis

        regional_crisis.crisis(found, when, as_json)
    else:
        second = None if other is None else find.state(other, when)
        _state(found, second, when, as_json)


def _about() -> dict[str, Any]:
    from forestall.regional.membership import KNOWN_TO, SOURCE

    return {"source": SOURCE, "data_end": KNOWN_TO.isoformat()}


def _state(iso3: str, second: str | None, when: "date", as_json: bool) -> None:
    from forestall.regional import membership

    held = membership.memberships(iso3, when)
    if second is not None:
        both = membership.overlaps(iso3, second, when)
        held = tuple(one for one in held if one.organisation in both)
    listed = [one for one in held if one.status is not None]
    disputed = [one for one in held if one.status is None]
    name = membership.state_then(iso3, when)
    if as_json:
        document: dict[str, Any] = {"iso3": iso3, "on": when.isoformat(), "name": name}
        if second is not None:
            document["with"] = second
        document["memberships"] = [_document(one) for one in listed]
        document["disputed"] = [_document(one) for one in disputed]
        print_json(document | _about())
        return
    title = f"{name} on {when}"
    if second is not None:
        title += f", organisations shared with {membership.state_then(second, when)}"
    if not held:
        typer.echo(f"{title}: none of the organisations we follow.")
    else:
        _table(title, [(_called(one.organisation), one) for one in (*listed, *disputed)], "Organisation")
    _foot(held)


def _organisation(acronym: str, when: "date", as_json: bool) -> None:
    from forestall.regional import membership, organisations

    about = organisations.register().get(acronym)
    held = membership.members(acronym, when, standings=(*membership.STATUS, "disputed"))
    full = [one for one in held if one.standing in membership.FULL]
    if as_json:
        document: dict[str, Any] = {"organisation": acronym, "on": when.isoformat(), "members_count": len(full)}
        document["members"] = [{"iso3": one.iso3, **_document(one)} for one in held if one.status is not None]
        document["disputed"] = [{"iso3": one.iso3, **_document(one)} for one in held if one.status is None]
        print_json(document | {"register": None if about is None else _register(about)} | _about())
        return
    if about is not None:
        _print_register(about)
    suspended = sum(one.standing == "suspended" for one in full)
    title = f"{acronym} on {when}: {len(full)} members" + (f", {suspended} of them suspended" if suspended else "")
    named = [(membership.state_then(one.iso3, when), one) for one in held]
    _table(title, sorted(named, key=lambda pair: (pair[1].standing not in membership.FULL, pair[0])), "State")
    _foot(held)


def _called(acronym: str) -> str:
    from forestall.regional.organisations import register as organisations

    about = organisations().get(acronym)
    return acronym if about is None else f"{about.name} ({acronym})"


def _document(one: "Membership") -> dict[str, Any]:
    return {
        "organisation": one.organisation,
        "status": one.status,
        "standing": one.standing,
        "since": one.since.isoformat(),
        "since_precision": one.since_precision,
        "member_since": None if one.member_since is None else one.member_since.isoformat(),
        "source": one.source,
        "looked_up": one.looked_up,
        "note": one.note,
    }


def _register(about: "Organisation") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(about)


def _print_register(about: "Organisation") -> None:
    ended = f", dissolved {about.dissolved}" if about.dissolved else ""
    typer.echo(f"{about.name} ({about.acronym}): {about.headline}")
    typer.echo(f"* Founded {about.founded or 'on a day we do not have'}{ended}. Seat: {about.seat or 'none'}.")
    for organ in about.organs:
        typer.echo(f"* {organ.name}: {organ.role.rstrip('.')} ({organ.basis or 'basis not known'}).")
    for power in about.powers:
        said = f"{power.power.replace('_', ' ').capitalize()} by {power.basis}"
        since = f", since {power.since}" if power.since else ""
        unseen = "; not looked up" if power.checked is False else ""
        typer.echo(f"* {said}{since}{unseen}." + (f" {power.note}" if power.note else ""))


def _table(title: str, rows: "list[tuple[str, Membership]]", head: str) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for text in (head, "Standing", "Since", "Member since", "Source"):
        table.add_column(text)
    for name, one in rows:
        member = "-" if one.member_since is None else str(one.member_since)
        table.add_row(name, one.standing, _when(one.since, one.since_precision), member, one.source)
    Console().print(table)


def _when(day: "date", precision: str) -> str:
    return day.isoformat()[: {"year": 4, "month": 7, "day": 10}[precision]]


def _foot(held: "tuple[Membership, ...]") -> None:
    for one in held:
        if one.note:
            typer.echo(f"* {one.organisation}, {one.iso3}: {one.note}.")
    about = _about()
    typer.echo(f"* Source: {about['source']}. Changes known to {about['data_end']}.")
