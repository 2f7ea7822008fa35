"""Covariates as of a month: what counts as known, how long it is carried, and that nothing later reaches back."""

from typing import cast

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import UsageError
from forestall.ids.months import month_id
from forestall.panel.covariates import NAMES, YEARLY, Covariates, adjacency, covariates
from forestall.store import Workspace
from forestall.store.schemas import SCHEMAS

MALI = month_id(2012, 3)


class Tables:
    """A workspace that holds these rows and nothing else."""

    def __init__(self, **tables: pl.DataFrame) -> None:
        self.tables = tables

    def table(self, name: str) -> pl.DataFrame:
        return self.tables.get(name, pl.DataFrame(schema=SCHEMAS[name]))


def held(rows: list[tuple[str, str, int, int, float]], **more: pl.DataFrame) -> Workspace:
    """A workspace with these rows (iso3, covariate, month_id, known_from, value) in table covariates."""
    frame = pl.DataFrame([(*row, "a test") for row in rows], schema=SCHEMAS["covariates"], orient="row")
    return cast(Workspace, Tables(covariates=frame, **more))


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


def test_a_yearly_figure_counts_from_its_release_and_is_carried_for_three_years() -> None:
    known = month_id(2011, 4)
    rows = [("MLI", "polyarchy", month_id(2010, 12), known, 0.5), ("MLI", "polyarchy", month_id(2005, 12), 306, 0.25)]
    found = covariates(held(rows), ["TUV", "MLI"], as_of=known + 40, first_month=known - 1)
    series = found.of("polyarchy")[1]
    assert np.isnan(series[0])  # the figure before it was carried until April 2008
    assert series[1:38].tolist() == [0.5] * 37
    assert np.isnan(series[38:]).all()
    assert found.of("polyarchy_change")[1, 1] == 0.25
    assert np.isnan(found.of("polyarchy")[0]).all()


def test_growth_is_the_log_change_on_the_year_before() -> None:
    rows = [
        ("MLI", "gdp_per_capita", month_id(year, 12), month_id(year + 1, 7), value)
        for year, value in ((2009, 1000.0), (2010, 1100.0), (2012, 1500.0))
    ]
    found = covariates(held(rows), ["MLI"], as_of=month_id(2013, 7), first_month=month_id(2010, 7))
    growth = found.of("gdp_growth")[0]
    assert np.isnan(growth[:12]).all()
    assert growth[12] == pytest.approx(np.log(1.1))
    assert growth[-1] == pytest.approx(np.log(1.1))  # 2011 is missing, so 2012 has no change: the last one is carried
    assert found.of("log_gdp_per_capita")[0, -1] == pytest.approx(np.log(1500))


def test_coups_are_counted_over_windows_and_unknown_when_the_list_has_ended() -> None:
    rows = [
        ("MLI", "coups_successful", MALI, MALI, 1.0),
        ("MLI", "coups_failed", MALI + 1, MALI + 1, 1.0),
        ("THA", "coups_failed", MALI - 70, MALI - 70, 1.0),
    ]
    found = covariates(held(rows), ["MLI", "NER"], as_of=MALI + 20, first_month=MALI - 70)
    twelve, sixty = found.of("coup_attempts_12"), found.of("coup_attempts_60")
    here = 70
    assert np.isnan(twelve[0, :11]).all()  # the window begins before the list does
    assert twelve[:, 11:13].tolist() == [[0, 0], [0, 0]]
    assert np.isnan(twelve[0, 30])  # more than a year after the last coup known then
    assert twelve[0, here - 1 + 1 : here + 14].tolist() == [1, *[2] * 11, 1, 0]
    assert np.isnan(twelve[0, here + 14 :]).all()
    assert sixty[0, here : here + 2].tolist() == [1, 2]
    assert twelve[1, here] == 0


