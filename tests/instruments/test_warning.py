"""Warnings from the embedded figures: nothing of the future in them, and every sentence backed."""

from dataclasses import replace

import numpy as np
import pytest

from forestall.errors import UsageError
from forestall.ids.months import month_id
from forestall.instruments import alerts, record, warning, warning_case
from forestall.instruments.alert_events import EVENTS, Chances
from forestall.instruments.assessment import case_of
from forestall.instruments.warning_case import assess, fared
from forestall.store import Workspace

AS_OF = month_id(2019, 4)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    return Workspace.open(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def picture(workspace):
    return warning.picture(workspace, as_of=AS_OF)


def test_the_easter_bombings_raise_alerts_in_sri_lanka(picture):
    found = warning.warnings(picture)
    (mine,) = [one for one in found.alerts if (one.iso3, one.event) == ("LKA", "deaths_25")]
    assert (mine.state, mine.since, mine.since_or_before) == ("new", "2019-04", False)
    assert mine.probability_before < picture.rules["deaths_25"].raise_at <= mine.probability
    assert "LKA" in {row.iso3 for row in found.watch_surprise if row.surprise == "above"}
    assert found.alerts[0].state == "new"
    assert (found.as_of, found.window) == ("2019-04", "2019-05..2019-10")


def test_the_record_shown_ends_where_the_reader_stands(picture):
    for rule in picture.rules.values():
        assert rule.record.span == "2018-01..2018-10"
        assert rule.record_before.span == "2010-01..2017-06"
        assert 0 < rule.clear_below < rule.raise_at


def test_alerts_follow_from_the_probabilities_in_the_record(picture, workspace):
    source = picture.source
    grids = record.grids(workspace.table(record.TABLE), source.model, source.version)
    for event, grid in grids.items():
        rule = picture.rules[event]
        now = grid.origins <= AS_OF
        stands = alerts.standing(
            grid.probability[:, now], alerts.Rule(rule.raise_at, rule.clear_below, rule.clear_months)
        )
        expected = set(grid.units[stands[:, -1]].tolist())
        found = {one.gw_id for one in picture.alerts if one.event == event and one.state != "cleared"}
        # looking back two years finds what looking back nine years finds
        assert found == expected, event


def test_another_source_of_chances_may_stand_in(workspace):
    class Certain:
        model, version = "certain", "7"

        def __call__(self, panel):
            one = np.ones(panel.units.size)
            return Chances(panel.units, panel.as_of, self.model, self.version, panel.digest, dict.fromkeys(EVENTS, one))

    found = warning.warnings(warning.picture(workspace, as_of=AS_OF, source=Certain()))
    assert {one.state for one in found.alerts} == {"standing"}
    assert all(one.since_or_before and one.own_record is None for one in found.alerts)
    assert all(rule.record is None and rule.raise_at == rule.bayes for rule in found.events)
    assert any("No record of alerts of model certain 7" in caveat for caveat in found.caveats)


def test_a_higher_cost_of_misses_never_shortens_the_list(workspace, picture):
    cheap = warning.picture(workspace, as_of=AS_OF, miss_cost=2)
    for event in EVENTS:
        assert cheap.rules[event].raise_at >= picture.rules[event].raise_at
        few, many = (
            {one.gw_id for one in p.alerts if one.event == event and one.state != "cleared"} for p in (cheap, picture)
        )
        assert few <= many


def test_an_assessment_says_what_stands_and_how_such_alerts_fared(picture, workspace):
    found = warning_case.of_picture(case_of("LKA", AS_OF), picture, workspace)
    assert found.headline.sentence.startswith("Sri Lanka: an alert for 25 or more deaths in a month")
    assert found.options[0].expected_effect == "unknown"
    keys = {one.key: one for one in found.evidence}
    assert keys["recorded"].figure == 255
    assert keys["recorded"].vintage.startswith("ucdp-ged-25.1 (final")
    assert keys["record.deaths_25"].kind == "measured"
    sentences = " ".join(part.sentence for part in found.findings)
    assert "an alert is raised this month" in sentences
    assert "were followed by the event within six months" in sentences


def test_a_country_long_quiet_gets_no_forecast_of_peace(workspace, picture):
    silent = tuple(row.model_copy(update={"quiet": True, "expected": 0.0}) for row in picture.rows)
    found = warning_case.of_picture(case_of("FJI", AS_OF), replace(picture, rows=silent), workspace)
    assert "the model has no forecast" in found.headline.sentence
    assert "expected" not in {one.key for one in found.evidence}


def test_every_country_can_be_assessed(workspace, picture):
    for row in picture.rows:
        found = warning_case.of_country(case_of(str(row.gw_id), AS_OF), picture, workspace)
        assert found.assessment.case.gw_id == row.gw_id
        assert set(found.chances) == set(EVENTS)
        assert {one.gw_id for one in found.alerts} <= {row.gw_id}


def test_assess_is_the_instrument(workspace):
    latest = assess(case_of("MLI", month_id(2026, 2)), month_id(2026, 2), workspace=workspace)
    assert latest.instrument == "warning"
    assert any("candidate" in caveat for caveat in latest.caveats)


def test_what_cannot_be_is_refused_in_one_line(workspace, picture):
    with pytest.raises(UsageError, match="72 months are needed, figures begin 1989-01"):
        warning.picture(workspace, as_of=month_id(1992, 1))
    with pytest.raises(UsageError, match="after the last month of data"):
        warning.picture(workspace, as_of=month_id(2040, 1))
    with pytest.raises(UsageError, match="--miss-cost"):
        warning.picture(workspace, miss_cost=0)
    with pytest.raises(UsageError, match="unknown model"):
        warning.picture(workspace, model="oracle")
    with pytest.raises(UsageError, match="no state then"):
        warning_case.row_of(case_of("South Vietnam", month_id(1970, 1)), picture)


def test_a_rule_without_alerts_says_so():
    share = record.Rate(n=0, happened=0, share=None)
    none = record.Record(
        span="2018-01..2018-12",
        raised=share,
        months=share,
        warned=share,
        lead_months=None,
        false_alarms_per_year=0,
        changes_per_year=0,
        changes_per_year_plain=0,
        cost=0,
        cost_never=0,
        cost_always=0,
    )
    assert fared(none) == fared(none, "standing") == "No such alert was raised in 2018-01..2018-12."
