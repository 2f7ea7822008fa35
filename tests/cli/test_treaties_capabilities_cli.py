"""What `--capabilities` prints, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path


def printed(tmp_path: Path, iso3: str, day: str, as_json: bool) -> str:
    command = [sys.executable, "-c", "from forestall.cli import main; main()", "treaties", iso3, "--capabilities"]
    command += ["--on", day, *(["--json"] if as_json else [])]
    environment = {"FORESTALL_HOME": str(tmp_path), "COLUMNS": "120", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout


def test_the_table_tells_value_year_source_and_end(tmp_path: Path) -> None:
    lines = printed(tmp_path, "FRA", "1975-01-01", False).splitlines()
    row = next(line for line in lines if " warheads " in line)
    assert [part.strip() for part in row.split("  ") if part.strip()][1:] == ["about 188", "FAS", "1975", "2022-12"]
    assert any("since 1960" in line for line in lines)
    assert any(line.startswith("* Sources: FAS") for line in lines)
    assert any("Official total over all time: 210 tests" in line for line in lines)
    # A state that possesses them is not at risk of beginning.
    assert not any("Beginnings of" in line for line in lines)


def test_json_is_one_document_with_nulls_for_what_is_not_known(tmp_path: Path) -> None:
    found = json.loads(printed(tmp_path, "KAZ", "1995-04-30", True))
    assert (found["iso3"], found["on"], found["tests"]) == ("KAZ", "1995-04-30", None)
    counts = {one["name"]: one for one in found["counts"]}
    assert counts["warheads"]["value"] is None
    assert found["tests_on_territory"]["last"] == "1989-10-19"
    assert found["history"][-1]["when"] == "1995-04"
    assert [one["better_than_base_rate"] for one in found["onset"]] == [False, False]
    assert all(one["low"] < one["rate"] < one["high"] for one in found["onset"])


def test_a_state_without_a_programme_gets_the_base_rate_in_words(tmp_path: Path) -> None:
    text = " ".join(printed(tmp_path, "NOR", "2020-01-01", False).split())
    assert "27 in 10,730 state-years 1947-2022" in text
    assert "only the rate is shown" in text
