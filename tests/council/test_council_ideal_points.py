"""Ideal points: simulated ones are found again, and the embedded ones agree with those published."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.council.voting import estimates, model, records
from forestall.council.voting.model import NONE, Fit, Items, Session
from forestall.council.voting.smoother import smooth
from forestall.store import Workspace


def simulated(
    seed: int, dims: int, sessions: int = 8, units: int = 60, calls: int = 60
) -> tuple[list[Session], np.ndarray]:
    """Votes drawn from the model: (sessions, units, dims) positions that persist as the model's prior says."""
    rng = np.random.default_rng(seed)
    at = rng.normal(size=(units, dims))
    at[0, 0] = 2.5
    keep = model.PERSISTENCE
    held, paths = [], []
    for t in range(sessions):
        if t:
            at = keep * at + np.sqrt(1 - keep**2) * rng.normal(size=at.shape)
            at[0, 0] = 2.5
        cuts = np.sort(rng.normal(scale=1.5, size=(calls, 2)), axis=1)
        items = Items(rng.normal(scale=2, size=(calls, dims)), cuts[:, 0], cuts[:, 1])
        given_ = model.chances(at, np.zeros((units, dims, dims)), items)
        u = rng.random((units, calls))
        votes = ((u > given_[..., 0]).astype(np.int8) + (u > given_[..., 0] + given_[..., 1])).astype(np.int8)
        votes[rng.random(votes.shape) < 0.08] = NONE
        held.append(Session(np.arange(units, dtype=np.int64), votes))
        paths.append(at.copy())
    return held, np.array(paths)


@pytest.fixture(scope="module")
def one() -> tuple[Fit, list[Session], np.ndarray]:
    sessions, truth = simulated(7, 1)
    return model.fit(sessions, 60, 0), sessions, truth


def test_simulated_points_are_found_again_with_honest_intervals() -> None:
    inside = []
    for seed in (7, 8, 9):
        sessions, real = simulated(seed, 1)
        fit = model.fit(sessions, 60, 0)
        found, sd, truth = fit.paths.mean[..., 0], np.sqrt(fit.paths.cov[..., 0, 0]), real[..., 0]
        for t in range(len(truth)):
            assert np.corrcoef(found[t], truth[t])[0, 1] > 0.95
        # The scale is not in the votes: both in units of their spread, as the table is.
        unit, own = np.sqrt((found**2).mean()), np.sqrt((truth**2).mean())
        inside.append(np.abs(found / unit - truth / own) < 1.645 * estimates.SD_FACTOR[1] * sd / unit)
    assert 0.8 < np.mean(inside) < 0.97


def test_two_dimensions_are_found_again_up_to_a_turn() -> None:
    sessions, truth = simulated(11, 2)
    found = model.fit(sessions, 60, 0, dims=2).paths.mean.reshape(-1, 2)
    real = truth.reshape(-1, 2)
    for axis in range(2):
        weights = np.linalg.lstsq(found, real[:, axis], rcond=None)[0]
        assert np.corrcoef(found @ weights, real[:, axis])[0, 1] > 0.9


def test_the_anchor_is_positive_and_the_answer_the_same_each_time(one: tuple[Fit, list[Session], np.ndarray]) -> None:
    fit, sessions, _ = one
    assert fit.paths.mean[:, 0, 0].mean() > 0
    again = model.fit(sessions, 60, 0)
    assert np.array_equal(again.paths.mean, fit.paths.mean)
    # Votes turned round turn the roll calls, not the states.
    turned = [Session(s.units, np.where(s.votes == NONE, NONE, 2 - s.votes).astype(np.int8)) for s in sessions]
    assert np.allclose(model.fit(turned, 60, 0).paths.mean, fit.paths.mean, atol=0.05)


def test_chances_of_the_three_answers_sum_to_one(one: tuple[Fit, list[Session], np.ndarray]) -> None:
    fit, sessions, _ = one
    given_ = model.chances(fit.paths.mean[0], fit.paths.cov[0], fit.items[0])
    assert np.allclose(given_.sum(axis=2), 1)
    assert (given_ >= 0).all()
    cast = sessions[0].votes
    right = given_.argmax(axis=2)[cast != NONE] == cast[cast != NONE]
    most = max((cast == answer).sum() for answer in range(3)) / (cast != NONE).sum()
    assert right.mean() > most + 0.15


def test_no_votes_are_refused() -> None:
    with pytest.raises(ValueError, match="no votes"):
        model.fit([Session(np.arange(3), np.full((3, 2), NONE, dtype=np.int8))], 3, 0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000))
