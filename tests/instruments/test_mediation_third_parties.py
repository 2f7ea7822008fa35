"""Who third parties are: names in many spellings, names that only look like states, and texts read whole."""

import csv
import re
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.ids.state_table import rows
from forestall.instruments.mediation.third_parties import Parsed, parse, resolve
from forestall.instruments.mediation.third_parties.lexicon import Node, actors, organisations, trie
from forestall.instruments.mediation.third_parties.tokens import key, tokens
from forestall.regional.organisations import register
from forestall.sources import pax

NOBODY: frozenset[str] = frozenset()


def keys(text: str, *own: str, on: date | None = None) -> set[str]:
    return set(parse(text, frozenset(own), on).keys())


def roles(text: str, *own: str) -> set[tuple[str, str]]:
    return {(one.key, one.role) for one in parse(text, frozenset(own)).actors}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("African Union", "AU"),
        ("OAU", "AU"),
        ("AU", "AU"),
        ("Union africaine", "AU"),
        ("Organisation de l'unité africaine", "AU"),
        ("AMISOM", "AU"),
        ("Government of Norway", "NOR"),
        ("Royal Norwegian Government", "NOR"),
        ("Royal Government of Norway", "NOR"),
        ("Norwegian", "NOR"),
        ("Kingdom of Norway", "NOR"),
        ("Norwegian Embassy", "NOR"),
        ("Embassy of Norway", "NOR"),
        ("Norwegian Ministry of Foreign Affairs", "NOR"),
        ("Norvège", "NOR"),
        ("USAID", "USA"),
        ("U.S.", "USA"),
        ("US", "USA"),
        ("États-Unis", "USA"),
        ("États-Unis d'Amérique", "USA"),
        ("Estados Unidos", "USA"),
        ("UK", "GBR"),
        ("Royaume-Uni", "GBR"),
        ("Kingdom of Saudi Arabia", "SAU"),
        ("Swiss Confederation", "CHE"),
        ("Hellenic Republic", "GRC"),
        ("Gabonese Republic", "GAB"),
        ("Holy See", "VAT"),
        ("Papal Nuncio", "VAT"),
        ("Great Socialist People’s Libyan Arab Jamahiriya", "LBY"),
        ("Union of Soviet Socialist Republics", "RUS"),
        ("USSR", "RUS"),
        ("Zaire", "COD"),
        ("Burma", "MMR"),
        ("Yugoslavia", "SRB"),
        ("Guinea-Bissau", "GNB"),
        ("Equatorial Guinea", "GNQ"),
        ("Papua New Guinea", "PNG"),
        ("Republic of Guinea", "GIN"),
        ("South Sudan", "SSD"),
        ("Democratic Republic of the Congo", "COD"),
        ("Republic of the Congo", "COG"),
        ("Dominican Republic", "DOM"),
        ("Dominica", "DMA"),
        ("Republic of Ireland", "IRL"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Côte d’Ivoire", "CIV"),
        ("Cote d'Ivoire", "CIV"),
        ("República Bolivariana de Venezuela", "VEN"),
        ("République algérienne démocratique et populaire", "DZA"),
        ("European Community", "EU"),
        ("European Commission", "EU"),
        ("ECMM", "EU"),
        ("CSCE", "OSCE"),
        ("IGADD", "IGAD"),
        ("CEDEAO", "ECOWAS"),
        ("ECOMOG", "ECOWAS"),
        ("Arab League", "LAS"),
        ("OEA", "OAS"),
        ("UNMISS", "UN"),
        ("MINUSCA", "UN"),
        ("UNHCR", "UN"),
        ("Special Representative of the Secretary-General", "UN"),
        ("Organisation des Nations Unies", "UN"),
        ("UNPROF0R", "UN"),
        ("IFOR", "NATO"),
        ("ICRC", "ICRC"),
        ("Red Cross", "ICRC"),
        ("World Bank", "WB"),
        ("IMF", "IMF"),
        ("OECD", "OECD"),
        ("Henry Dunant Centre", "HD"),
        ("Centre for Humanitarian Dialogue", "HD"),
        ("Community of Sant’Egidio", "SANTEGIDIO"),
        ("Sant'Egidio", "SANTEGIDIO"),
        ("The Carter Center", "CARTER"),
        ("Crisis Management Initiative", "CMI"),
        ("Berghof Foundation", "BERGHOF"),
        ("World Council of Churches", "WCC"),
        ("NOR", "NOR"),
        ("nor", "NOR"),
        ("igad", "IGAD"),
        ("CAN", "CAN"),  # the code of a state goes before an acronym
    ],
)
def test_names_in_many_spellings(name: str, expected: str) -> None:
    found = resolve(name)
    assert found is not None
    assert found.key == expected


