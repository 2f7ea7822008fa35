"""What a proposal would change: power by area, blocking, shares and gaps, as of a day."""

import json
from datetime import date
from fractions import Fraction
from itertools import product
from math import comb, factorial

import polars as pl
import pytest

from forestall.council.reform import measures, proposal, regions, report
from forestall.council.reform.blocking import blocking
from forestall.council.reform.seat_power import rule_of, seat_power, with_abstention
from forestall.council.reform.seats import vetoes
from forestall.errors import UsageError
from forestall.store import Workspace

DAY = date(2026, 11, 25)
EVERY = [
    one.id if variant is None else f"{one.id}:{variant}"
    for one in proposal.proposals()
    for variant in (None, *(v.id for v in one.variants))
]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace.open(tmp_path_factory.mktemp("home"))


def by_hand(one):
    """Shapley-Shubik and absolute Banzhaf by counting coalitions of veto members and others, and the share that win."""
    v, n, q, k = vetoes(one), one.members, one.majority.votes, one.veto.needed
    o = n - v

    def wins(a, b):
        return a + b >= q and (v == 0 or v - a < k)

    shapley, banzhaf = {}, {}
    for kind, first, second in (("veto", v - 1, o), ("other", v, o - 1)):
        if min(first, second) < 0:
            continue
        swings = [
            (comb(first, a) * comb(second, b), a + b)
            for a, b in product(range(first + 1), range(second + 1))
            if not wins(a, b) and (wins(a + 1, b) if kind == "veto" else wins(a, b + 1))
        ]
        weight = sum(Fraction(c * factorial(s) * factorial(n - 1 - s), factorial(n)) for c, s in swings)
        shapley[kind], banzhaf[kind] = weight, Fraction(sum(c for c, _ in swings), 2 ** (n - 1))
    winning = sum(comb(v, a) * comb(o, b) for a, b in product(range(v + 1), range(o + 1)) if wins(a, b))
    return shapley, banzhaf, Fraction(winning, 2**n)


@pytest.mark.parametrize("name", EVERY)
def test_power_agrees_with_counting_by_hand(name):
    one = proposal.read(name)
    found = seat_power(one)
    shapley, banzhaf, efficiency = by_hand(one)
    assert dict(found.shapley_shubik) == shapley
    assert dict(found.banzhaf_absolute) == banzhaf
    assert found.efficiency == efficiency
    number = {"veto": vetoes(one), "other": one.members - vetoes(one)}
    for power in (found.shapley_shubik, found.banzhaf):
        assert sum(number[kind] * value for kind, value in power.items()) == 1


def test_exact_values_that_are_published():
    now = seat_power(proposal.read("current"))
    assert now.shapley_shubik == {"veto": Fraction(421, 2145), "other": Fraction(4, 2145)}
    assert [round(float(now.banzhaf[kind]), 4) for kind in ("veto", "other")] == [0.1669, 0.0165]
    then = seat_power(proposal.read("council-1965"))
    assert then.shapley_shubik == {"veto": Fraction(76, 385), "other": Fraction(1, 462)}


def test_with_abstention_members_lie_closer_together():
    # Permanent to elected about 2 to 1, against 10 to 1 (Banzhaf) and 105 to 1 (Shapley-Shubik) with yes and no alone.
    now, third = seat_power(proposal.read("current")), with_abstention(proposal.read("current"))
    assert third.banzhaf["veto"] / third.banzhaf["other"] == pytest.approx(2.04, abs=0.01)
    assert now.banzhaf["veto"] / now.banzhaf["other"] == pytest.approx(10.1, abs=0.1)
    assert now.shapley_shubik["veto"] / now.shapley_shubik["other"] == pytest.approx(105.25)
    assert 5 * third.banzhaf["veto"] + 10 * third.banzhaf["other"] == 1


def test_a_proposal_is_a_rule_that_others_can_measure():
    rule = rule_of(proposal.read("g4"))
    assert (rule.members, [one.size for one in rule.classes]) == (25, [5, 20])
    assert rule.classes[0].members == ("CHN", "RUS", "FRA", "GBR", "USA")
    assert rule.won({"veto": 5, "other": 9})
    assert not rule.won({"veto": 5, "other": 8})
    assert not rule.won({"veto": 4, "other": 20})
    # An abstention of a permanent member stops nothing.
    assert rule.won({"veto": 4, "other": 10}, {"veto": 0, "other": 10})
    assert rule.source == "A/59/L.64"


