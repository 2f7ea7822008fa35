"""Paired comparison: the interval covers as it says, keeps blocks whole, and does not see what is not there."""

import math

import numpy as np
import pytest

from forestall.errors import ShapeError
from forestall.scores import comparison
from forestall.scores.comparison import compare


def test_means_and_skill_by_hand() -> None:
    found = compare([1, 2, 3, 4], [2, 4, 4, 6], [0, 0, 1, 1], resamples=500)
    assert (found.mean, found.reference_mean, found.difference) == (2.5, 4.0, -1.5)
    assert found.skill == pytest.approx(0.375)
    # Both blocks differ by -1.5 on average, so every resample gives -1.5.
    assert found.difference_interval == pytest.approx((-1.5, -1.5))
    assert found.better == 1
    assert (found.blocks, found.resamples, found.level) == (2, 500, 0.9)


def test_two_blocks_give_the_four_possible_resamples() -> None:
    # Block means of the difference: 0 (three cases) and 4 (one case). Resamples: 0 (1/4), 4 (1/4), pooled 1 (1/2).
    found = compare([1, 1, 1, 5], [1, 1, 1, 1], [7, 7, 7, -2], level=0.4, resamples=4000)
    assert found.difference_interval == pytest.approx((1, 1))  # the middle 40 % all pooled
    assert compare([1, 1, 1, 5], [1, 1, 1, 1], [7, 7, 7, -2], level=0.9).difference_interval == pytest.approx((0, 4))
    assert found.better == pytest.approx(1 / 8, abs=0.02)  # a tie in a quarter of them, counted half


def test_a_forecast_against_itself_is_a_tie() -> None:
    scores = np.random.default_rng(1).gamma(0.3, 10, 50)
    found = compare(scores, scores)
    assert found.difference_interval == (0, 0)
    assert (found.better, found.skill) == (0.5, 0)


def test_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    held = 0
    for trial in range(200):
        block = np.repeat(np.arange(40), 6)
        difference = 0.3 + rng.normal(0, 1, 40)[block] + rng.normal(0, 1, 240)
        base = rng.gamma(2, 3, 240)
        low, high = compare(base + difference, base, block, resamples=400, seed=trial).difference_interval
        held += low <= 0.3 <= high
    assert 0.82 <= held / 200 <= 0.96


def test_cases_that_hang_together_widen_the_interval_only_if_blocks_say_so() -> None:
    rng = np.random.default_rng(6)
    block = np.repeat(np.arange(40), 20)
    difference = rng.normal(0, 1, 40)[block]
    whole = compare(difference, np.zeros(800), block).difference_interval
    loose = compare(difference, np.zeros(800)).difference_interval
    assert whole[1] - whole[0] > 3 * (loose[1] - loose[0])


def test_same_seed_same_answer_and_batches_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    a, b, block = rng.gamma(1, 2, 90), rng.gamma(1, 2, 90), rng.integers(-9, 9, 90)
    once = compare(a, b, block, resamples=300, seed=4)
    assert compare(a, b, block, resamples=300, seed=4) == once
    assert compare(a, b, block, resamples=300, seed=5) != once
    assert compare(a, b, block * 10 + 3, resamples=300, seed=4) == once  # names of blocks do not matter
    swapped = compare(b, a, block, resamples=300, seed=4)
    assert swapped.difference == pytest.approx(-once.difference)
    assert swapped.difference_interval == pytest.approx((-once.difference_interval[1], -once.difference_interval[0]))
    monkeypatch.setattr(comparison, "BATCH_COUNTS", 1)
    assert compare(a, b, block, resamples=300, seed=4).difference_interval == pytest.approx(
        once.difference_interval, abs=0.2
    )


def test_skill_is_not_known_against_a_perfect_reference() -> None:
    found = compare([1.0, 2.0], [0.0, 0.0])
    assert math.isnan(found.skill)
    assert all(math.isnan(end) for end in found.skill_interval)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(2,\).*\(3,\)"):
        compare([1, 2], [1, 2, 3])
    with pytest.raises(ShapeError, match="at least one case"):
        compare([], [])
    with pytest.raises(ShapeError, match=r"blocks have shape \(1,\)"):
        compare([1, 2], [1, 2], [0])
    with pytest.raises(ValueError, match="row 1"):
        compare([1, math.nan], [1, 2])
    with pytest.raises(ValueError, match="integer labels"):
        compare([1, 2], [1, 2], [0.5, 1])
    with pytest.raises(ValueError, match="level"):
        compare([1, 2], [1, 2], level=90)
    with pytest.raises(ValueError, match="resamples"):
        compare([1, 2], [1, 2], resamples=0)
