"""Cases, distances and outcomes by hand, the as-of law on the real record, and cases everybody knows."""

import math
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, cast

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import UsageError
from forestall.ids.months import month_end, month_id
from forestall.instruments.peacekeeping import cases, comparable, scenario, situations
from forestall.instruments.peacekeeping.presence import presence
from forestall.instruments.peacekeeping.reference import Origins, origins
from forestall.store import Workspace

TABLES = (
    "peace_strength_month",
    "peace_mission_hosts",
    "peace_missions",
    "peace_sites",
    "peace_operations",
    "population",
    "ucdp_country_month",
    "ucdp_events",
)
DECEMBER_2014 = month_id(2014, 12)


class Tables:
    """What `record` reads of a workspace, from frames."""

    def __init__(self, frames: Mapping[str, pl.DataFrame], register: pl.DataFrame) -> None:
        self.frames, self.register = frames, register

    def table(self, name: str) -> pl.DataFrame:
        return self.frames[name]

    def releases(self) -> pl.DataFrame:
        return self.register


@cache
def real() -> Tables:
    held = Workspace.open()
    return Tables({name: held.table(name) for name in TABLES}, held.releases())


def workspace(tables: Tables) -> Workspace:
    return cast(Workspace, tables)


@cache
def record(month: int) -> situations.Record:
    return situations.record(workspace(real()), as_of=month)


def spells(*parts: tuple[float, int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.concatenate([np.full(months, persons) for persons, months in parts])


def test_a_drawdown_begins_on_the_last_month_near_the_peak_and_is_reached_at_half() -> None:
    strength = spells((1000, 5), (950, 3), (700, 2), (500, 1), (0, 4))
    assert cases.changes(strength, 100, "withdraw") == [(107, 110)]
    assert cases.changes(spells((1000, 5), (501, 20)), 100, "withdraw") == []
    assert cases.changes(spells((499, 5), (0, 20)), 100, "withdraw") == []


def test_a_slow_fall_is_a_case_only_if_half_goes_within_twelve_months() -> None:
    assert cases.changes(np.linspace(1000, 500, 13), 1, "withdraw") == [(3, 13)]
    assert cases.changes(np.linspace(1000, 500, 14), 1, "withdraw") == []


def test_a_reinforcement_needs_a_mission_that_stood_all_the_year() -> None:
    assert cases.changes(spells((600, 12), (1200, 3)), 1, "double") == [(12, 13)]
    assert cases.changes(spells((0, 12), (600, 11), (1200, 1)), 1, "double") == []
    assert cases.changes(spells((0, 12), (600, 11), (1200, 2)), 1, "double") == [(23, 25)]
    assert cases.changes(spells((120, 12), (500, 3)), 1, "double") == []  # 380 more, fewer than 500


def test_months_that_are_not_known_are_neither_eve_nor_end() -> None:
    strength = spells((1000, 5), (math.nan, 2), (400, 3))
    assert cases.changes(strength, 1, "withdraw") == [(5, 8)]
    assert cases.changes(spells((1000, 5), (math.nan, 12), (400, 3)), 1, "withdraw") == []


def test_cases_of_one_country_keep_a_year_apart() -> None:
    strength = spells((8000, 3), (4000, 3), (2000, 3), (1000, 12), (0, 12))
    assert cases.changes(strength, 1, "withdraw") == [(3, 4), (21, 22)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0.0, 300.0, 600.0, 1300.0, 4000.0, math.nan]), min_size=2, max_size=60), st.data())
def test_what_comes_later_changes_no_case(values: list[float], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(values)))
    later = data.draw(st.lists(st.sampled_from([0.0, 900.0, 5000.0]), max_size=30))
    for kind in cases.KINDS:
        whole = cases.changes(np.array(values[:cut] + later), 1, kind)
        assert [case for case in whole if case[1] <= cut] == cases.changes(np.array(values[:cut]), 1, kind)


def test_closures_count_if_half_or_more_goes_and_no_case_was_near() -> None:
    made = [
        cases.Closure("AAA", "UNA", date(2020, 12, 31), 9000.0, 4500.0, "maps"),
        cases.Closure("AAA", "UNB", date(2021, 6, 30), 4500.0, 0.0, "maps"),
        cases.Closure("BBB", "UNC", date(2020, 12, 31), 9000.0, 4501.0, "maps"),
        cases.Closure("CCC", "UND", date(2020, 12, 31), 9000.0, None, "maps", "followed by UNE"),
        cases.Closure("DDD", "UNF", date(2020, 12, 31), 499.0, 0.0, "maps"),
    ]
    held = presence(pl.DataFrame(schema=STRENGTH), HOSTS.clear(), MISSIONS.clear(), ["AAA"], as_of=500)
    found = cases.find(held, "withdraw", made)
    assert [(case.iso3, case.missions, case.after) for case in found] == [
        ("AAA", ("UNA",), 4500.0),
        ("CCC", ("UND",), None),
    ]
    assert (found[0].eve, found[0].reached) == (month_id(2020, 11), month_id(2020, 12))


