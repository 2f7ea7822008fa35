"""`forestall regional --crisis` and `--coverage` as a real process: contract, words, the chart, refusals."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "forestall", "regional", *arguments], capture_output=True, text=True, check=False
    )


def test_contract_of_a_ranking() -> None:
    done = run("MLI", "--crisis", "--on", "2025-01-29", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["iso3"], found["on"], found["conflicts_of"]) == ("MLI", "2025-01-29", 2024)
    places = [one["place"] for one in found["partners"]]
    assert places == list(range(1, len(places) + 1))
    by = {one["organisation"]: one for one in found["partners"]}
    assert by["AU"]["standing"] == "suspended"
    assert by["ECOWAS"]["standing"] is None
    assert by["AU"]["un_observer"]["since"] == "1965-10-11"
    assert {"power", "basis", "since", "looked_up"} == set(by["AU"]["powers"][0])
    assert set(by["AU"]["components"]) == {"membership", "basis", "closeness", "record", "capacity"}
    for one in (*by["AU"]["reasons"], *by["AU"]["cautions"]):
        assert one["source"]
        assert one["unit"]
    assert ("sequential", "AFISMA", "MINUSMA") in {
        (one["form"], one["earlier"], one["later"]) for one in found["partnership"]["worked"]
    }
    assert found["data_ends"]["operations, data of Bara & Hultman"] == "2016-12-31"


def test_a_ranking_in_words() -> None:
    done = run("SDN", "--crisis", "--on", "2026-02-28")
    assert done.returncode == 0
    assert "suspended since 2021-10-27" in done.stdout
    assert "2019-06-06 to 2019-09-05" in done.stdout
    assert "UNAMID with the AU" in done.stdout
    assert "Data end: " in done.stdout


def test_who_covers_what_and_its_chart(tmp_path: Path) -> None:
    chart = tmp_path / "cover.svg"
    done = run("--coverage", "--on", "2026-02-28", "--json", "--chart", str(chart))
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert found["months"] == "2025-03..2026-02"
    assert all(row["deaths"] >= 25 for row in found["rows"])
    sudan = next(row for row in found["rows"] if row["iso3"] == "SDN")
    cell = next(one for one in sudan["covers"] if one["organisation"] == "AU")
    assert (cell["standing"], cell["may_mediate"], cell["may_deploy"], cell["acted"]) == ("suspended", True, True, True)
    assert chart.read_text("utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no country or organisation given"),
        (("AU", "--crisis"), "name a country"),
        (("MLI", "--crisis", "--with", "NER"), "leave --with out"),
        (("MLI", "--coverage"), "give no country"),
        (("MLI", "--chart", "x.svg"), "give both"),
        (("--coverage", "--chart", "x.gif"), "must end in .svg"),
    ],
)
def test_refusals(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
