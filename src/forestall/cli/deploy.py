"""`forestall deploy`: where teams should stand so that most of the violence that may come lies within their reach."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from forestall.cli.common import AsOf, Json, note, print_json
from forestall.errors import UsageError

if TYPE_CHECKING:
    from rich.table import Table

    from forestall.instruments.deployment.plan import Plan

OBJECTIVES = {
    "expected": "expected deaths",
    "cvar": "deaths, mean of the tenth of scenarios in which least is reached",
    "worst": "deaths in the scenario in which least is reached",
}


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("deploy")(deploy)


def deploy(
    area: Annotated[str, typer.Argument(help="world, a UN region (Africa), a country, or a GeoJSON file.")],
    *,
    teams: Annotated[int, typer.Option("--teams", metavar="N", help="How many teams to place.")],
    reach: Annotated[float, typer.Option("--reach", metavar="KM", help="How far a team reaches, km.")] = 200.0,
    objective: Annotated[str, typer.Option("--objective", help="expected, cvar or worst.")] = "expected",
    classes: Annotated[
        Path | None,
        typer.Option("--classes", metavar="FILE.yml", help="Classes of team: a list of name, cost, reach_km, at_most."),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option("--budget", metavar="X", help="The most that teams may cost; 1 each without --classes."),
    ] = None,
    max_per_country: Annotated[int | None, typer.Option("--max-per-country", metavar="K", help="A limit.")] = None,
    each: Annotated[str, typer.Option("--each", metavar="ISO3,ISO3", help="Countries that must have a team.")] = "",
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FILE.csv", help="Sites that stand already: columns lat, lon, name."),
    ] = None,
    middles: Annotated[bool, typer.Option("--middles", help="Sites also at middles of cells.")] = False,
    stability: Annotated[
        bool, typer.Option("--stability", help="Also say how firmly each site is chosen (a minute the first time).")
    ] = False,
    greedy: Annotated[bool, typer.Option("--greedy", help="Quick: no integer programme, only its bound.")] = False,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.geojson", help="Also write the sites.")] = None,
    as_of: AsOf = None,
    as_json: Json = False,
) -> None:
    """Place teams so that most deaths of the next twelve months may lie within reach, with reasons and a bound."""
    if objective not in OBJECTIVES:
        raise UsageError(f"objective {objective!r}: expected one of {', '.join(OBJECTIVES)}")
    if out is not None and out.suffix not in {".geojson", ".json"}:
        raise UsageError(f"--out {out} ends in {out.suffix or 'nothing'}, expected .geojson")
    from forestall.cli.terminal import panel_of, show
    from forestall.instruments.deployment import areas
    from forestall.instruments.deployment import classes as kinds
    from forestall.instruments.deployment import plan as plans
    from forestall.instruments.deployment.problem import Objective
    from forestall.instruments.deployment.sites import kept_from
    from forestall.panel.land import land
    from forestall.store import Workspace, files

    team_classes = (kinds.TeamClass("team", 1.0, reach),) if classes is None else kinds.read(classes)
    workspace = Workspace.open()
    panel = panel_of(workspace, as_of, "deaths_total")
    ground = land(workspace)
    found = plans.plan(
        workspace,
        panel,
        areas.area(area, ground, panel.as_of),
        teams=teams,
        classes=team_classes,
        objective=cast("Objective", objective),
        budget=budget,
        max_per_country=max_per_country,
        each=[code.strip() for code in each.split(",") if code.strip()],
        keep=() if keep is None else kept_from(keep, ground),
        middles=middles,
        stability=stability,
        quick=greedy,
        say=note,
    )
    document = as_document(found)
    if out is not None:
        files.write(out, json.dumps(geojson(document), ensure_ascii=False, allow_nan=False).encode())
        note(f"written: {out}")
    if as_json:
        print_json(document)
        return
    show(_table(found))
    typer.echo(_summary(found))
    for caveat in found.caveats:
        typer.echo(f"* {caveat}")


def as_document(found: "Plan") -> dict[str, Any]:
    """The JSON document of a plan."""
    return {
        "area": found.area,
        "as_of": found.as_of,
        "months": [found.first, found.last],
        "objective": found.objective,
        "unit": "deaths in the twelve months, UCDP best estimate",
        "within_reach": round(found.value, 3),
        "within_reach_of_kept": round(found.by_kept, 3),
        "total": round(found.total, 3),
        "share": None if found.share is None else round(found.share, 4),
        "bound": round(found.bound, 3),
        "gap": round(found.gap, 5),
        "method": found.method,
        "cost": found.cost,
        "candidates": found.candidates,
        "scenarios": found.scenarios,
        "model": found.model,
        "located": found.located_to,
        "sites": [
            {
                "order": k,
                "name": one.site.name,
                "iso3": one.site.iso3 or None,
                "lat": round(one.site.lat, 4),
                "lon": round(one.site.lon, 4),
                "class": one.team.name,
                "reach_km": one.team.reach_km,
                "cost": one.team.cost,
                "reaches_alone": round(one.why.alone, 3),
                "adds": round(one.why.adds, 3),
                "lost_if_dropped": round(one.why.lost, 3),
                "selection_frequency": None if one.why.again is None else round(one.why.again, 3),
                "countries_within_reach": list(one.iso3s),
            }
            for k, one in enumerate(found.stands, 1)
        ],
        "kept": [
            {"name": s.name, "iso3": s.iso3 or None, "lat": round(s.lat, 4), "lon": round(s.lon, 4)} for s in found.kept
        ],
        "sources": [
            "UCDP GED and candidate events, with forestall's forecast of cells",
            "GeoNames (CC BY 4.0), places",
        ],
        "caveats": list(found.caveats),
    }


def geojson(document: dict[str, Any]) -> dict[str, Any]:
    """The sites as points (RFC 7946); text is as it stands, to be escaped by what shows it as HTML."""
    listed = [(one, False) for one in document["sites"]] + [(one, True) for one in document["kept"]]
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [one["lon"], one["lat"]]},
                "properties": {name: value for name, value in one.items() if name not in {"lat", "lon"}}
                | {"kept": kept},
            }
            for one, kept in listed
        ],
        "forestall": {key: value for key, value in document.items() if key not in {"sites", "kept"}},
    }


def _table(found: "Plan") -> "Table":
    from rich.text import Text

    from forestall.cli.terminal import new_table

    firm = any(one.why.again is not None for one in found.stands)
    several = len({(one.team.name, one.team.reach_km) for one in found.stands}) > 1
    plural = "s" if len(found.stands) != 1 else ""
    reach = "" if several or not found.stands else f" of {found.stands[0].team.reach_km:g} km"
    made = new_table(
        f"{len(found.stands)} team{plural}{reach} in {found.area}, {found.first}..{found.last}, data to {found.as_of}",
        ["", "site", *(["class"] if several else []), "country"],
        ["alone", "adds", "lost", *(["again"] if firm else [])],
        f"{OBJECTIVES[found.objective]} within reach: alone, added to those above, lost if dropped"
        + ("; again: share of 50 plans from resampled scenarios with a team near by" if firm else ""),
    )
    for k, one in enumerate(found.stands, 1):
        near = [code for code in one.iso3s if code != one.site.iso3]
        made.add_row(
            str(k),
            Text(one.site.name[:26]),  # plain text: a name never becomes markup
            *([Text(f"{one.team.name[:14]}, {one.team.reach_km:g} km")] if several else []),
            " ".join([one.site.iso3, *near[:2], *(["..."] if near[2:] else [])]),
            *(f"{value:,.1f}" for value in (one.why.alone, one.why.adds, one.why.lost)),
            *([] if one.why.again is None else [f"{100 * one.why.again:.0f} %"]),
        )
    return made


def _summary(found: "Plan") -> str:
    share = "-" if found.share is None else f"{100 * found.share:.1f} %"
    kept = f" ({_deaths(found.by_kept)} of them of what is kept: {len(found.kept)})" if found.kept else ""
    return (
        f"Within reach: {_deaths(found.value)} of {_deaths(found.total)} {OBJECTIVES[found.objective]}, {share}{kept}. "
        f"No plan of these sites reaches more than {_deaths(found.bound)}: gap {100 * found.gap:.2f} % "
        f"({found.method}; {found.candidates:,} choices). Model {found.model}; located: {found.located_to}. "
        "Sources: UCDP, GeoNames."
    )


def _deaths(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2f}"
