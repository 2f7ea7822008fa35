"""The register of regional organisations: its form, its dates, known facts, and that each power has a basis."""

import re
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from forestall.ids import countries
from forestall.ids.state_table import key_of

TEXT = files("forestall.regional").joinpath("organisations.yml").read_text("utf-8")
ROWS: list[dict[str, Any]] = yaml.safe_load(TEXT)
BY = {row["acronym"]: row for row in ROWS}
PAGE = Path(__file__).parents[2] / "docs" / "sources" / "regional-organisations.md"

KEYS = {
    "acronym", "name", "aliases", "kind", "founded", "founded_by", "signed", "in_force", "founding_instrument", "seat",
    "dissolved", "predecessor", "website", "regions", "headline", "un_observer", "organs", "powers", "sources", "checked",
}  # fmt: skip
POWERS = {
    "mediate", "good_offices", "observe", "early_warning", "suspend", "sanction", "deploy", "intervene",
    "collective_defence",
}  # fmt: skip
M49 = {
    "Africa", "Northern Africa", "Western Africa", "Middle Africa", "Eastern Africa", "Southern Africa",
    "Americas", "Northern America", "Latin America and the Caribbean", "Caribbean", "Central America", "South America",
    "Asia", "Central Asia", "Eastern Asia", "South-eastern Asia", "Southern Asia", "Western Asia",
    "Europe", "Eastern Europe", "Northern Europe", "Southern Europe", "Western Europe", "Oceania", "Melanesia",
}  # fmt: skip
LOOSE_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def first_day(text: str) -> date:
    """The first day that a date of any precision may mean."""
    assert LOOSE_DAY.fullmatch(text), text
    return date.fromisoformat((text + "-01-01")[:10])


