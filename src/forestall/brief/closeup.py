"""Close-ups: cells of a country in classes, its outline and its neighbours', marks on top and a scale bar.

Lambert's azimuthal equal-area projection, so that areas can be compared. Outlines come from `data/geometry`; how disputed
areas are shown is in docs/methods/maps.md.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from forestall.brief import theme
from forestall.ids import cells

Spec = dict[str, Any]
FloatArray = npt.NDArray[np.float64]

WIDE_KM = 3500.0


@dataclass(frozen=True, slots=True)
class Square:
    """A cell of half a degree by its middle, in degrees, and the class it is coloured by."""

    lat: float
    lon: float
    group: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A mark on top of the cells: where, in degrees, and how large, in square pixels."""

    lat: float
    lon: float
    size: float


@cache
def topology(scale: str) -> Spec:
    """The outlines, "110m" for the world or "50m" for close-ups, as TopoJSON keyed by ISO3."""
    text = resources.files("forestall").joinpath(f"data/geometry/world-{scale}.json").read_text("utf-8")
    read: Spec = json.loads(text)
    return read


def draw(
    squares: Sequence[Square],
    codes: Sequence[str],
    *,
    colours: Mapping[str, str],
    dots: Sequence[Dot] = (),
    extent: Sequence[Square] = (),
    over: Sequence[Spec] = (),
    name: str,
    title: str,
    description: str,
) -> str:
    """Cells inside a country, its outline and its neighbours', with a scale bar, as SVG.

    codes: ISO3 of the country, and of territories shown with it. Countries without an outline (small islands) get the cells
    alone. colours: of each class, in the legend's order. dots: marks on top; a picture of a large country does not reach
    out for those that lie away from all cells. extent: what the picture must hold, `squares` if not given. over: layers
    on top of all, in the same projection.
    """
    extent = extent or squares
    own = [ring for code in codes for ring in rings(code)]
    corners = _corners(extent)
    middle = _middle(own, corners)
    flat = _frame(own, corners, middle)
    if extent and (flat.max(axis=0) - flat.min(axis=0)).max() * cells.RADIUS_KM > WIDE_KM:
        # On a map of all Russia a cell is a speck: large countries are shown where there is something to show.
        middle = _middle([], corners)
        flat = _frame([], corners, middle, margin_km=300)
    low, high = flat.min(axis=0), flat.max(axis=0)
    span = np.maximum(high - low, 0.02)
    width = 560.0
    height = float(np.clip(width * span[1] / span[0], 260, 560))
    scale = 0.92 * min(width / span[0], height / span[1])
    centre = (low + high) / 2
    projection: Spec = {
        "type": "azimuthalEqualArea",
        "rotate": [-middle[0], -middle[1], 0],
        "scale": scale,
        "translate": [width / 2 - centre[0] * scale, height / 2 + centre[1] * scale],
        "clipExtent": [[0, 0], [width, height]],
        "precision": 0.5,
    }
    spec: Spec = {
        "width": width,
        "height": height,
        "projection": projection,
        "layer": [
            *_outlines(codes, projection),
            _cells(squares, colours),
            *([_marks(dots)] if dots else []),
            *over,
            *_scale_bar(scale, width, height),
        ],
    }
    return theme.to_svg(spec, name=name, title=title, description=description)


def _cells(squares: Sequence[Square], colours: Mapping[str, str]) -> Spec:
    features = []
    for square in squares:
        west, east, south, north = square.lon - 0.25, square.lon + 0.25, square.lat - 0.25, square.lat + 0.25
        ring = [[west, south], [west, north], [east, north], [east, south], [west, south]]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"class": square.group}, "geometry": geometry})
    return {
        "data": {"values": features},
        "mark": {"type": "geoshape", "stroke": theme.FG, "strokeWidth": 0.4},
        "encoding": {
            "color": {
                "field": "properties.class",
                "type": "nominal",
                "title": None,
                "scale": {"domain": list(colours), "range": list(colours.values())},
                "legend": None,
            }
        },
    }


