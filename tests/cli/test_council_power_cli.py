"""`forestall council power` as a process."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forestall", "council", "power", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_council_as_json() -> None:
    found = run("--rule", "council", "--json")
    assert found.returncode == 0, found.stderr
    document = json.loads(found.stdout)
    seats = {m["seat"]: m for m in document["members"]}
    assert len(document["members"]) == 15
    assert seats["permanent"]["shapley_shubik_exact"] == "421/2145"
    assert seats["elected"]["shapley_shubik"] == pytest.approx(4 / 2145)
    assert document["efficiency"] == pytest.approx(848 / 2**15)
    assert document["ratio"]["shapley_shubik"] == pytest.approx(105.25)
    assert document["with_abstention"]["ratio"] == pytest.approx(2.038, abs=0.001)


def test_the_table_says_both_ratios() -> None:
    found = run()
    assert found.returncode == 0, found.stderr
    assert "105.2 times" in found.stdout
    assert "with abstention 2.0 times by Banzhaf" in found.stdout


def test_a_rule_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("name: Six of 1958\nclasses: [{name: large, size: 3, weight: 4}, {name: middle, size: 2, weight: 2}, "
                    "{name: Luxembourg, size: 1}]\npass: {at_least: 12}\n", "utf-8")  # fmt: skip
    document = json.loads(run("--rule", str(path), "--json").stdout)
    assert document["rule"] == "Six of 1958"
    assert document["members"][-1] | {"shapley_shubik": 0.0, "name": "Luxembourg"} == document["members"][-1]


def test_members_of_a_day_are_named() -> None:
    found = run("--on", "2018-01-18")
    assert found.returncode == 0, found.stderr
    assert "Kazakhstan" in found.stdout


def test_names_are_printed_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text('name: "[/x] \\e[31mred"\nclasses: [{name: "[/b]", size: 3}]\npass: {at_least: 2}\n', "utf-8")
    found = run("--rule", str(path))
    assert found.returncode == 0, found.stderr
    assert "[/b]" in found.stdout
    assert "\x1b[31m" not in found.stdout


@pytest.mark.parametrize(
    ("arguments", "says"), [(("--rule", "senate"), "no rule 'senate'"), (("--on", "2018-02-30"), "is not a day")]
)
def test_errors_are_one_line_and_exit_2(arguments: tuple[str, ...], says: str) -> None:
    found = run(*arguments)
    assert found.returncode == 2
    assert says in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
    assert found.stdout == ""
