"""Facts on nuclear, chemical, biological and space treaties and on safeguards: their form, and days from records."""

import csv
from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from forestall.ids.state_table import rows as states

FOLDER = Path(__file__).parents[2] / "tools" / "embed" / "nonproliferation"
CONSENT = {"ratified", "acceded", "accepted", "succeeded"}
DROPS = {"not_party", "not_signed"}
ACTIONS = CONSENT | DROPS | {"signed", "withdrew", "withdrawal_notified", "suspended", "revoked", "rejoined"}
CODES = {code for one in states() for code in (one.iso3, one.series_iso3) if code}
NOT_STATES_OF_THE_TABLE = {"COK", "NIU"}


def _read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


ROWS = _read("updates_nuclear.csv")
SAFEGUARDS = {row["iso3"]: row for row in _read("safeguards.csv")}
ENDS = _read("ends_nuclear.csv")
TOTALS = _read("totals_nuclear.csv")
REGISTER = {
    row["key"]: row
    for row in yaml.safe_load(
        files("forestall.instruments.nonproliferation.treaties").joinpath("register_weapons.yml").read_text("utf-8")
    )
}
BETWEEN_TWO = {"ABM", "SALT_I", "SALT_II", "TTBT", "PNET", "INF", "START_I", "START_II", "SORT", "New_START"}
NUCLEAR_WEAPON_STATES = {"CHN", "FRA", "GBR", "RUS", "USA"}


def _last(text: str) -> date:
    """The last day that a day, month or year may mean."""
    return date.fromisoformat(text + {4: "-12-31", 7: "-28", 10: ""}[len(text)])


def _days(treaty: str, iso3: str, action: str) -> list[str]:
    return [row["day"] for row in ROWS if (row["treaty"], row["iso3"], row["action"]) == (treaty, iso3, action)]


def _states(treaty: str, actions: set[str]) -> set[str]:
    return {row["iso3"] for row in ROWS if row["treaty"] == treaty and row["action"] in actions}


def test_each_row_has_the_form_that_the_build_reads() -> None:
    assert list(ROWS[0]) == ["treaty", "iso3", "action", "day", "day_precision", "source", "looked_up", "note"]
    for row in ROWS:
        assert row["treaty"] in REGISTER, row
        assert row["iso3"] in CODES, row
        assert row["action"] in ACTIONS, row
        assert row["looked_up"] in {"yes", "no"}, row
        assert len(row["source"]) >= 4, row
        if row["action"] in DROPS:
            assert row["day"] == row["day_precision"] == "", row
            continue
        assert row["day_precision"] in {"day", "by", "month", "year"}, row
        assert len(row["day"]) == {"year": 4, "month": 7}.get(row["day_precision"], 10), row
        assert date(1963, 8, 5) <= _last(row["day"]) <= date(2026, 2, 5), row


def test_no_action_of_a_state_stands_twice() -> None:
    counted = Counter((row["treaty"], row["iso3"], row["action"], row["day"]) for row in ROWS)
    assert [key for key, times in counted.items() if times > 1] == []
    consents = Counter((row["treaty"], row["iso3"]) for row in ROWS if row["action"] in CONSENT)
    assert [key for key, times in consents.items() if times > 1] == []


def test_nobody_acts_before_a_treaty_opened_or_signs_after_consenting() -> None:
    for row in ROWS:
        if row["action"] in DROPS:
            continue
        opened = REGISTER[row["treaty"]]["opened"]
        assert opened is None or _last(row["day"]) >= opened, row
    for treaty, iso3 in {(row["treaty"], row["iso3"]) for row in ROWS}:
        consent = [day for action in CONSENT for day in _days(treaty, iso3, action)]
        for signed in _days(treaty, iso3, "signed"):
            assert not consent or _last(signed) <= _last(consent[0]), (treaty, iso3)


