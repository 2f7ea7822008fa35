"""Which state a piece of ground belonged to on a day, given by the state or territory it belongs to now."""

from collections.abc import Iterator
from datetime import date

from forestall.ids import countries
from forestall.ids.state_table import State


def state_then(now: State, day: date) -> State:
    """The state itself, or the nearest of its predecessors that had begun by a day.

    Raises StopIteration if there was none.
    """
    return next(state for state in (now, *_before(now)) if state.start is None or state.start <= day)


def _before(state: State) -> Iterator[State]:
    for older in countries.predecessors(state):
        yield older
        yield from _before(older)
