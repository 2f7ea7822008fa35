"""`forestall missions`: the register of missions on a day, of a country, or one mission, as tables or JSON."""

from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING

import typer

from forestall.cli.common import note, print_json
from forestall.cli.missions import documents, tables
from forestall.cli.terminal import month_text
from forestall.cli.terminal import show as print_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from forestall.ids.countries import State
    from forestall.instruments.peacekeeping.overview import Overview


def show(place: str | None, on: date, as_json: bool) -> None:
    """Print the missions of a day, of a country with their past ones, or one mission."""
    from forestall.instruments.peacekeeping import register

    state = None if place is None or register.is_mission(place) else _country(place, on)
    if on > register.KNOWN_TO:
        note(f"missions that began or ended after {register.KNOWN_TO}, and later extensions, may be missing here")
    if state is not None:
        _show_country(state, on, as_json)
    elif place is not None:
        _show_mission(place, on, as_json)
    else:
        _show_all(on, as_json)


def _country(place: str, on: date) -> "State":
    """The state or territory meant. Raises UnknownCountryError, with what is nearest, if nothing bears the name."""
    from forestall.errors import UnknownCountryError
    from forestall.ids import countries
    from forestall.instruments.peacekeeping import register

    try:
        return countries.resolve(place, on)
    except UnknownCountryError as error:
        # A mission may have been in a land before it was a state, as UNTAET was in what became Timor-Leste.
        with suppress(UnknownCountryError):
            later = countries.resolve(place, max(on, register.KNOWN_TO))
            if register.ever_in_country(later.series_iso3, on):
                return later
        raise UnknownCountryError(f"{error}; or a mission: nearest are {', '.join(register.nearest(place))}") from None


def _show_all(on: date, as_json: bool) -> None:
    from forestall.instruments.peacekeeping import overview, register
    from forestall.store import Workspace

    workspace = Workspace.open()
    found = overview.lines(register.open_missions(on, workspace), on, workspace)
    series = overview.series(on)
    if as_json:
        print_json(
            {
                "on": on.isoformat(),
                "known_to": register.KNOWN_TO.isoformat(),
                "missions": [documents.line(one) for one in found],
                "series": documents.series(series),
            }
        )
        return
    print_tables(*tables.lists(found, on, f"on {on}"))
    if not found:
        typer.echo(f"No UN mission of the register was open on {on}.")
        _say(tables.ends(series[:1]))
        return
    _say([tables.ABOUT_LISTS])
    _say(tables.footnotes(found, on))
    _say(tables.ends(series))


def _show_country(state: "State", on: date, as_json: bool) -> None:
    from forestall.instruments.peacekeeping import overview, register
    from forestall.store import Workspace

    workspace = Workspace.open()
    code = state.series_iso3
    ever = register.ever_in_country(code, on, workspace)
    there = {one.mission for one in register.in_country(code, on, workspace)}
    found = [overview.overview(one, on, workspace) for one in ever]
    series = overview.series(on)
    if as_json:
        print_json(
            {
                "on": on.isoformat(),
                "known_to": register.KNOWN_TO.isoformat(),
                "iso3": code,
                "gw_id": state.gw_id,
                "name": state.name,
                "missions": [{**documents.overview(one), "there": one.mission.mission in there} for one in found],
                "series": documents.series(series),
            }
        )
        return
    if not found:
        typer.echo(f"No UN mission of the register had been in {state.name} by {on}.")
        _say(tables.ends(series[:1]))
        return
    print_tables(*tables.lists(found, on, f"in {state.name} by {on}", ended=True))
    print_tables(*filter(None, map(tables.years, found)), *filter(None, [tables.rates(found)]))
    present = ", ".join(sorted(there))
    typer.echo(f"* There on {on}: {present or 'none of the register'}.")
    _say([tables.ABOUT_LISTS])
    if any(one.years for one in found):
        _say([tables.ABOUT_YEARS])
    _say(tables.footnotes(found, on))
    _say(_remarks(found))
    _say(tables.ends(series))


def _show_mission(acronym: str, on: date, as_json: bool) -> None:
    from forestall.instruments.peacekeeping import overview, register
    from forestall.store import Workspace

    workspace = Workspace.open()
    found = overview.overview(register.mission(acronym, on, workspace), on, workspace)
    series = overview.series(on)
    if as_json:
        known = register.KNOWN_TO.isoformat()
        document = documents.overview(found)
        print_json({"on": on.isoformat(), "known_to": known, **document, "series": documents.series(series)})
        return
    one = found.mission
    gap, died = found.shortfall, found.deaths
    typer.echo(f"{one.mission}: {one.name}")
    counted = "is" if one.counted else "is not"
    lines = [
        f"{one.kind}, {tables.span(one)}; hosts: {tables.hosts(one)}; headquarters: {one.headquarters or 'not known'}.",
        f"Founded by {one.founding or 'a decision not known here'}; {counted} on {register.COUNTED}.",
        f"Mandate: {tables.mandate(found.mandate, one, on)}.",
    ]
    if found.strength is not None:
        last = found.strength
        lines.append(f"Uniformed persons at the end of {month_text(last.month_id)}: {last.total:,}.")
    if gap is not None:
        month = month_text(gap.month_id)
        lines.append(f"Uniformed persons authorised in {month}: {gap.authorised:,}; deployed: {gap.deployed:,}.")
    lines.append(
        f"Deaths to {died.data_end}: {died.all:,} persons, of them uniformed {died.uniformed:,}, civilian staff "
        f"{died.civilians:,}, others {died.others:,}; by cause: "
        f"{', '.join(f'{cause} {count:,}' for cause, count in died.by_cause if count) or 'none'}."
    )
    _say(lines)
    print_tables(*filter(None, [tables.years(found), tables.rates([found])]))
    if found.years:
        _say([tables.ABOUT_YEARS])
    _say(
        f"Budget {each.period_start} to {each.period_end}: {each.amount:,.0f} US dollars ({each.symbol})."
        for each in found.budgets
    )
    if not found.budgets:
        typer.echo("* Budget: not looked up.")
    _say(_remarks([found]))
    _say(tables.ends(series))


def _say(lines: "Iterable[str]") -> None:
    for line in lines:
        typer.echo(f"* {line}")


def _remarks(found: "Iterable[Overview]") -> "Iterator[str]":
    return (f"{one.mission.mission}: {one.mission.note}." for one in found if one.mission.note)
