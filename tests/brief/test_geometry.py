"""The outlines that maps are drawn from: whole, closed, and as docs/methods/maps.md says."""

import json
import math
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

import pytest
from tools.embed import geometry

from forestall.ids.countries import states

SCALES = ("110m", "50m")


@cache
def topology(scale: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(
        resources.files("forestall").joinpath(f"data/geometry/world-{scale}.json").read_text("utf-8")
    )
    return read


def countries(scale: str) -> dict[str, dict[str, Any]]:
    return {g["id"]: g for g in topology(scale)["objects"]["countries"]["geometries"]}


def points(scale: str, index: int) -> list[tuple[float, float]]:
    """An arc in degrees, walked forwards, or backwards for ~index."""
    step = topology(scale)["transform"]["scale"][0]
    x = y = 0
    out = []
    for dx, dy in topology(scale)["arcs"][index if index >= 0 else ~index]:
        x, y = x + dx, y + dy
        out.append((x * step, y * step))
    return out if index >= 0 else out[::-1]


def rings(scale: str, code: str) -> Iterator[list[tuple[float, float]]]:
    for polygon in countries(scale)[code].get("arcs", []):
        for ring in polygon:
            yield [p for index in ring for p in points(scale, index)[:-1]]


def test_every_un_member_has_an_outline_close_up_and_an_outline_or_point_in_the_world() -> None:
    members = {s.iso3 for s in states(date(2026, 2, 28)) if s.un_member_since}
    assert len(members) == 193
    assert {c for c in members if not countries("50m").get(c, {}).get("arcs")} == set()
    assert {c for c in members if "point" not in countries("110m").get(c, {}).get("properties", {})} == set()
    pointed = {c for c in members if countries("110m")[c]["type"] is None}
    assert len(pointed) == 28
    assert {"TUV", "SGP", "MDV", "BHR"} <= pointed


def test_every_state_with_a_number_of_its_own_is_on_the_map() -> None:
    now = {s.iso3 for s in states(date(2026, 2, 28)) if s.gw_id is not None}
    assert now - set(countries("110m")) == set()
    assert now - set(countries("50m")) == set()


@pytest.mark.parametrize("scale", SCALES)
def test_rings_close_and_arcs_join(scale: str) -> None:
    for code, country in countries(scale).items():
        for polygon in country.get("arcs", []):
            for ring in polygon:
                ends = [(points(scale, i)[0], points(scale, i)[-1]) for i in ring]
                assert all(a[1] == b[0] for a, b in pairwise([*ends, ends[0]])), code


@pytest.mark.parametrize("scale", SCALES)
def test_every_coordinate_is_a_place(scale: str) -> None:
    for index in range(len(topology(scale)["arcs"])):
        assert all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in points(scale, index))


@pytest.mark.parametrize("scale", SCALES)
def test_areas_the_un_shows_as_one_are_one(scale: str) -> None:
    held = countries(scale)
    assert not {"CYN", "SOL", "ATA", "HKG", "MAC", "ALA"} & set(held)
    assert len(held["CYP"]["arcs"]) == 1  # no inner border is left
    assert len(held["SOM"]["arcs"]) == 1
    north = max(lat for ring in rings(scale, "SOM") for _, lat in ring)
    west = min(lon for ring in rings(scale, "SOM") for lon, _ in ring)
    assert (round(north), round(west)) == (12, 41)


@pytest.mark.parametrize("scale", SCALES)
def test_crimea_is_in_ukraine(scale: str) -> None:
    simferopol = (34.1, 45.1)
    inside = {code for code in ("UKR", "RUS") if sum(_around(simferopol, ring) for ring in rings(scale, code)) % 2}
    assert inside == {"UKR"}


def _around(place: tuple[float, float], ring: list[tuple[float, float]]) -> bool:
    """Even-odd rule: whether a ray to the east crosses the ring an odd number of times."""
    lon, lat = place
    crossings = 0
    for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
        if (y1 > lat) != (y2 > lat) and abs(x1 - x2) < 180 and lon < x1 + (lat - y1) / (y2 - y1) * (x2 - x1):
            crossings += 1
    return crossings % 2 == 1


# Land and inland water, km2, UN Demographic Yearbook 2022, table 3; outlines differ by what they count as water.
@pytest.mark.parametrize(
    ("code", "area"), [("MLI", 1_240_192), ("KAZ", 2_724_902), ("RUS", 17_098_246), ("UKR", 603_500)]
)
def test_areas_are_those_published(code: str, area: int) -> None:
    assert countries("50m")[code]["properties"]["area"] == pytest.approx(area, rel=0.02)
    assert countries("110m")[code]["properties"]["area"] == pytest.approx(area, rel=0.05)


def test_a_square_degree_at_the_equator_has_its_area() -> None:
    square = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0)]
    exact = geometry.EARTH_KM**2 * math.radians(1) * math.sin(math.radians(1))
    assert geometry._area(square) == pytest.approx(exact)


def test_a_ring_across_the_antimeridian_keeps_its_area_and_centre() -> None:
    here = [(10.0, -17.0), (10.0, -16.0), (12.0, -16.0), (12.0, -17.0)]
    there = [((lon + 168 + 180) % 360 - 180, lat) for lon, lat in here]  # 178 E to 180 W
    across = [((lon + 169 + 180) % 360 - 180, lat) for lon, lat in here]  # 179 E to 179 W
    assert geometry._area(across) == pytest.approx(geometry._area(here)) == pytest.approx(geometry._area(there))
    assert abs(geometry._centre(across)[0]) == pytest.approx(180)
    assert geometry._centre(here)[0] == pytest.approx(11)


def test_joining_two_squares_leaves_one_ring_without_the_border_between_them() -> None:
    border, left, right = [(1, 0), (1, 1)], [(1, 1), (0, 1), (0, 0), (1, 0)], [(1, 0), (2, 0), (2, 1), (1, 1)]
    joined = geometry._dissolve([[[0, 1]], [[~0, ~2]]], [border, left, right[::-1]])
    assert joined in ([[[1, ~2]]], [[[~2, 1]]])


@pytest.mark.parametrize("scale", SCALES)
def test_dashed_lines_lie_where_they_should(scale: str) -> None:
    lines = [points(scale, line[0]) for line in topology(scale)["objects"]["dashed"]["arcs"]]
    middles = [line[len(line) // 2] for line in lines]
    for name, (west, south, east, north) in {
        "Western Sahara": (-13, 26, -8, 29),
        "Sudan and South Sudan": (23, 8, 34, 13),
        "Kosovo": (19.8, 41.8, 22, 43.4),
        "Palestine": (34, 31, 35.7, 32.6),
        "Jammu and Kashmir": (73, 32, 80.5, 37),
    }.items():
        assert any(west <= lon <= east and south <= lat <= north for lon, lat in middles), name


@pytest.mark.parametrize("scale", SCALES)
def test_a_territory_is_counted_under_a_state_that_is_on_the_map(scale: str) -> None:
    held = countries(scale)
    under = {c: g["properties"]["of"] for c, g in held.items() if "of" in g["properties"]}
    assert under["GRL"] == "DNK"
    assert set(under.values()) <= set(held)
    assert not {"ESH", "FLK", "PSE", "XKX", "TWN"} & set(under)


def test_the_outlines_stay_small() -> None:
    folder = resources.files("forestall").joinpath("data/geometry")
    assert sum(len(folder.joinpath(f"world-{s}.json").read_bytes()) for s in SCALES) < 1_000_000
