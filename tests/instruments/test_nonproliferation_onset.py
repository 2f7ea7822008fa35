"""The hazard of starting a nuclear programme: arithmetic by hand, laws, histories, and what is said of it."""

from datetime import date
from importlib.resources import files

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from forestall.errors import UsageError
from forestall.ids import countries
from forestall.instruments.nonproliferation import onset
from forestall.instruments.nonproliferation.onset_panel import COVARIATES, LAST, OUTCOMES, AtRisk, at_risk
from forestall.store import Workspace


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


@pytest.fixture(scope="module")
def exploration(workspace: Workspace) -> AtRisk:
    return at_risk("exploration", workspace)


@pytest.fixture(scope="module")
def pursuit(workspace: Workspace) -> AtRisk:
    return at_risk("pursuit", workspace)


def starts(panel: AtRisk) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at in np.flatnonzero(panel.y):
        found.setdefault(panel.iso3[at], []).append(int(panel.year[at]))
    return found


def test_beginnings_are_those_of_the_histories(exploration: AtRisk, pursuit: AtRisk) -> None:
    begun = starts(exploration)
    # Bleek 2017; Libya and Pakistan go to pursuit at once, Syria is the last to explore anew.
    assert begun["LBY"] == [1970]
    assert begun["PAK"] == [1972]
    assert begun["IRN"] == [1974, 1984]
    assert begun["SYR"] == [2000]
    assert begun["KOR"] == [1969]
    assert "KAZ" not in begun
    assert "UKR" not in begun
    assert starts(pursuit)["IRQ"] == [1981]
    assert starts(pursuit)["IND"] == [1964, 1972, 1980]
    assert starts(pursuit)["PRK"] == [1980]


def test_a_state_is_at_risk_only_while_it_exists_and_has_no_programme(
    exploration: AtRisk, workspace: Workspace
) -> None:
    rows = set(zip(exploration.iso3, exploration.year.tolist(), strict=True))
    assert ("KAZ", 1990) not in rows
    assert ("KAZ", 1993) in rows
    assert ("ISR", 1948) not in rows  # not yet a state on the first of January
    assert ("ZAF", 1980) not in rows
    assert ("ZAF", 1993) in rows
    stages = {(iso3, year): stage for iso3, year, stage in workspace.table("nuclear_programmes").iter_rows()}
    assert all(stages[iso3, year - 1] == "none" for iso3, year in rows)
    for iso3, year in sorted(rows)[:: len(rows) // 40]:
        assert iso3 in {state.series_iso3 for state in countries.states(date(year, 1, 1))}


def test_covariates_are_of_the_year_before(exploration: AtRisk, pursuit: AtRisk) -> None:
    def value(panel: AtRisk, iso3: str, year: int, name: str) -> float:
        at = next(i for i, key in enumerate(zip(panel.iso3, panel.year.tolist(), strict=True)) if key == (iso3, year))
        return float(panel.x[at, COVARIATES.index(name)])

    # The NPT opened in July 1968; Ireland ratified on the first day, 1968-07-01, Japan on 1976-06-08.
    assert [value(exploration, "IRL", year, "npt_party") for year in (1968, 1969)] == [0, 1]
    assert [value(exploration, "JPN", year, "npt_party") for year in (1976, 1977)] == [0, 1]
    # Dutch enrichment began in 1973: two facilities are known from 1974 on.
    assert [value(exploration, "NLD", year, "facilities") for year in (1973, 1974)] == [0, pytest.approx(np.log(3))]
    # India tested in 1974 but its stage was pursuit from 1964: so Pakistan in 1972 had a rival with a programme or not.
    assert value(exploration, "PAK", 1966, "rival_with_programme") == 1
    assert value(pursuit, "IRN", 1989, "earlier_programme") == 1
    assert value(exploration, "NOR", 1970, "allied_with_possessor") == 1
    assert np.isfinite(exploration.x).all()


def test_the_fit_maximises_the_penalised_likelihood(exploration: AtRisk) -> None:
    keep = exploration.year < 1970
    x, y = exploration.x[keep], exploration.y[keep]
    fitted = onset.fit(x, y, ridge=2.0)
    z = (x - fitted.mean) / fitted.scale

    def loss(weights: np.ndarray) -> float:
        line = weights[0] + z @ weights[1:]
        return float(np.logaddexp(0, line).sum() - y @ line + (weights[1:] ** 2).sum())

    best = minimize(loss, np.zeros(x.shape[1] + 1), method="BFGS")
    assert loss(fitted.weights) <= best.fun + 1e-6
    # The constant is not penalised: mean probability and share of onsets agree.
    assert fitted.probability(x).mean() == pytest.approx(y.mean(), rel=1e-6)


def test_a_larger_penalty_draws_to_the_base_rate(exploration: AtRisk) -> None:
    spread = [onset.fit(exploration.x, exploration.y, ridge=r).probability(exploration.x).std() for r in (1, 100, 1e6)]
    assert spread[0] > spread[1] > spread[2]
    assert spread[2] < 1e-5


def test_a_hazard_needs_onsets() -> None:
    with pytest.raises(UsageError, match="with and without"):
        onset.fit(np.ones((4, 1)), np.zeros(4))
    with pytest.raises(UsageError, match="positive"):
        onset.fit(np.ones((4, 1)), np.array([0.0, 1.0, 0.0, 0.0]), ridge=0.0)


def test_scores_by_hand() -> None:
    p, y = np.array([0.5, 0.25]), np.array([1.0, 0.0])
    assert onset.log_score(p, y) == pytest.approx((np.log(2) - np.log(0.75)) / 2)
    assert onset.brier(p, y) == pytest.approx((0.25 + 0.0625) / 2)
    assert onset.auc(np.array([0.1, 0.4, 0.4, 0.2]), np.array([0.0, 1.0, 0.0, 0.0])) == pytest.approx(2.5 / 3)
    assert onset.auc(p, np.zeros(2)) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=12))
