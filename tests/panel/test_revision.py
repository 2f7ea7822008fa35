"""What is learned from pairs of candidate and final figures."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.errors import ShapeError, StoreError
from forestall.panel.revision import (
    CHANCE_WEIGHT,
    COUNTRY_WEIGHT,
    MONTHLY,
    YEARLY,
    Revision,
    fit,
    from_frame,
    recent_mean,
    stage_of,
    to_frame,
)


def learned(known: np.ndarray, final: np.ndarray, years: np.ndarray | None = None) -> Revision:
    n, t = known.shape
    return fit(
        MONTHLY,
        units=np.arange(1, n + 1, dtype=np.int32),
        years=np.full(t, 2024, dtype=np.int32) if years is None else years,
        known=known,
        recent=recent_mean(known),
        final=final,
    )


@pytest.mark.parametrize(
    ("status", "release", "stage"),
    [
        ("final", "ucdp-ged-25.1", None),
        ("unknown", "", None),
        ("nowcast", "ucdp-candidate-2025", None),
        ("candidate", "ucdp-candidate-26.0.2", MONTHLY),
        ("candidate", "ucdp-candidate-21.01.21.12", YEARLY),
        ("candidate", "ucdp-candidate-26.01.26.06", MONTHLY),
        ("provisional", "ucdp-candidate-2025", YEARLY),
        ("candidate", "pace-2024-08-21", MONTHLY),
        ("provisional", "pace-2025-03-21", YEARLY),
    ],
)
def test_the_stage_of_a_figure(status: str, release: str, stage: str | None) -> None:
    assert stage_of(status, release) == stage


def test_the_recent_mean_covers_twelve_months_and_skips_what_is_not_known() -> None:
    values = np.arange(15, dtype=float)[None]
    values[0, 0] = np.nan
    found = recent_mean(values)[0]
    assert np.isnan(found[0])
    assert found[1] == 1.0
    assert found[11] == pytest.approx(np.mean(np.arange(1, 12)))
    assert found[14] == pytest.approx(np.mean(np.arange(3, 15)))


def test_worked_chances_and_countries_own_ratio() -> None:
    known = np.array([[20.0] * 12, [20.0] * 12])
    final = known.copy()
    final[0] = 40.5  # log((40.5 + 0.5) / 20.5) = log 2
    final[1, :3] = 0.0
    found = learned(known, final)
    # 24 months from 11 to 50, 21 of which stayed above 0; the pool of all classes is the same 24.
    assert found.positive.n_months.tolist() == [0, 0, 24, 0, 0]
    assert found.positive.chance[2] == pytest.approx((21 + CHANCE_WEIGHT * 21 / 24) / (24 + CHANCE_WEIGHT))
    assert found.country[1] == pytest.approx(12 * np.log(2) / (12 + COUNTRY_WEIGHT))
    assert found.country[2] == 0.0
    assert (found.n_months[1], found.n_months[2]) == (12, 9)


def test_correlation_is_that_of_months_of_one_country_and_year() -> None:
    years = np.repeat([2023, 2024], 12).astype(np.int32)
    known = np.full((2, 24), 1000.0)
    final = known.copy()
    final[0, :12] = final[1, 12:] = 2000.0
    assert learned(known, final, years).correlation == pytest.approx(1.0)
    assert learned(known, final).correlation == 0.0  # over both years as one, luck alternates
    apart = np.random.default_rng(4).uniform(500, 2000, (40, 24))
    assert learned(np.full((40, 24), 1000.0), apart, years).correlation < 0.05


def test_figures_that_were_never_revised_are_learned_to_stay() -> None:
    known = np.array([[0.0] * 12, [5.0] * 12, [300.0] * 12])
    found = learned(known, known)
    assert (found.positive.chance == 1).all()
    assert (found.zero.chance == 0).all()
    assert (found.positive.quantiles == 0).all()
    assert set(found.country.values()) == {0.0}


def test_pairs_that_are_not_known_are_left_out() -> None:
    rng = np.random.default_rng(1)
    known = rng.poisson(20, (6, 12)).astype(float)
    final = rng.poisson(30, (6, 12)).astype(float)
    without = learned(known[:, :10], final[:, :10])
    final[:, 10:] = np.nan
    with_unknown = fit(
        MONTHLY,
        units=np.arange(1, 7, dtype=np.int32),
        years=np.full(12, 2024, dtype=np.int32),
        known=known,
        recent=recent_mean(known),
        final=final,
    )
    assert to_frame({MONTHLY: with_unknown}).equals(to_frame({MONTHLY: without}))


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"\(units, months\) = \(2, 12\)"):
        learned(np.ones((2, 12)), np.ones((2, 11)))


@given(st.integers(0, 2**32 - 1))
def test_chances_are_probabilities_quantiles_ascend_and_the_table_holds_it_all(seed: int) -> None:
    rng = np.random.default_rng(seed)
    known = rng.poisson(rng.choice([0.0, 0.3, 4.0, 60.0], (5, 1)), (5, 24)).astype(float)
    final = rng.poisson(known * rng.choice([0.0, 1.0, 2.0], known.shape)).astype(float)
    found = learned(known, final, np.repeat([2023, 2024], 12).astype(np.int32))
    for classes in (found.positive, found.zero):
        assert ((classes.chance >= 0) & (classes.chance <= 1)).all()
        assert (np.diff(classes.quantiles, axis=1) >= -1e-12).all()
    assert 0 <= found.correlation <= 1
    frame = to_frame({MONTHLY: found})
    again = from_frame(frame.sample(fraction=1.0, shuffle=True, seed=seed % 1000))
    assert to_frame(again).sort(frame.columns).equals(frame.sort(frame.columns))


def test_a_table_that_lacks_a_part_is_refused() -> None:
    frame = to_frame({YEARLY: learned(np.ones((1, 12)), np.ones((1, 12)))})
    with pytest.raises(StoreError, match="no zero_chance"):
        from_frame(frame.filter(pl.col("part") != "zero_chance"))
