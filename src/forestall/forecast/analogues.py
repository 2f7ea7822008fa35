"""Past windows of all units, and which of them look most like a unit's present: shape, level and activity.

A window is one unit at one month (its origin): log levels of the last three years in blocks, set against its own recent
level, beside that level, the share of months with deaths, how long ago the last death was and how much months jump.
Two windows are near when
the weighted differences are small. What followed a window is known only up to the last month of the panel it is taken
from, so nothing after that month can enter.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from forestall.errors import UsageError
from forestall.forecast.levels import ewma, months_since, volatility
from forestall.forecast.sampling import MAX_HORIZON
from forestall.forecast.training import fitted
from forestall.panel.frame import Panel

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

NAME, VERSION = "analogues", "1"

SPAN = 36  # months a window looks back
# Months before the origin, from and to (both counted in), of the blocks that make the shape.
BLOCKS = ((0, 0), (1, 2), (3, 5), (6, 11), (12, 23), (24, 35))
BLOCK_WEIGHTS = (0.8, 1.2, 1.2, 0.8, 0.4, 0.3)
LEVEL_WEIGHT, LONG_WEIGHT, SHARE_WEIGHT, SINCE_WEIGHT, JUMP_WEIGHT = 0.25, 0.3, 2.0, 0.3, 2.0
SHAPE_CAP = 3.0  # no block counts as further than this, in logs, from the recent level
TIE = 0.02  # at most this is added to a distance, by chance but always the same, so that ties favour no unit
ACTIVE_EVERY, QUIET_EVERY = 1, 3  # months between origins


@dataclass(frozen=True, slots=True)
class Library:
    """Windows and what followed. features: (n, k). after: (n, 36) deaths 1 to 36 months later, NaN where not known.
    level: (n,) recent level, deaths per month. row, column: (n,) where in the panel. quiet: (n,) no deaths in three
    years. tie: (n,). values, units, months, iso3: of the panel the windows are from."""

    features: FloatArray
    after: FloatArray
    level: FloatArray
    row: IntArray
    column: IntArray
    quiet: npt.NDArray[np.bool_]
    tie: FloatArray
    values: FloatArray
    units: npt.NDArray[np.int32]
    months: npt.NDArray[np.int32]
    iso3: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A past window that looks like a unit's present. unit, iso3: whose. origin: month_id of its last month. distance:
    0 is the same; comparable between cases of one unit. before: deaths in the twelve months up to the origin, NaN where
    not known. after: deaths in the twelve months that followed."""

    unit: int
    iso3: str
    origin: int
    distance: float
    before: tuple[float, ...]
    after: tuple[float, ...]

    @property
    def deaths_before(self) -> float:
        """Deaths in the known months of the year up to the origin."""
        return float(np.nansum(self.before))

    @property
    def deaths_after(self) -> float:
        """Deaths in the year that followed."""
        return float(np.sum(self.after))


def similar(panel: Panel, unit: int, *, k: int = 5, apart: int = 12) -> list[Case]:
    """The k past windows most like a unit's present, nearest first, each with what followed over twelve months.

    unit: a number of the panel's `unit_key`. apart: months by which two cases of one unit must differ, so that one war
    does not fill the list; the unit's own last `apart` months are left out likewise. All windows and what followed lie
    inside the panel cut at its training month (the last October). Fewer than k cases, down to none, where the panel
    holds no more. Raises UsageError if the panel has no such unit or k is below 1.
    """
    if k < 1:
        raise UsageError(f"k is {k}, expected 1 or more similar cases")
    found = np.flatnonzero(panel.units == unit)
    if found.size == 0:
        raise UsageError(f"the panel has no {panel.unit_key} {unit}; it has {panel.units.size} units")
    library = fitted(NAME, VERSION, panel, build)
    here = describe(panel.values)[0][int(found[0]), -1]
    far = distances(library, here)
    unknown = np.isnan(library.after[:, :12]).sum(axis=1)
    cases: list[Case] = []
    taken: list[tuple[int, int]] = [(unit, panel.as_of)]
    for place in np.argsort(far, kind="stable"):
        whose, origin = int(library.units[library.row[place]]), int(library.months[library.column[place]])
        if unknown[place] or any(whose == other and abs(origin - month) < apart for other, month in taken):
            continue
        taken.append((whose, origin))
        row, column = int(library.row[place]), int(library.column[place])
        before = library.values[row, max(0, column - 11) : column + 1]
        iso3 = library.iso3[row] if library.iso3 else ""
        after = tuple(library.after[place, :12].tolist())
        cases.append(Case(whose, iso3, origin, float(far[place]), tuple(before.tolist()), after))
        if len(cases) == k:
            break
    return cases


