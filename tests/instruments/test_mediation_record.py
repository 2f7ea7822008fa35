"""The record of mediation against facts of public knowledge, and the law that nothing later than the day is in it."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tools.embed.mediation import days, processes, third_parties
from tools.embed.mediation.accords import Told

from forestall.errors import SourceError
from forestall.instruments.mediation import record as module
from forestall.instruments.mediation.record import Record, known, record
from forestall.store import Workspace
from forestall.store.schemas import SCHEMAS

NEWEST = date(2026, 2, 28)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def newest(workspace: Workspace) -> Record:
    return record(workspace, NEWEST)


def third(held: Record, event: str) -> set[str]:
    return set(held.roles.filter(event=event)["mediator"])


@pytest.mark.parametrize(
    ("event", "day", "country", "among"),
    [
        # Lancaster House, 21 December 1979: the United Kingdom convened the conference on Rhodesia.
        ("ucdp-1399", date(1979, 12, 21), "ZWE", {"GBR"}),
        # Dayton, signed in Paris on 14 December 1995 (S/1995/999): the Contact Group and the European Union witnessed.
        ("ucdp-1073", date(1995, 12, 14), "BIH", {"USA", "RUS", "GBR", "FRA", "DEU", "EU"}),
        # Bicesse, 31 May 1991 (S/22609): Portugal, with the Soviet Union and the United States as observers.
        ("ucdp-1022", date(1991, 5, 31), "AGO", {"PRT", "RUS", "USA", "UN"}),
        # Rome, 4 October 1992 (S/24635): the Community of Sant'Egidio and Italy.
        ("ucdp-1020", date(1992, 10, 4), "MOZ", {"SANTEGIDIO", "ITA"}),
        # Algiers, 6 March 1975: the border between Iran and Iraq, agreed through Algeria.
        ("ucdp-1406", date(1975, 3, 6), "IRN", {"DZA"}),
    ],
)
def test_agreements_have_their_known_third_parties(
    newest: Record, event: str, day: date, country: str, among: set[str]
) -> None:
    row = newest.events.row(by_predicate=pl.col("event") == event, named=True)
    assert row["day"] == day
    assert country in row["iso3"].split(";")
    assert among <= third(newest, event)


def test_pretoria_2022_was_led_by_the_african_union(newest: Record) -> None:
    # Agreement for Lasting Peace through a Permanent Cessation of Hostilities, Pretoria, 2 November 2022: after the
    # last of UCDP's agreements, so it can only come from the register of processes.
    of_eth = newest.of("ETH").filter(event_kind="process")
    by_au = newest.roles.join(of_eth.select("event"), on="event").filter(mediator="AU", role="lead")
    assert by_au.filter(pl.col("day") <= date(2022, 11, 2)).height
    assert {"ZAF", "KEN"} <= set(newest.roles.join(of_eth.select("event"), on="event")["mediator"])


def test_crises_come_from_1946_on_and_name_no_crisis(newest: Record) -> None:
    held = newest.events.filter(event_kind="crisis")
    # ICB 14: mediation is dated in 134 of the crises triggered since 1946; good offices alone add the rest.
    assert held.height == 150
    assert held["name"].str.starts_with("International crisis, ").all()
    # Essequibo 1982-83 (crisis 325): the Secretary-General under the Geneva Agreement of 1966.
    assert third(newest, "icb-325") == {"UN"}
    # Iran and Iraq in 1982: the League of Arab States was active, but Iran is no member: it is not taken for the mediator.
    assert (
        not newest.roles.filter(pl.col("mediator") == "LAS")
        .join(held.filter(pl.col("iso3").str.contains("IRN")), on="event", how="semi")
        .height
    )


def test_events_and_roles_fit_together(newest: Record) -> None:
    assert not newest.events["event"].is_duplicated().any()
    assert not newest.roles.is_duplicated().any()
    assert set(newest.roles["event"]) <= set(newest.events["event"])
    assert newest.roles.group_by("mediator").agg(pl.col("kind").n_unique())["kind"].max() == 1
    states = newest.roles.filter(kind="state")["mediator"]
    assert states.str.contains(r"^[A-Z]{3}$").all()
    both = newest.roles.join(newest.events.select("event", "iso3", "event_kind"), on="event")
    own = both.filter(pl.col("iso3").str.split(";").list.contains(pl.col("mediator")), event_kind="agreement")
    assert own.height == 0, "a government is no third party to its own agreement"
    assert (newest.events["unresolved"] >= 0).all()
    joined = newest.roles.join(newest.events.select("event", pl.col("day").alias("began")), on="event")
    assert (joined["day"] == joined["began"]).all(), "a role would be known before or after its event"


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_an_agreement_is_known_from_its_day_on(workspace: Workspace, step: int) -> None:
    signed = date(1995, 12, 14)
    held = record(workspace, signed + timedelta(days=step))
    assert ("ucdp-1073" in held.events["event"].to_list()) is (step >= 0)
    assert bool(third(held, "ucdp-1073")) is (step >= 0)


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_an_end_is_known_from_its_day_on(workspace: Workspace, step: int) -> None:
    # Akosombo, 12 September 1994: ended by UCDP on 31 December 1994.
    held = record(workspace, date(1994, 12, 31) + timedelta(days=step))
    row = held.events.row(by_predicate=pl.col("event") == "ucdp-1016", named=True)
    assert (row["ended"], row["ended_on"]) == ((True, date(1994, 12, 31)) if step >= 0 else (False, None))


DAYS = st.dates(date(1950, 1, 1), date(2026, 12, 31))


def test_an_end_without_a_day_is_not_known_in_the_record(workspace: Workspace) -> None:
    undated = workspace.table("mediation_events").filter(pl.col("ended") & pl.col("ended_on").is_null())
    assert not undated.is_empty()
    told = record(workspace, date(2026, 1, 1)).events.filter(pl.col("event").is_in(undated["event"].implode()))
    assert set(told["ended"]) == {None}


@settings(max_examples=40, deadline=None)
@given(on=DAYS)
def test_nothing_of_a_later_day_is_known(workspace: Workspace, on: date) -> None:
    held = record(workspace, on)
    for frame, columns in ((held.events, ("day", "until", "ended_on")), (held.roles, ("day", "until"))):
        for column in columns:
            assert (frame[column].drop_nulls() <= on).all(), column
    assert held.events.filter(pl.col("ended") & pl.col("ended_on").is_not_null() & (pl.col("ended_on") > on)).is_empty()
    going_on = held.events.filter((pl.col("event_kind") == "process") & pl.col("until").is_null())
    if on < module.REGISTER_ENDS:
        assert going_on["talks_outcome"].null_count() == going_on.height


@settings(max_examples=25, deadline=None)
@given(on=DAYS, seed=st.integers(0, 10**6))
def test_changing_what_came_later_changes_nothing(on: date, seed: int) -> None:
    events = Workspace.open(Path("/nonexistent")).table("mediation_events")
    later = pl.col("day") > on
    changed = events.filter(~later | (pl.int_range(pl.len()).hash(seed) % 2 == 0)).with_columns(
        pl.when(pl.col("until") > on).then(pl.col("until").dt.offset_by("400d")).otherwise("until").alias("until"),
        pl.when(pl.col("ended_on") > on)
        .then(pl.col("ended_on").dt.offset_by("90d"))
        .otherwise("ended_on")
        .alias("ended_on"),
    )
    added = events.head(3).with_columns(
        pl.lit(on + timedelta(days=1)).alias("day"), pl.concat_str(pl.lit("new-"), "event").alias("event")
    )
    assert_frame_equal(known(events, on), known(pl.concat([changed, added]), on))


def test_a_day_known_to_the_year_is_the_last_of_it() -> None:
    assert days.read("2019", "x") == days.Day(date(2019, 12, 31), "year")
    assert days.read("2020-02", "x") == days.Day(date(2020, 2, 29), "month")
    assert days.read("2020-02-03", "x") == days.Day(date(2020, 2, 3), "day")
    assert days.read(" ", "x") is None
    assert days.Day(date(2020, 2, 29), "month").first == date(2020, 2, 1)
    for wrong in ("2019-13", "3 May 2019", "2019-02-30", "19"):
        with pytest.raises(SourceError, match="is no day"):
            days.read(wrong, "register line 3")


def test_the_register_says_which_row_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = dict.fromkeys(processes.COLUMNS, "") | {
        "process": "sdn-x",
        "name": "Talks",
        "iso3": "SDN",
        "mediator": "AU",
        "kind": "organisation",
        "role": "lead",
        "since": "2019",
        "until": "2019-06",
        "ongoing": "no",
        "outcome": "none",
        "source": "S/RES/2469",
        "checked": "yes",
    }

    def spells(row: dict[str, str]) -> list[processes.Spell]:
        text = ",".join(processes.COLUMNS) + "\n" + ",".join(row[name] for name in processes.COLUMNS) + "\n"
        (tmp_path / "processes_africa.csv").write_text(text, "utf-8")
        return processes.spells(lambda name: (name, "organisation") if name == "AU" else None)

    monkeypatch.setattr(processes, "FOLDER", tmp_path)
    (one,) = spells(good)
    assert (one.since.last, one.resolved) == (date(2019, 6, 30), True)  # it ended in June, so it began by then
    (nobody,) = spells(good | {"mediator": "Somebody"})
    assert (nobody.mediator, nobody.resolved) == ("Somebody", False)
    for change in ({"role": "boss"}, {"iso3": "XYZ"}, {"since": ""}, {"until": "2018"}, {"outcome": "peace"}):
        with pytest.raises(SourceError, match=r"processes_africa\.csv line 2"):
            spells(good | change)


def test_a_comment_adds_roles_to_the_list_and_nobody_to_it() -> None:
    told = Told("Algeria, UN", "The talks were mediated by Algeria. Kenya mediated elsewhere.", "")
    assert third_parties.parsed(told, frozenset({"MLI"}), date(1992, 4, 11)).roles == (
        ("DZA", "state", "mediator"),
        ("UN", "organisation", "unknown"),
    )
    blank = Told("", "Though not a signatory, Malaysia facilitated the peace process.", "")
    assert third_parties.parsed(blank, frozenset({"PHL"}), date(2013, 1, 1)).roles == (("MYS", "state", "mediator"),)


def test_no_table_of_the_record_holds_running_text() -> None:
    # Names of persons stand in UCDP's texts on third parties; of those only keys, roles and counts may be held.
    for name in ("mediation_events", "mediation_roles"):
        texts = [column for column, kind in SCHEMAS[name].items() if kind is pl.String]
        assert not {"third_parties", "comment", "text", "segment"} & set(texts)


def test_rebuilding_gives_the_same_tables(shared: Path, tmp_path: Path) -> None:
    from tools.embed.mediation import agreements, events

    agreements.build(shared, tmp_path)
    events.build(shared, tmp_path)
    embedded = Workspace.open(Path("/nonexistent"))
    for name in ("mediation_agreements", "mediation_events", "mediation_roles"):
        assert_frame_equal(pl.read_parquet(tmp_path / f"{name}.parquet"), embedded.table(name))
