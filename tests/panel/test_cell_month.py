"""Located deaths: what is known, and that nothing later is seen."""

from datetime import date

import polars as pl
import pytest

from forestall.errors import UsageError
from forestall.ids.months import month_id
from forestall.panel.cell_month import cell_month, cell_year
from forestall.store import Workspace


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


def test_located_months_are_named_and_hold_all_deaths(real: Workspace) -> None:
    found = cell_month(real, as_of=554)
    assert found.periods == (*range(493, 505), 506, 526, 553, 554)
    assert found.frame["deaths_total"].sum() == real.table("ucdp_cell_month")["deaths_total"].sum()
    assert set(found.frame["month_id"].unique()) == set(found.periods)
    assert set(found.frame["status"].unique()) == {"candidate"}


def test_cells_after_as_of_are_not_seen(real: Workspace) -> None:
    found = cell_month(real, as_of=553)
    assert max(found.periods) == found.frame["month_id"].max() == 553
    early = cell_month(real, as_of=554, known_on=date(2022, 2, 1))
    assert early.periods == tuple(range(493, 505))
    with pytest.raises(UsageError, match="no month up to 2020-12 has located events"):
        cell_month(real, as_of=month_id(2020, 12))


def test_a_year_is_given_when_it_is_over(real: Workspace) -> None:
    assert cell_year(real, as_of=554).periods == tuple(range(1989, 2022))
    assert cell_year(real, as_of=month_id(2020, 11)).periods[-1] == 2019
    assert cell_year(real, as_of=month_id(2020, 12)).periods[-1] == 2020
    known = cell_year(real, as_of=554, known_on=date(2021, 12, 31))
    assert known.periods[-1] == 2020
    assert known.frame["release"].unique().to_list() == ["ucdp-ged-21.1"]
    whole = cell_year(real, as_of=554).frame
    assert whole["deaths_total"].sum() == real.table("ucdp_cell_year")["deaths_total"].sum()
    assert whole.filter(pl.col("year") == 2021)["status"].unique().to_list() == ["candidate"]
