"""Preventive deployment in a dossier: where a few teams would stand, on a map of expected deaths, and how sure it is."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from forestall.brief import closeup, theme, words
from forestall.brief.document import RiskCell
from forestall.brief.document_response import DeploymentPart, DeploymentSite, MissionCell
from forestall.brief.situation import Situation, span
from forestall.errors import ForestallError
from forestall.ids.cells import RADIUS_KM
from forestall.ids.months import format_month
from forestall.instruments.deployment import case as cases
from forestall.instruments.deployment import scenarios
from forestall.instruments.deployment.plan import Plan
from forestall.panel.land import Land, land

Spec = dict[str, Any]

CLASSES = ("0.1–0.9", "1–4.9", "5–24", "25–99", "100 or more")
EDGES = (0.1, 1.0, 5.0, 25.0, 100.0)
POINTS = 72  # corners of a circle


def part(s: Situation, gw_id: int) -> DeploymentPart | None:
    """Five teams of 100 km in a country; None where its cells, or where deaths were, are not known: the part on where
    deaths are likely says so."""
    ground, ahead = _land(s), _ahead(s)
    if ahead is None or not (ground.gw_id == gw_id).any():
        return None
    found = cases.answer(s.case(gw_id), s.panel, ahead, ground, s.workspace)
    return DeploymentPart(
        months=f"{format_month(ahead.risk.first_month)}..{format_month(ahead.risk.last_month)}",
        span=span(ahead.risk.first_month, ahead.risk.last_month),
        reach_km=cases.REACH_KM,
        assessment=found.assessment,
        sites=() if found.plan is None else _sites(found.plan),
        missions=tuple(
            MissionCell(mission=site.group, lat=site.lat, lon=site.lon, source=site.source) for site in found.missions
        ),
    )


@lru_cache(maxsize=1)
def _land(s: Situation) -> Land:
    """The land cells, which all pages of an edition share."""
    return land(s.workspace)


@lru_cache(maxsize=1)
def _ahead(s: Situation) -> scenarios.Ahead | None:
    """What may come in all cells, which all pages of an edition share."""
    try:
        return scenarios.ahead(s.workspace, s.panel)
    except ForestallError:
        return None


def _sites(plan: Plan) -> tuple[DeploymentSite, ...]:
    return tuple(
        DeploymentSite(
            order=k,
            name=one.site.name,
            iso3=one.site.iso3,
            lat=one.site.lat,
            lon=one.site.lon,
            reaches_alone=round(one.why.alone, 1),
            adds=round(one.why.adds, 1),
            lost_if_dropped=round(one.why.lost, 1),
            selection_frequency=one.why.again,
        )
        for k, one in enumerate(plan.stands, 1)
    )


def legend() -> list[tuple[str, str]]:
    """The classes of cells with their colours."""
    return list(zip(CLASSES, theme.STEPS, strict=True))


def draw(cells: Sequence[RiskCell], of: DeploymentPart, codes: Sequence[str], *, title: str) -> str:
    """Cells by expected deaths, the sites with their numbers and reach, and cells with sites of UN missions."""
    shown = [c for c in cells if c.expected >= EDGES[0]]
    squares = [
        closeup.Square(c.lat, c.lon, CLASSES[int(np.searchsorted(EDGES, c.expected, side="right")) - 1]) for c in shown
    ]
    named = "; ".join(f"{site.order} {site.name}" for site in of.sites)
    stands = f" {words.plural(len(of.missions), 'cell')} with sites of UN missions." if of.missions else ""
    return closeup.draw(
        squares,
        codes,
        colours=dict(legend()),
        over=[*_circles(of), *_standing(of), *_numbers(of)],
        name="teams",
        title=title,
        description=f"Expected deaths in {words.plural(len(shown), 'cell')} of half a degree; teams at {named}.{stands}",
    )


def _circles(of: DeploymentPart) -> list[Spec]:
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring(site.lat, site.lon, of.reach_km)]}}
        for site in of.sites
    ]
    mark = {"type": "geoshape", "filled": False, "stroke": theme.ACCENT, "strokeWidth": 1.6}
    return [{"data": {"values": features}, "mark": mark}]


def ring(lat: float, lon: float, km: float) -> list[list[float]]:
    """A circle on the globe as a closed ring of [lon, lat] in degrees, clockwise."""
    turn, angle = np.linspace(0, 2 * np.pi, POINTS + 1), km / RADIUS_KM
    north = np.radians(lat)
    up = np.arcsin(np.sin(north) * np.cos(angle) + np.cos(north) * np.sin(angle) * np.cos(turn))
    east = np.arctan2(np.sin(turn) * np.sin(angle) * np.cos(north), np.cos(angle) - np.sin(north) * np.sin(up))
    points = np.stack([(lon + np.degrees(east) + 540) % 360 - 180, np.degrees(up)], axis=1).round(4)
    points[-1] = points[0]
    found: list[list[float]] = points.tolist()
    return found


def _standing(of: DeploymentPart) -> list[Spec]:
    if not of.missions:
        return []
    mark = {"type": "square", "size": 36, "opacity": 1, "color": theme.FG, "stroke": theme.BACK, "strokeWidth": 0.8}
    return [{"data": {"values": [{"lon": m.lon, "lat": m.lat} for m in of.missions]}, "mark": mark, "encoding": _at()}]


def _numbers(of: DeploymentPart) -> list[Spec]:
    data = {"values": [{"lon": site.lon, "lat": site.lat, "number": str(site.order)} for site in of.sites]}
    disc = {
        "type": "circle",
        "size": 260,
        "opacity": 1,
        "color": theme.BACK,
        "stroke": theme.ACCENT,
        "strokeWidth": 1.6,
    }
    text = {"type": "text", "fontSize": 12, "fontWeight": "bold", "color": theme.FG, "baseline": "middle"}
    return [
        {"data": data, "mark": disc, "encoding": _at()},
        {"data": data, "mark": text, "encoding": {**_at(), "text": {"field": "number", "type": "nominal"}}},
    ]


def _at() -> Spec:
    return {"longitude": {"field": "lon", "type": "quantitative"}, "latitude": {"field": "lat", "type": "quantitative"}}
