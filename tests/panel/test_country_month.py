"""Country panels from a real workspace: the embedded figures, and small ones whose every number is known."""

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from panel_inputs import FIRST, LAST, count, counts, event, events, frame, release

from forestall.errors import UsageError
from forestall.ids.months import month_id
from forestall.panel.country_month import country_month, latest_month, population
from forestall.store import Workspace
from forestall.store.manifest import EmbeddedTable, Manifest
from forestall.store.schemas import SCHEMAS

Build = Callable[[dict[str, pl.DataFrame]], Workspace]


def workspace(folder: Path, tables: dict[str, pl.DataFrame]) -> Workspace:
    """A workspace whose embedded figures are these tables; the others have no rows."""
    entries = {}
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in SCHEMAS.items():
        content = tables.get(name, pl.DataFrame(schema=schema))
        path = folder / f"{name}.parquet"
        content.write_parquet(path)
        entries[name] = EmbeddedTable(
            file=path.name,
            rows=content.height,
            bytes=path.stat().st_size,
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            sources=(),
            command="a test",
        )
    Manifest(built_with="a test", tables=entries).write(folder / "manifest.json")
    return Workspace.open(folder / "home", embedded=folder)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The figures that the package carries, and nothing added."""
    return Workspace.open(tmp_path_factory.mktemp("home"))


@pytest.fixture
def build(tmp_path: Path) -> Build:
    return lambda tables: workspace(tmp_path / "embedded", tables)


def row(panel: object, iso3: str) -> int:
    return panel.iso3.index(iso3)  # type: ignore[attr-defined]


def test_the_embedded_panel_of_february_2026(real: Workspace) -> None:
    assert latest_month(real) == 554
    panel = country_month(real, as_of=554)
    assert panel.values.shape == (panel.units.size, 446)
    assert 190 <= panel.units.size <= 200
    # Iran in January 2026, candidate release.
    assert panel.values[row(panel, "IRN"), -2] == 19_886
    assert panel.values[row(panel, "CHE")].sum() == 0
    assert panel.status[0] == panel.status[431] == "final"
    assert (panel.status[432], panel.status[-1]) == ("provisional", "candidate")
    assert (panel.releases[0], panel.releases[-1]) == ("ucdp-ged-25.1", "ucdp-candidate-26.0.2")
    # Every death that the table holds is in the panel or named among what was set aside.
    assert np.nansum(panel.values) == real.table("ucdp_country_month")["deaths_total"].sum()
    assert panel.set_aside == ()


def test_a_state_goes_on_from_its_predecessor(real: Workspace) -> None:
    panel = country_month(real, as_of=554)
    serbia = row(panel, "SRB")
    assert panel.units[serbia] == 340
    # Kosovo 1999 was in Yugoslavia (345).
    in_1999 = slice(month_id(1999, 1) - 109, month_id(1999, 12) - 108)
    assert panel.values[serbia, in_1999].sum() == 2153
    assert not np.isnan(panel.values[row(panel, "RUS")]).any()
    assert not np.isnan(panel.values[row(panel, "DEU")]).any()
    assert not np.isnan(panel.values[row(panel, "YEM")]).any()


def test_before_a_state_exists_nothing_is_known_of_it(real: Workspace) -> None:
    panel = country_month(real, as_of=554)
    south_sudan = panel.values[row(panel, "SSD")]
    july_2011 = month_id(2011, 7) - 109
    assert np.isnan(south_sudan[: july_2011 - 1]).all()
    assert not np.isnan(south_sudan[july_2011:]).any()


def test_units_are_those_of_the_month(real: Workspace) -> None:
    before = country_month(real, as_of=month_id(2006, 5))
    assert before.units[row(before, "SRB")] == 345
    assert "SSD" not in before.iso3
    assert "MNE" not in before.iso3
    in_1990 = country_month(real, as_of=month_id(1990, 8))
    assert {"RUS", "DEU", "DDR"} <= set(in_1990.iso3)
    assert "UKR" not in in_1990.iso3


def test_niger_is_not_nigeria(real: Workspace) -> None:
    panel = country_month(real, as_of=540)
    last = slice(-12, None)
    # UCDP country-year 25.1: Niger 1,222 and Nigeria 3,170 deaths in 2024.
    assert panel.values[row(panel, "NER"), last].sum() == 1222
    assert panel.values[row(panel, "NGA"), last].sum() == 3170


def test_types_that_are_not_known_are_nan_and_never_zero(real: Workspace) -> None:
    panel = country_month(real, as_of=554, target="deaths_state_based")
    rwanda = panel.values[row(panel, "RWA")]
    assert np.isnan(rwanda[month_id(1994, 4) - 109])
    # From 2025 on, and where a country had no events, every type is known.
    assert not np.isnan(panel.values[:, 432:]).any()
    assert (panel.values[row(panel, "CHE")] == 0).all()
    iran = panel.values[row(panel, "IRN"), -2]
    assert iran == 6
    assert panel.low is not None
    assert np.isnan(panel.low[row(panel, "IRN"), -2])


def test_low_and_high_are_the_publishers(real: Workspace) -> None:
    panel = country_month(real, as_of=554)
    assert panel.low is not None
    assert panel.high is not None
    april_1994 = month_id(1994, 4) - 109
    rwanda = row(panel, "RWA")
    assert (panel.low[rwanda, april_1994], panel.high[rwanda, april_1994]) == (332_413, 1_568_628)
    sudan = row(panel, "SDN")
    assert np.isnan(panel.low[sudan, 432:444]).all()
    assert panel.low[row(panel, "CHE"), 440] == 0


def test_known_on_takes_only_what_was_published(real: Workspace) -> None:
    panel = country_month(real, as_of=540, known_on=date(2025, 12, 31))
    assert panel.known_on == date(2025, 12, 31)
    assert set(panel.releases) == {"ucdp-ged-25.1"}
    with pytest.raises(UsageError, match="2025-01 lies after the last month of data"):
        country_month(real, as_of=541, known_on=date(2026, 1, 19))
    with pytest.raises(UsageError, match="no country figures published on or before 2001-01-01"):
        country_month(real, as_of=200, known_on=date(2001, 1, 1))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"as_of": 613}, "2031-01 lies after the last month of data: figures end 2026-02; choose 2026-02 or before"),
        ({"as_of": 108}, "1988-12 lies before the first month of the panel, 1989-01"),
        ({"as_of": 300, "first_month": 100}, "a panel cannot begin in 1988-04: UCDP's events begin 1989-01"),
        (
            {"as_of": 300, "target": "deaths"},
            "target 'deaths' is not known: choose one of deaths_total, deaths_state_based",
        ),
    ],
)
def test_what_cannot_be_is_said_in_one_line(real: Workspace, asked: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        country_month(real, **asked)  # type: ignore[arg-type]
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_months_that_no_release_covers_are_not_known(build: Build) -> None:
    held = build(
        {
            "release_register": frame(
                "release_register",
                [
                    release("a", "ucdp_country_month", "final", 541, 542, date(2026, 1, 1)),
                    release("b", "ucdp_country_month", "candidate", 544, 544, date(2026, 1, 1)),
                ],
            ),
            "ucdp_country_month": frame("ucdp_country_month", [count("a", 541, 7), count("b", 544, 3)]),
        }
    )
    panel = country_month(held, as_of=544, first_month=541)
    mali = panel.values[row(panel, "MLI")]
    assert mali[[0, 1, 3]].tolist() == [7, 0, 3]
    assert np.isnan(mali[2])
    assert panel.status == ("final", "final", "unknown", "candidate")
    assert panel.releases == ("a", "a", "", "b")


def test_types_from_added_events_come_with_their_range(build: Build) -> None:
    held = build(
        {
            "release_register": frame(
                "release_register",
                [
                    release("ucdp-ged-26.1", "ucdp_country_month", "final", 541, 542, date(2026, 6, 1)),
                    release("ucdp-ged-26.1", "ucdp_events", "final", 541, 541, date(2026, 6, 1)),
                ],
            ),
            "ucdp_country_month": frame(
                "ucdp_country_month", [count("ucdp-ged-26.1", month, 50, deaths_one_sided=None) for month in (541, 542)]
            ),
            "ucdp_events": frame(
                "ucdp_events",
                [
                    event("ucdp-ged-26.1", 1, date(2025, 1, 2), date(2025, 1, 2), 40),
                    event("ucdp-ged-26.1", 2, date(2025, 1, 2), date(2025, 1, 2), 10, type_of_violence=3),
                ],
            ),
        }
    )
    panel = country_month(held, as_of=542, first_month=541, target="deaths_one_sided")
    mali = row(panel, "MLI")
    assert panel.low is not None
    assert panel.high is not None
    assert (panel.values[mali, 0], panel.low[mali, 0], panel.high[mali, 0]) == (10, 10, 20)
    assert np.isnan([panel.values[mali, 1], panel.low[mali, 1], panel.high[mali, 1]]).all()
    total = country_month(held, as_of=542, first_month=541)
    assert total.values[mali].tolist() == [50, 50]


def test_states_that_are_no_more_are_named(build: Build) -> None:
    rows = [count("a", 120, 5, gw_id=680, iso3="YMD"), count("a", 120, 7)]
    held = build(
        {
            "release_register": frame("release_register", [release("a", "ucdp_country_month", "final", 109, 544)]),
            "ucdp_country_month": frame("ucdp_country_month", rows),
        }
    )
    panel = country_month(held, as_of=544)
    assert panel.set_aside == ("states without a successor of the same code set aside: Gleditsch-Ward 680 (5 deaths)",)


REGISTER = frame(
    "release_register",
    [
        release("ucdp-candidate-2025", "ucdp_country_month", "provisional", FIRST, LAST, date(2026, 1, 20)),
        release("ucdp-candidate-25.0.6", "ucdp_events", "candidate", 546, 546, date(2025, 7, 20)),
        release("ucdp-ged-26.1", "ucdp_events", "final", FIRST, 550, date(2026, 6, 10)),
    ],
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(counts(("ucdp-candidate-2025",)), events(("ucdp-candidate-25.0.6", "ucdp-ged-26.1")), st.integers(FIRST, LAST))
def test_the_future_changes_neither_values_nor_digest(
    tmp_path_factory: pytest.TempPathFactory, embedded: pl.DataFrame, added: pl.DataFrame, as_of: int
) -> None:
    """The law: changing any row after as_of, or published after known_on, changes nothing."""
    known_on = date(2026, 1, 20)
    end = date((as_of) // 12 + 1980, as_of % 12 + 1, 1)

    def panels(counts_now: pl.DataFrame, events_now: pl.DataFrame) -> list[tuple[str, bytes, tuple[str, ...]]]:
        tables = {"release_register": REGISTER, "ucdp_country_month": counts_now, "ucdp_events": events_now}
        held = workspace(tmp_path_factory.mktemp("law"), tables)
        found = []
        for day in (None, known_on):
            panel = country_month(held, as_of=as_of, known_on=day, first_month=FIRST)
            found.append((panel.digest, panel.values.tobytes(), panel.releases))
        return found

    before = panels(embedded, added)
    future = panels(
        embedded.with_columns(
            pl.when(pl.col("month_id") > as_of)
            .then(999)
            .otherwise(pl.col("deaths_total"))
            .cast(pl.Int32)
            .alias("deaths_total")
        ),
        added.filter(pl.col("date_end") < end),
    )
    assert future == before
    unpublished = panels(embedded, added.filter(pl.col("release") != "ucdp-ged-26.1"))
    assert unpublished[1] == before[1]


def test_population_is_carried_from_the_last_known_year(real: Workspace) -> None:
    # A figure for 2023 is known from July 2024 on.
    june, july = month_id(2024, 6), month_id(2024, 7)
    assert population(real, 2024, as_of=june)["year_of_figure"].unique().to_list() == [2022]
    now = population(real, 2026, as_of=july)
    mali = now.filter(pl.col("iso3") == "MLI").row(0, named=True)
    assert mali["year_of_figure"] == 2023
    assert mali["persons"] == pytest.approx(23.8e6, rel=0.02)
    assert not now["iso3"].is_duplicated().any()
    with pytest.raises(UsageError, match="figures begin 1950"):
        population(real, 1949, as_of=july)
