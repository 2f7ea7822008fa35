"""Comparisons and breakdowns: small tables whose answers are known, and laws."""

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from verify_inputs import table

from forestall import scores
from forestall.errors import UsageError
from forestall.verify.report import calibration, paired, report

# two windows of four countries; the reference is worse by 1 everywhere but in country 4 of 2019
BASE = [
    table("base", [2.0, 3.0, 4.0, 50.0], observed=[0.0, 5.0, 9.0, 100.0]),
    table("base", [2.0, 2.0, 2.0, 2.0], year=2019, as_of=466, month=[469] * 4, observed=[7.0, 7.0, 7.0, 7.0]),
]
OWN = [
    table("own", [1.0, 2.0, 3.0, 49.0], observed=[0.0, 5.0, 9.0, 100.0]),
    table("own", [1.0, 1.0, 1.0, 9.0], year=2019, as_of=466, month=[469] * 4, observed=[7.0, 7.0, 7.0, 7.0]),
]


@pytest.fixture(scope="module")
def found():
    return report(pl.concat([*BASE, *OWN]), reference="base", resamples=200)


def by(rows, **wanted):
    (row,) = [one for one in rows if all(one[key] == value for key, value in wanted.items())]
    return row


def test_windows_with_and_without_the_three_largest_cells(found):
    own = by(found["windows"], year=2018, model="own")
    assert (own["crps"], own["n"], own["units"]) == (55 / 4, 4, 4)
    assert (own["without_largest"]["crps"], own["without_largest"]["n"]) == (1.0, 1)
    assert [row["observed"] for row in found["largest"] if row["year"] == 2018] == [100.0, 9.0, 5.0]
    # ties go by number: countries 1 to 3 of 2019 are left out
    assert [row["unit"] for row in found["largest"] if row["year"] == 2019] == [1, 2, 3]
    assert by(found["windows"], year=2019, model="own")["without_largest"]["crps"] == 9.0


def test_overall_is_the_mean_over_cells_and_carries_the_record(found):
    own = by(found["overall"], model="own")
    assert own["windows"] == 2
    assert own["crps"] == pytest.approx((55 + 12) / 8)
    assert own["without_largest"]["crps"] == pytest.approx((1 + 9) / 2)
    record = by(own["record"], metric="crps")
    # 55 against 59 in 2018, 12 against 8 in 2019
    assert (record["with"], record["better"], record["of"]) == ("base", 1, 2)
    assert record["worst"] == pytest.approx(0.5)
    assert by(found["overall"], model="base")["record"] == []


def test_comparisons_are_paired_and_by_country(found):
    one = by(by(found["overall"], model="own")["comparisons"], metric="crps")
    own, base = (np.concatenate([part["crps"].to_numpy() for part in parts]) for parts in (OWN, BASE))
    expected = scores.compare(own, base, blocks=[1, 2, 3, 4] * 2, level=0.9, resamples=200)
    assert one["difference"] == pytest.approx(expected.difference) == pytest.approx(0.0)
    assert (one["lower"], one["upper"]) == expected.difference_interval
    assert (one["saved"], one["better"]) == (pytest.approx(expected.skill), expected.better)
    # in 2018 it is better by exactly 1 in every country, so there is nothing to be unsure of
    sure = by(by(found["windows"], year=2018, model="own")["comparisons"], metric="crps")
    assert (sure["difference"], sure["lower"], sure["upper"], sure["better"]) == (-1, -1, -1, 1)


def test_a_peer_is_compared_with_beside_the_reference():
    peer = [part.with_columns(model=pl.lit("peer"), crps=pl.col("crps") - 2) for part in BASE]
    with_peer = report(pl.concat([*BASE, *OWN, *peer]), reference="base", peer="peer", resamples=20)
    own = by(with_peer["windows"], year=2018, model="own")
    assert [(one["with"], one["metric"]) for one in own["comparisons"]] == [
        (other, metric) for other in ("base", "peer") for metric in ("crps", "ign", "mis")
    ]
    assert by(own["comparisons"], **{"with": "peer", "metric": "crps"})["difference"] == pytest.approx(1)
    assert {one["with"] for one in by(with_peer["overall"], model="peer")["comparisons"]} == {"base"}


