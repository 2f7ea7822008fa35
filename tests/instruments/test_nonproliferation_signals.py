"""Signals: the rules on plain figures, what states read on a day, and how base rates are counted."""

import hashlib
import json
import math
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forestall.errors import UnknownCountryError
from forestall.instruments.nonproliferation import follow_up, readings, rules, signals, supplies
from forestall.instruments.nonproliferation.follow_up import Seen
from forestall.instruments.nonproliferation.rules import TITLES
from forestall.sources import ingest
from forestall.store import Workspace

TODAY = date(2026, 11, 25)


def told(iso3: str, on: date, workspace: Workspace | None = None) -> dict[str, signals.Signal]:
    return {one.key: one for one in signals.signals(iso3, on, workspace)}


# The rules.


def test_an_arms_surge_by_hand() -> None:
    before = dict.fromkeys(range(2005, 2015), (10.0, 10.0))  # 20 a year
    recent = {2015: (60.0,), 2016: (30.0, 10.0), 2017: (21.0,)}
    read = rules.arms_imports(before | recent, 2017, 1950)
    assert (read.fired, read.figure, read.threshold) == (True, 121.0, 120.0)  # 3 years x twice 20
    assert (read.low, read.high) == (119.0, 123.0)  # four entries, each within half a million
    assert rules.arms_imports(before | recent | {2017: (19.0,)}, 2017, 1950).fired is False


def test_an_arms_surge_has_a_floor_and_needs_years_to_compare_with() -> None:
    assert rules.arms_imports({2017: (99.0,)}, 2017, 1950).fired is False
    assert rules.arms_imports({2017: (100.0,)}, 2017, 1950).fired is True
    assert rules.arms_imports({2017: (500.0,)}, 2017, 2011).fired is None  # 2011 to 2014 are four years
    assert rules.arms_imports({2017: (500.0,)}, 2017, 2010).fired is True


def test_a_young_state_is_compared_with_the_years_it_has() -> None:
    # Five years before, 2010 to 2014, 100 in all: 20 a year, not 10.
    read = rules.arms_imports({2012: (100.0,), 2016: (110.0,)}, 2017, 2010)
    assert (read.fired, read.threshold) == (False, 120.0)


def test_rounded_zeros_bound_the_figure_from_above_only() -> None:
    read = rules.arms_imports({2017: (0.0, 0.0)}, 2017, 1950)
    assert (read.figure, read.low, read.high) == (0.0, 0.0, 1.0)


@given(st.dictionaries(st.integers(2000, 2017), st.lists(st.integers(0, 500), max_size=4).map(tuple)))
def test_more_arms_never_take_a_surge_back(volumes: dict[int, tuple[float, ...]]) -> None:
    read = rules.arms_imports(volumes, 2017, 1950)
    more = rules.arms_imports(volumes | {2017: (*volumes.get(2017, ()), 50.0)}, 2017, 1950)
    assert read.figure is not None
    assert read.low is not None
    assert read.high is not None
    assert read.low <= read.figure <= read.high
    assert not (read.fired and not more.fired)


@pytest.mark.parametrize(
    ("now", "then", "fired"),
    [(0.04, 0.03, True), (0.0399, 0.03, False), (0.04, None, None), (None, 0.03, None), (0.0, 0.0, False)],
)
def test_an_expenditure_surge(now: float | None, then: float | None, fired: bool | None) -> None:
    assert rules.expenditure({2020: now, 2017: then, 2018: 0.1}, 2020).fired is fired


def test_a_withdrawal_counts_for_two_years() -> None:
    notices = {"INF": date(2019, 2, 2)}
    days = (date(2019, 2, 1), date(2019, 2, 2), date(2021, 2, 1), date(2021, 2, 3))
    assert [rules.withdrawal(notices, day).fired for day in days] == [False, True, True, False]


def test_what_is_not_known_is_no_answer() -> None:
    assert rules.treaty_gap(None).fired is None
    assert rules.latency(None, False).fired is None
    assert rules.latency(None, True).fired is False
    assert rules.latency(0, False).fired is False
    assert [rules.latency(2, held).fired for held in (True, False)] == [False, True]


# What states read.


def test_withdrawals_on_record() -> None:
    workspace = Workspace.open()
    assert readings.notices("USA", date(2019, 12, 31), workspace)["INF"] == date(2019, 2, 2)
    assert "INF" not in readings.notices("USA", date(2019, 2, 1), workspace)
    # Announced in 1993, in effect ten years later: a sign each time.
    assert readings.notices("PRK", date(1994, 1, 1), workspace) == {"NPT": date(1993, 3, 12)}
    assert readings.notices("PRK", date(2004, 1, 1), workspace) == {"NPT": date(2003, 1, 10)}
    # The Rome Statute is no arms-control treaty; and the Gambia took its notice back.
    assert readings.notices("PHL", date(2019, 1, 1), workspace) == {}
    assert told("EST", date(2025, 8, 1))["withdrawal"].fired is True
    assert told("EST", date(2025, 6, 26))["withdrawal"].fired is False