def test_auc_is_the_share_of_pairs_in_order(rows: list[tuple[int, bool]]) -> None:
    p, y = np.array([row[0] / 5 for row in rows]), np.array([float(row[1]) for row in rows])
    pairs = [(a > b) + 0.5 * (a == b) for a, i in zip(p, y, strict=True) for b, j in zip(p, y, strict=True) if i > j]
    assert onset.auc(p, y) == (pytest.approx(np.mean(pairs)) if pairs else None)


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_what_is_kept_is_what_the_tables_give(outcome: str, workspace: Workspace) -> None:
    kept, panel = onset.result(outcome), at_risk(outcome, workspace)
    assert (kept.onsets, kept.state_years, kept.data_end) == (int(panel.y.sum()), len(panel.y), LAST)
    recent = panel.y[panel.year >= 1993]
    assert (kept.recent_onsets, kept.recent_state_years) == (int(recent.sum()), len(recent))
    assert kept.low < kept.rate < kept.high
    assert not kept.beats or kept.difference[1] > 0
    assert str(kept.recent_onsets) in kept.sentence()
    assert ("only the rate is shown" in kept.sentence()) != kept.beats


def test_unknown_outcomes_are_errors() -> None:
    with pytest.raises(UsageError, match="exploration or pursuit"):
        onset.result("use")


def test_nothing_is_learned_at_run_time() -> None:
    source = files("forestall.instruments.nonproliferation").joinpath("capabilities.py").read_text(encoding="utf-8")
    assert "onset_panel" not in source
    assert "fit(" not in source


def test_programmes_add_up_to_the_published_totals(workspace: Workspace, shared: object) -> None:
    totals = pl.read_csv(f"{shared}/nonproliferation/nuclear_proliferation_totals.csv")
    frame = workspace.table("nuclear_programmes").filter(pl.col("stage") != "none")
    held = {(year, stage): n for year, stage, n in frame.group_by("year", "stage").len().iter_rows()}
    names = {"consideration": "exploration", "pursuit": "pursuit", "possession": "possession"}
    for row in totals.iter_rows(named=True):
        for theirs, ours in names.items():
            assert held.get((row["Year"], ours), 0) == row[f"number_nuclweap_{theirs}"], (row["Year"], ours)
