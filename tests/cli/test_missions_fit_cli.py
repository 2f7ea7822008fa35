"""`forestall missions --fit` as a process: all missions of a day, a country, one mission by year."""

import json
import subprocess
import sys


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "forestall", "missions", *arguments, "--fit"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_missions_of_a_day_and_their_ranking() -> None:
    document = json.loads(run("--on", "2016-03-01", "--json").stdout)
    found = {one["mission"]: one for one in document["fits"]}
    one = found["MINUSMA"]
    assert (one["hosts"], one["from"], one["to"], one["located_to"]) == (
        ["MLI"],
        "2016-01-01",
        "2016-12-31",
        "2015-12-31",
    )
    assert one["sites"]["maps_year"] == 2015
    assert [each["km"] for each in one["within"]] == [50, 100, 200]
    assert one["troops"]["source"] == "IPI"
    assert one["shortfall"]["month"] == "2015-05"
    assert one["observed"] is None
    ranking = {each["measure"]: each for each in document["ranking"]}
    first = ranking["out_of_reach"]["places"][0]
    assert first["rank"] == 1
    assert first["value"] == max(each["out_of_reach"] for each in document["fits"])
    assert all(place["data_end"] for each in document["ranking"] for place in each["places"])
    text = run("--on", "2016-03-01").stdout
    assert "Twelve months 2016-01-01 to 2016-12-31: expected deaths and sites" in text
    assert "Out of reach (deaths in 12 months), most first: 1 " in text
    assert "to 2017-03" in text  # where the series of strength ends


def test_a_country_with_its_sites_and_the_operations_of_others() -> None:
    document = json.loads(run("Mali", "--on", "2016-03-01", "--json").stdout)
    assert [one["mission"] for one in document["fits"]] == ["MINUSMA"]
    assert {site["mission"] for site in document["sites"]} == {"MINUSMA"}
    others = {one["operation"]: one for one in document["other_operations"]}
    assert (others["EUTM"]["led_by"], others["EUTM"]["to"], others["EUTM"]["known_to"]) == ("EU", None, "2016-12-31")
    text = run("MLI", "--on", "2016-03-01").stdout
    assert "Sites known, by cell of half a degree" in text
    assert "Operations of others than the UN" in text
    assert "France, 2016-03-01: no UN mission with known sites was there." in run("FRA", "--on", "2016-03-01").stdout


def test_one_mission_by_year_with_what_came() -> None:
    document = json.loads(run("MINUSMA", "--on", "2020-01-15", "--json").stdout)
    years = {one["from"][:4]: one for one in document["fits"]}
    assert sorted(years) == ["2015", "2016", "2017", "2018", "2019", "2020"]
    assert years["2018"]["observed"]["deaths"] > 0
    assert years["2019"]["observed"] is None  # the yearly release comes in June 2020
    assert "MINUSMA, by twelve months" in run("minusma", "--on", "2020-01-15").stdout


def test_what_cannot_be_answered_is_one_line() -> None:
    for arguments, said in (
        (("--on", "1990-01-01"), "deaths near missions are forecast for days from"),
        (("UNTAET", "--on", "2001-01-01"), "UNTAET has no sites with a forecast"),
        (("Atlantis",), "Atlantis"),
    ):
        found = run(*arguments)
        assert found.returncode == 2, arguments
        assert found.stdout == ""
        assert said in found.stderr
        assert found.stderr.count("\n") == 1
