"""The vintages behind the nowcast, and the table learned from them."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tools.embed import revision, vintages
from tools.embed.inputs import Inputs

from forestall.ids.months import month_id
from forestall.panel.revision import MONTHLY, SCHEMA, YEARLY, to_frame

DATA = Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"


@pytest.fixture(scope="module")
def held(shared: Path) -> vintages.Vintages:
    return vintages.read(Inputs(shared))


def test_the_table_has_its_columns_and_both_stages() -> None:
    table = pl.read_parquet(DATA / "revision.parquet")
    assert dict(table.schema) == {column: kind() for column, kind in SCHEMA.items()}
    assert table["stage"].unique(maintain_order=True).to_list() == [MONTHLY, YEARLY]


def test_building_the_table_again_gives_the_same(held: vintages.Vintages) -> None:
    assert to_frame(revision.learn(held)).equals(pl.read_parquet(DATA / "revision.parquet"))


def test_figures_change_on_four_days_only(held: vintages.Vintages) -> None:
    # This is what lets a stage stand in for age. The one cell: January 2025, issued with February's figures.
    changed = {}
    for day, before, after in zip(held.days[1:], held.figures, held.figures[1:], strict=False):
        old = after[:, : before.shape[1]]
        changed[day] = int((np.nan_to_num(old) != np.nan_to_num(before)).sum())
    announced = {*vintages.REISSUED.values(), *vintages.FINAL.values()}
    assert min(changed[day] for day in announced) > 200
    assert sum(count for day, count in changed.items() if day not in announced) == 1


def test_no_death_is_lost_in_reading(held: vintages.Vintages, shared: Path) -> None:
    frame = pl.read_csv(shared / "ucdp/vintages/cm_asof_2025-08-25.csv.gz")
    assert np.nansum(held.figures[-1]) == frame.select(pl.sum_horizontal(pl.exclude(frame.columns[0]))).sum().item()
    # Last row of the file: Ukraine in July 2025.
    assert held.figures[-1][held.iso3.index("UKR"), -1] == frame["Ukraine"][-1] == 6871


def test_a_panel_says_what_was_known_that_day(held: vintages.Vintages) -> None:
    early, later = held.panel(date(2024, 5, 21)), held.panel(date(2024, 6, 24))
    assert early.status[-16:] == ("provisional",) * 12 + ("candidate",) * 4
    assert later.status[-17:] == ("final",) * 12 + ("candidate",) * 5
    assert early.as_of == month_id(2024, 4)


def test_revisions_are_learned_from_what_was_final_that_day(held: vintages.Vintages) -> None:
    assert revision.learn(held, known_on=date(2024, 6, 23)) == {}
    years, known, _, final = held.pairs(MONTHLY, known_on=date(2025, 7, 20))
    # December 2023 came first with the yearly release, so it has no monthly figure.
    assert years.tolist() == [2023] * 11
    assert (np.nansum(known), np.nansum(final)) == (87_598, 108_124)
    assert held.pairs(YEARLY)[0].tolist() == [2023] * 12 + [2024] * 12