def test_a_pledge_takes_a_veto_out_of_use_and_leaves_the_others():
    pledged = seat_power(proposal.read("act-code"))
    assert vetoes(proposal.read("act-code")) == 3
    assert vetoes(proposal.read("french-mexican")) == 4
    now = seat_power(proposal.read("current"))
    assert pledged.efficiency > now.efficiency
    assert pledged.shapley_shubik["veto"] > now.shapley_shubik["veto"] > pledged.shapley_shubik["other"]
    # Without any veto in use members are alike.
    assert seat_power(proposal.read("act-code:all_permanent")).shapley_shubik == {"other": Fraction(1, 15)}


@pytest.mark.parametrize("name", [one.id for one in proposal.proposals()])
def test_shares_by_area_add_up(workspace, name):
    one = proposal.read(name)
    found = report.assess(workspace, one, on=DAY, compare=proposal.read("current"))
    for side in (found.proposal, found.compare):
        assert sum(area.seats for area in side.areas) == side.proposal.members
        for share in ("seat_share", "shapley_shubik", "banzhaf", "banzhaf_with_abstention"):
            assert sum(getattr(area, share) for area in side.areas) == pytest.approx(1)
    for shares in found.due.values():
        assert sum(shares.values()) == pytest.approx(1)
    assert found.division == {"panel": "panel_areas", "council-1965": None}.get(
        "panel" if name.startswith("panel") else name, "un_groups"
    )
    assert bool(found.proposal.gaps) == (found.division is not None)
    text = json.dumps(report.document(found), allow_nan=False)
    assert json.loads(text)["proposal"]["id"] == one.id


def test_todays_council_in_numbers(workspace):
    found = report.assess(workspace, proposal.read("current"), on=DAY)
    held = {area.region: area for area in found.proposal.areas}
    assert {region: area.seats for region, area in held.items()} == {
        "African": 3,
        "Asia-Pacific": 3,
        "Eastern European": 2,
        "Latin American and Caribbean": 2,
        "Western European and Others": 5,
    }
    assert held["Western European and Others"].shapley_shubik == pytest.approx((3 * 421 + 2 * 4) / 2145)
    assert held["African"].shapley_shubik == pytest.approx(12 / 2145)
    gap = next(g for g in found.proposal.gaps if (g.of, g.against) == ("seats", "population"))
    due = found.due["population"]
    moved = sum(abs(area.seat_share - due[area.region]) for area in held.values()) / 2
    assert gap.loosemore_hanby == pytest.approx(moved)
    assert gap.gallagher_low is None


def test_an_open_seat_stands_apart_and_gives_a_range(workspace):
    found = report.assess(workspace, proposal.read("l69"), on=DAY)
    assert (found.proposal.areas[-1].region, found.proposal.areas[-1].seats) == ("Small island developing States", 1)
    for gap in found.proposal.gaps:
        assert gap.gallagher_low < gap.gallagher_high
    seats = next(g for g in found.proposal.gaps if (g.of, g.against) == ("seats", "population"))
    given = {area.region: area.seats for area in found.proposal.areas[:-1]}
    from forestall.council.reform.gaps import gallagher

    tried = [
        gallagher([n + (region == lucky) for region, n in given.items()], list(found.due["population"].values()))
        for lucky in given
    ]
    assert (seats.gallagher_low, seats.gallagher_high) == pytest.approx((min(tried), max(tried)))


def test_in_the_panels_areas_the_united_states_sits_in_the_americas(workspace):
    found = report.assess(workspace, proposal.read("panel-a"), on=DAY, compare=proposal.read("current"))
    held = {area.region: (area.seats, area.vetoes) for area in found.compare.areas}
    assert held == {"Africa": (3, 0), "Asia and Pacific": (3, 1), "Europe": (6, 3), "Americas": (3, 1)}
    assert all(area.seats == 6 for area in found.proposal.areas)
    assert any("Panel" in text and "Canada" in text for text in found.caveats)


