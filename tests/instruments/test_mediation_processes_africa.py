"""The hand-made register of mediation processes in Africa: its form, and facts from official records."""

import calendar
import csv
import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from forestall.ids import countries
from forestall.store import Workspace

ROOT = Path(__file__).parents[2]
REGISTER = ROOT / "tools" / "embed" / "mediation" / "processes_africa.csv"
ORGANISATIONS = ROOT / "src" / "forestall" / "regional" / "organisations.yml"
COLUMNS = (
    "process",
    "name",
    "iso3",
    "conflict_ids",
    "mediator",
    "kind",
    "role",
    "since",
    "until",
    "ongoing",
    "outcome",
    "source",
    "checked",
    "note",
)
ROLES = {"lead", "co-mediator", "facilitator", "host", "guarantor", "witness", "supporter"}
OUTCOMES = {"agreement", "ceasefire", "partial", "none", "ongoing", "unknown"}
LAST_DAY = date(2026, 2, 28)
DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
RESOLUTION = re.compile(r"S/RES/(\d+) \((\d{4})\)")
# Bodies with a role here that are no regional organisation, and so are not in that register.
OTHER_ORGANISATIONS = {"UN", "ICRC", "WB", "PCA"}

Row = dict[str, str]


def read() -> list[Row]:
    with REGISTER.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


ROWS = read()


def first_day(text: str) -> date:
    year, month, day = [*(int(part) for part in text.split("-")), 1, 1][:3]
    return date(year, month, day)


def last_day(text: str) -> date:
    parts = [int(part) for part in text.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])


def roles_of(process: str, mediator: str) -> set[str]:
    return {row["role"] for row in ROWS if row["process"] == process and row["mediator"] == mediator}


def rows_of(process: str) -> Iterator[Row]:
    return (row for row in ROWS if row["process"] == process)


def test_columns_and_order() -> None:
    assert tuple(ROWS[0]) == COLUMNS
    assert all(None not in row and None not in row.values() for row in ROWS)
    names = [row["process"] for row in ROWS]
    assert names == sorted(names)
    assert len(set(names)) >= 110
    assert len(ROWS) >= 350


def test_vocabulary() -> None:
    for row in ROWS:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", row["process"]), row
        assert row["kind"] in {"state", "organisation", "ngo"}, row
        assert row["role"] in ROLES, row
        assert row["ongoing"] in {"yes", "no", "unknown"}, row
        assert row["outcome"] in OUTCOMES, row
        assert row["checked"] in {"yes", "no"}, row
        assert row["name"], row
        assert row["source"], row
        assert all(part.isdigit() for part in row["conflict_ids"].split(";") if part), row


def test_dates() -> None:
    for row in ROWS:
        assert DAY.fullmatch(row["since"]), row
        assert first_day(row["since"]) <= LAST_DAY, row
        if row["until"]:
            assert DAY.fullmatch(row["until"]), row
            assert first_day(row["since"]) <= last_day(row["until"]), row
            assert first_day(row["until"]) <= LAST_DAY, row
            assert row["ongoing"] == "no", row
        else:
            assert row["ongoing"] != "no", row


def test_states_existed_at_the_time() -> None:
    for row in ROWS:
        codes = row["iso3"].split(";") + ([row["mediator"]] if row["kind"] == "state" else [])
        end = min(last_day(row["until"]), LAST_DAY) if row["until"] else LAST_DAY
        for code in codes:
            for day in (first_day(row["since"]), end):
                state = countries.resolve(code, day)
                assert state.continuing_iso3 == code, (row["process"], code)


def test_organisations_bear_the_acronym_of_their_register() -> None:
    listed = {entry["acronym"] for entry in yaml.safe_load(ORGANISATIONS.read_text(encoding="utf-8"))}
    found = {row["mediator"] for row in ROWS if row["kind"] == "organisation"}
    assert found <= listed | OTHER_ORGANISATIONS
    assert not found & {"OAU", "IGADD", "EC", "CSCE"}


