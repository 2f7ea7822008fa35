"""The hand-made register of talks in Asia, the Pacific and the Americas: its form, and facts from official records."""

import csv
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from tools.embed.mediation.days import Day, read
from tools.embed.mediation.processes import COLUMNS, FOLDER, KINDS, OUTCOMES, ROLES

from forestall.ids import countries
from forestall.instruments.mediation.third_parties.names import resolve
from forestall.store import Workspace

AS_OF = date(2026, 2, 28)
RESOLUTION = re.compile(r"S/RES/(\d+) \((\d{4})\)")
LOOKED_UP = re.compile(r"https?://\S+|[AS]/\d+/\d+|S/RES/\d+|SG/SM/\d+")
BY_HAND = frozenset({"NIPPON", "PUGWASH"})
"""Organisations that the spellings of third parties need not know."""

with (FOLDER / "processes_asia_americas.csv").open(encoding="utf-8", newline="") as handle:
    ROWS = list(csv.DictReader(handle, strict=True))


def day(row: dict[str, str], column: str) -> Day | None:
    return read(row[column], f"{row['process']} {row['mediator']} {column}")


def since(row: dict[str, str]) -> Day:
    found = day(row, "since")
    assert found is not None, row
    return found


def who(process: str, role: str, **values: str) -> set[str]:
    """The mediators with a role in a process, among rows with these values."""
    return {
        row["mediator"]
        for row in ROWS
        if row["process"] == process
        and row["role"] == role
        and all(row[column] == value for column, value in values.items())
    }


def test_columns_vocabulary_and_size() -> None:
    assert tuple(ROWS[0]) == COLUMNS
    assert len(ROWS) >= 500
    assert len({row["process"] for row in ROWS}) >= 140
    for row in ROWS:
        assert None not in row
        assert None not in row.values()
        assert re.fullmatch(r"[a-z]{3}(-[a-z0-9]+)+|indochina-1954", row["process"]), row
        assert row["kind"] in KINDS, row
        assert row["role"] in ROLES, row
        assert row["outcome"] in OUTCOMES, row
        assert row["ongoing"] in {"yes", "no", "unknown"}, row
        assert row["checked"] in {"yes", "no"}, row
        assert row["name"], row
        assert row["source"], row
        assert all(value == value.strip() for value in row.values()), row


def test_rows_are_sorted_and_none_is_there_twice() -> None:
    processes = [row["process"] for row in ROWS]
    assert processes == sorted(processes)
    keys = [(row["process"], row["mediator"], row["role"], row["since"]) for row in ROWS]
    assert len(keys) == len(set(keys))


def test_a_process_has_one_name_one_conflict_and_one_outcome() -> None:
    heads: dict[str, set[tuple[str, ...]]] = {}
    for row in ROWS:
        head = tuple(row[column] for column in ("name", "iso3", "conflict_ids", "outcome"))
        heads.setdefault(row["process"], set()).add(head)
    assert {process for process, found in heads.items() if len(found) > 1} == set()
    assert len({next(iter(found))[0] for found in heads.values()}) == len(heads)


def test_days_are_in_order_and_say_whether_it_goes_on() -> None:
    for row in ROWS:
        until = day(row, "until")
        assert since(row).first <= AS_OF, row
        if until is not None:
            assert since(row).first <= until.last, row
            assert until.first <= AS_OF, row
        assert (row["ongoing"] == "no") == (until is not None), row


def test_spells_of_one_role_do_not_overlap() -> None:
    spells: dict[tuple[str, str, str], list[tuple[date, date]]] = {}
    for row in ROWS:
        until = day(row, "until")
        key = (row["process"], row["mediator"], row["role"])
        spells.setdefault(key, []).append((since(row).first, until.last if until else date.max))
    for key, found in spells.items():
        found.sort()
        assert all(found[i][1] < found[i + 1][0] for i in range(len(found) - 1)), key


def test_states_existed_at_the_time() -> None:
    for row in ROWS:
        until = day(row, "until")
        mediator = [row["mediator"]] if row["kind"] == "state" else []
        for code in row["iso3"].split(";") + mediator:
            countries.by_iso3(code, since(row).last)
            countries.by_iso3(code, min(until.last, AS_OF) if until else AS_OF)


def test_mediators_bear_the_keys_of_the_third_parties() -> None:
    for row in ROWS:
        if row["kind"] == "state" or row["mediator"] in BY_HAND:
            continue
        actor = resolve(row["mediator"])
        assert actor is not None, row
        assert (actor.key, actor.kind) == (row["mediator"], row["kind"]), row


def test_no_party_mediates_in_its_own_conflict() -> None:
    assert [row for row in ROWS if row["mediator"] in row["iso3"].split(";")] == []


def test_looked_up_rows_say_where() -> None:
    checked = [row for row in ROWS if row["checked"] == "yes"]
    assert len(checked) >= 400
    assert [row for row in checked if not LOOKED_UP.search(row["source"])] == []


def test_no_source_is_the_noncommercial_database_of_agreements() -> None:
    assert [row for row in ROWS if "peaceagreements" in row["source"].casefold() + row["note"].casefold()] == []