@pytest.mark.parametrize(
    "name",
    [
        "us", "IS", "who", "", "   ", "nobody", "Michael Jordan", "Chad Smith", "Georgia Brown", "Turkey Bowl",
        "Northern Ireland", "New Mexico", "Gulf of Guinea", "Lake Chad", "Niger Delta", "Latin American", "Dominican",
        "Indian Ocean", "Solomon Islands Christian Association", "former South African President", "Kenya and Uganda", "New Sudan Council of Churches", "\x00", "🕊",
    ],
)  # fmt: skip
def test_names_that_mean_nobody_or_several(name: str) -> None:
    assert resolve(name) is None


def test_kinds() -> None:
    found = [resolve(name) for name in ("Norway", "ECOWAS", "Sant'Egidio")]
    assert [actor.kind for actor in found if actor] == ["state", "organisation", "ngo"]


def test_every_state_of_today_and_every_organisation_goes_by_its_own_name() -> None:
    for row in rows():
        if row.end is None and row.iso3:
            found = resolve(row.name)
            assert found is not None, row.name
            assert (found.key, found.kind) == (row.series_iso3, "state")
    successors = {one.predecessor: one.acronym for one in register().values() if one.predecessor}
    for one in register().values():
        found = resolve(one.name)
        acronym = one.acronym
        while acronym in successors:
            acronym = successors[acronym]
        if one.acronym != "Commonwealth":
            assert found is not None, one.name
            assert (found.key, found.kind) == (acronym, "organisation")


def test_keys_are_one_kind_each_and_spellings_are_held_once() -> None:
    assert set(organisations()) & {one.key for one in actors().values() if one.kind == "state"} <= {"CAN", "NAM"}
    clashes = []
    todo: list[tuple[Node, tuple[str, ...]]] = [(trie(), ())]
    while todo:
        node, path = todo.pop()
        single = {e.actors[0] for e in node.entries if e.sort in ("name", "acronym") and len(e.actors) == 1}
        if len(single) > 1:
            clashes.append((path, {actor.key for actor in single}))
        todo += [(follow, (*path, word)) for word, follow in node.follows.items()]
    assert clashes == []


@pytest.mark.parametrize(
    ("text", "own", "expected"),
    [
        ("United Nations, African Union (AU); ECOWAS", (), {"UN", "AU", "ECOWAS"}),
        ("Qatar\r\nGerman Government \r\nUnited Nations\r\nUSA", ("AFG",), {"QAT", "DEU", "UN", "USA"}),
        ("H.E. A. B. Name, Ambassador of Norway to Nigeria", ("NGA",), {"NOR"}),
        ("Permanent Representative of Algeria to the United Nations", (), {"DZA"}),
        ("Permanent Representatives of France, Germany, Italy and Spain to the United Nations", (),
         {"FRA", "DEU", "ITA", "ESP"}),
        ("High Commissioner of the Gambia to the Republic of Ghana representing the President of the Republic of the "
         "Gambia", (), {"GMB"}),
        ("EU Special Representative for Sudan, for the European Union", (), {"EU"}),
        ("Special Envoy of Kenya on South Sudan", ("SSD",), {"KEN"}),
        ("Special Representative of the Secretary-General of the OAU in Burundi", ("BDI",), {"AU"}),
        ("Special Representative of the Secretary-General for Somalia", ("SOM",), {"UN"}),
        ("President of the Republic of Ghana and Current Chairman of ECOWAS", ("LBR",), {"GHA", "ECOWAS"}),
        ("For the Economic Community of\nCentral African States", ("CAF",), {"ECCAS"}),
        ("Republic of Equatorial Guinea, Guinea-Bissau and Papua New Guinea", (), {"GNQ", "GNB", "PNG"}),
        ("Amr Name, Egypt; Hussein Name, Jordan; Name Name, EU", ("ISR",), {"EGY", "JOR", "EU"}),
        ("Former South African President N. M. facilitated", ("BDI",), set()),
        ("Former Head of State of the Federal Republic of Nigeria", ("LBR",), set()),
        ("South African Deputy President as facilitator", ("BDI",), {"ZAF"}),
        ("Facilitator of the Burundi peace process, South Africa", ("RWA",), {"ZAF"}),
        ("The representatives of Irans and Saudi Arabias governments", ("AFG",), {"IRN", "SAU"}),
        ("The Solomon Islands Christian Association", ("PNG",), set()),
        ("Egypt acted as mediator after a pact", ("SDN",), {"EGY"}),
        ("former US Secretary of State C. V. and former Nigerian leader O. O.", ("BIH",), set()),
        ("No", ("COM",), set()),
        ("Third Party Facilitator For the Royal Norwegian Government", ("PHL",), {"NOR"}),
        ("they told us that the talks may go on", (), set()),
        ("Government of Norway", ("NOR",), set()),
        ("unsigned annex of the agreement", (), set()),
        ("No third parties signed the agreement", (), set()),
        ("Not signed by third parties but facilitated by the UN and ECOWAS", (), {"UN", "ECOWAS"}),
        ("Pour la MONUC\nX. Y.\nFacilitateur", ("COD",), {"UN"}),
        ("République du Congo", ("CAF",), {"COG"}),
        ("Congo, ECCAS", ("CAF",), {"COG", "ECCAS"}),
        ("Congo", ("COD",), set()),
        ("Testigo por la Organización de Estados Americanos", ("COL",), {"OAS"}),
    ],
)  # fmt: skip
def test_who_is_found_in_a_text(text: str, own: tuple[str, ...], expected: set[str]) -> None:
    assert keys(text, *own) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Witnessed by:\nThe Republic of Kenya", {("KEN", "witness")}),
        ("Observers: Iran, Pakistan", {("IRN", "observer"), ("PAK", "observer")}),
        ("By the Guarantor Countries:\nRepublic of Cuba\nKingdom of Norway", {("CUB", "guarantor"), ("NOR", "guarantor")}),
        ("talks mediated by Egypt", {("EGY", "mediator")}),
        ("Malaysian Facilitator", {("MYS", "mediator")}),
        ("Talks held in Geneva, Switzerland, under the auspices of the UN", {("CHE", "host"), ("UN", "mediator")}),
        ("Malaysia hosted the talks", {("MYS", "host")}),
        ("(Signed) For the Republic of Cuba", {("CUB", "signatory")}),
        ("Switzerland", {("CHE", "unknown")}),
    ],
)  # fmt: skip
def test_roles(text: str, expected: set[tuple[str, str]]) -> None:
    assert roles(text) == expected


