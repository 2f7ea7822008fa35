"""`forestall deploy`: where teams should stand so that most of the violence that may come lies within their reach."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from forestall.cli.common import AsOf, Json, note, print_json
from forestall.errors import UsageError

if TYPE_CHECKING:
    from forestall.instruments.deployment.plan import Plan
    from forestall.instruments.deployment.sites import Site

OBJECTIVES = ("expected", "cvar", "worst")
REACH_KM = 200.0


def register(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    app.command("deploy")(deploy)


def deploy(
    area: Annotated[str, typer.Argument(help="world, a UN region (Africa), a country, or a GeoJSON file.")],
    *,
    teams: Annotated[int, typer.Option("--teams", metavar="N", help="How many teams to place.")],
    reach: Annotated[
        float | None, typer.Option("--reach", metavar="KM", help="How far a team reaches, km; default: 200.")
    ] = None,
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
    keep_missions: Annotated[
        bool, typer.Option("--keep-missions", help="Also keep the sites of UN missions as they stand then.")
    ] = False,
    detour: Annotated[
        float,
        typer.Option("--detour", metavar="X", help="Reach is by road, X times the straight way; you say how much."),
    ] = 1.0,
    quiet_weight: Annotated[
        float,
        typer.Option("--quiet-weight", metavar="W", help="A death where it was quiet counts W times; measured for 4."),
    ] = 1.0,
    middles: Annotated[bool, typer.Option("--middles", help="Sites also at middles of cells.")] = False,
    stability: Annotated[bool, typer.Option("--stability", help="Also say how firmly each site is chosen.")] = False,
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
    if classes is not None and reach is not None:
        raise UsageError("--classes gives the reach of each class: leave out --reach")
    from forestall.cli import deploy_show
    from forestall.cli.terminal import panel_of, show
    from forestall.ids.months import month_end
    from forestall.instruments.deployment import areas, standing
    from forestall.instruments.deployment import classes as kinds
    from forestall.instruments.deployment import plan as plans
    from forestall.instruments.deployment.problem import Objective
    from forestall.instruments.deployment.sites import kept_from
    from forestall.panel.land import land
    from forestall.store import Workspace, files

    given = REACH_KM if reach is None else reach
    team_classes = (kinds.TeamClass("team", 1.0, given),) if classes is None else kinds.read(classes)
    team_classes = kinds.by_road(team_classes, detour)
    workspace = Workspace.open()
    panel = panel_of(workspace, as_of, "deaths_total")
    ground = land(workspace)
    where = areas.area(area, ground, panel.as_of)
    kept = () if keep is None else kept_from(keep, ground)
    if keep_missions:
        kept += standing.mission_sites(workspace, ground, where, month_end(panel.as_of), team_classes[0].reach_km)
        note(f"UN missions with sites within reach on {month_end(panel.as_of)}: {_named(kept)}")
    found = plans.plan(
        workspace,
        panel,
        where,
        teams=teams,
        classes=team_classes,
        objective=cast("Objective", objective),
        budget=budget,
        max_per_country=max_per_country,
        each=[code.strip() for code in each.split(",") if code.strip()],
        keep=kept,
        middles=middles,
        quiet_weight=quiet_weight,
        stability=stability,
        quick=greedy,
        say=note,
    )
    document = as_document(found, detour)
    if out is not None:
        files.write(out, json.dumps(geojson(document), ensure_ascii=False, allow_nan=False).encode())
        note(f"written: {out}")
    if as_json:
        print_json(document)
        return
    show(deploy_show.sites_table(found), *([deploy_show.standing_table(found)] if found.kept else []))
    typer.echo(deploy_show.summary(found))
    if detour != 1:
        typer.echo(f"Reach was given by road and divided by a detour of {detour:g}, as given.")
    show(deploy_show.regret_table(found))
    typer.echo(deploy_show.regret_note(found))
    for caveat in found.caveats:
        typer.echo(f"* {caveat}")


def _named(kept: "tuple[Site, ...]") -> str:
    """Missions of kept sites by name."""
    return ", ".join(sorted({site.group for site in kept if site.group})) or "none"


def as_document(found: "Plan", detour: float = 1.0) -> dict[str, Any]:
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
        "quiet_weight": None
        if found.weighted is None
        else {
            name: getattr(found.weighted, name)
            for name in ("weight", "value", "total", "quiet_reached", "quiet_total", "basis")
        },
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
            {
                "name": s.name,
                "mission": s.group or None,
                "iso3": s.iso3 or None,
                "lat": round(s.lat, 4),
                "lon": round(s.lon, 4),
                "source": s.source or "given",
            }
            for s in found.kept
        ],
        "kept_reach": [
            {"name": one.name, "sites": one.sites, "within_reach": round(one.reaches, 3)} for one in found.standing
        ],
        "detour": detour,
        "regret": _regret(found),
        "sources": [
            "UCDP GED and candidate events, with forestall's forecast of cells",
            "GeoNames (CC BY 4.0), places",
        ],
        "caveats": list(found.caveats),
    }


def _regret(found: "Plan") -> dict[str, Any]:
    """What perfect foresight would have reached beside this plan, each figure with its unit."""
    f, h, o = found.foresight, found.hindcast, found.outcome
    return {
        "scenarios": {
            "unit": "deaths in the twelve months, mean of scenarios",
            "scenarios": f.scenarios,
            "total": round(f.total, 3),
            "total_interval80": [round(f.total_low80, 1), round(f.total_high80, 1)],
            "reached": round(f.reached, 3),
            "reached_interval80": [round(f.reached_low80, 1), round(f.reached_high80, 1)],
            "best_possible": round(f.best, 3),
            "best_possible_bound": round(f.bound, 3),
            "regret": round(f.regret, 3),
            "method": "for each scenario the best plan found by greedy choice with exchanges, knowing it",
        },
        "hindcast": None
        if h is None
        else {
            "unit": "share of the deaths of a year within reach, mean of years",
            "area": h.area,
            "years": [h.first, h.last],
            "teams": h.teams,
            "reach_km": h.reach_km,
            "model": h.model,
            "reached": round(h.reached, 4),
            "reached_least_and_most": [h.reached_low, h.reached_high],
            "best_possible": round(h.best, 4),
            "regret": round(h.regret, 4),
            "regret_interval90": [round(h.regret_low90, 4), round(h.regret_high90, 4)],
            "quiet_cells_reached": round(h.quiet_reached, 4),
            "quiet_cells_best_possible": round(h.quiet_best, 4),
            "source": "our own hindcast, docs/methods/deployment.md",
        },
        "outcome": None
        if o is None
        else {
            "unit": "deaths recorded in the twelve months, UCDP best estimate",
            "months": [found.first, found.last],
            "total": round(o.total, 1),
            "reached": round(o.reached, 1),
            "best_possible": round(o.best, 1),
            "regret": round(o.regret, 1),
            "quiet_cells_total": round(o.quiet_total, 1),
            "quiet_cells_reached": round(o.quiet_reached, 1),
            "release": o.release,
        },
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
