"""`forestall treaties PLACE --gaps` as a real process: contract, words, errors."""

import subprocess
from typing import Any

from tests.cli import process

DAY = ("--on", "2026-02-28")


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return process.run("treaties", *arguments, "--gaps", columns=110)


def document(*arguments: str) -> dict[str, Any]:
    return process.document("treaties", *arguments, "--gaps")


def by_treaty(rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next(one for one in rows if one["treaty"] == key)


def test_the_world() -> None:
    found = document("World", *DAY)
    assert (found["kind"], len(found["members"])) == ("world", 193)
    npt = by_treaty(found["treaties"], "NPT")
    assert (npt["none"], npt["withdrawn"]) == (["IND", "ISR", "PAK", "SSD"], ["PRK"])
    assert npt["parties"] + len(npt["none"]) + len(npt["withdrawn"]) == npt["open_to"] == 193
    assert found["annex_2"]["ratified"] + len(found["annex_2"]["needed"]) == 44
    years = by_treaty(found["by_year"], "NPT")["parties"]
    assert list(years) == sorted(years)
    assert years["2026-02-28"] == npt["parties"]
    assert years["1970-12-31"] < years["1995-12-31"] <= years["2026-02-28"]
    mines = by_treaty(found["treaties"], "MineBan")
    assert mines["suspended"] == ["UKR"]
    assert mines["withdrawn"] == ["EST", "FIN", "LTU", "LVA", "POL"]


def test_a_country() -> None:
    found = document("IND", *DAY)
    assert (found["iso3"], found["on"], found["annex_2"]) == ("IND", "2026-02-28", True)
    assert found["gaps"][0] == "NPT"
    npt = by_treaty(found["treaties"], "NPT")
    assert (npt["status"], npt["since"], npt["gap"]) == ("none", None, True)
    assert (npt["region"], npt["others_in"], npt["others"]) == ("Southern Asia", 7, 8)
    assert by_treaty(found["treaties"], "BWC")["status"] == "party"


def test_without_a_place_it_is_the_world() -> None:
    assert document(*DAY) == document("World", *DAY)


def test_tables_are_readable_and_neutral() -> None:
    for place in ("Council", "CICA", "KAZ"):
        done = run(place, *DAY)
        assert done.returncode == 0, done.stderr
        assert "A status tells what a state is bound by" in done.stdout
        assert not [word for word in ("refus", "violat", "rogue", "regime") if word in done.stdout.lower()]
    assert "15 states" in run("Council", *DAY).stdout
    assert "1994-02-14" in run("KAZ", *DAY).stdout


def test_a_place_that_nobody_knows() -> None:
    done = run("Atlantis", *DAY)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "Council or World" in done.stderr
    early = run("Council", "--on", "1930-01-01")
    assert early.returncode == 2
    assert "Traceback" not in early.stderr
