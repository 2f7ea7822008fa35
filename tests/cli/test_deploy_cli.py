"""`forestall deploy`: the document, the file and the refusals."""

import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from forestall.cli import deploy
from forestall.errors import UsageError
from forestall.forecast.cells.outlook import CellRisk
from forestall.ids.cells import cell_of
from forestall.instruments.deployment import scenarios


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("FORESTALL_HOME", str(tmp_path / "home"))
    made = typer.Typer()
    deploy.register(made)
    made.command("other")(lambda: None)  # with one command alone typer would drop its name
    return made


def run(app: typer.Typer, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["deploy", *map(str, arguments)])


def test_a_plan_as_document_and_geojson(app: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "plan.geojson"
    done = run(app, "Mali", "--teams", 3, "--reach", 150, "--json", "--out", out)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert document["area"] == "Mali"
    assert len(document["sites"]) == 3
    assert 0 < document["share"] <= 1
    assert document["within_reach"] <= document["bound"] + 1e-3 <= document["total"] + 2e-3
    assert any("consent" in text for text in document["caveats"])
    regret = document["regret"]
    within = regret["scenarios"]
    assert within["scenarios"] == 200
    assert 0 < within["reached"] <= within["best_possible"] <= within["best_possible_bound"] <= within["total"] + 1e-3
    assert within["regret"] == pytest.approx(within["best_possible"] - within["reached"], abs=2e-3)
    assert within["reached_interval80"][0] < within["reached"] < within["reached_interval80"][1]
    assert regret["hindcast"]["area"] == "Africa"
    assert regret["hindcast"]["regret"] > 0
    assert regret["outcome"] is None
    assert all("unit" in part for part in regret.values() if part)
    written = json.loads(out.read_text("utf-8"))
    assert written["type"] == "FeatureCollection"
    first, site = written["features"][0], document["sites"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [site["lon"], site["lat"]]}
    assert first["properties"]["name"] == site["name"]
    assert -13 < site["lon"] < 5
    assert 10 < site["lat"] < 25


def test_a_table_with_reasons_and_caveats(app: typer.Typer) -> None:
    done = run(app, "MLI", "--teams", 2, "--reach", 200, "--greedy")
    assert done.exit_code == 0, done.output
    for text in (
        "2 teams of 200 km in Mali",
        "near ",
        "No plan of these sites reaches more than",
        "gap",
        "* ",
        "consent",
        "Regret to perfect foresight",
        "200 scenarios, deaths",
        "hindcast 2010-2020*, share",
        "not of this plan",
        "is not located in the figures on hand",
    ):
        assert text in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("Mali", "--teams", 0), "0 teams"),
        (("Mali", "--teams", 2, "--reach", 0), "a reach of 0 km"),
        (("Atlantis", "--teams", 2), "no country, region or file"),
        (("Mali", "--teams", 2, "--objective", "best"), "expected one of expected, cvar, worst"),
        (("Mali", "--teams", 2, "--out", "plan.png"), "expected .geojson"),
        (("Mali", "--teams", 2, "--detour", 0.5), "a detour of 0.5"),
        (("Mali", "--teams", 2, "--detour", "nan"), "a detour of nan"),
        (("Mali", "--teams", 2, "--reach", 100, "--detour", 2.6), "a reach of 38.4615 km"),
        (("Western Africa", "--teams", 1, "--each", "MLI,NER"), "need 2 teams, but there are 1"),
    ],
)
def test_what_cannot_be_is_one_line(app: typer.Typer, arguments: tuple[object, ...], says: str) -> None:
    done = run(app, *arguments)
    assert isinstance(done.exception, UsageError), done.output
    assert done.exception.exit_code == 2
    assert "\n" not in str(done.exception)
    assert says in str(done.exception)


def test_where_hardly_a_death_is_expected_the_plan_says_so(app: typer.Typer) -> None:
    done = run(app, "Iceland", "--teams", 1)
    assert done.exit_code == 0, done.output
    assert "1 team of 200 km in Iceland" in done.stdout
    assert "Fewer than one death is expected" in done.stdout


