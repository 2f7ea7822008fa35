"""Ties between states on a day: known facts, the edges of their days, what later data may not change, and the tables."""

import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.council.voting.records import session_ends
from forestall.errors import UsageError
from forestall.ids.months import month_of
from forestall.instruments.mediation.tie_tables import held
from forestall.instruments.mediation.ties import RIVAL_YEARS, Ties, ties
from forestall.store import Workspace

DATA = Path(__file__).resolve().parents[2] / "src" / "forestall" / "data"
SQUARE = (
    "contiguous",
    "distance_km",
    "allied",
    "defence",
    "rival",
    "colonial",
    "coloniser",
    "part_of",
    "shared_language",
    "shared_organisations",
    "ideal_distance",
)
ROWS = ("council_seat", "permanent", "conflict_at_home")
DAYS = st.dates(date(1946, 1, 1), date(2026, 2, 28))
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


def between(found: Ties, name: str, one: str, other: str) -> float:
    return getattr(found, name)[found.index(one), found.index(other)].item()


# Facts from treaties, UN records and the sources' own lists.
FACTS = (
    ("rival", "IND", "PAK", date(2003, 6, 1), True),  # Kargil 1999, border crisis 2001-2002
    ("rival", "NOR", "SWE", date(2003, 6, 1), False),
    ("rival", "GBR", "ARG", date(1990, 1, 1), True),  # 1982
    ("rival", "GBR", "ARG", date(1998, 1, 1), False),  # sixteen years after
    ("defence", "USA", "TUR", date(2003, 6, 1), True),  # North Atlantic Treaty
    ("defence", "USA", "TUR", date(1951, 6, 1), False),  # protocol of 1951-10-17: known from 1952 on
    ("defence", "USA", "TUR", date(1952, 1, 1), True),
    ("defence", "USA", "FIN", date(2023, 4, 3), False),  # accession on 2023-04-04
    ("defence", "USA", "FIN", date(2023, 4, 4), True),
    ("defence", "SWE", "NOR", date(2024, 3, 6), False),  # accession on 2024-03-07
    ("defence", "SWE", "NOR", date(2024, 3, 7), True),
    ("allied", "CHE", "FRA", date(1975, 9, 1), False),
    ("allied", "CHE", "FRA", date(1976, 1, 1), True),  # ATOP counts the Helsinki Final Act as a promise not to attack
    ("defence", "CHE", "FRA", date(2010, 1, 1), False),
    ("allied", "CHE", "MLI", date(2010, 1, 1), False),
    ("coloniser", "MLI", "FRA", date(1960, 9, 22), True),  # rule ended with the Mali Federation, 1960-06-20
    ("coloniser", "FRA", "MLI", date(2010, 1, 1), False),
    ("coloniser", "IDN", "NLD", date(1949, 12, 26), False),  # transfer of sovereignty on 1949-12-27
    ("coloniser", "IDN", "NLD", date(1949, 12, 27), True),
    ("coloniser", "TLS", "PRT", date(2002, 5, 20), True),
    ("coloniser", "NAM", "ZAF", date(1990, 3, 21), True),
    ("coloniser", "CMR", "GBR", date(1961, 9, 30), False),  # Southern Cameroons, A/RES/1608 (XV)
    ("coloniser", "CMR", "GBR", date(1961, 10, 1), True),
    ("part_of", "SSD", "SDN", date(2011, 7, 9), True),
    ("part_of", "UKR", "RUS", date(1992, 1, 1), True),
    ("coloniser", "UKR", "RUS", date(1992, 1, 1), False),
    ("contiguous", "SDN", "SSD", date(2011, 7, 9), True),
    ("contiguous", "SDN", "UGA", date(2011, 6, 30), True),
    ("contiguous", "SDN", "UGA", date(2011, 8, 1), False),
    ("contiguous", "DEU", "POL", date(1985, 1, 1), False),  # the Federal Republic reached the Oder in 1990
    ("contiguous", "DEU", "POL", date(1991, 1, 1), True),
    ("contiguous", "VAT", "ITA", date(1960, 1, 1), True),
    ("contiguous", "VAT", "ITA", date(2025, 1, 1), True),
    ("contiguous", "MMR", "PAK", date(1965, 1, 1), True),  # East Pakistan
    ("contiguous", "MMR", "PAK", date(1972, 1, 1), False),
    ("contiguous", "MMR", "PAK", date(2020, 1, 1), False),
    ("contiguous", "CYP", "TUR", date(2020, 1, 1), False),
    ("shared_language", "SEN", "FRA", date(2020, 1, 1), True),
    ("shared_language", "SEN", "JPN", date(2020, 1, 1), False),
    ("distance_km", "FRA", "DEU", date(2020, 1, 1), 0.0),
    ("distance_km", "SSD", "KEN", date(2011, 7, 9), 0.0),
    ("distance_km", "VAT", "ITA", date(2020, 1, 1), 0.0),
    ("distance_km", "GBR", "FRA", date(2020, 1, 1), 40.0),  # Strait of Dover: 33 km, borders are simplified
)