def test_resolutions_of_the_council_bear_their_year_and_concern_the_country() -> None:
    held = {row["number"]: row for row in Workspace.open().table("council_resolutions").iter_rows(named=True)}
    compared = 0
    for row in ROWS:
        for number, year in RESOLUTION.findall(row["source"]):
            resolution = held.get(int(number))
            if resolution is None:
                continue
            compared += 1
            assert resolution["date"].year == int(year), row
            named = set((resolution["countries"] or "").split())
            assert not named or named & {*row["iso3"].split(";"), row["mediator"]}, (row, named)
    assert compared >= 10


def test_conflicts_are_those_of_the_countries(shared: Path) -> None:
    table = pl.read_csv(shared / "ucdp" / "ucdp-prio-acd-251.csv", infer_schema_length=0)
    places: dict[str, set[int]] = {}
    for conflict, *numbers in table.select("conflict_id", "gwno_loc", "gwno_a", "gwno_b").iter_rows():
        found = {int(part) for text in numbers if text for part in text.split(",") if part.strip()}
        places.setdefault(conflict, set()).update(found)
    for row in ROWS:
        numbers_of = {state.gw_id for code in row["iso3"].split(";") for state in countries.lineage(code)}
        for conflict in row["conflict_ids"].split(";"):
            if conflict:
                assert places[conflict] & numbers_of, row


# Facts from official records -----------------------------------------------------------------------------------------


def test_ceasefire_agreement_of_myanmar_has_six_international_witnesses_on_both_days() -> None:
    # Text of the agreement of 15 October 2015; European Commission on the accession of 13 February 2018.
    six = {"CHN", "IND", "JPN", "THA", "UN", "EU"}
    assert who("mmr-nca", "witness", since="2015-10-15") == six
    assert who("mmr-nca", "witness", since="2018-02-13") == six


def test_envoys_of_the_chair_of_asean_on_myanmar_follow_the_chair() -> None:
    # Order of the chair: Brunei 2021, Cambodia, Indonesia, Laos, Malaysia, Philippines 2026 (for Myanmar, 43rd summit).
    found = sorted((row["since"], row["mediator"]) for row in ROWS if _is_envoy(row))
    assert [mediator for _, mediator in found] == ["BRN", "KHM", "IDN", "LAO", "MYS", "PHL"]
    assert [int(day[:4]) for day, _ in found] == [2021, 2022, 2023, 2024, 2025, 2026]


def _is_envoy(row: dict[str, str]) -> bool:
    return row["process"] == "mmr-asean" and row["role"] == "facilitator"


def test_declaration_of_kuala_lumpur_was_witnessed_by_malaysia_and_the_united_states() -> None:
    assert who("khm-tha-2025", "witness", since="2025-10-26") == {"MYS", "USA"}
    assert who("khm-tha-2025", "host", since="2025-07-28") == {"MYS"}


def test_ceasefire_of_october_2025_between_afghanistan_and_pakistan() -> None:
    # Statement of the Ministry of Foreign Affairs of Qatar, 19 October 2025.
    assert who("afg-pak-2025", "co-mediator") == {"QAT", "TUR"}
    assert who("afg-pak-2025", "host", until="2025-10-19") == {"QAT"}


def test_geneva_accords_and_bonn_agreement_on_afghanistan() -> None:
    # Agreements of 14 April 1988: United States and Soviet Union as guarantors; S/2001/1154 of 5 December 2001.
    assert who("afg-geneva", "lead", until="1988-04-14") == {"UN"}
    assert who("afg-geneva", "guarantor") == {"USA", "RUS"}
    assert who("afg-bonn", "lead", since="2001-11-27", until="2001-12-05") == {"UN"}
    assert who("afg-bonn", "host") == {"DEU"}


def test_six_plus_two_are_the_six_neighbours_of_afghanistan_and_two_more() -> None:
    # Tashkent Declaration, A/54/174-S/1999/812.
    neighbours = {"CHN", "IRN", "PAK", "TJK", "TKM", "UZB"}
    assert who("afg-six-plus-two", "supporter") == neighbours | {"RUS", "USA"}
    assert who("afg-six-plus-two", "lead") == {"UN"}


def test_paris_agreements_on_cambodia_were_signed_by_eighteen_states_beside_cambodia() -> None:
    # A/46/608-S/23177: nineteen states with Cambodia; France and Indonesia presided.
    assert len(who("khm-paris", "guarantor", since="1991-10-23")) == 18
    assert who("khm-paris", "co-mediator") == {"FRA", "IDN"}
    assert {"CHN", "FRA", "GBR", "RUS", "USA"} <= who("khm-paris", "guarantor")


def test_aceh_monitoring_mission_was_of_the_union_five_of_asean_norway_and_switzerland() -> None:
    # Joint Action 2005/643/CFSP; 15 September 2005 to 15 December 2006.
    group = who("idn-aceh-helsinki", "guarantor", since="2005-09-15", until="2006-12-15")
    assert group == {"EU", "BRN", "MYS", "PHL", "SGP", "THA", "NOR", "CHE"}
    assert who("idn-aceh-helsinki", "lead", until="2005-08-15") == {"CMI"}


