"""Models on windows that were not theirs to see.

A window is a calendar year. Models see the panel cut at October of the year before and forecast 3 to 14 months
ahead, the rule of the VIEWS Prediction Challenge: in practice figures for November and December are not out
when a forecast for January is due. Source: Hegre et al. (2025), the 2023/24 VIEWS Prediction Challenge,
doi:10.1177/00223433241300862.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from forestall.errors import UsageError
from forestall.forecast import models
from forestall.forecast.models import Model
from forestall.ids.months import format_month
from forestall.panel.frame import Panel
from forestall.verify.measure import measure, observed

Row = dict[str, Any]

MOST_WORKERS = 8


@dataclass(frozen=True, slots=True)
class Window:
    """A year to forecast: `as_of` is the last month a model may see, `months` the twelve month_ids it is scored on."""

    year: int
    as_of: int
    months: tuple[int, ...]


def window(year: int) -> Window:
    """The window of a calendar year: seen up to October of the year before, scored January to December."""
    january = (year - 1980) * 12 + 1
    return Window(year=year, as_of=january - 3, months=tuple(range(january, january + 12)))


def windows(panel: Panel, first: int | None = None, last: int | None = None) -> tuple[Window, ...]:
    """The windows of the years first..last, both counted in.

    Without `first`, the first year before which the panel holds 36 months; without `last`, the last year it
    holds whole. Raises UsageError if the panel cannot be cut or scored there.
    """
    earliest = 1980 + int(panel.months[0] + 1) // 12 + 1
    final = 1980 + int(panel.months[-1]) // 12 - 1
    first = earliest + 3 if first is None else first
    last = final if last is None else last
    if not earliest <= first <= last <= final:
        backwards = "the first year comes after the last; " if first > last else ""
        raise UsageError(
            f"windows {first}..{last} cannot be scored: {backwards}the panel holds the months "
            f"{format_month(int(panel.months[0]))} to {format_month(int(panel.months[-1]))}, "
            f"which allows the years {earliest}..{final}"
        )
    return tuple(window(year) for year in range(first, last + 1))


def run(
    panel: Panel,
    model_names: Sequence[str],
    over: Sequence[Window],
    *,
    n_draws: int = 1000,
    seed: int = 0,
    extras: bool = False,
    workers: int | None = None,
    progress: Callable[[Window, str], None] | None = None,
    extra_models: Mapping[str, Model] | None = None,
) -> list[Row]:
    """Scores of each model in each window: rows {"year", "model", "crps", "ign", "mis", "n"}, by year, then in
    the order given.

    Each model sees only `panel.cut(window.as_of)`. extras: more columns, see `measure`. workers: threads; the
    rows do not depend on their number. progress: called after each window and model, from any thread.
    extra_models: functions that are not in the registry, by name. Raises UsageError on an unknown model before
    anything is run, and if a window lies outside the panel.
    """
    functions = {name: (extra_models or {}).get(name) or models.get(name) for name in model_names}
    if not functions or not over:
        raise UsageError("a backtest needs at least one model and one window")
    for one in over:
        if one.as_of < panel.months[0] or one.months[-1] > panel.months[-1]:
            raise UsageError(
                f"the window {one.year} needs month_ids up to {one.months[-1]}, "
                f"the panel holds {panel.months[0]}..{panel.months[-1]}"
            )
    seen = {one.as_of: panel.cut(one.as_of) for one in over}

    def task(job: tuple[Window, str]) -> Row:
        one, name = job
        forecast = functions[name](seen[one.as_of], months=one.months, n_draws=n_draws, seed=seed)
        row = {"year": one.year, "model": name, **measure(forecast, observed(panel, forecast), extras=extras)}
        if progress is not None:
            progress(one, name)
        return row

    jobs = [(one, name) for one in over for name in functions]
    count = min(workers or _cores(), len(jobs))
    if count == 1:
        return [task(job) for job in jobs]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(task, jobs))


def _cores() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_WORKERS, usable)
