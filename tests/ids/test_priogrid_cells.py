"""PRIO-GRID: cells and places, neighbours, areas and distances."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import UsageError
from forestall.ids import cells
from forestall.ids.cells import (
    CELLS,
    COLS,
    area_km2,
    bounds,
    cell_of,
    centre,
    corners,
    distance_km,
    from_row_col,
    neighbours,
    row_col,
)

CELL = st.integers(1, CELLS)
EVERY = np.arange(1, CELLS + 1)


def test_worked_places() -> None:
    # Timbuktu, 16.77 N 3.01 W: row 213 from the south, column 353.
    assert cell_of(16.77, -3.01) == 213 * 720 + 353 + 1 == 153_714
    assert centre(153_714) == (16.75, -3.25)
    assert cell_of(-90, -180) == 1
    assert centre(1) == (-89.75, -179.75)
    assert centre(CELLS) == (89.75, 179.75)


def test_the_published_land_cells_lie_where_we_say(shared: Path) -> None:
    land = pl.read_parquet(shared / "grid" / "priogrid_land.parquet", columns=["gid", "row", "col", "lon", "lat"])
    assert land.height == 64_818
    lat, lon = centre(land["gid"].to_numpy())
    np.testing.assert_array_equal(lat, land["lat"].to_numpy())
    np.testing.assert_array_equal(lon, land["lon"].to_numpy())
    np.testing.assert_array_equal(cell_of(lat, lon), land["gid"].to_numpy())
    row, col = row_col(land["gid"].to_numpy())
    np.testing.assert_array_equal(row + 1, land["row"].to_numpy())
    np.testing.assert_array_equal(col + 1, land["col"].to_numpy())


def test_the_published_events_lie_in_their_cells(shared: Path) -> None:
    events = pl.read_parquet(shared / "grid" / "events_geo.parquet", columns=["lat", "lon", "gid"]).drop_nulls()
    assert events.height > 200_000
    # The catalogue's cells were derived with the same rule for edges: all agree, edges included.
    assert (cell_of(events["lat"].to_numpy(), events["lon"].to_numpy()) == events["gid"].to_numpy()).all()


def test_every_cell_is_the_cell_of_its_centre() -> None:
    np.testing.assert_array_equal(cell_of(*centre(EVERY)), EVERY)
    np.testing.assert_array_equal(from_row_col(*row_col(EVERY)), EVERY)


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_point_lies_within_the_bounds_of_its_cell(lat: float, lon: float) -> None:
    south, west, north, east = bounds(cell_of(lat, lon))
    assert south <= lat
    assert lat < north or lat == north == 90
    assert west <= lon < east or (lon == 180 and west == -180)


def test_edges_belong_to_the_north_and_the_east() -> None:
    assert cell_of(0, 0) == from_row_col(180, 360)
    assert cell_of(-1e-12, -1e-12) == from_row_col(179, 359)
    assert cell_of(12.5, 30.5) == from_row_col(205, 421)
    assert cell_of(90, 0) == from_row_col(359, 360)
    assert cell_of(10, 180) == cell_of(10, -180) == from_row_col(200, 0)


@pytest.mark.parametrize(("lat", "lon"), [(90.01, 0), (-91, 0), (0, 180.5), (0, -200), (float("nan"), 0), (0, np.inf)])
def test_places_off_the_globe_are_refused(lat: float, lon: float) -> None:
    with pytest.raises(UsageError, match="is not a place"):
        cell_of([10.0, lat], [10.0, lon])


@pytest.mark.parametrize("wrong", [0, -5, CELLS + 1, 1.5, float("nan")])
def test_numbers_that_are_no_cell_are_refused(wrong: float) -> None:
    for ask in (centre, area_km2, bounds, corners):
        with pytest.raises(UsageError, match="numbered from 1 to 259200"):
            ask(np.array([1, wrong]))
    with pytest.raises(UsageError):
        centre("153714")
    with pytest.raises(UsageError):
        from_row_col(360, 0)


def test_neighbours_in_the_open_at_the_edge_and_at_the_pole() -> None:
    middle = from_row_col(200, 400)
    assert neighbours(int(middle)).tolist() == sorted(
        int(from_row_col(200 + up, 400 + right)) for up in (-1, 0, 1) for right in (-1, 0, 1) if (up, right) != (0, 0)
    )
    # Fiji lies on both sides of the antimeridian.
    west = int(from_row_col(146, 0))
    assert set(neighbours(west).tolist()) >= {int(from_row_col(row, 719)) for row in (145, 146, 147)}
    assert neighbours(1).tolist() == [2, 720, 721, 722, 1440]
    assert neighbours(CELLS).size == 5
    assert neighbours(CELLS, rings=0).size == 0
    assert neighbours(1, rings=360).size == CELLS - 1
    with pytest.raises(UsageError):
        neighbours(1, rings=-1)


@given(CELL, st.integers(1, 4), st.data())
def test_neighbours_are_mutual(cell: int, rings: int, data: st.DataObject) -> None:
    around = neighbours(cell, rings)
    assert cell not in around
    other = data.draw(st.sampled_from(around.tolist()))
    assert cell in neighbours(other, rings)
    row, other_row = row_col(cell)[0], row_col(other)[0]
    assert abs(int(row) - int(other_row)) <= rings


def test_areas_sum_to_the_earths_surface() -> None:
    # Surface of the WGS 84 ellipsoid: 510,065,621.7 km2.
    assert area_km2(EVERY).sum() == pytest.approx(510_065_621.7, abs=1.0)


def test_each_area_is_close_to_the_ellipsoids() -> None:
    """Snyder (1987), USGS Professional Paper 1395, eq. 3-12: the authalic q, and the area of a zone R^2 dlon dq / 2."""
    axis, flattening = 6378.137, 1 / 298.257223563
    e = np.sqrt(flattening * (2 - flattening))
    sine = np.sin(np.radians(np.arange(361) * 0.5 - 90))
    q = (1 - e**2) * (sine / (1 - (e * sine) ** 2) - np.log((1 - e * sine) / (1 + e * sine)) / (2 * e))
    expected = axis**2 / 2 * np.diff(q) * np.radians(0.5)
    np.testing.assert_allclose(area_km2(np.arange(360) * COLS + 1), expected, rtol=0.009)
    assert expected.sum() * COLS == pytest.approx(area_km2(EVERY).sum(), rel=1e-9)


def test_corners_run_counter_clockwise_from_the_south_west() -> None:
    ring = corners([1, CELLS])
    assert ring.shape == (2, 4, 2)
    assert ring[0].tolist() == [[-180, -90], [-179.5, -90], [-179.5, -89.5], [-180, -89.5]]
    x, y = ring[1].T
    assert np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) > 0


def test_distances() -> None:
    quarter = np.pi / 2 * 6371.0071809
    assert distance_km(0, 0, 90, 123) == pytest.approx(quarter)
    assert distance_km(0, 0, 0, 180) == pytest.approx(2 * quarter)
    assert distance_km(-17, 179.9, -17, -179.9) == pytest.approx(21.27, abs=0.01)
    # Paris to New York, by the spherical law of cosines: R arccos(0.608813).
    assert distance_km(48.8566, 2.3522, 40.7128, -74.0060) == pytest.approx(5837.2, abs=0.5)
    assert np.isnan(distance_km(np.nan, 0, 0, 0))
    with pytest.raises(UsageError, match="swapped"):
        distance_km(2.35, 48.9, 151.2, -33.9)


POINT = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(POINT, POINT, POINT)
def test_distance_is_a_metric(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> None:
    ab, ba, bc, ac = distance_km(*a, *b), distance_km(*b, *a), distance_km(*b, *c), distance_km(*a, *c)
    assert ab == pytest.approx(ba, abs=1e-6)
    assert 0 <= ab <= np.pi * 6371.01
    assert ac <= ab + bc + 1e-3


def test_touching_cells_are_found_by_position() -> None:
    # Three by three cells at the equator, the middle one and the north-west corner missing, and one far away.
    block = cells.from_row_col(np.array([[180], [181], [182]]), np.array([[10, 11, 12]])).ravel()
    held = np.sort(np.delete(block, [4, 6]))
    found = cells.adjacency(np.append(held, 250_000))
    west = np.flatnonzero(held == block[3])[0]
    south_west, south, south_east, _, east, north_west, north, north_east = found[west]
    assert (held[south], held[south_east], held[north_east]) == (block[0], block[1], block[7])
    assert {int(south_west), int(east), int(north_west), int(north)} == {-1}
    assert (found[-1] == -1).all()


def test_touching_goes_on_across_180_degrees_and_stops_at_the_poles() -> None:
    held = np.sort(cells.from_row_col(np.array([0, 0, 359]), np.array([0, 719, 5])))
    found = cells.adjacency(held)
    assert found[0, 3] == 1
    assert found[1, 4] == 0
    assert (found == -1).sum() == found.size - 2


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(1, cells.CELLS), min_size=1, max_size=40))
def test_touching_is_what_neighbours_says(chosen: set[int]) -> None:
    # Neighbours of the chosen are added so that there is something to find.
    held = np.unique(np.concatenate([np.array(sorted(chosen)), *(cells.neighbours(cell) for cell in chosen)]))
    found = cells.adjacency(held)
    for cell in chosen:
        row = found[np.searchsorted(held, cell)]
        assert np.array_equal(np.sort(held[row[row >= 0]]), cells.neighbours(cell))


def test_touching_refuses_cells_out_of_order() -> None:
    with pytest.raises(UsageError, match="ascending"):
        cells.adjacency([3, 2])
    with pytest.raises(UsageError, match="ascending"):
        cells.adjacency([2, 2])