def test_missions_that_go_on_are_kept_and_those_that_closed_are_not(app: typer.Typer, tmp_path: Path) -> None:
    done = run(app, "COD", "--teams", 2, "--reach", 100, "--keep-missions", "--json")
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    by_name = {one["name"]: one for one in document["kept_reach"]}
    assert by_name["MONUSCO"]["within_reach"] > 0
    assert document["within_reach_of_kept"] >= by_name["MONUSCO"]["within_reach"]
    assert sum(one["sites"] for one in document["kept_reach"]) == len(document["kept"])
    assert {one["mission"] for one in document["kept"]} == set(by_name)
    assert all(one["source"].startswith("Geo-PKO, maps of 20") for one in document["kept"])
    assert any("whatever their strength" in text for text in document["caveats"])
    assert document["within_reach"] > document["within_reach_of_kept"]
    without = json.loads(run(app, "COD", "--teams", 2, "--reach", 100, "--json").stdout)
    assert document["within_reach"] > without["within_reach"]
    assert not any("whatever their strength" in text for text in without["caveats"])
    # MINUSMA's sites closed with it at the end of 2023.
    mali = json.loads(run(app, "Mali", "--teams", 2, "--reach", 100, "--keep-missions", "--json").stdout)
    assert mali["kept"] == []
    assert mali["within_reach_of_kept"] == 0


def test_sites_given_and_those_of_missions_are_kept_together(app: typer.Typer, tmp_path: Path) -> None:
    path = tmp_path / "ours.csv"
    path.write_text("lat,lon,name\n-1.68,29.22,Goma\n", "utf-8")
    done = run(app, "COD", "--teams", 1, "--reach", 100, "--keep-missions", "--keep", path)
    assert done.exit_code == 0, done.output
    for text in ("sites that stand already", "given", "the file given", "MONUSCO", "Geo-PKO, maps of 2024"):
        assert text in done.stdout


def test_a_way_by_road_shortens_the_reach(app: typer.Typer) -> None:
    road = json.loads(run(app, "Mali", "--teams", 2, "--reach", 140, "--detour", 1.4, "--json").stdout)
    straight = json.loads(run(app, "Mali", "--teams", 2, "--reach", 100, "--json").stdout)
    assert road["detour"] == 1.4
    assert [one["reach_km"] for one in road["sites"]] == pytest.approx([100, 100])
    assert road["within_reach"] == pytest.approx(straight["within_reach"])


def test_a_past_month_is_held_against_what_came_and_hindcasts_that_had_ended(
    app: typer.Typer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ahead(workspace: object, panel: object, say: object) -> scenarios.Ahead:
        pg_id = np.array([int(cell_of(16.25, -0.25))])  # Gao
        zero, much = np.zeros(1), np.array([50.0])
        risk = CellRisk(pg_id, np.array([432]), zero, zero, much, zero, zero, 397, 408, "made", ())
        return scenarios.Ahead(pg_id, much, np.array([[100.0], [0.0]]), risk)

    monkeypatch.setattr(scenarios, "ahead", ahead)
    asked = ("Mali", "--teams", 1, "--reach", 100, "--as-of", "2012-12")
    document = json.loads(run(app, *asked, "--json").stdout)
    assert document["months"] == ["2013-01", "2013-12"]
    assert document["regret"]["hindcast"] is None  # three of its years had ended, too few to speak of
    outcome = document["regret"]["outcome"]
    assert outcome["months"] == document["months"]
    assert 0 < outcome["reached"] <= outcome["best_possible"] <= outcome["total"]
    assert outcome["regret"] == pytest.approx(outcome["best_possible"] - outcome["reached"], abs=0.11)
    assert 0 <= outcome["quiet_cells_reached"] <= outcome["quiet_cells_total"] <= outcome["total"]
    said = run(app, *asked).stdout
    assert "recorded since, deaths" in said
    assert "are not on record" in said
    assert "hindcast 2010" not in said