@pytest.mark.parametrize(("name", "one", "other", "on", "expected"), FACTS)
def test_known_facts(workspace: Workspace, name: str, one: str, other: str, on: date, expected: float) -> None:
    assert between(ties(workspace, on), name, one, other) == expected


def test_a_state_is_there_from_its_first_day(workspace: Workspace) -> None:
    assert "SSD" not in ties(workspace, date(2011, 7, 8)).states
    assert "SSD" in ties(workspace, date(2011, 7, 9)).states
    assert "TLS" not in ties(workspace, date(2002, 5, 19)).states
    assert "TLS" in ties(workspace, date(2002, 5, 20)).states
    with pytest.raises(UsageError, match=r"SSD.*no state of 2011-07-08"):
        ties(workspace, date(2011, 7, 8)).index("SSD")
    with pytest.raises(UsageError, match="1946"):
        ties(workspace, date(1945, 12, 31))


def test_series_go_on_under_one_code(workspace: Workspace) -> None:
    then, now = ties(workspace, date(1985, 1, 1)), ties(workspace, date(2020, 1, 1))
    assert {"RUS", "SRB", "DEU", "DDR", "CSK", "YEM", "YMD", "VNM"} <= set(then.states)
    assert not {"SUN", "YUG", "UKR", "HRV", "SVK"} & set(then.states)
    assert {"RUS", "SRB", "DEU", "YEM", "HRV", "SVK", "VAT", "XKX"} <= set(now.states)
    assert not {"DDR", "CSK", "YMD"} & set(now.states)
    assert between(then, "defence", "RUS", "POL")  # Warsaw Pact
    assert not between(now, "defence", "RUS", "POL")
    assert "DDR" not in ties(workspace, date(1990, 10, 3)).states


def test_seats_on_the_council(workspace: Workspace) -> None:
    for on, sits in (
        (date(2020, 12, 31), False),
        (date(2021, 1, 1), True),
        (date(2022, 12, 31), True),
        (date(2023, 1, 1), False),
    ):
        found = ties(workspace, on)
        assert found.council_seat[found.index("KEN")] == sits
        assert [one for one, yes in zip(found.states, found.permanent, strict=True) if yes] == [
            "CHN",
            "FRA",
            "GBR",
            "RUS",
            "USA",
        ]
        assert found.council_seat.sum() == 15
        assert (found.council_seat >= found.permanent).all()


