"""Signals for one state on a day: plain rules, each beside how often conflict followed where it stood in the past.

No signal is a forecast and none says why. Where too little is known to answer, the answer is None. Base rates are our
figures (base_rates.json, made by benchmarks/nonproliferation_signals.py); methods and what they do not show:
docs/methods/nonproliferation-signals.md.
"""

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from forestall.ids import countries
from forestall.instruments.nonproliferation import readings, rules
from forestall.instruments.nonproliferation.rules import DEFINITIONS, TITLES, Reading
from forestall.instruments.nonproliferation.scope import PROTOCOL, short_name
from forestall.instruments.nonproliferation.treaties import status
from forestall.store import Workspace

OUTCOMES = {
    "armed_conflict": "armed conflict on its territory (UCDP state-based, 25 or more deaths in a year)",
    "interstate": "a conflict between states or an international crisis to which it is a party (UCDP, ICB)",
}
PERIODS = ("all", "test")
_UNITS = {
    "arms_imports": "million TIV in three years (a volume of arms, no sum of money)",
    "expenditure": "share of gross domestic product",
    "withdrawal": "treaties in two years",
    "treaty_gap": "treaties",
    "latency": "facilities",
}
_SOURCES = {
    "arms_imports": "SIPRI Arms Transfers Database",
    "expenditure": "SIPRI Military Expenditure Database",
    "withdrawal": "depositaries, as looked up treaty by treaty (table treaty_actions)",
    "treaty_gap": "depositaries and collections of treaties (table treaty_actions)",
    "latency": "Fuhrmann and Tkach (2015), doi:10.1177/0738894214559672; IAEA",
}
_ADD = "add SIPRI's file with `forestall data add FILE`"


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something began within so many years where a signal stood, in states quiet for two years before.

    outcome: a key of OUTCOMES. period: "all" years measured or "test" (from 1995). share, low, high: of state-years
    with the signal, with a 95 % interval over states. other, other_low, other_high: of those without. expected: the
    share of those without at the same years since the last such event. excess, excess_low, excess_high: share less
    expected; bounds None where too few were seen to tell. within, within_low, within_high:
    the same against the other years of the very same states. fired, fired_states, followed: state-years and states with
    the signal, and how many were followed. log_gain, log_gain_low, log_gain_high: gain in log score (nats a
    state-year) from 1995 on of a baseline that also knows the signal over one that knows years since the last event;
    None if not measured.
    """

    outcome: str
    years_ahead: int
    period: str
    first_year: int
    last_year: int
    fired: int
    fired_states: int
    followed: int
    share: float
    low: float
    high: float
    other: float | None
    other_low: float
    other_high: float
    expected: float | None
    excess: float | None
    excess_low: float | None
    excess_high: float | None
    within: float | None
    within_low: float | None
    within_high: float | None
    log_gain: float | None
    log_gain_low: float | None
    log_gain_high: float | None

    @property
    def adds(self) -> bool | None:
        """Whether it followed more often than expected, and than in other years of the same states, beyond chance; None
        where too few were seen to tell."""
        if self.excess_low is None:
            return None
        return self.excess_low > 0 and (self.within_low is None or self.within_low > 0)

    @property
    def verdict(self) -> str:
        """What the signal adds to past conflict, in a few words."""
        if self.excess_low is None or self.excess_high is None:
            return "too few cases to tell a difference"
        if self.excess_low <= 0 <= self.excess_high:
            return "no difference that can be told"
        said = f"{'more' if self.excess_low > 0 else 'less'} often than past conflict alone says"
        if self.within_low is None or self.within_high is None:
            return f"{said}; too few cases to compare with other years of the same states"
        if self.within_low <= 0 <= self.within_high:
            return f"{said}, but no difference from other years of the same states can be told"
        return f"{said}, and {'more' if self.within_low > 0 else 'less'} often than in other years of the same states"

    @property
    def sentence(self) -> str:
        """The rate as a sentence."""
        outcome = OUTCOMES[self.outcome].split(" (")[0]
        said = (
            f"Within {self.years_ahead} {_plural(self.years_ahead, 'year')} {outcome} began after "
            f"{_percent(self.share)} of {self.fired:,} {_plural(self.fired, 'year')} with the signal in states without "
            f"any for two years ({self.fired_states} {_plural(self.fired_states, 'state')}; 95 % interval "
            f"{_percent(self.low)} to {_percent(self.high)}; {self.first_year}-{self.last_year})"
        )
        if self.expected is None:
            return f"{said}."
        beyond = f"{_percent(self.expected)} was to be expected from the years since the last one alone"
        return f"{said}; {beyond}: {self.verdict}."


@dataclass(frozen=True, slots=True)
class Signal:
    """One rule for one state on a day.

    key, title, definition: of the rule. fired: None where what is known does not suffice, and `detail` says why.
    figure, threshold: in `unit`; low, high: bounds of the figure from rounding, None where it is exact or not known.
    detail: one line on what it rests on. data_end: the last day that the figures cover, None where there are none.
    quiet: whether the state had no armed conflict in the last two years known, as those had that the rates on armed
    conflict were measured on; where it is False they do not speak of this state, None if not known.
    rates: measured on all of the record, whatever the day asked; empty where the signal never stood.
    """

    key: str
    title: str
    definition: str
    fired: bool | None
    figure: float | None
    low: float | None
    high: float | None
    threshold: float | None
    unit: str
    detail: str
    source: str
    data_end: date | None
    quiet: bool | None
    rates: tuple[Rate, ...]

    def rate(self, outcome: str = "armed_conflict", years_ahead: int = 5, period: str = "all") -> Rate | None:
        """One of the rates, None if it was not measured."""
        for one in self.rates:
            if (one.outcome, one.years_ahead, one.period) == (outcome, years_ahead, period):
                return one
        return None


def signals(iso3: str, on: date, workspace: Workspace | None = None) -> tuple[Signal, ...]:
    """The five signals of a state on a day, in the order of `rules.TITLES`.

    iso3: code or name of the state. Raises UnknownCountryError if there was no such state on the day.
    """
    held = Workspace.open() if workspace is None else workspace
    code = countries.resolve(iso3, on).series_iso3
    made = {
        "arms_imports": _arms_imports,
        "expenditure": _expenditure,
        "withdrawal": _withdrawal,
        "treaty_gap": _treaty_gap,
        "latency": _latency,
    }
    quiet = readings.quiet(code, on, held)
    return tuple(replace(made[key](code, on, held), quiet=quiet) for key in TITLES)


@cache
def base_rates() -> dict[str, tuple[Rate, ...]]:
    """What was measured, by signal."""
    text = resources.files("forestall.instruments.nonproliferation").joinpath("base_rates.json").read_text("utf-8")
    found: dict[str, tuple[Rate, ...]] = {}
    for row in json.loads(text)["rates"]:
        found[row["signal"]] = (*found.get(row["signal"], ()), _rate(row))
    return found


def _rate(row: dict[str, Any]) -> Rate:
    same = (
        "outcome", "years_ahead", "period", "first_year", "last_year", "fired", "fired_states", "expected", "excess",
        "excess_low", "excess_high", "within", "within_low", "within_high", "log_gain", "log_gain_low", "log_gain_high",
    )  # fmt: skip
    return Rate(
        **{name: row[name] for name in same},
        followed=row["fired_followed"],
        share=row["fired_followed"] / row["fired"],
        low=row["fired_low"],
        high=row["fired_high"],
        other=row["quiet_followed"] / row["quiet"] if row["quiet"] else None,
        other_low=row["quiet_low"],
        other_high=row["quiet_high"],
    )


def _made(key: str, reading: Reading, detail: str, data_end: date | None) -> Signal:
    return Signal(
        key=key,
        title=TITLES[key],
        definition=DEFINITIONS[key],
        fired=reading.fired,
        figure=reading.figure,
        low=reading.low,
        high=reading.high,
        threshold=reading.threshold,
        unit=_UNITS[key],
        detail=detail,
        source=_SOURCES[key],
        data_end=data_end,
        quiet=None,
        rates=base_rates().get(key, ()),
    )


def _arms_imports(iso3: str, on: date, workspace: Workspace) -> Signal:
    reading = readings.arms_imports(iso3, on, workspace)
    if reading is None or reading.year is None:
        return _made("arms_imports", Reading(None), f"no arms transfers are held for that day: {_ADD}", None)
    span = f"{reading.year - rules.ARMS_YEARS + 1}-{reading.year}"
    if reading.threshold is None or reading.figure is None:
        detail = f"fewer than {rules.FEWEST_YEARS_BEFORE} years before {span} to compare with"
    else:
        detail = (
            f"deliveries {span}: {reading.figure:,.0f} million TIV ({reading.low:,.1f} to {reading.high:,.1f} by "
            f"rounding), threshold {reading.threshold:,.1f}"
        )
    return _made("arms_imports", reading, detail + _too_old(reading), date(reading.year, 12, 31))


def _expenditure(iso3: str, on: date, workspace: Workspace) -> Signal:
    reading = readings.expenditure(iso3, on, workspace)
    if reading is None or reading.year is None:
        return _made("expenditure", Reading(None), f"no military expenditure is held for that day: {_ADD}", None)
    if reading.figure is None:
        return _made("expenditure", reading, "SIPRI has no share of gross domestic product for the state", None)
    detail = f"{_percent(reading.figure)} of gross domestic product in {reading.year}"
    if reading.threshold is None:
        detail += f", {reading.year - rules.SHARE_YEARS} not known"
    else:
        then = reading.threshold / rules.SHARE_TIMES
        detail += f", {_percent(then)} in {reading.year - rules.SHARE_YEARS}"
    return _made("expenditure", reading, detail + _too_old(reading), date(reading.year, 12, 31))


def _withdrawal(iso3: str, on: date, workspace: Workspace) -> Signal:
    notices = readings.notices(iso3, on, workspace)
    reading = rules.withdrawal(notices, on)
    recent = {key: day for key, day in notices.items() if rules.recent(day, on)}
    said = ", ".join(f"{short_name(key)} ({day})" for key, day in sorted(recent.items()))
    ends = readings.treaties_end(workspace)
    return _made("withdrawal", reading, said or "none on record in two years", min(on, ends))


def _treaty_gap(iso3: str, on: date, workspace: Workspace) -> Signal:
    outside = readings.outside_norm(iso3, on, workspace)
    reading = rules.treaty_gap(None if outside is None else len(outside))
    if outside is None:
        return _made(
            "treaty_gap", reading, "no norm to compare with: not seated in the United Nations, or too few others", None
        )
    looked_at = outside or readings.NORM_TREATIES
    ends = [end for key in looked_at if (end := status.known_to(key, workspace)) is not None]
    detail = ", ".join(short_name(key) for key in outside) or "none"
    return _made("treaty_gap", reading, detail, min([on, *ends]))


def _latency(iso3: str, on: date, workspace: Workspace) -> Signal:
    """Facilities of the last year that the list has are carried on; a state without one then may have one since."""
    end = readings.facilities_end(workspace)
    year = min(on.year - 1, end)
    count: int | None = readings.facilities(iso3, year, workspace)
    held = readings.protocol(iso3, on, workspace)
    reading = rules.latency(None if count == 0 and on.year - 1 > end else count, held)
    detail = f"{count or 'no'} {'facility' if count == 1 else 'facilities'} in operation in {year}"
    if on.year - 1 > end:
        detail += ", where the list ends"
    detail += f"; Additional Protocol {'in force' if held else 'not in force'}"
    known = status.known_to(PROTOCOL, workspace)
    if known is not None and known < on:
        detail += f" (known to {known})"
    return _made("latency", reading, detail, date(year, 12, 31))


def _too_old(reading: Reading) -> str:
    return "; too old to tell of that day" if reading.fired is None and reading.threshold is not None else ""


def _plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %"
