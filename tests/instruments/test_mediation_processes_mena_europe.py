"""The hand-made register of mediation in the Middle East, Europe, the Caucasus and Central Asia.

Its form (columns, words, days, codes), and facts that stand in official records.
"""

import calendar
import csv
import re
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from forestall.ids import countries

FILE = Path(__file__).resolve().parents[2] / "tools" / "embed" / "mediation" / "processes_mena_europe.csv"
COLUMNS = [
    *("process", "name", "iso3", "conflict_ids", "mediator", "kind", "role", "since", "until"),
    *("ongoing", "outcome", "source", "checked", "note"),
]
ROLES = {"lead", "co-mediator", "facilitator", "host", "guarantor", "witness", "supporter"}
OUTCOMES = {"agreement", "ceasefire", "partial", "none", "ongoing", "unknown"}
STANDS = date(2026, 2, 28)  # what the word "ongoing" speaks of
PEOPLE = "shalit|vance|kozak|trump|putin|zelensky|erdogan|sisi|netanyahu|abbas|grundberg|griffiths|guterres|witkoff|lajcak|borrell|naim"

Row = dict[str, str]


@cache
def _rows() -> tuple[Row, ...]:
    with FILE.open(newline="", encoding="utf-8") as handle:
        return tuple(csv.DictReader(handle))


def _processes() -> dict[str, list[Row]]:
    held: dict[str, list[Row]] = defaultdict(list)
    for row in _rows():
        held[row["process"]].append(row)
    return held


def _last_day(text: str) -> date:
    """The latest day that a day, month or year may mean."""
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def _first_day(text: str) -> date:
    parts = [int(part) for part in text.split("-")]
    return date(*[*parts, 1, 1][:3])


def _mediators(process: str, *roles: str) -> set[str]:
    return {row["mediator"] for row in _processes()[process] if not roles or row["role"] in roles}


def test_the_columns_are_those_of_the_other_parts_and_the_rows_are_sorted() -> None:
    with FILE.open(newline="", encoding="utf-8") as handle:
        assert next(csv.reader(handle)) == COLUMNS
    names = [row["process"] for row in _rows()]
    assert names == sorted(names)
    assert all(None not in row and None not in row.values() for row in _rows())


def test_there_are_as_many_processes_as_the_page_says() -> None:
    assert len(_processes()) >= 275
    assert len(_rows()) >= 950
    assert sum(row["checked"] == "yes" for row in _rows()) >= 340


def test_the_words_are_those_agreed() -> None:
    for row in _rows():
        assert row["role"] in ROLES, row
        assert row["kind"] in {"state", "organisation", "ngo"}, row
        assert row["ongoing"] in {"yes", "no", "unknown"}, row
        assert row["outcome"] in OUTCOMES, row
        assert row["checked"] in {"yes", "no"}, row
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", row["process"]), row
        assert all(row[column].strip() for column in ("source", "name", "mediator")), row


def test_no_row_stands_twice_and_a_process_has_one_name_place_and_conflict() -> None:
    keys = [(row["process"], row["mediator"], row["role"], row["since"]) for row in _rows()]
    assert len(keys) == len(set(keys))
    for process, rows in _processes().items():
        for column in ("name", "iso3", "conflict_ids"):
            assert len({row[column] for row in rows}) == 1, (process, column)
    names = [rows[0]["name"] for rows in _processes().values()]
    assert len(names) == len(set(names))


def test_days_can_be_read_and_stand_in_order() -> None:
    for row in _rows():
        assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", row["since"]), row
        assert re.fullmatch(r"(\d{4}(-\d{2}){0,2})?", row["until"]), row
        assert _first_day(row["since"]) <= STANDS, row
        if row["until"]:
            assert _first_day(row["since"]) <= _last_day(row["until"]), row
            assert _first_day(row["until"]) <= STANDS, row


def test_what_goes_on_has_no_end_and_what_has_ended_has_one() -> None:
    for row in _rows():
        assert (row["ongoing"] == "no") == bool(row["until"]), row
    for process, rows in _processes().items():
        if any(row["outcome"] == "ongoing" for row in rows):
            assert any(row["ongoing"] != "no" for row in rows), process


def test_every_country_existed_when_its_talks_began_and_ended() -> None:
    for row in _rows():
        ends = _last_day(row["until"]) if row["until"] else STANDS
        for code in row["iso3"].split(";"):
            for day in (_last_day(row["since"]), ends):
                countries.by_iso3(code, min(day, STANDS))


def test_every_mediating_state_existed_and_is_no_party() -> None:
    for row in _rows():
        if row["kind"] == "state":
            countries.by_iso3(row["mediator"], min(_last_day(row["since"]), STANDS))
            if row["role"] in {"lead", "co-mediator"} and len(row["iso3"]) == 3:
                assert row["mediator"] != row["iso3"], row
        else:
            assert row["mediator"].isupper(), row
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in _rows():
        kinds[row["mediator"]].add(row["kind"])
    assert all(len(found) == 1 for found in kinds.values())