def test_conflicts_at_home_and_abroad(workspace: Workspace) -> None:
    found = ties(workspace, date(1989, 1, 1))
    assert {"CUB", "ZAF"} <= found.fights["AGO"]
    assert found.conflict_at_home[found.index("AGO")]
    assert dict(found.ends)["fights"] == 1988
    found = ties(workspace, date(2025, 6, 1))
    assert "RUS" in found.fights["UKR"]
    assert found.conflict_at_home[found.index("SDN")]
    assert not found.conflict_at_home[found.index("NOR")]
    # The attack of 1989-12-20 counts from the next first of January.
    assert "USA" not in ties(workspace, date(1989, 12, 31)).fights.get("PAN", frozenset())
    assert "USA" in ties(workspace, date(1990, 1, 1)).fights["PAN"]


def test_votes_in_the_assembly(workspace: Workspace) -> None:
    found = ties(workspace, date(2019, 1, 1))
    assert between(found, "ideal_distance", "USA", "ISR") < between(found, "ideal_distance", "USA", "PRK")
    assert np.isnan(between(found, "ideal_distance", "VAT", "ITA"))
    assert np.isnan(ties(workspace, date(1946, 6, 1)).ideal_distance[0, 1])
    assert dict(found.ends)["ideal_distance"] == 2018
    # Ours end in 2019; those published in July 2025 give 2024.
    assert dict(ties(workspace, date(2025, 7, 31)).ends)["ideal_distance"] == 2019
    assert dict(ties(workspace, date(2025, 8, 1)).ends)["ideal_distance"] == 2024
    # In standard deviations: the mean square of all distances between two points is twice their variance.
    for on in (date(1975, 1, 1), date(2019, 1, 1), date(2026, 1, 1)):
        away = ties(workspace, on).ideal_distance
        known = away[np.isfinite(away) & ~np.eye(len(away), dtype=bool)]
        assert np.mean(known**2) == pytest.approx(2.0, rel=0.05)


@settings(max_examples=25, deadline=None)
@given(on=DAYS)
def test_symmetric_where_due_and_nothing_with_oneself(on: date) -> None:
    found = ties(Workspace.open(), on)
    n = len(found.states)
    assert len(set(found.states)) == n
    for name in SQUARE:
        array = getattr(found, name)
        assert array.shape == (n, n)
        assert not np.diagonal(array).any(), name
        assert not array.flags.writeable
        if name not in {"coloniser", "part_of"}:
            np.testing.assert_array_equal(array, array.T, err_msg=name)
    for name in ROWS:
        assert getattr(found, name).shape == (n,)
    assert (found.allied >= found.defence).all()
    np.testing.assert_array_equal(found.colonial, found.coloniser | found.coloniser.T)
    assert not (found.coloniser & found.coloniser.T).any()
    assert not found.distance_km[found.contiguous].any()
    assert all(last <= on.year for name, last in found.ends if name != "language")
    for country, who in found.fights.items():
        assert country in found.states
        assert who <= set(found.states) - {country}


@settings(max_examples=12, deadline=None)
@given(on=DAYS, seed=st.integers(0, 10_000))
def test_pairs_are_those_of_the_tables(on: date, seed: int) -> None:
    """Alliances and rivalries against a plain search of the table, pair by pair."""
    space = Workspace.open()
    found, rows = ties(space, on), space.table("mediation_ties")
    rng = np.random.default_rng(seed)
    for _ in range(10):
        one, other = (str(code) for code in rng.choice(found.states, 2, replace=False))
        pair = rows.filter(pl.col("iso3").is_in([one, other]) & pl.col("other").is_in([one, other]))
        before = pl.col("last_year").is_null() | (pl.col("last_year") >= on.year - 1)
        holds = pair.filter((pl.col("first_year") <= on.year - 1) & before)
        pact = holds.filter(pl.col("tie") == "defence_pact").height > 0
        if on.year <= 2019:
            assert between(found, "defence", one, other) == pact
        assert between(found, "defence", one, other) >= pact
        clash = pair.filter(
            pl.col("tie").is_in(["crisis_rivalry", "interstate_conflict"])
            & (pl.col("first_year") < on.year)
            & (pl.col("last_year") >= on.year - RIVAL_YEARS)
        )
        assert between(found, "rival", one, other) == (clash.height > 0)


