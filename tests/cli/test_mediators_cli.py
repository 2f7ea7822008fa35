"""`forestall mediators` as a real process: contract, words, errors."""

import json
import subprocess
from typing import Any

import pytest
from tests.cli import process


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return process.run("mediators", *arguments)


def document(*arguments: str) -> dict[str, Any]:
    return process.document("mediators", *arguments)


def test_contract() -> None:
    found = document("SDN", "--on", "2026-02-28")
    assert (found["iso3"], found["as_of"]) == ("SDN", "2026-02-28")
    kinds = {one["kind"] for one in found["candidates"]}
    assert kinds == {"state", "organisation", "ngo"}
    for one in found["candidates"]:
        assert set(one) >= {"mediator", "kind", "score", "reasons"}
        assert all(isinstance(reason, str) and reason for reason in one["reasons"])
        assert 0 <= one["low"] <= one["score"] <= one["high"] <= 1
    scores = [one["score"] for one in found["candidates"]]
    assert scores == sorted(scores, reverse=True)
    for kind in kinds:
        places = [one["place"] for one in found["candidates"] if one["kind"] == kind]
        assert sorted(places) == list(range(1, len(places) + 1))


def test_parties_cannot_mediate_and_who_is_there_is_told() -> None:
    found = document("SDN", "--on", "2026-02-28")
    mediators = {one["mediator"]: one for one in found["candidates"]}
    assert "SDN" not in mediators
    assert {one["name"] for one in found["parties"]} >= {"Government of Sudan", "RSF"}
    assert mediators["AU"]["there"] is True
    assert mediators["UN"]["there"] is True
    assert not mediators["PER"]["there"]
    assert "succe" in found["meaning"]


def test_every_reason_has_its_figure_source_and_time() -> None:
    for one in document("SDN", "--on", "2026-02-28")["candidates"]:
        told = [each["text"] for each in one["evidence"]]
        assert told == [*one["reasons"], *one["cautions"]]
        assert all(each["source"] and each["unit"] and each["on"] for each in one["evidence"])


def test_agreements_and_like_cases_are_in_the_document() -> None:
    found = document("SDN", "--on", "2026-02-28")
    assert found["agreements"][0]["day"] == "2021-03-28"
    assert any("Juba Agreement for Peace" in one["name"] for one in found["agreements"])
    assert found["similar"]["cases"]
    assert found["data_ends"]


def test_a_past_day_knows_nothing_later() -> None:
    found = document("SDN", "--on", "2015-06-30")
    assert found["as_of"] == "2015-06-30"
    assert max(one["day"] for one in found["agreements"]) <= "2015-06-30"
    assert "RSF" not in {one["name"] for one in found["parties"]}
    days = [each["on"] for one in found["candidates"] for each in one["evidence"]]
    assert max(days) == "2015-06-30"
    assert max(end["end"] for end in found["data_ends"]) == "2015-06-30"


def test_one_list_and_its_first_places() -> None:
    found = document("SDN", "--on", "2026-02-28", "--kind", "ngo", "--top", "3")
    assert [(one["kind"], one["place"]) for one in found["candidates"]] == [("ngo", 1), ("ngo", 2), ("ngo", 3)]


def test_what_is_printed() -> None:
    done = run("Sudan", "--on", "2026-02-28", "--agreements", "--similar")
    assert done.returncode == 0, done.stderr
    text = done.stdout
    for said in (
        "it does not tell who succeeds",
        "Parties to conflicts in Sudan",
        "already there",
        "new here",
        "States",
        "Organisations",
        "Non-governmental organisations",
        "80 % interval",
        "Short list",
        "Peace agreements in Sudan",
        "no end recorded",
        "Past agreements in conflicts most like that of Sudan",
        "fared on events that they had not seen",
    ):
        assert said in text
    assert max(len(line.rstrip()) for line in text.splitlines() if not line.startswith(("* ", "  ", "Sudan"))) <= 100
    assert "Traceback" not in done.stderr


def test_a_country_without_conflict_is_said_to_have_none() -> None:
    found = document("KAZ", "--on", "2026-02-28")
    assert found["parties"] == []
    assert found["notes"]
    assert found["agreements"] == []


def test_where_nobody_was_before_and_after_the_data_end_this_is_said() -> None:
    done = run("KAZ", "--on", "2026-06-01", "--top", "2")
    assert "Nobody is on record as a third party here before" in done.stdout
    assert "already there" not in done.stdout
    assert "2026-02-28" in done.stderr


def test_a_territory_is_answered_with_the_state_it_is_counted_with() -> None:
    done = run("PSE", "--on", "2026-02-28", "--json", "--top", "1")
    assert json.loads(done.stdout)["iso3"] == "ISR"
    assert "counts events in Palestine under Israel" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("Atlantis", "--on", "2026-02-28"), "is not known"),
        (("SDN", "--on", "2026-02-30"), "not a day of the calendar"),
        (("SDN", "--kind", "person"), "person"),
        (("SDN", "--top", "3", "--all"), "one of the two"),
        (("SDN", "--top", "0"), "greater than or equal to 1"),
        (("SSD", "--on", "1890-01-01"), "1890"),
    ],
)
def test_errors_are_one_line_and_exit_2(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.strip().splitlines()
    assert said in line
