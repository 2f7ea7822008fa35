"""Windows of twelve months on the embedded figures, and whole runs of cells through the service."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forestall.errors import UsageError
from forestall.forecast import dependence
from forestall.forecast.cells import service
from forestall.forecast.cells.law import CellLaw
from forestall.forecast.cells.reading import open_run
from forestall.forecast.cells.windows import windows
from forestall.ids import cells
from forestall.ids.months import month_end, month_id
from forestall.panel.cells import cell_panel
from forestall.panel.country_month import country_month
from forestall.parallel import workers
from forestall.sources import ucdp
from forestall.store import Release, Source, Workspace

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
    with workers(jobs=2) as crew:
        spread = service.run(workspace, panel, tmp_path / "workers", **asked, workers=crew)
    for unit in (432, 625, 970):
        assert spread.file(unit).read_bytes() == done.file(unit).read_bytes()


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


def test_a_release_with_dates_runs_the_monthly_path(shared: Path, tmp_path: Path) -> None:
    """Sri Lanka, whole in GED 23.1, stands for a full release: windows of any month are sums of its months."""
    parsed = ucdp.parse_file(shared / "ucdp" / "samples" / "ged_sri_lanka.csv.gz", release="ucdp-ged-23.1")
    held = Workspace.open(tmp_path / "home")
    with held.update() as change:
        release = Release(
            release="ucdp-ged-23.1",
            table="ucdp_events",
            source="UCDP GED",
            status="final",
            published=date(2023, 6, 1),
            first_month=109,
            last_month=month_id(2022, 12),
            month_rule="end",
        )
        source = Source(name="made for a test", version="1", licence="CC0-1.0", citation="none")
        change.add_table(parsed.frame, release, source=source)
    as_of = month_id(2007, 5)
    seen = windows(held, as_of=as_of)
    months = cell_panel(held, as_of=as_of, step="month")
    assert seen.months == 12
    assert seen.panel.located[1:].all()
    np.testing.assert_array_equal(seen.panel.values[:, -1], months.values[:, -12:].sum(axis=1))
    np.testing.assert_array_equal(seen.panel.values[:, -3], months.values[:, -36:-24].sum(axis=1))
    panel = country_month(held, as_of=as_of)
    done = service.run(held, panel, tmp_path / "run", horizon=6, model="ewma", units=[780])
    block = done.country(780)
    risk = block.prob_at_least(1)[:, 0]
    lat = cells.centre(block.cells)[0]
    # The war was in the north and east: what followed was there, and so is the forecast.
    after = cell_panel(held, as_of=as_of + 6, step="month").values[:, -6:].sum(axis=1)
    outcome = after[np.searchsorted(months.pg_id, block.cells)] > 0
    assert risk[outcome].mean() > 3 * risk[~outcome].mean()
    assert risk[lat > 8.5].mean() > 3 * risk[lat < 7].mean()
