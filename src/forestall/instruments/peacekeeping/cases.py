"""Past cases in which the UN's uniformed presence in a country was drawn down or reinforced, found by a stated rule."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt

from forestall.instruments.peacekeeping.presence import Presence

FloatArray = npt.NDArray[np.float64]
Kind = Literal["withdraw", "double"]

KINDS: dict[Kind, str] = {
    "withdraw": "strength fell by half or more within 12 months, or the missions closed",
    "double": "strength doubled or more within 12 months, in a country with a mission all that time",
}
MINIMUM = 500.0
"""Uniformed personnel before a drawdown, and gained in a reinforcement: smaller changes are not cases."""
STANDING = 100.0
"""Uniformed personnel throughout the twelve months before a reinforcement: below it a mission is still arriving."""
SLACK = 0.1
"""Share of the strength by which a month may differ and still be before the change: strength moves a little always."""
WITHIN = 12
APART = 12
"""Months between the eves of two cases of the same kind in one country."""


@dataclass(frozen=True, slots=True)
class Case:
    """One change in a country's UN presence.

    eve: month_id of the last month before the change: for a drawdown the last within SLACK of the highest strength of
    the twelve months before half was reached, for a reinforcement the last within SLACK of the lowest. reached: month
    in which
    half, or double, was reached. before, after: uniformed personnel in the two months, after null where not known.
    missions: those that stood there in either month. source: whose strength. note: what a reader must know of it.
    """

    iso3: str
    kind: Kind
    eve: int
    reached: int
    before: float
    after: float | None
    missions: tuple[str, ...]
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Closure:
    """A mission that closed after the monthly series of strength ends.

    day: last day. before: uniformed personnel in the country when last known; remaining: in other missions there after
    it closed, null where not known. source, note: as in Case.
    """

    iso3: str
    mission: str
    day: date
    before: float
    remaining: float | None
    source: str
    note: str = ""


def changes(
    strength: FloatArray, first: int, kind: Kind, genuine: Callable[[int, int], bool] | None = None
) -> list[tuple[int, int]]:
    """(eve, reached) of the changes in one country's strength, both month_id, in order of time.

    strength: (t,) uniformed personnel, NaN where not known, from month `first` on. Months that are not known count
    neither as eve nor as reached. genuine: says of an eve and a month whether it is a change at all. A month looks only
    at itself and the twelve months before it: what comes later changes nothing.
    """
    found: list[tuple[int, int]] = []
    free = 0
    persons = [None if math.isnan(one) else one for one in strength.tolist()]
    for t in range(1, len(persons)):
        now = persons[t]
        start = max(t - WITHIN, free)
        window = [(one, at) for at, one in enumerate(persons[start:t], start) if one is not None]
        if now is None or not window:
            continue
        best = max(window)[0] if kind == "withdraw" else min(window)[0]
        if kind == "withdraw":
            reached = best >= MINIMUM and now <= best / 2
        else:
            standing = t >= WITHIN and all(one is None or one >= STANDING for one in persons[t - WITHIN : t])
            reached = standing and now >= 2 * best and now - best >= MINIMUM
        if not reached:
            continue
        if kind == "withdraw":
            eve = max(at for one, at in window if one >= (1 - SLACK) * best)
        else:
            eve = max(at for one, at in window if one <= (1 + SLACK) * best)
        if genuine is None or genuine(first + eve, first + t):
            found.append((first + eve, first + t))
            free = eve + APART
    return found


def find(held: Presence, kind: Kind, closures: Iterable[Closure] = ()) -> list[Case]:
    """The cases of a kind in the monthly series, and for drawdowns the closures after it ends; by month and country.

    Where a mission has several hosts, the missions concerned must have changed likewise in all of them together: a
    mission that moved, or a host that became two states, is no case. A closure is a case if at least MINIMUM stood
    there before, at most half of them remain (or how many is not known), and no case of the same country has its eve
    within APART months before.
    """
    found: list[Case] = []
    uniformed = held.uniformed
    first = int(held.months[0]) if held.months.size else 0
    for i, iso3 in enumerate(held.iso3):
        if not np.nan_to_num(uniformed[i]).any():
            continue
        for eve, reached in changes(uniformed[i], first, kind, partial(_everywhere, held, iso3, kind)):
            before, after = float(uniformed[i, eve - first]), float(uniformed[i, reached - first])
            found.append(Case(iso3, kind, eve, reached, before, after, _concerned(held, iso3, eve, reached), "IPI"))
    if kind == "withdraw":
        found += _closed(found, sorted(closures, key=lambda one: (one.day, one.iso3)))
    return sorted(found, key=lambda case: (case.eve, case.iso3))


def _concerned(held: Presence, iso3: str, eve: int, reached: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*held.standing(iso3, eve), *held.standing(iso3, reached))))


def _everywhere(held: Presence, iso3: str, kind: Kind, eve: int, reached: int) -> bool:
    first = int(held.months[0])
    before, after = (
        sum(float(held.missions[name][month - first]) for name in _concerned(held, iso3, eve, reached))
        for month in (eve, reached)
    )
    return after <= before / 2 if kind == "withdraw" else after >= 2 * before


def _closed(found: Sequence[Case], closures: Sequence[Closure]) -> list[Case]:
    made: list[Case] = []
    for one in closures:
        # Strength by month is not known here, so that the fall is dated to the closing itself.
        reached = (one.day.year - 1980) * 12 + one.day.month
        eve = reached - 1
        earlier = [case.eve for case in (*found, *made) if case.iso3 == one.iso3]
        if one.before < MINIMUM or any(eve - other < APART for other in earlier):
            continue
        if one.remaining is None or one.remaining <= one.before / 2:
            names = (one.mission,)
            made.append(
                Case(one.iso3, "withdraw", eve, reached, one.before, one.remaining, names, one.source, one.note)
            )
    return made
