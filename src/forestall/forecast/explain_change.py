"""What changed between two editions' forecasts of the same months: revised figures, new figures, or the model.

The change is walked in three steps, each of which alters one thing, so that the parts add up to the whole without a
remainder:

    the earlier edition                                 earlier figures, what was learned from them
    -> revised data   today's figures for the months known then, still with what was learned then
    -> new data       the months added since, still with what was learned then
    -> model          what is learned from today's figures

No step shows an earlier month what was learned from a later one. The steps compare laws and not draws; what the fixed
seeds of three components still do is bounded by SEED_NOISE.
"""

from collections import OrderedDict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Lock

import numpy as np

from forestall.errors import UsageError
from forestall.forecast.models import forestall
from forestall.forecast.training import learned_from, training_month
from forestall.panel.frame import FloatArray, IntArray, Panel

WINDOW = 6
SEED_NOISE = 0.02
"""Share of the expected deaths by which new data may seem to move a forecast through the components' fixed seeds alone:
the same target month has another start when it lies another number of months ahead. Measured: at most 0.018 over 67
countries, 0.003 in the median. Revised data and model are compared at the same distance and have none."""
REACH = 25.0
NOT_AT_HAND = "not known: the earlier release is not at hand, so the earlier edition was made from today's figures"
_KEPT = 16


@dataclass(frozen=True, slots=True)
class Split:
    """A change in one figure: after - before = revised_data + new_data + model, exactly up to rounding of floats."""

    before: float
    revised_data: float
    new_data: float
    model: float
    after: float


@dataclass(frozen=True, slots=True)
class Change:
    """What changed in one unit's forecast of `months` (month_ids) since the edition as of `since`.

    deaths: expected deaths over all these months. p25: chance of 25 or more deaths in a month, mean over these months.
    revised_known: False where the earlier figures are not at hand; then the part is 0 and `note` says so.
    """

    unit: int
    since: int
    months: tuple[int, ...]
    deaths: Split
    p25: Split
    revised_known: bool
    note: str

    @property
    def clear(self) -> bool:
        """Whether expected deaths changed by more than the seeds alone might move them."""
        return abs(self.deaths.after - self.deaths.before) > SEED_NOISE * max(self.deaths.before, self.deaths.after)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """A forecast of units (n,) in three figures, each (n, n_months): expected deaths a month, P(25+) and P(any)."""

    units: IntArray
    expected: FloatArray
    p25: FloatArray
    p_any: FloatArray


_held: OrderedDict[tuple[str, str, tuple[int, ...]], Outcome] = OrderedDict()
_lock = Lock()


def outcome(panel: Panel, months: Sequence[int], learned: Panel | None = None) -> Outcome:
    """The ensemble's outcome of months (month_ids), kept for the same figures. learned: the panel it learned from, see
    `learned_from`; itself if None."""
    key = (_name(panel), "" if learned is None else _name(_training_cut(learned)), tuple(int(m) for m in months))
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
    with nullcontext() if learned is None else learned_from(learned):
        law = forestall.law(panel, months)
    found = Outcome(
        units=panel.units,
        expected=law.mean(axis=2, dtype=np.float64),
        p25=(law >= REACH).mean(axis=2, dtype=np.float64),
        p_any=(law >= 1).mean(axis=2, dtype=np.float64),
    )
    with _lock:
        _held[key] = found
        while len(_held) > _KEPT:
            _held.popitem(last=False)
    return found


def _name(panel: Panel) -> str:
    """A digest of the figures themselves, which a panel's own may not be (a panel made by hand). Codes give
    neighbours."""
    return panel.cut(panel.as_of).digest + ",".join(panel.iso3)


def _training_cut(panel: Panel) -> Panel:
    return panel.cut(max(training_month(panel.as_of), int(panel.months[0])))


def change(before: Panel, now: Panel, unit: int, *, months: Sequence[int] | None = None) -> Change:
    """The change in one unit's forecast between two editions; see `changes`.

    Raises UsageError as `changes` does, and if one of the panels has no such unit.
    """
    for panel, which in ((before, "earlier"), (now, "later")):
        if unit not in panel.units:
            raise UsageError(f"the {which} edition has no {panel.unit_key} {unit}; it has {panel.units.size} units")
    return changes(before, now, months=months)[int(unit)]


def changes(before: Panel, now: Panel, *, months: Sequence[int] | None = None) -> dict[int, Change]:
    """The change in the forecast of every unit that both editions have, by unit, split into revised data, new data and
    model.

    before: the panel of the earlier edition, best as it was known then (`country_month(..., known_on=date)`). A panel
    cut from today's (`now.cut(month)`) holds no earlier figures: the revised part is then 0 and said to be not known.
    months: month_ids after `now.as_of`; the next six if None. Raises UsageError if the panels differ in target or kind
    of unit, `before` is later than `now` or begins elsewhere, or months lie outside the reach of either forecast (1 to
    36 months ahead).
    """
    if before.target != now.target or before.unit_key != now.unit_key:
        raise UsageError(
            f"the editions differ in kind: {before.target} by {before.unit_key} and {now.target} by {now.unit_key}; "
            "compare editions of the same target and unit"
        )
    if before.as_of > now.as_of or int(before.months[0]) != int(now.months[0]):
        raise UsageError(
            f"the earlier edition covers months {before.months[0]}..{before.as_of} and the later one {now.months[0]}.."
            f"{now.as_of}: expected the same first month and an end not after the later one's"
        )
    asked = tuple(range(now.as_of + 1, now.as_of + WINDOW + 1)) if months is None else tuple(int(m) for m in months)
    shared = now.cut(before.as_of)
    same = _same(before, shared)
    first = outcome(before, asked)
    revised = first if same else outcome(shared, asked, before)
    added = revised if now.as_of == before.as_of else outcome(now, asked, before)
    as_learned = training_month(now.as_of) == training_month(before.as_of) and _same(
        _training_cut(before), _training_cut(now)
    )
    path = (first, revised, added, added if as_learned else outcome(now, asked))
    known = before.known_on is not None or not same
    rows = [{int(unit): i for i, unit in enumerate(step.units)} for step in path]
    found: dict[int, Change] = {}
    for unit in (int(each) for each in now.units):
        if unit not in rows[0]:
            continue
        places = [row[unit] for row in rows]
        found[unit] = Change(
            unit=unit,
            since=before.as_of,
            months=asked,
            deaths=_split([float(step.expected[i].sum()) for step, i in zip(path, places, strict=True)]),
            p25=_split([float(step.p25[i].mean()) for step, i in zip(path, places, strict=True)]),
            revised_known=known,
            note="" if known else NOT_AT_HAND,
        )
    return found


def _split(path: Sequence[float]) -> Split:
    first, revised, added, last = path
    return Split(before=first, revised_data=revised - first, new_data=added - revised, model=last - added, after=last)


def _same(one: Panel, other: Panel) -> bool:
    """Whether two panels hold the same figures of the same units in the same order."""
    return (
        one.values.shape == other.values.shape
        and bool(np.array_equal(one.units, other.units))
        and one.iso3 == other.iso3
        and bool(np.array_equal(one.values, other.values, equal_nan=True))
    )
