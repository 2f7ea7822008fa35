"""Every sentence is backed by evidence that names its source; nothing is invented."""

from datetime import date

import pytest
from pydantic import ValidationError

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids.months import month_id
from forestall.instruments.assessment import Assessment, Case, Evidence, Finding, Option, case_of

MALI = Case(gw_id=432, iso3="MLI", name="Mali")


def fact(key="recorded", **changes):
    return Evidence(
        **{
            "key": key,
            "says": "deaths recorded",
            "figure": 96,
            "unit": "deaths",
            "source": "UCDP",
            "date": "2026-02",
            "vintage": "ucdp-candidate-26.0.2 (candidate)",
            "kind": "recorded",
            **changes,
        }
    )


def assessment(**changes):
    return Assessment(
        **{
            "instrument": "warning",
            "case": MALI,
            "as_of": "2026-02",
            "headline": Finding(sentence="96 deaths.", evidence=("recorded",)),
            "evidence": (fact(),),
            **changes,
        }
    )


def test_an_assessment_reads_back_from_its_json_and_finds_what_backs_a_sentence():
    option = Option(what="ask", who="the desk", why="96 deaths", evidence=("recorded",))
    made = assessment(options=(option,))
    assert option.expected_effect == "unknown"
    assert made.backing(option) == (fact(),)
    assert Assessment.model_validate_json(made.model_dump_json()) == made
    with pytest.raises(ValidationError):
        made.as_of = "2026-03"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"headline": Finding(sentence="War.", evidence=("hearsay",))}, "cited but not there: evidence hearsay"),
        ({"findings": (Finding(sentence="War.", evidence=("recorded", "hearsay")),)}, "hearsay"),
        ({"options": (Option(what="a", who="b", why="c", evidence=("hearsay",)),)}, "hearsay"),
        ({"evidence": (fact(), fact())}, "recorded is there twice"),
        ({"evidence": (fact(), fact("idle"))}, "cited by nothing: evidence idle"),
        ({"as_of": "2026-13"}, "as_of"),
        ({"opinion": "grave"}, "opinion"),
    ],
)
def test_a_sentence_without_evidence_is_refused(changes, why):
    with pytest.raises(ValidationError, match=why):
        assessment(**changes)


def test_a_finding_cites_something():
    with pytest.raises(ValidationError, match="evidence"):
        Finding(sentence="War.", evidence=())


@pytest.mark.parametrize(
    "changes",
    [
        {"figure": float("nan")},
        {"figure": None},
        {"low": 3.0},
        {"low": 3.0, "high": 2.0},
        {"source": ""},
        {"vintage": ""},
        {"date": "last week"},
        {"level": 1.0, "low": 1.0, "high": 2.0},
        {"key": "Not a key"},
    ],
)
def test_evidence_that_hides_something_is_refused(changes):
    with pytest.raises(ValidationError):
        fact(**changes)


def test_what_is_not_known_says_where_the_data_end():
    assert fact(figure=None, note="the series ends in 2014").figure is None


@pytest.mark.parametrize(
    "when", ["2014", "2026-02", "2026-02-28", "2026-03..2026-08", "2018-01-18..2018-02-01", "1989..2024"]
)
def test_dates_are_days_months_years_or_spans(when):
    assert fact(date=when).date == when


def test_a_case_is_the_country_of_that_month():
    assert case_of("mali", month_id(2026, 2)) == Case(gw_id=432, iso3="MLI", name="Mali", region="Western Africa")
    assert case_of("432", month_id(2026, 2)).iso3 == "MLI"
    with pytest.raises(UnknownCountryError, match="2010"):
        case_of("SSD", month_id(2010, 12))
    with pytest.raises(UsageError, match="no state of its own"):
        case_of("Greenland", month_id(2020, 1))
    assert date(2011, 7, 9) > date(2010, 12, 31)  # South Sudan's first day
