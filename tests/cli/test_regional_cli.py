"""`forestall regional` as a real process: contract, words, errors."""

import json
import subprocess
import sys

import pytest


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "forestall", *arguments], capture_output=True, text=True, check=False)


def test_contract_of_a_state() -> None:
    done = run("regional", "MLI", "--on", "2025-02-01", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert (found["iso3"], found["on"]) == ("MLI", "2025-02-01")
    standing = {one["organisation"]: (one["status"], one["since"]) for one in found["memberships"]}
    assert standing["AU"] == ("suspended", "2021-06-01")
    assert standing["AES"] == ("member", "2023-09-16")
    assert "ECOWAS" not in standing
    assert {status for status, _ in standing.values()} <= {"member", "suspended", "observer"}
    assert found["data_end"] == "2026-02-28"


def test_the_day_before_mali_left() -> None:
    found = json.loads(run("regional", "Mali", "--on", "2025-01-28", "--json").stdout)
    assert ("ECOWAS", "suspended") in {(one["organisation"], one["status"]) for one in found["memberships"]}


def test_associates_and_partners_are_told_as_observers_with_their_own_word() -> None:
    found = json.loads(run("regional", "KAZ", "--on", "2025-06-01", "--json").stdout)
    (brics,) = (one for one in found["memberships"] if one["organisation"] == "BRICS")
    assert (brics["status"], brics["standing"]) == ("observer", "partner")


def test_what_is_disputed_stands_apart() -> None:
    found = json.loads(run("regional", "VEN", "--on", "2020-01-01", "--json").stdout)
    assert "OAS" not in {one["organisation"] for one in found["memberships"]}
    assert [one["organisation"] for one in found["disputed"]] == ["OAS"]


def test_an_organisation_with_its_members() -> None:
    done = run("regional", "ECOWAS", "--on", "2025-01-29", "--json")
    found = json.loads(done.stdout)
    assert (found["organisation"], found["members_count"]) == ("ECOWAS", 12)
    assert "MLI" not in {one["iso3"] for one in found["members"]}
    assert found["register"]["name"] == "Economic Community of West African States"
    text = run("regional", "African Union", "--on", "2025-02-01").stdout
    assert "55 members" in text
    assert "Changes known to 2026-02-28" in text


def test_what_two_states_share() -> None:
    found = json.loads(run("regional", "RUS", "--with", "TUR", "--on", "2024-01-01", "--json").stdout)
    assert [one["organisation"] for one in found["memberships"]] == ["BSEC", "CICA", "OSCE"]


def test_a_day_after_the_data_says_so_on_stderr() -> None:
    done = run("regional", "MLI", "--on", "2026-06-01", "--json")
    assert "2026-02-28" in done.stderr
    assert json.loads(done.stdout)["on"] == "2026-06-01"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Atlantis", "--on", "2025-01-01"), "neither a country nor an organisation"),
        (("MLI", "--on", "2025-02-30"), "not a day of the calendar"),
        (("AU", "--with", "MLI", "--on", "2025-01-01"), "compares two states"),
        (("SSD", "--on", "2000-01-01"), "2011-07-09"),
    ],
)
def test_errors_are_one_line(arguments: tuple[str, ...], said: str) -> None:
    done = run("regional", *arguments)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert said in line