def build(panel: Panel) -> Library:
    """All windows of the panel whose origin is known and not its last month, in the order of unit numbers."""
    values = panel.values
    n, t = values.shape
    features, level, quiet = describe(values)
    place = np.arange(t)
    usable = ~np.isnan(values) & (place < t - 1) & (place >= min(11, max(t - 13, 0)))
    age = t - 2 - place
    usable &= np.where(quiet, age % QUIET_EVERY == 0, age % ACTIVE_EVERY == 0)
    row, column = np.nonzero(usable)
    order = np.lexsort((column, panel.units[row]))
    row, column = row[order].astype(np.int64), column[order].astype(np.int64)
    padded = np.concatenate([values, np.full((n, MAX_HORIZON), np.nan)], axis=1)
    after = padded[row[:, None], column[:, None] + np.arange(1, MAX_HORIZON + 1)]
    return Library(
        features=features[row, column],
        after=after,
        level=level[row, column],
        row=row,
        column=column,
        quiet=quiet[row, column],
        tie=_ties(panel.units[row], panel.months[column]),
        values=values,
        units=panel.units,
        months=panel.months,
        iso3=panel.iso3,
    )


def describe(values: FloatArray) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
    """What a window looks like at every month: features (n, t, 11), recent level (n, t) in deaths per month, and
    whether no deaths are known of the last three years (n, t).

    values: (n, t) deaths per month, NaN where not known."""
    n, t = values.shape
    known = np.cumsum(np.concatenate([np.zeros((n, 1)), ~np.isnan(values)], axis=1), axis=1)
    total = np.cumsum(np.concatenate([np.zeros((n, 1)), np.nan_to_num(values)], axis=1), axis=1)
    level = ewma(values, 4.0)
    log_level = np.log1p(level)
    columns = []
    place = np.arange(t)
    for (first, last), weight in zip(BLOCKS, BLOCK_WEIGHTS, strict=True):
        end, start = np.maximum(place - first + 1, 0), np.maximum(place - last, 0)
        months = known[:, end] - known[:, start]
        mean = (total[:, end] - total[:, start]) / np.maximum(months, 1)
        shape = np.clip(np.log1p(mean) - log_level, -SHAPE_CAP, SHAPE_CAP)
        columns.append(weight * np.where(months > 0, shape, 0.0))
    active = np.where(np.isnan(values), np.nan, (values > 0).astype(np.float64))
    since = months_since(values)
    columns.append(LEVEL_WEIGHT * log_level)
    columns.append(LONG_WEIGHT * np.log1p(ewma(values, 60.0)))
    columns.append(SHARE_WEIGHT * ewma(active, 8.0))
    columns.append(SINCE_WEIGHT * np.log1p(since))
    columns.append(JUMP_WEIGHT * volatility(values, 6.0))
    return np.stack(columns, axis=-1), level, since >= SPAN


def distances(library: Library, here: FloatArray, among: npt.NDArray[np.intp] | None = None) -> FloatArray:
    """How far each window (or each at those places) is from a row of `describe`, (n,). here: (k,)."""
    features, tie = library.features, library.tie
    if among is not None:
        features, tie = features[among], tie[among]
    away = features - here
    found: FloatArray = np.sqrt(np.einsum("ij,ij->i", away, away)) + tie
    return found


def _ties(units: npt.NDArray[np.int32], months: npt.NDArray[np.int32]) -> FloatArray:
    """A number in [0, TIE) for each window that depends on its unit and month only, (n,)."""
    pairs = np.stack([units, months], axis=1).astype("<i4")
    return TIE * np.array([zlib.crc32(pair.tobytes()) / 2**32 for pair in pairs])