def test_a_month_that_several_origins_forecast_is_left_out_of_all_of_them():
    parts = [
        table("m", [1.0] * 4, unit=[1, 1, 2, 2], month=[460, 461] * 2, as_of=as_of, observed=[9.0, 8.0, 7.0, 1.0])
        for as_of in (454, 455)
    ]
    found = report(pl.concat(parts), reference=None, resamples=20)
    assert [(row["unit"], row["month_id"]) for row in found["largest"]] == [(1, 460), (1, 461), (2, 460)]
    assert found["windows"][0]["n"] == 8
    assert found["windows"][0]["without_largest"]["n"] == 2


def test_a_window_of_three_cells_has_nothing_left_without_them():
    found = report(pl.concat([table("a", [1.0] * 3), table("b", [2.0] * 3)]), reference="a", resamples=20)
    without = by(found["windows"], model="b")["without_largest"]
    assert (without["n"], without["comparisons"]) == (0, [])
    assert "crps" not in without


def test_models_scored_on_other_cells_are_not_compared():
    with pytest.raises(UsageError, match="only scores of the same countries, months and figures can be compared"):
        paired(pl.concat([table("a", [1.0, 2.0]), table("b", [1.0])]))
    with pytest.raises(UsageError, match="or with other outcomes"):
        paired(pl.concat([table("a", [1.0]), table("b", [1.0], observed=3.0)]))
    with pytest.raises(UsageError, match="hold a cell twice"):
        paired(pl.concat([table("a", [1.0]), table("a", [1.0])]))
    with pytest.raises(UsageError, match="at least one model"):
        paired(table("a", []))
    with pytest.raises(UsageError, match="no scores of 'oracle' to compare with; there are a"):
        report(table("a", [1.0]), reference="oracle")


def test_calibration_counts_central_pit_values():
    # |pit - 1/2| <= level / 2: 0.5 and 0.3 inside 50 %, 0.12 inside 80 %, 0.06 inside 90 %, 0.99 in none
    pit = [0.5, 0.3, 0.12, 0.06, 0.99]
    rows = calibration(paired(table("m", [1.0] * 5, pit=pit, before=[0.0, 11.0, 12.0, 900.0, None])))
    inside = {(row["cells"], row["level"]): (row["inside"], row["n"]) for row in rows}
    assert inside["all", 0.5] == (2 / 5, 5)
    assert inside["all", 0.8] == (3 / 5, 5)
    assert inside["all", 0.9] == (4 / 5, 5)
    assert inside["active", 0.5] == (0, 2)
    assert inside["active", 0.8] == (1 / 2, 2)
    quiet = calibration(paired(table("m", [1.0])))
    assert math.isnan(by(quiet, cells="active", level=0.5)["inside"])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 30))
def test_groups_add_up_and_the_order_of_rows_changes_nothing(seed, n):
    rng = np.random.default_rng(seed)
    common = {
        "region": [("Africa", "Asia", "Europe")[k] for k in rng.integers(3, size=n)],
        "step": rng.integers(3, 15, size=n).tolist(),
        "state": [("quiet", "under 20", "20 to 200", "over 200", "not known")[k] for k in rng.integers(5, size=n)],
        "observed": rng.poisson(5, n).astype(float).tolist(),
        "month": rng.integers(457, 469, size=n).tolist(),
    }
    parts = [table(name, rng.gamma(1, 5, n).tolist(), ign=rng.random(n).tolist(), **common) for name in ("a", "b")]
    frame = pl.concat(parts)
    found = report(frame, reference="a", resamples=20)
    for key in ("by_region", "by_horizon", "by_state"):
        for name in ("a", "b"):
            rows = [row for row in found[key] if row["model"] == name]
            assert sum(row["n"] for row in rows) == n
            assert sum(row["crps_share"] for row in rows) == pytest.approx(by(found["overall"], model=name)["crps"])
    shuffled = frame.sample(fraction=1, shuffle=True, seed=seed)
    again = report(shuffled, reference="a", resamples=20)
    for key in ("windows", "overall", "by_region", "by_state"):
        assert sorted(map(repr, again[key])) == sorted(map(repr, found[key]))
