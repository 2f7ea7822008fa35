"""Regional partners in a dossier and the cover of hot spots on the outlook: what is said, what stands in tables."""

import re

import pytest

from forestall.brief import compose, partners
from forestall.brief.outlook import outlook
from forestall.brief.situation import Situation
from forestall.ids import countries


def gw(code: str) -> int:
    found = countries.resolve(code).gw_id
    assert found is not None
    return found


@pytest.fixture(scope="module")
def sudan(edition: Situation) -> str:
    return compose.dossier_page(edition, gw("SDN"), {})[1]


def test_the_hybrid_operation_and_the_suspension_stand_on_sudans_page(sudan: str) -> None:
    section = sudan[sudan.index('id="partners"') : sudan.index('id="council"')]
    assert '<a href="#partners">' in sudan
    assert re.search(r'<th scope="row">hybrid</th><td class="left wrap">UNAMID with the AU', section)
    assert "suspended since 2021-10-27" in section
    assert "2019-06-06 to 2019-09-05" in section


def test_a_row_says_standing_score_and_chance_with_its_interval(edition: Situation) -> None:
    found = partners.part(edition, gw("SDN"))
    assert found is not None
    rows = {one.organisation: one for one in found.partners}
    assert rows["AU"].standing == "suspended"
    assert rows["AU"].un_observer_since == "1965-10-11"
    for one in found.partners:
        assert one.chance is not None
        assert one.chance_low is not None
        assert one.chance_high is not None
        assert 0 < one.chance_low <= one.chance <= one.chance_high < 1
    scores = [one.score for one in found.partners]
    assert scores == sorted(scores, reverse=True)


def test_no_chance_and_no_advice_where_no_conflict_was_active(edition: Situation) -> None:
    found = partners.part(edition, gw("CHE"))
    assert found is not None
    assert {one.chance for one in found.partners} == {None}
    assert {one.chance_words for one in found.partners} == {"–"}
    assert found.assessment.options == ()


def test_the_outlook_has_a_row_for_each_country_of_its_watch_list(edition: Situation) -> None:
    document = outlook(edition)
    assert tuple(row.iso3 for row in document.coverage.rows) == document.watch_expected
    by = {row.iso3: {one.organisation: one for one in row.covers} for row in document.coverage.rows}
    assert by["SDN"]["AU"].standing == "suspended"
    assert by["SDN"]["AU"].may_deploy
    assert not by["UKR"]["AU"].may_mediate  # its charter binds its members
    covered = {one.organisation: one.covered for one in document.coverage.columns}
    for name, count in covered.items():
        standings = [row[name].standing for row in by.values()]
        assert count == sum(one in ("member", "suspended") for one in standings)


def test_the_outlook_page_draws_and_tells_the_cover(edition: Situation) -> None:
    document = outlook(edition)
    text = compose.outlook_page(edition, document, {})
    section = text[text.index('id="coverage"') : text.index('id="alerts"')]
    assert section.count("<svg") == 2  # for a desk and for a phone
    assert "AU MD*" in section
