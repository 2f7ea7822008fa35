"""The guard steps in no further than it must."""

import pytest

from forestall.forecast.guard import STEPS, TOLERANCE, share


def pooled(own, reference):
    """CRPS in each year at a share of the reference, as if pools scored in between."""
    return lambda part: [(1 - part) * a + part * b for a, b in zip(own, reference, strict=True)]


def test_where_no_year_is_lost_the_guard_stays_out():
    found, ratios = share(pooled([9.0, 20.0], [10.0, 20.0]), [10.0, 20.0])
    assert found == 0
    assert ratios == [0.9, 1.0]


def test_a_year_within_one_percent_is_not_lost():
    assert share(pooled([10.1], [10.0]), [10.0])[0] == 0
    assert share(pooled([10.104], [10.0]), [10.0])[0] == STEPS[1]


def test_the_smallest_share_that_keeps_every_year_is_taken():
    # 10 + 0.2 * (1 - share) must be within 10.1: from one half on
    found, ratios = share(pooled([9.0, 10.15], [10.0, 10.0]), [10.0, 10.0])
    assert found == pytest.approx(0.35)
    assert max(ratios) <= 1 + TOLERANCE
    assert max(r / 10 for r in pooled([9.0, 10.15], [10.0, 10.0])(found - 0.05)) > 1 + TOLERANCE
    assert ratios[0] == pytest.approx(0.935)


def test_the_reference_gets_half_at_most_and_the_record_says_what_that_left():
    found, ratios = share(pooled([30.0], [10.0]), [10.0])
    assert found == 0.5
    assert ratios == [2.0]