def _as_known(space: Workspace, on: date) -> dict[str, pl.DataFrame]:
    """The tables without what happened, began or was published after a day; what had not ended then goes on."""
    year, month = on.year, month_of(on)

    def table(name: str) -> pl.DataFrame:
        return space.table(name)

    def open_ended(name: str, after: pl.Expr) -> pl.Expr:
        return pl.when(~after).then(pl.col(name)).alias(name)

    calls = table("un_roll_calls")
    ended = [session for session, day in session_ends(calls).items() if day <= on]
    points = table("un_ideal_points").filter(pl.col("session") <= max(ended, default=0))
    published = table("un_ideal_points_published").filter(pl.lit(on >= date(2025, 8, 1)) & (pl.col("year") < year))
    rules = table("mediation_ties").filter(pl.col("first_year").is_null() & (pl.col("until_day") < on))
    spells = table("mediation_ties").filter(
        pl.when(pl.col("since_day").is_null()).then(pl.col("first_year") < year).otherwise(pl.col("since_day") <= on)
    )
    spells = spells.with_columns(
        open_ended("last_year", pl.col("last_year") >= year), open_ended("until_day", pl.col("until_day") > on)
    )
    return {
        "mediation_ties": pl.concat([rules, spells]),
        "mediation_distances": table("mediation_distances")
        .filter(pl.col("first_year") <= year)
        .with_columns(open_ended("last_year", pl.col("last_year") > year)),
        "mediation_interventions": table("mediation_interventions").filter(pl.col("year") < year),
        "neighbours": table("neighbours")
        .filter(pl.col("from_month") <= month)
        .with_columns(open_ended("until_month", pl.col("until_month") > month)),
        "regional_memberships": table("regional_memberships")
        .filter(pl.col("membership_from") <= on)
        .with_columns(open_ended("membership_until", pl.col("membership_until") > on)),
        "council_members": table("council_members").filter(pl.col("first_day") <= on),
        "ucdp_country_year": table("ucdp_country_year").filter(pl.col("year") < year),
        "ucdp_conflict_year": table("ucdp_conflict_year").filter(pl.col("year") < year),
        "ucdp_country_month": table("ucdp_country_month").filter(pl.col("month_id") < month_of(date(year, 1, 1))),
        "un_roll_calls": calls.filter(pl.col("session").is_in(ended)),
        "un_ideal_points": points,
        "un_ideal_points_published": published,
    }


def _same(one: Ties, other: Ties) -> None:
    assert one.states == other.states
    assert one.fights == other.fights
    assert dict(one.ends) == dict(other.ends)
    for name in (*SQUARE, *ROWS):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


EDGES = [date(1960, 9, 22), date(1989, 6, 1), date(1991, 12, 26), date(2011, 7, 9), date(2025, 8, 1), date(2026, 2, 1)]


@settings(max_examples=6, deadline=None)
@given(on=st.one_of(st.sampled_from(EDGES), DAYS))
def test_what_came_later_changes_nothing(tmp_path_factory: pytest.TempPathFactory, on: date) -> None:
    """The law: the same ties from tables that end on the day."""
    space = Workspace.open()
    folder = tmp_path_factory.mktemp("known")
    cut = _as_known(space, on)
    for path in DATA.iterdir():
        if path.stem not in cut:
            (folder / path.name).symlink_to(path)
    for name, rows in cut.items():
        rows.write_parquet(folder / f"{name}.parquet")
    _same(ties(space, on), ties(Workspace.open(embedded=folder), on))
    held.cache_clear()


def test_drawing_the_ties_of_a_day_is_quick(workspace: Workspace) -> None:
    held.cache_clear()
    ties.cache_clear()
    start = time.perf_counter()
    ties(workspace, date(2026, 2, 28))
    cold = time.perf_counter()
    ties(workspace, date(2015, 3, 1))
    assert cold - start < 1.5
    assert time.perf_counter() - cold < 0.5
