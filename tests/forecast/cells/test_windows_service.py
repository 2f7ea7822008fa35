"""Windows of twelve months on the embedded figures, and whole runs of cells through the service."""

import numpy as np
import pytest

from forestall.errors import UsageError
from forestall.forecast import dependence
from forestall.forecast.cells import service
from forestall.forecast.cells.law import CellLaw
from forestall.forecast.cells.reading import open_run
from forestall.forecast.cells.windows import windows
from forestall.ids.months import month_end, month_id
from forestall.panel.cells import cell_panel
from forestall.panel.country_month import country_month
from forestall.store import Workspace

FEBRUARY = month_id(2026, 2)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


def test_windows_end_where_the_data_end_and_say_what_is_located(workspace: Workspace) -> None:
    seen = windows(workspace, as_of=FEBRUARY)
    assert seen.panel.periods.tolist() == list(range(1989, 2027))
    located = seen.panel.periods[seen.panel.located].tolist()
    # The window to February 2022 takes calendar 2021, the one to February 2026 stands on two months.
    assert located == [*range(1990, 2023), 2026]
    assert (seen.months, seen.through) == (2, FEBRUARY)
    assert seen.basis == "1989 to 2021, 2022-02, 2023-10, 2026-01 to 2026-02"
    months = cell_panel(workspace, as_of=FEBRUARY, step="month")
    np.testing.assert_allclose(seen.panel.values[:, -1], months.values[:, -2:].sum(axis=1) * 6)
    years = cell_panel(workspace, as_of=FEBRUARY)
    np.testing.assert_array_equal(seen.panel.values[:, seen.panel.periods == 2022][:, 0], years.values[:, -1])


def test_december_takes_calendar_years_and_later_figures_change_nothing(workspace: Workspace) -> None:
    seen = windows(workspace, as_of=month_id(2019, 12))
    years = cell_panel(workspace, as_of=month_id(2019, 12))
    assert seen.panel.periods.tolist() == years.periods.tolist()
    np.testing.assert_array_equal(seen.panel.values, years.values)
    assert seen.months == 0
    with pytest.raises(UsageError, match="located"):
        windows(workspace, as_of=month_id(1985, 1))


def test_cells_were_held_by_the_states_of_the_day() -> None:
    today = np.array([626, 625, 341, 678, 2])
    before, after = month_end(month_id(2011, 6)), month_end(month_id(2011, 8))
    assert service.assigned(today, [625, 341, 678], before).tolist() == [625, 625, 341, 678, 0]
    assert service.assigned(today, [625, 626, 678], after).tolist() == [626, 625, 0, 678, 0]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Laws by hand in place of three fits on the whole world: what is tested here is what is done with them."""

    def laws(workspace, *, as_of, target, years, known_on=None):
        seen = windows(workspace, as_of=as_of, target=target, known_on=known_on)
        recent = np.nan_to_num(seen.panel.values[:, -1])
        rows = np.flatnonzero(recent)
        values = np.sort(np.outer(recent[rows], np.linspace(0, 2, 50)).round(), axis=1).astype(np.float32)
        chance = np.full(recent.size, 1e-4)
        chance[rows] = (values > 0).mean(axis=1)
        expected = np.zeros(recent.size)
        expected[rows] = values.mean(axis=1)
        return service.Laws(seen, (CellLaw(rows, values, chance, expected),) * years)

    monkeypatch.setattr(service, "laws", laws)


def test_a_run_sums_to_the_country_by_month_and_goes_on_where_it_stopped(workspace, quick, tmp_path) -> None:
    panel = country_month(workspace, as_of=FEBRUARY)
    asked = {"model": "ewma", "n_draws": 200, "horizon": 15, "units": [432, 625, 970]}
    done = service.run(workspace, panel, tmp_path / "run", **asked)
    assert done.header.periods == tuple(range(FEBRUARY + 1, FEBRUARY + 16))
    drawn = service.countries.run(panel, "ewma", months=24, n_draws=200, seed=0)
    country = dependence.tie_months(drawn)
    for unit in (432, 625, 970):
        np.testing.assert_array_equal(
            done.country(unit).country_draws(), np.rint(country.draws[country.index(unit), :15]).astype(np.int64)
        )
    files = {path: path.stat().st_mtime_ns for path in (tmp_path / "run").rglob("*.parquet")}
    done.file(625).unlink()
    again = service.run(workspace, panel, tmp_path / "run", **asked)
    assert again.country(625).rows > 0
    assert done.file(432).stat().st_mtime_ns == files[done.file(432)]
    assert open_run(tmp_path / "run").problems() == ()


def test_years_are_the_sums_of_their_months(workspace, quick, tmp_path) -> None:
    panel = country_month(workspace, as_of=month_id(2025, 12))
    asked = {"model": "ewma", "n_draws": 100, "units": [432]}
    by_month = service.run(workspace, panel, tmp_path / "m", horizon=24, **asked).country(432)
    by_year = service.run(workspace, panel, tmp_path / "y", horizon=24, step="year", **asked).country(432)
    assert by_year.periods.tolist() == [2026, 2027]
    np.testing.assert_array_equal(by_year.dense()[:, 0], by_month.dense()[:, :12].sum(axis=1))
    with pytest.raises(UsageError, match="no calendar year"):
        service.run(workspace, panel, tmp_path / "z", horizon=11, step="year", **asked)
    with pytest.raises(UsageError, match="horizon"):
        service.run(workspace, panel, tmp_path / "z", horizon=37, **asked)
    with pytest.raises(UsageError, match="smaller than one"):
        service.run(workspace, panel, tmp_path / "z", horizon=12, **asked | {"units": [221]})
