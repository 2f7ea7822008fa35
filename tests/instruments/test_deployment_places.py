"""A whole plan on the embedded forecast, its reasons, and files of sites and classes."""

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from forestall.errors import UsageError
from forestall.ids.months import parse_month
from forestall.instruments.deployment import classes, exact, explain
from forestall.instruments.deployment.areas import area
from forestall.instruments.deployment.classes import TeamClass
from forestall.instruments.deployment.plan import Plan, plan
from forestall.instruments.deployment.problem import Problem
from forestall.instruments.deployment.sites import Site, candidates, kept_from
from forestall.panel.country_month import country_month
from forestall.panel.frame import Panel
from forestall.panel.land import Land, land
from forestall.store import Workspace

AS_OF = parse_month("2026-02")


@pytest.fixture(scope="module")
def store() -> Workspace:
    return Workspace.open()


@pytest.fixture(scope="module")
def panel(store: Workspace) -> Panel:
    return country_month(store, as_of=AS_OF)


@pytest.fixture(scope="module")
def ground(store: Workspace) -> Land:
    return land(store)


def placed(
    store: Workspace, panel: Panel, ground: Land, where: str, teams: int, reach: float = 200, **how: object
) -> Plan:
    kinds = how.pop("classes", (TeamClass("team", 1.0, reach),))
    return plan(store, panel, area(where, ground, AS_OF), teams=teams, classes=kinds, **how)  # type: ignore[arg-type]


def test_a_plan_for_a_country(store: Workspace, panel: Panel, ground: Land) -> None:
    found = placed(store, panel, ground, "Mali", 3)
    assert len(found.stands) == 3
    assert {one.site.iso3 for one in found.stands} == {"MLI"}
    assert sum(one.why.adds for one in found.stands) == pytest.approx(found.value)
    for one in found.stands:
        assert one.why.lost <= one.why.adds + 1e-9 <= one.why.alone + 2e-9
        assert one.why.again is None
        assert "MLI" in one.iso3s
    assert found.value <= found.bound <= found.total + 1e-9
    assert found.gap <= 0.01
    assert (found.first, found.last) == ("2026-03", "2027-02")
    more = placed(store, panel, ground, "Mali", 4)
    assert more.value >= found.value * (1 - found.gap)


def test_limits_by_country_and_kept_sites(store: Workspace, panel: Panel, ground: Land) -> None:
    held = placed(store, panel, ground, "Western Africa", 6, max_per_country=2, each=("GMB", "NGA"))
    count: dict[str, int] = {}
    for one in held.stands:
        count[one.site.iso3] = count.get(one.site.iso3, 0) + 1
    assert max(count.values()) <= 2
    assert count["GMB"] == 1
    first = placed(store, panel, ground, "Mali", 1)
    kept = Site("ours", first.stands[0].site.lat, first.stands[0].site.lon, 432, "MLI", kept=True)
    again = placed(store, panel, ground, "Mali", 1, keep=(kept,))
    assert again.by_kept == pytest.approx(first.value)
    assert (again.stands[0].site.lat, again.stands[0].site.lon) != (kept.lat, kept.lon)
    assert again.value >= placed(store, panel, ground, "Mali", 2).value * 0.7


def test_classes_share_a_budget(store: Workspace, panel: Panel, ground: Land) -> None:
    kinds = (TeamClass("liaison", 1.0, 100.0), TeamClass("battalion", 5.0, 300.0, at_most=1))
    found = placed(store, panel, ground, "Mali", 5, classes=kinds, budget=8.0)
    assert found.cost <= 8
    assert sum(one.team.name == "battalion" for one in found.stands) <= 1


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"teams": 0}, "0 teams"),
        ({"reach": 10}, "a reach of 10 km"),
        ({"reach": float("nan")}, "a reach of nan"),
        ({"each": ("FRA",)}, "FRA: 1 asked for, but only 0 places"),
        ({"max_per_country": 0}, "at most 0 a country"),
        ({"budget": 0.1}, "pays for no team"),
    ],
)
def test_what_cannot_be_is_said(
    store: Workspace, panel: Panel, ground: Land, how: dict[str, object], says: str
) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        placed(store, panel, ground, "Mali", **{"teams": 2, **how})  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_sites_are_towns_and_middles_if_asked(store: Workspace, ground: Land) -> None:
    mali = area("Mali", ground, AS_OF)
    towns, both = candidates(store, ground, mali), candidates(store, ground, mali, middles=True)
    assert "near Mopti" in {site.name for site in towns}
    assert len(both) == len(towns) + mali.cells.size
    assert any(site.name.startswith("cell at ") for site in both)


def test_reasons_of_a_worked_plan() -> None:
    reach = sparse.csr_array(np.array([[1, 1, 0], [0, 1, 1.0]]))
    p = Problem(reach, np.array([[4, 2, 3.0]]), 2, np.ones(2), np.zeros(2, dtype=bool))
    found = exact.place(p, gap=0.0)
    assert found.chosen.tolist() == [0, 1]
    assert [(r.alone, r.adds, r.lost) for r in explain.reasons(p, found)] == [(6, 6, 4), (5, 3, 3)]


def test_selection_frequency_tells_a_firm_site_from_a_toss_up() -> None:
    # Site 0 reaches deaths in every scenario; sites 1 and 2 share the rest, one in half of them each.
    reach = sparse.csr_array(np.eye(3))
    draws = np.array([[90, 10, 0], [90, 0, 10.0]] * 10)
    p = Problem(reach, draws, 2, np.ones(3), np.zeros(3, dtype=bool))
    again = explain.frequency(p, np.array([0, 1]), np.eye(3, dtype=bool)[[0, 1]])
    assert again[0] == 1
    assert 0.2 < again[1] < 0.8


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "no columns lat and lon"),
        ("", "no columns lat and lon"),
        ("lat,lon\n", "holds 0 sites"),
        ("lat,lon\n14,x\n", "line 2: lat '14', lon 'x' are not numbers"),
        ("lat,lon\n14\n", "line 2"),
        ("lat,lon\n95,1\n", "off the globe"),
        ("lat,lon\nnan,1\n", "off the globe"),
    ],
)
def test_a_list_of_sites_that_is_none(ground: Land, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "kept.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=says):
        kept_from(path, ground)


def test_a_list_of_sites(ground: Land, tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    path.write_text("\ufeffName,Lat,Lon\nMopti\x1b[31m,14.49,-4.19\n,0,-30\n", "utf-8")
    town, sea = kept_from(path, ground)
    assert (town.name, town.iso3, town.kept) == ("Mopti[31m", "MLI", True)
    assert (sea.name, sea.iso3) == ("kept at 0.00 N, 30.00 W", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1", "list of 1 to 10"),
        ("- {name: a, cost: 1}", "expected name, cost and reach_km"),
        ("- {name: a, cost: -1, reach_km: 50}", "cost is -1"),
        ("- {name: a, cost: true, reach_km: 50}", "cost is True"),
        ("- {name: a, cost: 1, reach_km: .inf}", "reach_km is inf"),
        ("- {name: a, cost: 1, reach_km: 50, at_most: 1.5}", "at_most is 1.5"),
        ("- &x {name: a, cost: 1, reach_km: 50}\n- *x", "aliases"),
        ("[", "not readable as YAML"),
    ],
)
def test_classes_that_are_none(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "teams.yml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=says):
        classes.read(path)