def test_no_person_is_named() -> None:
    for row in _rows():
        for value in row.values():
            assert not re.search(PEOPLE, value, re.IGNORECASE), row


def test_the_conflicts_are_those_of_ucdp(shared: Path) -> None:
    with (shared / "ucdp" / "ucdp-prio-acd-251.csv").open(newline="", encoding="utf-8") as handle:
        known = {row["conflict_id"] for row in csv.DictReader(handle)}
    given = {one for row in _rows() for one in row["conflict_ids"].split(";") if one}
    assert given <= known, given - known
    assert len(given) >= 20


@pytest.mark.parametrize(
    ("process", "roles", "expected"),
    [
        # S/RES/2451 (2018): the UN brought the parties together in Sweden
        ("yem-stockholm-2018", ("lead",), {"UN"}),
        ("yem-stockholm-2018", ("host",), {"SWE"}),
        # joint trilateral statement of 10 March 2023: Iraq and Oman hosted in 2021-2022, China in 2023
        ("irn-sau-2021", ("facilitator",), {"IRQ", "OMN"}),
        ("irn-sau-2021", ("lead",), {"CHN"}),
        # statement of Oman of 6 May 2025
        ("yem-usa-oman-2025", (), {"OMN"}),
        # statement of the mediators of 15 January 2025: Egypt, Qatar and the United States are the guarantors
        ("isr-pse-gaza-2025-01", ("guarantor",), {"EGY", "QAT", "USA"}),
        # declaration of Sharm el-Sheikh of 13 October 2025: four guarantors
        ("isr-pse-gaza-2025-10", ("guarantor",), {"USA", "EGY", "QAT", "TUR"}),
        # Initiative of 22 July 2022, signed by the United Nations and Türkiye beside the parties
        ("ukr-rus-grain-2022", ("co-mediator",), {"UN", "TUR"}),
        # memorandum of 4 May 2017: the three guarantor states
        ("syr-astana", ("guarantor",), {"RUS", "TUR", "IRN"}),
        # S/RES/2268 (2016): co-chairs of the International Syria Support Group
        ("syr-issg", ("co-mediator",), {"USA", "RUS", "UN"}),
        # joint declaration of 8 August 2025, signed by the United States as a witness
        ("arm-aze-washington-2025", ("witness",), {"USA"}),
        # S/RES/1866 (2009) and the co-chairs' statements: United Nations, European Union, OSCE
        ("geo-gid", ("co-mediator",), {"EU", "UN", "OSCE"}),
        # S/RES/845 (1993): the Secretary-General's good offices on the name
        ("mkd-grc-prespa", ("lead",), {"UN"}),
        # S/1995/999: who signed the General Framework Agreement as a witness
        ("bih-dayton", ("witness",), {"USA", "FRA", "GBR", "DEU", "RUS", "EU"}),
        # S/2008/392: Qatar's sponsorship, the League of Arab States and the members of its ministerial committee
        ("lbn-doha-2008", ("lead",), {"QAT"}),
        ("lbn-doha-2008", ("co-mediator",), {"LAS", "JOR", "ARE", "BHR", "DZA", "DJI", "OMN", "MAR", "YEM"}),
        # S/1997/510, protocol on guarantees: eight states, and three organisations in the Contact Group
        (
            "tjk-inter-tajik",
            ("guarantor",),
            {"RUS", "IRN", "AFG", "KAZ", "KGZ", "PAK", "TKM", "UZB", "UN", "OSCE", "OIC"},
        ),
        # interim agreement of 28 September 1995: the witnesses that signed it
        ("isr-pse-interim-1995", ("witness",), {"USA", "RUS", "EGY", "JOR", "NOR", "EU"}),
    ],
)
def test_official_records_bear_out_who_did_what(process: str, roles: tuple[str, ...], expected: set[str]) -> None:
    assert _mediators(process, *roles) == expected


def test_the_minsk_process_was_closed_at_the_end_of_november_2025() -> None:
    (osce,) = [row for row in _processes()["arm-aze-minsk-group"] if row["mediator"] == "OSCE"]
    assert osce["until"] == "2025-11-30"


def test_the_un_mission_at_hodeidah_still_stood_at_the_end_of_february_2026() -> None:
    (mission,) = _processes()["yem-hodeidah-monitoring"]
    assert (mission["mediator"], mission["ongoing"], mission["since"]) == ("UN", "yes", "2019-01-16")


def test_yemen_has_third_parties_after_2021_besides_the_un() -> None:
    late = {
        row["mediator"]
        for row in _rows()
        if "YEM" in row["iso3"].split(";") and (not row["until"] or row["until"] >= "2022")
    }
    assert {"UN", "OMN", "SAU", "ICRC"} <= late