def test_a_withdrawal_that_follows_its_notice_is_no_second_sign() -> None:
    assert readings.notices("USA", date(2021, 1, 1), Workspace.open())["OpenSkies"] == date(2020, 5, 22)


def test_gaps_against_the_sub_region() -> None:
    workspace = Workspace.open()
    on = date(2020, 1, 1)
    outside = readings.outside_norm("IND", on, workspace)
    assert outside is not None
    assert "NPT" in outside
    assert readings.outside_norm("NOR", on, workspace) == ()
    assert readings.outside_norm("VAT", on, workspace) is not None
    assert readings.outside_norm("XKX", on, workspace) is None  # neither Member nor observer: nothing is said
    # By count: parties to the NPT among the other states of Southern Asia.
    from forestall.instruments.nonproliferation import groups
    from forestall.instruments.nonproliferation.treaties import status

    others = set(groups.subregion("IND", on).members) - {"IND"}
    assert len(others & set(status.parties("NPT", on, workspace))) / len(others) > 0.8


def test_protocols_and_facilities() -> None:
    workspace = Workspace.open()
    assert readings.protocol("IND", date(2014, 7, 24), workspace) is False
    assert readings.protocol("IND", date(2014, 7, 25), workspace) is True
    assert readings.protocol("USA", date(2009, 1, 6), workspace) is True
    # Signed in 2003 and applied for some years, but never in force.
    assert readings.protocol("IRN", date(2017, 1, 1), workspace) is False
    assert told("IRN", date(2012, 1, 1))["latency"].fired is True
    assert told("PAK", TODAY)["latency"].fired is True
    assert told("JPN", TODAY)["latency"].fired is False


def test_where_the_list_of_facilities_has_ended_none_then_is_not_none_now() -> None:
    assert told("EGY", date(2013, 1, 1))["latency"].fired is False  # no facility in 2012, the list's last year
    later = told("EGY", date(2014, 1, 1))["latency"]
    assert (later.fired, later.figure, later.data_end) == (None, None, date(2012, 12, 31))
    assert told("KAZ", TODAY)["latency"].fired is False  # with a protocol in force the rule cannot fire


def test_without_sipris_files_two_signals_are_not_known(tmp_path: Path) -> None:
    found = told("KAZ", TODAY, Workspace.open(tmp_path))
    assert tuple(found) == tuple(TITLES)
    for key in ("arms_imports", "expenditure"):
        assert found[key].fired is None
        assert found[key].figure is None
        assert "forestall data add" in found[key].detail


