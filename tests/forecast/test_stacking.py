"""Weights of the pool, from distances between its parts and the chances each gave to what happened."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall import scores
from forestall.forecast.laws import POINTS, pool
from forestall.forecast.stacking import best, loss, score

CELLS = (40, 3)


def outcomes(seed):
    """What the world is like at each cell, and what happened."""
    rng = np.random.default_rng(seed)
    level = rng.choice([0.2, 4.0, 60.0, 500.0], (*CELLS, 1))
    return level, rng.poisson(level[..., 0] * rng.gamma(2.0, 0.5, CELLS)).astype(np.float64)


def law(seed, level, off=1.0):
    """A law that knows the level of each cell, times a factor."""
    rng = np.random.default_rng(seed + 1)
    drawn = rng.poisson(off * level * rng.gamma(2.0, 0.5, (*CELLS, POINTS)))
    return np.sort(drawn, axis=2).astype(np.float32)


def mean_scores(found, observed):
    rows, known = found.reshape(-1, POINTS), observed.reshape(-1)
    return float(scores.crps(rows, known).mean()), float(scores.ignorance(rows, known).mean())


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), parts=st.lists(st.integers(1, 20), min_size=3, max_size=3))
def test_the_loss_is_that_of_the_pooled_law_without_pooling(seed, parts):
    level, observed = outcomes(seed)
    each = [law(seed + k, level, off) for k, off in enumerate((1.0, 0.3, 3.0))]
    weights = np.array(parts) / sum(parts)
    crps, ign = mean_scores(pool(each, weights), observed)
    kept = score(each, observed, crps=1.0, ign=1e12)
    assert 2 * loss(weights, [kept]) == pytest.approx(crps, rel=2e-3)
    kept = score(each, observed, crps=1e12, ign=1.0)
    assert 2 * loss(weights, [kept]) == pytest.approx(ign, rel=0.01, abs=0.005)


def test_the_reference_scores_one():
    level, observed = outcomes(1)
    reference = law(1, level)
    crps, ign = mean_scores(reference, observed)
    kept = score([reference], observed, crps=crps, ign=ign)
    assert loss(np.ones(1), [kept]) == pytest.approx(1, abs=1e-6)
    # two origins count alike, however many deaths one of them had
    other = score([reference], observed, crps=crps / 3, ign=ign / 3)
    assert loss(np.ones(1), [kept, other]) == pytest.approx(2, abs=1e-6)


def test_distances_are_those_of_all_pairs():
    level, observed = outcomes(2)
    each = [law(2, level), law(3, level, 2.0)]
    kept = score(each, observed, crps=1.0, ign=1.0)
    for i in range(2):
        for j in range(2):
            pairs = np.abs(each[i][..., ::10, None] - each[j][..., None, ::10]).mean()
            assert kept.distance[i, j] == pytest.approx(pairs, rel=0.03)
    assert kept.distance[0, 1] == kept.distance[1, 0]


def test_cells_whose_outcome_is_not_known_count_for_nothing():
    level, observed = outcomes(4)
    each = [law(4, level), law(5, level, 2.0)]
    known = score([part[:20] for part in each], observed[:20], crps=1.0, ign=1.0)
    observed[20:] = np.nan
    kept = score(each, observed, crps=1.0, ign=1.0)
    np.testing.assert_allclose(kept.error, known.error)
    np.testing.assert_allclose(kept.distance, known.distance)
    np.testing.assert_array_equal(kept.chance, known.chance)


def origins(offs):
    found = []
    for seed in range(3):
        level, observed = outcomes(seed)
        each = [law(10 * seed + k, level, off) for k, off in enumerate(offs)]
        found.append(score(each, observed, crps=10.0, ign=1.0))
    return found


def test_the_part_that_knows_gets_the_weight():
    weights = best(origins((4.0, 1.0, 0.2)), shrinkage=0.0)
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    assert weights[1] > 0.9


def test_shrinkage_draws_weights_to_equal_ones_and_much_of_it_makes_them_equal():
    seen = origins((4.0, 1.0, 0.2))
    by_record, some, much = (best(seen, shrinkage=amount) for amount in (0.0, 0.1, 1e4))
    np.testing.assert_allclose(much, 1 / 3, atol=1e-3)
    assert 1 / 3 < some[1] < by_record[1]


def test_no_other_weights_do_better_on_the_record():
    seen = origins((1.5, 0.7, 2.5))
    least = loss(best(seen, shrinkage=0.0), seen)
    rng = np.random.default_rng(0)
    assert all(loss(weights, seen) >= least - 1e-6 for weights in rng.dirichlet(np.ones(3), 300))
