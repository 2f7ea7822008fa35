"""Which release a month comes from, and the law of `as_of` and `known_on`."""

from datetime import date

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from panel_inputs import FIRST, LAST, count, counts, day_of, event, events, frame, release

from forestall.panel import merge

GED, PROVISIONAL, CANDIDATE = "ucdp-ged-25.1", "ucdp-candidate-2025", "ucdp-candidate-25.0.6"
COUNTS = "ucdp_country_month"


def register(*rows: dict[str, object]) -> pl.DataFrame:
    return frame("release_register", list(rows))


def names(months: dict[int, merge.Source]) -> dict[int, str]:
    return {month: source.release for month, source in months.items()}


def test_final_before_candidate_before_provisional() -> None:
    held = register(
        release("p", COUNTS, "provisional", 541, 544, date(2026, 5, 1)),
        release("c", COUNTS, "candidate", 542, 543, date(2026, 4, 1)),
        release("f", COUNTS, "final", 543, 543, date(2026, 3, 1)),
    )
    assert names(merge.choose(held, COUNTS)) == {541: "p", 542: "c", 543: "f", 544: "p"}


def test_within_a_status_the_later_published_wins() -> None:
    held = register(
        release("ucdp-ged-24.1", COUNTS, "final", 541, 543, date(2024, 6, 1)),
        release("ucdp-ged-25.1", COUNTS, "final", 541, 542, date(2025, 6, 1)),
    )
    assert names(merge.choose(held, COUNTS)) == {541: "ucdp-ged-25.1", 542: "ucdp-ged-25.1", 543: "ucdp-ged-24.1"}
    early = merge.choose(held, COUNTS, known_on=date(2025, 5, 31))
    assert set(names(early).values()) == {"ucdp-ged-24.1"}


def test_added_events_win_over_the_embedded_counts_of_the_same_release() -> None:
    held = register(
        release(GED, COUNTS, "final", 109, 540, date(2025, 6, 11)),
        # The user's file does not say when it was published: it is the same release.
        release(GED, "ucdp_events", "final", 109, 540),
    )
    months = merge.choose(held, COUNTS)
    assert not any(source.counted for source in months.values())
    assert merge.choose(held, COUNTS, known_on=date(2025, 6, 10)) == {}
    assert not merge.choose(held, COUNTS, known_on=date(2025, 6, 11))[540].counted


def test_a_release_without_a_date_counts_from_its_last_month_and_not_under_known_on() -> None:
    held = register(
        release("ucdp-ged-25.1", COUNTS, "final", 109, 540, date(2025, 6, 11)),
        release("ucdp-ged-26.1", "ucdp_events", "final", 109, 552),
        release("ucdp-ged-24.1", "ucdp_events", "final", 109, 528),
    )
    months = merge.choose(held, COUNTS)
    # 26.1 ends in December 2025, so it cannot have come out before 2026; 24.1 ends a year before 25.1 came out.
    assert set(names(months).values()) == {"ucdp-ged-26.1"}
    assert set(names(merge.choose(held, COUNTS, known_on=date(2030, 1, 1))).values()) == {"ucdp-ged-25.1"}


def test_a_release_of_events_replaces_a_month_whole() -> None:
    held = register(
        release(PROVISIONAL, COUNTS, "provisional", 541, 542, date(2026, 1, 20)),
        release("ucdp-candidate-25.0.2", "ucdp_events", "candidate", 542, 542, date(2025, 3, 20)),
    )
    embedded = frame(
        COUNTS,
        [count(PROVISIONAL, 541, 9), count(PROVISIONAL, 542, 9), count(PROVISIONAL, 542, 70, gw_id=475, iso3="NGA")],
    )
    added = frame(
        "ucdp_events",
        [
            event("ucdp-candidate-25.0.2", 1, date(2025, 2, 1), date(2025, 2, 1), 4),
            event("ucdp-candidate-25.0.2", 2, date(2025, 1, 30), date(2025, 1, 30), 100),
            event("ucdp-candidate-25.0.2", 3, date(2025, 2, 27), date(2025, 3, 1), 6),
        ],
    )
    merged = merge.country_month(embedded, added, held, as_of=543)
    rows = merged.frame.select("gw_id", "month_id", "deaths_total", "release", "status").rows()
    # Nigeria's 70 of the provisional release do not survive in February; January stays provisional.
    assert rows == [(432, 541, 9, PROVISIONAL, "provisional"), (432, 542, 4, "ucdp-candidate-25.0.2", "candidate")]
    # The event that ended in March is in a month that nobody covers; the one of January lost to a release that does.
    assert merged.set_aside == ("1 events of ucdp-candidate-25.0.2 in months no release covers set aside (6 deaths)",)
    assert 543 not in merged.months


