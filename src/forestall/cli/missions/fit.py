"""`forestall missions [PLACE] --fit`: sites of missions against forecast deaths, and what a mission has for them."""

from datetime import date
from typing import TYPE_CHECKING, Any

import typer

from forestall.cli.common import note, print_json
from forestall.cli.terminal import month_text, new_table
from forestall.cli.terminal import show as print_tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rich.table import Table

    from forestall.instruments.peacekeeping.fit import Fit, Ratio, Share
    from forestall.instruments.peacekeeping.gaps import Measure
    from forestall.instruments.peacekeeping.operations import Operation
    from forestall.instruments.peacekeeping.sites import MissionSite

ABOUT = (
    "Deaths: expected in the host states in the twelve months, with the 80 % interval (a mean above it rests on few "
    "draws with many deaths); within 50, 100, 200 km of any site, with the 80 % interval over draws with a death.",
    "Overlap: what is left of a soldier at a death, both picked at random, if half is lost every 100 km (1: all in one "
    "place); beside it what it would be with troops spread as the deaths are.",
    "Area of risk: the fewest cells of half a degree with 90 % of the expected deaths; persons there are an estimate.",
    "All deaths of the host states count, also those far from a mission whose area is a part of them (*).",
    "Few deaths expected near a site may be the mission's work, its choice of a calm place, or neither.",
)


def show(place: str | None, on: date, as_json: bool) -> None:
    """Print the fit of all missions of a day, of those in a country, or of one mission year by year."""
    from forestall.instruments.peacekeeping import fit, register
    from forestall.store import Workspace

    workspace = Workspace.open()
    if place is not None and register.is_mission(place, workspace):
        _show_mission(register.mission(place, on, workspace).mission, on, as_json)
    elif place is not None:
        _show_country(place, on, as_json)
    else:
        found = fit.fits(on, workspace)
        _show(found, on, as_json, {"on": on.isoformat()}, fit.without(on, workspace))


def _show_country(place: str, on: date, as_json: bool) -> None:
    from forestall.ids import countries
    from forestall.instruments.peacekeeping.fit_section import section
    from forestall.store import Workspace

    state = countries.resolve(place, on)
    code = state.series_iso3
    about = section(state.gw_id or 0, code, on, Workspace.open())
    if not about.fits and not as_json:
        typer.echo(f"{state.name}, {on}: {about.missing}.")
    if as_json:
        print_json(
            {
                **_document(about.fits, on),
                "iso3": code,
                "gw_id": state.gw_id,
                "name": state.name,
                "missing": about.missing,
                "sites": [_site(one) for one in about.stands],
                "other_operations": [_operation(one) for one in about.others],
                "sources": list(about.ends),
            }
        )
        return
    if about.fits:
        print_tables(*_tables(about.fits))
    if about.stands:
        print_tables(_stands(about.stands))
    if about.others:
        print_tables(_others(about.others))
    _say(ABOUT if about.fits else ())
    _say(_areas(about.fits))
    _say(_ends(about.fits, on))
    _say(about.ends)


def _show(found: "tuple[Fit, ...]", on: date, as_json: bool, head: dict[str, Any], missing: Any) -> None:
    from forestall.instruments.peacekeeping.fit_section import ends
    from forestall.instruments.peacekeeping.gaps import measures

    ranked = measures(found, on)
    if as_json:
        print_json(
            {
                **head,
                **_document(found, on),
                "ranking": [_measure(one) for one in ranked],
                "without_fit": dict(missing),
                "sources": list(ends(found, ())),
            }
        )
        return
    print_tables(*_tables(found))
    _say(_ranked(one) for one in ranked if one.places)
    _say(ABOUT)
    _say(_areas(found))
    if missing:
        _say(["No fit: " + "; ".join(f"{name} ({why})" for name, why in missing.items()) + "."])
    _say(_ends(found, on))
    _say(ends(found, ()))


def _show_mission(mission: str, on: date, as_json: bool) -> None:
    from forestall.errors import UsageError
    from forestall.instruments.peacekeeping import fit
    from forestall.instruments.peacekeeping.fit_section import ends

    found = fit.by_year(mission, on)
    if not found:
        raise UsageError(
            f"{mission} has no sites with a forecast by {on}: maps are known from 1994 to 2024, of missions mapped by "
            "Geo-PKO, and forecasts from 1997 on; `forestall missions` shows what else is known"
        )
    if as_json:
        print_json({"mission": mission, **_document(found, on), "sources": list(ends(found[-1:], ()))})
        return
    print_tables(*_tables(found, by_year=True))
    _say(ABOUT)
    _say(_areas(found[-1:]))
    _say(["Troops, shortfall and death rate are those known on the first day of each twelve months."])
    _say(_ends(found[-1:], on))
    _say(ends(found[-1:], ()))