@pytest.mark.parametrize(
    ("treaty", "iso3", "action", "day"),
    [
        ("TPNW", "KAZ", "ratified", "2019-08-29"),
        ("TPNW", "IDN", "ratified", "2024-09-24"),
        ("TPNW", "GHA", "ratified", "2025-09-26"),
        ("TPNW", "KGZ", "signed", "2025-09-26"),
        ("TPNW", "MNG", "acceded", "2021-12-10"),
        ("TPNW", "LKA", "acceded", "2023-09-19"),
        ("CTBT", "PNG", "ratified", "2024-03-13"),
        ("CTBT", "SOM", "signed", "2023-09-08"),
        ("CTBT", "RUS", "revoked", "2023-11-02"),
        ("CTBT", "LKA", "ratified", "2023-07-25"),
        ("BWC", "KIR", "acceded", "2025-05-20"),
        ("BWC", "COM", "acceded", "2025-02-14"),
        ("BWC", "FSM", "acceded", "2024-07-12"),
        ("CWC", "PSE", "acceded", "2018-05-17"),
        ("Moon", "SAU", "withdrew", "2024-01-05"),
        ("Moon", "ARM", "acceded", "2018-01-19"),
        ("NPT", "PRK", "withdrew", "2003-01-10"),
        ("ABM", "USA", "withdrew", "2002-06-13"),
        ("INF", "USA", "withdrew", "2019-08-02"),
        ("New_START", "RUS", "suspended", "2023-02-28"),
        ("New_START", "USA", "ratified", "2011-02-05"),
        ("START_I", "KAZ", "succeeded", "1994-12-05"),
        ("Lisbon_Protocol", "UKR", "signed", "1992-05-23"),
        ("Semipalatinsk", "KAZ", "signed", "2006-09-08"),
        ("Semipalatinsk_P", "FRA", "ratified", "2014-11-17"),
        ("Tlatelolco_P2", "CHN", "ratified", "1974-06-12"),
        ("Rarotonga_P2", "RUS", "ratified", "1988-04-21"),
        ("Pelindaba_P1", "RUS", "ratified", "2011-04-05"),
        ("AdditionalProtocol", "KAZ", "ratified", "2007-05-09"),
        ("AdditionalProtocol", "ZAF", "ratified", "2002-09-13"),
        ("SafeguardsAgreement", "PRK", "ratified", "1992-04-10"),
        ("NuclearTerrorism", "ARG", "ratified", "2016-04-08"),
        ("OuterSpace", "COL", "ratified", "2024-03-21"),
        ("Mongolia_NWFS", "MNG", "accepted", "2000-02-03"),
    ],
)
def test_days_from_official_records(treaty: str, iso3: str, action: str, day: str) -> None:
    assert _days(treaty, iso3, action) == [day]


def test_the_prohibition_treaty_equals_the_depositary() -> None:
    parties, signed = _states("TPNW", CONSENT), _states("TPNW", {"signed"})
    assert (len(parties), len(signed), len(signed - parties)) == (74, 95, 25)
    assert parties - signed == {"COK", "LKA", "MNG", "NIU"}
    by_force = [
        row for row in ROWS if row["treaty"] == "TPNW" and row["action"] in CONSENT and row["day"] <= "2020-10-24"
    ]
    assert len(by_force) == 50


def test_the_test_ban_updates_bring_the_copy_of_2014_to_the_depositary() -> None:
    # 162 states had ratified and 183 had signed in March 2014; 178 and 187 on 2026-02-03, the Russian Federation less.
    assert 162 + len(_states("CTBT", CONSENT) - {"GIN"}) - len(_states("CTBT", {"revoked"})) == 178
    assert 183 + len(_states("CTBT", {"signed"}) - {"ZWE"}) == 187
    assert len(set(REGISTER["CTBT"]["annex_2"])) == 44
    assert {"IND", "PAK", "PRK", "CHN", "USA", "EGY", "IRN", "ISR", "RUS"} <= set(REGISTER["CTBT"]["annex_2"])


def test_protocols_of_the_zones_by_nuclear_weapon_state() -> None:
    assert _states("Tlatelolco_P2", CONSENT) == NUCLEAR_WEAPON_STATES
    for treaty in ("Rarotonga_P2", "Rarotonga_P3", "Pelindaba_P1", "Pelindaba_P2", "Semipalatinsk_P"):
        assert _states(treaty, {"signed"}) == NUCLEAR_WEAPON_STATES, treaty
        assert _states(treaty, CONSENT) == NUCLEAR_WEAPON_STATES - {"USA"}, treaty
    assert _states("Bangkok_P", {"signed"} | CONSENT) == set()


def test_the_register_says_what_each_treaty_asks_for() -> None:
    assert set(REGISTER) >= BETWEEN_TWO | {"NPT", "CTBT", "TPNW", "BWC", "CWC", "PTBT", "SafeguardsAgreement"}
    for key, row in REGISTER.items():
        assert len(row["obligations"]) > 30, key
        assert row["withdrawal"], key
        assert row["open_to"] in {"all", "listed"}, key
        assert row["condition"], key
        assert row["sources"], key
        if row["open_to"] == "listed" and key != "CPPNM_Amendment":
            assert set(row["eligible"]) <= CODES, key
        for protocol in row["protocols"]:
            assert protocol in REGISTER, key
        days = [row["opened"], row["in_force"], row["ended"]]
        assert [day for day in days if day] == sorted(day for day in days if day), key
    assert REGISTER["New_START"]["ended"] == date(2026, 2, 5)
    assert REGISTER["NPT"]["notice_months"] == 3
    assert REGISTER["TPNW"]["notice_months"] == 12
    assert REGISTER["CTBT"]["in_force"] is None
    assert REGISTER["Semipalatinsk"]["in_force"] == date(2009, 3, 21)


