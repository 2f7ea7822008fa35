"""`forestall council members` and `forestall council presidency`."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from forestall.cli.common import Json, print_json

if TYPE_CHECKING:
    from forestall.council.members import Member
    from forestall.council.presidency import Presidency


def register(group: typer.Typer) -> None:
    """Add the commands of this module to the group."""
    group.command("members")(members)
    group.command("presidency")(presidency)


def members(
    *,
    on: Annotated[str | None, typer.Option("--on", metavar="YYYY-MM-DD", help="The day; default: today.")] = None,
    country: Annotated[
        str | None, typer.Option("--country", metavar="C", help="All terms of one state (ISO3, number or name).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who sits on the Council on a day, or all terms of a state."""
    from datetime import date

    from forestall.cli.common import note
    from forestall.cli.council.days import day
    from forestall.council import members as sitting
    from forestall.council.presidency import presidency_on
    from forestall.errors import UsageError

    if country is not None:
        if on is not None:
            raise UsageError("give a day (--on) or a state (--country), not both")
        name, held = sitting.terms_of(country)
        if as_json:
            terms = [_as_document(m) for m in held]
            print_json({"iso3": sitting.seat_code(country)[0], "name": name, "terms": terms, **_about()})
            return
        _table(f"{name} on the Security Council", held)
        typer.echo(f"* {len(held)} {'term' if len(held) == 1 else 'terms'}. Source: {_about()['source']}.")
        return
    when = date.today() if on is None else day(on)
    held = sitting.members(when)
    president = presidency_on(when)
    if when > date.today():
        note(f"{when} is ahead: members as elected so far, under the names they bear now")
    if as_json:
        listed = [_as_document(m) for m in held]
        print_json({"on": when.isoformat(), "members": listed, "president": president.iso3, **_about()})
        return
    _table(f"Security Council on {when}: {len(held)} members", held)
    typer.echo(f"* {president.name} presides, {president.first} to {president.last}.")
    typer.echo(f"* Source: {_about()['source']}. Known to {_about()['data_end']}.")


def presidency(
    query: Annotated[
        str, typer.Argument(metavar="YYYY-MM|COUNTRY", help="A month, or a state (ISO3, number or name).")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Show who presides over the Council in a month, or all months of a state."""
    from forestall.council import presidency as presiding

    if query[:1].isdigit() and "-" in query:
        found = presiding.presidency(query)
        if as_json:
            print_json(_presidency(found))
            return
        typer.echo(f"{found.name} ({found.iso3}), {found.first} to {found.last}.")
        typer.echo(f"* {_how(found)}")
        return
    iso3, name, months = presiding.presided(query)
    if as_json:
        print_json(
            {"iso3": iso3, "name": name, "months": [m.month for m in months], "details": list(map(_presidency, months))}
        )
        return
    if not months:
        typer.echo(f"{name} has not presided over the Security Council, and no turn of it is known ahead.")
        return
    typer.echo(f"{name} ({iso3}): {len(months)} {'month' if len(months) == 1 else 'months'}")
    for one in months:
        typer.echo(
            f"  {one.month}"
            + (f"  as {one.name}" if one.name != name else "")
            + ("" if one.rule else f"  ({one.note})")
        )


def _how(found: "Presidency") -> str:
    """How the president is known."""
    if not found.rule:
        return f"Not by the alphabetical rule: {found.note} ({found.source})."
    text = "By rule 18 of the provisional rules of procedure: English alphabetical order of the members' names"
    if found.note:
        text += f"; {found.note}"
    if found.recorded:
        agrees = "agrees" if found.recorded == found.iso3 else f"says {found.recorded} instead"
        text += f". A record {agrees}" + (f" ({found.source})" if found.source else "")
    return text + "."


def _presidency(found: "Presidency") -> dict[str, Any]:
    return {
        "month": found.month,
        "iso3": found.iso3,
        "name": found.name,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "by_rule": found.rule,
        "note": found.note or None,
        "recorded": found.recorded or None,
        "source": found.source or None,
    }


def _as_document(one: "Member") -> dict[str, Any]:
    return {
        "iso3": one.iso3,
        "name": one.name,
        "permanent": one.permanent,
        "group": one.group,
        "term_start": one.term_start.isoformat(),
        "term_end": None if one.term_end is None else one.term_end.isoformat(),
        "note": one.note or None,
    }


def _about() -> dict[str, str]:
    from forestall.council.members import LAST, SOURCE

    return {"source": SOURCE, "data_end": LAST.isoformat()}


def _table(title: str, held: "tuple[Member, ...]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left")
    for head in ("Member", "ISO3", "Regional group", "Term"):
        table.add_column(head)
    for one in held:
        term = "permanent" if one.permanent else f"{one.term_start} to {one.term_end}"
        table.add_row(one.name, one.iso3, one.group or "-", term)
    Console().print(table)
    for one in held:
        if one.note:
            typer.echo(f"* {one.name}: {one.note}.")