def test_no_duplicates_and_one_header_per_process() -> None:
    keys = [(row["process"], row["mediator"], row["role"], row["since"]) for row in ROWS]
    assert len(keys) == len(set(keys))
    heads: dict[str, set[tuple[str, str, str, str]]] = {}
    for row in ROWS:
        heads.setdefault(row["process"], set()).add((row["name"], row["iso3"], row["conflict_ids"], row["outcome"]))
    assert {process: head for process, head in heads.items() if len(head) > 1} == {}
    names = [next(iter(head))[0] for head in heads.values()]
    assert len(names) == len(set(names))


def test_spells_of_one_role_do_not_overlap() -> None:
    spells: dict[tuple[str, str, str], list[tuple[date, date]]] = {}
    for row in ROWS:
        end = last_day(row["until"]) if row["until"] else date.max
        key = (row["process"], row["mediator"], row["role"])
        spells.setdefault(key, []).append((first_day(row["since"]), end))
    for key, found in spells.items():
        found.sort()
        assert all(before[1] < after[0] for before, after in pairwise(found)), key


def test_no_party_is_mediator_of_its_own_conflict() -> None:
    assert [row for row in ROWS if row["mediator"] in row["iso3"].split(";")] == []


def test_looked_up_rows_name_what_was_read() -> None:
    for row in ROWS:
        if row["checked"] == "yes":
            assert re.search(r"https?://\S+|S/RES/\d+|S/\d{4}/\d+|S/PRST/", row["source"]), row


def test_resolutions_cited_speak_of_a_country_of_the_process() -> None:
    held = {
        row["number"]: row
        for row in Workspace.open().table("council_resolutions").iter_rows(named=True)  # to 2722 (2024)
    }
    compared = 0
    for row in ROWS:
        for number, year in RESOLUTION.findall(row["source"]):
            resolution = held.get(int(number))
            if resolution is None:
                assert int(year) >= 2024, row
                continue
            compared += 1
            assert resolution["date"].year == int(year), row
            assert set(row["iso3"].split(";")) & set((resolution["countries"] or "").split()), row
    assert compared > 50


def test_statements_cited_speak_of_a_country_of_the_process_where_they_name_one() -> None:
    held = {row["symbol"]: row for row in Workspace.open().table("council_statements").iter_rows(named=True)}
    compared = set()
    for row in ROWS:
        for symbol in re.findall(r"S/PRST/\d{4}/\d+", row["source"]):
            named = set((held[symbol]["countries"] or "").split())
            assert not named or named & set(row["iso3"].split(";")), row
            compared.add(symbol)
    assert len(compared) >= 10


