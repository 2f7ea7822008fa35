"""How precisely events are located: the rules on small numbers, and the detector on countries it has not seen."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

pytest.importorskip("pyreadr", reason="the build command needs pyreadr")

from tools.embed import precision
from tools.embed.inputs import Inputs


def events(*rows: tuple[str, int, float, float, int, int]) -> pl.DataFrame:
    names = ["relid", "country_id", "latitude", "longitude", "year", "best"]
    return pl.DataFrame(list(rows), schema=names, orient="row")


def known(*rows: tuple[str | None, int, float, float, int]) -> pl.DataFrame:
    names = {"relid": pl.String, "country_id": pl.Int64, "latitude": pl.Float64, "longitude": pl.Float64}
    frame = pl.DataFrame(list(rows), schema=names | {"where_prec": pl.Int64}, orient="row")
    return frame.select(
        "relid",
        "country_id",
        *precision._keys(),
        pl.col("where_prec").replace_strict(precision.PRECISION, return_dtype=pl.String).alias("precision"),
        "where_prec",
    )


def copy(*rows: tuple[float, float, int, int]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=["latitude", "longitude", "year", "best"], orient="row")
    return frame.select(*precision._keys(), "year", "best")


def test_roundness_is_the_coarsest_fraction_of_a_degree() -> None:
    values = [31.0, -12.5, 33.33333, 65.75, 34.16667, 10.3, 35.41667, 36.85, 30.91667, 34.531094, -0.0]
    assert precision.roundness(values).tolist() == [1, 2, 3, 4, 6, 10, 12, 20, 12, 3600, 1]


def test_each_step_goes_before_the_next() -> None:
    labels = known(
        ("a", 432, 16.0, -4.0, 1),  # the event itself, at a point of a province
        *((f"p{n}", 432, 16.0, -4.0, 4) for n in range(9)),
        *((f"q{n}", 432, 14.123456, -3.987654, 2) for n in range(9)),
        ("moved", 432, 12.0, -8.0, 6),
        ("tie1", 432, 13.0, -5.0, 4),
        ("tie2", 432, 13.0, -5.0, 1),
    )
    rows = events(
        ("a", 432, 16.0, -4.0, 2013, 3),
        ("b", 432, 16.0, -4.0, 2013, 7),  # in the copy of precise events
        ("c", 432, 16.0, -4.0, 2013, 8),
        ("moved", 432, 14.123456, -3.987654, 2013, 1),  # another point than in the file with where_prec
        ("e", 432, 13.0, -5.0, 2013, 1),
        ("f", 615, 28.0, 3.0, 1995, 50),  # Algeria's own entry in gazetteers
    )
    found = precision.with_precision(rows, labels, copy((16.0, -4.0, 2013, 7), (14.123456, -3.987654, 2013, 9)))
    assert found.select("relid", "precision", "how").rows() == [
        ("a", "place", "event"),
        ("b", "place", "copy"),
        ("c", "province", "point"),
        ("moved", "place", "point"),
        ("e", "province", "point"),
        ("f", "country", "detected"),
    ]
    assert found.height == rows.height
    assert found["best"].sum() == rows["best"].sum()


def test_a_flagged_position_counts_if_a_file_bears_it_out() -> None:
    labels = known(("a", 780, 7.0, 81.0, 6), (None, 652, 36.667, 36.667, 1))
    rows = events(
        ("b", 780, 7.0, 81.0, 1990, 5), ("c", 652, 36.667, 36.667, 2016, 2), ("d", 70, 19.25585, 19.25585, 2010, 2)
    ).with_columns(pl.lit("Latitude = Longitude").alias("flag"))
    assert precision.doubtful(rows, labels)["relid"].to_list() == ["d"]
    assert precision.doubtful(rows.with_columns(pl.lit(None).alias("flag")), labels).is_empty()


def test_the_regression_finds_the_weights_that_made_the_labels() -> None:
    rng = np.random.default_rng(4)
    x = rng.normal(size=(4000, 2)) * (1.0, 5.0) + (0.0, 3.0)
    chance = 1 / (1 + np.exp(-(0.5 + 2 * x[:, 0] - 0.4 * (x[:, 1] - 3))))
    model = precision.fit(x, rng.random(4000) < chance, np.ones(4000))
    assert model.weights == pytest.approx([0.5, 2.0, -2.0], abs=0.2)
    assert np.abs(model.probability(x) - chance).mean() < 0.02


def test_country_points_are_points_on_earth_given_once() -> None:
    assert all(abs(lat) <= 90 and abs(lon) <= 180 for lat, lon in precision.COUNTRY_POINTS.values())
    assert len(set(precision.COUNTRY_POINTS.values())) == len(precision.COUNTRY_POINTS)


def test_countries_held_out_are_found_out(shared: Path) -> None:
    # docs/methods/cells.md states these figures.
    lines = precision.report(Inputs(shared))
    (whole,) = [line.split() for line in lines if line.startswith("all eight")]
    right, right_deaths, found, found_deaths = (float(text) for text in whole[4:8])
    assert right > 0.9
    assert right_deaths > 0.9
    assert found > 0.7
    assert found_deaths > 0.55