def test_who_can_block():
    now = blocking(proposal.read("current"))
    assert now.votes_to_block == 7
    assert not any(area.by_votes for area in now.areas)
    assert {area.region: (area.by_veto, area.votes_missing) for area in now.areas}["African"] == (False, 4)
    assert ("African", "Western European and Others") in now.fewest_areas
    assert now.not_permanent
    # No veto and seven votes to block: only two areas of the present Council together reach them.
    assert all(sum(area.seats for area in now.areas if area.region in group) >= 7 for group in now.fewest_areas)
    african = {area.region: area for area in blocking(proposal.read("african-union")).areas}["African"]
    assert (african.by_veto, african.vetoes, african.seats) == (True, 2, 7)
    without = {area.region: area for area in blocking(proposal.read("au:no_new_veto")).areas}["African"]
    assert (without.by_veto, without.votes_missing) == (False, 6)
    two = {area.region: area.by_veto for area in blocking(proposal.read("current:two_vetoes")).areas}
    assert [region for region, can in two.items() if can] == ["Western European and Others"]


def test_charter_amendment_takes_two_thirds():
    found = report.amendment(DAY)
    assert (found["members"], found["votes"], found["ratifications"]) == (193, 129, 129)
    assert report.amendment(date(2005, 7, 6))["votes"] == 128


def test_what_was_not_published_yet_changes_nothing(workspace, monkeypatch):
    day = date(2010, 6, 30)
    before = {one.name: one.values for one in measures.measures(workspace, day)}
    real = Workspace.table

    def later_changed(self, name):
        frame = real(self, name)
        if name == "council_measures":
            late = pl.col("published") > day
            return frame.with_columns(pl.when(late).then(pl.col("value") * 7 + 1).otherwise("value").alias("value"))
        if name == "population":
            late = pl.date(pl.col("year") + 1, 7, 1) > day
            return frame.with_columns(pl.when(late).then(1.0).otherwise("persons").alias("persons"))
        return frame

    monkeypatch.setattr(Workspace, "table", later_changed)
    assert {one.name: one.values for one in measures.measures(workspace, day)} == before


@pytest.mark.parametrize(
    ("day", "source", "year"),
    [
        (date(2026, 1, 1), "A/RES/79/249", 2025),
        (date(2024, 12, 31), "A/RES/76/238", 2022),
        (date(2024, 12, 24), "A/RES/76/238", 2022),
        (date(2004, 1, 1), "A/RES/58/1 B", 2004),
    ],
)
def test_the_scale_in_force(workspace, day, source, year):
    found = measures.measure(workspace, "contributions", day)
    assert (found.source, found.last_year) == (source, year)


def test_years_of_the_latest_figures(workspace):
    for day, population, deaths in ((date(2010, 6, 30), 2008, 2008), (date(2010, 7, 1), 2009, 2009)):
        assert measures.measure(workspace, "population", day).last_year == population
        found = measures.measure(workspace, "conflict_deaths", day)
        assert (found.first_year, found.last_year) == (deaths - 4, deaths)
    troops = measures.measure(workspace, "troops", DAY)
    assert (troops.last_year, "March 2014" in troops.note) == (2014, True)
    gdp = measures.measure(workspace, "gdp", DAY)
    assert "PRK" in gdp.missing
    assert "PRK" not in gdp.values
    nothing = measures.measure(workspace, "contributions", date(1990, 1, 1))
    assert (nothing.values, nothing.shares(), nothing.by_region("un_groups")) == ({}, {}, {})
    with pytest.raises(UsageError, match="measure 'luck' is not known"):
        measures.measure(workspace, "luck", DAY)
    with pytest.raises(UsageError, match="1946"):
        measures.measure(workspace, "gdp", date(1900, 1, 1))


def test_members_and_their_groups():
    found = regions.un_members(DAY)
    assert len(found) == 193
    assert None not in found.values()
    assert regions.un_members(date(1960, 1, 1))["CHN"] == "Asia-Pacific"
    assert "TWN" not in regions.un_members(date(1960, 1, 1))
    assert regions.region_of("KEN", "African", "groups_1946") is None
    with pytest.raises(UsageError, match="division"):
        regions.region_of("KEN", "African", "zodiac")
