"""Events: what they mean on series written by hand, what the features may see, and what a forecast promises."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forestall.errors import ShapeError, UsageError
from forestall.forecast import event_features, event_models, events
from forestall.forecast.event_definitions import (
    DEESCALATION_6,
    ESCALATION_6,
    EVENTS,
    ONSET_6,
    ONSET_12,
    ahead,
    defined,
    last,
    outcomes,
)
from forestall.forecast.event_inputs import conflict_years, event_counts
from forestall.ids.months import month_id
from forestall.panel.country_month import country_month
from forestall.panel.frame import Panel, digest
from forestall.store import Workspace

NAN = float("nan")


def series(*pieces: tuple[int, float]) -> np.ndarray:
    """(1, t) a country's months: so many months with so many deaths each."""
    return np.array([[deaths for months, deaths in pieces for _ in range(months)]], dtype=np.float64)


def at(values: np.ndarray, event: object, month: int) -> float:
    """Outcome of the only country after the month of that number, counted from 0."""
    return float(outcomes(values, event)[0, month])  # type: ignore[arg-type]


def test_sums_before_and_after_a_month() -> None:
    values = np.array([[1.0, 2, NAN, 4, 5, 6]])
    np.testing.assert_array_equal(last(values, 2), [[NAN, 3, NAN, NAN, 9, 11]])
    np.testing.assert_array_equal(ahead(values, 2), [[NAN, NAN, 9, 11, NAN, NAN]])


def test_onset_is_25_deaths_in_all_after_a_year_with_fewer() -> None:
    # 24 deaths in the year before, then 5 a month: 25 after five months.
    values = series((12, 2), (5, 5), (12, 0))
    assert at(values, ONSET_6, 11) == 1
    assert at(series((12, 2), (4, 5), (13, 0)), ONSET_6, 11) == 0
    assert at(series((11, 2), (1, 3), (17, 9)), ONSET_6, 11) != 1  # 25 deaths in the year before: already active
    late = series((12, 0), (6, 0), (6, 5))
    assert (at(late, ONSET_6, 11), at(late, ONSET_12, 11)) == (0, 1)
    assert np.isnan(at(late, ONSET_12, 12))  # eleven months are not twelve


def test_escalation_is_twice_as_many_and_a_hundred_more() -> None:
    assert at(series((12, 20), (6, 40)), ESCALATION_6, 11) == 1  # 120, then 240
    assert at(series((12, 20), (5, 40), (1, 39)), ESCALATION_6, 11) == 0
    assert at(series((12, 5), (6, 20)), ESCALATION_6, 11) == 0  # 30, then 120: four times, but 90 more
    assert at(series((6, 5), (6, 0), (5, 20), (1, 0)), ESCALATION_6, 11) == 1  # 0, then 100
    assert np.isnan(at(series((12, 2), (6, 90)), ESCALATION_6, 11))  # 24 in the year before: that is an onset


def test_deescalation_is_half_or_less_of_a_hundred_or_more() -> None:
    assert at(series((6, 0), (6, 20), (6, 10)), DEESCALATION_6, 11) == 1
    assert at(series((6, 0), (6, 20), (5, 10), (1, 11)), DEESCALATION_6, 11) == 0
    assert at(series((6, 0), (5, 20), (1, 0), (6, 0)), DEESCALATION_6, 11) == 1
    assert np.isnan(at(series((6, 0), (5, 19), (1, 4), (6, 0)), DEESCALATION_6, 11))  # 99


def test_what_is_not_known_is_not_an_outcome() -> None:
    values = series((12, 2), (6, 5))
    for gap in (0, 11, 12, 17):
        broken = values.copy()
        broken[0, gap] = NAN
        assert np.isnan(at(broken, ONSET_6, 11)), gap
    assert not defined(np.where(np.arange(18) == 3, NAN, values), ONSET_6)[0, 11]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=30, max_size=40), st.floats(0.3, 0.95), st.floats(1.05, 3))
def test_onset_within_twelve_months_and_milder_grades_happen_wherever_the_narrower_do(
    deaths: list[int], mild: float, grave: float
) -> None:
    values = np.array([deaths], dtype=np.float64)
    short, long = outcomes(values, ONSET_6), outcomes(values, ONSET_12)
    both = ~np.isnan(long)
    assert (short[both] <= long[both]).all()
    for event in EVENTS:
        itself, milder, graver = (outcomes(values, event, grade) for grade in (1.0, mild, grave))
        known = ~np.isnan(itself)
        assert (graver[known] <= itself[known]).all()
        assert (itself[known] <= milder[known]).all()
    assert not (defined(values, ONSET_6) & defined(values, ESCALATION_6)).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(30, 59))
