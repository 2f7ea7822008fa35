"""Scores of draws: worked numbers, other packages as oracles, and laws."""

import math
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scoringrules
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from forestall.errors import ShapeError
from forestall.scores import _blocks
from forestall.scores import ensemble as e
from scores import continuous, probability

ALL = (
    e.crps,
    e.fair_crps,
    lambda x, y: e.twcrps(x, y, 25),
    e.ignorance,
    e.interval_score,
    lambda x, y: e.quantile_score(x, y, 0.99),
    e.coverage,
)

DTYPES = (np.float32, np.float64, np.int32, np.int64, np.uint16, np.int8)


@st.composite
def cases(
    draw: st.DrawFn, low: float = 0.0, high: float = 1e6, whole: bool | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of draws and outcomes: whole counts or any figures, many ties, zero rows."""
    n, m = draw(st.integers(1, 5)), draw(st.integers(2, 30))
    whole = draw(st.booleans()) if whole is None else whole
    kind = st.integers(int(low), int(high)).map(float) if whole else st.floats(low, high, width=32)
    x = draw(hnp.arrays(np.float32, (n, m), elements=kind, fill=st.just(0.0)))
    y = draw(hnp.arrays(np.float64, (n,), elements=kind, fill=st.just(0.0)))
    return x, y


def mixed_cases() -> list[tuple[np.ndarray, np.ndarray]]:
    """Every path through the code: 16-bit counts, large counts, fractions, negative figures, equal rows, one draw."""
    rng = np.random.default_rng(20)
    counts = rng.negative_binomial(0.3, 0.02, (60, 101)).astype(np.float32)
    counts[::3] = 0
    counts[1] = 7
    large = np.round(rng.pareto(0.6, (40, 64)) * 1000).clip(0, 1e6).astype(np.float32)
    rows = [
        counts,
        large,
        (counts + 0.25).astype(np.float32),
        rng.normal(0, 9, (30, 50)),
        counts.astype(np.int32),
        counts[:, :1],
    ]
    rows += [counts.astype(np.int32) * 700, counts.astype(np.int32) - 50]
    rows.append(np.vstack([counts, counts + 100_000, counts + 0.5]).astype(np.float64))
    return [(x, np.round(x[:, 0].astype(float) + rng.integers(-2, 3, len(x)))) for x in rows]


# --- CRPS


def test_crps_by_hand() -> None:
    # draws 1, 2, 4 and outcome 3: mean|x-y| = (2+1+1)/3 = 4/3; pairs |x-x'| = 1, 3, 2, so 1/2 mean = 12/18 = 2/3.
    assert e.crps([[1, 2, 4]], [3]) == pytest.approx([2 / 3])
    # The fair form divides the pairs by 3*2 instead of 3*3: 4/3 - 1 = 1/3.
    assert e.fair_crps([[1, 2, 4]], [3]) == pytest.approx([1 / 3])
    # The area between the steps at 0 (height 1/2) and 10, and the outcome 0: 10 * 0.5**2.
    assert e.crps([[10, 0]], [0]) == pytest.approx([2.5])


def test_crps_of_large_figures_close_together() -> None:
    # In float32 arithmetic the sums alone would be off by more than the score itself.
    x = np.float32(1_000_000) + np.arange(64, dtype=np.float32)[None, :].repeat(2, axis=0)
    exact = math.fsum(abs(k - 31.5) for k in range(64)) / 64 - sum((2 * k - 63) * k for k in range(64)) / 64**2
    assert e.crps(x, [1_000_031.5, 1_000_031.5]) == pytest.approx([exact, exact], rel=1e-12)


@pytest.mark.parametrize(("x", "y"), mixed_cases())
def test_crps_agrees_with_scoringrules(x: np.ndarray, y: np.ndarray) -> None:
    wide = x.astype(np.float64)
    want = scoringrules.crps_ensemble(y, wide, estimator="nrg", backend="numpy")
    np.testing.assert_allclose(e.crps(x, y), want, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(e.crps(np.sort(x, axis=1), y, assume_sorted=True), want, rtol=1e-9, atol=1e-9)
    if x.shape[1] > 1:
        fair = scoringrules.crps_ensemble(y, wide, estimator="fair", backend="numpy")
        np.testing.assert_allclose(e.fair_crps(x, y), fair, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("x", "y"), mixed_cases()[:4])
def test_crps_agrees_with_scores(x: np.ndarray, y: np.ndarray) -> None:
    forecast, outcome = xr.DataArray(x.astype(float), dims=["row", "draw"]), xr.DataArray(y, dims=["row"])
    want = probability.crps_for_ensemble(forecast, outcome, "draw", method="ecdf", preserve_dims="all")
    np.testing.assert_allclose(e.crps(x, y), want.values, rtol=1e-9, atol=1e-9)
    want = probability.tail_tw_crps_for_ensemble(forecast, outcome, "draw", 25, method="ecdf", preserve_dims="all")
    np.testing.assert_allclose(e.twcrps(x, y, 25), want.values, rtol=1e-9, atol=1e-9)


@given(cases())
@settings(max_examples=60, deadline=None)
def test_crps_is_the_energy_form(case: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = case
    wide = x.astype(np.float64)
    want = np.abs(wide - y[:, None]).mean(1) - np.abs(wide[:, :, None] - wide[:, None, :]).mean((1, 2)) / 2
    np.testing.assert_allclose(e.crps(x, y), want, rtol=1e-9, atol=1e-7)


@given(st.floats(-1e6, 1e6, width=32), st.integers(1, 40), st.floats(-1e6, 1e6))
@settings(max_examples=40, deadline=None)
def test_crps_of_a_certain_forecast_is_the_absolute_error(value: float, m: int, outcome: float) -> None:
    assert e.crps(np.full((1, m), value, dtype=np.float32), [outcome])[0] == abs(value - outcome)


@given(cases(high=1e4), st.sampled_from([0.5, 2.0, 1024.0]), st.sampled_from([0.0, 64.0, 4096.0]))
@settings(max_examples=40, deadline=None)
def test_crps_scales_and_shifts_with_its_unit(case: tuple[np.ndarray, np.ndarray], factor: float, shift: float) -> None:
    x, y = case[0].astype(np.float64), case[1]
    np.testing.assert_allclose(
        e.crps(x * factor + shift, y * factor + shift), factor * e.crps(x, y), rtol=1e-9, atol=1e-7
    )


# --- threshold-weighted CRPS


def test_twcrps_by_hand() -> None:
    # Above 5 the draws 0 and 10 differ from the outcome 0 only on 5..10, by 1/2: 5 * 0.25.
    assert e.twcrps([[0, 10]], [0], 5) == pytest.approx([1.25])
    # Nothing reaches 5, neither draws nor outcome: nothing to score.
    assert e.twcrps([[0, 1, 4]], [3], 5) == pytest.approx([0.0])


@pytest.mark.parametrize("threshold", [-3.0, 0.0, 0.1, 25.0, 1e5])
@pytest.mark.parametrize(("x", "y"), mixed_cases())
def test_twcrps_agrees_with_scoringrules(x: np.ndarray, y: np.ndarray, threshold: float) -> None:
    want = scoringrules.twcrps_ensemble(y, x.astype(float), a=threshold, estimator="nrg", backend="numpy")
    np.testing.assert_allclose(e.twcrps(x, y, threshold), want, rtol=1e-6, atol=1e-7)


@given(cases())
@settings(max_examples=40, deadline=None)
def test_twcrps_falls_from_the_crps_as_the_threshold_rises(case: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = case
    np.testing.assert_allclose(e.twcrps(x, y, -1.0), e.crps(x, y), rtol=1e-9, atol=1e-9)
    steps = np.stack([e.twcrps(x, y, t) for t in (0.0, 1.0, 25.0, 1000.0)])
    assert (np.diff(steps, axis=0) <= 1e-6 * (1 + steps[:-1])).all()


def test_twcrps_of_quiet_rows_is_zero_even_where_float32_cannot_hold_the_threshold() -> None:
    assert (e.twcrps(np.zeros((3, 4), np.float32), np.zeros(3), 0.1) == 0).all()


# --- ignorance


def test_ignorance_by_hand() -> None:
    # 3 of 5 draws in the outcome's bin 2.5..5.5: -log2(4/16) = 2 bits. An empty bin costs log2(16) = 4 bits.
    assert e.ignorance([[3, 4, 5, 0, 800], [0, 0, 0, 0, 0]], [3, 2000]) == pytest.approx([2.0, 4.0])


@pytest.mark.parametrize(
    ("value", "bin_number"),
    [
        *[(0, 0), (1, 1), (2, 1), (3, 2), (5, 2), (6, 3), (10, 3), (11, 4), (25, 4), (26, 5), (50, 5), (51, 6)],
        *[(100, 6), (101, 7), (250, 7), (251, 8), (500, 8), (501, 9), (1000, 9), (1001, 10), (10**6, 10)],
    ],
)
def test_ignorance_uses_the_challenge_bins(value: int, bin_number: int) -> None:
    inside = [0, 1, 3, 6, 11, 26, 51, 101, 251, 501, 1001]
    scores = e.ignorance(np.array(inside)[:, None], np.full(11, value))
    assert scores.argmin() == bin_number
    assert np.sort(scores) == pytest.approx([math.log2(6)] + [math.log2(12)] * 10)


def test_a_value_on_an_edge_belongs_to_the_bin_above() -> None:
    # Edges 0, 1, 5, 10: of the draws 1, 5, 5, 9 one is in 1..5 and three are in 5..10; 4 draws and 3 bins.
    assert e.ignorance([[1, 5, 5, 9]] * 2, [1, 5], (0, 1, 5, 10)) == pytest.approx([math.log2(7 / 2), math.log2(7 / 4)])


@given(cases(whole=True))
@settings(max_examples=40, deadline=None)
def test_ignorance_lies_between_its_bounds(case: tuple[np.ndarray, np.ndarray]) -> None:
    x, y = case
    m = x.shape[1]
    bits = e.ignorance(x, y)
    assert (bits >= math.log2((m + 11) / (m + 1)) - 1e-12).all()
    assert (bits <= math.log2(m + 11) + 1e-12).all()
    # The probabilities behind it add up to one over the bins.
    one_each = np.array([0, 1, 3, 6, 11, 26, 51, 101, 251, 501, 1001])
    assert (2.0 ** -e.ignorance(np.repeat(x[:1], 11, axis=0), one_each)).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("x", "y", "edges"),
    [
        ([[1.0]], [-1.0], e.CHALLENGE_EDGES),
        ([[-1.0]], [1.0], e.CHALLENGE_EDGES),
        ([[1.0]], [5.0], (0, 1, 5)),
        ([[1.0]], [1.0], (0, 0, 5)),
        ([[1.0]], [1.0], (0,)),
        ([[1.0]], [1.0], (0, np.nan, 5)),
    ],
)
def test_ignorance_refuses_what_has_no_bin(x: list[list[float]], y: list[float], edges: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match=r"bins|edges"):
        e.ignorance(x, y, edges)


# --- intervals and quantiles


def test_interval_score_by_hand() -> None:
    x = np.arange(101, dtype=float)[None, :].repeat(3, axis=0)
    # The 90 % interval of 0..100 is 5..95; an outcome 3 outside pays 20 * 3.
    assert e.interval_score(x, [50, 2, 98]) == pytest.approx([90, 150, 150])
    assert e.width(x, 0.5) == pytest.approx([50, 50, 50])
    assert e.coverage(x, [5, 4, 95]).tolist() == [1, 0, 1]


@pytest.mark.parametrize(("x", "y"), mixed_cases())
def test_quantiles_and_interval_scores_agree_with_numpy_and_scoringrules(x: np.ndarray, y: np.ndarray) -> None:
    wide = x.astype(np.float64)
    steps = [0, 0.05, 0.1, 0.5, 0.77, 0.95, 1]
    np.testing.assert_allclose(e.quantiles(x, steps), np.quantile(wide, steps, axis=1).T, rtol=1e-12, atol=1e-9)
    lower, upper = np.quantile(wide, [0.05, 0.95], axis=1)
    want = scoringrules.interval_score(y, lower, upper, 0.1, backend="numpy")
    np.testing.assert_allclose(e.interval_score(x, y), want, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(
        e.interval_score(np.sort(x, axis=1), y, 0.9, assume_sorted=True), want, rtol=1e-9, atol=1e-9
    )
    q99 = np.quantile(wide, 0.99, axis=1)
    pinball = continuous.quantile_score(xr.DataArray(q99), xr.DataArray(y), 0.99, preserve_dims="all").values
    np.testing.assert_allclose(e.quantile_score(x, y, 0.99), pinball, rtol=1e-9, atol=1e-9)


def test_interval_score_agrees_with_scores() -> None:
    x, y = mixed_cases()[0]
    lower, upper = (xr.DataArray(end) for end in e.central_interval(x, 0.8))
    want = continuous.interval_score(lower, upper, xr.DataArray(y), 0.8)["total"].item()
    assert e.interval_score(x, y, 0.8).mean() == pytest.approx(want)


@given(cases(), st.floats(0.05, 0.99))
@settings(max_examples=40, deadline=None)
def test_interval_score_is_at_least_the_width(case: tuple[np.ndarray, np.ndarray], level: float) -> None:
    x, y = case
    score, inside = e.interval_score(x, y, level), e.coverage(x, y, level) == 1
    wide = e.width(x, level)
    np.testing.assert_array_equal(score[inside], wide[inside])
    assert (score[~inside] > wide[~inside]).all()


# --- laws that hold for all


@given(cases(), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_the_order_of_the_draws_does_not_matter(case: tuple[np.ndarray, np.ndarray], random: object) -> None:
    x, y = case
    order = list(range(x.shape[1]))
    random.shuffle(order)  # type: ignore[attr-defined]
    for score in ALL:
        np.testing.assert_array_equal(score(x[:, order], y), score(x, y))


@pytest.mark.parametrize(("x", "y"), mixed_cases())
def test_results_do_not_depend_on_blocks_or_threads(
    x: np.ndarray, y: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = np.abs(x), np.abs(y)
    scores = [score for score in ALL if x.shape[1] > 1 or score is not e.fair_crps]
    once = [score(x, y) for score in scores]
    monkeypatch.setattr(_blocks, "THREADED_DRAWS", 0)
    monkeypatch.setattr(_blocks, "_cores", lambda: 3)
    for block, part in ((1, 1), (7 * x.shape[1], 2 * x.shape[1]), (10**6, 3 * x.shape[1])):
        monkeypatch.setattr(_blocks, "BLOCK_DRAWS", block)
        monkeypatch.setattr(_blocks, "SORTED_DRAWS", part)
        for score, want in zip(scores, once, strict=True):
            np.testing.assert_array_equal(score(x, y), want)  # to the last bit
    alone = np.concatenate([e.crps(x[i : i + 1], y[i : i + 1]) for i in range(len(x))])
    np.testing.assert_array_equal(alone, once[0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_any_numeric_type_gives_the_same_score(dtype: type[np.generic]) -> None:
    x = np.random.default_rng(4).poisson(6, (20, 33))
    y = np.arange(20.0)
    for score in ALL:
        np.testing.assert_array_equal(score(x.astype(dtype), y), score(x.astype(np.float64), y))
    np.testing.assert_array_equal(e.twcrps(x.astype(dtype), y, -300.5), e.crps(x, y))


def test_input_is_left_as_it_was_and_any_memory_layout_is_read() -> None:
    x = np.random.default_rng(5).poisson(3, (50, 40)).astype(np.float32)
    y = np.arange(50.0)
    want = e.crps(x, y)
    x.setflags(write=False)
    np.testing.assert_array_equal(e.crps(np.asfortranarray(x), y), want)
    cube = x.reshape(10, 5, 40)
    np.testing.assert_array_equal(e.crps(cube.reshape(-1, 40), y), want)
    assert e.crps(np.empty((0, 4)), np.empty(0)).shape == (0,)


# Every forecast that can be made of four draws from this support, against the distribution that makes the outcomes.
SUPPORT = (0, 1, 4, 30)


@given(st.lists(st.integers(0, 8), min_size=4, max_size=4).filter(any))
@settings(max_examples=25, deadline=None)
def test_no_forecast_beats_the_truth_in_expectation(counts: list[int]) -> None:
    """Propriety: with the outcome's own distribution as ensemble (exactly, by repeating values), the mean is least."""
    truth = np.repeat(SUPPORT, counts).astype(float)
    others = [truth + 1, truth * 2, np.full(truth.size, truth.mean()), np.maximum(truth - 1, 0)]
    others += [np.repeat(SUPPORT, other) for other in product((0, 1, 3), repeat=4) if any(other)]
    for score in (e.crps, lambda x, y: e.twcrps(x, y, 3), lambda x, y: e.quantile_score(x, y, 0.5)):
        expected = [score(np.repeat(rival[None, :], truth.size, axis=0), truth).mean() for rival in (truth, *others)]
        assert expected[0] <= min(expected) + 1e-9


def test_fair_crps_does_not_depend_on_the_ensemble_size_in_expectation() -> None:
    """All ensembles of two draws from 0..3 average to what the whole distribution scores."""
    values = np.arange(4.0)
    pairs = np.array(list(product(values, repeat=2)))
    for outcome in values:
        whole = e.crps(values[None, :], [outcome])[0]
        small = e.fair_crps(pairs, np.full(len(pairs), outcome)).mean()
        assert small == pytest.approx(whole)
        assert e.crps(pairs, np.full(len(pairs), outcome)).mean() > whole + 0.1


# --- bad input


@pytest.mark.parametrize("score", ALL)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_draw_that_is_no_number_is_refused_wherever_it_stands(score: object, bad: float) -> None:
    for column in (0, 3, 6):
        x = np.tile(np.arange(7, dtype=np.float32), (5, 1))
        x[3, column] = bad
        with pytest.raises(ValueError, match="row 3"):
            score(x, np.zeros(5))  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"observed is .* in row 1"):
        score(np.ones((2, 3)), [0.0, bad])  # type: ignore[operator]


