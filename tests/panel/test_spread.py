"""Imprecise deaths over the land they stand for: whole, with sums kept, and never with the help of what came later."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.ids.cells import cell_of, neighbours
from forestall.panel import spread as module
from forestall.panel.land import Land, holders, land
from forestall.panel.spread import province_radius_km, share, spread, whole_parts
from forestall.store import Workspace

SCHEMA = {
    "pg_id": pl.Int32,
    "period": pl.Int32,
    "type_of_violence": pl.Int8,
    "gw_id": pl.Int32,
    "precision": pl.String,
    "deaths": pl.Int64,
    "events": pl.Int64,
}
KEYS = ["pg_id", "period", "type_of_violence", "gw_id", "precision"]

# Mali's own entry in gazetteers; Gao, Kidal and a point of Gao region; a cell of Niger; two at sea, near and far.
MALI, GAO, KIDAL, GAO_REGION, NIAMEY = (
    int(cell_of(*p)) for p in ((17, -4), (16.27, -0.04), (18.44, 1.41), (17, 0.5), (13.5, 2.1))
)
NEAR_DAKAR, FAR_OUT = int(cell_of(14.7, -18.2)), int(cell_of(10, -30))


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Land:
    return land(Workspace.open(tmp_path_factory.mktemp("home")))


def rows(*given_rows: tuple[int, int, int, int | None, str | None, int, int]) -> pl.DataFrame:
    return pl.DataFrame(list(given_rows), schema=SCHEMA, orient="row")


def by_cell(ground: Land, found: module.Spread, period: int) -> dict[int, int]:
    summed = found.frame.filter(pl.col("period") == period).group_by("position").agg(pl.col("deaths").sum())
    return {int(ground.pg_id[position]): deaths for position, deaths in summed.iter_rows() if deaths}


def test_a_countrys_deaths_go_where_its_located_ones_were_then_and_before(ground: Land) -> None:
    found = spread(
        rows(
            (KIDAL, 2012, 1, 432, "place", 60, 9),
            (GAO, 2013, 1, 432, "place", 58, 9),
            (MALI, 2013, 1, 432, "country", 10, 2),
            (KIDAL, 2014, 1, 432, "place", 9999, 9),
        ),
        ground,
        step="year",
    )
    # In 2013 the 60 of the year before count 60 x 0.7 = 42 beside 58; the even part is too thin for two events.
    assert by_cell(ground, found, 2013) == {KIDAL: 4, GAO: 58 + 6}
    assert found.notes == ("2 events located by province or country only, spread over its cells (10 deaths)",)


def test_without_a_record_a_lone_event_stays_at_its_point(ground: Land) -> None:
    found = spread(rows((GAO_REGION, 2013, 1, 432, "province", 3, 1)), ground, step="year")
    assert by_cell(ground, found, 2013) == {GAO_REGION: 3}


def test_many_deaths_of_a_province_reach_its_cells_and_no_other_state(ground: Land) -> None:
    found = spread(rows((GAO_REGION, 2013, 1, 432, "province", 5000, 3)), ground, step="year")
    cells = by_cell(ground, found, 2013)
    assert len(cells) > 20
    at = ground.position(list(cells))
    assert set(ground.gw_id[at]) == {432}
    here = ground.position(GAO_REGION)
    far = module.cells.distance_km(ground.lat[here], ground.lon[here], ground.lat[at], ground.lon[at])
    assert far.max() <= province_radius_km(1_254_600)
    assert max(cells.values()) - min(cells.values()) <= 1


def test_the_radius_is_that_of_provinces() -> None:
    assert [round(province_radius_km(km2)) for km2 in (1e5, 5e5, 2e6)] == [72, 125, 202]


def test_a_state_spreads_over_the_land_it_held_then(ground: Land) -> None:
    khartoum, southern_sudan = int(cell_of(15.6, 32.5)), int(cell_of(5, 33))
    found = spread(
        rows(
            (southern_sudan, 1995, 1, 625, "province", 500, 40),
            (southern_sudan, 2013, 1, 625, "province", 500, 40),
            (khartoum, 2013, 1, 625, "country", 50_000, 40),
        ),
        ground,
        step="year",
    )
    of = {p: set(ground.gw_id[ground.position(list(by_cell(ground, found, p)))].tolist()) for p in (1995, 2013)}
    assert of == {1995: {626}, 2013: {625}}


def test_whose_land_it_was() -> None:
    assert holders(626, date(2011, 1, 1)) == {625}
    assert holders(626, date(2012, 1, 1)) == {626}
    assert holders(678, date(1990, 1, 1)) == {678, 680}
    assert holders(346, date(1991, 6, 1)) == {345}
    assert 345 in holders(347, date(1999, 3, 24))
    assert holders(373, date(1990, 1, 20)) == {365}
    assert holders(9999, date(2000, 1, 1)) == {9999}


def test_points_at_sea_come_ashore_in_their_own_country_or_are_set_aside(ground: Land) -> None:
    assert ground.position(NEAR_DAKAR) == -1
    found = spread(
        rows(
            (NEAR_DAKAR, 2000, 1, 433, "place", 7, 1),
            (NEAR_DAKAR, 2000, 1, 432, "place", 5, 2),
            (NEAR_DAKAR, 2000, 1, None, "place", 4, 1),
            (FAR_OUT, 2000, 1, 433, "place", 3, 1),
        ),
        ground,
        step="year",
    )
    (cell,) = by_cell(ground, found, 2000)
    assert cell in neighbours(NEAR_DAKAR)
    assert by_cell(ground, found, 2000)[cell] == 7
    assert found.aside["deaths"].sum() == 12
    assert found.notes == (
        "1 events in cells without land moved to the nearest land cell of their country (7 deaths)",
        "4 events without land cells of their country at hand set aside (12 deaths)",
    )


def test_nothing_is_spread_when_not_asked_for(ground: Land) -> None:
    found = spread(rows((MALI, 2013, 1, 432, "country", 900, 2)), ground, step="year", imprecise=False)
    assert by_cell(ground, found, 2013) == {MALI: 900}


@given(
    st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(lambda weights: sum(weights) > 1e-3),
    st.integers(0, 10**7),
)
def test_whole_parts_sum_to_the_whole_and_are_near_their_share(weights: list[float], total: int) -> None:
    parts = whole_parts(np.array(weights), total)
    assert parts.sum() == total
    assert (parts >= 0).all()
    assert np.abs(parts - np.array(weights) / sum(weights) * total).max() <= 1 + 1e-6 * total


@given(st.lists(st.integers(0, 500), min_size=1, max_size=40), st.integers(0, 5000), st.integers(0, 60))
def test_shares_keep_deaths_and_events_and_touch_few_cells(record: list[int], deaths: int, events: int) -> None:
    weights = np.array(record, dtype=np.float64)
    chosen, some, how_many = share(weights, np.arange(weights.size, dtype=np.float64), deaths, events)
    assert (some.sum(), how_many.sum()) == (deaths, events)
    assert chosen.size <= max(events, -(-deaths // 50), 1)
    assert np.unique(chosen).size == chosen.size


def test_as_many_events_as_places_had_lie_in_as_many_cells() -> None:
    chosen, some, how_many = share(np.ones(100), np.arange(100.0), 60, 50)
    assert (chosen.size, some.sum(), how_many.sum()) == (15, 60, 50)
    # One event that sums up a war is in many cells, one of twelve deaths in the nearest.
    assert share(np.ones(100), np.arange(100.0), 4000, 1)[0].size == 80
    assert share(np.zeros(100), np.arange(100.0), 12, 1)[0].tolist() == [0]


CELLS = [MALI, GAO, KIDAL, GAO_REGION, NIAMEY, NEAR_DAKAR, FAR_OUT]


@st.composite
def located(draw: st.DrawFn) -> pl.DataFrame:
    one = st.tuples(
        st.sampled_from(CELLS),
        st.integers(430, 433),
        st.sampled_from([1, 3]),
        st.sampled_from([432, 432, 436, 433, 581, None]),
        st.sampled_from(["place", "place", "province", "country", None]),
        st.integers(0, 400),
        st.integers(1, 9),
    )
    return rows(*draw(st.lists(one, max_size=25, unique_by=lambda row: row[:5])))


@settings(max_examples=60, deadline=None)
@given(located())
def test_sums_by_state_and_period_are_kept(ground: Land, given_rows: pl.DataFrame) -> None:
    found = spread(given_rows, ground, step="month")
    keys = ["gw_id", "period", "type_of_violence"]
    sums = pl.col("deaths", "events").sum()
    both = pl.concat([part.select(*keys, "deaths", "events") for part in (found.frame, found.aside)])
    assert both.group_by(keys).agg(sums).sort(keys).rows() == given_rows.group_by(keys).agg(sums).sort(keys).rows()
    # Where a state has land, only what is located to a place at sea can be left over.
    assert found.aside.filter(pl.col("precision").is_in(["province", "country"]), pl.col("gw_id") == 432).is_empty()


@settings(max_examples=60, deadline=None)
@given(located(), st.integers(430, 433), st.randoms(use_true_random=False))
def test_nothing_later_and_no_order_changes_a_share(
    ground: Land, given_rows: pl.DataFrame, last: int, random: st.DataObject
) -> None:
    early = given_rows.filter(pl.col("period") <= last)
    whole, alone = (spread(part, ground, step="month") for part in (given_rows, early))
    assert whole.frame.filter(pl.col("period") <= last).equals(alone.frame)
    order = list(range(early.height))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert spread(early[order], ground, step="month").frame.equals(alone.frame)
