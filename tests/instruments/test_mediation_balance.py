"""Sides in a conflict and the distance of candidates to both."""

from datetime import date

import numpy as np
import pytest

from forestall.instruments.mediation.balance import Sides, balance, sides, votes_speak
from forestall.instruments.mediation.ties import ties
from forestall.store import Workspace

ON = date(2026, 2, 28)


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return Workspace.open()


def test_sides_of_known_wars(workspace: Workspace) -> None:
    ukraine = sides(workspace, "UKR", ON)
    assert ukraine is not None
    assert ukraine.own == {"UKR"}
    assert "RUS" in ukraine.other
    congo = sides(workspace, "COD", ON)
    assert congo is not None
    assert congo.other == {"RWA"}
    assert {"COD", "BDI"} <= congo.own
    syria = sides(workspace, "SYR", ON)
    assert syria is not None
    assert {"RUS", "IRN"} <= syria.own


def test_no_state_on_the_other_side_is_no_balance(workspace: Workspace) -> None:
    assert sides(workspace, "COL", ON) is None
    assert sides(workspace, "CHE", ON) is None


def test_a_war_not_yet_known_has_no_sides(workspace: Workspace) -> None:
    """The invasion of February 2022 is known to a yearly file from 2023 on."""
    before = sides(workspace, "UKR", date(2014, 1, 1))
    assert before is None


@pytest.mark.parametrize(("iso3", "day"), [("AFG", date(2021, 8, 15)), ("MMR", date(2021, 2, 1))])
def test_votes_of_another_authority_are_not_read(workspace: Workspace, iso3: str, day: date) -> None:
    assert votes_speak(iso3, date(day.year, 1, 1))
    assert not votes_speak(iso3, day)
    assert sides(workspace, iso3, ON) is None


def test_distances_are_means_of_the_pairs(workspace: Workspace) -> None:
    known = ties(workspace, ON)
    found = balance(known, Sides(frozenset({"UKR"}), frozenset({"RUS", "PRK"}), 2024), "CHN")
    assert found is not None
    at = known.index("CHN")
    assert found.to_own == pytest.approx(known.ideal_distance[at, known.index("UKR")])
    both = [known.ideal_distance[at, known.index(one)] for one in ("RUS", "PRK")]
    assert found.to_other == pytest.approx(np.mean(both))
    assert found.to_own > found.to_other
    assert balance(known, Sides(frozenset({"UKR"}), frozenset({"RUS"}), 2024), "VAT") is None, "no votes"


def test_exchanging_the_sides_exchanges_the_distances(workspace: Workspace) -> None:
    known = ties(workspace, ON)
    one, other = frozenset({"COD"}), frozenset({"RWA"})
    for candidate in ("QAT", "USA", "AGO"):
        first = balance(known, Sides(one, other, 2024), candidate)
        second = balance(known, Sides(other, one, 2024), candidate)
        assert first is not None
        assert second is not None
        assert (first.to_own, first.to_other, first.even) == (second.to_other, second.to_own, second.even)