def _marks(dots: Sequence[Dot]) -> Spec:
    return {
        "data": {"values": [{"lon": dot.lon, "lat": dot.lat, "size": dot.size} for dot in dots]},
        "mark": {
            "type": "circle",
            "opacity": 1,
            "color": theme.ACCENT_2,
            "stroke": theme.BACK,
            "strokeWidth": 1,
        },
        "encoding": {
            "longitude": {"field": "lon", "type": "quantitative"},
            "latitude": {"field": "lat", "type": "quantitative"},
            "size": {"field": "size", "type": "quantitative", "scale": None, "legend": None},
        },
    }


def _frame(
    own: Sequence[FloatArray], corners: FloatArray, middle: tuple[float, float], *, margin_km: float = 0.0
) -> FloatArray:
    """Projected points (n, 2) that the picture must hold: the largest part of the country, what lies near it, and the cells."""
    largest = max(own, key=len) if own else None
    # Far-flung islands would shrink the country to a dot.
    parts = [ring for ring in own if ring is largest or (largest is not None and _near(ring, largest))]
    parts += [corners.reshape(-1, 2)] if corners.size else []
    flat = (
        np.concatenate([_project(part, middle) for part in parts])
        if parts
        else np.array([[-0.05, -0.05], [0.05, 0.05]])
    )
    flat = flat[np.isfinite(flat).all(axis=1)]
    margin = margin_km / cells.RADIUS_KM
    return np.concatenate([flat - margin, flat + margin])


def _outlines(codes: Sequence[str], projection: Spec) -> list[Spec]:
    source = topology("50m")
    seen = [g for g in source["objects"]["countries"]["geometries"] if g["type"] and _visible(g, projection)]

    def layer(shapes: list[Spec], fill: str) -> Spec:
        return {
            "data": {"values": _only(source, shapes), "format": {"type": "topojson", "feature": "shapes"}},
            "mark": {"type": "geoshape", "fill": fill, "stroke": theme.MUTED, "strokeWidth": 0.7},
        }

    lines = source["objects"]["dashed"]["arcs"]
    dashed = {
        **source,
        "objects": {"dashed": {"type": "MultiLineString", "arcs": [[i] for i in range(len(lines))]}},
        "arcs": [source["arcs"][line[0]] for line in lines],
    }
    return [
        layer([g for g in seen if g["id"] not in codes], theme.UNKNOWN),
        layer([g for g in seen if g["id"] in codes], theme.ZERO),
        {
            "data": {"values": dashed, "format": {"type": "topojson", "feature": "dashed"}},
            "mark": {
                "type": "geoshape",
                "filled": False,
                "stroke": theme.BACK,
                "strokeWidth": 1.3,
                "strokeDash": [3, 2],
            },
        },
    ]


def _only(source: Spec, shapes: Sequence[Spec]) -> Spec:
    """A topology of some outlines with no other's arcs: handing over all of the world's takes longer than drawing."""
    number: dict[int, int] = {}

    def renumber(index: int) -> int:
        new = number.setdefault(index if index >= 0 else ~index, len(number))
        return new if index >= 0 else ~new

    geometries = [
        {"type": g["type"], "properties": {}, "arcs": [[[renumber(i) for i in r] for r in p] for p in g["arcs"]]}
        for g in shapes
    ]
    objects = {"shapes": {"type": "GeometryCollection", "geometries": geometries}}
    return {**source, "objects": objects, "arcs": [source["arcs"][i] for i in number]}


def _visible(geometry: Spec, projection: Spec) -> bool:
    """Whether any point of an outline falls near the picture: the rest would only make the drawing heavy."""
    middle = (-projection["rotate"][0], -projection["rotate"][1])
    dx, dy = projection["translate"]
    for ring in rings(geometry["id"]):
        flat = _project(ring, middle) * projection["scale"]
        x, y = flat[:, 0] + dx, dy - flat[:, 1]
        if ((x > -400) & (x < 960) & (y > -400) & (y < 960)).any():
            return True
    return False