def test_features_of_a_month_see_nothing_after_it(seed: int, month: int) -> None:
    generator = np.random.default_rng(seed)
    values = np.where(generator.random((4, 60)) < 0.4, generator.gamma(0.4, 40, (4, 60)).round(), 0)
    other = values.copy()
    other[:, month + 1 :] = generator.gamma(2, 50, (4, 59 - month)).round()
    near = np.broadcast_to(generator.random((4, 4)) < 0.5, (60, 4, 4)).copy()
    moved = near.copy()
    moved[month + 1 :] = ~near[month + 1 :]
    for one, two in (
        (event_features.history(values), event_features.history(other)),
        (event_features.surroundings(values, near), event_features.surroundings(other, moved)),
        (event_features.of_all_types(values, values + 1), event_features.of_all_types(other, other + 1)),
    ):
        for name in one:
            np.testing.assert_array_equal(one[name][:, : month + 1], two[name][:, : month + 1], err_msg=name)


def test_features_by_hand() -> None:
    values = np.array([[0.0, 30, 0, 0], [0, 0, 0, 0]])
    found = event_features.history(values)
    np.testing.assert_allclose(np.expm1(found["since_25"][0]), [480, 0, 1, 2])
    np.testing.assert_allclose(event_features.fading(np.array([[8.0, NAN, 2]]), 1.0), [[8, 8, (8 / 4 + 2) / 1.25]])
    near = np.ones((4, 2, 2), dtype=np.bool_) & ~np.eye(2, dtype=np.bool_)
    around = event_features.surroundings(values, near)
    assert (around["neighbours_fading_3"][0] == 0).all()
    assert around["neighbours_fading_3"][1, 1] > 0
    assert event_features.highest(np.array([[3.0, NAN, 1, 0]]), 2).tolist() == [[3, 3, 1, 1]]


def test_the_line_of_calibration() -> None:
    generator = np.random.default_rng(1)
    score = generator.normal(-2, 1.5, 200_000)
    happened = (generator.random(score.size) < event_models.expit(-0.5 + 0.8 * score)).astype(np.float64)
    assert event_models.line(score, happened) == pytest.approx((-0.5, 0.8), abs=0.03)
    assert event_models.line(score[:0], happened[:0]) == pytest.approx((0, 1))
    # A slope that would be 3 ends at 1.5, and the mean stays that of the cases.
    steep = (generator.random(score.size) < event_models.expit(4 + 3 * score)).astype(np.float64)
    intercept, slope = event_models.line(score, steep)
    assert slope == 1.5
    assert event_models.expit(intercept + slope * score).mean() == pytest.approx(steep.mean(), rel=0.01)


def test_too_few_cases_get_the_base_rate() -> None:
    cases = np.random.default_rng(0).random((300, 3))
    happened = np.zeros((300, 1))
    happened[:5] = 1
    model = event_models.fit(cases, happened, np.arange(300), ridge=0.1)
    assert model.models is None
    np.testing.assert_allclose(model.probabilities(cases), 5.5 / 301)


