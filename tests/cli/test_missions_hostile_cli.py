"""`forestall missions` as a process, given what nobody should give: one clear line, exit 2; figures not too fine."""

import json
import re
import subprocess
import sys

import pytest


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forestall", "missions", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("[red]Mlai[/red]",), "[red]Mlai[/red]"),
        (("Mlai",), "nearest are Mali"),
        (("UNEF III",), "UNEF III"),
        (("MLI", "--on", "2026-02-30"), "2026-02-30"),
        (("MLI", "--on", "garbage", "--fit"), "garbage"),
        (("MLI", "--scenario", "nonsense"), "nonsense"),
        (("MLI", "--scenario", "withdraw", "--on", "1900-01-01"), "1900"),
        (("Ukraine", "--scenario", "withdraw"), "nothing to withdraw"),
        (("MLI", "--candidates", "--contributors"), "separate questions"),
        (("--scenario", "withdraw"), "needs a place"),
        (("MLI", "--effect"), "leave the place out"),
    ],
)
def test_what_cannot_be_is_one_line(arguments: tuple[str, ...], says: str) -> None:
    found = run(*arguments, "--json")
    assert found.returncode == 2, found.stderr
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1, found.stderr
    assert says in found.stderr


def test_estimates_in_the_table_of_fit_have_two_significant_figures() -> None:
    text = run("UNISFA", "--fit", "--on", "2026-03-01").stdout
    fits = json.loads(run("UNISFA", "--fit", "--on", "2026-03-01", "--json").stdout)["fits"]
    newest = fits[-1]
    persons, deaths = newest["area_of_risk"]["persons"], newest["expected_deaths"]["value"]
    assert f" {float(f'{persons:.2g}'):,.0f} " in text
    assert f" {float(f'{deaths:.2g}'):,.0f} (" in text
    assert f"{persons:,}" not in text  # the document keeps the number


def test_a_rate_of_a_handful_of_person_years_is_not_printed() -> None:
    line = next(line for line in run("MICAH").stdout.splitlines() if re.match(r"\s*MICAH\s+-", line))
    assert line.split()[:3] == ["MICAH", "-", "-"]


def test_a_candidate_with_a_stake_bears_a_caution() -> None:
    found = json.loads(run("Western Sahara", "--candidates", "--json").stdout)
    (morocco,) = [one for one in found["candidates"] if one["iso3"] == "MAR"]
    assert any("it may have a stake of its own" in one["text"] for one in morocco["cautions"])
    assert any("parties are not known here" in one for one in found["caveats"])