def line_of(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The organisation and those it followed."""
    held = [row]
    while held[-1]["predecessor"]:
        held.append(BY[held[-1]["predecessor"]])
    return held


@pytest.mark.parametrize("row", ROWS, ids=list(BY))
def test_each_entry_has_the_keys_and_their_forms(row: dict[str, Any]) -> None:
    assert set(row) - {"note"} == KEYS
    assert row["kind"] in {"regional", "subregional", "interregional"}
    assert row["founded_by"] in {"signed", "in_force", "declared", "renamed"}
    assert row["regions"]
    assert set(row["regions"]) <= M49
    assert row["sources"]
    assert all(source.strip() for source in row["sources"])
    assert row["founding_instrument"]
    assert isinstance(row["checked"], bool)
    assert 20 < len(row["headline"]) <= 170
    assert row["headline"].endswith(".")
    assert "\n" not in row["headline"]
    assert row["website"] is None or row["website"].startswith("https://")


@pytest.mark.parametrize("row", ROWS, ids=list(BY))
def test_days_agree_with_what_they_stand_for(row: dict[str, Any]) -> None:
    founded = date.fromisoformat(row["founded"])
    signed, in_force = (row[key] and date.fromisoformat(row[key]) for key in ("signed", "in_force"))
    if row["founded_by"] in {"signed", "in_force"}:
        assert row["founded"] == row[row["founded_by"]]
    if signed and in_force:
        assert signed < in_force
    if row["dissolved"]:
        assert founded < date.fromisoformat(row["dissolved"])
    if row["predecessor"]:
        before = BY[row["predecessor"]]
        assert before["dissolved"], "what was followed has an end"
        assert date.fromisoformat(before["founded"]) < founded
    assert founded <= date(2026, 11, 25)


@pytest.mark.parametrize("row", ROWS, ids=list(BY))
def test_each_power_has_a_basis_and_none_is_older_than_the_organisation(row: dict[str, Any]) -> None:
    oldest = min(date.fromisoformat(one["founded"]) for one in line_of(row))
    for one in row["powers"]:
        assert set(one) == {"power", "since", "basis", "note", "checked"}
        assert one["power"] in POWERS
        assert len(one["basis"]) > 8
        assert isinstance(one["checked"], bool)
        if one["since"]:
            # A year alone may be the founding year, whose first day comes before the founding day.
            assert first_day(one["since"]) >= (oldest if len(one["since"]) == 10 else first_day(str(oldest.year)))
            if row["dissolved"]:
                assert first_day(one["since"]) < date.fromisoformat(row["dissolved"])
    for organ in row["organs"]:
        assert set(organ) == {"name", "role", "since", "basis"}
        assert organ["name"]
        assert organ["role"].endswith(".")
        assert organ["basis"]
        if organ["since"]:
            assert first_day(organ["since"]).year >= oldest.year
    bases = [(one["power"], one["basis"]) for one in row["powers"]]
    assert len(bases) == len(set(bases)), "the same power on the same basis stands once"


@pytest.mark.parametrize("row", [row for row in ROWS if row["seat"]], ids=lambda row: row["acronym"])
def test_seats_are_in_states_that_we_know(row: dict[str, Any]) -> None:
    city, iso3 = row["seat"].rsplit(", ", 1)
    on = date.fromisoformat(row["dissolved"]) if row["dissolved"] else date(2025, 1, 1)
    assert city
    assert countries.by_iso3(iso3, on).iso3 == iso3


def test_a_spelling_means_one_organisation() -> None:
    owner: dict[str, str] = {}
    for row in ROWS:
        for spelling in (row["acronym"], row["name"], *row["aliases"]):
            assert owner.setdefault(key_of(spelling), row["acronym"]) == row["acronym"], spelling
    assert owner[key_of("CEDEAO")] == "ECOWAS"
    assert owner[key_of("Arab League")] == "LAS"
    assert owner[key_of("Organización de los Estados Americanos")] == "OAS"


def test_entries_stand_once_and_none_of_those_asked_for_is_missing() -> None:
    assert len(BY) == len(ROWS)
    asked = (
        "AU OAU ECOWAS IGAD IGADD SADC SADCC ECCAS EAC AMU CEN-SAD COMESA ICGLR G5S AES MRU GGC IOC LAS GCC OIC EU OSCE "
        "CSCE COE NATO CSTO CIS SCO CICA OTS BSEC GUAM EAEU ASEAN SAARC BIMSTEC PIF MSG OAS CARICOM SICA UNASUR CELAC "
        "MERCOSUR CAN ALBA Commonwealth OIF CPLP BRICS NAM G77 UfM LCBC CEMAC WEU OECS EC CST"
    )
    assert set(asked.split()) == set(BY)


@pytest.mark.parametrize(
    ("acronym", "key", "day"),
    [
        ("OAU", "signed", "1963-05-25"),
        ("OAU", "dissolved", "2002-07-09"),
        ("AU", "signed", "2000-07-11"),
        ("AU", "in_force", "2001-05-26"),
        ("ECOWAS", "signed", "1975-05-28"),
        ("IGAD", "signed", "1996-03-21"),
        ("SADC", "signed", "1992-08-17"),
        ("ECCAS", "in_force", "1984-12-18"),
        ("EAC", "in_force", "2000-07-07"),
        ("AES", "signed", "2023-09-16"),
        ("LAS", "signed", "1945-03-22"),
        ("EU", "in_force", "1993-11-01"),
        ("COE", "signed", "1949-05-05"),
        ("NATO", "in_force", "1949-08-24"),
        ("CSTO", "in_force", "2003-09-18"),
        ("SCO", "in_force", "2003-09-19"),
        ("ASEAN", "founded", "1967-08-08"),
        ("OAS", "in_force", "1951-12-13"),
        ("UNASUR", "in_force", "2011-03-11"),
        ("OSCE", "founded", "1995-01-01"),
    ],
)
def test_official_days(acronym: str, key: str, day: str) -> None:
    assert BY[acronym][key] == day


@pytest.mark.parametrize(
    ("acronym", "power", "basis", "since"),
    [
        ("AU", "intervene", "Constitutive Act Art. 4(h)", "2001-05-26"),
        ("AU", "suspend", "Constitutive Act Art. 30", "2001-05-26"),
        ("AU", "deploy", "PSC Protocol Art. 7(1)(c)", "2003-12-26"),
        ("ECOWAS", "suspend", "A/SP1/12/01, Art. 45", "2001-12-21"),
        ("SADC", "intervene", "Art. 11(3)(c)-(d)", "2004-03-02"),
        ("CSTO", "collective_defence", "1992, Art. 4", "2003-09-18"),
        ("EU", "deploy", "TEU Art. 42(1) and 43(1)", "2009-12-01"),
        ("NATO", "collective_defence", "Art. 5", "1949-08-24"),
        ("OAS", "suspend", "Charter Art. 9", "1997-09-25"),
        ("LAS", "mediate", "Pact Art. 5", "1945-05-11"),
        ("COE", "suspend", "Statute Art. 8", "1949-08-03"),
        ("MERCOSUR", "suspend", "1998-07-24, Art. 5", "2002-01-17"),
        ("AES", "collective_defence", "Liptako-Gourma Charter Art. 6", "2023-09-16"),
        ("ASEAN", "good_offices", "Treaty of Amity and Cooperation, 1976, Art. 15", "1976"),
        ("OSCE", "deploy", "Helsinki Document 1992, ch. III", "1992-07-10"),
    ],
)
def test_known_legal_bases(acronym: str, power: str, basis: str, since: str) -> None:
    found = [one for one in BY[acronym]["powers"] if one["power"] == power and basis in one["basis"]]
    assert [one["since"] for one in found] == [since]


@pytest.mark.parametrize("acronym", ["SAARC", "BRICS", "NAM", "G77", "EAEU", "CICA", "OTS", "BSEC"])
def test_forums_without_a_mandate_have_no_power(acronym: str) -> None:
    assert BY[acronym]["powers"] == []


def test_observers_at_the_general_assembly_name_a_resolution_of_that_time() -> None:
    for row in ROWS:
        if (observer := row["un_observer"]) is None:
            continue
        since = date.fromisoformat(observer["since"])
        if found := re.match(r"A/RES/(\d+)/", observer["resolution"]):  # older resolutions bear Roman numbers
            opened = 1945 + int(found[1])  # session n opens in September of 1945 + n and ends a year later
            assert date(opened, 9, 1) <= since < date(opened + 1, 9, 30), row["acronym"]
    assert BY["NATO"]["un_observer"] is None


def test_an_entry_counts_as_looked_up_if_one_of_its_powers_was() -> None:
    for row in ROWS:
        if any(one["checked"] for one in row["powers"]):
            assert row["checked"], row["acronym"]


def test_the_page_gives_the_counts_of_the_file() -> None:
    powers = [one for row in ROWS for one in row["powers"]]
    observers = [row["un_observer"] for row in ROWS if row["un_observer"]]
    page = PAGE.read_text("utf-8")
    for what, total, looked_up in (
        ("Organisations", len(ROWS), sum(row["checked"] for row in ROWS)),
        ("Powers", len(powers), sum(one["checked"] for one in powers)),
        ("Observer status", len(observers), sum(one["checked"] for one in observers)),
    ):
        assert f"| {what} | {total} | {looked_up} |" in page