def test_candidates_are_pooled_before_they_are_counted() -> None:
    held = register(
        release("ucdp-candidate-25.0.1", "ucdp_events", "candidate", 541, 541, date(2025, 2, 20)),
        release("ucdp-candidate-25.0.2", "ucdp_events", "candidate", 542, 542, date(2025, 3, 20)),
    )
    added = frame(
        "ucdp_events",
        [
            event("ucdp-candidate-25.0.1", 1, date(2025, 1, 5), date(2025, 1, 5), 10),
            event("ucdp-candidate-25.0.1", 2, date(2025, 1, 6), date(2025, 1, 6), 20),
            event("ucdp-candidate-25.0.2", 2, date(2025, 1, 6), date(2025, 1, 6), 25),
            event("ucdp-candidate-25.0.2", 3, date(2025, 1, 7), date(2025, 1, 7), 1),
        ],
    )
    none = frame(COUNTS, [])
    merged = merge.country_month(none, added, held, as_of=542)
    assert merged.frame.select("month_id", "deaths_total", "events").rows() == [(541, 36, 3)]
    known = merge.country_month(none, added, held, as_of=541, known_on=date(2025, 3, 1))
    assert known.frame.select("month_id", "deaths_total", "events").rows() == [(541, 30, 2)]


MONTHLY = ("ucdp-candidate-26.0.1", "ucdp-candidate-26.0.2", "ucdp-candidate-26.0.7")
RANGE = "ucdp-candidate-26.01.26.06"


