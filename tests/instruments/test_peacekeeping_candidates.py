"""Possible contributors: facts as of a day, the fit against another implementation, and what is said of each."""

from datetime import date
from itertools import pairwise, permutations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from forestall.errors import ShapeError, UnknownCountryError, UsageError
from forestall.ids import cells
from forestall.instruments.peacekeeping import candidate_facts, ranking, ties
from forestall.instruments.peacekeeping import candidate_record as record
from forestall.instruments.peacekeeping.candidates import candidates
from forestall.store import Workspace

MALI = date(2013, 4, 25)
"""First day of MINUSMA (S/RES/2100 (2013))."""


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


def _some(seed: int, n: int = 300, k: int = 4) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    figures = rng.normal(size=(n, k)) * [1.0, 5.0, 0.2, 1.0] + [0.0, 10.0, -3.0, 1.0]
    chance = 1 / (1 + np.exp(-(figures[:, 0] - 0.3 * figures[:, 1] + 2)))
    return figures, rng.uniform(size=n) < chance, rng.integers(0, 12, n).astype(str)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), penalty=st.sampled_from([0.5, 5.0, 30.0]))
def test_the_fit_is_that_of_another_implementation(seed: int, penalty: float) -> None:
    figures, yes, missions = _some(seed)
    ours = ranking.fit(figures, yes, missions, penalty=penalty)
    scaled = (figures - figures.mean(axis=0)) / figures.std(axis=0)
    theirs = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=10_000).fit(scaled, yes)
    assert ours.coefficients == pytest.approx(theirs.coef_[0], abs=1e-4)
    assert ours.intercept == pytest.approx(theirs.intercept_[0], abs=1e-4)
    chance = ours.probability(figures)
    assert chance[:, 0].sum() == pytest.approx(yes.sum(), rel=1e-6)  # the intercept is free
    assert ((chance[:, 1] <= chance[:, 0]) & (chance[:, 0] <= chance[:, 2])).all()


def test_clustered_errors_by_brute_force() -> None:
    figures, yes, missions = _some(3)
    model = ranking.fit(figures, yes, missions, penalty=2.0)
    design = np.column_stack((np.ones(len(yes)), model.standardised(figures)))
    chance = model.probability(figures)[:, 0]
    bread = np.linalg.inv(design.T @ np.diag(chance * (1 - chance)) @ design + np.diag([0.0, 2.0, 2.0, 2.0, 2.0]))
    meat = np.zeros((5, 5))
    names = sorted(set(missions))
    for name in names:
        score = (design[missions == name] * (yes - chance)[missions == name][:, None]).sum(axis=0)
        meat += np.outer(score, score)
    assert model.covariance == pytest.approx(len(names) / (len(names) - 1) * bread @ meat @ bread, rel=1e-6, abs=1e-12)


def test_what_cannot_be_learned_from_is_refused() -> None:
    figures, yes, missions = _some(1)
    with pytest.raises(ShapeError):
        ranking.fit(figures[:5], yes, missions)
    with pytest.raises(ValueError, match="nobody or everybody"):
        ranking.fit(figures, np.zeros_like(yes), missions)
    with pytest.raises(ValueError, match="NaN"):
        ranking.fit(np.where(figures > 10, np.nan, figures), yes, missions)


@given(
    score=st.lists(st.integers(0, 3), min_size=2, max_size=6),
    first=st.integers(1, 5),
    seed=st.integers(0, 63),
)
def test_hits_are_the_mean_over_all_orders_of_ties(score: list[int], first: int, seed: int) -> None:
    yes = np.array([seed >> at & 1 for at in range(len(score))], dtype=bool)
    first = min(first, len(score))
    values = np.array(score, dtype=float)
    orders = [o for o in permutations(range(len(score))) if all(values[a] >= values[b] for a, b in pairwise(o))]
    brute = np.mean([yes[list(order[:first])].sum() for order in orders])
    assert ranking.hits(values, yes, first) == pytest.approx(brute)


def test_what_came_of_ranks(workspace: Workspace) -> None:
    bands, tested = record.bands(date(2026, 2, 1), workspace)
    assert tested[0] == "UNAMSIL"
    assert len(tested) == 13
    table = workspace.table(record.TABLE).filter(pl.col("mission").is_in(tested))
    assert sum(band.ranked for band in bands) == table.height
    assert sum(band.contributed for band in bands) == int(table["contributed"].sum())
    assert [band.ranked for band in bands[:4]] == [13 * 5, 13 * 5, 13 * 10, 13 * 20]
    for band in bands:
        assert band.low < band.share == band.contributed / band.ranked < band.high