def added(tmp_path: Path, rows: list[str]) -> Workspace:
    path = tmp_path / "transfers.csv"
    path.write_text("supplier,recipient,year,value\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    workspace = Workspace.open(tmp_path / "home")
    ingest.add(workspace, path, today=TODAY)
    return workspace


def test_an_added_file_is_read_up_to_what_was_out_on_the_day(tmp_path: Path) -> None:
    rows = ["France,Mali,2015,5", "France,Mali,2019,90", "Spain,Mali,2020,30", "France,Chad,2021,1", "X,Chad,1950,1"]
    workspace = added(tmp_path, rows)
    # The figures of 2020 come out in March 2021.
    assert told("MLI", date(2021, 3, 31), workspace)["arms_imports"].fired is False
    one = told("MLI", date(2021, 4, 1), workspace)["arms_imports"]
    assert (one.fired, one.figure, one.low, one.high) == (True, 120.0, 119.0, 121.0)
    assert one.data_end == date(2020, 12, 31)
    # Four years after the end of the file nothing is said of today.
    assert told("MLI", date(2025, 3, 1), workspace)["arms_imports"].fired is True
    late = told("MLI", date(2026, 11, 25), workspace)["arms_imports"]
    assert (late.fired, late.data_end) == (None, date(2021, 12, 31))


def test_what_an_armed_group_receives_is_no_import_of_its_state(tmp_path: Path) -> None:
    rows = ["Libya,Syria rebels*,2020,900", "Russia,Syria,2020,3", "X,Y,1950,1"]
    assert told("SYR", date(2021, 6, 1), added(tmp_path, rows))["arms_imports"].figure == 3.0


def test_rates_speak_of_states_without_recent_conflict() -> None:
    assert told("MLI", date(2026, 1, 1))["withdrawal"].quiet is False
    assert told("NOR", date(2026, 1, 1))["withdrawal"].quiet is True
    # Conflict in Mali began in January 2012 (UCDP had 2009, not 2010 and 2011); the year 2012 was out in June 2013.
    days = (date(2011, 7, 1), date(2012, 12, 31), date(2013, 6, 1), date(2013, 7, 1))
    assert [readings.quiet("MLI", day, Workspace.open()) for day in days] == [False, True, True, False]


def test_rates_were_measured_on_the_files_at_hand(shared: Path) -> None:
    text = Path(signals.__file__).with_name("base_rates.json").read_text("utf-8")
    for name, digest in json.loads(text)["files"].items():
        assert hashlib.sha256((shared / name).read_bytes()).hexdigest() == digest, f"{name}: measure again"


def test_arms_before_and_during_conflict(tmp_path: Path) -> None:
    rows = ["France,Mali,2008,10", "Spain,Mali,2011,0", "Russia,Mali,2012,4", "X,Mali,2012,6", "France,Mali,2013,2"]
    workspace = added(tmp_path, rows)
    assert supplies.received("MLI", date(2009, 1, 1), Workspace.open(tmp_path / "empty")) is None
    years = supplies.received("MLI", date(2014, 7, 1), workspace)
    assert years is not None
    by_year = {one.year: one for one in years}
    assert (min(by_year), max(by_year)) == (1960, 2013)
    assert by_year[2012] == supplies.Received(2012, 10.0, 9.0, 11.0, (("X", 6.0), ("Russia", 4.0)), True)
    assert (by_year[2011].tiv, by_year[2011].low, by_year[2011].high) == (0.0, 0.0, 0.5)
    assert (by_year[2010].conflict, by_year[2010].high) == (False, 0.0)
    spells = supplies.around_conflict("MLI", date(2014, 7, 1), workspace)
    assert spells is not None
    last = spells[-1]
    # UCDP has 2007 to 2009 and from 2012 on in Mali: 2010 and 2011 lie between.
    assert [(one.first_year, one.last_year) for one in spells[-2:]] == [(2007, 2009), (2012, 2013)]
    assert last.goes_on
    assert last.before == supplies.Mean(2007, 2011, 2.0, 1.9, 2.2)  # 10 and a 0 over five years
    assert last.during == supplies.Mean(2012, 2013, 6.0, 5.25, 6.75)
    earlier = supplies.around_conflict("MLI", date(2012, 7, 1), workspace)
    assert earlier is not None
    assert earlier[-1].last_year == 2009  # the year 2012 was not out


def test_a_trend_is_the_slope_of_the_logarithms() -> None:
    growing = [supplies.Spent(year, 100 * 1.05 ** (year - 2010), 2021, None) for year in range(2005, 2021)]
    found = supplies.trend(growing)
    assert found is not None
    assert (found.first_year, found.last_year, found.years) == (2011, 2020, 10)
    assert found.change == pytest.approx(0.05)
    assert found.high - found.low < 1e-6
    gaps = [replace(one, usd=None if one.year % 2 else one.usd) for one in growing]
    assert supplies.trend(gaps) is None
    # 0, 0, 0, 1, 1, 1: slope 9/35, sum of squares 1.5 in all.
    steps = [supplies.Spent(2015 + i, math.exp(i > 2), 2021, None) for i in range(6)]
    bent = supplies.trend(steps)
    assert bent is not None
    assert math.log1p(bent.change) == pytest.approx(9 / 35)
    rest = 1.5 - (9 / 35) ** 2 * 17.5
    assert math.log1p(bent.high) == pytest.approx(9 / 35 + 2.776 * math.sqrt(rest / 4 / 17.5))


def test_a_state_that_was_none_is_an_error() -> None:
    with pytest.raises(UnknownCountryError):
        signals.signals("Atlantis", TODAY)


def test_rates_are_read_and_agree_with_themselves() -> None:
    rates = signals.base_rates()
    assert set(rates) == set(TITLES)
    for key, found in rates.items():
        assert len({(one.outcome, one.years_ahead, one.period) for one in found}) == len(found), key
        for one in found:
            assert one.low <= one.share <= one.high, (key, one)
            assert one.fired_states <= one.fired
            assert one.outcome in signals.OUTCOMES
            assert one.period in signals.PERIODS
            if one.expected is not None and one.excess is not None:
                assert one.excess == pytest.approx(one.share - one.expected, abs=2e-4)
            assert one.verdict in one.sentence or one.expected is None
    longer = {(one.outcome, one.period, one.years_ahead): one.share for one in rates["arms_imports"]}
    assert longer["armed_conflict", "all", 1] <= longer["armed_conflict", "all", 5]


# How base rates are counted.


def seen(fired: bool, followed: list[bool], iso3: str = "AAA", since: int = 30) -> Iterator[Seen]:
    return (Seen(iso3, 2000 + i, since, fired, one) for i, one in enumerate(followed))


def test_years_of_one_state_are_worth_one_observation() -> None:
    copies = [one for name in ("AAA", "BBB", "CCC", "DDD") for one in seen(True, [name < "CCC"] * 10, name)]
    found = follow_up.share(copies)
    assert (found.observations, found.states, found.followed) == (40, 4, 20)
    # Nothing varies within a state: 4 clusters, with the correction 4/3 for their number worth 3.
    assert found.effective == pytest.approx(3.0)
    single = follow_up.share([Seen(str(i), 2000, 30, True, i % 2 == 0) for i in range(40)])
    assert single.effective == pytest.approx(39.0)
    assert found.high - found.low > single.high - single.low


def test_nothing_seen_is_no_share() -> None:
    none = follow_up.share([])
    assert (none.share, none.low, none.high) == (None, 0.0, 1.0)
    never = follow_up.share([one for name in "ABCDE" for one in seen(True, [False] * 9, name)])
    assert never.effective == 5  # states, not years
    assert never.high > 0.3


@given(st.lists(st.tuples(st.integers(1, 20), st.floats(0, 1)), min_size=2, max_size=12))
def test_the_effective_number_is_between_one_and_all(clusters: list[tuple[int, float]]) -> None:
    n = np.array([size for size, _ in clusters], dtype=np.float64)
    k = np.round(n * np.array([part for _, part in clusters]))
    assert 1 <= follow_up.effective_number(n, k) <= n.sum() + 1e-9


def test_the_excess_by_hand() -> None:
    rows = [
        *seen(False, [True] * 2 + [False] * 8, "AAA", since=3),  # 20 % shortly after
        *seen(False, [True] * 1 + [False] * 19, "BBB", since=40),  # 5 % long after
        *seen(True, [True] * 3 + [False] * 3, "CCC", since=4),
        *seen(True, [False] * 4, "DDD", since=25),
    ]
    found = follow_up.excess(rows)
    assert found.expected == pytest.approx((6 * 0.2 + 4 * 0.05) / 10)
    assert found.excess == pytest.approx(3 / 10 - 0.14)
    assert found.low is None  # two states are too few to tell


def test_within_states_by_hand() -> None:
    rows = [
        *seen(False, [True, False], "AAA"),
        *seen(True, [True, True, False], "AAA"),
        *seen(False, [False] * 4, "BBB"),
        *seen(True, [True], "BBB"),
        *seen(False, [True] * 9, "CCC"),  # never with the sign: tells nothing
        *seen(True, [True] * 9, "DDD"),  # never without it
    ]
    found = follow_up.within(rows)
    assert found.expected == pytest.approx(3 * 0.5 / 4)
    assert found.excess == pytest.approx(3 / 4 - 3 * 0.5 / 4)
    assert found.low is None
    assert follow_up.within(list(seen(True, [True]))).excess is None


def test_the_interval_of_the_excess_covers_what_was_drawn() -> None:
    """A sign without meaning is told apart from nothing in about one draw of twenty; a strong one is told apart."""
    dice = random.Random(7)
    hits = 0
    for _ in range(40):
        rows = [
            Seen(f"S{state}", year, 20, dice.random() < 0.3, dice.random() < 0.2)
            for state in range(40)
            for year in range(10)
        ]
        found = follow_up.excess(rows, resamples=300)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= 0 <= found.high
    assert hits >= 33
    strong = [replace(one, followed=dice.random() < (0.6 if one.fired else 0.1)) for one in rows]
    found = follow_up.excess(strong, resamples=300)
    assert found.low is not None
    assert found.low > 0.3


def test_the_gain_of_a_perfect_sign_is_the_entropy_of_the_base_rate() -> None:
    dice = random.Random(3)
    rows = []
    for state in range(60):
        for year in range(20):
            sign = dice.random() < 0.5
            rows.append(Seen(f"S{state}", year, 20, sign, dice.random() < (0.9 if sign else 0.1)))
    found = follow_up.gain(rows[:600], rows[600:], resamples=300)
    assert found is not None
    entropy = math.log(2) - -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))
    assert found.gain == pytest.approx(entropy, abs=0.05)
    assert 0 < found.low < found.gain < found.high


def test_too_little_to_learn_from_gives_no_gain() -> None:
    rows = [*seen(False, [False, True] * 20, "AAA"), *seen(True, [True] * 9, "BBB")]
    assert follow_up.gain(rows, rows) is None
    never = [*seen(False, [False, True] * 20, "AAA"), *seen(True, [False] * 12, "BBB")]
    assert follow_up.gain(never, never) is None


@given(st.integers(0, 60))
def test_strata_are_in_order(since: int) -> None:
    assert follow_up.stratum(since) == (0 if since < 5 else 1 if since < 10 else 2 if since < 20 else 3)