STRENGTH = {"mission": pl.String, "month_id": pl.Int32, "troops": pl.Int32, "police": pl.Int32, "observers": pl.Int32}
HOSTS = pl.DataFrame(
    {
        "mission": ["UNA", "UNA", "UNB"],
        "iso3": ["ERI", "ETH", "SSD"],
        "first": [date(2000, 1, 1), date(2000, 1, 1), date(2010, 1, 1)],
        "last": [date(2001, 12, 31), None, None],
    }
)
MISSIONS = pl.DataFrame(
    {
        "mission": ["UNA", "UNB"],
        "start": [date(2000, 1, 1), date(2010, 1, 1)],
        "end": [date(2003, 1, 31), None],
        "mission_kind": ["peacekeeping", "peacekeeping"],
    }
)


def test_strength_is_divided_among_the_hosts_that_were_states() -> None:
    rows = [
        ("UNA", month_id(2001, 1), 900, None, 100),
        ("UNA", month_id(2001, 2), 900, 100, None),
        ("UNA", month_id(2002, 12), 500, None, None),
        ("UNB", month_id(2011, 6), 700, None, None),
        ("UNB", month_id(2011, 7), 700, None, None),
    ]
    strength = pl.DataFrame(rows, schema=STRENGTH, orient="row")
    sites = pl.DataFrame(
        {"mission": ["UNA", "UNA"], "year": [2001, 2001], "iso3": ["ERI", "ETH"], "troops_on_maps": [300.0, 100.0]}
    )
    held = presence(strength, HOSTS, MISSIONS, ["ERI", "ETH", "SSD"], as_of=month_id(2011, 12), sites=sites)
    at = {month: i for i, month in enumerate(held.months.tolist())}
    total = held.uniformed
    assert total[:2, at[month_id(2001, 1)]].tolist() == [750, 250]
    assert held.police[:2, at[month_id(2001, 2)]].tolist() == [75, 25]
    assert np.isnan(total[:2, at[month_id(2001, 3)]]).all()  # open, and no row
    assert total[:2, at[month_id(2002, 12)]].tolist() == [0, 500]  # one host is left
    assert total[:2, at[month_id(2003, 1)]].tolist()[0] == 0
    assert total[:2, at[month_id(2003, 2)]].tolist() == [0, 0]  # closed
    # South Sudan became a state in July 2011.
    assert total[2, at[month_id(2011, 6)]] == 0
    assert total[2, at[month_id(2011, 7)]] == 700
    assert held.set_aside == ("UNB (no state)",)
    assert held.standing("ERI", month_id(2001, 1)) == ("UNA",)
    whole = presence(strength, HOSTS, MISSIONS, ["ERI", "ETH"], as_of=month_id(2011, 12), whole=True)
    assert whole.uniformed[:, 0].tolist() == [1000, 1000]
    early = presence(strength, HOSTS, MISSIONS, ["ERI", "ETH"], as_of=month_id(2001, 6), sites=sites)
    assert early.uniformed[:, 0].tolist() == [500, 500]  # that year's maps were not there yet


def test_distance_is_the_root_mean_square_of_what_is_known_on_both_sides() -> None:
    assert comparable.distance((1.0, None, 4.0), (3.0, 5.0, 7.0), (2.0, 1.0, 1.0)) == pytest.approx(math.sqrt(5))
    assert comparable.distance((None,), (1.0,), (1.0,)) == math.inf


def test_the_features_of_a_situation_by_hand() -> None:
    here = situations.Situation("MLI", 400, 99.0, 9.0, 1000.0, 3.0, 1e6, 0)
    assert comparable.features(here) == pytest.approx(
        (math.log(100), math.log(10), math.log(1000), math.log(4), math.log(1e6), 0.0)
    )


def test_a_rise_needs_25_deaths_and_a_quarter() -> None:
    said = [comparable.direction(*pair) for pair in ((0, 24), (0, 25), (100, 124), (100, 125), (125, 100), (130, 100))]
    assert said == ["about the same", "rose", "about the same", "rose", "fell", "fell"]


