"""What counts as onset, escalation and de-escalation: sums of deaths before and after a month, by country."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.panel.frame import FloatArray

BoolArray = npt.NDArray[np.bool_]

ACTIVE = 25.0
"""Deaths from which UCDP counts a conflict as active in a year; here in any twelve months, or in the months ahead."""

DOUBLE, MORE = 2.0, 100.0
HALF, FROM = 0.5, 100.0


@dataclass(frozen=True, slots=True)
class Event:
    """An event: its name, what it means in words, and how many months ahead it looks."""

    name: str
    text: str
    ahead: int


ONSET_6 = Event(
    "onset_6",
    "25 or more deaths in total in the next 6 months, in a country with fewer than 25 in the last 12 months",
    6,
)
ONSET_12 = Event(
    "onset_12",
    "25 or more deaths in total in the next 12 months, in a country with fewer than 25 in the last 12 months",
    12,
)
ESCALATION_6 = Event(
    "escalation_6",
    "the next 6 months bring at least twice the deaths of the last 6 and at least 100 more, in a country with 25 or "
    "more deaths in the last 12 months",
    6,
)
DEESCALATION_6 = Event(
    "deescalation_6",
    "the next 6 months bring at most half the deaths of the last 6, in a country with 100 or more deaths in the last 6 "
    "months",
    6,
)
EVENTS = (ONSET_6, ONSET_12, ESCALATION_6, DEESCALATION_6)
NAMES = tuple(event.name for event in EVENTS)


def last(values: FloatArray, months: int) -> FloatArray:
    """(n, t) sum of the last `months` months up to each, NaN where one of them is not known or before the first."""
    return _sums(values, months, shift=0)


def ahead(values: FloatArray, months: int) -> FloatArray:
    """(n, t) sum of the `months` months after each, NaN where one of them is not known or after the last."""
    return _sums(values, months, shift=months)


def _sums(values: FloatArray, months: int, shift: int) -> FloatArray:
    """(n, t) sum of the window of that many months that ends `shift` months after each month."""
    n, t = values.shape
    total = np.cumsum(np.pad(np.nan_to_num(values), ((0, 0), (1, 0))), axis=1)
    gaps = np.cumsum(np.pad(np.isnan(values), ((0, 0), (1, 0))), axis=1)
    end = np.arange(t) + 1 + shift
    inside = (end <= t) & (end >= months)
    found = np.full((n, t), np.nan)
    e = end[inside]
    found[:, inside] = np.where(gaps[:, e] == gaps[:, e - months], total[:, e] - total[:, e - months], np.nan)
    return found


def escalated(before: FloatArray, grade: float = 1.0) -> FloatArray:
    """Deaths that six months need for an escalation after `before` in the six months up to them; NaN where not known.

    Twice as many and 100 more; grade: as in `outcomes`. The shape of `before`.
    """
    return np.maximum((1 + grade * (DOUBLE - 1)) * before, before + MORE * grade)


def defined(values: FloatArray, event: Event) -> BoolArray:
    """(n, t) whether the event can happen after each month: the country is in the state from which it starts.

    values: (n, t) deaths by country and month. False where the months that decide are not all known.
    """
    year, half = last(values, 12), last(values, 6)
    if event in (ONSET_6, ONSET_12):
        return year < ACTIVE
    if event is ESCALATION_6:
        return (year >= ACTIVE) & ~np.isnan(half)
    return half >= FROM


def outcomes(values: FloatArray, event: Event, grade: float = 1.0) -> FloatArray:
    """(n, t) 1 if the event happened after each month, 0 if not, NaN where it is not defined or not known yet.

    grade: 1 is the event itself; less is a milder form, more a graver one: an onset of 25 x grade deaths, an escalation
    by the factor 1 + grade and by 100 x grade deaths, a fall to 0.5^grade.
    """
    coming = ahead(values, event.ahead)
    before = last(values, 6)
    if event in (ONSET_6, ONSET_12):
        happened = coming >= ACTIVE * grade
    elif event is ESCALATION_6:
        happened = coming >= escalated(before, grade)
    else:
        happened = coming <= HALF**grade * before
    return np.where(defined(values, event) & ~np.isnan(coming), happened.astype(np.float64), np.nan)
