"""When models that learn from all countries are trained, and what they learned, kept once for each set of figures.

A learned model is fitted on the panel cut at its training month, the last October at or before `as_of` (the month to
which the VIEWS challenge trains for the next calendar year). Between two Octobers a forecast changes through new figures
only, never through a new fit. The cut panel is all that a fit may see, so nothing after the training month can reach it.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from forestall.panel.frame import Panel

Fit = TypeVar("Fit")

OCTOBER = 10
KEPT = 24

_held: OrderedDict[tuple[str, str, str], Any] = OrderedDict()
_lock = Lock()


def training_month(as_of: int) -> int:
    """The last October at or before a month, as month_id."""
    return as_of - (as_of - OCTOBER) % 12


def fitted(name: str, version: str, panel: Panel, fit: Callable[[Panel], Fit]) -> Fit:
    """What `fit` learns from the panel cut at its training month; the same figures are fitted once in a process.

    name, version: of the model. A panel that begins after its training month is fitted on what it has.
    """
    month = max(training_month(panel.as_of), int(panel.months[0]))
    seen = panel.cut(month)
    key = (name, version, seen.digest)
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            found: Fit = _held[key]
            return found
    learned = fit(seen)
    with _lock:
        _held[key] = learned
        while len(_held) > KEPT:
            _held.popitem(last=False)
    return learned
