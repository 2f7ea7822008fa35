"""`forestall sanctions` as a real process, on an invented list."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAD = "type,ref,list,name,nationality\n"


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FORESTALL_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", "forestall", "sanctions", *arguments],
        capture_output=True, text=True, check=False, env=environment,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sanctions")
    old, new = folder / "l_2018-01-02.csv", folder / "l_2019-01-02.csv"
    old.write_text(HEAD + "individual,T.1,Test,Zebulon Ostrander,Mali\nindividual,T.2,Test,Quill Pember,Chad\n")
    new.write_text(HEAD + "individual,T.1,Test,Zebulon Ostrander,Niger\nentity,T.3,Test,Brass Kettle Works,\n")
    for file in (old, new):
        assert run(folder / "home", "import", str(file)).returncode == 0
    return folder / "home"


def test_screen_contract(home: Path) -> None:
    done = run(home, "screen", "Ostrander Zebulon", "--dob", "1970", "--country", "NER", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["query"], told["result"], told["list_date"]) == ("Ostrander Zebulon", "review", "2019-01-02")
    assert told["matches"][0]["reference"] == "T.1"
    assert "nationality agrees" in told["matches"][0]["why"]


def test_no_entry_says_the_date_of_the_list(home: Path) -> None:
    done = run(home, "screen", "Ingrid Solvang")
    assert "no entry above the threshold" in done.stdout
    assert "2019-01-02" in done.stdout
    assert "clear" not in done.stdout.lower()


def test_diff_and_list(home: Path) -> None:
    told = json.loads(run(home, "diff", "2018-01-02", "2019-01-02", "--json").stdout)
    assert [one["reference"] for one in told["added"]] == ["T.3"]
    assert [one["reference"] for one in told["removed"]] == ["T.2"]
    assert [one["field"] for one in told["amended"][0]["fields"]] == ["nationalities"]
    dates = [one["date"] for one in json.loads(run(home, "list", "--json").stdout)["versions"]]
    assert dates == ["2018-01-02", "2019-01-02"]


def test_usage_and_errors(home: Path, tmp_path: Path) -> None:
    assert run(home, "screen").returncode == 2
    assert run(tmp_path / "empty", "screen", "A B").returncode == 2
    bad = tmp_path / "bad.xml"
    bad.write_text('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    done = run(tmp_path / "empty", "import", str(bad))
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert not (tmp_path / "empty").exists()
