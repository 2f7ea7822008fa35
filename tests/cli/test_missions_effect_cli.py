"""`forestall missions --effect` and `--scenario` as processes."""

import json
import subprocess
import sys

import pytest


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forestall", "missions", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_specification_stands_beside_its_placebo() -> None:
    document = json.loads(run("--effect", "--json").stdout)
    by_key = {
        (row["specification"], row["timing"]): row
        for row in document["rows"]
        if (row["step"], row["sample"], row["target"], row["personnel"]) == ("year", "all", "deaths_total", "troops")
    }
    for name in document["specifications"]:
        assert by_key[name, "lag"]["estimate_low"] < by_key[name, "lag"]["estimate_high"]
        assert by_key[name, "lag"]["shuffled_share"] > 0
        assert (name, "lead") in by_key
    assert any(row["first_period"] == "1990-12" for row in document["rows"] if row["step"] == "month")
    assert "10.1111/ajps.12036" in {one["doi"] for one in document["published"]}
    text = run("--effect").stdout
    assert "placebo" in text
    assert "none of these figures is what troops do" in text
    assert "2017-03" in text
    assert "…" not in text  # fits a terminal of 80 columns


def test_a_scenario_shows_cases_their_number_and_what_may_be_read() -> None:
    document = json.loads(run("MLI", "--scenario", "withdraw", "--on", "2023-06-30", "--json").stdout)
    assert (document["iso3"], document["missions"], document["as_of"]) == ("MLI", ["MINUSMA"], "2023-06")
    assert [one["asked"] for one in document["summaries"]] == ["5", "10", "all"]
    assert all(one["eve"] <= "2022-06" for one in document["cases"])
    assert document["strength_by_month_to"] == "2017-03"
    text = run("MINUSMA", "--scenario", "withdraw", "--on", "2023-06-30").stdout
    assert "units on maps (Geo-PKO maps, 2022" in text
    assert "May not: that the change of the mission caused it" in text
    assert "deaths to 2023-06" in text
    assert "…" not in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("MLI", "--scenario", "double", "--on", "2025-06-30"), "MINUSMA closed 2023-12-31"),
        (("CYP", "--scenario", "withdraw", "--on", "9999-12-31"), "is not known"),
        (("CYP", "--scenario", "withdraw", "--on", "1970-01-01"), "1989-01"),
    ],
)
def test_what_the_data_do_not_cover_is_refused_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    found = run(*arguments)
    assert found.returncode == 2
    assert said in found.stderr
    assert not found.stdout
    assert "Traceback" not in found.stderr
