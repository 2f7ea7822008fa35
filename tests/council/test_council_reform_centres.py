"""States outside the Council by measures the reader weighs: the ranking, its band, and what is refused."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.council.reform import centres as ranking
from forestall.council.reform.measures import measure
from forestall.errors import UsageError
from forestall.store import Workspace

DAY = date(2026, 11, 25)
SITTING = ("CHN", "FRA", "GBR", "RUS", "USA")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace.open(tmp_path_factory.mktemp("home"))


def test_one_measure_ranks_by_that_measure(workspace):
    found = ranking.centres(workspace, DAY, weights={"contributions": 3}, sitting=SITTING, top=5, draws=50)
    # A/RES/79/249 without the permanent members: Japan, Germany, Italy, Canada, Republic of Korea.
    assert [(one.iso3, one.rank) for one in found.centres] == [
        ("JPN", 1),
        ("DEU", 2),
        ("ITA", 3),
        ("CAN", 4),
        ("KOR", 5),
    ]
    assert [one.score for one in found.centres] == pytest.approx([0.06930, 0.05692, 0.02813, 0.02543, 0.02349])
    # With one measure no draw of weights moves anybody.
    assert all((one.rank_low, one.rank_high) == (one.rank, one.rank) for one in found.centres)
    assert found.weights == {"contributions": 1.0}


def test_scores_are_weighted_means_of_shares(workspace):
    weights = {"population": 3.0, "gdp": 1.0}
    found = ranking.centres(workspace, DAY, weights=weights, sitting=SITTING, draws=200)
    people, output = (measure(workspace, name, DAY).shares() for name in weights)
    for one in found.centres:
        if one.parts["gdp"] is not None:
            assert one.score == pytest.approx(0.75 * people[one.iso3] + 0.25 * output[one.iso3])
        else:
            assert one.score == pytest.approx(people[one.iso3])
    assert found.ranked == len(found.centres) == 193 - len(SITTING)
    assert [one.rank for one in found.centres] == sorted(one.rank for one in found.centres)
    assert not {one.iso3 for one in found.centres} & set(SITTING)
    unknown = {one.iso3 for one in found.centres if one.parts["gdp"] is None}
    assert unknown == set(measure(workspace, "gdp", DAY).missing)


def test_the_band_holds_the_rank_narrows_with_concentration_and_follows_the_seed(workspace):
    runs = {
        c: ranking.centres(workspace, DAY, sitting=SITTING, draws=800, concentration=c, seed=1) for c in (2.0, 2000.0)
    }
    widths = {c: sum(one.rank_high - one.rank_low for one in run.centres) for c, run in runs.items()}
    assert widths[2000.0] < widths[2.0] / 3
    # Near the reader's own weights the rank lies in the band, but for ties and near ties.
    near = runs[2000.0].centres[:30]
    assert all(one.rank_low <= one.rank <= one.rank_high for one in near)
    again = ranking.centres(workspace, DAY, sitting=SITTING, draws=800, concentration=2.0, seed=1)
    assert again.centres == runs[2.0].centres
    other = ranking.centres(workspace, DAY, sitting=SITTING, draws=800, concentration=2.0, seed=2)
    assert other.centres != runs[2.0].centres


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from(list(ranking.WEIGHTS)), st.floats(0.01, 100), min_size=1), st.floats(0.01, 100))
def test_only_proportions_of_weights_count(workspace, weights, scale):
    mine = ranking.centres(workspace, DAY, weights=weights, draws=5)
    theirs = ranking.centres(workspace, DAY, weights={k: v * scale for k, v in weights.items()}, draws=5)
    assert [one.score for one in mine.centres] == pytest.approx([one.score for one in theirs.centres])
    assert sum(mine.weights.values()) == pytest.approx(1)
    assert all(0 <= one.score <= 1 for one in mine.centres)


def test_by_rank_the_greatest_stands_at_one(workspace):
    found = ranking.centres(workspace, DAY, weights={"population": 1}, method="rank", draws=5, top=3)
    assert [one.iso3 for one in found.centres] == ["IND", "CHN", "USA"]
    assert [one.score for one in found.centres] == pytest.approx([1, 191 / 192, 190 / 192])


def test_a_measure_that_was_not_known_is_named_and_left_out(workspace):
    found = ranking.centres(workspace, date(1995, 1, 1), draws=20, top=3)
    assert found.unknown == ("contributions",)
    assert set(found.weights) == {"population", "gdp", "troops"}
    with pytest.raises(UsageError, match="none of contributions was known by 1995-01-01"):
        ranking.centres(workspace, date(1995, 1, 1), weights={"contributions": 1})
    assert any("Not known by 1995-01-01" in text for text in ranking.caveats(found))


def test_it_says_that_it_is_arithmetic_and_where_figures_end(workspace):
    said = ranking.caveats(ranking.centres(workspace, DAY, draws=5, top=1))
    assert said[0] == ranking.SAID
    assert "recommends no State" in said[0]
    assert any("March 2014" in text for text in said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("population=-1", "population is -1"),
        ("population=nan", "population is nan"),
        ("population=inf", "population is inf"),
        ("population=lots", "give a number"),
        ("luck=1", "'luck=1' is not MEASURE=NUMBER"),
        ("population", "is not MEASURE=NUMBER"),
        ("", "is not MEASURE=NUMBER"),
        ("gdp=0,population=0", "all weights are 0"),
        ("gdp=1,gdp=2", "given twice"),
    ],
)
def test_weights_that_will_not_do(text, said):
    with pytest.raises(UsageError) as error:
        ranking.parse_weights(text)
    assert said in str(error.value)


def test_weights_as_text():
    assert ranking.parse_weights(" population=1, gdp = 0.5,troops=0") == {"population": 1.0, "gdp": 0.5}


@pytest.mark.parametrize("bad", [{"draws": 0}, {"draws": 10**9}, {"concentration": 0}, {"concentration": float("nan")}])
def test_draws_that_will_not_do(workspace, bad):
    with pytest.raises(UsageError, match="give"):
        ranking.centres(workspace, DAY, **bad)
