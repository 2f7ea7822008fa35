"""Past events as cases to learn from: who could have been asked on the eve, and who was.

Ties, memberships and stakes are read as of the first of January of the event's year (they are yearly figures); roles to
the day before the event.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache

import numpy as np
import polars as pl

from forestall.instruments.mediation.features import World, bodies, figures
from forestall.instruments.mediation.model import Case
from forestall.instruments.mediation.past import EPOCH, Past
from forestall.instruments.mediation.stakes import stakes
from forestall.instruments.mediation.ties import ties
from forestall.store import Workspace


def world(workspace: Workspace) -> Callable[[date], World]:
    """What is known of states and organisations on a day, kept for the run."""
    memberships = workspace.table("regional_memberships")

    @cache
    def of(on: date) -> World:
        return World(ties(workspace, on), bodies(memberships, on), stakes(workspace, on))

    return of


def cases(
    past: Past, processes: Mapping[str, str], of: Callable[[date], World], targets: Past | None = None
) -> tuple[Case, ...]:
    """One case an event with a known third party, by day.

    past: the record that candidates are judged by. processes: which process an event belongs to. targets: the events to
    make cases of, default those of the record itself.
    """
    events = past if targets is None else targets
    out = []
    for row in np.flatnonzero(events.who.any(axis=1)):
        on = date.fromordinal(int(events.day[row]) + EPOCH)
        own = frozenset(events.countries[at] for at in np.flatnonzero(events.where[row]))
        who = {events.mediators[at] for at in np.flatnonzero(events.who[row])} - own
        if not who:
            continue
        found = figures(past, of(date(on.year, 1, 1)), own, on)
        out.append(
            Case(
                event=events.events[row],
                day=int(events.day[row]),
                process=processes[events.events[row]],
                year=on.year,
                mediators=found.mediators,
                kinds=found.kinds,
                figures=found.values,
                there=found.column("own_all") > 0,
                chosen=np.array([one in who for one in found.mediators]),
                missed=len(who - set(found.mediators)),
            )
        )
    return tuple(out)


def process_of(events: pl.DataFrame) -> Mapping[str, str]:
    """The process of each event; an event of no process is one of its own."""
    return dict(events.select("event", pl.coalesce("process", "event")).iter_rows())
