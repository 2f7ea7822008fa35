"""Mediation's assessment of a country: what a reader is told, what each sentence rests on, and what is not said."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from tests.instruments.made_ranking import ON, ranking

from forestall.ids.months import month_id
from forestall.instruments.assessment import Assessment, Case, case_of
from forestall.instruments.mediation import history
from forestall.instruments.mediation.assess import assess, said
from forestall.instruments.mediation.record import Record
from forestall.instruments.mediation.sentences import MEANING, Parts
from forestall.store import Workspace

SUDAN = Case(gw_id=625, iso3="SDN", name="Sudan")
NEWEST = month_id(2026, 2)


def event(name: str, day: date, kind: str = "agreement", **more: object) -> dict[str, object]:
    """An event as the record gives it."""
    held: dict[str, object] = {
        "event": f"{name} {day}", "event_kind": kind, "name": name, "day": day, "from_precision": "day", "until": None,
        "process": None, "iso3": "SDN", "talks_outcome": None, "unresolved": 0, "source": "a source",
    }  # fmt: skip
    return held | more


def made(events: list[dict[str, object]], who: dict[str, str]) -> Record:
    """A record of events; who: mediators of each by its name, with spaces between."""
    kinds = {"until": pl.Date, "process": pl.String, "talks_outcome": pl.String}
    roles = [
        {
            "event": one["event"],
            "mediator": key,
            "kind": "state",
            "role": "lead",
            "day": one["day"],
            "until": None,
            "source": "S/1",
            "goes_on": one["talks_outcome"] == "ongoing",
        }
        for one in events
        for key in who.get(str(one["name"]), "").split()
    ]
    schema = {"event": pl.String, "mediator": pl.String, "kind": pl.String, "role": pl.String, "day": pl.Date}
    schema |= {"until": pl.Date, "source": pl.String, "goes_on": pl.Boolean}
    return Record(
        ON,
        pl.DataFrame(events, schema_overrides=kinds).sort("day", "event"),
        pl.DataFrame(roles, schema=schema),
        (("UCDP Peace Agreement 22.1", date(2021, 12, 31)),),
    )


def talks() -> Record:
    return made(
        [
            event("Old accord", date(1997, 4, 21)),
            event("Later accord", date(2020, 10, 3), iso3="SDN;SSD"),
            event("Jeddah talks", date(2023, 5, 6), "process", process="sdn-jeddah", talks_outcome="ongoing"),
            event("Jeddah talks, joined", date(2023, 10, 29), "process", process="sdn-jeddah", talks_outcome="ongoing"),
            event("Talks that ended", date(2019, 6, 1), "process", process="x", until=date(2019, 8, 17)),
            event("A mission", date(2020, 6, 3), "mission"),
            event("Elsewhere", date(2025, 1, 1), iso3="TCD"),
        ],
        {
            "Later accord": "SSD UN",
            "Jeddah talks": "SAU USA",
            "Jeddah talks, joined": "AU",
            "Talks that ended": "AU ETH",
            "Elsewhere": "QAT",
            "A mission": "UN",
        },
    )  # fmt: skip


def text(found: Assessment) -> str:
    options = [f"{one.what} {one.who} {one.why}" for one in found.options]
    return " ".join([found.headline.sentence, *(one.sentence for one in found.findings), *options, *found.caveats])


def of(record: Record, **changed: object) -> Assessment:
    return said(SUDAN, NEWEST, Parts(history.here(record, "SDN"), ranked=replace(ranking(), **changed)))


def test_a_process_counts_once_and_other_countries_do_not() -> None:
    here = history.here(talks(), "SDN")
    assert dict(here.counts) == {"agreement": 2, "process": 2, "crisis": 0, "mission": 1}
    assert dict(here.often)["Saudi Arabia"] == 1
    assert "Qatar" not in dict(here.often)
    assert here.first == date(1997, 4, 21)


def test_the_last_role_and_the_talks_that_go_on() -> None:
    here = history.here(talks(), "SDN")
    assert here.last is not None
    assert (here.last.name, here.last.since) == ("Jeddah talks", "2023-05-06")
    (running,) = here.running
    assert (running.name, running.since) == ("Jeddah talks", "2023-05-06")
    assert running.mediators == ("Saudi Arabia", "United States", "African Union")


def test_who_has_left_talks_is_not_told_as_still_in_them() -> None:
    record = talks()
    left = pl.col("goes_on") & (pl.col("mediator") != "USA")
    here = history.here(replace(record, roles=record.roles.with_columns(left)), "SDN")
    assert here.running[0].mediators == ("Saudi Arabia", "African Union")
    assert here.last is not None
    assert "United States" in here.last.mediators


def test_the_headline_says_who_mediated_before_and_last() -> None:
    sentence = of(talks()).headline.sentence
    assert sentence.startswith("Sudan: 2 agreements and 2 processes of talks on record since 1997")
    assert (
        "took a role: Jeddah talks (since 2023-05-06, with Saudi Arabia, United States and African Union)" in sentence
    )


def test_a_day_known_to_the_month_is_not_told_to_the_day() -> None:
    record = made([event("Accord", date(2020, 10, 31), from_precision="month")], {"Accord": "NOR"})
    assert "Accord (2020-10, with Norway)" in of(record).headline.sentence


def test_nobody_known_is_said() -> None:
    record = made([event("Accord", date(2020, 10, 31))], {})
    assert "no third party is named" in of(record).headline.sentence


def test_without_conflict_and_talks_there_is_one_sentence() -> None:
    record = made([event("Elsewhere", date(2020, 1, 1), iso3="TCD")], {})
    found = said(SUDAN, NEWEST, Parts(history.here(record, "SDN")))
    assert "no conflict of the last three years and no talks on record" in found.headline.sentence
    assert (found.findings, found.options) == ((), ())


def test_scores_come_with_their_interval_and_never_as_certain() -> None:
    found = of(talks())
    facts = {one.key: one for one in found.evidence}
    norway = facts["score:state-nor"]
    assert (norway.figure, norway.low, norway.high, norway.level, norway.kind) == (0.2, 0.1, 0.3, 0.8, "estimated")
    assert "Saudi Arabia (0.40, 0.20 to 0.60)" in text(found)
    assert "New here: Centre for Humanitarian Dialogue (<0.01, <0.01 to 0.01)" in text(found)


def test_reasons_against_are_said_with_those_for() -> None:
    found = of(talks())
    (norway,) = [one.sentence for one in found.findings if one.sentence.startswith("New here: Norway")]
    assert norway.endswith("Against: votes far from the government, distance 1.9.")
    assert {"for:state-nor:1", "against:state-nor:2"} <= {one.key for one in found.evidence}


def test_nothing_is_promised() -> None:
    found = of(talks())
    assert found.options
    assert {one.expected_effect for one in found.options} == {"unknown"}
    assert MEANING in found.caveats
    assert "a mediator new here" in text(found)
    assert [one.who for one in found.options if "new here" in one.what] == ["Norway"]


def test_a_reason_without_a_day_takes_the_day_of_the_ranking() -> None:
    made_of = ranking()
    first = made_of.candidates[0]
    undated = replace(first, reasons=(replace(first.reasons[0], on="since the war", figure=None),), there=False)
    found = of(talks(), candidates=(undated,), short_list=(), tandems=())
    (fact,) = [one for one in found.evidence if one.key == "for:state-sau:1"]
    assert (fact.date, fact.figure) == ("2026-02-28", None)
    assert fact.note


@pytest.mark.parametrize("empty", ["candidates", "short_list", "tandems", "fared", "parties", "data_ends", "notes"])
def test_any_part_of_a_ranking_may_be_missing(empty: str) -> None:
    gone: dict[str, object] = {empty: ()}
    if empty == "candidates":
        gone |= {"short_list": (), "tandems": ()}
    found = of(talks(), **gone)  # Assessment refuses a sentence without evidence, and evidence without a sentence
    assert found.headline.evidence


def real(country: str, as_of: int = NEWEST) -> Assessment:
    return assess(case_of(country, as_of), as_of, workspace=Workspace.open())


def test_what_was_not_known_is_not_said() -> None:
    then, now = text(real("Sudan", month_id(2019, 6))), text(real("Sudan"))
    assert "Quad" in now
    assert "Quad" not in then
    for one in real("Sudan", month_id(2019, 6)).evidence:
        days = [part for part in one.date.split("..") if part]
        assert max(days) <= "2019-06-30"[: len(max(days))], one
        assert "2020-" not in str(one.figure)


def test_the_record_of_colombia() -> None:
    found = real("Colombia")
    assert "22 agreements" in found.headline.sentence
    assert "Norway" in found.headline.sentence
    said_of_it = text(found)
    assert "22 peace agreements on record (UCDP Peace Agreement 22.1)" in said_of_it
    assert "Parties to conflicts in Colombia" in said_of_it
    assert "Five years without fighting between the same parties followed" in said_of_it
    assert "likeness has not told which agreements hold" in said_of_it


def test_states_are_named_as_on_other_pages() -> None:
    said_of_it = text(real("Myanmar"))
    assert "Government of Myanmar" in said_of_it
    assert "(Burma)" not in said_of_it


def test_a_party_to_the_conflict_is_asked_by_nobody() -> None:
    found = real("Ukraine")
    scored = {one.key for one in found.evidence if one.key.startswith("score:")}
    assert scored
    assert not scored & {"score:state-rus", "score:state-ukr"}
    assert not any("Russia" in one.who for one in found.options)


def test_a_country_at_peace_gets_one_sentence() -> None:
    found = real("Kazakhstan")
    assert "no conflict of the last three years and no talks on record" in found.headline.sentence
    assert (found.findings, found.options) == ((), ())


@pytest.mark.parametrize("country", ["Syria", "Cyprus", "Haiti", "Mexico", "South Sudan", "Israel"])
def test_any_country_can_be_assessed(country: str) -> None:
    found = real(country)
    assert found.headline.evidence
    assert {one.expected_effect for one in found.options} <= {"unknown"}
