"""`forestall warn` as people run it."""

import json
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def forestall(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    def run(*arguments, code=0):
        command = [sys.executable, "-c", "from forestall.cli import main; main()", "warn", *map(str, arguments)]
        environment = {"FORESTALL_HOME": str(home), "PATH": "/usr/bin:/bin", "COLUMNS": "80"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=environment)
        assert done.returncode == code, done.stderr
        return done

    return run


def test_the_document_has_the_keys_that_others_rely_on(forestall):
    done = forestall("--json", "--as-of", "2019-04", "--top", 3)
    found = json.loads(done.stdout)
    assert {"as_of", "window", "model", "miss_cost", "events", "alerts", "caveats"} <= set(found)
    assert {"watch_risk", "watch_change", "watch_surprise"} <= set(found)
    assert [len(found[name]) for name in ("watch_risk", "watch_change", "watch_surprise")] == [3, 3, 3]
    risk = [row["expected"] for row in found["watch_risk"]]
    assert risk == sorted(risk, reverse=True)
    (mine,) = [one for one in found["alerts"] if one["iso3"] == "LKA" and one["event"] == "deaths_25"]
    assert (mine["state"], mine["since"]) == ("new", "2019-04")
    assert {rule["event"] for rule in found["events"]} == {"deaths_25", "onset_6", "escalation_6"}
    for rule in found["events"]:
        assert rule["record"]["raised"]["n"] >= 0
        assert rule["definition"]
    assert done.stderr == ""


@pytest.mark.parametrize("who", ["LKA", "780", "sri lanka"])
def test_one_country_by_code_number_or_name(forestall, who):
    found = json.loads(forestall(who, "--json", "--as-of", "2019-04").stdout)
    assert (found["iso3"], found["gw_id"], found["country"]["recorded_month"]) == ("LKA", 780, 255)
    assert {one["iso3"] for one in found["alerts"]} == {"LKA"}
    assert found["assessment"]["headline"]["evidence"]


def test_tables_for_people_show_the_record_beside_each_alert(forestall):
    shown = forestall("--as-of", "2019-04", "--top", 5).stdout
    assert "Raised this month: 6" in shown
    line = next(line for line in shown.splitlines() if line.startswith(" Sri Lanka") and "deaths_25" in line)
    assert "% of " in line
    assert " mo" in line
    assert max(map(len, shown.splitlines()[:60])) <= 80
    for title in ("Standing:", "By risk", "By change", "By surprise"):
        assert title in shown
    assert "…" not in shown
    assert "Sri Lanka: 255 deaths recorded in April" in forestall("LKA", "--as-of", "2019-04").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--miss-cost", "0"), "--miss-cost 0 is no cost"),
        (("--as-of", "2019-13"), "is not a month"),
        (("--as-of", "2040-01"), "after the last month of data"),
        (("Atlantis",), "is not known"),
        (("Greenland",), "no state of its own"),
        (("--top", "0"), "--top"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(forestall, arguments, said):
    done = forestall(*arguments, code=2)
    assert done.stdout == ""
    assert done.stderr.startswith("forestall: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