@pytest.mark.parametrize(
    ("process", "mediator", "role", "day"),
    [
        # AU statement of 2 November 2022: the agreement was signed in Pretoria on 2 November 2022 in an AU-led process.
        ("eth-pretoria", "AU", "lead", date(2022, 11, 2)),
        ("eth-pretoria", "ZAF", "host", date(2022, 11, 2)),
        # S/2019/145: African Initiative of the AU; the parties met in Khartoum until 5 February 2019.
        ("caf-khartoum-2019", "AU", "lead", date(2019, 2, 5)),
        ("caf-khartoum-2019", "SDN", "host", date(2019, 2, 5)),
        # S/RES/2259 (2015): Libyan Political Agreement of Skhirat, 17 December 2015, facilitated by the UN.
        ("lby-skhirat", "UN", "lead", date(2015, 12, 17)),
        ("lby-skhirat", "MAR", "host", date(2015, 12, 17)),
        # S/2020/1043: permanent ceasefire of 23 October 2020, Geneva.
        ("lby-ceasefire-2020", "CHE", "host", date(2020, 10, 23)),
        # S/2020/63: Berlin conference, 19 January 2020.
        ("lby-berlin", "DEU", "host", date(2020, 1, 19)),
        # Jeddah Declaration of 11 May 2023: talks facilitated by Saudi Arabia and the United States.
        ("sdn-jeddah", "SAU", "co-mediator", date(2023, 5, 11)),
        ("sdn-jeddah", "USA", "co-mediator", date(2023, 5, 11)),
        # Joint statement of 12 September 2025 on restoring peace and security in Sudan.
        ("sdn-quad-2025", "USA", "lead", date(2025, 9, 12)),
        ("sdn-quad-2025", "EGY", "co-mediator", date(2025, 9, 12)),
        # Agreement on Peace and Reconciliation in Mali, signed on 15 May and 20 June 2015: lead mediator Algeria.
        ("mli-algiers-2015", "DZA", "lead", date(2015, 6, 20)),
        # Revitalised agreement on South Sudan of 12 September 2018.
        ("ssd-rarcss", "IGAD", "lead", date(2018, 9, 12)),
        # Peace agreement of the Democratic Republic of the Congo and Rwanda, Washington, 27 June 2025.
        ("cod-washington-2025", "USA", "lead", date(2025, 6, 27)),
        # Doha Framework of 15 November 2025.
        ("cod-doha-2025", "QAT", "lead", date(2025, 11, 15)),
        # S/2005/78: Comprehensive Peace Agreement, Nairobi, 9 January 2005, under the auspices of IGAD.
        ("sdn-naivasha", "IGAD", "lead", date(2005, 1, 9)),
        # S/24635: General Peace Agreement for Mozambique, Rome, 4 October 1992.
        ("moz-rome-1992", "SANTEGIDIO", "lead", date(1992, 10, 4)),
        # Arusha Peace Agreement of 4 August 1993.
        ("rwa-arusha", "TZA", "lead", date(1993, 8, 4)),
        # S/1999/777, article XXXIV: moral guarantors of the Lomé Peace Agreement of 7 July 1999.
        ("sle-lome-1999", "Commonwealth", "guarantor", date(1999, 7, 7)),
        # S/1999/815: Lusaka Ceasefire Agreement of 10 July 1999.
        ("cod-lusaka-1999", "SADC", "lead", date(1999, 7, 10)),
        # S/RES/2003 (2011): Doha Document for Peace in Darfur, 14 July 2011.
        ("sdn-doha-ddpd", "QAT", "lead", date(2011, 7, 14)),
        # Global Political Agreement, Harare, 15 September 2008.
        ("zwe-gpa-2008", "ZAF", "lead", date(2008, 9, 15)),
        # National Accord, Nairobi, 28 February 2008: Panel of Eminent African Personalities.
        ("ken-2008", "AU", "lead", date(2008, 2, 28)),
        # Maputo Accord of 6 August 2019.
        ("moz-maputo-2019", "CHE", "lead", date(2019, 8, 6)),
    ],
)
def test_roles_on_the_day_of_an_official_record(process: str, mediator: str, role: str, day: date) -> None:
    spells = [row for row in rows_of(process) if row["mediator"] == mediator and row["role"] == role]
    assert any(
        first_day(row["since"]) <= day <= (last_day(row["until"]) if row["until"] else date.max) for row in spells
    )


def test_alps_group_is_the_seven_that_were_announced() -> None:
    """Statement of the ALPS group, Geneva, 23 August 2024."""
    assert {row["mediator"] for row in rows_of("sdn-alps")} == {"USA", "SAU", "CHE", "EGY", "ARE", "AU", "UN"}


def test_mediation_team_of_algiers() -> None:
    """Agreement on Peace and Reconciliation in Mali, 2015: the team beside Algeria."""
    team = {row["mediator"] for row in rows_of("mli-algiers-2015") if row["role"] == "co-mediator"}
    assert team == {"AU", "BFA", "ECOWAS", "EU", "MRT", "NER", "NGA", "OIC", "TCD", "UN"}
    assert roles_of("mli-algiers-2015", "USA") == {"witness"}
