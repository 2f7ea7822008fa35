"""Which land cells a plan is about."""

import json
from pathlib import Path

import numpy as np
import pytest

from forestall.errors import UsageError
from forestall.ids.months import parse_month
from forestall.instruments.deployment.areas import area, outlined
from forestall.panel.land import Land, land
from forestall.store import Workspace

AS_OF = parse_month("2026-02")


@pytest.fixture(scope="module")
def cells() -> Land:
    return land(Workspace.open())


def box(west: float, south: float, east: float, north: float) -> dict[str, object]:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def written(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "area.geojson"
    path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return path


def test_names_of_regions_and_countries(cells: Land) -> None:
    africa, mali, world = (area(q, cells, AS_OF) for q in ("AFRICA", "mli", "World"))
    assert set(np.unique(cells.gw_id[mali.cells])) == {432}
    assert set(mali.cells) < set(africa.cells) < set(world.cells)
    assert world.cells.size == cells.pg_id.size
    assert 10_000 < africa.cells.size < 11_500  # 30 million km2 of cells of about 3,000 km2
    assert area("Western Africa", cells, AS_OF).name == "Western Africa"


def test_a_box_holds_the_middles_inside_it(cells: Land, tmp_path: Path) -> None:
    found = outlined(written(tmp_path, {"type": "Feature", "properties": {}, "geometry": box(-5, 14, 0, 18)}), cells)
    lat, lon = cells.lat[found.cells], cells.lon[found.cells]
    assert found.cells.size == 10 * 8
    assert lat.min() > 14
    assert lat.max() < 18
    assert lon.min() > -5
    assert lon.max() < 0


def test_a_hole_is_left_out(cells: Land, tmp_path: Path) -> None:
    outer, inner = box(-5, 14, 0, 18)["coordinates"], box(-4, 15, -3, 16)["coordinates"]
    shape = {"type": "Polygon", "coordinates": [outer[0], inner[0]]}  # type: ignore[index]
    assert outlined(written(tmp_path, shape), cells).cells.size == 80 - 4


@pytest.mark.parametrize(("west", "east"), [(177, -178), (177, 182), (-183, -178)])
def test_an_outline_may_cross_the_antimeridian(cells: Land, tmp_path: Path, west: float, east: float) -> None:
    found = outlined(written(tmp_path, box(west, -20, east, -15)), cells)  # Fiji
    lon = cells.lon[found.cells]
    assert found.cells.size > 5
    assert np.all((lon > 177) | (lon < -178))
    assert (lon > 177).any()
    assert (lon < -178).any()


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("{", "not readable as JSON"),
        ("%PDF-1.7", "not readable as JSON"),
        ([1, 2], "objects with a `type`"),
        ({"type": "Point", "coordinates": [1, 2]}, "no Polygon"),
        ({"type": "FeatureCollection", "features": 3}, "without its list"),
        ({"type": "Polygon"}, "without coordinates"),
        ({"type": "Polygon", "coordinates": []}, "no Polygon|without rings"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, "four positions"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [2, 2]]]}, "the last the same as the first"),
        ({"type": "Polygon", "coordinates": [[["a", 0], [1, 1], [1, 0], ["a", 0]]]}, "something else than positions"),
        (box(0, 0, 4, 95), "off the globe"),
        (box(-40, 20, -39, 21), "no middle of a land cell"),
        (box(10.01, 14.01, 10.02, 14.02), "no middle of a land cell"),
    ],
)
def test_a_broken_outline_is_refused_in_one_line(cells: Land, tmp_path: Path, document: object, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        outlined(written(tmp_path, document), cells)
    assert "\n" not in str(caught.value)


def test_what_nobody_knows_is_refused(cells: Land, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no country, region or file"):
        area("Atlantis", cells, AS_OF)
    with pytest.raises(UsageError, match="cannot be read"):
        area(str(tmp_path / "none.geojson"), cells, AS_OF)
    with pytest.raises(UsageError, match="no cell of its own"):
        area("Monaco", cells, AS_OF)
