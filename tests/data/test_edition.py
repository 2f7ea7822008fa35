import numpy as np
import pytest

from forestall.brief import measures
from forestall.forecast import edition, event_cache, explain_cache
from forestall.forecast.cells import outlook
from forestall.forecast.laws import POINTS
from forestall.forecast.models import forestall
from forestall.forecast.sampling import MAX_HORIZON
from forestall.forecast.training import learned_from
from forestall.panel.country_month import country_month, latest_month
from forestall.store import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace.open(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def panel(workspace):
    return country_month(workspace, as_of=latest_month(workspace))


def test_the_edition_holds_what_a_first_brief_of_the_embedded_figures_asks(workspace, panel):
    # Fails when a table, a version or a weight changed and `python -m tools.embed.edition` was not run after it.
    assert edition.law(forestall.key(panel)) is not None
    assert edition.law(forestall.key(panel.cut(panel.as_of - 1))) is not None
    without, _ = measures.without_worst_month(panel)
    with learned_from(panel):
        assert edition.law(forestall.key(without)) is not None
    assert edition.events(event_cache.key(panel, workspace)) is not None
    assert edition.reasons(explain_cache.key(panel)) is not None
    by_cell = outlook.unpack(edition.cells(), outlook.key(panel, workspace))
    assert by_cell.chance.min() >= outlook.SHOWN - 1e-9
    assert set(by_cell.gw_id.tolist()) <= set(panel.units.tolist())


def test_its_laws_are_whole_ascend_and_end_where_the_record_ends(panel):
    law = edition.law(forestall.key(panel))
    assert law.shape == (panel.units.size, MAX_HORIZON, POINTS)
    assert np.all(np.diff(law, axis=2) >= 0)
    assert np.array_equal(law, np.rint(law))
    assert np.all(law.max(axis=(1, 2)) <= forestall.most(panel.values))


def test_other_figures_are_not_in_it(panel):
    assert edition.law(forestall.key(panel.cut(panel.as_of - 7))) is None


def test_packing_loses_nothing():
    made = np.sort(np.random.default_rng(1).integers(0, 200_000, (2, 3, POINTS)).astype(np.float32), axis=2)
    content = edition.pack({"one": made})
    np.testing.assert_array_equal(edition.unpack(content, "one"), made)
    assert edition.unpack(content, "another") is None
