"""What placed teams would have reached, on small worlds whose answer is plain."""

import numpy as np
import polars as pl
import pytest

from forestall.errors import UsageError
from forestall.ids.cells import cell_of
from forestall.verify import deployment

HERE, THERE, FAR = (int(cell_of(*at)) for at in ((10.2, 0.2), (10.2, 20.2), (-30.2, 20.2)))


def cells(origin: int, expected: dict[str, tuple[float, float, float]]) -> pl.DataFrame:
    observed, quiet = (10.0, 30.0, 60.0), (False, True, False)
    return pl.DataFrame(
        [
            (model, origin, 1, pg_id, q, y, x)
            for model, of in expected.items()
            for pg_id, q, y, x in zip((HERE, THERE, FAR), quiet, observed, of, strict=True)
        ],
        schema=["model", "origin", "ahead", "pg_id", "quiet", "observed", "expected"],
        orient="row",
    )


def test_shares_of_a_worked_year() -> None:
    frame = cells(2009, {"good": (1, 9, 0), "poor": (9, 1, 0), "none": (0, 0, 0)})
    found = deployment.hindcast(frame, [HERE, THERE], models=("good", "poor", "none"), teams=1, reach_km=100)
    shares = {row["model"]: (row["share"], row["share_quiet"]) for row in found.iter_rows(named=True)}
    # FAR lies outside the area and counts nowhere.
    assert shares == {
        "good": (0.75, 1.0),
        "poor": (0.25, 0.0),
        "none": (0.0, 0.0),
        deployment.PERFECT: (0.75, 1.0),
    }
    assert found["year"].unique().to_list() == [2010]


def test_a_gain_is_paired_by_year() -> None:
    frame = pl.concat([cells(year, {"good": (1, 9, 0), "poor": (9, 1, 0)}) for year in range(2005, 2015)])
    found = deployment.hindcast(frame, [HERE, THERE], models=("good", "poor"), teams=1, reach_km=100)
    one = deployment.gain(found, "good", "poor")
    assert (one.difference, one.interval, one.better, one.years) == (0.5, (0.5, 0.5), 10, 10)
    assert deployment.gain(found, "good", deployment.PERFECT).difference == 0


def test_reach_decides_what_counts() -> None:
    pg_id = np.array([HERE, THERE])
    assert deployment.placed(pg_id, np.array([1.0, 2.0]), teams=1, reach_km=100).tolist() == [False, True]
    assert deployment.placed(pg_id, np.array([1.0, 2.0]), teams=1, reach_km=3000).tolist() == [True, True]


def test_a_model_without_cells_is_named() -> None:
    with pytest.raises(UsageError, match="no cells of model 'other' at origin 2009; there are good"):
        deployment.hindcast(cells(2009, {"good": (1, 9, 0)}), [HERE], models=("other",), teams=1, reach_km=100)


def test_sites_of_missions_count_from_the_year_after_their_maps() -> None:
    # MINUSMA has maps from 2014 on, with Gao and Kidal, 285 km apart; nobody stands at FAR. Last year's deaths were
    # mostly at Gao, so the one best site is Gao.
    gao, kidal = (int(cell_of(*at)) for at in ((16.27, -0.05), (18.44, 1.41)))
    pg_id = {HERE: gao, THERE: kidal}
    frame = pl.concat([cells(2013, {"last": (9, 1, 0)}), cells(2014, {"last": (9, 1, 0)})])
    frame = frame.with_columns(pl.col("pg_id").replace(pg_id)).filter(pl.col("pg_id") != HERE)
    found = deployment.un_sites(frame, [gao, kidal, FAR], teams=1, reach_km=100)
    rows = {(row["year"], row["model"]): row for row in found.iter_rows(named=True)}
    assert [rows[2014, model]["share"] for model in (deployment.UN_ALL, deployment.UN_BEST)] == [0, 0]
    assert rows[2014, deployment.UN_ALL]["sites"] == 0
    every, best = rows[2015, deployment.UN_ALL], rows[2015, deployment.UN_BEST]
    assert (every["share"], every["share_quiet"], every["sites"]) == (0.4, 1.0, 2)
    assert (best["share"], best["share_quiet"], best["sites"]) == (0.1, 0.0, 1)


def test_sites_are_chosen_by_last_year_s_deaths_which_must_be_there() -> None:
    with pytest.raises(UsageError, match="no cells of model 'last'"):
        deployment.un_sites(cells(2009, {"good": (1, 9, 0)}), [HERE], teams=1, reach_km=100)
