"""What followed when missions like this one were drawn down or reinforced: the nearest past cases, no causal figure.

Cases are found by the rule of `cases`, compared on the eve of the change, and used only if what followed was known on
the day asked about. docs/methods/peacekeeping-effect.md says what may be read from the answer.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median, pstdev
from typing import Literal

from forestall.errors import UsageError
from forestall.ids.months import format_month, month_end, month_id, month_of
from forestall.instruments.peacekeeping.cases import KINDS, Case, Kind
from forestall.instruments.peacekeeping.reference import origins
from forestall.instruments.peacekeeping.situations import Record, Situation, cases, record, situation, strength_near
from forestall.scores.calibration import wilson
from forestall.store import Workspace

Direction = Literal["rose", "fell", "about the same"]

FEATURES = {
    "deaths": "deaths in the last 12 months, log(1 + deaths)",
    "change": "their change against the 12 months before, in the same logarithm",
    "strength": "uniformed UN personnel, log",
    "years": "years of UN presence, log(1 + years)",
    "persons": "population, log",
    "since_peak": "months since the most violent 12 months of the last ten years, log(1 + months)",
}
NEAREST = (5, 10)
FEWEST = 5
"""Cases with a known outcome below which no answer is given."""
LEVEL = 0.95
NOTICED = 25.0
"""Deaths by which a year must differ, and by a quarter of the lower figure, to count as a rise or a fall."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One past case, how near it is, and what followed.

    distance: root mean square difference in FEATURES, each in standard deviations over all cases known; features that
    are not known on either side are left out. first_year: deaths in the twelve months after the eve; second_year: in
    the twelve after those, null where not yet known. direction: of the first year against the twelve months to the eve.
    usual: median ratio (1 + deaths after) / (1 + deaths before) of countries at a like level without such a change,
    null where there are fewer than reference.FEWEST; usual_n: how many country-years. others: military operations of
    others than the UN in the country in the year after the eve; null where that year is not within the data on them.
    """

    case: Case
    situation: Situation
    distance: float
    before: float
    first_year: float
    second_year: float | None
    direction: Direction
    usual: float | None
    usual_n: int
    others: tuple[str, ...] | None

    @property
    def ratio(self) -> float:
        """(1 + deaths in the year after) / (1 + deaths in the year before)."""
        return (1 + self.first_year) / (1 + self.before)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of n, with the 95 % interval of the share by Wilson (1927), doi:10.1080/01621459.1927.10502953."""

    count: int
    n: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Summary:
    """What followed in a set of cases. asked: "5", "10" or "all". ratios: of Outcome.ratio.

    higher: cases in which deaths went up more, or down less, than was usual at that level without such a change; of
    those for which the usual is known and which differ from it. usual_ratio: median over cases of their `usual`.
    second_ratio: median of (1 + deaths in the second year) / (1 + deaths before), of second_n cases.
    """

    asked: str
    n: int
    countries: int
    rose: Share
    fell: Share
    same: int
    ratio_median: float
    ratio_low: float
    ratio_high: float
    second_ratio: float | None
    second_n: int
    usual_ratio: float | None
    higher: Share | None


@dataclass(frozen=True, slots=True)
class Answer:
    """A scenario for a country on a day. outcomes: all cases known, nearest first; summaries: of 5, 10 and all.

    strength_source: whose figure of strength, and of when. deaths_to, strength_to: last months of the series used.
    unknown: cases left out because deaths before or after are not known.
    """

    iso3: str
    scenario: Kind
    on: date
    as_of: int
    missions: tuple[str, ...]
    situation: Situation
    strength_source: str
    deaths_to: int
    strength_to: int
    rule: str
    outcomes: tuple[Outcome, ...]
    summaries: tuple[Summary, ...]
    unknown: int


def answer(
    workspace: Workspace, iso3: str, name: str, scenario: Kind, *, on: date, known: Record | None = None
) -> Answer:
    """The cases nearest to a country on a day, and what followed them.

    iso3, name: of the country. known: the record of that day, if at hand. Nothing after `on` is used: the situation is
    that of the last month that was over, and a case counts if the twelve months after its eve were over too. Raises
    UsageError if the country has no UN operation on that day, its strength is not known near it, or too few cases are
    known.
    """
    month = over(on)
    known = known or record(workspace, as_of=month)
    missions = open_missions(known, iso3, on)
    if not missions:
        raise UsageError(_no_mission(known, name, iso3, on))
    strength, source = strength_near(known, iso3, month)
    if not strength:
        raise UsageError(
            f"how strong {', '.join(missions)} stood in {name} on {on} is not known: the monthly series (IPI) ends "
            f"{format_month(known.last_strength)}, and the maps of Geo-PKO before {on.year} show no troops there: "
            "choose another day with --on"
        )
    here = situation(known, iso3, min(month, known.as_of), strength)
    if here.deaths is None:
        raise UsageError(
            f"deaths in {name} in the 12 months to {format_month(here.month)} are not known by themselves (UCDP counts "
            "them under another state, or the state was younger): there is nothing to compare with"
        )
    return compare(known, here, scenario, on=on, missions=missions, source=source)


def compare(
    known: Record, here: Situation, scenario: Kind, *, on: date, missions: tuple[str, ...], source: str
) -> Answer:
    """The answer for a situation, from a record. Raises UsageError if too few cases are known."""
    found = cases(known, scenario)
    outcomes, unknown = outcomes_of(known, here, found)
    if len(outcomes) < FEWEST:
        raise UsageError(
            f"only {len(outcomes)} cases of this kind ({KINDS[scenario]}) had run their year by {on}, at least "
            f"{FEWEST} are needed: choose a later day with --on"
        )
    wanted = [(str(k), outcomes[:k]) for k in NEAREST if k < len(outcomes)]
    return Answer(
        iso3=here.iso3,
        scenario=scenario,
        on=on,
        as_of=here.month,
        missions=missions,
        situation=here,
        strength_source=source,
        deaths_to=known.as_of,
        strength_to=known.last_strength,
        rule=KINDS[scenario],
        outcomes=tuple(outcomes),
        summaries=tuple(summary(name, part) for name, part in (*wanted, ("all", outcomes))),
        unknown=unknown,
    )


