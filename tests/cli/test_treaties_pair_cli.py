"""`forestall treaties A --with B` as a real process: contract, words, errors."""

import json
import subprocess
from typing import Any

from tests.cli import process


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return process.run("treaties", *arguments)


def document(*arguments: str) -> dict[str, Any]:
    return process.document("treaties", *arguments)


def test_contract() -> None:
    found = document("IND", "--with", "PAK", "--on", "2025-06-01")
    assert (found["iso3"], found["with"], found["on"]) == ("IND", "PAK", "2025-06-01")
    held = {one["measure"]: one for one in found["measures"]}
    assert held["ind-pak-non-attack"]["signed"] == "1988-12-31"
    assert held["ind-pak-non-attack"]["since"] == "1991-01-27"
    assert held["ind-pak-non-attack"]["kind"][0] == "non_attack"
    assert held["ind-pak-missiles"]["since"] == "2005-10-03"
    for one in found["measures"]:
        assert set(one) >= {"kind", "obliges", "status", "since", "until", "standing", "source", "looked_up", "basis"}
        assert one["status"] == "in force"
    assert [one["name"] for one in found["disputes"]] == ["Jammu and Kashmir", "Sir Creek"]
    assert set(found["disputes"][0]["claims"]) == {"IND", "PAK"}
    assert found["rivalry"]["conflicts_end"] == 2024
    assert found["data_end"] == "2025-06-30"
    assert found["unknown"]


def test_names_and_order_do_not_matter() -> None:
    one = document("India", "--with", "Pakistan", "--on", "2025-06-01")
    two = document("PAK", "--with", "IND", "--on", "2025-06-01")
    assert one["measures"] == two["measures"]
    assert (two["iso3"], two["with"]) == ("PAK", "IND")


def test_suspended_is_told_apart() -> None:
    found = document("KOR", "--with", "PRK", "--on", "2024-06-04")
    assert "kor-prk-2018" in {one["measure"] for one in found["suspended"]}
    assert "kor-prk-2018" not in {one["measure"] for one in found["measures"]}
    before = document("KOR", "--with", "PRK", "--on", "2024-06-03")
    assert "kor-prk-2018" in {one["measure"] for one in before["measures"]}


def test_words_on_a_terminal() -> None:
    done = run("KOR", "--with", "PRK", "--on", "2025-06-01")
    assert done.returncode == 0
    for words in ("measures in force", "* Suspended: ", "* Dispute since ", "Last crisis between them", "2025-06-30"):
        assert words in done.stdout
    assert done.stderr == ""


def test_a_day_after_the_register_is_noted_on_stderr() -> None:
    done = run("USA", "--with", "RUS", "--on", "2026-03-01", "--json")
    assert done.returncode == 0
    assert "known to 2025-06-30" in done.stderr
    assert "new-start" in {one["measure"] for one in json.loads(done.stdout)["ended"]}


def test_pairs_without_a_measure() -> None:
    found = document("--without", "--on", "2025-06-01")
    listed = {(one["iso3"], one["with"]) for one in found["pairs"]}
    assert ("IND", "NPL") in listed
    assert ("IND", "PAK") not in listed
    assert all(not one["measures"] for one in found["pairs"])
    assert found["considered"] > len(found["pairs"])
    assert found["known"]["armed conflicts of states (UCDP)"] == "2024"
    stricter = document("--without", "--practical", "--on", "2025-06-01")
    assert listed < {(one["iso3"], one["with"]) for one in stricter["pairs"]}
    words = run("--without", "--on", "2025-06-01").stdout
    assert "Kalapani" in words
    assert "* Not known: " in words


def test_errors() -> None:
    for arguments, words in (
        (("IND", "--with", "IND"), "same state"),
        (("IND", "--without"), "leave 'IND' out"),
        (("IND", "--practical"), "goes with --without"),
        (("IND", "--with", "Atlantis"), "is not known"),
        (("IND", "--with", "PAK", "--on", "1945-01-01"), "before 1946-01-01"),
        (("SSD", "--with", "SDN", "--on", "2011-07-08"), "South Sudan"),
        (("IND", "--with", "PAK", "--on", "2025-02-30"), "2025-02-30"),
    ):
        done = run(*arguments)
        assert done.returncode == 2, arguments
        assert words in done.stderr, done.stderr
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""
