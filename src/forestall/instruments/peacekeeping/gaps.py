"""Missions ordered by stated measures of fit, each with the end of its data; no score of all of them together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from forestall.ids.months import month_end, month_of
from forestall.instruments.peacekeeping.fit import COUNTED, RECENT_MONTHS, Fit


@dataclass(frozen=True, slots=True)
class Place:
    """One mission's place by one measure. rank: 1 is the widest gap. low, high: its interval, None without one.
    data_end: the last day that the figure rests on."""

    mission: str
    rank: int
    value: float
    low: float | None
    high: float | None
    data_end: date


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a gap. most: whether a large value is the wide gap. about: what it is, with its interval. places:
    missions that have it, the widest gap first."""

    name: str
    unit: str
    most: bool
    about: str
    places: tuple[Place, ...]


Found = tuple[float, float | None, float | None, date]


def _out_of_reach(one: Fit) -> Found | None:
    return one.out_of_reach, None, None, one.located_to


def _overlap(one: Fit) -> Found | None:
    ratio = one.overlap_ratio
    return None if ratio is None else (ratio, None, None, date(one.maps_year, 12, 31))


def _per_death(one: Fit) -> Found | None:
    ratio = one.troops_per_death
    if ratio is None or one.troops is None:
        return None
    return ratio.value, ratio.low, ratio.high, one.troops.until


def _per_million(one: Fit) -> Found | None:
    value = one.troops_per_million
    return None if value is None or one.troops is None else (value, None, None, one.troops.until)


def _shortfall(on: date) -> Callable[[Fit], Found | None]:
    def of(one: Fit) -> Found | None:
        gap = one.shortfall
        if gap is None or month_of(on) - gap.month_id > RECENT_MONTHS + 1:
            return None
        return gap.share, None, None, month_end(gap.month_id)

    return of


def _rate(one: Fit) -> Found | None:
    rate = one.rate
    return None if rate is None else (rate.per_1000, rate.low, rate.high, month_end(rate.last_month))


def measures(found: Iterable[Fit], on: date) -> tuple[Measure, ...]:
    """The fits ordered by each measure, as of a day. A mission without a measure's figure has no place by it; a
    shortfall more than a year old is none."""
    held = list(found)
    counted = f"{COUNTED}'s count where it is at most {RECENT_MONTHS} months old, else what the maps stand for"
    return (
        _measure(
            "out_of_reach",
            "deaths in 12 months",
            "expected deaths in the host states farther than 200 km from every site",
            held,
            _out_of_reach,
            most=True,
        ),
        _measure(
            "overlap_ratio",
            "ratio",
            "overlap of troops with expected deaths, over that of troops spread as the deaths are",
            held,
            _overlap,
            most=False,
        ),
        _measure(
            "troops_per_death",
            "troops per expected death in 12 months",
            f"interval: 80 % of the deaths; troops: {counted}",
            held,
            _per_death,
            most=False,
        ),
        _measure(
            "troops_per_million",
            "troops per million persons in the area of risk",
            f"area: fewest cells with 90 % of the expected deaths; persons are an estimate; troops: {counted}",
            held,
            _per_million,
            most=False,
        ),
        _measure(
            "shortfall",
            "share of the authorised",
            "uniformed personnel authorised and not deployed; only where known for the last year",
            held,
            _shortfall(on),
            most=True,
        ),
        _measure(
            "fatality_rate",
            "deaths per 1,000 uniformed person-years",
            "uniformed deaths of all causes over the whole span with known strength; interval: exact, 95 %",
            held,
            _rate,
            most=True,
        ),
    )


def _measure(
    name: str, unit: str, about: str, fits: list[Fit], of: Callable[[Fit], Found | None], *, most: bool
) -> Measure:
    told = [(one.mission, figure) for one in fits if (figure := of(one)) is not None]
    told.sort(key=lambda pair: (-pair[1][0] if most else pair[1][0], pair[0]))
    places: list[Place] = []
    for mission, (value, low, high, data_end) in told:
        # Equal values share a place.
        rank = places[-1].rank if places and places[-1].value == value else len(places) + 1
        places.append(Place(mission, rank, value, low, high, data_end))
    return Measure(name, unit, most, about, tuple(places))