def outcomes_of(known: Record, here: Situation, found: Sequence[Case]) -> tuple[list[Outcome], int]:
    """The cases whose first year is known by the record, nearest to `here` first; and how many are not known for want
    of deaths. A case of the country itself counts like any other if it lies before.
    """
    over = [case for case in found if case.eve + 12 <= known.as_of and case.reached <= known.as_of]
    eves = [situation(known, case.iso3, case.eve, case.before) for case in over]
    kept = [
        (case, eve, before, after)
        for case, eve in zip(over, eves, strict=True)
        if (before := eve.deaths) is not None and (after := known.sum12(case.iso3, case.eve + 12)) is not None
    ]
    scales = _scales([features(eve) for _, eve, _, _ in kept])
    usual = origins(known, [(case.iso3, case.eve, case.reached) for case in found])
    mine = features(here)
    made = [
        Outcome(
            case=case,
            situation=eve,
            distance=distance(mine, features(eve), scales),
            before=before,
            first_year=after,
            second_year=known.sum12(case.iso3, case.eve + 24),
            direction=direction(before, after),
            usual=ratio,
            usual_n=n,
            others=known.others_in(case.iso3, case.eve + 1, case.eve + 12),
        )
        for case, eve, before, after in kept
        for ratio, n in (usual.like(before, case.eve),)
    ]
    made.sort(key=lambda one: (one.distance, one.case.eve, one.case.iso3))
    return made, len(over) - len(kept)


def features(of: Situation) -> tuple[float | None, ...]:
    """The values of FEATURES, None where not known."""
    deaths = None if of.deaths is None else math.log1p(of.deaths)
    change = None if deaths is None or of.deaths_before is None else deaths - math.log1p(of.deaths_before)
    return (
        deaths,
        change,
        math.log(of.strength),
        None if of.years is None else math.log1p(of.years),
        None if of.persons is None else math.log(of.persons),
        None if of.since_peak is None else math.log1p(of.since_peak),
    )


def _scales(rows: Sequence[tuple[float | None, ...]]) -> tuple[float, ...]:
    """Standard deviation of each feature over the cases, 1 where they do not differ."""
    columns = [[row[k] for row in rows if row[k] is not None] for k in range(len(FEATURES))]
    return tuple((pstdev([x for x in one if x is not None]) or 1.0) if len(one) > 1 else 1.0 for one in columns)


def distance(a: Sequence[float | None], b: Sequence[float | None], scales: Sequence[float]) -> float:
    """Root mean square of the scaled differences known on both sides; infinite if none is."""
    parts = [((x - y) / s) ** 2 for x, y, s in zip(a, b, scales, strict=True) if x is not None and y is not None]
    return math.sqrt(sum(parts) / len(parts)) if parts else math.inf


def direction(before: float, after: float) -> Direction:
    """A rise or fall is a difference of NOTICED deaths or more and of a quarter of the lower figure or more."""
    low, high = min(before, after), max(before, after)
    if high - low < NOTICED or high < 1.25 * low:
        return "about the same"
    return "rose" if after > before else "fell"


def share(count: int, n: int) -> Share:
    """The share with its 95 % interval; 0 to 1 where n is 0."""
    low, high = wilson(count, n, LEVEL)
    return Share(count, n, float(low), float(high))


def summary(asked: str, found: Sequence[Outcome]) -> Summary:
    """What followed in these cases; at least one."""
    ratios = [one.ratio for one in found]
    seconds = [(1 + one.second_year) / (1 + one.before) for one in found if one.second_year is not None]
    usual = [(one.ratio, one.usual) for one in found if one.usual is not None]
    apart = [(mine, other) for mine, other in usual if not math.isclose(mine, other)]
    count = {way: sum(one.direction == way for one in found) for way in ("rose", "fell", "about the same")}
    return Summary(
        asked=asked,
        n=len(found),
        countries=len({one.case.iso3 for one in found}),
        rose=share(count["rose"], len(found)),
        fell=share(count["fell"], len(found)),
        same=count["about the same"],
        ratio_median=median(ratios),
        ratio_low=min(ratios),
        ratio_high=max(ratios),
        second_ratio=median(seconds) if seconds else None,
        second_n=len(seconds),
        usual_ratio=median(other for _, other in usual) if usual else None,
        higher=share(sum(mine > other for mine, other in apart), len(apart)) if apart else None,
    )


def over(on: date) -> int:
    """The last month that was over on a day; of the last month of the calendar, the one before it."""
    return min(month_of(on) if on == month_end(month_of(on)) else month_of(on) - 1, month_id(9999, 11))


def open_missions(known: Record, iso3: str, on: date) -> tuple[str, ...]:
    """The UN operations in a country on a day, as the record knows them."""
    rows = known.hosts.get(iso3, ())
    return tuple(name for name, first, last in rows if first <= on and (last is None or last >= on))


def _no_mission(known: Record, name: str, iso3: str, on: date) -> str:
    past = [(last, mission) for mission, _, last in known.hosts.get(iso3, ()) if last is not None]
    if not past:
        return f"{name} hosts no UN peacekeeping operation on {on}: there is nothing to withdraw or to double"
    last, mission = max(past)
    return (
        f"{name} hosts no UN peacekeeping operation on {on}: {mission} closed {last}; choose a day on which one was "
        "there, with --on"
    )
