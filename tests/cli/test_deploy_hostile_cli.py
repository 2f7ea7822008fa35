"""`forestall deploy` as a process, given what nobody should give: one clear line, exit 2, nothing written."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BOX = {"type": "Polygon", "coordinates": [[[-8, 12], [2, 12], [2, 20], [-8, 20], [-8, 12]]]}
MALI = ("MLI", "--teams", "1", "--greedy")


def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forestall", "deploy", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL)


def refused(*arguments: object) -> str:
    """What is said of arguments that cannot be: one line on stderr, nothing on stdout, exit 2."""
    found = run(*arguments, "--json")
    assert found.returncode == 2, found.stderr
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1
    return found.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("MLI", "--teams", "-3"), "-3 teams"),
        (("MLI", "--teams", "1", "--reach", "nan"), "a reach of nan km"),
        (("MLI", "--teams", "1", "--budget", "nan"), "a budget of nan"),
        (("MLI", "--teams", "1", "--budget", "inf"), "a budget of inf"),
        (("MLI", "--teams", "1", "--budget", "0.5"), "pays for no team"),
        (("MLI", "--teams", "2", "--max-per-country", "0"), "at most 0 a country"),
        (("MCO", "--teams", "1"), "Monaco has no cell"),
        (("[red]Mlai[/red]", "--teams", "1"), "[red]Mlai[/red]"),
        (("/dev/zero", "--teams", "1"), "has more than 20,000,000 bytes"),
        (("MLI", "--teams", "1", "--keep", "/dev/zero"), "has more than 1,000,000 bytes"),
        (("MLI", "--teams", "1", "--classes", "/dev/zero"), "has more than 100,000 bytes"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    assert says in refused(*arguments)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is no GeoJSON"),
        ("[" * 200_000, "is no GeoJSON"),
        ('{"type": "FeatureCollection", "features": []}', "no Polygon or MultiPolygon"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 1], [2, 1], [2, 2], [NaN, 1]]]}', "off the globe"),
        (
            '{"type": "Polygon", "coordinates": [[[true, 1], [2, 1], [2, 2], [true, 1]]]}',
            "something else than positions",
        ),
        ('{"type": "Polygon", "coordinates": [[["1", 1], [2, 1], [2, 2], ["1", 1]]]}', "something else than positions"),
        ('{"type": "Polygon", "coordinates": [[]]}', "four positions or more"),
    ],
)
def test_a_broken_outline_is_one_line(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "area.geojson"
    path.write_text(content)
    assert says in refused(path, "--teams", 1)


@pytest.mark.parametrize(
    ("option", "content", "says"),
    [
        ("--keep", "lat,lon\n14,25,-3,50\n", "more values than the first line has columns"),
        ("--keep", "lat,lat,lon\n1,14,-3\n", "names a column twice"),
        ("--keep", "lat,lon\nnan,-3\n", "off the globe"),
        ("--classes", "[" * 50_000, "nested too deep"),
        ("--classes", f"- {{name: a, cost: 1{'0' * 400}, reach_km: 100}}\n", "at most 1e9"),
        ("--classes", "- {name: a, cost: .nan, reach_km: 100}\n", "expected a number above 0"),
        ("--classes", "!!python/object/apply:os.system ['echo hi']\n", "not readable as YAML"),
    ],
)
def test_a_broken_list_is_one_line(tmp_path: Path, option: str, content: str, says: str) -> None:
    path = tmp_path / "list.txt"
    path.write_text(content)
    assert says in refused(*MALI, option, path)


def test_a_reach_beside_classes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "classes.yml"
    path.write_text("- {name: a, cost: 1, reach_km: 100}\n")
    assert "leave out --reach" in refused(*MALI, "--classes", path, "--reach", 300)


def test_nothing_is_left_where_a_file_cannot_be_written(tmp_path: Path) -> None:
    taken = tmp_path / "plan.geojson"
    taken.mkdir()
    found = run(*MALI, "--out", taken, "--json")
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == [taken]


def test_markup_in_names_stays_text(tmp_path: Path) -> None:
    area, kept = tmp_path / "[red]box.geojson", tmp_path / "kept.csv"
    area.write_text(json.dumps(BOX))
    kept.write_text("lat,lon,name\n14,-3,[red]us[/red] <script>\n")
    found = run(area, "--teams", 1, "--greedy", "--keep", kept)
    assert found.returncode == 0, found.stderr
    assert "[red]box" in found.stdout
    document = json.loads(run(area, "--teams", 1, "--greedy", "--keep", kept, "--json").stdout)
    assert [one["name"] for one in document["kept"]] == ["[red]us[/red] <script>"]
