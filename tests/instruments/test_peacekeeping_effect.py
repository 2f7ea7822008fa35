"""Specifications on a panel whose truth is known, placebos, and the embedded table against the tables it comes from."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from forestall.instruments.peacekeeping import effect
from forestall.instruments.peacekeeping.effect_panel import EffectPanel, monthly, rows, sample, yearly
from forestall.instruments.peacekeeping.presence import Presence
from forestall.panel.frame import Panel
from forestall.store import Workspace
from forestall.store.schemas import SCHEMAS

TRUTH = -0.6


@cache
def made(*, follow: bool = False) -> EffectPanel:
    """60 countries, 24 years: lasting differences draw troops and deaths alike; a unit of troops lowers deaths by 0.6.

    follow: troops answer to the deaths of the year before instead, and change nothing.
    """
    draw = np.random.default_rng(4)
    n, t = 60, 24
    place = draw.normal(size=(n, 1))
    logged, troops = np.zeros((n, t)), np.zeros((n, t))
    for year in range(t):
        before = logged[:, year - 1 : year] if year else np.zeros((n, 1))
        if follow:
            troops[:, year : year + 1] = np.maximum(0.5 * before + 0.3 * draw.normal(size=(n, 1)), 0)
            logged[:, year : year + 1] = np.maximum(3 + 2 * place + 1.0 * draw.normal(size=(n, 1)), 0)
        else:
            troops[:, year : year + 1] = np.maximum(2 + 1.5 * place + 0.8 * draw.normal(size=(n, 1)), 0)
            earlier = troops[:, year - 1 : year] if year else 0.0
            logged[:, year : year + 1] = 6 + 3 * place + TRUTH * earlier + 0.5 * draw.normal(size=(n, 1))
    persons = {"troops": 1000 * np.expm1(troops)}
    deaths = {"deaths_total": np.maximum(np.expm1(np.maximum(logged, 0.0)), 0)}
    return EffectPanel(tuple(f"C{i:02d}" for i in range(n)), np.arange(1990, 1990 + t), "year", persons, deaths)


def fit(panel: EffectPanel, name: str, timing: str = "lag") -> effect.Effect:
    return effect.estimate(panel, specification=name, timing=timing)


def test_places_bias_the_pooled_estimate_and_fixed_effects_recover_the_truth() -> None:
    panel = made()
    assert fit(panel, "pooled").estimate_low > 0
    for name in ("country", "country_period"):
        found = fit(panel, name)
        assert found.estimate_low < TRUTH < found.estimate_high, name
        assert found.estimate_high < 0
    assert (fit(panel, "country").country_periods, fit(panel, "country").clusters) == (60 * 23, 60)
    # Not quite 0: what is left of a draw after its country's mean is taken out leans against the other years.
    assert abs(fit(panel, "country_period", "lead").estimate) < abs(TRUTH) / 5


def test_troops_that_follow_deaths_show_in_the_placebo() -> None:
    panel = made(follow=True)
    after = fit(panel, "country_period", "lead")
    assert after.estimate_low > 0
    assert abs(fit(panel, "country_period").estimate) < after.estimate / 2


def test_rows_set_each_death_beside_the_year_before_and_the_year_after() -> None:
    deaths = {"deaths_total": np.expm1(np.array([[0.0, 1.0, 2.0, 3.0]]))}
    troops = {"troops": 1000 * np.expm1(np.array([[0.1, 0.2, 0.3, np.nan]]))}
    held = rows(EffectPanel(("AAA",), np.arange(2000, 2004), "year", troops, deaths), "deaths_total")
    assert held.period.tolist() == [1, 2, 3]
    assert held.after == pytest.approx([1, 2, 3])
    assert held.now == pytest.approx([0, 1, 2])
    assert held.lag == pytest.approx([0.1, 0.2, 0.3])
    assert held.lag_before[1:] == pytest.approx([0.1, 0.2])
    assert held.lead[:1] == pytest.approx([0.3])
    assert np.isnan(held.lead[1:]).all()


def test_by_month_the_placebo_is_a_year_later() -> None:
    deaths = {"deaths_total": np.zeros((1, 30))}
    troops = {"troops": 1000 * np.expm1(np.arange(30.0)[None] / 30)}
    held = rows(EffectPanel(("AAA",), np.arange(131, 161), "month", troops, deaths), "deaths_total")
    assert (held.lead - held.lag)[0] == pytest.approx(13 / 30)


def test_the_conflict_sample_looks_only_back() -> None:
    deaths = {"deaths_total": np.array([[0.0, 30.0, 0.0, 0.0, 0.0, 30.0]])}
    troops = {"troops": np.zeros((1, 6))}
    panel = EffectPanel(("AAA",), np.arange(2000, 2006), "year", troops, deaths)
    assert sample(panel, "conflict", rows(panel, "deaths_total")).period.tolist() == [2, 3]


def test_dealing_troops_out_is_repeatable_and_finds_nothing_where_there_is_nothing() -> None:
    panel = made()
    wanted = {"target": "deaths_total", "specification": "country_period"}
    drawn = effect.shuffled(panel, **wanted, deals=40, seed=1)
    assert drawn.tolist() == effect.shuffled(panel, **wanted, deals=40, seed=1).tolist()
    assert abs(float(drawn.mean())) < 0.05
    found = effect.with_shuffle(panel, fit(panel, "country_period"), deals=40)
    assert found.shuffled_share == pytest.approx(1 / 41)
    assert found.shuffled_low is not None
    assert found.estimate < found.shuffled_low


def test_yearly_figures_are_means_and_sums_of_whole_years() -> None:
    months = np.arange(144, 170, dtype=np.int32)  # 1991-12 to 1994-01
    troops = np.zeros((1, 26))
    troops[0, 1:13], troops[0, 13:25] = 1200, 600
    troops[0, 13:20] = np.nan
    empty = np.zeros((1, 26))
    held = Presence(("MLI",), months, troops, empty, empty, {}, {})
    deaths = Panel(
        units=np.array([432], dtype=np.int32),
        months=np.arange(109, 170, dtype=np.int32),
        values=np.ones((1, 61)),
        target="deaths_total",
        as_of=169,
        digest="",
        iso3=("MLI",),
    )
    counts = pl.DataFrame(
        {
            "gw_id": [432, 432],
            "iso3": ["MLI", "MLI"],
            "year": [1992, 1993],
            "deaths_total": [7, 9],
            "deaths_state_based": [5, 0],
            "deaths_non_state": [0, 0],
            "deaths_one_sided": [2, None],
        }
    )
    panel = yearly(monthly(held, deaths), counts)
    assert panel.periods.tolist() == [1992, 1993]
    assert panel.persons["troops"][0, 0] == 1200
    assert np.isnan(panel.persons["troops"][0, 1])  # five months known
    assert panel.deaths["deaths_total"].tolist() == [[7, 9]]
    assert panel.deaths["deaths_one_sided"][0, 0] == 2
    assert np.isnan(panel.deaths["deaths_one_sided"][0, 1])


@cache
def embedded() -> tuple[effect.Effect, ...]:
    return tuple(effect.table(Workspace.open()))


def test_the_embedded_table_has_every_specification_with_its_placebos() -> None:
    frame = Workspace.open().table("peace_effect")
    assert dict(frame.schema) == {name: kind() for name, kind in SCHEMAS["peace_effect"].items()}
    lag = {(r.step, r.sample, r.target, r.specification) for r in embedded() if r.timing == "lag" and not r.dose}
    lead = {(r.step, r.sample, r.target, r.specification) for r in embedded() if r.timing == "lead"}
    assert lead == {key for key in lag if key[1] != "all_whole"}
    assert len(lead) == 7 * 3 * (3 + 1)
    for row in embedded():
        assert row.estimate_low < row.estimate < row.estimate_high
        assert row.hosts <= row.clusters <= row.country_periods


def test_the_sign_depends_on_what_is_held_fixed() -> None:
    found = {
        r.specification: r
        for r in embedded()
        if (r.step, r.sample, r.target, r.personnel, r.timing) == ("year", "all", "deaths_total", "troops", "lag")
    }
    assert found["pooled"].estimate_low > 0
    assert abs(found["current_deaths"].estimate) < 0.2
    assert found["country"].estimate_low < 0 < found["country"].estimate_high
    assert found["differences"].estimate_high < 0


def test_the_embedded_table_is_what_the_tables_give_today() -> None:
    panels = effect.panels(Workspace.open())
    held = {(r.step, r.sample, r.target, r.specification, r.timing): r for r in embedded() if r.personnel == "troops"}
    for name, timing in (("pooled", "lag"), ("country_period", "lead"), ("differences_current", "lag")):
        again = effect.estimate(panels["year"], target="deaths_one_sided", specification=name, timing=timing)
        row = held["year", "all", "deaths_one_sided", name, timing]
        assert (again.estimate, again.estimate_low) == pytest.approx((row.estimate, row.estimate_low), abs=1e-3), (
            "run python -m tools.embed.peacekeeping.effect"
        )
        assert (again.country_periods, again.hosts) == (row.country_periods, row.hosts)


def test_published_findings_name_design_and_source() -> None:
    found = effect.published()
    assert {"10.1111/ajps.12036", "10.1017/S0003055414000446", "10.1086/700203"} <= {one.doi for one in found}
    assert all(one.design and one.finding and one.figures_from for one in found)