def _tables(found: "Iterable[Fit]", *, by_year: bool = False) -> "Iterator[Table]":
    rows = list(found)
    title = f"{rows[0].mission}, by twelve months" if by_year else f"Twelve months {rows[0].first} to {rows[0].last}"
    key = "From" if by_year else "Mission"
    where = new_table(
        f"{title}: expected deaths and sites", [key], ["Deaths (80 %)", "< 50 km", "< 100 km", "< 200 km (80 %)"]
    )
    came = new_table(f"{title}: overlap, outcome", [key], ["Maps", "Cells", "Overlap", "Matched", "Came", "< 200"])
    strong = new_table(f"{title}: troops", [key], ["Troops", "of", "per death (80 %)", "Persons", "per million"])
    strong.caption = "Per death expected in the twelve months; persons in the area of risk; 0: observers or police only"
    lacking = new_table(f"{title}: shortfall, death rate", [key], ["Lacking", "in", "Rate (95 %)", "to"])
    lacking.caption = "Of those authorised; rate: uniformed deaths of all causes per 1,000 person-years, to that month"
    for one in rows:
        name = one.first.isoformat()[:7] if by_year else _marked(one.mission)
        near, middle, far = one.shares
        interval = f"{_rounded(one.expected)} ({_rounded(one.low80)}-{_rounded(one.high80)})"
        where.add_row(name, interval, _percent(near.share), _percent(middle.share), _share(far))
        came.add_row(
            name,
            str(one.maps_year),
            str(one.site_cells),
            _number(one.overlap),
            _number(one.overlap_matched),
            "-" if one.observed is None else f"{one.observed:,}",
            _percent(one.observed_share_200),
        )
        troops, ratio, million = one.troops, one.troops_per_death, one.troops_per_million
        strong.add_row(
            name,
            "-" if troops is None else f"{troops.number:,.0f}",
            "" if troops is None else f"{troops.source} {troops.until.isoformat()[:7]}",
            "-" if ratio is None else _ratio(ratio),
            "-" if one.risk_persons is None else _rounded(one.risk_persons),
            "-" if million is None else f"{million:,.0f}",
        )
        gap, rate = one.shortfall, one.rate
        lacking.add_row(
            name,
            "-" if gap is None else _percent(gap.share),
            "" if gap is None else month_text(gap.month_id),
            "-" if rate is None else f"{rate.per_1000:.2f} ({rate.low:.2f}-{rate.high:.2f})",
            "" if rate is None else month_text(rate.last_month),
        )
    yield from (where, came, strong, lacking)


def _marked(mission: str) -> str:
    """The mission, with a mark where its area is a part of its hosts."""
    from forestall.instruments.peacekeeping.fit import AREAS

    return f"{mission}*" if mission in AREAS else mission


def _areas(found: "Iterable[Fit]") -> "Iterator[str]":
    named = {one.mission: one.area for one in found if one.area is not None}
    if named:
        yield "* " + "; ".join(f"{mission}: {area}" for mission, area in named.items()) + "."


def _ranked(one: "Measure") -> str:
    """A measure in a line: missions in order, and when its data end."""
    order = "most first" if one.most else "least first"
    missions = ", ".join(f"{place.rank} {_marked(place.mission)} {_plain(place.value)}" for place in one.places)
    ends = sorted({place.data_end for place in one.places})
    until = str(ends[0]) if len(ends) == 1 else f"{ends[0]} to {ends[-1]}, by mission"
    return f"{one.name.replace('_', ' ').capitalize()} ({one.unit}), {order}: {missions}; data end {until}."


def _stands(found: "Iterable[MissionSite]") -> "Table":
    rows = list(found)
    table = new_table(
        "Sites known, by cell of half a degree",
        ["Mission", "Middle of the cell"],
        ["Maps", "Places", "Troops", "States"],
    )
    table.caption = (
        "Troops: what the units on the maps stand for, not a count; 0: observers, police or offices only. States: how "
        "many sent them"
    )
    for one in rows:
        where = f"{abs(one.lat):.2f} {'N' if one.lat >= 0 else 'S'}, {abs(one.lon):.2f} {'E' if one.lon >= 0 else 'W'}"
        table.add_row(
            one.mission,
            where,
            str(one.year),
            str(one.sites),
            "-" if one.troops_on_maps is None else f"{one.troops_on_maps:,.0f}",
            "-" if one.contributors is None else str(one.contributors),
        )
    return table


def _others(found: "Iterable[Operation]") -> "Table":
    table = new_table("Operations of others than the UN", ["Operation", "Of"], ["From", "To", "Most persons"])
    table.caption = "Data end in December 2016: an operation that was there then may have gone on"
    for one in found:
        table.add_row(
            one.operation,
            one.led_by or "-",
            one.first.isoformat()[:7],
            f"{one.last.isoformat()[:7]}{' or later' if one.open_ended else ''}",
            "-" if one.personnel_max is None else f"{one.personnel_max:,.0f}",
        )
    return table


