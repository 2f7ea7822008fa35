"""`forestall council due` as people run it."""

import json
import subprocess
import sys
from datetime import date

import icalendar
import pytest

TEXT = """Resolution 1301 (2000)
Adopted by the Security Council at its 4149th meeting, on 31 May 2000

The Security Council,

Recalling its resolution 1292 (2000) of 29 February 2000, which extended the mandate until 31 May 2000,

1. Decides to extend the mandate of the United Nations Mission for the Referendum in Western Sahara (MINURSO) until 31 July 2000;

2. Requests the Secretary-General to report to the Security Council within 30 days of the adoption of this resolution;

3. Decides to remain seized of the matter.
"""


@pytest.fixture(scope="module")
def forestall(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")

    def run(*arguments, code=0):
        command = [sys.executable, "-m", "forestall", "council", "due", *map(str, arguments)]
        environment = {"FORESTALL_HOME": str(home), "PATH": "/usr/bin:/bin", "COLUMNS": "100"}
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
        assert done.returncode == code, done.stderr
        return done

    return run


@pytest.fixture
def text(tmp_path):
    path = tmp_path / "minurso.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_one_pasted_resolution_as_a_document_and_a_calendar(forestall, text, tmp_path):
    ics = tmp_path / "out.ics"
    found = json.loads(forestall("--text", text, "--ics", ics, "--json").stdout)
    assert {(i["kind"], i["due"]) for i in found["items"]} == {("report", "2000-06-30"), ("mandate_end", "2000-07-31")}
    assert {i["symbol"] for i in found["items"]} == {"S/RES/1301 (2000)"}
    assert all(" ".join(i["quote"].split()) in " ".join(TEXT.split()) for i in found["items"])
    first = ics.read_bytes()
    events = icalendar.Calendar.from_ical(first).walk("VEVENT")
    assert [e.decoded("dtstart") for e in events] == [date(2000, 6, 30), date(2000, 7, 31)]
    forestall("--text", text, "--ics", ics)
    assert ics.read_bytes() == first
    assert sorted(p.name for p in tmp_path.iterdir()) == ["minurso.txt", "out.ics"]


def test_overdue_as_of_a_day_with_what_is_done(forestall, text, tmp_path):
    done = tmp_path / "done.csv"
    done.write_text("symbol,due\nS/RES/1301 (2000),2000-06-30\nS/RES/9 (1946),1946-12-31\n", encoding="utf-8")
    run = forestall("--folder", tmp_path, "--overdue", "--on", "2000-08-01", "--done", done, "--json")
    found = json.loads(run.stdout)
    assert [(i["kind"], i["due"]) for i in found["items"]] == [("mandate_end", "2000-07-31")]
    (late,) = found["overdue"]
    assert late["days"] == 1
    assert late["candidates"][0]["symbol"] == "S/RES/1309 (2000)"
    assert "does not see" in found["note"]
    assert [m["symbol"] for m in found["idle_marks"]] == ["S/RES/9 (1946)"]
    assert "no item here" in run.stderr
    shown = forestall("--text", text, "--overdue", "--on", "2000-07-31").stdout
    assert "report" in shown
    assert "mandate ends" not in shown
    assert "does not see whether a report was delivered" in " ".join(shown.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "either --text FILE or --folder DIR"),
        (("--text", "{text}", "--on", "2000-01-01"), "belong to --overdue"),
        (("--text", "{text}", "--from", "1 May"), "'1 May' is not a day"),
        (("--text", "{text}", "--ics", "{text}"), "ending in .ics"),
        (("--text", "{text}.pdf"), "is no file"),
        (("--folder", "{text}"), "not a folder"),
        (("--folder", ".", "--symbol", "S/RES/1 (1946)"), "belong to --text"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(forestall, text, arguments, message):
    done = forestall(*(one.format(text=text) for one in arguments), code=2)
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
