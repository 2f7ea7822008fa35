"""A forecast through the nowcast is the pool of forecasts from revised panels."""

import numpy as np
import pytest

from forestall.errors import UsageError
from forestall.forecast import models
from forestall.forecast.nowcasting import forecast_through
from forestall.panel.frame import Panel, digest
from forestall.panel.nowcast import Nowcast, nowcast, revised
from forestall.panel.revision import MONTHLY, Classes, Revision

MONTHS = np.arange(540, 554, dtype=np.int32)
AHEAD = (554, 556)


@pytest.fixture
def panel() -> Panel:
    units = np.array([2, 432], dtype=np.int32)
    values = np.array([[0.0] * 14, [20.0] * 14])
    return Panel(
        units=units,
        months=MONTHS.copy(),
        values=values,
        target="deaths_total",
        as_of=553,
        digest=digest(units, MONTHS, values, target="deaths_total", unit_key="gw_id"),
        status=("final",) * 13 + ("candidate",),
        releases=("",) * 14,
    )


def halved_or_doubled(panel: Panel) -> Nowcast:
    positive = Classes(
        np.array([1.0]), np.array([1.0]), np.array([[-np.log(2), -np.log(2), np.log(2), np.log(2)]]), np.array([9])
    )
    zero = Classes(np.array([0.0]), np.array([0.0]), np.zeros((1, 4)), np.array([9]))
    return nowcast(panel, {MONTHLY: Revision(MONTHLY, positive, zero)}, n_draws=20)


def test_it_pools_the_paths(panel: Panel) -> None:
    now = halved_or_doubled(panel)
    made = forecast_through(panel, now, models.get("last"), months=AHEAD, n_draws=1003, n_paths=20)
    assert made.draws.shape == (2, 2, 1003)
    assert (made.model, made.panel_digest) == ("last_nowcast", panel.digest)
    assert (made.draws[0] == 0).all()
    # Poisson laws of rate about 10 and 40 pooled: the mean is that of the nowcast, the spread far wider than one law's.
    assert made.mean()[1] == pytest.approx([now.mean()[1, 0]] * 2, rel=0.03)
    assert made.draws[1, 0].std() > 2 * np.sqrt(made.mean()[1, 0])


def test_one_path_is_the_model_on_that_panel(panel: Panel) -> None:
    now = halved_or_doubled(panel)
    made = forecast_through(panel, now, models.get("conflictology_12"), months=AHEAD, n_draws=48, n_paths=1)
    direct = models.get("conflictology_12")(revised(panel, now, 0), months=AHEAD, n_draws=48, seed=5)
    assert np.array_equal(np.sort(made.draws), np.sort(direct.draws))


def test_seeds(panel: Panel) -> None:
    now = halved_or_doubled(panel)
    made = [
        forecast_through(panel, now, models.get("last"), months=AHEAD, n_draws=50, n_paths=5, seed=seed).draws
        for seed in (3, 3, 4)
    ]
    assert np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])


def test_nothing_to_revise_gives_the_models_own_forecast(panel: Panel) -> None:
    none = nowcast(panel, {})
    made = forecast_through(panel, none, models.get("ewma"), months=AHEAD, n_draws=30, n_paths=10, seed=2)
    assert made.digest == models.get("ewma")(panel, months=AHEAD, n_draws=30, seed=2).digest


@pytest.mark.parametrize("n_paths", [0, 21])
def test_paths_that_cannot_be_had_are_refused(panel: Panel, n_paths: int) -> None:
    with pytest.raises(UsageError, match="expected 1 to 20"):
        forecast_through(panel, halved_or_doubled(panel), models.get("last"), months=AHEAD, n_paths=n_paths)
