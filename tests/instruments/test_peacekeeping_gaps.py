"""Missions ordered by measures, on made fits whose order is plain."""

from dataclasses import replace
from datetime import date

import pytest

from forestall.instruments.peacekeeping import gaps
from forestall.instruments.peacekeeping.fatalities import Rate
from forestall.instruments.peacekeeping.fit import COUNTED, DRAWN, Fit, Share, Troops
from forestall.instruments.peacekeeping.strength import Shortfall

ON = date(2014, 6, 1)
ONE = Fit(
    mission="ALPHA",
    hosts=("AAA",),
    area=None,
    first=date(2014, 1, 1),
    last=date(2014, 12, 31),
    model="m",
    located_to=date(2013, 12, 31),
    maps_year=2013,
    site_cells=3,
    expected=200.0,
    low80=50.0,
    high80=400.0,
    overlap=0.2,
    overlap_matched=0.4,
    shares=(Share(50, 0.25, 0.1, 0.5), Share(100, 0.5, 0.2, 0.8), Share(200, 0.75, 0.5, 0.9)),
    risk_cells=10,
    risk_persons=2_000_000,
    risk_persons_listed=900_000,
    troops=Troops(1000, COUNTED, date(2014, 4, 30)),
    shortfall=Shortfall(412, 4000, 3000),  # April 2014
    rate=Rate(10, 5000.0, 2.0, 0.96, 3.68, 360, 412, 53),
    observed=None,
    observed_share_200=None,
)
CALM = replace(
    ONE,
    mission="BETA",
    expected=0.5,
    low80=0.0,
    high80=0.0,
    overlap=None,
    shares=tuple(Share(km, 1.0, None, None) for km in (50, 100, 200)),
    troops=Troops(0, DRAWN, date(2013, 12, 31)),
    shortfall=Shortfall(398, 100, 50),  # February 2013: more than a year old
    rate=None,
)
SPREAD = replace(ONE, mission="GAMMA", overlap=0.36, low80=0.5, troops=Troops(4000, DRAWN, date(2013, 12, 31)))


def test_the_figures_of_one_mission_by_hand() -> None:
    assert ONE.out_of_reach == pytest.approx(50)  # a quarter of 200
    assert ONE.overlap_ratio == pytest.approx(0.5)
    ratio = ONE.troops_per_death
    assert ratio is not None
    assert (ratio.value, ratio.low, ratio.high) == (5.0, 2.5, 20.0)  # 1000 over 200, 400 and 50
    assert ONE.troops_per_million == pytest.approx(500)


def test_what_cannot_be_divided_is_not_known() -> None:
    assert CALM.troops_per_death is None
    assert CALM.troops_per_million is None  # no troops: observers only
    assert CALM.overlap_ratio is None
    spread = SPREAD.troops_per_death
    assert spread is not None
    assert (spread.value, spread.low, spread.high) == (20.0, 10.0, None)  # the lower end is under one death


def test_the_widest_gap_comes_first_and_a_mission_without_a_figure_has_no_place() -> None:
    found = {one.name: one for one in gaps.measures([CALM, SPREAD, ONE], ON)}
    order = {name: [(place.rank, place.mission) for place in one.places] for name, one in found.items()}
    assert order["out_of_reach"] == [(1, "ALPHA"), (1, "GAMMA"), (3, "BETA")]  # 50, 50 and 0
    assert order["overlap_ratio"] == [(1, "ALPHA"), (2, "GAMMA")]  # 0.5 and 0.9
    assert order["troops_per_death"] == [(1, "ALPHA"), (2, "GAMMA")]
    assert order["troops_per_million"] == [(1, "ALPHA"), (2, "GAMMA")]
    assert order["shortfall"] == [(1, "ALPHA"), (1, "GAMMA")]
    assert order["fatality_rate"] == [(1, "ALPHA"), (1, "GAMMA")]


def test_each_place_bears_the_end_of_its_own_data() -> None:
    found = {one.name: one.places[0] for one in gaps.measures([ONE], ON)}
    assert found["out_of_reach"].data_end == date(2013, 12, 31)
    assert found["troops_per_death"].data_end == date(2014, 4, 30)
    assert found["shortfall"].data_end == date(2014, 4, 30)
    assert found["fatality_rate"].data_end == date(2014, 4, 30)
    rate = found["fatality_rate"]
    assert (rate.value, rate.low, rate.high) == (2.0, 0.96, 3.68)


def test_nothing_to_order() -> None:
    assert all(one.places == () for one in gaps.measures([], ON))
