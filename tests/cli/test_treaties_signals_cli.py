"""What `--signals` prints, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path


def run(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "from forestall.cli import main; main()", *arguments]
    environment = {"FORESTALL_HOME": str(home), "COLUMNS": "80", "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_signal_stands_beside_what_followed(tmp_path: Path) -> None:
    done = run(tmp_path, "treaties", "PAK", "--signals", "--on", "2013-01-01")
    assert (done.returncode, done.stderr) == (0, "")
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if not line.startswith("*"))
    text = " ".join(done.stdout.split())
    assert "in operation in 2012; Additional Protocol not in force" in text
    assert "of 73 years with the signal in states without any for two years (14 states; 95 % interval" in text
    assert "PAK had armed conflict in the last two years known: these shares do not speak of it." in text
    assert "no arms transfers are held for that day: add SIPRI's file" in text
    assert "A signal is no forecast and tells no cause." in text


def test_json_is_one_document_with_nulls_for_what_is_not_known(tmp_path: Path) -> None:
    found = json.loads(run(tmp_path, "treaties", "Russia", "--signals", "--on", "2019-12-31", "--json").stdout)
    assert (found["iso3"], found["on"], found["received"], found["trend"]) == ("RUS", "2019-12-31", None, None)
    signals = {one["key"]: one for one in found["signals"]}
    assert list(signals) == ["arms_imports", "expenditure", "withdrawal", "treaty_gap", "latency"]
    assert (signals["arms_imports"]["fired"], signals["arms_imports"]["data_end"]) == (None, None)
    assert signals["withdrawal"]["fired"] is True  # INF, suspended in March 2019
    assert all(rate["low"] <= rate["share"] <= rate["high"] for one in found["signals"] for rate in one["rates"])


def test_an_added_file_answers_and_shows_arms_around_conflict(tmp_path: Path) -> None:
    path = tmp_path / "transfers.csv"
    path.write_text("supplier,recipient,year,value\nFrance,Mali,2010,10\nRussia,Mali,2013,6\nX,Y,1950,1\n", "utf-8")
    assert run(tmp_path / "home", "data", "add", str(path)).returncode == 0
    text = " ".join(run(tmp_path / "home", "treaties", "MLI", "--signals", "--on", "2014-07-01").stdout.split())
    # Armed conflict from 2012 on; 10 over 2007 to 2011, 6 over 2012 and 2013.
    assert "million TIV a year: 2.0 (1.9 to 2.1; 2007-2011) before armed conflict of 2012 to now" in text
    assert "3.0 (2.8 to 3.2; 2012-2013) during it" in text


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    for arguments in (["--signals"], ["KAZ", "--signals", "--gaps"]):
        done = run(tmp_path, "treaties", *arguments)
        assert done.returncode == 2
        assert done.stdout == ""
        assert "--signals" in done.stderr
    done = run(tmp_path, "treaties", "Atlantis", "--signals")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nearest are" in done.stderr
