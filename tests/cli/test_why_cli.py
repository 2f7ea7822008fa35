"""`forecast --why` as people run it. An early month: little to learn from, so that the fits are quick."""

import json
import os
import subprocess
import sys

import pytest


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    env = os.environ | {"FORESTALL_HOME": str(tmp_path_factory.mktemp("home"))}

    def call(*arguments):
        command = [sys.executable, "-m", "forestall", "forecast", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=env)

    return call


def test_reasons_for_one_country(run):
    ask = ("Somalia", "--why", "--as-of", "1996-06", "--horizon", "2")
    done = run(*ask, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    reasons = document["reasons"]
    assert len(document["units"][0]["months"]) == 2
    assert set(reasons) == {"explains", "share_of_pool", "horizons", "similar", "change"}
    assert [one["month"] for one in reasons["horizons"]] == ["1996-07", "1996-09", "1996-12", "1997-06"]
    for one in reasons["horizons"]:
        for driver in one["drivers"]:
            assert set(driver) == {"theme", "raises", "deaths", "odds_any", "odds_25"}
            assert [driver[key] for key in ("deaths", "odds_any", "odds_25")] != [None] * 3
    assert all(case["month"] <= "1995-10" for case in reasons["similar"])  # nothing after the last October
    change = reasons["change"]
    assert (change["since"], change["months"]) == ("1996-05", ["1996-07", "1996-12"])
    assert not change["revised_data_known"]
    assert change["deaths"]["revised_data"] is None
    if change["clear"]:
        parts = change["deaths"]["new_data"] + change["deaths"]["model"]
        assert change["deaths"]["after"] - change["deaths"]["before"] == pytest.approx(parts, abs=1e-3)

    table = run(*ask)
    for word in ("Drivers", "Similar past cases", "since last month", *(case["iso3"] for case in reasons["similar"])):
        assert word.lower() in table.stdout.lower()


@pytest.mark.parametrize("arguments", [("--why",), ("Mali", "--why", "--model", "ewma")])
def test_there_are_reasons_for_one_country_and_our_ensemble_only(run, arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("forestall: --why ")
    assert done.stderr.count("\n") == 1
