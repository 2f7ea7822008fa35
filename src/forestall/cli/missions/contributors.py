"""`forestall missions --contributors` and `--candidates`: who sent whom, who bears most, who might contribute."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.common import print_json
from forestall.cli.missions import contributor_tables as tables
from forestall.cli.terminal import show as print_tables

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forestall.ids.countries import State
    from forestall.instruments.peacekeeping.burden import Burden
    from forestall.instruments.peacekeeping.contributors import ToMission

MOST = 20


def show_contributors(place: str | None, on: date, as_json: bool) -> None:
    """Print the burden of the world (no place), the contributors to a mission, or those of a country both ways."""
    from forestall.instruments.peacekeeping import contributors, register

    if place is None:
        _show_burden(on, as_json)
        return
    if register.is_mission(place):
        mission = register.mission(place, on).mission
        found = contributors.to_missions((mission,), on)
        head: dict[str, Any] = {"mission": mission}
        sent = None
    else:
        state = _state(place, on)
        code = state.series_iso3
        ever = [one.mission for one in register.ever_in_country(code, on)]
        found = tuple(sorted(contributors.to_missions(ever, on), key=lambda one: (-(one.last_year or 0), one.mission)))
        head = {"iso3": code, "name": state.name}
        sent = contributors.from_country(code, on)
    if as_json:
        print_json(
            {"on": on.isoformat(), **head}
            | {"to": [_to(one) for one in found], "sent": None if sent is None else asdict(sent)}
            | {"series": [asdict(one) for one in contributors.SERIES.values()]}
        )
        return
    known = [one for one in found if one.newest is not None]
    if sent is not None:
        print_tables(*tables.sent(sent))
        _say(tables.about_sent(sent))
    if known:
        print_tables(*(tables.to_mission(one) for one in known))
        _say(tables.ABOUT_TO)
    if len(known) < len(found) or not found:
        unknown = ", ".join(one.mission for one in found if one.newest is None)
        none = f"no contributors by mission are known of {unknown}" if unknown else "no UN mission had been there"
        _say([none[0].upper() + none[1:] + f" by {on}."])
    _say(tables.ends(contributors.SERIES.values()))


def _show_burden(on: date, as_json: bool) -> None:
    from forestall.errors import ForestallError
    from forestall.instruments.peacekeeping import burden, contributors
    from forestall.store import Workspace

    workspace = Workspace.open()
    recent, longest, newest = (
        burden.months(on, workspace=workspace),
        burden.whole(on, workspace),
        burden.maps(on, workspace),
    )
    if recent is None or longest is None:
        raise ForestallError(f"contributions are known from 1990-11 on; nothing was known on {on}: give a later day")
    periods = [one for one in (recent, longest, newest) if one is not None]
    if as_json:
        series = [asdict(one) for one in contributors.SERIES.values()]
        print_json({"on": on.isoformat(), "periods": [_burden(one) for one in periods], "series": series})
        return
    for one in periods:
        print_tables(tables.shares(one), tables.top(one))
        _say(tables.about_burden(one))
    _say(tables.ABOUT_BURDEN)
    _say(tables.ends(contributors.SERIES.values()))


def show_candidates(place: str, on: date, as_json: bool) -> None:
    """Print possible contributors to a new mission in a country, or in the country of a mission."""
    from forestall.instruments.peacekeeping import register
    from forestall.instruments.peacekeeping.candidates import METHODS, candidates

    host = _only_host(place, on) if register.is_mission(place) else _state(place, on).series_iso3
    found = candidates(host, on, most=MOST)
    if as_json:
        print_json(asdict(found) | {"about": METHODS[found.method]})
        return
    print_tables(tables.candidates(found))
    for one in found.candidates[: tables.EXPLAINED]:
        typer.echo(tables.reasons(one))
    if found.bands:
        print_tables(tables.bands(found))
    _say(tables.about_candidates(found, METHODS[found.method]))


def _only_host(place: str, on: date) -> str:
    """The host of a mission. Raises UsageError where it has several or none on the day."""
    from forestall.errors import UsageError
    from forestall.instruments.peacekeeping import register

    mission = register.mission(place, on)
    hosts = sorted({one.iso3 for one in mission.hosts if one.last is None or one.last >= on})
    hosts = hosts or sorted({one.iso3 for one in mission.hosts})
    if len(hosts) != 1:
        named = f"in {', '.join(hosts)}" if hosts else "in no country the register names"
        raise UsageError(f"{mission.mission} is {named}: give the country that candidates are asked for")
    return hosts[0]


def _state(place: str, on: date) -> "State":
    """The state or territory meant. Raises UnknownCountryError with the nearest missions too."""
    from forestall.errors import UnknownCountryError
    from forestall.ids import countries
    from forestall.instruments.peacekeeping import register

    try:
        return countries.resolve(place, on)
    except UnknownCountryError as error:
        raise UnknownCountryError(f"{error}; or a mission: nearest are {', '.join(register.nearest(place))}") from None


def _to(one: "ToMission") -> dict[str, Any]:
    return asdict(one) | {"persons": None if one.newest is None else one.newest.persons}


def _burden(one: "Burden") -> dict[str, Any]:
    return asdict(one)


def _say(lines: "Iterable[str]") -> None:
    for line in lines:
        typer.echo(f"* {line}")