def test_contact_group_on_mindanao_had_four_states_and_four_organisations() -> None:
    group = who("phl-milf", "supporter", note="International Contact Group")
    assert group == {"GBR", "JPN", "TUR", "SAU", "TAF", "MUHAMMADIYAH", "HD", "CR"}
    assert "MYS" in who("phl-milf", "facilitator", since="2001-03")


def test_neutral_nations_of_the_korean_armistice() -> None:
    # S/3079, article 37: Sweden, Switzerland, Poland, Czechoslovakia; two of them are there today.
    assert who("kor-armistice", "guarantor") == {"SWE", "CHE", "POL", "CSK"}
    assert who("kor-armistice", "guarantor", ongoing="yes") == {"SWE", "CHE"}


def test_bougainville_peace_agreement_was_witnessed_on_30_august_2001() -> None:
    assert who("png-bougainville", "witness", since="2001-08-30") == {"AUS", "NZL", "UN"}


def test_havana_talks_had_two_guarantors_and_two_accompanying_countries() -> None:
    # General agreement of 26 August 2012 of the Government of Colombia and FARC-EP.
    assert who("col-farc", "guarantor") == {"CUB", "NOR", "UN"}
    assert who("col-farc", "guarantor", until="2016-11-24") == {"CUB", "NOR"}
    assert who("col-farc", "supporter", note="accompanying country") == {"CHL", "VEN"}


def test_table_with_eln_had_six_guarantors_and_four_accompanying_countries() -> None:
    # Joint communiques of Caracas, November and December 2022.
    states = who("col-eln-2022", "guarantor", kind="state")
    assert states == {"CUB", "NOR", "VEN", "MEX", "CHL", "BRA"}
    assert who("col-eln-2022", "supporter", kind="state") == {"DEU", "ESP", "SWE", "CHE"}


def test_doha_talks_with_the_egc_are_mediated_by_four_states() -> None:
    # Joint statement of the Group of Mediator Countries, 5 December 2025.
    assert who("col-egc", "lead") | who("col-egc", "co-mediator") == {"QAT", "NOR", "ESP", "CHE"}


def test_talks_on_venezuela_in_mexico() -> None:
    # Norway, Ministry of Foreign Affairs: facilitator Norway, host Mexico, accompanying the Netherlands and Russia.
    assert who("ven-mexico-barbados", "facilitator") == {"NOR"}
    assert who("ven-mexico-barbados", "host") == {"MEX", "BRB"}
    assert who("ven-mexico-barbados", "supporter") == {"NLD", "RUS"}


def test_declaration_of_argyle_names_its_interlocutors_and_observers() -> None:
    # Text of the declaration of 14 December 2023.
    assert who("guy-ven-argyle", "facilitator", kind="state") == {"VCT", "DMA", "BRA"}
    assert who("guy-ven-argyle", "facilitator", kind="organisation") == {"CELAC", "CARICOM"}
    assert who("guy-ven-argyle", "witness") == {"UN", "COL"}


def test_partners_of_the_declaration_of_kingston_on_haiti() -> None:
    partners = who("hti-2022", "supporter", since="2024-03-11")
    assert partners == {"BRA", "CAN", "FRA", "MEX", "UN", "USA"}
    assert who("hti-2022", "lead") == {"CARICOM"}


def test_guarantors_of_the_protocol_of_rio_de_janeiro() -> None:
    # A/51/188-S/1996/511.
    assert who("per-ecu", "guarantor") == who("per-ecu-1981", "guarantor") == {"ARG", "BRA", "CHL", "USA"}


def test_contadora_and_its_support_group() -> None:
    # S/RES/530 (1983) names the four; Lima, July 1985, the others.
    assert who("nic-contadora", "co-mediator") == {"COL", "MEX", "PAN", "VEN"}
    assert who("nic-contadora", "supporter") == {"ARG", "BRA", "PER", "URY"}


@pytest.mark.parametrize(
    ("process", "mediator", "last"),
    [
        ("arg-chl-beagle", "VAT", "1984-11-29"),  # Treaty of Peace and Friendship, UNTS vol. 1399
        ("gtm-peace", "UN", "1996-12-29"),  # A/51/796-S/1997/114
        ("slv-peace", "UN", "1992-01-16"),  # A/46/864-S/23501
        ("ind-pak-tashkent", "RUS", "1966-01-10"),  # S/7221
        ("hnd-slv-1980", "PER", "1980-10-30"),  # UNTS vol. 1310
        ("phl-mnlf-1996", "OIC", "1996-09-02"),  # Final Peace Agreement
        ("idn-west-new-guinea", "UN", "1962-08-15"),  # A/RES/1752 (XVII)
    ],
)
def test_mediation_ended_with_the_signature(process: str, mediator: str, last: str) -> None:
    assert mediator in who(process, "lead", until=last, outcome="agreement")


def test_friends_of_guatemala_are_the_six_of_the_framework_agreement() -> None:
    # A/49/61-S/1994/53 of 10 January 1994.
    assert who("gtm-peace", "supporter", since="1994-01-10") == {"COL", "MEX", "NOR", "ESP", "USA", "VEN"}