def monthly_and_range(range_last: int | None = 558) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Candidates of January, February and July 2026, and one of January to June that came out after them."""
    rows = [
        release(name, "ucdp_events", "candidate", month, month, day_of(month + 1, 20))
        for name, month in zip(MONTHLY, (553, 554, 559), strict=True)
    ]
    rows.append(release(RANGE, "ucdp_events", "candidate", 553, 558, date(2026, 7, 25)))
    rows[-1] |= {"last_month": range_last, "first_month": None if range_last is None else 553}
    added = [
        event(MONTHLY[0], 1, date(2026, 1, 5), date(2026, 1, 5), 10),
        event(MONTHLY[0], 2, date(2026, 1, 6), date(2026, 1, 6), 20),  # dropped by the publisher
        event(MONTHLY[1], 3, date(2026, 1, 7), date(2026, 1, 7), 3),  # found late, and dropped too
        event(MONTHLY[2], 4, date(2026, 6, 30), date(2026, 6, 30), 4),  # found after the range came out
        event(MONTHLY[2], 5, date(2026, 7, 1), date(2026, 7, 1), 5),
        event(RANGE, 1, date(2026, 1, 5), date(2026, 1, 5), 11),
        event(RANGE, 6, date(2026, 6, 1), date(2026, 6, 1), 6),
    ]
    return register(*rows), frame("ucdp_events", added)


def by_month(merged: merge.Merged) -> dict[int, int]:
    return dict(merged.frame.group_by("month_id").agg(pl.col("deaths_total").sum()).sort("month_id").iter_rows())


def test_a_range_takes_the_place_of_the_months_it_covers() -> None:
    held, added = monthly_and_range()
    none = frame(COUNTS, [])
    assert by_month(merge.country_month(none, added, held, as_of=559)) == {553: 11, 558: 10, 559: 5}
    cells = merge.cell_month(frame("ucdp_cell_month", []), added, held, as_of=559)
    assert by_month(cells) == {553: 11, 558: 10, 559: 5}
    # Before it came out, the monthly files are what was known.
    known = merge.country_month(none, added, held, as_of=554, known_on=date(2026, 7, 24))
    assert by_month(known) == {553: 33}


def test_an_extract_neither_counts_nor_takes_a_place() -> None:
    held, added = monthly_and_range(range_last=None)
    assert by_month(merge.country_month(frame(COUNTS, []), added, held, as_of=559)) == {553: 33, 559: 5}


def test_what_only_a_provisional_file_has_does_not_come_back_in_a_month_of_candidates() -> None:
    held = register(
        release(PROVISIONAL, "ucdp_events", "provisional", 541, 552, date(2026, 1, 20)),
        release("ucdp-candidate-25.0.2", "ucdp_events", "candidate", 542, 542, date(2025, 3, 20)),
    )
    added = frame(
        "ucdp_events",
        [
            event(PROVISIONAL, 1, day_of(541), day_of(541), 1),
            event(PROVISIONAL, 2, day_of(542), day_of(542), 2),
            event(PROVISIONAL, 3, day_of(542), day_of(542), 4),
            event("ucdp-candidate-25.0.2", 3, day_of(542), day_of(542), 8),
            event("ucdp-candidate-25.0.2", 4, day_of(541), day_of(541), 16),  # found late: January keeps it
        ],
    )
    assert by_month(merge.country_month(frame(COUNTS, []), added, held, as_of=552)) == {541: 17, 542: 8}


def test_months_before_any_release_are_empty() -> None:
    held, added = monthly_and_range()
    merged = merge.country_month(frame(COUNTS, []), added, held, as_of=540)
    assert (merged.frame.height, merged.months) == (0, {})


def test_a_correction_that_moves_an_event_past_as_of_is_not_seen() -> None:
    held = register(
        release("ucdp-candidate-25.0.1", "ucdp_events", "candidate", 541, 541, date(2025, 2, 20)),
        release("ucdp-candidate-25.0.2", "ucdp_events", "candidate", 542, 542, date(2025, 3, 20)),
    )
    first = event("ucdp-candidate-25.0.1", 1, date(2025, 1, 31), date(2025, 1, 31), 10)
    moved = event("ucdp-candidate-25.0.2", 1, date(2025, 2, 1), date(2025, 2, 1), 10)
    added = frame("ucdp_events", [first, moved])
    none = frame(COUNTS, [])
    assert merge.country_month(none, added, held, as_of=541).frame["deaths_total"].to_list() == [10]
    later = merge.country_month(none, added, held, as_of=542).frame
    assert later.select("month_id", "deaths_total").rows() == [(542, 10)]


def test_an_event_across_a_seam_of_month_rules_counts_once() -> None:
    held = register(
        release("p", COUNTS, "provisional", 541, 541, date(2026, 1, 20)),
        release("c", "ucdp_events", "candidate", 542, 542, date(2026, 2, 20)),
        release("q", COUNTS, "provisional", 543, 543, date(2026, 1, 20)),
    )
    added = frame(
        "ucdp_events",
        [
            event("c", 1, date(2025, 1, 30), date(2025, 2, 2), 5),
            event("c", 2, date(2025, 2, 10), date(2025, 2, 10), 7),
            event("c", 3, date(2025, 2, 27), date(2025, 3, 1), 11),
        ],
    )
    # Counts by start: January has event 1 already, March does not have event 3.
    embedded = frame(COUNTS, [count("p", 541, 5), count("q", 543, 1)])
    merged = merge.country_month(embedded, added, held, as_of=543)
    assert merged.frame.select("month_id", "deaths_total").rows() == [(541, 5), (542, 18), (543, 1)]
    assert merged.set_aside == (
        "1 events of c that start in a month counted by date_start are taken to stand there and not counted again (5 deaths)",
    )


def test_events_without_positions_locate_nothing() -> None:
    held = register(
        release("slim", "ucdp_events", "provisional", 541, 552, date(2026, 1, 20)),
        release("c", "ucdp_events", "candidate", 542, 542, date(2025, 3, 20)),
    )
    rows = [event("slim", 1, day_of(541), day_of(541), 5, pg_id=None), event("c", 2, day_of(542), day_of(542), 3)]
    merged = merge.cell_month(frame("ucdp_cell_month", []), frame("ucdp_events", rows), held, as_of=552)
    assert list(merged.months) == [542]
    assert merged.frame["deaths_total"].to_list() == [3]


REGISTER = register(
    release(PROVISIONAL, COUNTS, "provisional", FIRST, LAST, date(2026, 1, 20)),
    release(CANDIDATE, "ucdp_events", "candidate", 546, 546, date(2025, 7, 20)),
    release("ucdp-candidate-25.0.7", "ucdp_events", "candidate", 547, 547, date(2025, 8, 20)),
    release("ucdp-ged-26.1", "ucdp_events", "final", FIRST, 550, date(2026, 6, 10)),
)
ALL = (CANDIDATE, "ucdp-candidate-25.0.7", "ucdp-ged-26.1")


def what_is_known(
    embedded: pl.DataFrame, added: pl.DataFrame, as_of: int, known_on: date | None
) -> tuple[list[tuple[object, ...]], dict[int, str], tuple[str, ...]]:
    merged = merge.country_month(embedded, added, REGISTER, as_of=as_of, known_on=known_on)
    return merged.frame.rows(), names(merged.months), merged.set_aside


@settings(max_examples=60, deadline=None)
@given(counts((PROVISIONAL,)), events(ALL), st.integers(FIRST, LAST), st.data())
def test_no_row_after_as_of_changes_anything(
    embedded: pl.DataFrame, added: pl.DataFrame, as_of: int, data: st.DataObject
) -> None:
    known_on = data.draw(st.sampled_from([None, date(2025, 8, 20), date(2026, 6, 10)]))
    before = what_is_known(embedded, added, as_of, known_on)
    late_counts = pl.col("month_id") > as_of
    late_events = pl.col("date_end") >= day_of(as_of + 1)
    factor = data.draw(st.integers(2, 9))
    louder = [pl.col(name) * factor for name in ("deaths_total", "deaths_total_low", "deaths_total_high")]
    changed = (
        pl.concat([embedded.filter(~late_counts), embedded.filter(late_counts).with_columns(louder)]),
        pl.concat([added.filter(~late_events), added.filter(late_events).with_columns(louder)]),
    )
    gone = embedded.filter(~late_counts), added.filter(~late_events)
    more = frame("ucdp_events", [event("ucdp-ged-26.1", 1, day_of(as_of), day_of(as_of + 1), 999)])
    for counts_now, events_now in (changed, gone, (embedded, pl.concat([added, more]))):
        assert what_is_known(counts_now, events_now, as_of, known_on) == before


@settings(max_examples=60, deadline=None)
@given(counts((PROVISIONAL,)), events(ALL), st.integers(FIRST, LAST), st.data())
def test_no_row_published_after_known_on_changes_anything(
    embedded: pl.DataFrame, added: pl.DataFrame, as_of: int, data: st.DataObject
) -> None:
    known_on = data.draw(st.sampled_from([date(2025, 7, 19), date(2025, 8, 1), date(2026, 1, 20), date(2026, 6, 9)]))
    before = what_is_known(embedded, added, as_of, known_on)
    late = REGISTER.filter(pl.col("published") > known_on)["release"].to_list()
    louder = [pl.col(name) + 17 for name in ("deaths_total", "deaths_total_low", "deaths_total_high")]
    is_late = pl.col("release").is_in(late)
    changed = tuple(pl.concat([f.filter(~is_late), f.filter(is_late).with_columns(louder)]) for f in (embedded, added))
    gone = tuple(f.filter(~is_late) for f in (embedded, added))
    for counts_now, events_now in (changed, gone):
        assert what_is_known(counts_now, events_now, as_of, known_on) == before


@settings(max_examples=60, deadline=None)
@given(counts((PROVISIONAL,)), events(ALL), st.integers(FIRST, LAST))
def test_every_month_comes_from_the_release_that_won_it(
    embedded: pl.DataFrame, added: pl.DataFrame, as_of: int
) -> None:
    merged = merge.country_month(embedded, added, REGISTER, as_of=as_of)
    assert not merged.frame.select("gw_id", "month_id").is_duplicated().any()
    for month, found in merged.frame.select("month_id", "release").unique().iter_rows():
        assert merged.months[month].release == found
    # 2025-01 to 2025-10 are final, the last two months provisional.
    assert names(merged.months) == {m: "ucdp-ged-26.1" if m <= 550 else PROVISIONAL for m in range(FIRST, as_of + 1)}
    final = added.filter(pl.col("release") == "ucdp-ged-26.1", pl.col("gw_id").is_not_null())
    # Those that run on into the months of counts by start belong to the month they started.
    final = final.filter(pl.col("date_end") < day_of(as_of + 1), pl.col("date_start") < day_of(551))
    assert merged.frame.filter(pl.col("month_id") <= 550)["deaths_total"].sum() == final["deaths_total"].sum()
