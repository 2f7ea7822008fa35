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
from forestall.forecast import models, training
from forestall.forecast.frame import Forecast
from forestall.forecast.models import Model
from forestall.ids.months import format_month
from forestall.panel.frame import Panel
from forestall.parallel import Here, Workers
from forestall.verify import cells
from forestall.verify.measure import measure, observed

Row = dict[str, Any]

MOST_WORKERS = 8
FIRST_STEP = 3
"""Months from the last month seen to the first one scored, the challenge's rule."""
SHARING = frozenset({models.DEFAULT, *(module.NAME for module in models.PARTS)})
"""Models that learn in part the same."""


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


@dataclass(frozen=True, slots=True)
class Done:
    """One model in one window: its row of scores, and where they were asked for its per-cell scores and its draws."""

    row: Row
    cells: pl.DataFrame | None
    forecast: Forecast | None


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What forecasts of a backtest follow from; called with windows and models it gives what came of them.

    Made to be sent to workers: it holds the figures and the functions, a job only windows and names.
    """

    panel: Panel
    functions: Mapping[str, Model]
    n_draws: int
    seed: int
    extras: bool
    keep_cells: bool
    keep_forecasts: bool

    def one(self, window: Window, name: str, seen: Panel) -> Done:
        """One model in one window. seen: the panel cut at the window's as_of."""
        forecast = self.functions[name](seen, months=window.months, n_draws=self.n_draws, seed=self.seed)
        origin = {"origin": format_month(window.as_of)} if window.rolling else {}
        row = {"year": window.year, **origin, "model": name}
        row |= measure(forecast, observed(self.panel, forecast), extras=self.extras)
        table = cells.score(forecast, self.panel, year=window.year, model=name) if self.keep_cells else None
        return Done(row, table, forecast if self.keep_forecasts else None)

    def __call__(self, job: "Job") -> list[Done]:
        """A job in a worker: what it learned is let go, the next job is of another October."""
        seen = {window.as_of: self.panel.cut(window.as_of) for window, _ in job}
        try:
            return [self.one(window, name, seen[window.as_of]) for window, name in job]
        finally:
            training.forget()


Job = tuple[tuple[Window, str], ...]


def run(
    panel: Panel,
    model_names: Sequence[str],
    over: Sequence[Window],
    *,
    n_draws: int = 1000,
    seed: int = 0,
    extras: bool = False,
    workers: int | Workers | None = None,
    progress: Callable[[Window, str], None] | None = None,
    extra_models: Mapping[str, Model] | None = None,
    each: Callable[[Window, str, Forecast], None] | None = None,
) -> list[Row]:
    """Scores of each model in each window: rows {"year", "model", "crps", "ign", "mis", "n"}, by year, then in
    the order given; with rolling origins also "origin", the last month seen.

    Each model sees only `panel.cut(window.as_of)`. extras: more columns, see `measure`. workers: a number of threads in
    this process, by default one a core; or processes or a cluster (`forestall.parallel.workers`). The rows do not
    depend on them. progress: called after each window and model, from any thread.
    extra_models: functions that are not in the registry, by name. each: called with every forecast and the name it was
    asked for by, from any thread, before the draws are let go: to keep or write what it needs of them (workers outside
    this process send the draws back for it, 10 MB a year of all countries). Raises UsageError on an unknown model
    before anything is run, and if a window lies outside the panel.
    """
    options: dict[str, Any] = {"workers": workers, "progress": progress, "extra_models": extra_models, "each": each}
    found = _all(panel, model_names, over, n_draws=n_draws, seed=seed, extras=extras, keep_cells=False, **options)
    return [done.row for done in found]


def detailed(
    panel: Panel, model_names: Sequence[str], over: Sequence[Window], **options: Any
) -> tuple[list[Row], pl.DataFrame]:
    """The rows of `run`, and beside them the table of per-cell scores that `forestall.verify.report` works on.

    options: those of `run`. The table's rows stand by model in the order given, then by origin, unit and month. Raises
    UsageError as `run` and `cells.score` do.
    """
    found = _all(panel, model_names, over, keep_cells=True, **options)
    names = len(dict.fromkeys(model_names))
    by_model = [done.cells for k in range(names) for done in found[k::names]]
    return [done.row for done in found], pl.concat([table for table in by_model if table is not None])


def _all(
    panel: Panel,
    model_names: Sequence[str],
    over: Sequence[Window],
    *,
    keep_cells: bool,
    n_draws: int = 1000,
    seed: int = 0,
    extras: bool = False,
    workers: int | Workers | None = None,
    progress: Callable[[Window, str], None] | None = None,
    extra_models: Mapping[str, Model] | None = None,
    each: Callable[[Window, str, Forecast], None] | None = None,
) -> list[Done]:
    """What came of each window and model, by window, then in the order given."""
    functions = {name: (extra_models or {}).get(name) or models.get(name) for name in model_names}
    if not functions or not over:
        raise UsageError("a backtest needs at least one model and one window")
    for one in over:
        if one.as_of < panel.months[0] or one.months[-1] > panel.months[-1]:
            raise UsageError(
                f"the window {one.year} needs month_ids up to {one.months[-1]}, "
                f"the panel holds {panel.months[0]}..{panel.months[-1]}"
            )
    task = Task(panel, functions, n_draws, seed, extras, keep_cells, keep_forecasts=each is not None)

    def take(window: Window, name: str, done: Done) -> Done:
        if each is not None and done.forecast is not None:
            each(window, name, done.forecast)
        if progress is not None:
            progress(window, name)
        return Done(done.row, done.cells, None)

    pairs = [(one, name) for one in over for name in functions]
    if workers is None or isinstance(workers, int | Here):
        count = workers.count if isinstance(workers, Here) else min(workers or _cores(), len(pairs))
        seen = {one.as_of: panel.cut(one.as_of) for one in over}

        def here(pair: tuple[Window, str]) -> Done:
            window, name = pair
            return take(window, name, task.one(window, name, seen[window.as_of]))

        if count == 1:
            return [here(pair) for pair in pairs]
        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(here, pairs))
    listed = jobs(over, tuple(functions))
    found: dict[tuple[Window, str], Done] = {}
    for job, several in zip(listed, workers.each(task, listed), strict=True):
        for pair, done in zip(job, several, strict=True):
            found[pair] = take(*pair, done)
    return [found[pair] for pair in pairs]


def jobs(over: Sequence[Window], names: Sequence[str]) -> list[Job]:
    """Windows and models in parts that workers can do apart, those that take longest first.

    Windows that are trained to the same October stay together. So do the ensemble and its components: they learn the
    same, and it is learned once a job.
    """
    sharing = [name for name in names if name in SHARING]
    alone = [[name] for name in names if name not in SHARING]
    octobers = list(dict.fromkeys(training.training_month(one.as_of) for one in over))
    return [
        tuple((one, name) for one in over if training.training_month(one.as_of) == october for name in part)
        for part in ([sharing] if sharing else []) + alone
        for october in octobers
    ]


def _cores() -> int:
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_WORKERS, usable)