def test_shares_have_wilson_intervals() -> None:
    # Published worked values: 4 of 10 gives 0.168 to 0.687.
    four = comparable.share(4, 10)
    assert (four.low, four.high) == pytest.approx((0.168, 0.687), abs=5e-4)
    assert (comparable.share(0, 0).low, comparable.share(0, 0).high) == (0.0, 1.0)


def test_the_usual_is_the_median_of_like_levels_in_the_same_calendar_month() -> None:
    held = Origins(np.array([12, 24, 36, 37]), np.array([9.0, 19.0, 4.0, 9.0]), np.array([4.0, 39.0, 4.0, 99.0]))
    assert held.like(9, 12) == (None, 3)
    many = Origins(np.repeat(held.month, 4), np.repeat(held.before, 4), np.repeat(held.after, 4))
    assert many.like(9, 120) == (1.0, 12)  # 0.5, 2 and 1, each four times
    assert many.like(500, 120) == (None, 0)


def test_the_yardstick_is_what_a_loop_finds_and_leaves_cases_out() -> None:
    known = record(DECEMBER_2014)
    eve, reached = month_id(2005, 9), month_id(2006, 9)
    found = origins(known, [("BDI", eve, reached)])
    row, first = known.panel.iso3.index("BDI"), int(known.panel.months[0])
    mine, total = [], 0
    for i in range(len(known.panel.iso3)):
        values = known.panel.values[i]
        for t in range(11, values.size - 12):
            month = first + t
            if i == row and eve - 12 <= month <= reached + 12:
                continue
            before, after = values[t - 11 : t + 1].sum(), values[t + 1 : t + 13].sum()
            if not math.isnan(before + after):
                total += 1
                if i == row:
                    mine.append((month, before, after))
    assert found.month.size == total
    rows = set(zip(found.month.tolist(), found.before.tolist(), found.after.tolist(), strict=True))
    assert set(mine) <= rows


def test_cases_that_everybody_knows() -> None:
    known = record(month_id(2025, 12))
    drawn = {(case.iso3, case.reached): case for case in situations.cases(known, "withdraw")}
    rwanda = drawn["RWA", month_id(1994, 4)]  # S/RES/912 (1994)
    assert (rwanda.missions, rwanda.eve) == (("UNAMIR",), month_id(1994, 3))
    assert drawn["MLI", month_id(2023, 12)].missions == ("MINUSMA",)  # S/RES/2690 (2023)
    assert drawn["SDN", month_id(2020, 12)].missions == ("UNAMID",)  # S/RES/2559 (2020)
    assert ("BIH", month_id(1995, 12)) in drawn  # to IFOR, S/RES/1031 (1995)
    assert not [key for key in drawn if key[0] == "COD"]  # MONUC became MONUSCO
    assert "followed by MINUJUSTH" in drawn["HTI", month_id(2017, 10)].note
    grown = {(case.iso3, case.reached) for case in situations.cases(known, "double")}
    assert ("LBN", month_id(2006, 9)) in grown  # S/RES/1701 (2006)
    assert not [key for key in grown if key[0] in {"MLI", "CYP", "FRA"}]


def test_outcomes_are_the_deaths_of_the_panel() -> None:
    known = record(month_id(2025, 12))
    here = situations.situation(known, "COD", known.as_of, 10000.0)
    found, unknown = comparable.outcomes_of(known, here, situations.cases(known, "withdraw"))
    mali = next(one for one in found if one.case.iso3 == "MLI")
    values = known.panel.values[known.panel.iso3.index("MLI")]
    eve = month_id(2023, 11) - int(known.panel.months[0])
    assert mali.before == values[eve - 11 : eve + 1].sum()
    assert mali.first_year == values[eve + 1 : eve + 13].sum()
    assert mali.second_year == values[eve + 13 : eve + 25].sum()
    assert mali.others is None  # the data on operations of others end in 2016
    bosnia = next(one for one in found if one.case.iso3 == "BIH" and one.case.reached == month_id(1995, 12))
    assert bosnia.others == ("IFOR",)
    assert next(one for one in found if one.case.iso3 == "RWA" and one.case.eve == month_id(1995, 6)).others == ()
    assert [one.distance for one in found] == sorted(one.distance for one in found)
    assert unknown == len(situations.cases(known, "withdraw")) - len(found)
    every = comparable.summary("all", found)
    assert every.n == every.rose.count + every.fell.count + every.same


