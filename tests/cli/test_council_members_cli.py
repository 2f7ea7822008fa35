"""`forestall council members` and `presidency` as processes."""

import json
import subprocess
import sys

import pytest


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forestall", "council", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_presidency_of_a_month() -> None:
    document = json.loads(run("presidency", "2018-01", "--json").stdout)
    assert (document["month"], document["iso3"], document["name"]) == ("2018-01", "KAZ", "Kazakhstan")


def test_the_months_of_a_state() -> None:
    document = json.loads(run("presidency", "Kuwait", "--json").stdout)
    assert document["iso3"] == "KWT"
    assert "2018-02" in document["months"]
    assert "2018-02" in run("presidency", "KWT").stdout


def test_members_on_a_day() -> None:
    document = json.loads(run("members", "--on", "2018-01-18", "--json").stdout)
    assert len(document["members"]) == 15
    assert document["president"] == "KAZ"
    assert document["data_end"] == "2027-12-31"
    text = run("members", "--on", "2018-01-18").stdout
    assert "Kazakhstan presides" in text
    assert "shared with Italy" in text


def test_terms_of_a_state() -> None:
    document = json.loads(run("members", "--country", "Japan", "--json").stdout)
    assert document["terms"][0]["term_start"] == "1958-01-01"
    assert len(document["terms"]) == 12


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("presidency", "2018-13"), "2018-13"),
        (("presidency", "1900-01"), "1946-01 to 2027-12"),
        (("presidency", "Atlantis"), "Atlantis"),
        (("members", "--on", "yesterday"), "is not a day"),
        (("members", "--on", "2050-01-01"), "2027-12-31"),
        (("members", "--on", "2018-01-01", "--country", "KAZ"), "not both"),
    ],
)
def test_errors_are_one_line_and_exit_2(arguments: tuple[str, ...], says: str) -> None:
    found = run(*arguments)
    assert found.returncode == 2
    assert says in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1