def test_the_smoother_is_the_posterior_of_the_whole_path(seed: int) -> None:
    """Against the multivariate normal solved at once."""
    rng = np.random.default_rng(seed)
    times, keep = 5, 0.7
    precision = rng.gamma(1.0, 1.0, times) * (rng.random(times) < 0.8)
    value = rng.normal(size=times)
    found = smooth(
        precision[:, None, None, None], (precision * value)[:, None, None], np.zeros(1, dtype=np.int64), keep
    )
    lag = np.abs(np.subtract.outer(np.arange(times), np.arange(times)))
    cov = np.linalg.inv(np.linalg.inv(keep**lag) + np.diag(precision))
    assert np.allclose(found.mean[:, 0, 0], cov @ (precision * value))
    assert np.allclose(found.cov[:, 0, 0, 0], np.diag(cov))


@pytest.fixture(scope="module")
def joined() -> pl.DataFrame:
    workspace = Workspace.open()
    ours = workspace.table("un_ideal_points").filter(pl.col("axes") == 1)
    theirs = workspace.table("un_ideal_points_published").filter(pl.col("roll_calls") == "all")
    return ours.join(theirs.select("iso3", "year", pl.col("ideal_point").alias("theirs")), on=["iso3", "year"])


def test_ours_agree_with_the_published_points(joined: pl.DataFrame) -> None:
    years = joined.group_by("year").agg(
        pl.corr("ideal_point", "theirs").alias("r"), pl.corr("ideal_point_then", "theirs").alias("then"), pl.len()
    )
    assert years.height == 73  # 1946 to 2019 without 1964, whose session held one recorded vote
    assert years["r"].to_numpy().mean() > 0.97
    assert years["r"].to_numpy().min() > 0.9
    assert years["then"].to_numpy().mean() > 0.97
    assert years["then"].to_numpy().min() > 0.9


def test_the_last_session_looks_the_same_then_and_now() -> None:
    last = Workspace.open().table("un_ideal_points").filter(pl.col("axes") == 1, pl.col("session") == 74)
    assert last.height == 193
    assert np.corrcoef(last["ideal_point"].to_numpy(), last["ideal_point_then"].to_numpy())[0, 1] > 0.999


def test_one_seat_is_one_code_and_a_new_government_a_new_path() -> None:
    workspace = Workspace.open()
    china = workspace.table("un_ideal_points").filter(pl.col("axes") == 1, pl.col("iso3") == "CHN").sort("session")
    assert not china["session"].is_duplicated().any()
    assert "TWN" not in workspace.table("un_votes")["iso3"].to_list()
    at = dict(china.select("session", "ideal_point").rows())
    assert at[25] > 0 > at[26]  # the seat passed on 1971-10-25, in the 26th session


def test_known_roll_calls() -> None:
    workspace = Workspace.open()
    calls, votes = workspace.table("un_roll_calls"), workspace.table("un_votes")
    # A/RES/3379 (XXX), 10 November 1975: 72 in favour, 35 against, 32 abstentions (A/PV.2400).
    number = calls.filter(pl.col("document") == "R/30/3379")["roll_call_id"].to_list()
    assert len(number) == 1
    tally = votes.filter(pl.col("roll_call_id") == number[0])["vote"].value_counts()
    assert dict(tally.rows()) == {2: 72, 0: 35, 1: 32}
    assert not votes.select("roll_call_id", "iso3").is_duplicated().any()
    assert set(votes["vote"].to_list()) == {0, 1, 2}
    assert set(",".join(calls["issues"].drop_nulls().to_list()).split(",")) == set(records.ISSUES)


def test_days_that_are_not_known_are_the_month_s_last() -> None:
    calls = Workspace.open().table("un_roll_calls")
    month = calls.filter(pl.col("date_precision") == "month")
    assert month["session"].to_numpy().max() == 51
    assert (month["voted_on"] == month["voted_on"].dt.month_end()).all()


def test_a_fit_of_a_few_real_sessions_gives_what_is_embedded() -> None:
    workspace = Workspace.open()
    calls = workspace.table("un_roll_calls").filter(pl.col("session") <= 3)
    assembly = records.assemble(workspace.table("un_votes"), calls)
    mean, _, _ = estimates.as_then(assembly)
    held = workspace.table("un_ideal_points").filter(pl.col("axes") == 1, pl.col("session") == 3)
    points = dict(held.select("iso3", "ideal_point_then").rows())
    units = assembly.sessions[2].units
    ours = np.array([mean[2, u] for u in units])
    assert ours == pytest.approx([points[assembly.units[u].iso3] for u in units], abs=2e-3)
