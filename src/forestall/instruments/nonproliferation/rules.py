"""The rules behind the signals: what fires when, on plain figures. Thresholds were fixed before anything was measured.

docs/methods/nonproliferation-signals.md says how often armed conflict followed where each of them fired.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ARMS_YEARS, ARMS_BEFORE = 3, 10
ARMS_TIMES = 2.0
ARMS_FLOOR = 100.0
"""Million TIV over three years: some of the smallest forces double from next to nothing with one aircraft."""
FEWEST_YEARS_BEFORE = 5
SHARE_YEARS, SHARE_TIMES = 3, 4 / 3
NOTICE_SPAN = timedelta(days=731)
NORM = 0.8
"""Share of the other states of the sub-region above which membership of a treaty is its norm."""

TITLES = {
    "arms_imports": "Arms-import surge",
    "expenditure": "Military expenditure surge",
    "withdrawal": "Withdrawal from an arms-control treaty",
    "treaty_gap": "Outside a treaty of its sub-region",
    "latency": "Enrichment or reprocessing without an Additional Protocol in force",
}
DEFINITIONS = {
    "arms_imports": (
        "Major arms delivered to the state in the last three years known are at least 100 million TIV and, a year, at "
        "least twice the mean of the ten years before those."
    ),
    "expenditure": (
        "Military expenditure as a share of gross domestic product in the last year known is at least a third above "
        "that of three years before."
    ),
    "withdrawal": (
        "The state gave notice of withdrawal from an arms-control treaty, withdrew from it, suspended its operation or "
        "took its ratification back, in the two years before the day."
    ),
    "treaty_gap": (
        "The state is outside at least one weapons treaty to which more than 80 % of the other states of its "
        "sub-region (M49) are parties."
    ),
    "latency": (
        "The state has an enrichment or reprocessing facility in operation and no Additional Protocol with the IAEA in "
        "force."
    ),
}
"""One sentence a rule."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a rule makes of figures. fired: None where they do not suffice. figure, threshold: in the rule's unit, None
    where not known; low, high: bounds of the figure from rounding. year: the last one used."""

    fired: bool | None
    figure: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    year: int | None = None


def arms_imports(volumes: Mapping[int, tuple[float, ...]], year: int, first_year: int) -> Reading:
    """Arms-import surge at the end of a year. volumes: year to the TIV of each supplier, in whole millions as SIPRI
    rounds; a year without an entry had no delivery on record. first_year: the first the state was there and the
    series covers.

    The figure is the sum of three years; its bounds are those of rounding (v stands for v - 0.5 to v + 0.5, not below
    0). The threshold is three times twice the yearly mean before, at least the floor.
    """
    recent = range(year - ARMS_YEARS + 1, year + 1)
    before = range(max(first_year, year - ARMS_YEARS - ARMS_BEFORE + 1), year - ARMS_YEARS + 1)
    if len(before) < FEWEST_YEARS_BEFORE:
        return Reading(None, year=year)
    values = [value for one in recent for value in volumes.get(one, ())]
    figure = float(sum(values))
    mean = sum(value for one in before for value in volumes.get(one, ())) / len(before)
    threshold = max(ARMS_FLOOR, ARMS_TIMES * ARMS_YEARS * mean)
    low = sum((max(value - 0.5, 0.0) for value in values), 0.0)
    high = sum((value + 0.5 for value in values), 0.0)
    return Reading(figure >= threshold, figure, low, high, threshold, year)


def expenditure(shares: Mapping[int, float | None], year: int) -> Reading:
    """Expenditure surge at the end of a year. shares: of GDP by year, None or absent where not known."""
    now, then = shares.get(year), shares.get(year - SHARE_YEARS)
    if now is None or then is None:
        return Reading(None, figure=now, year=year)
    threshold = SHARE_TIMES * then
    return Reading(now >= threshold and now > 0, now, threshold=threshold, year=year)


def withdrawal(notices: Mapping[str, date], on: date) -> Reading:
    """Withdrawal notices. notices: treaty to the day of the last notice, withdrawal or suspension on record by then."""
    count = sum(recent(day, on) for day in notices.values())
    return Reading(count > 0, float(count), threshold=1.0)


def recent(day: date, on: date) -> bool:
    """Whether a day lies in the two years up to another."""
    return on - NOTICE_SPAN < day <= on


def treaty_gap(outside: int | None) -> Reading:
    """Outside the norm of the sub-region. outside: of how many treaties; None where no sub-region can be compared."""
    if outside is None:
        return Reading(None)
    return Reading(outside > 0, float(outside), threshold=1.0)


def latency(facilities: int | None, protocol: bool) -> Reading:
    """Facilities without a protocol. facilities: in operation, None where not known; protocol: in force."""
    if facilities is None:
        return Reading(False if protocol else None)
    return Reading(facilities > 0 and not protocol, float(facilities), threshold=1.0)