def test_a_model_finds_what_drives_the_event_and_stays_calibrated() -> None:
    generator = np.random.default_rng(3)
    cases = generator.normal(size=(6000, 4))
    cases[generator.random(cases.shape) < 0.05] = NAN
    truth = event_models.expit(-2.5 + 1.2 * np.nan_to_num(cases[:, 0]))
    happened = (generator.random(6000) < truth).astype(np.float64)
    model = event_models.fit(cases[:4000], happened[:4000, None], np.arange(4000) % 90, ridge=0.05)
    stated = model.probabilities(cases[4000:])
    assert np.corrcoef(stated, truth[4000:])[0, 1] > 0.85
    assert stated.mean() == pytest.approx(truth[4000:].mean(), rel=0.15)
    assert ((stated > 0) & (stated < 1)).all()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return Workspace.open(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def short(workspace: Workspace) -> Panel:
    """The embedded panel to the end of 1997: few months, so that a fit is quick."""
    return country_month(workspace, as_of=month_id(1997, 12))


@pytest.fixture(scope="module", autouse=True)
def few_trees() -> Iterator[None]:
    """A tenth of the trees: the tests ask how a fit behaves, not how good it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(event_models, "ROUNDS", 30)
        yield


@pytest.fixture(scope="module")
def forecast(short: Panel, workspace: Workspace) -> events.EventForecast:
    return events.probabilities(short, workspace)


def test_a_forecast_states_a_probability_where_the_event_is_defined(
    short: Panel, forecast: events.EventForecast
) -> None:
    for e, event in enumerate(EVENTS):
        stated = forecast.values[:, e]
        assert np.array_equal(~np.isnan(stated), defined(short.values, event)[:, -1])
        known = stated[~np.isnan(stated)]
        assert ((known > 0) & (known < 1)).all()
    six, twelve = forecast.of("onset_6"), forecast.of("onset_12")
    assert np.array_equal(np.isnan(six), np.isnan(twelve))
    assert (six[~np.isnan(six)] <= twelve[~np.isnan(twelve)]).all()
    assert "25 or more deaths" in forecast.definitions["onset_6"]
    record = forecast.training[0]
    assert (record.until, record.last) == (month_id(1997, 10), month_id(1997, 4))
    assert 0 < record.happened < record.cases
    # A country with violence under the line is nearer to it than one that has had none.
    known = ~np.isnan(twelve)
    some = known & (short.values[:, -12:].sum(axis=1) >= 5)
    assert np.median(twelve[some]) > 3 * np.median(twelve[known & ~some])
    with pytest.raises(UsageError, match="onset_7"):
        forecast.of("onset_7")


def test_nothing_after_the_month_reaches_a_forecast(
    short: Panel, forecast: events.EventForecast, workspace: Workspace
) -> None:
    longer = country_month(workspace, as_of=month_id(1998, 6))
    np.testing.assert_array_equal(events.probabilities(longer.cut(short.as_of), workspace).values, forecast.values)


def test_later_violence_in_a_panel_does_not_change_the_model(short: Panel, workspace: Workspace) -> None:
    values = short.values.copy()
    values[:, -2:] = 500.0  # November and December, after the training month
    seal = digest(short.units, short.months, values, target=short.target, unit_key=short.unit_key)
    other = replace(short, values=values, digest=seal)
    one, two = (events.train(panel, workspace)["onset_6"][1] for panel in (short, other))
    assert one == two


def quiet(short: Panel, releases: tuple[str, ...]) -> Panel:
    """A panel of state-based deaths without any, over the last 30 months."""
    return Panel(
        units=short.units,
        months=short.months[-30:],
        values=np.zeros_like(short.values[:, -30:]),
        target="deaths_state_based",
        as_of=short.as_of,
        digest="none",
        iso3=short.iso3,
        releases=releases,
    )


def test_a_panel_of_one_type_sees_the_others_if_both_date_events_alike(short: Panel, workspace: Workspace) -> None:
    found = events.inputs(quiet(short, short.releases[-30:]), workspace).features
    row = short.iso3.index("DZA")
    total = np.expm1(found.values[row, -1, found.names.index("other_types_fading_6")])
    assert total == pytest.approx(12 * event_features.fading(short.values[:, -30:], 6.0)[row, -1])
    # The workspace counts an event in the month it starts, another series when it ends: it would see what is to come.
    foreign = events.inputs(quiet(short, ("VIEWS challenge 2023/24",) * 30), workspace).features
    beside = [k for k, name in enumerate(found.names) if name.startswith(("all_types", "other_types", "events_"))]
    assert foreign.names == found.names
    assert np.isnan(foreign.values[:, :, beside]).all()
    assert np.isfinite(found.values[row, -1, beside]).all()


def test_events_by_type_from_the_embedded_table(workspace: Workspace) -> None:
    panel = country_month(workspace, as_of=month_id(2026, 2), first_month=month_id(2012, 1))
    counts = event_counts(panel, workspace)
    mali, iceland = panel.iso3.index("MLI"), panel.iso3.index("ISL")
    assert counts["state_based"][mali, 0] > 0
    assert (counts["state_based"][iceland] == 0).all()
    # Niger and Nigeria share events in the source: where they cannot be told apart they are not known.
    assert np.isnan(counts["one_sided"][panel.iso3.index("NER"), : 12 * 12]).any()


def test_years_of_conflict_count_from_july_of_the_year_after(workspace: Workspace) -> None:
    months = np.arange(month_id(2012, 1), month_id(2014, 1), dtype=np.int32)
    past = conflict_years(workspace, ["MLI", "ISL"], months)
    june, july = month_id(2013, 6) - months[0], month_id(2013, 7) - months[0]
    assert past.since[0, june] == 2  # 2009 is the last year of conflict before 2012, and 2011 the last known one
    assert past.since[0, july] == 0
    assert (past.since[1] == 80).all()


def test_wrong_parts_are_refused(short: Panel, forecast: events.EventForecast, workspace: Workspace) -> None:
    parts = {name: getattr(forecast, name) for name in forecast.__slots__}
    with pytest.raises(ShapeError):
        events.EventForecast(**parts | {"values": forecast.values[:-1]})
    with pytest.raises(ValueError, match="between 0 and 1"):
        events.EventForecast(**parts | {"values": forecast.values + 1})
    cells = Panel(
        units=short.units,
        months=short.months,
        values=short.values,
        target=short.target,
        as_of=short.as_of,
        digest="none",
        unit_key="pg_id",
    )
    with pytest.raises(UsageError, match="countries"):
        events.inputs(cells, workspace)


def test_the_challenge_panel_has_probabilities_too(shared: Path, workspace: Workspace) -> None:
    from forestall.verify.challenge import read

    panel = read(shared / "challenge").cut(month_id(1996, 12))
    found = events.probabilities(panel, workspace)
    assert found.unit_key == "country_id"
    assert found.values.shape == (191, len(EVENTS))
    assert (~np.isnan(found.of("onset_6"))).sum() > 130
