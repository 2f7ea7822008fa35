"""`forestall missions` as a process: the missions of a day, of a country, and one mission."""

import json
import subprocess
import sys

import pytest


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forestall", "missions", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_missions_of_a_day() -> None:
    document = json.loads(run("--on", "2016-05-31", "--json").stdout)
    found = {one["mission"]: one for one in document["missions"]}
    assert found["UNAMID"]["hosts"][0]["iso3"] == "SDN"
    assert found["UNAMID"]["strength"]["month"] == "2016-04"
    assert found["UNAMID"]["deaths"]["data_end"] == "2015-12-31"
    assert found["UNAMID"]["end"] is None
    assert "MINUJUSTH" not in found
    assert {one["series"]: one["data_end"] for one in document["series"]}["strength by month"] == "2016-04-30"
    text = run("--on", "2016-05-31").stdout
    assert "Peacekeeping operations on 2016-05-31: 16" in text
    assert "data end on 2016-04-30" in text


def test_a_country_with_its_past_missions() -> None:
    document = json.loads(run("Mali", "--on", "2026-02-01", "--json").stdout)
    (one,) = document["missions"]
    assert (one["mission"], one["there"], one["end"]) == ("MINUSMA", False, "2023-12-31")
    assert one["deaths"]["all"] == 311
    rate = one["death_rate"]
    assert rate["low"] < rate["per_1000"] < rate["high"]
    assert rate["last_month"] == "2017-03"
    text = run("MLI", "--on", "2026-02-01").stdout
    assert "There on 2026-02-01: none of the register." in text
    assert "2013-04-25  2023-12-31" in text


def test_one_mission_in_any_spelling() -> None:
    document = json.loads(run("unavem ii", "--json").stdout)
    assert document["mission"] == "UNAVEM II"
    assert document["founding"] == "S/RES/696 (1991)"
    text = run("UNIFIL", "--on", "2026-01-15").stdout
    assert "S/RES/2790 (2025), not to be extended" in text
    assert "Budget 2024-07-01 to 2025-06-30: 582,630,000 US dollars (GA/12611)." in text
    early = run("UNIFIL", "--on", "2025-01-15").stdout
    assert "2790" not in early
    assert "not to be extended" not in early


def test_a_land_before_it_was_a_state_and_the_ends_of_the_calendar() -> None:
    document = json.loads(run("TLS", "--on", "2000-06-30", "--json").stdout)
    assert [(one["mission"], one["there"]) for one in document["missions"]] == [("UNAMET", False), ("UNTAET", True)]
    assert "No UN mission of the register was open on 1900-01-01" in run("--on", "1900-01-01").stdout
    assert run("--on", "9999-12-31").returncode == 0


def test_a_country_without_missions_and_a_day_ahead_of_the_register() -> None:
    done = run("FRA", "--on", "2026-11-01")
    assert "No UN mission of the register had been in France" in done.stdout
    assert "may be missing here" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["MINUSAM"], "nearest are MINUSMA"),
        (["UNMISS", "--on", "2010-01-01"], "UNMISS began on 2011-07-09"),
        (["--on", "2016-13-01"], "is not a day of the calendar"),
        (["--fit", "--contributors"], "are separate questions"),
        (["MLI", "--effect"], "leave the place out"),
        (["--scenario", "withdraw"], "needs a place"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    # A note may stand before the error.
    assert len(done.stderr.strip().splitlines()) <= 2
    assert done.stdout == ""