@pytest.mark.parametrize("score", ALL)
@pytest.mark.parametrize(
    ("x", "y", "named"),
    [
        (np.zeros((3, 4)), np.zeros(4), r"\(4,\).*\(3,\).*\(3, 4\)"),
        (np.zeros(3), np.zeros(3), r"\(3,\)"),
        (np.zeros((2, 3, 4)), np.zeros(2), r"\(2, 3, 4\)"),
        (np.zeros((3, 0)), np.zeros(3), r"\(3, 0\)"),
        (np.zeros((3, 4)), np.zeros((3, 1)), r"\(3, 1\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(score: object, x: np.ndarray, y: np.ndarray, named: str) -> None:
    with pytest.raises(ShapeError, match=named):
        score(x, y)  # type: ignore[operator]


def test_other_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="row 1 are not in ascending order"):
        e.crps([[1, 2, 3], [2, 1, 3]], [0, 0], assume_sorted=True)
    with pytest.raises(ValueError, match="row 0"):
        e.crps([[1, np.nan, 3]], [0], assume_sorted=True)
    with pytest.raises(ShapeError, match="two draws"):
        e.fair_crps([[1]], [1])
    with pytest.raises(ValueError, match="threshold is nan"):
        e.twcrps([[1]], [1], np.nan)
    with pytest.raises(ValueError, match="type"):
        e.crps([["a"]], [1])
    for level in (0, 1, 90, np.nan):
        with pytest.raises(ValueError, match="level"):
            e.interval_score([[1, 2]], [1], level)
    with pytest.raises(ValueError, match="probabilities"):
        e.quantiles([[1, 2]], [0.5, 1.5])


# --- the field's own figures


@pytest.mark.parametrize(
    ("model", "published"),
    [("last_historical_poisson", (20.04, 9.64, 13.70, 37.13)), ("boot_240", (23.49, 22.08, 21.27, 36.05))],
)
def test_the_challenge_benchmarks_score_as_published(shared: Path, model: str, published: tuple[float, ...]) -> None:
    """VIEWS Prediction Challenge 2023/24, country-months 2018-2021: its own benchmark draws on its own outcomes."""
    folder = shared / "challenge" / "benchmarks"
    key = ["month_id", "country_id"]
    outcomes = pl.read_parquet(folder / "actuals_2023_release_2018_2021.parquet").sort(key)
    for year, want in zip((2018, 2019, 2020, 2021), published, strict=True):
        draws = pl.read_parquet(folder / f"{model}_{year}.parquet").sort([*key, "draw"])
        x = draws["outcome"].to_numpy().reshape(-1, 1000)
        rows = draws.select(key).gather_every(1000).join(outcomes, on=key, how="left")
        assert e.crps(x, rows["ged_sb"].to_numpy()).mean() == pytest.approx(want, abs=0.006)