def test_news_is_compared_within_the_month() -> None:
    months = range(200, 240)
    rows = [("AAA", "news_protest", m, m, 10.0 * (1 + (m >= 230))) for m in months]
    rows += [(code, "news_protest", m, m, 5.0) for code in ("BBB", "CCC") for m in months]
    plain = covariates(held(rows), ["AAA", "BBB"], as_of=239, first_month=225)
    louder = [(code, name, m, k, 3 * (value + 1) - 1) for code, name, m, k, value in rows]  # log(1 + x) moves by log 3
    again = covariates(held(louder), ["AAA", "BBB"], as_of=239, first_month=225)
    np.testing.assert_allclose(plain.values, again.values, atol=1e-12)
    surge = plain.of("news_protest_surge")
    assert np.isnan(surge[0, 0])
    assert surge[0, 7] == pytest.approx(np.log(21 / 11))  # months 230 to 232 against the 24 before
    assert plain.of("news_protest_level")[:, 3] == pytest.approx([np.log(11 / 6), 0])


CODES = ("MLI", "NER", "THA")
ORIGINS = (*sorted({each.origin for each in YEARLY} - {"population"}), "coups_failed", "news_protest", "news_conflict")
ROW = st.tuples(
    st.sampled_from(CODES),
    st.sampled_from(ORIGINS),
    st.integers(16, 26).map(lambda year: 12 * year),
    st.integers(0, 24),
    st.floats(0.01, 1e6),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=30), st.lists(ROW, min_size=1, max_size=10), st.integers(220, 330), st.integers(0, 30))
def test_nothing_that_becomes_known_later_changes_what_was_known(
    before: list[tuple[str, str, int, int, float]],
    after: list[tuple[str, str, int, int, float]],
    as_of: int,
    later: int,
) -> None:
    first = [(code, name, month, month + lag, value) for code, name, month, lag, value in before]
    # Rows of any period that come to be known after as_of.
    second = [(code, name, month, as_of + 1 + lag, value) for code, name, month, lag, value in after]
    seen = covariates(held(first), CODES, as_of=as_of, first_month=200)
    with_more = covariates(held(first + second), CODES, as_of=as_of, first_month=200)
    np.testing.assert_array_equal(seen.values, with_more.values)
    whole = covariates(held(first + second), CODES, as_of=as_of + later, first_month=200)
    np.testing.assert_array_equal(seen.values, whole.cut(as_of).values)


def test_rows_follow_the_codes_asked_for(real: Workspace) -> None:
    one = covariates(real, ["MLI", "FRA", "MLI"], as_of=500, first_month=480)
    other = covariates(real, ["FRA"], as_of=500, first_month=480)
    assert one.values.shape == (3, 21, len(NAMES))
    np.testing.assert_array_equal(one.values[1:2], other.values)
    np.testing.assert_array_equal(one.values[0], one.values[2])


def test_the_embedded_figures_of_mali(real: Workspace) -> None:
    found = covariates(real, ["MLI"], as_of=month_id(2026, 2))
    at = {name: found.of(name)[0, MALI - int(found.months[0])] for name in NAMES}
    assert at["coup_attempts_12"] == 1  # 21 March 2012
    assert np.exp(at["log_population"]) == pytest.approx(15.9e6, rel=0.03)  # mid-2010, as known in March 2012
    assert 0.4 < at["polyarchy"] < 0.7
    # What has no newer figure for too long is not known: news end 2025-12.
    assert np.isnan(found.of("news_protest_level")[0, -1])
    assert np.isfinite(found.of("news_protest_level")[0, -3])


def test_neighbours_are_mutual_and_begin_with_their_states(real: Workspace) -> None:
    codes = ["MLI", "NER", "SSD", "SDN", "FRA"]
    months = [month_id(2011, 6), month_id(2011, 7), month_id(2026, 2)]
    found = adjacency(real, codes, months)
    assert np.array_equal(found, found.transpose(0, 2, 1))
    assert found[:, 0, 1].all()
    assert found[:, 2, 3].tolist() == [False, True, True]
    assert not found[:, 0, 4].any()


def test_wrong_questions_are_refused(real: Workspace) -> None:
    with pytest.raises(UsageError, match="lies before"):
        covariates(real, ["MLI"], as_of=100)
    found = covariates(real, ["MLI"], as_of=500, first_month=490)
    with pytest.raises(UsageError, match="'height' is not known"):
        found.of("height")
    with pytest.raises(UsageError, match="outside"):
        found.cut(489)
    with pytest.raises(ValueError, match="shape"):
        Covariates(("MLI",), found.months, found.names, found.values[:, :-1], found.as_of)