def test_the_place_of_talks_is_no_third_party() -> None:
    parsed = parse("Signed in Nairobi, Kenya. Mediated by IGAD.", frozenset({"SDN"}))
    assert parsed.keys() == {"IGAD"}
    assert {one.key for one in parsed.actors} == {"IGAD", "KEN"}


@pytest.mark.parametrize(
    ("text", "own", "on", "expected"),
    [
        ("Contact Group", ("BIH",), date(1995, 9, 8), {"USA", "RUS", "GBR", "FRA", "DEU"}),
        ("Contact Group", ("SRB", "XKX"), date(1999, 2, 23), {"USA", "RUS", "GBR", "FRA", "DEU", "ITA"}),
        ("Contact Group", ("GNB",), date(1998, 7, 26), set()),
        ("OSCE Minsk Group", ("ARM", "AZE"), date(2008, 11, 2), {"OSCE", "RUS", "FRA", "USA"}),
        ("For the Troika", ("SSD",), date(2018, 9, 12), {"USA", "GBR", "NOR"}),
        ("the five permanent members of the Security Council", ("YEM",), None, {"CHN", "FRA", "GBR", "RUS", "USA"}),
        ("AU-UN Joint Chief Mediator", ("SDN",), None, {"AU", "UN"}),
    ],
)
def test_groups_stand_for_their_members_then(
    text: str, own: tuple[str, ...], on: date | None, expected: set[str]
) -> None:
    assert keys(text, *own, on=on) == expected


def test_domestic_actors_and_persons_are_counted_apart() -> None:
    text = "Governor of Kaduna State\nBishop of the Catholic Church\nJohn Invented\nNorwegian Ambassador\nGovernment of Nigeria"
    parsed = parse(text, frozenset({"NGA"}))
    assert parsed.keys() == frozenset({"NOR"})
    assert (parsed.domestic, parsed.unresolved) == (3, ())
    assert parse("Jane Invented").persons == 1
    assert parse("For the United Nations:\nJane Invented").persons == 0
    assert parse("Jane Invented\nPresident of the Republic of Ghana").persons == 0


def test_in_a_war_between_states_both_are_domestic() -> None:
    parsed = parse("Eritrea, Ethiopia, Algeria", frozenset({"ERI", "ETH"}))
    assert parsed.keys() == frozenset({"DZA"})
    assert parsed.domestic == 2


def test_what_nobody_knows_is_given_back() -> None:
    parsed = parse("Qatar, International Invented Foundation, USA, countries in the region", NOBODY)
    assert parsed.keys() == {"QAT", "USA"}
    assert parsed.unresolved == ("International Invented Foundation", "countries in the region")


PIECES = """Norway Government of the United Nations AU (AU) Kenya Chad Jordan , ; : . - • President Mr John Signed for in held
Geneva Switzerland US us Republic Congo former Witness and & d'Ivoire Côte l'ONU U.S. Mediator to 1. [signed]"""
WORDS = st.sampled_from([*PIECES.split(), "\n", "\r\n", "\t"])


