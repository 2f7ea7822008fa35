"""Monthly deaths by type of violence, where they follow from openly licensed figures; null where they do not.

GED 25.1 by country and month gives deaths of all types and *events* by type. Four things settle deaths by type exactly:

* zero: a type without events in a month has no deaths there, and a month without deaths has none of any type;
* one type: where all events of a month are of one type, so are all deaths;
* events: an older or partial event file that agrees with GED 25.1 in everything both have for that month (events by
  type, best, low and high) splits it;
* yearly: UCDP's country-year file of the same release gives deaths by type for the year; where all but one of the
  months (or all but one of the types in a month) are settled, the last one is what is left.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from tools.embed.events import TYPES

NAMES = tuple(TYPES.values())
IntArray = npt.NDArray[np.int64]
UNKNOWN = -1


@dataclass(frozen=True)
class Derived:
    """deaths: (n, 3), UNKNOWN (-1) where not settled. how: the rule that completed each row, or "open"."""

    deaths: IntArray
    how: list[str]


def from_events(rows: pl.DataFrame) -> Derived:
    """The rules `zero` and `one type`. rows: deaths_total and events_<type>, one row a country-month."""
    total = rows["deaths_total"].to_numpy().astype(np.int64)
    events = rows.select(f"events_{name}" for name in NAMES).to_numpy()
    deaths = np.full(events.shape, UNKNOWN, dtype=np.int64)
    deaths[events == 0] = 0
    deaths[total == 0] = 0
    alone = (events > 0).sum(axis=1) == 1
    deaths[alone] = np.where(events[alone] > 0, total[alone, None], 0)
    how = ["zero" if t == 0 else "one type" if a else "open" for t, a in zip(total, alone, strict=True)]
    return Derived(deaths, how)


def from_files(rows: pl.DataFrame, derived: Derived, files: list[tuple[str, pl.DataFrame]]) -> Counter[str]:
    """The rule `events`, in place. Returns how many rows each file settled. Raises ValueError if two files disagree."""
    keys = ["ucdp", "month_id", *(f"events_{name}" for name in NAMES)]
    figures = ["deaths_total", "deaths_total_low", "deaths_total_high"]
    count: Counter[str] = Counter()
    indexed = rows.with_row_index("row").select("row", *keys, *figures)
    for file, sums in files:
        candidates = sums.rename({"best": figures[0], "low": figures[1], "high": figures[2]})
        same = indexed.join(candidates, on=[*keys, *figures], how="inner").sort("row")
        for row, *split in same.select("row", *(f"deaths_{name}" for name in NAMES)).iter_rows():
            if derived.how[row] in ("zero", "one type"):
                continue
            known = derived.deaths[row]
            if np.any((known != UNKNOWN) & (known != split)):
                raise ValueError(f"{file} splits row {row} otherwise than the files before it")
            if derived.how[row] == "open":
                derived.deaths[row] = split
                derived.how[row] = "events"
                count[file] += 1
    return count


def settle(deaths: IntArray, total: IntArray, yearly: IntArray) -> IntArray:
    """The rule `yearly` for one country and year.

    deaths: (m, 3), UNKNOWN where open. total: (m,). yearly: (3,). Fills what is left over in a row or column with one
    open cell, and zero where nothing is left; repeats until nothing changes. Raises ValueError on a contradiction.
    """
    cells = deaths.copy()
    while True:
        before = cells.copy()
        for axis, goals in ((0, yearly), (1, total)):
            view = cells if axis == 0 else cells.T
            for j, goal in enumerate(goals):
                column = view[:, j]
                is_open = column == UNKNOWN
                left = int(goal) - int(column[~is_open].sum())
                if left < 0 or (left > 0 and not is_open.any()):
                    raise ValueError(f"{left} deaths are left over where none can be")
                if is_open.any() and left == 0:
                    column[is_open] = 0
                elif is_open.sum() == 1:
                    column[is_open] = left
        if np.array_equal(before, cells):
            return cells
