"""`forestall council decisions|vetoes|history` as people run them."""

import json
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest


@pytest.fixture(scope="module")
def forestall(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    def run(*arguments, code=0):
        command = [sys.executable, "-c", "from forestall.cli import main; main()", "council", *map(str, arguments)]
        environment = {"FORESTALL_HOME": str(home), "PATH": "/usr/bin:/bin", "COLUMNS": "120"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
        assert done.returncode == code, done.stderr + done.stdout
        return done

    return run


def test_vetoes_as_a_document(forestall):
    done = forestall("vetoes", "--from", 2011, "--to", 2011, "--country", "SYR", "--json")
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert [(v["date"], v["member"], v["draft"]) for v in found["vetoes"]] == [
        ("2011-10-04", "CHN", "S/2011/612"),
        ("2011-10-04", "RUS", "S/2011/612"),
    ]
    assert found["vetoes"][1]["member_name"] == "Russian Federation"
    assert found["vetoes"][0]["source"]


def test_decisions_by_symbol_and_as_of(forestall):
    found = json.loads(forestall("decisions", "SCR 1325", "--json").stdout)
    assert found["decisions"][0]["symbol"] == "S/RES/1325 (2000)"
    assert found["decisions"][0]["date"] == "2000-10-31"
    assert json.loads(forestall("decisions", "SCR 1325", "--as-of", "2000-09", "--json").stdout)["total"] == 0
    listed = json.loads(
        forestall("decisions", "--country", "Mali", "--kind", "resolution", "--json", "--limit", 2).stdout
    )
    assert len(listed["decisions"]) == 2 < listed["total"]
    assert listed["data_end"]["resolutions"] == "2024-01-10"


def test_history_and_tables_say_where_data_end(forestall):
    assert json.loads(forestall("history", "HTI", "--json").stdout)["counts"]["resolutions"] > 40
    shown = forestall("history", "Haiti", "--as-of", "1995-06").stdout
    assert "S/RES/975 (1995)" in shown
    assert "2024-01-10" in shown
    assert "looked up one by one" in forestall("vetoes", "--from", 2024).stdout


def test_charts_are_drawn(forestall, tmp_path):
    forestall("vetoes", "--from", 2019, "--chart", tmp_path / "v.svg")
    assert ET.parse(tmp_path / "v.svg").getroot().tag.endswith("svg")
    forestall("decisions", "--country", "MLI", "--chart", tmp_path / "d.png")
    assert (tmp_path / "d.png").read_bytes().startswith(b"\x89PNG")
    forestall("vetoes", "--from", 1956, "--to", 1956, "--chart", tmp_path / "v.html")
    assert "<svg" in (tmp_path / "v.html").read_text("utf-8")
    done = forestall("vetoes", "--from", 1959, "--to", 1959, "--chart", tmp_path / "none.svg", code=2)
    assert "nothing was found" in done.stderr
    assert not (tmp_path / "none.svg").exists()


def test_usage_errors_are_one_line(forestall, tmp_path):
    for arguments in (
        ("decisions", "--kind", "treaty"),
        ("decisions", ""),
        ("decisions", "--as-of", "2020-13"),
        ("vetoes", "--member", "Brazil"),
        ("vetoes", "--from", 2020, "--to", 2010),
        ("vetoes", "--chart", tmp_path / "v.gif"),
    ):
        done = forestall(*arguments, code=2)
        assert done.stderr.count("\n") == 1
    assert "Atlantis" in forestall("history", "Atlantis", code=2).stderr