def test_treaties_between_two_end_for_both() -> None:
    for key in BETWEEN_TWO:
        assert _states(key, CONSENT | {"signed"}) >= {"RUS", "USA"}, key
    ended = {key for key in BETWEEN_TWO if REGISTER[key]["ended"]}
    assert ended == BETWEEN_TWO - {"SALT_II", "TTBT", "PNET"}
    for row in ROWS:
        if row["treaty"] in ended and row["action"] in CONSENT:
            assert _last(row["day"]) <= REGISTER[row["treaty"]]["ended"], row


def _in_force(column: str, on: date) -> set[str]:
    return {iso3 for iso3, row in SAFEGUARDS.items() if row[column] and _last(row[column]) <= on}


def test_safeguards_rows_have_their_form() -> None:
    assert Counter(row["kind"] for row in SAFEGUARDS.values()) == {
        "comprehensive": 185,
        "voluntary_offer": 5,
        "item_specific": 3,
        "none": 4,
    }
    assert {iso3 for iso3, row in SAFEGUARDS.items() if row["kind"] == "none"} == {"GIN", "GNQ", "SOM", "SSD"}
    assert {iso3 for iso3, row in SAFEGUARDS.items() if row["kind"] == "item_specific"} == {"IND", "ISR", "PAK"}
    for iso3, row in SAFEGUARDS.items():
        assert iso3 in CODES, iso3
        assert row["as_of"] == "2024-12-31"
        assert (row["kind"] == "none") == (row["agreement_in_force"] == ""), iso3
        assert row["agreement_looked_up"] in {"yes", "no"}
        assert row["ap_looked_up"] in {"yes", "partly", "no"}
        if row["ap_signed"] and row["ap_in_force"]:
            assert _last(row["ap_signed"]) <= _last(row["ap_in_force"]), iso3
        if row["ap_in_force"]:
            assert _last(row["agreement_in_force"]) <= _last(row["ap_in_force"]), iso3
        if row["ap_provisional_from"]:
            assert row["ap_provisional_from"] < row["ap_provisional_to"], iso3


@pytest.mark.parametrize(
    ("year", "both", "agreement_only"),
    [
        (2014, 118, 54),
        (2016, 124, 49),
        (2018, 129, 45),
        (2019, 131, 44),
        (2020, 131, 44),
        (2022, 134, 46),
        (2023, 136, None),
        (2024, 137, 45),
    ],
)
def test_numbers_of_the_safeguards_statements(year: int, both: int, agreement_only: int | None) -> None:
    """They count protocols applied before entry into force, and not the Democratic People's Republic of Korea."""
    on = date(year, 12, 31)
    full = {iso3 for iso3, row in SAFEGUARDS.items() if row["kind"] == "comprehensive"}
    agreements = (_in_force("agreement_in_force", on) & full) - {"PRK"} - NOT_STATES_OF_THE_TABLE
    applied = {
        iso3
        for iso3, row in SAFEGUARDS.items()
        if row["ap_provisional_from"] and row["ap_provisional_from"] <= on.isoformat() <= row["ap_provisional_to"]
    }
    protocols = agreements & (_in_force("ap_in_force", on) | applied)
    assert len(protocols) == both
    if agreement_only is not None:
        assert len(agreements - protocols) == agreement_only


def test_additional_protocols_on_two_days_of_2005_and_2011() -> None:
    day = date(2005, 11, 25)
    assert len(_in_force("ap_in_force", day)) == 69
    assert sum(1 for row in SAFEGUARDS.values() if row["ap_signed"] and _last(row["ap_signed"]) <= day) == 106
    assert len(_in_force("ap_in_force", date(2011, 6, 30))) == 109


def test_latent_states_outside_the_protocol() -> None:
    without = {iso3 for iso3, row in SAFEGUARDS.items() if row["kind"] == "comprehensive" and not row["ap_in_force"]}
    assert {"ARG", "BRA", "EGY", "IRN", "PRK", "SAU", "SYR", "VEN"} <= without
    assert not {"JPN", "DEU", "ZAF", "KAZ", "UKR", "KOR"} & without


def test_ends_and_totals_name_known_treaties() -> None:
    assert Counter(row["treaty"] for row in ENDS).most_common(1)[0][1] == 1
    for row in ENDS + TOTALS:
        assert row["treaty"] in REGISTER, row
    for row in ENDS:
        assert date(2018, 1, 1) <= date.fromisoformat(row["known_to"]) <= date(2026, 2, 28), row
        assert row["basis"]
    for row in TOTALS:
        assert int(row["parties"]) > 0, row
        assert row["source"], row