def accounted(text: str, parsed: Parsed) -> None:
    letters = [letter for letter in text if letter.isalpha()]
    held = [letter for part in parsed.parts for letter in part.text if letter.isalpha()]
    joined = "".join(held)
    # Cutting a list takes its "and"s; everything else stands in exactly one part, in order.
    if not re.search(r"\b(?:and|et|y)\b", text):
        assert joined == "".join(letters)
    counts = {
        status: sum(part.status == status for part in parsed.parts) for status in ("person", "unresolved", "domestic")
    }
    assert parsed.persons == counts["person"]
    assert len(parsed.unresolved) == counts["unresolved"]
    assert parsed.domestic >= counts["domestic"]
    for one in parsed.actors:
        assert one.segment in {part.text for part in parsed.parts}


@given(st.lists(WORDS, max_size=30), st.frozensets(st.sampled_from(["KEN", "COD", "NOR", "TCD"]), max_size=2))
@settings(max_examples=200, deadline=None)
def test_nothing_is_dropped(words: list[str], own: frozenset[str]) -> None:
    text = " ".join(words)
    parsed = parse(text, own)
    accounted(text, parsed)
    assert not {one.key for one in parsed.actors} & own
    assert len({(one.key, one.kind, one.role) for one in parsed.actors}) == len(parsed.actors)


@given(st.text(max_size=200))
@settings(max_examples=200, deadline=None)
def test_it_never_fails_on_any_text(text: str) -> None:
    accounted(text, parse(text, frozenset({"KEN"})))
    resolve(text)


@given(st.lists(st.sampled_from(["Norway", "Kenya", "IGAD", "ICRC", "Qatar"]), min_size=1, max_size=5, unique=True))
def test_a_list_holds_whom_it_names_however_it_is_separated(names: list[str]) -> None:
    expected = {actor.key for actor in map(resolve, names) if actor}
    for separator in (", ", "; ", "\n", " and ", " / ", "\r\n- ", "    "):
        assert keys(separator.join(names)) == expected


def test_naming_own_states_only_takes_away() -> None:
    text = "Kenya, Uganda, IGAD and Norway"
    assert keys(text, "KEN") == keys(text) - {"KEN"}


@pytest.mark.parametrize(
    "text", ["UN mediator " * 9000, "Indian " * 20000, "a\n" * 60000, "Kenya, " * 20000, "(,;" * 50000, "to " * 50000]
)
def test_long_texts_take_no_longer_than_their_length_allows(text: str) -> None:
    start = time.process_time()
    parse(text, frozenset({"KEN"}))
    assert time.process_time() - start < 4


def test_words_are_compared_without_case_accents_and_articles() -> None:
    assert key("The Union of the COMOROS") == ("union", "of", "comoros")
    assert key("Côte d’Ivoire") == key("cote d'ivoire") == ("cote", "d", "ivoire")
    assert key("U.N.") == key("UN")
    text = "The U.S. and l'ONU"
    assert [text[token.start : token.end] for token in tokens(text)] == ["U.S.", "and", "l", "ONU"]


def test_the_labelled_agreements_are_read_as_they_were_labelled(shared: Path) -> None:
    """Against labels made by hand; the file is read with `sources.pax`, as a user would add it."""
    frame = pax.parse_file(shared / "mediation" / "pax_v6_to_2020.csv.gz", today=date(2026, 2, 1)).frame
    rows = {row["pax_id"]: row for row in frame.iter_rows(named=True)}
    lines = (Path(__file__).parents[2] / "benchmarks" / "labels" / "third_parties.csv").read_text("utf-8").splitlines()
    hit = found = labelled = 0
    for label in csv.DictReader(line for line in lines if not line.startswith("#")):
        row = rows[int(label["agt_id"])]
        own = frozenset((row["iso3"] or "").split(";"))
        said, true = parse(row["third_parties"], own, row["agreed_on"]).keys(), frozenset(label["keys"].split())
        hit, found, labelled = hit + len(said & true), found + len(said), labelled + len(true)
    assert labelled == 574  # 242 dev, 174 held, 158 fresh
    assert hit / found > 0.97
    assert hit / labelled > 0.97


def test_little_of_the_whole_file_stays_unresolved(shared: Path) -> None:
    frame = pax.parse_file(shared / "mediation" / "pax_v6_to_2020.csv.gz", today=date(2026, 2, 1)).frame
    filled = frame.filter(frame["third_parties"].is_not_null())
    start = time.process_time()
    read = [
        parse(text, frozenset((iso3 or "").split(";")), day)
        for text, iso3, day in filled.select("third_parties", "iso3", "agreed_on").iter_rows()
    ]
    assert time.process_time() - start < 5
    assert len(read) == 1016
    assert sum(len(one.unresolved) for one in read) < 0.04 * sum(len(one.parts) for one in read)
