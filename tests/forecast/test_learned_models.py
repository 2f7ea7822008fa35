"""Forest, boosted hurdle, and the ensemble: what must hold of models that learn from all countries."""

import numpy as np
import pytest
from made_worlds import LAST, panel, world

from forestall.forecast import models, training
from forestall.forecast.features import features
from forestall.forecast.learning import MOST_SCALE, cases
from forestall.forecast.models import boosting, forest, forestall, history
from forestall.forecast.training import fitted, learned_from

LEARNED = {module.NAME: module for module in (forest, boosting)}
every_model = pytest.mark.parametrize("name", LEARNED)
MONTHS = [501, 506, 536]


@pytest.fixture(autouse=True)
def small_forest(monkeypatch):
    """A fifth of the trees are enough to see how a forest behaves."""
    monkeypatch.setattr(forest, "TREES", 20)
    monkeypatch.setattr(training, "_held", type(training._held)())


def law(name, shown, months=MONTHS):
    module = LEARNED[name]
    return module.law(fitted(name, "test", shown, module.fit), shown, months)


def steady(n=24, t=130, seed=0):
    """Countries that stay as they are: none, few, some, many deaths."""
    rng = np.random.default_rng(seed)
    level = np.resize([0.0, 0.3, 10.0, 80.0], n)[:, None]
    return rng.poisson(level * rng.gamma(4.0, 0.25, (n, t))).astype(np.float64)


@every_model
@pytest.mark.parametrize("seed", [1, 2])
def test_laws_are_whole_ascend_and_end_at_the_largest_ratio_on_record(name, seed):
    shown = panel(world(seed))
    found = law(name, shown)
    assert found.shape == (24, 3, 1000)
    assert np.isfinite(found).all()
    assert found.min() >= 0
    np.testing.assert_array_equal(found, np.rint(found))
    assert np.all(np.diff(found, axis=2) >= 0)
    scale = features(shown).scale[:, -1]
    seen = cases(shown.cut(490), features(shown.cut(490)))
    most = (seen.observed / (1 + seen.scale)).max()
    below = scale <= MOST_SCALE
    assert below.any()
    assert np.all(found[below].max(axis=(1, 2)) <= np.rint(most * (1 + scale[below])) + 1)


@every_model
def test_great_wars_have_the_law_of_their_own_history(name):
    values = steady()
    values[2] = 1000.0
    shown = panel(values)
    found, own = law(name, shown), history.law(shown, MONTHS)
    np.testing.assert_array_equal(found[2], own[2])
    assert not np.array_equal(found[3], own[3])


@every_model
def test_what_has_been_steady_is_expected_to_stay_so(name):
    values = steady()
    found = law(name, panel(values)).mean(axis=(1, 2)).reshape(-1, 4).mean(axis=0)
    assert found[0] < 0.1
    np.testing.assert_allclose(found[1:], [0.3, 10, 80], rtol=0.35)
    chance = (law(name, panel(values)) > 0).mean(axis=(1, 2)).reshape(-1, 4).mean(axis=0)
    assert chance[0] < 0.05
    assert 0.1 < chance[1] < 0.45
    assert chance[3] > 0.95


@every_model
def test_a_war_that_ends_is_expected_lower_the_longer_it_has_ended(name):
    means = []
    for quiet in (0, 3, 12):
        values = steady()
        values[3, LAST - 500 + 130 - quiet :] = 0.0
        means.append(law(name, panel(values))[3, 0].mean())
    assert means[0] > means[1] > means[2]


@every_model
def test_with_too_little_to_learn_from_own_history_stands_in(name):
    values = np.zeros((5, 130))
    values[0, ::40] = 3.0
    values[1, -12:] = 5.0
    shown = panel(values)
    np.testing.assert_array_equal(law(name, shown), history.law(shown, MONTHS))
    assert law(name, shown).max() > 0


