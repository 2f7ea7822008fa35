"""Where people live and how the state of a cell stands, as features see it."""

import numpy as np
import pytest

from forestall.forecast.cells.context import Context, context
from forestall.forecast.cells.features import Past, names, table
from forestall.ids.cells import cell_of
from forestall.ids.months import month_id
from forestall.panel.cells import CellPanel, cell_panel
from forestall.panel.country_month import country_month
from forestall.panel.covariates import covariates
from forestall.store import Workspace

ALMATY, JUBA, GROZNY, PRISHTINA = (43.2, 76.9), (4.85, 31.6), (43.3, 45.7), (42.66, 21.16)


@pytest.fixture(scope="module")
def panel() -> CellPanel:
    return cell_panel(Workspace.open(), as_of=month_id(2020, 12))


@pytest.fixture(scope="module")
def found(panel: CellPanel) -> Context:
    return context(Workspace.open(), panel, panel.year_ends)


def at(panel: CellPanel, about: Context, place: tuple[float, float], year: int) -> dict[str, float]:
    row = int(np.searchsorted(panel.pg_id, cell_of([place[0]], [place[1]])[0]))
    k = year - int(panel.periods[0])
    return {name: float(values[row]) for name, values in about.at(k).items()}


def test_a_cell_bears_the_deaths_of_its_state_up_to_the_period_s_end(panel: CellPanel, found: Context) -> None:
    states = country_month(Workspace.open(), as_of=month_id(2020, 12))
    # Kazakhstan in January 2022 lies after the panel; Russia's state holds Grozny in 1999 as it did as Soviet Union.
    russia = states.values[states.iso3.index("RUS")]
    first = int(states.months[0])
    for year in (1995, 1999, 2000):
        end = month_id(year, 12) - first
        seen = at(panel, found, GROZNY, year)
        for span in (1, 3, 12):
            assert seen[f"state_{span}"] == pytest.approx(np.log1p(russia[end - span + 1 : end + 1].sum()), abs=1e-5)
        assert seen["state_change_3"] == pytest.approx(seen["state_3"] - seen["state_12"], abs=1e-5)
    assert at(panel, found, ALMATY, 2010)["state_12"] == 0


def test_a_cell_s_state_is_the_one_that_held_it_then(panel: CellPanel, found: Context) -> None:
    states = country_month(Workspace.open(), as_of=month_id(2020, 12))
    first = int(states.months[0])

    def year_of(code: str, year: int) -> float:
        end = month_id(year, 12) - first
        return float(np.log1p(states.values[states.iso3.index(code)][end - 11 : end + 1].sum()))

    assert at(panel, found, JUBA, 2004)["state_12"] == pytest.approx(year_of("SDN", 2004), abs=1e-5)
    assert at(panel, found, JUBA, 2014)["state_12"] == pytest.approx(year_of("SSD", 2014), abs=1e-5)
    assert year_of("SDN", 2014) != year_of("SSD", 2014)
    assert at(panel, found, PRISHTINA, 1999)["state_12"] == pytest.approx(year_of("SRB", 1999), abs=1e-5)


def test_covariates_are_those_known_at_the_period_s_end(panel: CellPanel, found: Context) -> None:
    known = covariates(Workspace.open(), ("KAZ",), as_of=month_id(2005, 12))
    seen = at(panel, found, ALMATY, 2005)
    assert seen["polyarchy"] == pytest.approx(float(known.of("polyarchy")[0, -1]), abs=1e-6)
    assert seen["log_gdp_per_capita"] == pytest.approx(float(known.of("log_gdp_per_capita")[0, -1]), abs=1e-4)


def test_nothing_later_changes_what_was_known(panel: CellPanel, found: Context) -> None:
    earlier = panel.cut(month_id(2009, 12))
    then = context(Workspace.open(), earlier, earlier.year_ends)
    for k in (5, 12, earlier.periods.size - 1):
        now, before = found.at(k), then.at(k)
        for name, values in before.items():
            np.testing.assert_array_equal(values, now[name], err_msg=f"{name}, column {k}")


def test_persons_of_a_town_stand_in_its_cell_and_fade_around_it(panel: CellPanel, found: Context) -> None:
    held = Workspace.open().table("place_cells").filter(pg_id=int(cell_of([ALMATY[0]], [ALMATY[1]])[0]))
    seen = at(panel, found, ALMATY, 2010)
    assert seen["persons"] == pytest.approx(np.log1p(float(held["place_cell_persons"][0])), abs=1e-4)
    assert seen["persons"] > seen["persons_0.7"] > seen["persons_4"] > seen["persons_8"]


def test_features_take_the_context_up_and_go_without_it(panel: CellPanel, found: Context) -> None:
    bare, about = Past(panel), Past(panel, found)
    assert names(about)[: len(names(bare))] == names(bare)
    assert names(about)[len(names(bare)) :] == tuple(found.at(3))
    assert table(about, 20).shape == (panel.pg_id.size, len(names(about)))