def test_distances_are_those_of_all_cells(workspace: Workspace) -> None:
    land = workspace.table("land_cells")
    found = ties.distances(workspace, "BEL")

    def brute(one: str, other: str) -> float:
        lat, lon = cells.centre(land.filter(pl.col("iso3") == one)["pg_id"].to_numpy())
        to = cells.centre(land.filter(pl.col("iso3") == other)["pg_id"].to_numpy())
        return float(cells.distance_km(lat[:, None], lon[:, None], to[0], to[1]).min())

    for other in ("LUX", "IRL", "NZL", "FJI"):
        assert found[other] == pytest.approx(brute("BEL", other), abs=1e-3), other
    # Over the antimeridian.
    assert ties.distances(workspace, "FJI")["WSM"] == pytest.approx(brute("FJI", "WSM"), abs=1e-3)
    assert "BEL" not in found
    assert ties.distances(workspace, "SMR") == {}


def test_ties_of_mali_on_a_day(workspace: Workspace) -> None:
    assert ties.neighbours(workspace, "MLI", MALI) == {"DZA", "NER", "BFA", "CIV", "GIN", "SEN", "MRT"}
    assert ties.shared_languages(workspace, "MLI")["SEN"] == ("French",)
    assert ties.shared_organisations(workspace, "MLI", MALI)["SEN"] == ("AU", "ECOWAS")
    # Mali left ECOWAS with effect from 29 January 2025.
    assert ties.shared_organisations(workspace, "MLI", date(2025, 1, 28))["SEN"] == ("AU", "ECOWAS")
    assert ties.shared_organisations(workspace, "MLI", date(2025, 1, 29))["SEN"] == ("AU",)
    # Morocco returned to the African Union on 31 January 2017.
    assert "MAR" not in ties.shared_organisations(workspace, "MLI", date(2017, 1, 30))
    assert ties.shared_organisations(workspace, "MLI", date(2017, 1, 31))["MAR"] == ("AU",)
    assert ties.council_seats(MALI)["TGO"] == "elected"
    assert ties.council_seats(MALI)["FRA"] == "permanent"
    # The session that began in 2012 voted on until later in 2013.
    assert "session of 2011" in ties.ideal_points_end(workspace, MALI)
    assert ties.ideal_point_distances(workspace, "XKX", MALI) == {}


