"""The watch list: by risk, by change, by surprise."""

import numpy as np
import pytest
from made_panels import panel

from forestall.errors import ShapeError
from forestall.forecast.frame import Forecast
from forestall.instruments import watchlist


def forecast(seen, levels, months):
    """Each unit's draws are all at its level, or spread evenly from 0 to twice the level."""
    draws = np.stack([np.broadcast_to(np.linspace(0, 2 * level, 101), (months, 101)) for level in levels])
    span = list(range(seen.as_of + 1, seen.as_of + 1 + months))
    return Forecast.of(seen, draws.astype(np.float32), months=span, model="made", version="1", seed=0)


@pytest.fixture
def rows():
    # Mali as foreseen, Senegal far above, Benin below, Niger unknown, Côte d'Ivoire quiet
    seen = panel([[100] * 40, [*[10] * 39, 90], [*[200] * 39, 0], [*[5] * 39, np.nan], [0] * 40])
    now = forecast(seen, [100, 40, 100, 5, 0], 6)
    before = forecast(seen.cut(seen.as_of - 1), [100, 10, 200, 5, 0], 7)
    return watchlist.watched(seen, now, before)


def test_figures_of_a_row(rows):
    mali = rows[0]
    assert (mali.iso3, mali.name, mali.recorded_month, mali.recorded_window) == ("MLI", "Mali", 100, 600)
    assert mali.expected == pytest.approx(600, rel=1e-5)
    assert (mali.change, mali.surprise, mali.beyond, mali.quiet) == (pytest.approx(0, abs=0.01), None, 0, False)
    assert (mali.foreseen_low90, mali.foreseen_high90) == (pytest.approx(10, abs=0.1), pytest.approx(190, abs=0.1))
    assert (rows[3].recorded_month, rows[3].surprise) == (None, None)
    assert "not known" in rows[3].sentence
    assert rows[4].quiet
    assert rows[4].expected == 0


def test_ranked_by_risk(rows):
    # Mali and Benin expect the same and have the same chances: the code decides, so that a list never flips
    assert [row.iso3 for row in watchlist.by_risk(rows, 10)] == ["BEN", "MLI", "SEN", "NER"]
    assert len(watchlist.by_risk(rows, 2)) == 2


def test_ranked_by_change_on_the_scale_of_roots(rows):
    changed = watchlist.by_change(rows, 10)
    # from 1,200 to 600 moves the root by 10.1, from 60 to 240 by 7.7; Mali and Niger did not move
    assert [(row.iso3, round(row.change)) for row in changed] == [("BEN", -600), ("SEN", 180)]


def test_ranked_by_surprise(rows):
    found = watchlist.by_surprise(rows, 10)
    assert [(row.iso3, row.surprise) for row in found] == [("SEN", "above"), ("BEN", "below")]
    assert "90 deaths recorded in April 2013, above the 90 % interval" in found[0].sentence
    assert "(1 to 19)" in found[0].sentence


def test_forecasts_that_do_not_belong_to_the_panel_are_refused():
    seen = panel([[1] * 40])
    earlier = seen.cut(seen.as_of - 1)
    now, before = forecast(seen, [1], 6), forecast(earlier, [1], 7)
    assert watchlist.watched(seen, now, before)
    with pytest.raises(ShapeError, match="expected a forecast as of 2013-03"):
        watchlist.watched(seen, now, now)
    with pytest.raises(ShapeError, match="7 months"):
        watchlist.watched(seen, now, forecast(earlier, [1], 6))
