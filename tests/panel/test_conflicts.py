"""Conflicts by month, and yearly tables of which more than one release is held."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from panel_inputs import event, frame, release

from forestall.panel import merge
from forestall.panel.conflicts import conflict_month, yearly
from forestall.store import Release, Source, Workspace

KEYS = ("gw_id", "month_id", "type_of_violence", "conflict_id", "conflict_name", "dyad_name")


@pytest.fixture
def real(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "home")


def test_conflicts_of_the_embedded_months(real: Workspace) -> None:
    found = conflict_month(real, as_of=553)
    assert found["month_id"].min() == 541
    assert found["month_id"].max() == 553
    table = real.table("ucdp_conflict_month").filter(pl.col("month_id") <= 553)
    assert found["deaths_total"].sum() == table["deaths_total"].sum()
    early = conflict_month(real, as_of=553, known_on=date(2026, 3, 19))
    assert early["month_id"].max() == 552


def test_added_events_replace_the_month_of_a_conflict() -> None:
    held = frame(
        "release_register",
        [
            release("p", "ucdp_conflict_month", "provisional", 541, 542, date(2026, 1, 20)),
            release("c", "ucdp_events", "candidate", 542, 542, date(2026, 2, 20)),
        ],
    )
    name = {"conflict_id": 1, "conflict_name": "Mali: Government", "gw_id": 432, "iso3": "MLI", "type_of_violence": 1}
    counts = frame(
        "ucdp_conflict_month",
        [name | {"month_id": month, "deaths_total": 9, "events": 1, "release": "p"} for month in (541, 542)],
    )
    dyad = {"conflict_id": 1, "conflict_name": "Mali: Government", "dyad_name": "Government of Mali - JNIM"}
    events = frame(
        "ucdp_events",
        [event("c", n, date(2025, 2, n), date(2025, 2, n), 2 * n, **dyad) for n in (1, 2)],
    )
    found = merge.conflict_month(counts, events, held, as_of=542, keys=KEYS).frame
    assert found.select("month_id", "dyad_name", "deaths_total", "events", "status").rows() == [
        (541, None, 9, 1, "provisional"),
        (542, "Government of Mali - JNIM", 6, 2, "candidate"),
    ]


def test_years_come_from_the_later_release_of_a_dataset(real: Workspace) -> None:
    before = yearly(real, "ucdp_conflict_year", as_of=554)
    assert before.height == real.table("ucdp_conflict_year").height
    newer = real.table("ucdp_conflict_year").filter(pl.col("release") == "ucdp-acd-25.1", pl.col("year") >= 2023)
    newer = newer.with_columns(pl.col("year") + 1, pl.lit("ucdp-acd-26.1").alias("release"))
    newer = newer.with_columns(pl.col("year").cast(pl.Int32))
    row = Release(
        release="ucdp-acd-26.1",
        table="ucdp_conflict_year",
        source="UCDP/PRIO",
        status="final",
        published=date(2026, 6, 10),
        first_month=529,
        last_month=552,
    )
    real.add_table(newer, row, source=Source(name="t", version="26.1", licence="CC-BY-4.0", citation="t"))
    found = yearly(real, "ucdp_conflict_year", as_of=554)
    conflicts = found.filter(pl.col("dyad_id").is_null())
    by_year = {year: set(conflicts.filter(pl.col("year") == year)["release"]) for year in (2023, 2024, 2025)}
    assert by_year == {2023: {"ucdp-acd-25.1"}, 2024: {"ucdp-acd-26.1"}, 2025: {"ucdp-acd-26.1"}}
    # Dyads are another dataset and stay as they were.
    assert found.filter(pl.col("dyad_id").is_not_null()).equals(before.filter(pl.col("dyad_id").is_not_null()))
    known = yearly(real, "ucdp_conflict_year", as_of=554, known_on=date(2026, 1, 1))
    assert known.equals(before)


def test_a_year_that_has_not_ended_is_not_given(real: Workspace) -> None:
    assert yearly(real, "ucdp_country_year", as_of=539)["year"].max() == 2023
    assert yearly(real, "ucdp_country_year", as_of=540)["year"].max() == 2024
    assert yearly(real, "ucdp_country_year", as_of=540, known_on=date(2025, 1, 1)).height == 0
