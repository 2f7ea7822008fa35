"""Models on windows that were not theirs to see.

A window is a calendar year. Models see the panel cut at October of the year before and forecast 3 to 14 months
ahead, the rule of the VIEWS Prediction Challenge: in practice figures for November and December are not out
when a forecast for January is due. Rolling origins move the same twelve months on month by month.
Source: Hegre et al. (2025), the 2023/24 VIEWS Prediction Challenge,
doi:10.1177/00223433241300862.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import polars as pl

from forestall.errors import UsageError
from forestall.forecast import models
from forestall.forecast.frame import Forecast
from forestall.forecast.models import Model
from forestall.ids.months import format_month
from forestall.panel.frame import Panel
from forestall.verify import cells
from forestall.verify.measure import measure, observed

Row = dict[str, Any]

MOST_WORKERS = 8
FIRST_STEP = 3
"""Months from the last month seen to the first one scored, the challenge's rule."""


@dataclass(frozen=True, slots=True)
class Window:
    """Twelve months to forecast: `as_of` is the last month a model may see, `months` the month_ids it is scored on.

    year: the calendar year of the first of them. rolling: one of many origins, so its rows also say which one.
    """

    year: int
    as_of: int
    months: tuple[int, ...]
    rolling: bool = False


def window(year: int) -> Window:
    """The window of a calendar year: seen up to October of the year before, scored January to December."""
    january = (year - 1980) * 12 + 1
    return Window(year=year, as_of=january - FIRST_STEP, months=tuple(range(january, january + 12)))


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


def origins(
    panel: Panel, first: int | None = None, last: int | None = None, *, ahead: int = FIRST_STEP
) -> tuple[Window, ...]:
    """Every month as an origin, scored on the twelve months from `ahead` months after it on.

    first, last: the first and last year of the months scored, both counted in; by default all origins that have 36
    months before them. So `last=2017` leaves no outcome after December 2017, and first = last gives the one origin of
    that year. Raises UsageError if nothing can be cut or scored there.
    """
    if not 1 <= ahead <= 25:
        raise UsageError(f"origins forecast {ahead} months ahead at first, expected 1 to 25: twelve months within 36")
    begin, end = int(panel.months[0]), int(panel.months[-1])
    earliest = begin + 35 if first is None else (first - 1980) * 12 + 1 - ahead
    latest = (end if last is None else (last - 1980) * 12 + 12) - ahead - 11
    if earliest < begin or latest + ahead + 11 > end or latest < earliest:
        raise UsageError(
            f"origins for {first or 'the first year'}..{last or 'the last'} cannot be scored: the panel holds the "
            f"months {format_month(begin)} to {format_month(end)}, and an origin needs a month before it and the "
            f"{ahead + 11} months after it"
        )
    return tuple(
        Window(
            year=1980 + (as_of + ahead - 1) // 12,
            as_of=as_of,
            months=tuple(range(as_of + ahead, as_of + ahead + 12)),
            rolling=True,
        )
        for as_of in range(earliest, latest + 1)
    )


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
    each: Callable[[Window, str, Forecast], None] | None = None,
) -> list[Row]:
    """Scores of each model in each window: rows {"year", "model", "crps", "ign", "mis", "n"}, by year, then in
    the order given; with rolling origins also "origin", the last month seen.

    Each model sees only `panel.cut(window.as_of)`. extras: more columns, see `measure`. workers: threads; the
    rows do not depend on their number. progress: called after each window and model, from any thread.
    extra_models: functions that are not in the registry, by name. each: called with every forecast and the name it was
    asked for by, from any thread, before the draws are let go: to keep or write what it needs of them. Raises
    UsageError on an unknown model before anything is run, and if a window lies outside the panel.
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
        origin = {"origin": format_month(one.as_of)} if one.rolling else {}
        row = {"year": one.year, **origin, "model": name}
        row |= measure(forecast, observed(panel, forecast), extras=extras)
        if each is not None:
            each(one, name, forecast)
        if progress is not None:
            progress(one, name)
        return row

    jobs = [(one, name) for one in over for name in functions]
    count = min(workers or _cores(), len(jobs))
    if count == 1:
        return [task(job) for job in jobs]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(task, jobs))


def detailed(
    panel: Panel, model_names: Sequence[str], over: Sequence[Window], **options: Any
) -> tuple[list[Row], pl.DataFrame]:
    """The rows of `run`, and beside them the table of per-cell scores that `forestall.verify.report` works on.

    options: those of `run`. The table's rows stand by model in the order given, then by origin, unit and month. Raises
    UsageError as `run` and `cells.score` do.
    """
    parts: dict[tuple[str, int], pl.DataFrame] = {}
    given = options.pop("each", None)

    def keep(one: Window, name: str, forecast: Forecast) -> None:
        parts[name, one.as_of] = cells.score(forecast, panel, year=one.year, model=name)
        if given is not None:
            given(one, name, forecast)

    rows = run(panel, model_names, over, each=keep, **options)
    order = [(name, one.as_of) for name in dict.fromkeys(model_names) for one in over]
    return rows, pl.concat([parts[key] for key in order])


def _cores() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_WORKERS, usable)
