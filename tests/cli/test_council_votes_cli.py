"""`forestall council positions|vote|ideal` as a process."""

import json
import subprocess
import sys


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "forestall", "council", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_vote_as_json_for_the_members_of_a_day() -> None:
    done = run("vote", "--yes", "USA,United Kingdom,FRA,SWE,NLD,POL,PER", "--no", "RUS", "--on", "2018-06-30", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["outcome"] == "cannot pass as assumed"
    assert {"members": 1, "count": {"permanent": 1}, "out_of": {"permanent": ["RUS"]}} in [
        one["no_to_abstain"] for one in found["switches"]
    ]
    assert "not a forecast" in found["about"]


def test_vote_before_1966_asks_for_seven() -> None:
    done = run("vote", "--on", "1950-06-27", "--json")
    assert json.loads(done.stdout)["more_yes"] == 7


def test_vote_in_words_and_usage_errors() -> None:
    done = run("vote", "--yes", "KAZ,USA", "--on", "2018-06-30")
    assert "More votes in favour needed, the other open members abstaining: 7." in done.stdout
    for arguments in (["--yes", "IND"], ["--yes", "USA", "--no", "USA"], ["--on", "2018-13-01"], ["--rule", "nowhere"]):
        refused = run("vote", "--on", "2018-06-30", *arguments) if "--on" not in arguments else run("vote", *arguments)
        assert refused.returncode == 2, arguments
        assert refused.stdout == ""
        assert len(refused.stderr.strip().splitlines()) == 1


def test_positions_as_json_and_as_a_table() -> None:
    done = run("positions", "KAZ", "--on", "2018-01-18", "--topic", "me", "--item", "Syria", "--json")
    found = json.loads(done.stdout)
    assert found["members"][0]["iso3"] == "KAZ"
    assert found["basis"]["data_end"] == "2017-12-24"
    assert found["veto_record"]["vetoes"][0]["date"] <= "2018-01-18"
    assert "probab" not in done.stdout.lower()
    table = run("positions", "--on", "2018-01-18", "--topic", "nu")
    assert table.returncode == 0, table.stderr
    assert "KAZ Kaz" in table.stdout
    assert "NaN" not in table.stdout
    assert "2017-12-24" in table.stderr


def test_ideal() -> None:
    found = json.loads(run("ideal", "USA", "--from", "2019", "--to", "2024", "--json").stdout)
    rows = {(row["year"], row["estimate"]): row["ideal_point"] for row in found["ideal_points"]}
    assert rows[2019, "own 1-D"] > 2
    assert rows[2024, "published, final passage"] > 2
    assert run("ideal", "Atlantis").returncode == 2
    assert run("ideal", "USA", "--from", "2024", "--to", "2019").returncode == 2