def test_only_cases_whose_year_is_over_are_used() -> None:
    on = month_end(month_id(2024, 10))
    early = comparable.answer(workspace(real()), "COD", "DR Congo", "withdraw", on=on)
    assert "MLI" not in {one.case.iso3 for one in early.outcomes}
    late = comparable.answer(workspace(real()), "COD", "DR Congo", "withdraw", on=month_end(month_id(2024, 11)))
    assert "MLI" in {one.case.iso3 for one in late.outcomes}
    assert early.as_of == month_id(2024, 10)
    assert comparable.over(date(2024, 11, 29)) == month_id(2024, 10)
    assert [one.asked for one in late.summaries] == ["5", "10", "all"]
    assert [one.n for one in late.summaries] == [5, 10, len(late.outcomes)]


def shaken(tables: Tables, month: int, seed: int) -> Tables:
    """The same tables with everything after a month changed: figures, closures, maps, population."""
    draw = np.random.default_rng(seed)
    day, year = month_end(month), 1980 + month // 12
    frames = dict(tables.frames)
    for name, columns in (("peace_strength_month", STRENGTH), ("ucdp_country_month", {"deaths_total": pl.Int32})):
        frame = frames[name]
        factor = pl.Series(draw.integers(0, 5, frame.height))
        changed = [
            pl.when(pl.col("month_id") > month).then(pl.col(one) * factor).otherwise(pl.col(one)).cast(kind).alias(one)
            for one, kind in columns.items()
            if one not in {"mission", "month_id"}
        ]
        frames[name] = frame.with_columns(changed)
    for name, column in (("peace_missions", "end"), ("peace_mission_hosts", "last")):
        later = pl.when(pl.col(column) > day).then(pl.lit(None, pl.Date)).otherwise(pl.col(column))
        frames[name] = frames[name].with_columns(later.alias(column))
    frames["peace_sites"] = frames["peace_sites"].with_columns(
        pl.when(pl.col("year") >= year).then(pl.col("troops_on_maps") * 7).otherwise(pl.col("troops_on_maps"))
    )
    frames["population"] = frames["population"].with_columns(
        pl.when(pl.col("year") >= year - 1).then(pl.col("persons") * 3).otherwise(pl.col("persons"))
    )
    return Tables(frames, tables.register)


@settings(max_examples=6, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from([("CIV", (2014, 12)), ("COD", (2009, 12)), ("MLI", (2021, 12))]),
    st.sampled_from(["withdraw", "double"]),
)
def test_nothing_after_the_day_changes_the_answer(
    seed: int, where: tuple[str, tuple[int, int]], kind: cases.Kind
) -> None:
    iso3, (year, month) = where
    last = month_id(year, month)
    plain = comparable.answer(workspace(real()), iso3, iso3, kind, on=month_end(last))
    after = comparable.answer(workspace(shaken(real(), last, seed)), iso3, iso3, kind, on=month_end(last))
    assert after == plain


def test_what_cannot_be_answered_is_refused_in_one_line() -> None:
    held = workspace(real())
    with pytest.raises(UsageError, match="France hosts no UN peacekeeping operation on 2016-01-01"):
        comparable.answer(held, "FRA", "France", "withdraw", on=date(2016, 1, 1))
    with pytest.raises(UsageError, match="MINUSMA closed 2023-12-31"):
        comparable.answer(held, "MLI", "Mali", "double", on=date(2025, 1, 1))
    with pytest.raises(UsageError, match="deaths in Western Sahara in the 12 months to 2020-06 are not known"):
        comparable.answer(held, "ESH", "Western Sahara", "withdraw", on=date(2020, 6, 30))
    with pytest.raises(UsageError, match="cases of this kind"):
        comparable.answer(held, "KHM", "Cambodia", "double", on=date(1993, 3, 31))


def test_a_mission_stands_for_its_host() -> None:
    held = Workspace.open()
    assert scenario.place("minusma", date(2020, 1, 1), held)[0] == "MLI"
    assert scenario.place("Mali", date(2020, 1, 1), held) == scenario.place("MINUSMA", date(2020, 1, 1), held)
    with pytest.raises(UsageError, match="UNMEE was in ERI, ETH: give one of these"):
        scenario.place("UNMEE", date(2005, 1, 1), held)


def test_the_section_of_a_dossier() -> None:
    found = scenario.section(432, "MLI", date(2023, 6, 30))
    assert found is not None and found.nearest is not None and found.every is not None  # noqa: PT018
    assert (found.missions, found.nearest.n, len(found.first)) == (("MINUSMA",), 10, 3)
    assert found.strength_source.startswith("Geo-PKO maps, 2022")
    assert found.deaths_to == month_id(2023, 6)
    assert scenario.section(220, "FRA", date(2023, 6, 30)) is None
    silent = scenario.section(600, "MAR", date(2023, 6, 30))
    assert silent is None
    quiet = scenario.section(750, "IND", date(2016, 6, 30))
    assert quiet is not None
    assert quiet.nearest is not None or quiet.note
