"""`forestall deploy`: the document, the file and the refusals."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from forestall.cli import deploy
from forestall.errors import UsageError


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
