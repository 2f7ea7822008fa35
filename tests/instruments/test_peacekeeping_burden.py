"""Burden shares: by hand, against another table of the same source, and laws of concentration."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.council.members import PERMANENT, members
from forestall.errors import UsageError
from forestall.ids.months import month_id
from forestall.instruments.peacekeeping import burden
from forestall.store import Workspace

LATER = date(2026, 2, 1)


def test_concentration_by_hand() -> None:
    found = burden.concentration([20.0, 50.0, 0.0, 30.0])
    assert found.contributors == 3
    assert found.ten_largest == pytest.approx(1.0)
    assert found.half == 1
    assert found.herfindahl == pytest.approx(0.25 + 0.09 + 0.04)
    assert found.effective == pytest.approx(1 / 0.38)
    with pytest.raises(UsageError):
        burden.concentration([0.0])


@given(amounts=st.lists(st.floats(0.01, 1e6), min_size=1, max_size=40), factor=st.floats(0.1, 10))
def test_laws_of_concentration(amounts: list[float], factor: float) -> None:
    found = burden.concentration(amounts)
    assert 1 / len(amounts) - 1e-9 <= found.herfindahl <= 1 + 1e-9
    assert burden.concentration([one * factor for one in amounts]).herfindahl == pytest.approx(found.herfindahl)
    assert burden.concentration([7.0] * len(amounts)).effective == pytest.approx(len(amounts))
    assert 1 <= found.half <= (len(amounts) + 1) // 2 or found.half == 1


@pytest.mark.parametrize("period", [burden.months, burden.whole, burden.maps])
def test_shares_add_up(period: object) -> None:
    found = period(LATER)  # type: ignore[operator]
    for rows in (found.groups, found.regions, found.seats):
        assert sum(row.share for row in rows) == pytest.approx(1.0)
        assert sum(row.population_share for row in rows) == pytest.approx(1.0)
        assert sum(row.person_months for row in rows) == pytest.approx(found.total * (1 - found.not_named))
        assert sum(row.members for row in rows) == 193


def test_regions_are_those_of_the_source_s_own_table(shared: Path) -> None:
    table = pl.read_csv(shared / "peacekeeping" / "ipi_region_month_1990_2017.csv.gz", infer_schema=False)
    for year, month in ((1999, 6), (2005, 6), (2010, 12)):
        theirs = table.filter(pl.col("Date").str.starts_with(f"{year}-{month:02d}"))
        theirs = theirs.group_by("Continent").agg(
            pl.col("Total").cast(pl.Int64).sum(), pl.col("Number of Contributors").cast(pl.Int64).sum()
        )
        found = burden.months(date(year + month // 12, month % 12 + 1, 31) if month != 6 else date(year, 7, 31), 1)
        assert found is not None
        assert found.first == f"{year}-{month:02d}"
        ours = {row.name: (row.person_months, row.contributors) for row in found.regions}
        for name, total, contributors in theirs.rows():
            if name in ours:  # the source parts the Americas in two or three
                assert ours[name] == (total, contributors), (year, month, name)


def test_a_seat_is_the_seat_of_the_month() -> None:
    table = Workspace.open().table("peace_contributor_month")

    def persons(month: int, codes: set[str]) -> float:
        parts = ("contributed_troops", "contributed_police", "contributed_experts")
        rows = table.filter(pl.col("month_id") == month, pl.col("iso3").is_in(codes))
        return float(rows.select(pl.sum_horizontal(pl.col(parts).fill_null(0)).sum()).item())

    # Pakistan's and Morocco's terms ended with 2013, Nigeria's and Jordan's began with 2014.
    for day, month, elected, not_elected in (
        (date(2014, 1, 31), month_id(2013, 12), "PAK", "NGA"),
        (date(2014, 3, 3), month_id(2014, 1), "NGA", "PAK"),
    ):
        sitting = {one.iso3 for one in members(date(1980 + (month - 1) // 12, (month - 1) % 12 + 1, 28)) if one.elected}
        assert elected in sitting
        assert not_elected not in sitting
        found = burden.months(day, 1)
        assert found is not None
        seats = {row.name: row.person_months for row in found.seats}
        assert seats["permanent members"] == persons(month, set(PERMANENT))
        assert seats["elected members"] == persons(month, sitting)


def test_periods_end_with_what_was_known() -> None:
    assert burden.months(date(1990, 12, 30)) is None
    first = burden.months(date(1990, 12, 31))
    assert first is not None
    assert (first.first, first.last) == ("1990-11", "1990-11")
    assert burden.maps(date(1995, 1, 30)) is None
    newest = burden.maps(LATER)
    assert newest is not None
    assert (newest.first, newest.unit) == ("2024", "persons in units of standard size")
    assert 0 < newest.not_named < 0.02
    whole = burden.whole(LATER)
    assert whole is not None
    assert (whole.first, whole.last, len(whole.repeats)) == ("1990-11", "2014-08", 8)
    with pytest.raises(UsageError):
        burden.months(LATER, 0)
