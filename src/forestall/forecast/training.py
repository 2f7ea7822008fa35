"""When models that learn from all countries are trained, and what they learned, kept once for each set of figures.

A learned model is fitted on the panel cut at its training month, the last October at or before `as_of` (the month to
which the VIEWS challenge trains for the next calendar year). Between two Octobers a forecast changes through new
figures only, never through a new fit. The cut panel is all that a fit may see, so nothing after the training month
can reach it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock, RLock
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

from forestall.errors import ForestallError
from forestall.panel.frame import Panel

Fit = TypeVar("Fit")

OCTOBER = 10
KEPT = 24

_held: OrderedDict[tuple[str, str, str], Any] = OrderedDict()
_lock = Lock()
learning = RLock()
"""Held while anything is fitted: each fit uses all cores, and LightGBM crashes when two threads are in it at once."""
_learned_from: ContextVar[Panel | None] = ContextVar("learned_from", default=None)


def require_lightgbm() -> None:
    """Load LightGBM, or raise a ForestallError that says what the machine lacks.

    Its wheel brings no OpenMP library of its own, and a minimal system has none.
    """
    try:
        import lightgbm  # noqa: F401
    except (ImportError, OSError) as error:
        text = " ".join(str(error).split())
        raise ForestallError(
            f"LightGBM, which forecasts are fitted with, cannot be loaded ({text}): install it with pip, and the "
            "OpenMP library that it needs (Debian and Ubuntu: apt install libgomp1; macOS: brew install libomp)"
        ) from None


def training_month(as_of: int) -> int:
    """The last October at or before a month, as month_id."""
    return as_of - (as_of - OCTOBER) % 12


def learned_panel(panel: Panel) -> Panel:
    """What models learn from when they forecast a panel: it, or the one of `learned_from`, cut at its training
    month."""
    source = _learned_from.get() or panel
    return source.cut(max(training_month(source.as_of), int(source.months[0])))


def fitted(name: str, version: str, panel: Panel, fit: Callable[[Panel], Fit]) -> Fit:
    """What `fit` learns from the panel cut at its training month; the same figures are fitted once in a process.

    name, version: of the model. A panel that begins after its training month is fitted on what it has. Inside
    `learned_from` the other panel is fitted on in place of this one. Linear algebra works on one thread: with two, sums
    are taken in another order, and what is learned, so every draw, would depend on the machine's cores.
    """
    seen = learned_panel(panel)
    key = (name, version, seen.digest)
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            found: Fit = _held[key]
            return found
    with learning:
        with _lock:
            if key in _held:  # another thread was first
                again: Fit = _held[key]
                return again
        with threadpool_limits(1, user_api="blas"):
            learned = fit(seen)
    with _lock:
        _held[key] = learned
        while len(_held) > KEPT:
            _held.popitem(last=False)
    return learned


def forget() -> None:
    """Let go of all that was learned in this process: a forest alone is 400 MB, for every October."""
    with _lock:
        _held.clear()


@contextmanager
def learned_from(panel: Panel) -> Iterator[None]:
    """Inside this block models keep what they learned from `panel`, whatever panel they are shown.

    So that two forecasts differ by the figures they were shown and not by what was learned: that is how a change is
    told apart into new figures, revised figures and a new fit. Never for a forecast as of a month before that panel's.
    """
    token = _learned_from.set(panel)
    try:
        yield
    finally:
        _learned_from.reset(token)
