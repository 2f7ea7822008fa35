"""The nowcast draws final figures for months that are not final, and touches nothing else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import ShapeError, UsageError
from forestall.ids.months import month_id
from forestall.panel.country_month import country_month
from forestall.panel.frame import Panel, digest
from forestall.panel.nowcast import Nowcast, nowcast, revised
from forestall.panel.revision import MONTHLY, YEARLY, Classes, Revision, from_frame
from forestall.store import Workspace

FIRST = month_id(2024, 1)
STATUS = ("final",) * 12 + ("provisional",) * 12 + ("candidate",) * 2
RELEASES = ("ucdp-ged-25.1",) * 12 + ("ucdp-candidate-2025",) * 12 + ("ucdp-candidate-26.0.2",) * 2


def make(values: np.ndarray, units: tuple[int, ...] | None = None, status: tuple[str, ...] = STATUS) -> Panel:
    n, t = values.shape
    numbers = np.array(units or range(1, n + 1), dtype=np.int32)
    months = np.arange(FIRST, FIRST + t, dtype=np.int32)
    low = np.where(np.isnan(values), np.nan, 0.0)
    return Panel(
        units=numbers,
        months=months,
        values=values.copy(),
        low=low,
        high=values * 2,
        target="deaths_total",
        as_of=FIRST + t - 1,
        digest=digest(numbers, months, values, low, values * 2, target="deaths_total", unit_key="gw_id"),
        status=status[:t],
        releases=RELEASES[:t],
    )


def classes(floors: tuple[float, ...], chance: float, quantiles: list[float]) -> Classes:
    k = len(floors)
    return Classes(np.array(floors), np.full(k, chance), np.tile(quantiles, (k, 1)), np.full(k, 9))


def rule(
    stage: str, *, stays: float = 1.0, ratio: float = 1.0, rises: float = 0.0, correlation: float = 0.0
) -> Revision:
    logs = [np.log(ratio)] * 3
    return Revision(
        stage=stage,
        positive=classes((1.0, 51.0), stays, logs),
        zero=classes((0.0, 1.0), rises, [3.0, 3.0, 3.0]),
        correlation=correlation,
    )


def both(**more: float) -> dict[str, Revision]:
    return {stage: rule(stage, **more) for stage in (MONTHLY, YEARLY)}


def figures(seed: int, n: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    values = rng.poisson(rng.choice([0.0, 0.4, 8.0, 400.0], (n, 1)), (n, len(STATUS))).astype(float)
    values[rng.random(values.shape) < 0.05] = np.nan
    return values


@pytest.fixture(scope="module")
def embedded() -> dict[str, Revision]:
    return from_frame(Workspace.open(Path("/nonexistent")).table("revision"))


def test_without_revisions_the_nowcast_is_what_was_published() -> None:
    panel = make(figures(3))
    now = nowcast(panel, both(), n_draws=7)
    assert np.array_equal(now.draws, np.repeat(now.known[:, :, None], 7, axis=2), equal_nan=True)
    assert np.array_equal(revised(panel, now, 2).values, panel.values, equal_nan=True)
    assert nowcast(panel, {}).months.size == 0
    assert revised(panel, nowcast(panel, {})) is panel


def test_worked_chances_and_ratio() -> None:
    values = np.full((2, 26), 9.5)
    values[1] = 0.0
    now = nowcast(make(values), both(stays=0.75, ratio=2.0, rises=0.1), n_draws=200)
    # Ranks are spread evenly, so shares are exact to one draw: 3/4 become (9.5 + 0.5) * 2 - 0.5 = 19.5, rounded to 20.
    assert set(np.unique(now.draws[0])) == {0.0, 20.0}
    assert np.abs((now.draws[0] > 0).mean(axis=1) - 0.75).max() <= 1 / 200
    assert set(np.unique(now.draws[1])) == {0.0, 3.0}
    assert np.abs((now.draws[1] > 0).mean(axis=1) - 0.1).max() <= 1 / 200
    assert now.ratio()[0] == pytest.approx(0.75 * 20 / 9.5, abs=0.02)
    assert np.isnan(now.ratio()[1]).all()
    assert now.stages == (YEARLY,) * 12 + (MONTHLY,) * 2


def test_the_countrys_own_ratio_moves_its_figures_only() -> None:
    panel = make(np.full((2, 26), 99.5))
    own = {stage: replace(one, country={2: float(np.log(2))}) for stage, one in both().items()}
    now = nowcast(panel, own, n_draws=5)
    assert (now.draws[0] == 99.5).all()
    assert (now.draws[1] == 200.0).all()  # 100 * 2 - 0.5, half to even


def test_a_figure_of_a_class_is_revised_as_its_class() -> None:
    one = rule(MONTHLY)
    quantiles = np.array([[0.0] * 3, [np.log(3)] * 3])
    apart = {MONTHLY: replace(one, positive=replace(one.positive, quantiles=quantiles))}
    values = np.full((2, 26), 50.0)
    values[1] = 51.0
    now = nowcast(make(values), apart, n_draws=2)
    assert now.months.tolist() == [month_id(2026, 1), month_id(2026, 2)]
    assert now.draws[:, 0, 0].tolist() == [50.0, 154.0]


def test_months_of_a_country_and_year_share_their_luck_and_countries_do_not() -> None:
    panel = make(np.full((2, 26), 1000.0))
    spread = {
        stage: replace(rule(stage, correlation=0.36), positive=classes((1.0,), 1.0, [-1.0, 0.0, 1.0]))
        for stage in (MONTHLY, YEARLY)
    }
    draws = np.log(nowcast(panel, spread, n_draws=4000).draws)
    within = np.corrcoef(draws[0, :12])[np.triu_indices(12, 1)]
    # The ratio is log-uniform here, so its correlation is that of the ranks.
    assert within.mean() == pytest.approx(0.36, abs=0.03)
    assert abs(np.corrcoef(draws[0, 0], draws[1, 0])[0, 1]) < 0.06
    assert abs(np.corrcoef(draws[0, 0], draws[0, 13])[0, 1]) < 0.06  # another year


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_laws(embedded: dict[str, Revision], values_seed: int, seed: int) -> None:
    values = figures(values_seed)
    panel = make(values)
    now = nowcast(panel, embedded, n_draws=11, seed=seed)
    assert np.array_equal(np.isnan(now.draws).all(axis=2), np.isnan(values[:, 12:]))
    assert np.nanmin(now.draws, initial=0.0) >= 0
    assert np.array_equal(now.draws, np.round(now.draws), equal_nan=True)
    assert np.array_equal(now.draws, nowcast(panel, embedded, n_draws=11, seed=seed).draws, equal_nan=True)
    # A unit's draws do not depend on the other units or on their order.
    alone = nowcast(make(values[2:3], (3,)), embedded, n_draws=11, seed=seed)
    assert np.array_equal(alone.draws[0], now.draws[2], equal_nan=True)
    for draw in (None, 4):
        changed = revised(panel, now, draw)
        assert np.array_equal(changed.values[:, :12], values[:, :12], equal_nan=True)
        assert np.array_equal(changed.low[:, :12], panel.low[:, :12], equal_nan=True)  # type: ignore[index]
        assert np.isnan(changed.low[:, 12:]).all()  # type: ignore[index]
        assert changed.status == STATUS[:12] + ("nowcast",) * 14
        assert nowcast(changed, embedded).months.size == 0  # never revised twice
        assert np.array_equal(np.isnan(changed.values), np.isnan(values))


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(12, 25))
def test_nothing_after_as_of_changes_a_nowcast(embedded: dict[str, Revision], seed: int, last: int) -> None:
    values = figures(seed)
    other = values.copy()
    other[:, last + 1 :] = 77.0
    a, b = (nowcast(make(v).cut(FIRST + last), embedded, n_draws=5) for v in (values, other))
    assert np.array_equal(a.draws, b.draws, equal_nan=True)
    # Nor do later months change the ranks of earlier ones.
    whole = nowcast(make(values), embedded, n_draws=5)
    assert np.array_equal(whole.draws[:, : last - 11], a.draws, equal_nan=True)


def test_seeds_differ() -> None:
    panel = make(np.full((1, 26), 10.0))
    a, b = (nowcast(panel, both(stays=0.5), n_draws=50, seed=seed).draws for seed in (0, 1))
    assert not np.array_equal(a, b)


def test_the_digest_of_a_revised_panel_is_its_own() -> None:
    panel = make(np.full((1, 26), 10.0))
    now = nowcast(panel, both(stays=0.5), n_draws=50)
    made = {revised(panel, now, draw).digest for draw in (None, 0, 1, 2, 3)}
    assert len(made) == 5
    assert panel.digest not in made
    assert revised(panel, now, 0).set_aside[-1] == "2025-01 to 2026-02: draw 0 of the nowcast"


def test_what_the_nowcast_refuses() -> None:
    panel = make(figures(1))
    with pytest.raises(UsageError, match="deaths_total by gw_id only, not for deaths_state_based"):
        nowcast(replace(panel, target="deaths_state_based"), {})
    with pytest.raises(UsageError, match="n_draws is 0"):
        nowcast(panel, {}, n_draws=0)
    now = nowcast(panel, both(), n_draws=3)
    with pytest.raises(UsageError, match="another panel"):
        revised(panel.cut(panel.as_of - 1), now)
    with pytest.raises(UsageError, match="draws 0 to 2"):
        revised(panel, now, 3)
    with pytest.raises(ShapeError):
        Nowcast(now.units, now.months, now.draws, now.known[:, 1:], now.stages, 0, "d")


def test_the_embedded_figures_and_revisions(embedded: dict[str, Revision]) -> None:
    panel = country_month(Workspace.open(Path("/nonexistent")), as_of=month_id(2026, 2))
    now = nowcast(panel, embedded, n_draws=100)
    assert now.months.tolist() == list(range(541, 555))
    published, expected = np.nansum(now.known), np.nansum(now.mean())
    # The world total rises, as it did twice; most small figures fall.
    assert 1.0 < expected / published < 1.3
    small = (now.known > 0) & (now.known < 11)
    assert now.mean()[small].sum() < now.known[small].sum()
