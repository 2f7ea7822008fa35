"""One edition for all tests of what pages say, with a risk of cells and scenarios made by hand, not by a minute's fit."""

import numpy as np
import pytest

from forestall.brief import deployment, places
from forestall.brief.situation import Situation, situation
from forestall.forecast.cells.outlook import CellRisk
from forestall.ids import cells
from forestall.instruments.deployment import scenarios
from forestall.store import Workspace

SUDAN = ((13.75, 30.25), (13.25, 30.25), (15.75, 32.75), (11.25, 29.75), (19.75, 37.25))


def cell_risk() -> CellRisk:
    """Five cells of Sudan and one of Kazakhstan; of 100 deaths expected in Sudan's, 60 in the second."""
    n = len(SUDAN)
    pg_id = np.array([int(cells.cell_of(*place)) for place in SUDAN] + [int(cells.cell_of(43.25, 76.75))])
    order = np.argsort(pg_id)
    return CellRisk(
        pg_id=pg_id[order].astype(np.int32),
        gw_id=np.array([625] * n + [705], dtype=np.int32)[order],
        chance=np.array([0.9, 0.7, 0.4, 0.2, 0.02, 0.012])[order],
        chance_25=np.array([0.5, 0.4, 0.1, 0.03, 0.0, 0.0])[order],
        expected=np.array([20.0, 60.0, 15.0, 4.0, 1.0, 0.02])[order],
        low80=np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])[order],
        high80=np.array([55.0, 150.0, 30.0, 6.0, 0.0, 0.0])[order],
        first_month=555,
        last_month=566,
        located_to="1989 to 2021, 2026-01 to 2026-02",
        caveats=("Only 2 of the twelve months up to 2026-02 are located; they stand for all twelve.",),
        model="cells 1",
    )


def ahead() -> scenarios.Ahead:
    """Two scenarios of those cells: twice what is expected in the first two of Sudan, or twice what is in the others."""
    risk = cell_risk()
    first = np.isin(risk.pg_id, [int(cells.cell_of(*place)) for place in SUDAN[:2]])
    draws = np.stack([np.where(first, 2 * risk.expected, 0), np.where(first, 0, 2 * risk.expected)])
    return scenarios.Ahead(risk.pg_id.astype(np.int64), risk.expected, draws, risk)


@pytest.fixture(scope="session")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Situation:
    s = situation(Workspace.open(tmp_path_factory.mktemp("home")), as_of=554)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(places.cell_outlook, "risk", lambda workspace, panel: cell_risk())
        places._risk.cache_clear()
        places._risk(s)  # kept for this edition from now on
        patched.setattr(deployment.scenarios, "ahead", lambda workspace, panel: ahead())
        deployment._ahead.cache_clear()
        deployment._ahead(s)
    return s
