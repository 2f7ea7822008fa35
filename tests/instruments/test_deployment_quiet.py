"""Plans that count deaths where it was quiet more than others."""

from dataclasses import replace

import numpy as np
import pytest

from forestall.errors import UsageError
from forestall.forecast.cells.outlook import CellRisk
from forestall.instruments.deployment import plan as plans
from forestall.instruments.deployment.areas import area
from forestall.instruments.deployment.classes import TeamClass
from forestall.instruments.deployment.plan import Plan
from forestall.instruments.deployment.quiet import quiet
from forestall.instruments.deployment.scenarios import Ahead
from forestall.panel.cells import cell_panel
from forestall.panel.country_month import country_month
from forestall.panel.land import land
from forestall.store import Workspace

AS_OF = 492  # December 2020: the three years before are located whole


def made(weight: float) -> tuple[Plan, float, float]:
    """One team of 60 km in Mali, where a violent cell expects 10 deaths and a quiet one 4."""
    workspace = Workspace.open()
    panel = country_month(workspace, as_of=AS_OF)
    ground = land(workspace)
    where = area("MLI", ground, AS_OF)
    record = cell_panel(workspace, as_of=AS_OF)
    inside = np.isin(record.pg_id, ground.pg_id[where.cells])
    lately, ever = record.values[:, -3:].sum(axis=1), record.values.sum(axis=1)
    loud = int(record.pg_id[inside][lately[inside].argmax()])
    calm = int(record.pg_id[inside & (ever == 0)].max())
    pg_id = np.sort(np.array([loud, calm], dtype=np.int64))
    expected = np.where(pg_id == loud, 10.0, 4.0)
    some = np.full(2, 0.5)
    risk = CellRisk(pg_id.astype(np.int32), np.full(2, 432, dtype=np.int32), some, some, expected, some, some,
                    AS_OF + 1, AS_OF + 12, "all", ())  # fmt: skip
    ahead = Ahead(pg_id, expected, np.stack([expected, expected]), risk)
    found = plans.plan(
        workspace, panel, where, teams=1, classes=[TeamClass("team", 1.0, 60.0)], middles=True, quiet_weight=weight,
        ahead=ahead, with_outcome=False,
    )  # fmt: skip
    return found, 10.0, 4.0


def test_a_weight_moves_the_team_and_leaves_the_figures_in_deaths() -> None:
    found, loud, _ = made(1)
    assert found.weighted is None
    assert (found.value, found.total, found.bound) == pytest.approx((loud, 14, loud))
    found, _, calm = made(4)
    assert found.value == pytest.approx(calm)  # 4 x 4 is more than 10, and 4 deaths are what is reached
    assert found.total == pytest.approx(14)
    assert found.stands[0].why.alone == pytest.approx(calm)
    weighted = found.weighted
    assert weighted is not None
    assert (weighted.value, weighted.total) == pytest.approx((16, 26))
    assert (weighted.quiet_reached, weighted.quiet_total) == pytest.approx((4, 4))
    assert found.bound == pytest.approx(16)
    assert weighted.basis == "no death in the three years before"


def test_two_and_a_half_times_is_where_the_choice_turns() -> None:
    assert made(2.4)[0].value == pytest.approx(10)
    assert made(2.6)[0].value == pytest.approx(4)


def test_quiet_says_what_is_not_located() -> None:
    workspace = Workspace.open()
    newest = country_month(workspace, as_of=554)
    found = quiet(workspace, newest, land(workspace).pg_id)
    assert "not located" in found.basis
    assert "2021" in found.basis
    assert 0.9 < found.cells.mean() < 1


def test_quiet_looks_at_three_years_and_no_later() -> None:
    workspace = Workspace.open()
    panel = country_month(workspace, as_of=AS_OF)
    record = cell_panel(workspace, as_of=AS_OF)
    found = quiet(workspace, panel, record.pg_id)
    np.testing.assert_array_equal(found.cells, (record.values[:, -3:] == 0).all(axis=1))
    earlier = quiet(workspace, replace(panel.cut(AS_OF - 12)), record.pg_id)
    np.testing.assert_array_equal(earlier.cells, (record.values[:, -4:-1] == 0).all(axis=1))


@pytest.mark.parametrize("weight", [0.5, float("nan"), float("inf"), -1])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(UsageError, match="quiet weight"):
        made(weight)
