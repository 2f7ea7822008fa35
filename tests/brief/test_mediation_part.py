"""What a dossier says of mediation in a country."""

from datetime import date
from html import unescape

from forestall.brief import mediation
from forestall.brief.compose import dossier_page
from forestall.brief.document_response import MediationPart
from forestall.brief.situation import Situation
from forestall.ids.countries import resolve


def unit(name: str) -> int:
    return resolve(name, on=date(2026, 2, 28)).gw_id or 0


def part(edition: Situation, name: str) -> MediationPart:
    found = mediation.part(edition, unit(name))
    assert found is not None
    return found


def test_three_lists_tell_who_is_there_from_who_would_be_new(edition: Situation) -> None:
    found = part(edition, "Sudan")
    assert [one.kind for one in found.lists] == ["state", "organisation", "ngo"]
    for one in found.lists:
        assert all(row.there for row in one.there)
        assert not any(row.there for row in one.new)
        rows = (*one.there, *one.new)
        assert all(0 <= row.low80 <= row.score <= row.high80 <= 1 for row in rows)
        assert [row.place for row in one.there] == sorted(row.place for row in one.there)
    assert found.note == ""
    assert found.short_list


def test_agreements_are_the_newest_with_the_day_to_which_their_end_is_known(edition: Situation) -> None:
    found = part(edition, "Colombia")
    assert found.agreements[0].day == "2016-11-24"
    assert found.agreements[0].stage == "full"
    assert "Norway" in found.agreements[0].third_parties
    assert found.agreements[0].ended == "no end recorded by 2021-12-31"
    assert "ceasefire" in found.agreements[0].contains
    assert len(found.agreements) + found.more_agreements == 22


def test_past_cases_are_from_elsewhere(edition: Situation) -> None:
    found = part(edition, "Sudan")
    assert found.similar
    assert not [one for one in found.similar if one.conflict.startswith("Sudan")]
    assert all(0 <= one.distance <= 1 for one in found.similar)


def test_a_country_at_peace_gets_one_sentence(edition: Situation) -> None:
    found = part(edition, "Kazakhstan")
    assert "no conflict of the last three years and no talks on record" in found.note
    assert found.assessment is None
    assert (found.lists, found.agreements, found.similar) == ((), (), ())
    page = dossier_page(edition, unit("Kazakhstan"), {})[1]
    section = page.split('<h2 id="mediation">')[1].split("<h2")[0]
    assert "no talks on record" in section
    assert "<table" not in section


def test_the_page_shows_what_the_document_says(edition: Situation) -> None:
    document, page = dossier_page(edition, unit("Sudan"), {})
    assert document.mediation is not None
    section = unescape(page.split('<h2 id="mediation">')[1].split('<h2 id="partners">')[0])
    assert '<a href="#mediation">Mediation</a>' in page
    for one in document.mediation.lists:
        for row in (*one.there, *one.new):
            assert row.name in section
    assert "The ranking tells who mediates, not who succeeds" in section
    assert document.mediation.agreements[0].day in section
    assert "Evidence behind these sentences" in section
