"""What pages say of non-proliferation: the section of a dossier, and the treaties of the outlook."""

from datetime import date
from html import unescape

import pytest

from forestall.brief import nonproliferation, treaties
from forestall.brief.compose import dossier_page
from forestall.brief.document_nonproliferation import NonproliferationPart, TreatiesPart
from forestall.brief.situation import Situation
from forestall.ids.countries import resolve
from forestall.ids.months import parse_month
from forestall.instruments.assessment import case_of
from forestall.instruments.nonproliferation import assess
from forestall.store import Workspace

LOADED = ("refus", "violat", "rogue", "regime", "threat")


def unit(name: str) -> int:
    return resolve(name, on=date(2026, 2, 28)).gw_id or 0


def part(edition: Situation, name: str) -> NonproliferationPart:
    found = nonproliferation.part(edition, unit(name))
    assert found is not None
    return found


def sentences(found: NonproliferationPart) -> str:
    told = found.assessment
    return " ".join([told.headline.sentence, *(one.sentence for one in told.findings)])


@pytest.fixture(scope="module")
def world() -> TreatiesPart:
    return treaties.part(Workspace.open(), parse_month("2026-02"))


def test_kazakhstan(edition: Situation) -> None:
    found = part(edition, "Kazakhstan")
    held = {one.treaty: one for one in found.treaties}
    assert (held["NPT"].status, held["NPT"].since) == ("party", "1994-02-14")
    assert (held["TPNW"].status, held["TPNW"].since) == ("party", "2019-08-29")
    assert held["Semipalatinsk"].status == "party"
    assert "2009-02-19" in sentences(found)
    assert "1949-08-29 to 1989-10-19" in sentences(found)
    assert not any(one.gap for one in found.treaties)


def test_india(edition: Situation) -> None:
    found = part(edition, "India")
    held = {one.treaty: one for one in found.treaties}
    assert (held["NPT"].status, held["NPT"].gap, held["NPT"].since) == ("none", True, "")
    assert "is not a party to the NPT" in sentences(found)
    assert "9 States of Annex 2" in sentences(found)
    assert "are estimated for 2022" in sentences(found)
    assert found.assessment.options[0].what == "Adhere to the NPT"
    assert "7 of 8 others in Southern Asia are parties" in found.assessment.options[0].why
    assert {one.iso3 for one in found.measures} >= {"PAK", "CHN", "NPL"}


def test_who_withdrew_is_told_with_the_day(edition: Situation) -> None:
    assert "withdrew from the NPT (2003-01-10)" in sentences(part(edition, "PRK"))
    assert "suspended the operation of the Mine Ban Convention (2025-07-18)" in sentences(part(edition, "UKR"))


def test_a_state_without_capabilities_gets_no_sentence_on_them(edition: Situation) -> None:
    found = part(edition, "Fiji")
    assert not {"warheads", "stage", "tests"} & {one.key for one in found.assessment.evidence}
    assert len(found.assessment.findings) <= 4


@pytest.mark.parametrize("name", ["KAZ", "IND", "PRK", "UKR", "ZAF", "ISR", "USA", "RUS", "IRN"])
def test_words_are_neutral_and_every_figure_is_dated(edition: Situation, name: str) -> None:
    found = part(edition, name)
    text = sentences(found).lower()
    assert not [word for word in LOADED if word in text]
    for one in found.assessment.evidence:
        assert one.source
        assert one.date[:4] <= "2026"
    for row in found.treaties:
        assert row.source
        assert 0 <= row.others_in <= row.others


def test_the_page_shows_what_the_document_says(edition: Situation) -> None:
    document, page = dossier_page(edition, unit("India"), {})
    assert document.nonproliferation is not None
    assert '<a href="#nonproliferation">Non-proliferation</a>' in page
    section = unescape(page.split('<h2 id="nonproliferation">')[1].split("<h2")[0])
    assert document.nonproliferation.assessment.headline.sentence in section
    for row in document.nonproliferation.treaties:
        assert row.name in section
    for one in document.nonproliferation.measures:
        assert one.name in section
    assert "Evidence behind these sentences" in section
    assert "not whether it carries it out" in section


def test_the_world_names_who_is_outside_of_treaties_of_nearly_all(world: TreatiesPart) -> None:
    text = " ".join(world.summary)
    assert "parties to the NPT; not parties: India, Israel, North Korea (withdrew), Pakistan and South Sudan" in text
    assert "needs 9 more ratifications of the 44 in its Annex 2" in text
    rows = {one.treaty: one for one in world.treaties}
    for one in rows.values():
        assert one.parties + len(one.outside) == one.open_to
    assert rows["NPT"].open_to == 193
    assert rows["MineBan"].suspended == 1


def test_the_table_by_state_agrees_with_the_rows_by_treaty(world: TreatiesPart) -> None:
    """Parties to the core treaties open to all, counted by state and by treaty, are the same number."""
    assert len(world.states) == 193
    rows = {one.name: one for one in world.treaties}
    for name in world.core:
        assert sum(name in one.outside for one in world.states) == len(rows[name].outside)
    counts = {one.iso3: (one.parties, one.open_to) for one in world.states}
    assert counts["KAZ"] == (8, 9)
    assert counts["CHE"][1] == 8


def test_the_map_has_a_class_for_every_number_and_hatches_who_is_not_counted(world: TreatiesPart) -> None:
    assert [treaties.klass(number) for number in range(10)] == [
        *["up to 4"] * 5, "5 or 6", "5 or 6", "7", "8", "9",
    ]  # fmt: skip
    assert treaties.klass(None) == treaties.CLASSES[-1]
    drawn = treaties.draw(world)
    assert "<title" in drawn
    assert "Core weapons treaties by state, 2026-02-28" in drawn


def test_of_what_is_no_member_or_observer_state_nothing_is_said(edition: Situation) -> None:
    assert nonproliferation.part(edition, unit("Kosovo")) is None
    assert nonproliferation.part(edition, unit("Holy See")) is not None


def test_a_base_rate_measured_on_later_years_is_not_told() -> None:
    def told(month: str) -> tuple[str, bool]:
        as_of = parse_month(month)
        found = assess.assess(case_of("IND", as_of), as_of, workspace=Workspace.open())
        return " ".join(one.sentence for one in found.findings), any("hindsight" in one for one in found.caveats)

    assert "95 % interval" in told("2026-02")[0]
    assert not told("2026-02")[1]
    past = told("2005-02")
    assert "outside a treaty of its sub-region" in past[0]
    assert "95 % interval" not in past[0]
    assert past[1]


def test_a_past_month_knows_nothing_later() -> None:
    found = treaties.part(Workspace.open(), parse_month("2002-12"))
    rows = {one.treaty: one for one in found.treaties}
    assert "North Korea" not in rows["NPT"].outside
    assert "TPNW" not in rows
    assert "Semipalatinsk" not in {one.treaty for one in found.zones}