def test_nothing_later_changes_the_facts_of_a_day(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = candidate_facts.facts("MLI", MALI, workspace)
    whole = Workspace.table

    def cut(self: Workspace, name: str) -> pl.DataFrame:
        """Later rows gone, or turned into nonsense."""
        frame = whole(self, name)
        later = {
            "peace_contributor_mission_year": pl.col("year") > 2012,
            "population": pl.col("year") > 2012,
            "ucdp_country_month": pl.col("month_id") > 399,
            "covariates": pl.col("known_from") > 400,
            "un_ideal_points": pl.col("year") > 2012,
            "peace_mission_hosts": pl.col("first") > MALI,
            "regional_memberships": pl.col("membership_from") > MALI,
        }.get(name)
        return frame if later is None else frame.filter(~later.fill_null(value=False))

    monkeypatch.setattr(Workspace, "table", cut)
    assert candidate_facts.facts("MLI", MALI, workspace) == before


def test_facts_of_a_known_case(workspace: Workspace) -> None:
    found = {one.iso3: one for one in candidate_facts.facts("MLI", MALI, workspace)}
    assert "MLI" not in found
    assert len(found) == 192  # 193 members of the United Nations without the host
    chad, nigeria = found["TCD"], found["NGA"]
    assert chad.year == 2012
    assert nigeria.region == ("UNMIL", "UNOCI")
    assert nigeria.here == ()
    assert found["SEN"].neighbour
    assert not chad.neighbour
    assert found["TGO"].seat == "elected"
    figures = candidate_facts.matrix(tuple(found.values()))
    assert figures.shape == (192, len(candidate_facts.FEATURES))
    assert np.isfinite(figures).all()
    with pytest.raises(UsageError, match="1995-02-01"):
        candidate_facts.facts("MLI", date(1995, 1, 31), workspace)
    with pytest.raises(UnknownCountryError):
        candidate_facts.facts("SSD", date(2005, 1, 1), workspace)


def test_cases_are_the_facts_of_each_first_day(workspace: Workspace) -> None:
    table = workspace.table(record.TABLE)
    assert table["mission"].n_unique() == 20
    minusma = table.filter(pl.col("mission") == "MINUSMA")
    columns = [f"x_{name}" for name in candidate_facts.FEATURES]
    figures = candidate_facts.matrix(candidate_facts.facts("MLI", MALI, workspace))
    assert minusma.select(columns).to_numpy() == pytest.approx(figures, abs=1e-4)
    assert minusma["start"].unique().to_list() == [MALI]
    assert not set(minusma["iso3"]) & {"MLI"}
    # Geo-PKO on the map of MINUSMA of March 2014; Chad's and Senegal's battalions are on the UN's map no. 4506.
    assert {"TCD", "SEN", "NLD", "NER"} <= set(minusma.filter("contributed")["iso3"])


def test_the_ranking_learns_only_from_what_was_known(workspace: Workspace) -> None:
    found = record.cases(workspace)
    model = record.learned(found, record.days(MALI))
    assert model is not None
    known = {name for name in found.missions if found.known[found.mission == name][0] <= record.days(MALI)}
    assert model.missions == len(known) == 17
    assert not known & {"MINUSMA", "MINUSCA", "MINUJUSTH"}
    assert record.learned(found, record.days(date(1998, 1, 1))) is None
    _, tested = record.bands(MALI, workspace)
    assert set(tested) < known


def test_it_finds_more_than_the_asked_baselines(workspace: Workspace) -> None:
    found = record.cases(workspace)
    late = [name for name in found.missions if found.start[found.mission == name][0] >= record.days(date(2005, 1, 1))]
    early = [name for name in found.missions if name not in late]
    means = {row[0]: row[1:] for row in record.means(record.scores(found, late, early)).rows()}
    assert means[record.MODEL][0] == 8
    # docs/methods/peacekeeping-contributors.md
    assert means[record.MODEL][1] == pytest.approx(0.930, abs=0.005)
    assert means["largest recent"][1] == pytest.approx(0.850, abs=0.005)
    assert means[record.MODEL][3] > means["largest recent"][3]


def test_candidates_for_mali_in_2013() -> None:
    found = candidates("MLI", MALI, most=10)
    assert (found.method, found.learned_from, found.considered) == ("ranking", 17, 192)
    assert [one.rank for one in found.candidates] == list(range(1, 11))
    scores = [one.score for one in found.candidates]
    assert scores == sorted(scores, reverse=True)
    came = {"BEN", "BFA", "BGD", "CHN", "CIV", "DEU", "GHA", "GIN", "KHM", "LBR", "NER", "NGA", "NLD", "NPL", "RWA"}
    came |= {"SEN", "TCD", "TGO"}
    assert len(came & {one.iso3 for one in found.candidates}) == 8
    senegal = next(one for one in found.candidates if one.iso3 == "SEN")
    said = [one.text for one in senegal.reasons]
    assert "shares an official or working language: French" in said
    assert "in the same organisation: AU, ECOWAS" in said
    assert any("in 2012" in text and "troops" in text for text in said)
    assert any("shares a border with Mali" in one.text for one in senegal.cautions)
    togo = next(one for one in found.candidates if one.iso3 == "TGO")
    assert any("sits in the Security Council (elected)" in one.text for one in togo.cautions)
    assert all(each.source for one in found.candidates for each in (*one.reasons, *one.cautions))
    assert found.ends[0].end == "to 2012"
    # The parts of every score and one intercept make its log odds.
    model = record.learned(record.cases(Workspace.open()), record.days(MALI))
    assert model is not None
    for one in found.candidates:
        assert one.score is not None
        log_odds = model.intercept + sum(part.log_odds for part in one.parts)
        assert one.score == pytest.approx(1 / (1 + np.exp(-log_odds)))
        assert {part.what for part in one.parts} == set(candidate_facts.LABELS.values())
    assert "2005-2017" not in " ".join(found.caveats)


def test_the_baseline_is_used_and_named_where_too_little_is_known() -> None:
    found = candidates("SDN", date(1997, 1, 1), most=3)
    assert (found.method, found.learned_from, found.bands) == ("baseline", 0, ())
    assert all((one.score, one.low, one.high, one.parts) == (None, None, None, ()) for one in found.candidates)
    # A host bears the name of the day, under the code that its series goes on with.
    then = candidates("SRB", date(1999, 6, 10), most=1)
    assert (then.iso3, then.name) == ("SRB", "Yugoslavia")


def test_a_host_that_is_no_member_and_bad_numbers() -> None:
    kosovo = candidates("XKX", date(2026, 2, 1), most=200)
    assert kosovo.considered == 193
    assert len(kosovo.candidates) == 193
    assert {one.iso3 for one in kosovo.candidates} >= {"SRB", "USA"}
    with pytest.raises(UsageError):
        candidates("MLI", MALI, most=0)
    shares = [band.share for band in kosovo.bands]
    assert shares == sorted(shares, reverse=True)
