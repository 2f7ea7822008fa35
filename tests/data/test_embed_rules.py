"""The rules by which embedded figures are derived, on small numbers; no raw release is needed."""

from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyreadr", reason="the build command needs pyreadr")

from tools.embed.by_type import UNKNOWN, from_events, from_files, settle
from tools.embed.country_year import match_names
from tools.embed.niger import share_remainders, split

SMALL = st.integers(0, 40)


def test_one_type_takes_all_deaths_and_a_type_without_events_none() -> None:
    rows = pl.DataFrame(
        {
            "deaths_total": [10, 0, 7],
            "events_state_based": [3, 1, 2],
            "events_non_state": [0, 2, 0],
            "events_one_sided": [0, 0, 4],
        }
    )
    derived = from_events(rows)
    assert derived.how == ["one type", "zero", "open"]
    assert derived.deaths.tolist() == [[10, 0, 0], [0, 0, 0], [UNKNOWN, 0, UNKNOWN]]


def test_an_event_file_counts_only_where_it_agrees_in_everything() -> None:
    rows = pl.DataFrame(
        {
            "ucdp": [432, 432],
            "month_id": [500, 501],
            "deaths_total": [9, 9],
            "deaths_total_low": [9, 8],
            "deaths_total_high": [9, 20],
            "events_state_based": [1, 1],
            "events_non_state": [0, 0],
            "events_one_sided": [1, 1],
        }
    )
    file = rows.rename({"deaths_total": "best", "deaths_total_low": "low", "deaths_total_high": "high"}).with_columns(
        pl.Series("deaths_state_based", [6, 6]),
        pl.Series("deaths_non_state", [0, 0]),
        pl.Series("deaths_one_sided", [3, 3]),
        pl.Series("high", [9, 21]),
    )
    derived = from_events(rows)
    assert from_files(rows, derived, [("a.csv", file)]) == Counter({"a.csv": 1})
    assert derived.deaths.tolist() == [[6, 0, 3], [UNKNOWN, 0, UNKNOWN]]
    other = file.with_columns(pl.Series("deaths_state_based", [5, 5]), pl.Series("deaths_one_sided", [4, 4]))
    with pytest.raises(ValueError, match="otherwise than the files before"):
        from_files(rows, derived, [("b.csv", other)])


def test_the_last_open_month_is_what_the_year_leaves_over() -> None:
    deaths = np.array([[4, 0, 1], [UNKNOWN, 0, UNKNOWN], [2, 0, 0]])
    found = settle(deaths, np.array([5, 9, 2]), np.array([12, 0, 4]))
    assert found.tolist() == [[4, 0, 1], [6, 0, 3], [2, 0, 0]]


def test_a_contradiction_is_an_error() -> None:
    with pytest.raises(ValueError, match="left over"):
        settle(np.array([[4, 0, 1]]), np.array([5]), np.array([3, 0, 2]))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(SMALL, SMALL, SMALL), min_size=1, max_size=12), st.data())
def test_what_is_settled_is_always_the_truth(truth: list[tuple[int, int, int]], data: st.DataObject) -> None:
    whole = np.array(truth)
    hidden = np.array(data.draw(st.lists(st.booleans(), min_size=whole.size, max_size=whole.size))).reshape(whole.shape)
    found = settle(np.where(hidden, UNKNOWN, whole), whole.sum(axis=1), whole.sum(axis=0))
    assert np.array_equal(found[found != UNKNOWN], whole[found != UNKNOWN])
    assert ((found == UNKNOWN) <= hidden).all()


@settings(max_examples=80, deadline=None)
@given(st.lists(SMALL, min_size=1, max_size=8), st.data())
def test_shares_add_up_and_stay_within_the_remainders(rest: list[int], data: st.DataObject) -> None:
    due = data.draw(st.integers(0, sum(rest)))
    remainders = dict(enumerate(rest))
    share, how = share_remainders(remainders, due)
    assert sum(share.values()) == due
    assert all(0 <= share[month] <= remainders[month] for month in share)
    assert how in {"proven", "single", "shared"}


@pytest.mark.parametrize(
    ("rest", "due", "share", "how"),
    [
        ({1: 57}, 6, {1: 6}, "proven"),
        ({1: 5, 2: 8}, 0, {1: 0, 2: 0}, "proven"),
        # Niger 1994 and 2016: only one set of whole months gives the yearly figure.
        ({2: 3, 5: 27}, 3, {2: 3, 5: 0}, "single"),
        ({4: 24, 5: 54, 6: 89, 7: 88, 11: 19}, 88, {4: 0, 5: 0, 6: 0, 7: 88, 11: 0}, "single"),
        ({1: 10, 2: 10}, 10, {1: 5, 2: 5}, "shared"),
        ({1: 2, 2: 1, 3: 1}, 2, {1: 1, 2: 1, 3: 0}, "shared"),
    ],
)
def test_how_a_remainder_is_shared(rest: dict[int, int], due: int, share: dict[int, int], how: str) -> None:
    assert share_remainders(rest, due) == (share, how)


def test_more_than_is_there_cannot_be_shared() -> None:
    with pytest.raises(ValueError, match="cannot give 4"):
        share_remainders({1: 3}, 4)


def test_two_countries_are_told_apart_only_by_figures_of_one_release() -> None:
    merged = pl.DataFrame(
        {"month_id": [109, 110], "best": [10, 20], "not_niger": [False, False], "not_nigeria": [False, True]}
    )
    inside = pl.DataFrame({"month_id": [109, 110], "niger": [4, 5], "nigeria": [6, 12]})
    yearly = pl.DataFrame({"year": [1989], "niger": [12], "nigeria": [18]})
    found = split(merged, inside, yearly)
    assert found.niger == {109: 4, 110: 8}
    assert (found.single, found.shared) == ([], [])
    with pytest.raises(ValueError, match="do not add up"):
        split(merged, inside, yearly.with_columns(nigeria=pl.lit(19)))
    with pytest.raises(ValueError, match="not of one release"):
        split(merged, inside.with_columns(niger=pl.col("niger") + 9), yearly)


def test_names_are_matched_by_exclusion_not_by_position() -> None:
    cells = [([1, 2], ["B", "A"]), ([2, 3], ["A", "C"]), ([4, 5], ["D", "E"]), ([3], ["C"])]
    found = match_names(cells, {})
    # 3 is C alone, so 2 is A, so 1 is B; 4 and 5 always stand together and stay open.
    assert found == {1: "B", 2: "A", 3: "C"}
    assert match_names(cells, {4: "E"}) == {1: "B", 2: "A", 3: "C", 4: "E", 5: "D"}


def test_two_dyads_may_share_a_name() -> None:
    assert match_names([([1, 2], ["DPR"])], {}) == {1: "DPR", 2: "DPR"}
