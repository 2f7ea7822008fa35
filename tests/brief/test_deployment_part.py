"""Where a dossier says teams would stand: held against the scenarios it comes from, and what it must not say."""

import numpy as np
import pytest

from forestall.brief import compose, deployment
from forestall.brief.situation import Situation
from forestall.errors import UsageError
from forestall.ids.cells import distance_km
from forestall.instruments.assessment import case_of
from forestall.instruments.deployment import case
from forestall.panel.land import land

SUDAN, KAZAKHSTAN, ANDORRA = 625, 705, 232


def section(text: str) -> str:
    """The part of a page on deployment, up to the next heading."""
    start = text.index('<h2 id="deployment"')
    return text[start : text.index("<h2 ", start + 1)]


def test_places_for_teams_in_a_country_at_war(edition: Situation) -> None:
    part = deployment.part(edition, SUDAN)
    assert part is not None
    # Of the 100 deaths, the first two cells hold 80, the others 15, 4 and 1: within 100 km no town reaches two of those.
    assert [round(site.adds) for site in part.sites] == [80, 15, 4, 1]
    assert [site.order for site in part.sites] == [1, 2, 3, 4]
    assert {site.iso3 for site in part.sites} == {"SDN"}
    assert sum(site.adds for site in part.sites) == pytest.approx(100, abs=0.2)
    for site in part.sites:
        assert site.lost_if_dropped <= site.adds + 0.1 <= site.reaches_alone + 0.2
        assert site.selection_frequency is not None
    facts = {one.key: one for one in part.assessment.evidence}
    assert facts["reached"].figure == pytest.approx(100, abs=0.2)
    assert facts["site.1"].figure == pytest.approx(80, abs=0.1)
    assert facts["hindcast.best"].kind == "measured"
    assert "four teams of 100 km would have 100 of the 100 deaths expected from March 2026 to February 2027" in (
        part.assessment.headline.sentence
    )
    text = " ".join(one.sentence for one in part.assessment.findings)
    assert "a regret of 0 even if the forecast is right" in text  # all that may come lies within reach in both draws
    assert "with perfect foresight" in text
    (option,) = part.assessment.options
    assert option.expected_effect == "unknown"
    assert "consent" in option.who
    assert "prevented" in " ".join(part.assessment.caveats)


def test_teams_that_add_less_than_a_death_are_not_placed(edition: Situation, monkeypatch: pytest.MonkeyPatch) -> None:
    found = case.answer(
        case_of("SDN", edition.as_of),
        edition.panel,
        deployment._ahead(edition),
        land(edition.workspace),
        edition.workspace,
    )
    assert found.plan is not None
    assert len(found.plan.stands) == 4
    assert found.plan.outcome is None
    monkeypatch.setattr(case, "WORTH", 10.0)
    fewer = case.answer(
        case_of("SDN", edition.as_of),
        edition.panel,
        deployment._ahead(edition),
        land(edition.workspace),
        edition.workspace,
    )
    assert fewer.plan is not None
    assert len(fewer.plan.stands) == 2


def test_one_team_is_spoken_of_as_one(edition: Situation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case, "TEAMS", 1)
    found = case.answer(
        case_of("SDN", edition.as_of),
        edition.panel,
        deployment._ahead(edition),
        land(edition.workspace),
        edition.workspace,
    )
    (option,) = found.assessment.options
    assert option.what.startswith("If one team can be sent, this place first: near ")
    assert "no other has more of the expected deaths" in option.why
    for one in found.assessment.evidence:
        for value in (one.low, one.high):
            assert value is None or value == round(value, 1)


@pytest.mark.parametrize(("country", "apart"), [("MAR", ("Western Sahara",)), ("ISR", ("Palestine",)), ("CHN", ())])
def test_a_land_filed_under_another_state_is_named_and_its_consent_not_presumed(
    edition: Situation, country: str, apart: tuple[str, ...]
) -> None:
    asked = case_of(country, edition.as_of)
    assert case._others(asked, edition.panel) == apart
    said = " ".join(case._together(asked, apart))
    assert all(name in said for name in apart)
    assert ("consent" in said) == bool(apart)


def test_a_quiet_country_gets_no_sites(edition: Situation) -> None:
    document, text = compose.dossier_page(edition, KAZAKHSTAN, {})
    part = document.deployment
    assert part is not None
    assert part.sites == ()
    assert part.missions == ()
    assert part.assessment.options == ()
    assert "fewer than 1 death is expected" in part.assessment.headline.sentence
    assert "none is named" in part.assessment.headline.sentence
    here = section(text)
    assert part.assessment.headline.sentence in here
    assert "<svg" not in here
    assert "Places for teams" not in here


def test_a_country_without_cells_has_no_such_part(edition: Situation) -> None:
    assert deployment.part(edition, ANDORRA) is None


def test_without_located_figures_there_is_none(edition: Situation, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(workspace: object, panel: object) -> None:
        raise UsageError("nothing is located")

    monkeypatch.setattr(deployment.scenarios, "ahead", refuse)
    monkeypatch.setattr(deployment, "_ahead", deployment._ahead.__wrapped__)
    assert deployment.part(edition, SUDAN) is None


def test_the_page_shows_map_table_options_and_what_is_not_known(edition: Situation) -> None:
    document, text = compose.dossier_page(edition, SUDAN, {})
    part = document.deployment
    assert part is not None
    here = section(text)
    assert "expected deaths by cell and 4 teams, March 2026 to February 2027" in here
    assert "circles: 100 km around them" in here
    assert "do not imply official endorsement or acceptance by the United Nations" in here
    for site in part.sites:
        assert f"{site.order}. {site.name}" in here.replace("&#39;", "'")
    for one in part.assessment.findings:
        assert one.sentence in here.replace("&#39;", "'")
    for caveat in part.assessment.caveats:
        assert caveat in here.replace("&#39;", "'")
    # Missions beside Sudan stand on the map, and the page says that they are cells of last known maps.
    assert part.missions
    assert "Small squares: cells with sites of UN missions" in here


@pytest.mark.parametrize(("lat", "lon"), [(14.0, 30.0), (-17.5, 179.8), (68.0, -20.0), (-0.1, 0.0)])
def test_a_circle_lies_at_its_distance_and_turns_clockwise(lat: float, lon: float) -> None:
    ring = np.array(deployment.ring(lat, lon, 100.0))
    np.testing.assert_array_equal(ring[0], ring[-1])
    assert np.all(np.abs(ring[:, 0]) <= 180)
    np.testing.assert_allclose(distance_km(lat, lon, ring[:, 1], ring[:, 0]), 100, rtol=2e-3)
    east = (ring[:, 0] - lon + 540) % 360 - 180
    area = np.sum(east[:-1] * ring[1:, 1] - east[1:] * ring[:-1, 1])
    assert area < 0  # a map takes a ring the other way round for all the rest of the globe
