"""Scores of probabilities: worked numbers, another package as oracle, and laws."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import ShapeError
from forestall.scores import probability as p
from scores import probability as oracle

# Six cases, two of them tied at 0.4.
STATED = [0.9, 0.4, 0.4, 0.2, 0.1, 0.7]
HAPPENED = [1, 1, 0, 0, 0, 0]


@st.composite
def forecasts(draw: st.DrawFn, both: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities with many ties, and outcomes."""
    n = draw(st.integers(2, 40))
    stated = draw(st.lists(st.sampled_from([0, 0.01, 0.1, 0.25, 0.5, 0.6, 0.95, 1]), min_size=n, max_size=n))
    happened = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    if both:
        happened[0], happened[1] = 0, 1
    return np.array(stated, dtype=float), np.array(happened)


def test_brier_by_hand() -> None:
    assert p.brier([0.8, 0.8, 0.5], [1, 0, 1]) == pytest.approx([0.04, 0.64, 0.25])
    # Overall share 1/2: reference score 0.25; forecast score (0.04 + 0.04) / 2.
    assert p.brier_skill([0.8, 0.2], [1, 0]) == pytest.approx(1 - 0.04 / 0.25)
    assert p.brier_skill([0.8, 0.2], [1, 0], reference=[0.8, 0.2]) == 0
    assert p.brier_skill([0.8, 0.2], [1, 0], reference=0.9) == pytest.approx(1 - 0.04 / 0.41)
    assert math.isnan(p.brier_skill([0.8, 0.2], [0, 0]))
    assert math.isnan(p.brier_skill([], []))


def test_log_score_by_hand() -> None:
    assert p.log_score([0.25, 0.25, 0.5, 1, 0], [1, 0, 0, 1, 0]) == pytest.approx([2, math.log2(4 / 3), 1, 0, 0])
    assert p.log_score([0.0, 1.0], [1, 0]).tolist() == [math.inf, math.inf]
    assert p.log_score([1e-20], [0])[0] == pytest.approx(1e-20 / math.log(2), rel=1e-12)


def test_auroc_by_hand() -> None:
    # 0.9 is above all four that did not happen; 0.4 is above 0.2 and 0.1, level with 0.4, below 0.7: (4 + 2.5) / 8.
    assert p.auroc(STATED, HAPPENED) == pytest.approx(6.5 / 8)
    assert p.auroc([0.3, 0.3, 0.3], [1, 0, 1]) == 0.5
    assert math.isnan(p.auroc([0.3, 0.4], [1, 1]))
    assert math.isnan(p.auroc([0.3, 0.4], [0, 0]))
    assert math.isnan(p.auroc([], []))


def test_auprc_by_hand() -> None:
    # The first hit at precision 1/1; the second enters with its tie at rank 4, precision 2/4: (1 + 0.5) / 2.
    assert p.auprc(STATED, HAPPENED) == pytest.approx(0.75)
    assert p.auprc([0.1, 0.9], [1, 0]) == pytest.approx(0.5)
    # All tied: guessing scores the share in which it happened.
    assert p.auprc([0.3] * 5, [1, 0, 0, 0, 1]) == pytest.approx(0.4)
    assert math.isnan(p.auprc([0.3, 0.4], [0, 0]))


@given(forecasts(both=True))
@settings(max_examples=40, deadline=None)
def test_auroc_is_the_share_of_pairs_in_the_right_order(case: tuple[np.ndarray, np.ndarray]) -> None:
    stated, happened = case
    ahead = stated[happened == 1][:, None] - stated[happened == 0][None, :]
    want = (ahead > 0).mean() + (ahead == 0).mean() / 2
    assert p.auroc(stated, happened) == pytest.approx(want)
    # Turning the forecast or the outcomes round turns the area round; any rising change of scale leaves it alone.
    assert p.auroc(-stated, happened) == pytest.approx(1 - want)
    assert p.auroc(stated, 1 - happened) == pytest.approx(1 - want)
    assert p.auroc(1000 * stated**3 - 7, happened) == pytest.approx(want)


@given(forecasts(both=True))
@settings(max_examples=25, deadline=None)
def test_probability_scores_agree_with_another_package(case: tuple[np.ndarray, np.ndarray]) -> None:
    stated, happened = (xr.DataArray(part.astype(float), dims=["case"]) for part in case)
    assert p.brier(*case).mean() == pytest.approx(oracle.brier_score(stated, happened).item())
    assert p.auroc(*case) == pytest.approx(oracle.roc_auc(stated, happened).item())


