"""Positions of members on a day: what they rest on, and that nothing later is used."""

import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import forestall
from forestall.council.voting import positions, series, veto_record
from forestall.council.voting.issues import symbol_of
from forestall.council.voting.records import issue_code, session_ends
from forestall.errors import UsageError
from forestall.store import Workspace

DATA = Path(forestall.__file__).parent / "data"
DAY = date(2014, 3, 20)


def test_members_of_2018_with_the_permanent_members_apart() -> None:
    found = positions(date(2018, 1, 18))
    assert len(found.members) == 15
    assert sum(one.seat == "permanent" for one in found.members) == 5
    assert found.basis.kind == "own"
    assert found.basis.data_end == date(2017, 12, 24)
    by = {one.iso3: one for one in found.members}
    assert by["USA"].ideal_point == max(one.ideal_point for one in found.members if one.ideal_point is not None)
    to = {one.to: one for one in by["GBR"].distances}
    assert set(to) == {"CHN", "FRA", "RUS", "USA"}
    assert to["FRA"].distance < to["USA"].distance < to["RUS"].distance < to["CHN"].distance
    for one in found.members:
        assert one.low is not None
        assert one.ideal_point is not None
        assert one.high is not None
        assert one.low < one.ideal_point < one.high
        for gap in one.distances:
            assert 0 <= gap.low <= gap.distance <= gap.high


def test_an_issue_brings_recorded_votes_with_their_evidence() -> None:
    found = positions(date(2018, 1, 18), "India", "nuclear weapons")
    assert found.members[0].iso3 == "IND"
    assert found.members[0].seat == "none"
    assert found.issue == "nu"
    usa = next(one for one in found.members if one.iso3 == "USA").record
    assert usa is not None
    assert usa.against_carried + usa.abstained_carried <= usa.carried <= usa.yes + usa.abstain + usa.no
    assert usa.objections
    votes, calls = Workspace.open().table("un_votes"), Workspace.open().table("un_roll_calls")
    for cast in usa.objections:
        assert cast.voted_on <= date(2018, 1, 18)
        of = calls.filter(pl.col("document") == cast.document, pl.col("voted_on") == cast.voted_on)
        own = votes.join(of, on="roll_call_id").filter(pl.col("iso3") == "USA")
        assert 0 in own["vote"].to_list()
    for gap in usa.agreement:
        assert 0 <= gap.same <= gap.of


def test_a_new_government_has_no_position_until_it_has_voted_for_a_session() -> None:
    # The People's Republic took China's seat on 1971-10-25; the last session that had ended was another government's.
    by = {one.iso3: one for one in positions(date(1971, 11, 20)).members}
    assert by["CHN"].ideal_point is None
    assert {one.iso3: one for one in positions(date(1972, 6, 1)).members}["CHN"].ideal_point is not None


def test_recent_days_use_the_published_points() -> None:
    found = positions(date(2025, 9, 1))
    assert (found.basis.kind, found.basis.label, found.basis.data_end) == ("published", "2024", date(2024, 12, 31))
    assert positions(date(2025, 7, 1)).basis.data_end == date(2019, 12, 27)


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The embedded figures with everything after DAY made up."""
    folder = tmp_path_factory.mktemp("changed")
    manifest = json.loads((DATA / "manifest.json").read_text("utf-8"))
    names = [name for name in manifest["tables"] if name.startswith(("un_", "council_"))]
    for name in names:
        shutil.copy(DATA / manifest["tables"][name]["file"], folder)
    manifest["tables"] = {name: manifest["tables"][name] for name in names}
    manifest["files"] = {}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    calls = pl.read_parquet(folder / "un_roll_calls.parquet")
    late = calls.filter(pl.col("voted_on") > DAY)["roll_call_id"].to_list()
    last = max(session for session, end in session_ends(calls).items() if end <= DAY)

    def write(name: str, frame: pl.DataFrame) -> None:
        frame.write_parquet(folder / f"{name}.parquet")

    is_late = pl.col("roll_call_id").is_in(late)
    write("un_roll_calls", calls.with_columns(pl.when(is_late).then(9.9).otherwise(pl.col("slope")).alias("slope")))
    votes = pl.read_parquet(folder / "un_votes.parquet")
    flipped = pl.when(is_late).then(2 - pl.col("vote")).otherwise(pl.col("vote")).cast(pl.Int8).alias("vote")
    write("un_votes", votes.with_columns(flipped))
    points = pl.read_parquet(folder / "un_ideal_points.parquet")
    after = pl.when(pl.col("session") > last).then(99.0).otherwise(pl.col("ideal_point_then")).alias("ideal_point_then")
    # Smoothed points know later votes: they may all be others.
    write("un_ideal_points", points.with_columns(after, (pl.col("ideal_point") + 7).alias("ideal_point")))
    theirs = pl.read_parquet(folder / "un_ideal_points_published.parquet")
    write("un_ideal_points_published", theirs.with_columns(pl.col("ideal_point") + 5))
    vetoes = pl.read_parquet(folder / "council_vetoes.parquet")
    other = pl.when(pl.col("date") > DAY).then(pl.lit("FRA")).otherwise(pl.col("member")).alias("member")
    write("council_vetoes", vetoes.with_columns(other))
    return Workspace.open(folder / "home", embedded=folder)


def test_changing_what_came_after_the_day_changes_nothing(changed: Workspace) -> None:
    assert positions(DAY, "KAZ", "me", workspace=changed) == positions(DAY, "KAZ", "me")
    assert veto_record("Syria", DAY, workspace=changed) == veto_record("Syria", DAY)
    later = date(2019, 6, 1)
    assert positions(later, workspace=changed) != positions(later)


def test_vetoes_on_an_item() -> None:
    found = veto_record("SYR", date(2012, 12, 31))
    # S/2011/612, S/2012/77 and S/2012/538, each vetoed by China and the Russian Federation.
    recent = [(one.date.isoformat(), one.member) for one in found.vetoes if one.date.year >= 2011]
    assert sorted(recent) == [(d, m) for d in ("2011-10-04", "2012-02-04", "2012-07-19") for m in ("CHN", "RUS")]
    assert found.known_to <= date(2012, 12, 31)


def test_refusals() -> None:
    with pytest.raises(UsageError, match="one of the six"):
        issue_code("weather")
    with pytest.raises(UsageError, match="lies before the end"):
        positions(date(1946, 2, 1))
    with pytest.raises(UsageError, match="too short"):
        veto_record("x", DAY)
    with pytest.raises(UsageError, match="give the earlier year first"):
        series("KAZ", 2010, 2000)


def test_a_series_says_which_estimate_each_row_is() -> None:
    frame = series("Kazakhstan", 1992, 2024)
    assert frame["estimate"].n_unique() == 6
    last = dict(frame.group_by("estimate").agg(pl.col("year").max()).rows())
    assert last["own 1-D"] == 2019
    assert (last["published, all"], last["published, final passage"]) == (2023, 2024)


@settings(max_examples=30)
@given(st.integers(1, 80), st.integers(1, 400), st.sampled_from(["", "A", "IV"]))
def test_symbols_of_one_text_are_one(session: int, number: int, part: str) -> None:
    forms = pl.DataFrame({"d": [f"{prefix}{session}/{number}{part}" for prefix in ("A/RES/", "R/", "")]})
    assert forms.select(symbol_of(pl.col("d")).n_unique()).item() == 1
