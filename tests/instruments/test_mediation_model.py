"""What the ranking learns: known weights come back, order and chances behave, the same cases give the same model."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forestall.errors import ShapeError, UsageError
from forestall.instruments.mediation import model_table
from forestall.instruments.mediation.features import NAMES
from forestall.instruments.mediation.model import USED, Case, Ranker, history_first, learn
from forestall.store import Workspace
from forestall.verify.mediation import first_of_process, hits, place

TRUE = {"contiguous": 1.5, "economy": 1.0, "distance": -1.0}


def _case(number: int, rng: np.random.Generator) -> Case:
    """Sixty candidates, six of them there; one newcomer drawn by the true weights, one of those there by its past."""
    figures = np.zeros((60, len(NAMES)))
    for name in TRUE:
        figures[:, NAMES.index(name)] = rng.normal(size=60)
    there = np.arange(60) < 6
    figures[there, NAMES.index("own_1")] = np.linspace(1, 0.1, 6)
    figures[there, NAMES.index("own_all")] = 1.0
    score = sum(weight * figures[:, NAMES.index(name)] for name, weight in TRUE.items())
    chance = np.where(there, 0, np.exp(score))
    chosen = np.zeros(60, bool)
    chosen[rng.choice(60, p=chance / chance.sum())] = True
    chosen[rng.choice(6, p=np.linspace(6, 1, 6) / 21)] = True
    names = tuple(f"M{at}" for at in range(60))
    return Case(f"e{number}", number, f"p{number % 40}", 2000, names, ("state",) * 60, figures, there, chosen, 0)


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    rng = np.random.default_rng(1)
    return tuple(_case(number, rng) for number in range(400))


@pytest.fixture(scope="module")
def ranker(cases: tuple[Case, ...]) -> Ranker:
    return learn(cases, penalty=0.1, replicates=8, seed=3)


def test_known_weights_come_back(ranker: Ranker) -> None:
    found = dict(zip((NAMES[at] for at in USED), ranker.weights[0] / ranker.scales, strict=True))
    for name, weight in TRUE.items():
        assert found[name] == pytest.approx(weight, abs=0.25)
    assert all(abs(found[name]) < 1e-6 for name in found if name not in TRUE)


def test_whoever_was_there_comes_first(cases: tuple[Case, ...], ranker: Ranker) -> None:
    one = cases[0]
    order = ranker.order(one.figures, one.there)
    assert order[one.there].min() > order[~one.there].max()
    assert np.argsort(-order)[:6].tolist() == list(range(6)), "the latest and most frequent first"


def test_chances_fall_with_the_place_and_lie_in_their_interval(cases: tuple[Case, ...], ranker: Ranker) -> None:
    for one in cases[:20]:
        order, chance = ranker.order(one.figures, one.there), ranker.chance(one.figures, one.there)
        for kept in (one.there, ~one.there):
            by_place = chance[kept][np.argsort(-order[kept]), 0]
            assert (np.diff(by_place) <= 1e-12).all()
        assert ((chance[:, 1] <= chance[:, 0]) & (chance[:, 0] <= chance[:, 2])).all()
        assert ((chance > 0) & (chance < 1)).all()


def test_chances_sum_to_the_third_parties_that_were(cases: tuple[Case, ...], ranker: Ranker) -> None:
    said = sum(ranker.chance(one.figures, one.there)[:, 0].sum() for one in cases)
    assert said == pytest.approx(sum(one.chosen.sum() for one in cases), rel=0.1)


def test_the_order_of_cases_does_not_matter(cases: tuple[Case, ...], ranker: Ranker) -> None:
    again = learn(tuple(reversed(cases)), penalty=0.1)
    np.testing.assert_allclose(again.weights[0], ranker.weights[0], atol=1e-3)


def test_an_event_with_many_weighs_as_one_with_few(cases: tuple[Case, ...]) -> None:
    """A conference of thirty newcomers must not outweigh the other events."""
    crowd = replace(cases[0], chosen=np.arange(60) >= 30)
    with_crowd, without = learn((crowd, *cases[1:]), penalty=0.1), learn(cases, penalty=0.1)
    np.testing.assert_allclose(with_crowd.weights, without.weights, atol=0.05)


def test_nothing_to_learn_from_is_said(cases: tuple[Case, ...]) -> None:
    with pytest.raises(ShapeError, match="ask for a later day"):
        learn([replace(one, chosen=one.chosen & one.there) for one in cases])


def test_place_is_fair_to_ties() -> None:
    score, chosen = np.array([3.0, 2.0, 2.0, 2.0, 1.0]), np.array([False, True, False, False, False])
    assert place(score, chosen) == 3.0
    assert place(score, np.zeros(5, bool)) == np.inf
    assert place(np.ones(99), np.arange(99) == 0) == 50.0


def test_hits_by_hand(cases: tuple[Case, ...]) -> None:
    one = cases[0]
    first = replace(one, figures=np.zeros_like(one.figures), chosen=np.arange(60) == 2, there=np.zeros(60, bool))
    miss = replace(first, event="other", process="other", chosen=np.zeros(60, bool), missed=1)
    found = hits([first, miss], lambda case: -np.arange(60.0))
    assert found is not None
    assert (found.events, found.hit5, found.hit10, found.ceiling) == (2, 0.5, 0.5, 0.5)
    assert found.mrr == pytest.approx((1 / 3) / 2)
    assert hits([first], lambda case: -np.arange(60.0), "ngo") is None
    assert first_of_process([one, replace(one, event="later")]) == (one,)


def test_the_rule_reads_only_the_past() -> None:
    figures = np.ones((1, len(NAMES)))
    figures[0, [NAMES.index(name) for name in ("own_1", "own_5", "region_5", "world_10")]] = 0
    assert history_first(figures).tolist() == [0.0]


def test_what_was_learned_survives_the_table(ranker: Ranker) -> None:
    held = model_table.frame({2020: ranker})
    parts = held.filter(model_part="weight", replicate=0)
    found = dict(parts.select("figure", "coefficient").iter_rows())
    np.testing.assert_allclose([found[NAMES[at]] for at in USED], ranker.weights[0], rtol=1e-5, atol=1e-12)


def test_each_year_has_its_own_model() -> None:
    workspace = Workspace.open()
    year, old = model_table.ranker(workspace, date(2003, 6, 1))
    assert year == 2003
    last, new = model_table.ranker(workspace, date(2031, 1, 1))
    assert last >= 2026
    assert new.events > old.events
    with pytest.raises(UsageError, match="give a day from"):
        model_table.ranker(workspace, date(1970, 1, 1))
