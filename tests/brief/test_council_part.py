"""What a dossier says of a country in the Security Council."""

from datetime import date

import pytest

from forestall.brief import council
from forestall.brief.situation import Situation
from forestall.ids.countries import resolve


def part(edition: Situation, name: str) -> council.CouncilPart:
    found = council.part(edition, resolve(name, on=date(2026, 2, 28)).gw_id or 0)
    assert found is not None
    return found


def test_a_country_on_the_agenda(edition: Situation) -> None:
    mali = part(edition, "Mali")
    text = " ".join(mali.sentences)
    assert "S/RES/2690 (2023)" in [r.symbol for r in mali.records]
    assert "One draft resolution that concerned Mali failed" in text
    assert "(Russian Federation)" in text
    assert "it sat in 1966-67 and 2000-01" in text
    assert "from 28 June 1960 to 30 August 2023 (failed drafts included)." in text
    assert mali.items[0].resolutions > 10
    votes = {r.symbol: r.votes for r in mali.records}
    assert votes["S/RES/2690 (2023)"] == "unanimous"
    assert votes["S/RES/2640 (2022)"] == "13-0-2"


def test_members_and_president_of_the_edition_s_last_day(edition: Situation) -> None:
    found = part(edition, "Kazakhstan")
    assert found.on == "2026-02-28"
    assert len(found.seats) == 15
    assert "United Kingdom of Great Britain and Northern Ireland presides" in " ".join(found.sentences)
    assert "presided 1 month, last in January 2018" in " ".join(found.sentences)


@pytest.mark.parametrize(("name", "says"), [("France", "a permanent member"), ("Somalia", "until 31 December 2026")])
def test_members_are_told_so(edition: Situation, name: str, says: str) -> None:
    assert says in " ".join(part(edition, name).sentences)


def test_silence_is_not_taken_for_calm(edition: Situation) -> None:
    notes = " ".join(part(edition, "Sudan").notes)
    assert "resolutions on 10 January 2024" in notes
    assert "What the Council did later is not in them." in notes
    assert "Source" in notes


def test_a_country_that_was_never_dealt_with(edition: Situation) -> None:
    found = [part(edition, name) for name in ("Norway", "Tonga", "Bhutan")]
    for one in found:
        assert "0 resolution" not in " ".join(one.sentences)


def test_distances_have_intervals(edition: Situation) -> None:
    (sentence,) = [s for s in part(edition, "Mali").sentences if s.startswith("By votes in the General Assembly")]
    assert "nearest to China (0.4; 0.1 to 0.7)" in sentence
    assert "no forecast of votes" in sentence