@given(forecasts(both=True), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_auprc_is_the_sum_over_thresholds_whatever_the_order(
    case: tuple[np.ndarray, np.ndarray], random: object
) -> None:
    stated, happened = case
    want, recalled = 0.0, 0.0
    for threshold in sorted(set(stated.tolist()), reverse=True):
        called = stated >= threshold
        recall = happened[called].sum() / happened.sum()
        want += (recall - recalled) * happened[called].mean()
        recalled = recall
    assert p.auprc(stated, happened) == pytest.approx(want)
    order = list(range(stated.size))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert p.auprc(stated[order], happened[order]) == pytest.approx(want)


def test_brier_parts_by_hand() -> None:
    # Bin one: 0.2 and 0.4 stated, happened 0 and 1; bin two: 0.9 stated, happened 1. Overall share 2/3.
    parts = p.brier_parts([0.2, 0.4, 0.9], [0, 1, 1], bins=2)
    assert parts.score == pytest.approx((0.04 + 0.36 + 0.01) / 3)
    assert parts.reliability == pytest.approx((2 * 0.2**2 + 0.1**2) / 3)
    assert parts.resolution == pytest.approx((2 * (1 / 6) ** 2 + (1 / 3) ** 2) / 3)
    assert parts.uncertainty == pytest.approx(2 / 9)
    # (p - 0.3) is -0.1, 0.1 and (o - 0.5) is -0.5, 0.5: 0.02/3 - 2 * 0.1/3.
    assert parts.within == pytest.approx((0.02 - 0.2) / 3)


@given(forecasts(), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_brier_parts_add_up(case: tuple[np.ndarray, np.ndarray], bins: int) -> None:
    parts = p.brier_parts(*case, bins=bins)
    total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
    assert parts.score == pytest.approx(total, abs=1e-12)
    assert parts.score == pytest.approx(p.brier(*case).mean())
    # Bins that hold one value each hide nothing.
    fine = p.brier_parts(*case, bins=[0, 0.005, 0.05, 0.2, 0.4, 0.55, 0.8, 0.97, 1])
    assert fine.within == pytest.approx(0, abs=1e-12)


@given(st.integers(0, 20), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_no_probability_beats_the_true_one_in_expectation(twentieths: int, rival: float) -> None:
    truth = twentieths / 20
    outcomes = np.repeat([1, 0], [twentieths, 20 - twentieths])
    for score in (p.brier, p.log_score):
        assert score(np.full(20, truth), outcomes).mean() <= score(np.full(20, rival), outcomes).mean() + 1e-12


def test_exceedance_counts_draws_at_or_above() -> None:
    draws = np.array([[0, 24, 25, 300], [0, 0, 0, 0]])
    assert p.exceedance(draws, 25).tolist() == [0.5, 0]
    assert p.exceedance(draws, 0).tolist() == [1, 1]
    with pytest.raises(ValueError, match="NaN"):
        p.exceedance(draws, math.nan)
    with pytest.raises(ValueError, match="row 0"):
        p.exceedance([[1, math.nan]], 1)


@pytest.mark.parametrize("score", [p.brier, p.log_score, p.brier_skill, p.brier_parts, p.auroc, p.auprc])
def test_bad_input_is_refused(score: object) -> None:
    call = score  # type: ignore[assignment]
    with pytest.raises(ShapeError, match=r"\(2,\).*\(3,\)"):
        call([0.1, 0.2], [0, 1, 1])  # type: ignore[operator]
    with pytest.raises(ShapeError, match=r"\(1, 2\)"):
        call([[0.1, 0.2]], [[0, 1]])  # type: ignore[operator]
    with pytest.raises(ValueError, match="NaN in row 1"):
        call([0.1, math.nan], [0, 1])  # type: ignore[operator]
    with pytest.raises(ValueError, match="NaN in row 0"):
        call([0.1, 0.2], [math.nan, 1])  # type: ignore[operator]
    with pytest.raises(ValueError, match="outcome is 2"):
        call([0.1, 0.2], [0, 2])  # type: ignore[operator]
    if score not in (p.auroc, p.auprc):
        with pytest.raises(ValueError, match=r"probability is 1\.2 in row 1"):
            call([0.1, 1.2], [0, 1])  # type: ignore[operator]


@pytest.mark.parametrize("bins", [0, [0, 0.5], [0.1, 1], [0, 0.5, 0.5, 1], [[0, 1]]])
def test_bins_that_do_not_cover_0_to_1_are_refused(bins: object) -> None:
    with pytest.raises(ValueError, match="bins"):
        p.brier_parts([0.5], [1], bins)  # type: ignore[arg-type]
