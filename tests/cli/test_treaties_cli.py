"""`forestall treaties` as a process: a state on a day, a treaty, the totals, and what it refuses."""

import subprocess
from typing import Any

import pytest
from tests.cli import process


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return process.run("treaties", *arguments)


def document(*arguments: str) -> dict[str, Any]:
    return process.document("treaties", *arguments)


def of_treaty(found: dict[str, object], treaty: str) -> dict[str, object]:
    rows = found["treaties"]
    assert isinstance(rows, list)
    return next(one for one in rows if one["key"] == treaty)


def test_a_state_on_the_day_it_joined_and_the_day_before() -> None:
    found = document("KAZ", "--on", "1994-02-14")
    assert list(found) == ["iso3", "on", "name", "treaties", "ended", "source"]
    assert (found["iso3"], found["on"], found["name"]) == ("KAZ", "1994-02-14", "Kazakhstan")
    npt = of_treaty(found, "NPT")
    assert list(npt) == ["treaty", "key", "status", "since", "source", "in_force", "known_to", "note"]
    assert (npt["status"], npt["since"], npt["known_to"]) == ("party", "1994-02-14", None)
    before = of_treaty(document("Kazakhstan", "--on", "1994-02-13"), "NPT")
    assert (before["status"], before["since"], before["source"]) == ("none", None, None)


def test_treaties_that_had_not_opened_are_left_out() -> None:
    rows = document("KAZ", "--on", "1994-02-14")["treaties"]
    assert isinstance(rows, list)
    held = {one["key"] for one in rows}
    assert "CWC" in held
    assert not held & {"CTBT", "TPNW", "MineBan", "Semipalatinsk"}


def test_the_table_of_a_state_gives_status_day_obligation_and_until_when_it_is_known() -> None:
    done = run("PRK", "--on", "2026-11-25")
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert "withdrawn 2003-01-10" in text
    assert "2025-12-31" in text  # the NPT's series ends before the day asked
    assert "nuclear" in text
    assert "diverging views" in text
    assert "Source:" in text


def test_a_treaty_with_its_parties() -> None:
    found = document("mine-ban", "--on", "2026-02-03")
    assert (found["treaty"], found["key"], found["parties"], found["signatories"]) == ("Mine Ban", "MineBan", 162, 0)
    assert (found["opened"], found["in_force"]) == ("1997-12-03", "1999-03-01")
    states = found["states"]
    assert isinstance(states, list)
    assert {one["iso3"] for one in states if one["status"] == "suspended"} == {"UKR"}
    text = run("NPT", "--on", "2016-01-01").stdout
    assert "Asks for:" in text
    assert "NPT on 2016-01-01: 190 parties" in text
    assert "It had not opened on 1990-01-01" in run("CTBT", "--on", "1990-01-01").stdout


def test_treaties_that_ended_are_named_with_their_last_day() -> None:
    found = document("USA", "--on", "2026-11-25")
    assert {"treaty": "New START", "key": "New_START", "ended": "2026-02-05"} in list(found["ended"])  # type: ignore[call-overload]
    assert "New START (2026-02-05)" in " ".join(run("USA", "--on", "2026-11-25").stdout.split())
    assert "ended on 2026-02-05" in run("New START", "--on", "2026-11-25").stdout


def test_the_totals_of_all_treaties() -> None:
    found = document("--on", "2014-06-01")
    assert of_treaty(found, "CTBT")["parties"] == 162
    assert of_treaty(found, "CTBT")["known_to"] is not None
    assert "Parties" in run("--on", "2014-06-01").stdout


def test_a_state_that_has_ended_is_found_on_its_days_only() -> None:
    assert document("Soviet Union", "--on", "1985-01-01")["name"] == "Union of Soviet Socialist Republics"
    gone = run("CSK", "--on", "1994-01-01")
    assert gone.returncode == 2
    assert "1992-12-31" in gone.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("KAZ", "--on", "1994-02-30"), "'1994-02-30' is not a day of the calendar"),
        (("KAZ", "--on", "yesterday"), "write YYYY-MM-DD"),
        (("KAZ", "--on", "1970-01-01"), "has existed since"),
        (("KAZ", "--on", "1900-01-01"), "1946-01-01"),
        (("Kazakstann",), "Kazakhstan"),
        (("MineBann",), "MineBan"),
        (("KAZ", "--gaps", "--with", "KGZ"), "separate questions"),
        (("--with", "KGZ"), "name the first"),
        (("--capabilities",), "is of one country"),
        (("KAZ", "--capabilities", "--gaps"), "separate questions"),
        (("",), "neither a treaty nor a country"),
    ],
)
def test_what_it_refuses_it_refuses_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_word_from_outside_is_printed_as_plain_text() -> None:
    done = run("[red]NPTT[/red]" + "x" * 5000)
    assert done.returncode == 2
    assert len(done.stderr) < 600
