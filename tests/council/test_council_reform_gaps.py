"""Gap measures: worked numbers and the laws that hold for every division."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from forestall.council.reform import gaps
from forestall.errors import ShapeError

MEASURES = (gaps.gallagher, gaps.loosemore_hanby, gaps.gini)
part = st.floats(0, 1e9, allow_subnormal=False)
divisions = (
    st.integers(1, 8)
    .flatmap(lambda n: st.tuples(st.lists(part, min_size=n, max_size=n), st.lists(part, min_size=n, max_size=n)))
    .filter(lambda pair: min(map(sum, pair)) > 1e-6)
)


def test_a_worked_example():
    # Votes of 50, 30 and 20 percent; seats of 60, 30 and 10: Gallagher sqrt((100 + 0 + 100) / 2) = 10 percent.
    held, due = [60, 30, 10], [50, 30, 20]
    assert gaps.gallagher(held, due) == pytest.approx(0.1)
    assert gaps.loosemore_hanby(held, due) == pytest.approx(0.1)
    # Lorenz curve through (0.2, 0.1), (0.5, 0.4), (1, 1): area 0.01 + 0.075 + 0.35.
    assert gaps.gini(held, due) == pytest.approx(1 - 2 * 0.435)


def test_everything_held_by_whom_nothing_is_due():
    assert [f([0, 1], [1, 0]) for f in MEASURES] == pytest.approx([1, 1, 1])


@given(divisions, st.floats(1e-3, 1e3))
def test_scale_does_not_matter_and_no_gap_is_zero(pair, scale):
    held, due = pair
    for f in MEASURES:
        assert f([scale * value for value in held], due) == pytest.approx(f(held, due), abs=1e-9)
        assert f(held, held) == pytest.approx(0, abs=1e-9)
        assert -1e-12 <= f(held, due) <= 1 + 1e-12


@given(divisions, st.randoms())
def test_order_does_not_matter_and_two_of_them_are_symmetric(pair, random):
    held, due = pair
    order = list(range(len(held)))
    random.shuffle(order)
    for f in MEASURES:
        assert f([held[i] for i in order], [due[i] for i in order]) == pytest.approx(f(held, due), abs=1e-9)
    for f in (gaps.gallagher, gaps.loosemore_hanby):
        assert f(due, held) == pytest.approx(f(held, due), abs=1e-9)


@given(divisions)
def test_gallagher_is_at_most_loosemore_hanby_and_that_at_most_gini(pair):
    least, middle, most = (f(*pair) for f in MEASURES)
    assert least <= middle + 1e-9
    assert middle <= most + 1e-9


@given(divisions)
def test_telling_two_groups_as_one_hides_a_gap_and_never_makes_one(pair):
    held, due = pair
    assume(len(held) > 1)
    together = [held[0] + held[1], *held[2:]], [due[0] + due[1], *due[2:]]
    assert gaps.loosemore_hanby(*together) <= gaps.loosemore_hanby(held, due) + 1e-9


def test_what_cannot_be_compared():
    with pytest.raises(ShapeError):
        gaps.gallagher([1, 2], [1, 2, 3])
    for bad in ([1, -1], [0, 0], [1, math.nan], [1, math.inf]):
        with pytest.raises(ValueError, match="shares need"):
            gaps.gini(bad, [1, 1])