@every_model
def test_the_same_figures_give_the_same_law_in_any_order_and_fitted_anew(name):
    values, order = world(6), np.random.default_rng(0).permutation(24)
    once = law(name, panel(values))
    training._held.clear()
    np.testing.assert_array_equal(once, law(name, panel(values)))
    training._held.clear()
    turned = law(name, panel(values[order], units=(np.arange(24) * 7 + 2)[order]))
    # sums over neighbours and the world are taken in the panel's order: a last digit may differ
    assert np.mean(turned != once[order]) < 0.01


@every_model
def test_figures_after_the_training_month_reach_only_the_forecast_not_the_fit(name):
    values = world(7)
    changed = values.copy()
    changed[:, -10:] = 7.0
    module = LEARNED[name]
    one, other = (fitted(name, "test", panel(figures), module.fit) for figures in (values, changed))
    assert one is other
    assert not np.array_equal(law(name, panel(values)), law(name, panel(changed)))


@every_model
def test_a_unit_of_which_nothing_is_known_is_expected_quiet(name):
    values = steady()
    values[1] = np.nan
    found = law(name, panel(values))[1]
    assert (found > 0).mean() < 0.1


@every_model
def test_features_at_hand_change_nothing(name):
    shown = panel(world(8))
    module = LEARNED[name]
    learned = fitted(name, "test", shown, module.fit)
    np.testing.assert_array_equal(
        module.law(learned, shown, MONTHS), module.law(learned, shown, MONTHS, features(shown))
    )


@pytest.fixture
def shares(monkeypatch):
    """The ensemble with other weights than those on record."""

    def put(**weights):
        monkeypatch.setattr(forestall, "weights", lambda: weights)

    return put


def test_the_ensemble_with_one_part_is_that_part(shares):
    shown = panel(world(9))
    for name in ("history", "analogue", "conflictology_12"):
        shares(**{name: 1.0, "forest": 0.0})
        found = forestall.law(shown, MONTHS)
        if name == "history":
            np.testing.assert_array_equal(found, history.law(shown, MONTHS))
        else:
            drawn = models.get(name)(shown, months=MONTHS, n_draws=1000, seed=0)
            np.testing.assert_array_equal(found, np.sort(drawn.draws, axis=2))


def test_shares_are_taken_in_relation_to_each_other(shares):
    shown = panel(world(10))
    shares(history=0.2, conflictology_12=0.2)
    one = forestall.law(shown, MONTHS)
    shares(history=0.5, conflictology_12=0.5)
    np.testing.assert_array_equal(one, forestall.law(shown, MONTHS))


def test_the_weights_on_record_are_shares_of_known_components():
    found = forestall.weights()
    assert set(found) <= set(forestall.COMPONENTS)
    assert sum(found.values()) == pytest.approx(1, abs=2e-3)
    assert min(found.values()) >= 0


def test_the_ensemble_is_the_default_and_its_law_lies_among_its_parts():
    assert models.DEFAULT == forestall.NAME
    shown = panel(world(11))
    parts = forestall.components(shown, MONTHS)
    assert set(parts) == set(forestall.COMPONENTS)
    found = forestall.law(shown, MONTHS)
    means = np.stack([part.mean(axis=2) for name, part in parts.items() if forestall.weights()[name] > 0])
    assert np.all(found.mean(axis=2) <= means.max(axis=0) * 1.02 + 0.02)
    assert np.all(found.mean(axis=2) >= means.min(axis=0) * 0.98 - 0.02)
    drawn = forestall.forecast(shown, months=MONTHS)
    np.testing.assert_array_equal(np.sort(drawn.draws, axis=2), found)


def test_inside_learned_from_only_what_was_seen_changes():
    old, new = panel(world(12)), panel(world(13))
    plain = forestall.law(new, MONTHS)
    with learned_from(old):
        same = forestall.law(old, MONTHS)
        other = forestall.law(new, MONTHS)
    np.testing.assert_array_equal(same, forestall.law(old, MONTHS))
    assert not np.array_equal(other, plain)
    np.testing.assert_array_equal(plain, forestall.law(new, MONTHS))
