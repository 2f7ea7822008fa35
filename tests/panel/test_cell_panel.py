"""The cell panel: complete, as of a month, and the same by month when a user adds a release with dates."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from panel_inputs import event, frame

from forestall.errors import ShapeError, UsageError
from forestall.ids.cells import cell_of
from forestall.ids.months import month_id
from forestall.panel.cells import CellPanel, cell_panel, last_period
from forestall.sources import ucdp
from forestall.store import Release, Source, Workspace

SOURCE = Source(name="made for a test", version="1", licence="CC0-1.0", citation="none")
DECEMBER_2021 = month_id(2021, 12)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def years(real: Workspace) -> CellPanel:
    return cell_panel(real, as_of=554)


def test_every_land_cell_has_every_located_year(real: Workspace, years: CellPanel) -> None:
    assert years.periods.tolist() == list(range(1989, 2022))
    assert years.values.shape == years.events.shape == (64_818, 33)
    assert (years.values.dtype, years.events.dtype) == (np.float32, np.float32)
    assert not np.isnan(years.values).any()
    assert np.array_equal(years.pg_id, real.table("land_cells").sort("pg_id")["pg_id"].to_numpy())
    assert years.releases[0] == "ucdp-ged-21.1"
    assert years.status[-2:] == ("final", "candidate")
    whole = int(real.table("ucdp_cell_year")["deaths_total"].sum())
    assert years.values.sum(dtype=np.float64) == whole - 34
    assert years.notes[-1] == "5 events without land cells of their country at hand set aside (34 deaths)"


def test_pile_ups_are_gone_and_what_is_located_stays(real: Workspace, years: CellPanel) -> None:
    raw = cell_panel(real, as_of=554, spread=False)
    assert raw.digest != years.digest
    assert raw.values.sum(dtype=np.float64) == years.values.sum(dtype=np.float64)
    middle_of_syria = np.searchsorted(years.pg_id, cell_of(35, 38))
    assert raw.values[middle_of_syria].sum() > 80_000
    assert years.values[middle_of_syria].sum() < 3_000
    placed = real.table("ucdp_cell_year").filter(pl.col("precision") == "place", pl.col("pg_id").is_in(years.pg_id))
    sums = placed.group_by("pg_id", "year").agg(pl.col("deaths_total").sum())
    at = np.searchsorted(years.pg_id, sums["pg_id"].to_numpy()), sums["year"].to_numpy() - 1989
    assert (years.values[at] >= sums["deaths_total"].to_numpy()).all()


@pytest.mark.parametrize("as_of", [month_id(2010, 12), month_id(2011, 6)])
def test_an_earlier_panel_is_the_later_one_cut(real: Workspace, years: CellPanel, as_of: int) -> None:
    early = cell_panel(real, as_of=as_of)
    assert early.periods[-1] == 2010
    cut = years.cut(as_of)
    assert np.array_equal(early.values, cut.values)
    assert early.digest == cut.digest
    assert cut.as_of == as_of


def test_only_what_was_published_counts(real: Workspace) -> None:
    assert cell_panel(real, as_of=554, known_on=date(2021, 12, 31)).periods[-1] == 2020
    with pytest.raises(UsageError, match="no year that ends by 2026-02 is located whole"):
        cell_panel(real, as_of=554, known_on=date(2015, 1, 1))


def test_types_add_up_to_all(real: Workspace, years: CellPanel) -> None:
    kinds = [cell_panel(real, as_of=554, target=f"deaths_{kind}") for kind in ("state_based", "non_state", "one_sided")]
    assert np.array_equal(sum(panel.values.astype(np.float64) for panel in kinds), years.values.astype(np.float64))
    assert len({panel.digest for panel in kinds}) == 3


def test_months_that_are_not_located_are_not_known(real: Workspace) -> None:
    months = cell_panel(real, as_of=554, step="month")
    assert (months.periods[0], months.periods[-1]) == (493, 554)
    whole = {*range(493, 505), 506, 526, 553, 554}
    assert np.array_equal(~np.isnan(months.values[0]), [period in whole for period in months.periods.tolist()])
    assert np.array_equal(np.isnan(months.values), np.isnan(months.events))
    assert np.array_equal(months.located, ~np.isnan(months.values[0]))
    # A cut ends with a located month, as a panel made then would.
    cut = months.cut(520)
    assert cut.periods[-1] == 506
    assert cut.digest == cell_panel(real, as_of=520, step="month").digest
    with pytest.raises(UsageError, match="no month up to 2020-12"):
        cell_panel(real, as_of=492, step="month")
    with pytest.raises(ValueError, match="lies outside"):
        months.cut(492)


def test_unknown_steps_and_targets_are_refused(real: Workspace) -> None:
    with pytest.raises(UsageError, match="step 'week' is not known"):
        cell_panel(real, as_of=554, step="week")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="target 'battle_deaths' is not known"):
        cell_panel(real, as_of=554, target="battle_deaths")


def test_a_panel_that_does_not_fit_is_refused(years: CellPanel) -> None:
    def made(**other: object) -> CellPanel:
        parts = {name: getattr(years, name) for name in ("pg_id", "gw_id", "iso3", "periods", "values", "events")}
        rest = {name: getattr(years, name) for name in ("step", "target", "as_of", "releases", "status")}
        return CellPanel(**{**parts, **rest, **other})  # type: ignore[arg-type]

    with pytest.raises(ShapeError, match="consecutive"):
        made(periods=years.periods[::-1])
    with pytest.raises(ShapeError, match=r"expected \(cells, periods\)"):
        made(events=years.events[:, :-1])
    with pytest.raises(ShapeError, match="ascend"):
        made(pg_id=years.pg_id[::-1])
    with pytest.raises(ValueError, match="not negative"):
        made(values=years.values - 1)
    with pytest.raises(ValueError, match="read-only"):
        years.values[0, 0] = 1


def test_the_last_year_is_the_last_that_is_over() -> None:
    assert [last_period(month_id(2020, m), "year") for m in (1, 11, 12)] == [2019, 2019, 2020]
    assert last_period(500, "month") == 500


def _whole(workspace: Workspace, rows: pl.DataFrame, name: str, first: int, last: int, published: date) -> None:
    with workspace.update() as change:
        row = Release(
            release=name,
            table="ucdp_events",
            source="UCDP GED",
            status="final",
            published=published,
            first_month=first,
            last_month=last,
            month_rule="end",
        )
        change.add_table(rows, row, source=SOURCE)


@pytest.mark.parametrize("country", ["sri_lanka", "el_salvador"])
def test_a_release_with_dates_makes_a_monthly_panel(shared: Path, tmp_path: Path, country: str) -> None:
    # The samples are whole countries of GED 23.1, but extracts; here one stands for a release that has no other.
    parsed = ucdp.parse_file(shared / "ucdp" / "samples" / f"ged_{country}.csv.gz", release="ucdp-ged-23.1")
    assert not parsed.complete
    workspace = Workspace.open(tmp_path / "home")
    _whole(workspace, parsed.frame, "ucdp-ged-23.1", 109, month_id(2022, 12), date(2023, 6, 1))
    months = cell_panel(workspace, as_of=DECEMBER_2021, step="month")
    years = cell_panel(workspace, as_of=DECEMBER_2021)
    assert (months.periods[0], months.periods[-1]) == (109, DECEMBER_2021)
    assert not np.isnan(months.values).any()
    ended = parsed.frame.filter(pl.col("date_end") <= date(2021, 12, 31), pl.col("pg_id").is_not_null())
    lost = int(ended["deaths_total"].sum()) - months.values.sum(dtype=np.float64)
    assert 0 <= lost <= 0.02 * ended["deaths_total"].sum()  # far out at sea, and counted in the notes
    assert lost == 0 or f"set aside ({int(lost):,} deaths)" in months.notes[-1]
    # By year the same release wins, and the same deaths are in the same years.
    by_year = months.values.sum(axis=0, dtype=np.float64).reshape(-1, 12).sum(axis=1)
    assert np.array_equal(by_year, years.values.sum(axis=0, dtype=np.float64))
    early = cell_panel(workspace, as_of=month_id(2001, 6), step="month")
    assert np.array_equal(early.values, months.cut(month_id(2001, 6)).values)


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 700),
            st.sampled_from([(16.27, -0.04), (18.44, 1.41), (17.0, -4.0)]),
            st.sampled_from([1, 2, 4, 6]),
            st.integers(0, 90),
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(541, 560),
)
def test_events_after_as_of_change_no_cell(
    tmp_path_factory: pytest.TempPathFactory, found: list[tuple[int, tuple[float, float], int, int]], as_of: int
) -> None:
    rows = [
        event(
            "ucdp-ged-27.1",
            n,
            day,
            day,
            deaths,
            lat=place[0],
            lon=place[1],
            pg_id=int(cell_of(*place)),
            where_prec=code,
        )
        for n, (offset, place, code, deaths) in enumerate(found)
        for day in (date.fromordinal(date(2025, 1, 1).toordinal() + offset),)
    ]
    panels = []
    for kept in (rows, [row for row in rows if month_id(row["date_end"].year, row["date_end"].month) <= as_of]):
        workspace = Workspace.open(tmp_path_factory.mktemp("home"))
        _whole(workspace, frame("ucdp_events", kept), "ucdp-ged-27.1", 541, 564, date(2027, 6, 1))
        if not kept:  # a release without events locates nothing
            return
        panels.append(cell_panel(workspace, as_of=as_of, step="month"))
    assert panels[0].digest == panels[1].digest
    assert np.array_equal(panels[0].values, panels[1].values, equal_nan=True)
