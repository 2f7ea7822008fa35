"""The land cells that a plan is about: the world, a region, a country, or what a GeoJSON file outlines."""

import json
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids.countries import resolve, states
from forestall.ids.months import month_end
from forestall.instruments.deployment.given import text_of
from forestall.panel.land import Land

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WORLD = ("world", "globe", "all")
LARGEST_FILE = 20_000_000
MOST_POINTS = 500_000
SHAPES = ("Polygon", "MultiPolygon")


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """Where a plan is made. name: for the reader. cells: positions of its cells among all land cells, ascending."""

    name: str
    cells: Ints


def area(query: str, land: Land, as_of: int) -> Area:
    """The area that a person means: `world`, a region of the United Nations' M49 (Africa, Western Asia), a country by
    ISO3 code, Gleditsch-Ward number or name, or the path of a GeoJSON file. as_of: month_id, for the names.

    Raises UsageError for an unreadable or empty outline, a name nobody knows, or an area without a land cell.
    """
    asked = query.strip()
    if asked.lower().endswith((".geojson", ".json")) or "/" in asked:
        return outlined(Path(asked), land)
    if asked.lower() in WORLD:
        return Area("the world", np.arange(land.pg_id.size))
    day = month_end(as_of)
    listed = states(day)
    for field in ("region", "subregion"):
        held = [s for s in listed if getattr(s, field).lower() == asked.lower()]
        if held:
            return _of([s.gw_id for s in held], getattr(held[0], field), land)
    try:
        state = resolve(asked, on=day)
    except UnknownCountryError as error:
        regions = sorted({s.region for s in listed} | {s.subregion for s in listed} - {""})
        raise UsageError(
            f"area {asked!r} is no country, region or file: {error}; regions are world, {', '.join(regions)}"
        ) from None
    return _of([state.gw_id], state.name, land)


def _of(gw_ids: list[int | None], name: str, land: Land) -> Area:
    cells = np.flatnonzero(np.isin(land.gw_id, [g for g in gw_ids if g is not None])).astype(np.int64)
    if cells.size == 0:
        raise UsageError(f"{name} has no cell of its own on the half-degree land grid: name a larger area")
    return Area(name, cells)


def outlined(path: Path, land: Land) -> Area:
    """The cells whose middle lies inside the polygons of a GeoJSON file (RFC 7946), also across the antimeridian.

    Raises UsageError if the file is missing, too large, no GeoJSON, has no polygon, a broken one, or no cell inside.
    """
    polygons, name = _read(path)
    inside = np.zeros(land.pg_id.size, dtype=bool)
    for polygon in polygons:
        rings = [_unrolled(ring) for ring in polygon]
        # Holes are brought to the same turn of the globe as the outer ring.
        east = [360 * np.round((rings[0][:, 0].mean() - ring[:, 0].mean()) / 360) for ring in rings]
        rings = [ring + np.array([turn, 0.0]) for ring, turn in zip(rings, east, strict=True)]
        for turn in (-360.0, 0.0, 360.0):
            within = _in_ring(land.lon + turn, land.lat, rings[0])
            for hole in rings[1:]:
                within &= ~_in_ring(land.lon + turn, land.lat, hole)
            inside |= within
    if not inside.any():
        raise UsageError(
            f"{path} outlines no middle of a land cell of half a degree (about 55 km): draw a larger area, and mind "
            "that GeoJSON gives longitude before latitude"
        )
    return Area(name, np.flatnonzero(inside).astype(np.int64))


def _read(path: Path) -> tuple[list[list[Floats]], str]:
    """The polygons of a file, each a list of rings (k, 2) of longitude and latitude, and a name for them."""
    text = text_of(path, LARGEST_FILE, "a GeoJSON file, a country or a region")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UsageError(f"{path} is no GeoJSON: it is not readable as JSON text (UTF-8)") from None
    shapes = list(_shapes(document, path))
    polygons: list[list[Floats]] = []
    for shape in shapes:
        parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        if not isinstance(parts, list) or not all(isinstance(part, list) and part for part in parts):
            raise UsageError(f"{path}: a {shape['type']} without rings; see RFC 7946, section 3.1.6")
        polygons += [[_ring(ring, path) for ring in part] for part in parts]
    if not polygons:
        raise UsageError(f"{path} holds no Polygon or MultiPolygon: points and lines outline no area")
    if sum(ring.shape[0] for polygon in polygons for ring in polygon) > MOST_POINTS:
        raise UsageError(f"{path} has more than {MOST_POINTS:,} points: simplify the outline")
    return polygons, path.stem


def _shapes(document: Any, path: Path) -> "list[dict[str, Any]]":
    """Every Polygon and MultiPolygon of a document, whatever it is wrapped in."""
    found: list[dict[str, Any]] = []
    waiting: list[Any] = [document]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, dict) or not isinstance(one.get("type"), str):
            raise UsageError(
                f"{path} is no GeoJSON: expected objects with a `type` (FeatureCollection, Feature, Polygon ...)"
            )
        kind = one["type"]
        if kind in SHAPES:
            if "coordinates" not in one:
                raise UsageError(f"{path}: a {kind} without coordinates")
            found.append(one)
        elif kind == "Feature":
            waiting += [one["geometry"]] if one.get("geometry") is not None else []
        elif kind in ("FeatureCollection", "GeometryCollection"):
            held = one.get("features" if kind == "FeatureCollection" else "geometries")
            if not isinstance(held, list):
                raise UsageError(f"{path}: a {kind} without its list")
            waiting += held
    return found


def _ring(ring: Any, path: Path) -> Floats:
    """One ring, closed, (k, 2)."""
    try:
        given = np.array([[_degrees(point[0]), _degrees(point[1])] for point in ring])
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise UsageError(f"{path}: a ring holds something else than positions [longitude, latitude]") from None
    if given.shape[0] and not (
        np.isfinite(given).all() and (np.abs(given[:, 1]) <= 90).all() and (np.abs(given[:, 0]) <= 540).all()
    ):
        raise UsageError(f"{path}: a position lies off the globe; write longitude, then latitude, in degrees")
    if given.shape[0] < 4 or not np.array_equal(given[0], given[-1]):
        raise UsageError(f"{path}: a ring needs four positions or more, the last the same as the first (RFC 7946)")
    return given


def _degrees(value: Any) -> float:
    """A number of JSON; text and truth values, which Python would read as numbers too, are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(value)
    return float(value)


def _unrolled(ring: Floats) -> Floats:
    """A ring without leaps from one edge of the map to the other: each step goes the shorter way round."""
    step = np.diff(ring[:, 0])
    step -= 360 * np.round(step / 360)
    return np.stack([np.concatenate([[ring[0, 0]], ring[0, 0] + np.cumsum(step)]), ring[:, 1]], axis=1)


def _in_ring(x: Floats, y: Floats, ring: Floats) -> npt.NDArray[np.bool_]:
    """Which points lie inside a ring, by counting crossings of a line to the east. Straight lines in degrees."""
    inside = np.zeros(x.size, dtype=bool)
    box = (x >= ring[:, 0].min()) & (x <= ring[:, 0].max()) & (y >= ring[:, 1].min()) & (y <= ring[:, 1].max())
    rows = np.flatnonzero(box)
    px, py = x[rows], y[rows]
    odd = np.zeros(rows.size, dtype=bool)
    for (x1, y1), (x2, y2) in pairwise(ring):
        if y1 == y2:
            continue
        between = (y1 > py) != (y2 > py)
        odd ^= between & (px < (x2 - x1) * (py - y1) / (y2 - y1) + x1)
    inside[rows] = odd
    return inside
