"""The chance that an organisation acts: worked by hand, by which weights on which day, and the kept scores."""

import json
import math
from dataclasses import replace
from datetime import date
from importlib.resources import files

import numpy as np
import pytest

from forestall.instruments.partners import chances
from forestall.instruments.partners.crisis import crisis
from forestall.instruments.partners.standing import Standing, standings
from forestall.scores import wilson
from forestall.store import Workspace

HELD = json.loads(files("forestall.instruments.partners").joinpath("chances.json").read_text("utf-8"))


def standing() -> Standing:
    workspace = Workspace.open()
    one = standings(workspace, crisis(workspace, 432, date(2020, 1, 1)))[0]
    return replace(one, membership=1.0, basis=0.5, closeness=0.25, record=1.0, capacity=0.75)


def test_a_chance_is_the_logistic_of_the_weighted_components() -> None:
    weights = HELD["cuts"]["2020"]["weights"]
    odds = weights[0] + weights[1] + 0.5 * weights[2] + 0.25 * weights[3] + weights[4] + 0.75 * weights[5]
    found = chances.chance(standing(), date(2021, 5, 1))
    assert found is not None
    assert found.value == pytest.approx(1 / (1 + math.exp(-odds)))
    assert found.cases == HELD["cuts"]["2020"]["cases"]
    draws = [
        1 / (1 + math.exp(-(w[0] + np.dot(w[1:], (1.0, 0.5, 0.25, 1.0, 0.75)))))
        for w in HELD["cuts"]["2020"]["resampled"]
    ]
    low, high = np.quantile(draws, (0.1, 0.9))
    assert (found.low, found.high) == (pytest.approx(min(low, found.value)), pytest.approx(max(high, found.value)))


def test_a_day_uses_weights_of_windows_that_had_ended() -> None:
    assert chances.chance(standing(), date(2004, 12, 31)) is None
    last, first = (chances.chance(standing(), day) for day in (date(2009, 12, 31), date(2010, 1, 1)))
    assert last is not None
    assert first is not None
    assert (last.cases, first.cases) == (HELD["cuts"]["2005"]["cases"], HELD["cuts"]["2010"]["cases"])


@pytest.mark.parametrize("new", [False, True])
def test_kept_scores_are_shares_of_whole_cases_with_their_wilson_intervals(new: bool) -> None:
    rows = chances.fared(new)
    assert {"rule", chances.BEST, "alphabetical"} <= {one.order for one in rows}
    for one in rows:
        for share, low, high in (
            (one.hit1, one.hit1_low, one.hit1_high),
            (one.hit3, one.hit3_low, one.hit3_high),
        ):
            hits = round(share * one.cases)
            assert share == pytest.approx(hits / one.cases, abs=5e-4)
            expected = wilson(hits, one.cases)
            assert (low, high) == (
                pytest.approx(float(expected[0]), abs=5e-4),
                pytest.approx(float(expected[1]), abs=5e-4),
            )
        assert one.hit1 <= one.mrr <= one.hit3 + (1 - one.hit3) / 4 + 5e-4
