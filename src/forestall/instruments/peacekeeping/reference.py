"""How deaths usually move from a given level where no mission changed so: the yardstick of the cases."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt

from forestall.instruments.peacekeeping.situations import Record

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LIKE = 2.0
"""Levels are alike if 1 + deaths in twelve months differ by no more than this factor."""
FEWEST = 10
CLEAR = 12
"""Months around a case, on both sides, in which its country is no yardstick."""


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """Country-months with the deaths of the twelve months to them and of the twelve after; arrays (m,)."""

    month: IntArray
    before: FloatArray
    after: FloatArray

    def like(self, level: float, month: int) -> tuple[float | None, int]:
        """Median ratio (1 + after) / (1 + before) of country-years at a like level, in the same calendar month.

        One month a year is taken, so that no two of a country overlap. Returns the ratio, None where there are fewer
        than FEWEST, and their number.
        """
        near = np.abs(np.log1p(self.before) - math.log1p(level)) <= math.log(LIKE) + 1e-12
        chosen = near & (self.month % 12 == month % 12)
        n = int(np.count_nonzero(chosen))
        if n < FEWEST:
            return None, n
        return float(median(((1 + self.after[chosen]) / (1 + self.before[chosen])).tolist())), n


def origins(known: Record, found: Sequence[tuple[str, int, int]]) -> Origins:
    """Every country and month whose twelve months before and after are known by the record, and far from any case.

    found: country, eve and month reached of the cases.
    """
    panel = known.panel
    values = panel.values
    total = np.cumsum(np.concatenate([np.zeros((values.shape[0], 1)), np.nan_to_num(values)], axis=1), axis=1)
    holes = np.cumsum(np.concatenate([np.zeros((values.shape[0], 1)), np.isnan(values)], axis=1), axis=1)
    t = values.shape[1]
    at = np.arange(12, t - 11)  # columns before which the twelve months before end
    if not at.size:
        nothing = np.zeros(0)
        return Origins(np.zeros(0, dtype=np.int64), nothing, nothing.copy())
    before, after = total[:, at] - total[:, at - 12], total[:, at + 12] - total[:, at]
    usable = holes[:, at + 12] - holes[:, at - 12] == 0
    month = int(panel.months[0]) + at - 1
    for iso3, eve, reached in found:
        if iso3 in panel.iso3:
            usable[panel.iso3.index(iso3)] &= (month < eve - CLEAR) | (month > reached + CLEAR)
    months = np.broadcast_to(month, usable.shape)
    return Origins(months[usable].astype(np.int64), before[usable], after[usable])