def _scale_bar(scale: float, width: float, height: float) -> list[Spec]:
    """A bar of a round number of kilometres in the lower left corner. scale: pixels per radian."""
    target = width / 5 / scale * cells.RADIUS_KM
    power = 10 ** math.floor(math.log10(target))
    length = max(step * power for step in (1, 2, 5) if step * power <= target)
    pixels = length / cells.RADIUS_KM * scale
    x, y = 12.0, height - 12
    row: Spec = {"data": {"values": [{}]}}
    return [
        {
            **row,
            "mark": {"type": "rule", "color": theme.FG, "strokeWidth": 2},
            "encoding": {"x": {"value": x}, "x2": {"value": x + pixels}, "y": {"value": y}},
        },
        {
            **row,
            "mark": {
                "type": "text",
                "text": f"{length:,.0f} km",
                "align": "left",
                "baseline": "bottom",
                "dy": -4,
                "color": theme.FG,
            },
            "encoding": {"x": {"value": x}, "y": {"value": y}},
        },
    ]


@cache
def rings(code: str) -> tuple[FloatArray, ...]:
    """The outer rings of an outline at the close-up scale, (n, 2) lon and lat in degrees each; none for small islands."""
    source = topology("50m")
    step: FloatArray = np.asarray(source["transform"]["scale"], dtype=np.float64)
    found = next((g for g in source["objects"]["countries"]["geometries"] if g["id"] == code and g["type"]), None)
    if found is None:
        return ()
    return tuple(np.concatenate([_arc(index) for index in polygon[0]]) * step for polygon in found["arcs"])


@cache
def _arc(index: int) -> FloatArray:
    deltas = topology("50m")["arcs"][index if index >= 0 else ~index]
    points: FloatArray = np.cumsum(np.asarray(deltas, dtype=np.float64), axis=0)
    return points if index >= 0 else points[::-1]


def _corners(squares: Sequence[Square]) -> FloatArray:
    centres = np.array([[square.lon, square.lat] for square in squares], dtype=np.float64).reshape(-1, 1, 2)
    corners: FloatArray = centres + np.array([[-0.25, -0.25], [-0.25, 0.25], [0.25, 0.25], [0.25, -0.25]])
    return corners


def _middle(own: Sequence[FloatArray], corners: FloatArray) -> tuple[float, float]:
    """The centre of the largest part, by the mean of unit vectors, so that the antimeridian is no edge."""
    points = max(own, key=len) if own else corners.reshape(-1, 2)
    if not points.size:
        return 0.0, 0.0
    lon, lat = np.radians(points[:, 0]), np.radians(points[:, 1])
    x, y, z = (np.cos(lat) * np.cos(lon)).mean(), (np.cos(lat) * np.sin(lon)).mean(), np.sin(lat).mean()
    return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))


def _near(ring: FloatArray, largest: FloatArray, *, km: float = 600.0) -> bool:
    ring_middle, main = _middle([ring], ring), largest[:: max(1, len(largest) // 60)]
    return bool(np.min(cells.distance_km(ring_middle[1], ring_middle[0], main[:, 1], main[:, 0])) < km)


def _project(points: FloatArray, middle: tuple[float, float]) -> FloatArray:
    """Lambert's azimuthal equal-area projection around `middle`, in radians, y upwards. points: (n, 2) lon, lat in degrees."""
    lon, lat = np.radians(points[:, 0] - middle[0]), np.radians(points[:, 1])
    lat0 = math.radians(middle[1])
    cosine = math.sin(lat0) * np.sin(lat) + math.cos(lat0) * np.cos(lat) * np.cos(lon)
    with np.errstate(divide="ignore", invalid="ignore"):
        k = np.sqrt(2 / (1 + cosine))
        x = k * np.cos(lat) * np.sin(lon)
        y = k * (math.cos(lat0) * np.sin(lat) - math.sin(lat0) * np.cos(lat) * np.cos(lon))
    return np.stack([x, y], axis=1)