def _ends(found: "Iterable[Fit]", on: date) -> "Iterator[str]":
    """Where the series of strength, shortfall and deaths end."""
    from forestall.instruments.peacekeeping import fatalities, strength

    if not list(found):
        return
    yield (
        f"Troops: {strength.SOURCE}, to {month_text(strength.LAST)}, where at most a year old; else Geo-PKO's maps, "
        "nominal unit sizes."
    )
    yield f"Lacking: {strength.SHORTFALL_SOURCE}, to {month_text(strength.SHORTFALL_LAST)}."
    died, last = fatalities.data_end(on), month_text(strength.LAST)
    yield f"Deaths of peacekeepers: {fatalities.SOURCE}, to {died}; rates to {last}."


def _document(found: "Iterable[Fit]", on: date) -> dict[str, Any]:
    rows = list(found)
    if rows and rows[-1].last < on:
        note(f"the newest twelve months with a forecast are {rows[-1].first} to {rows[-1].last}")
    return {"on": on.isoformat(), "fits": [_fit(one) for one in rows]}


def _fit(one: "Fit") -> dict[str, Any]:
    troops, ratio, gap, rate = one.troops, one.troops_per_death, one.shortfall, one.rate
    return {
        "mission": one.mission,
        "hosts": list(one.hosts),
        "area": one.area,
        "from": one.first,
        "to": one.last,
        "model": one.model,
        "located_to": one.located_to,
        "sites": {"maps_year": one.maps_year, "cells": one.site_cells},
        "expected_deaths": {
            "value": one.expected,
            "low80": one.low80,
            "high80": one.high80,
            "unit": "deaths in 12 months",
        },
        "out_of_reach": one.out_of_reach,
        "within": [
            {"km": each.reach_km, "share": each.share, "low80": each.low80, "high80": each.high80}
            for each in one.shares
        ],
        "overlap": one.overlap,
        "overlap_matched": one.overlap_matched,
        "overlap_ratio": one.overlap_ratio,
        "area_of_risk": {
            "cells": one.risk_cells,
            "persons": one.risk_persons,
            "persons_in_listed_places": one.risk_persons_listed,
        },
        "troops": None if troops is None else {"number": troops.number, "source": troops.source, "until": troops.until},
        "troops_per_death": None
        if ratio is None
        else {"value": ratio.value, "low": ratio.low, "high": ratio.high, "unit": "troops per death in 12 months"},
        "troops_per_million": one.troops_per_million,
        "shortfall": None
        if gap is None
        else {
            "month": month_text(gap.month_id),
            "authorised": gap.authorised,
            "deployed": gap.deployed,
            "share": gap.share,
        },
        "death_rate": None
        if rate is None
        else {
            "per_1000": rate.per_1000,
            "low95": rate.low,
            "high95": rate.high,
            "deaths": rate.deaths,
            "first_month": month_text(rate.first_month),
            "last_month": month_text(rate.last_month),
            "unit": "uniformed deaths per 1,000 uniformed person-years",
        },
        "observed": None
        if one.observed is None
        else {"deaths": one.observed, "share_within_200_km": one.observed_share_200},
    }


def _measure(one: "Measure") -> dict[str, Any]:
    return {
        "measure": one.name,
        "unit": one.unit,
        "widest_gap": "most" if one.most else "least",
        "about": one.about,
        "places": [
            {
                "mission": each.mission,
                "rank": each.rank,
                "value": each.value,
                "low": each.low,
                "high": each.high,
                "data_end": each.data_end,
            }
            for each in one.places
        ],
    }


def _site(one: "MissionSite") -> dict[str, Any]:
    return {
        "mission": one.mission,
        "maps_year": one.year,
        "known_from": one.known_from,
        "pg_id": one.pg_id,
        "lat": one.lat,
        "lon": one.lon,
        "places": one.sites,
        "troops_on_maps": one.troops_on_maps,
        "contributors": one.contributors,
    }


def _operation(one: "Operation") -> dict[str, Any]:
    return {
        "operation": one.operation,
        "name": one.name,
        "led_by": one.led_by,
        "from": one.first,
        "to": None if one.open_ended else one.last,
        "known_to": one.last,
        "personnel_max": one.personnel_max,
        "personnel_mean": one.personnel_mean,
        "personnel_reports": one.personnel_reports,
    }


def _say(lines: "Iterable[str]") -> None:
    for line in lines:
        typer.echo(line)


def _rounded(value: float) -> str:
    """An estimate with two significant figures: more would say what nobody knows."""
    return f"{float(f'{value:.2g}'):,.{0 if value >= 10 or value == 0 else 1}f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"


def _share(one: "Share") -> str:
    if one.low80 is None or one.high80 is None:
        return _percent(one.share)
    return f"{_percent(one.share)} ({one.low80:.0%}-{one.high80:.0%})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _ratio(one: "Ratio") -> str:
    if one.low is None:
        return _plain(one.value)
    return f"{_plain(one.value)} ({_plain(one.low)}{' up' if one.high is None else f'-{_plain(one.high)}'})"
