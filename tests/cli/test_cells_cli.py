"""`forestall forecast --level cell` through the real process: one real forecast, and what cannot be."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def forestall(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    def run(*arguments, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "forestall", "forecast", *map(str, arguments)],
            env={"FORESTALL_HOME": str(home), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done

    return run


def test_the_cells_of_a_country_sum_to_the_country(forestall, tmp_path: Path) -> None:
    # As of 2002 there are ten origins to learn from, not thirty: the path is the same and takes a fraction of the time.
    asked = ("Mali", "--model", "ewma", "--horizon", 2, "--as-of", "2002-12")
    done = forestall(*asked, "--level", "cell", "--out", tmp_path / "run", "--json")
    found = json.loads(done.stdout)
    assert (found["level"], found["step"], found["periods"]) == ("cell", "month", ["2003-01", "2003-02"])
    assert found["cells_covered"] == 426
    assert {cell["iso3"] for cell in found["cells"]} == {"MLI"}
    country = json.loads(forestall(*asked, "--json").stdout)["units"][0]["months"]
    for month in country:
        total = sum(p["mean"] for cell in found["cells"] for p in cell["periods"] if p["month"] == month["month"])
        assert total == pytest.approx(month["mean"], abs=0.05)
    worst = max(found["cells"], key=lambda cell: cell["periods"][0]["mean"])
    assert 10 < worst["lat"] < 25
    assert -13 < worst["lon"] < 5
    assert json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))["complete"] is True


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--level", "cell"), "--out DIR"),
        (("Mali", "--level", "tract"), "expected country or cell"),
        (("Mali", "--level", "cell", "--step", "week"), "expected month or year"),
        (("Mali", "--step", "year"), "belong to --level cell"),
        (("Mali", "--level", "cell", "--why"), "leave it out"),
        (("Monaco", "--level", "cell", "--model", "ewma", "--horizon", "1", "--as-of", "1988-12"), "1988-12"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(forestall, arguments, said: str) -> None:
    done = forestall(*arguments, code=2)
    assert done.stdout == ""
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
