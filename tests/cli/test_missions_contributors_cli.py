"""`forestall missions --contributors` and `--candidates` as processes."""

import json
import subprocess
import sys

import pytest


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forestall", "missions", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_burden_of_the_world() -> None:
    done = run("--contributors", "--on", "2026-02-01", "--json")
    document = json.loads(done.stdout)
    recent, whole, maps = document["periods"]
    assert (recent["first"], recent["last"]) == ("2013-09", "2014-08")
    assert (whole["first"], maps["last"]) == ("1990-11", "2024")
    seats = {row["name"]: row for row in recent["seats"]}
    assert seats["permanent members"]["members"] == 5
    assert 0 < seats["permanent members"]["share"] < seats["permanent members"]["population_share"]
    assert {one["last"] for one in document["series"]} == {"2014-08", "2020", "2024"}
    text = run("--contributors", "--on", "2026-02-01").stdout
    assert "2013-09 to 2014-08: who bears the burden" in text
    assert "1990-11 to 2014-08, persons" in text


def test_contributors_to_a_mission_and_of_a_country() -> None:
    document = json.loads(run("minusma", "--contributors", "--on", "2026-02-01", "--json").stdout)
    (one,) = document["to"]
    assert (document["mission"], one["newest"]["year"], one["newest"]["series"]["last"]) == ("MINUSMA", 2023, "2024")
    assert one["newest"]["contributions"][0]["iso3"] == "TCD"
    country = json.loads(run("Mali", "--contributors", "--on", "2026-02-01", "--json").stdout)
    assert country["iso3"] == "MLI"
    assert country["sent"]["newest"]["month"] == "2014-08"
    text = run("MLI", "--contributors", "--on", "2026-02-01").stdout
    assert "MINUSMA in 2023" in text
    assert "the series ends in 2014-08" in text


def test_candidates_with_reasons_and_record() -> None:
    done = run("Mali", "--candidates", "--on", "2013-04-25", "--json")
    document = json.loads(done.stdout)
    assert (document["iso3"], document["method"], document["learned_from"]) == ("MLI", "ranking", 17)
    assert len(document["candidates"]) == 20
    first = document["candidates"][0]
    assert first["low"] < first["score"] < first["high"]
    assert first["reasons"][0]["source"]
    assert document["ends"][0]["end"] == "to 2012"
    # A mission stands for the country it is in.
    text = run("MINUSMA", "--candidates", "--on", "2013-04-25").stdout
    assert "Possible contributors, Mali, 2013-04-25" in text
    assert "on 10 new missions the ranking had not learned from: UNAMSIL, UNMIL" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--candidates",), "needs a place"),
        (("UNTSO", "--candidates", "--on", "2026-02-01"), "give the country"),
        (("MLI", "--candidates", "--on", "1994-01-01"), "1995-02-01"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_day_before_all_figures_is_told_and_exit_1() -> None:
    done = run("--contributors", "--on", "1985-01-01")
    assert done.returncode == 1
    assert "known from 1990-11 on" in done.stderr
