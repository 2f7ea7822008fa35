"""The rows of mediation_events and mediation_roles: one dataclass each, in the order of their columns."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import polars as pl

from forestall.store.schemas import SCHEMAS

EVENTS = "mediation_events"
ROLES = "mediation_roles"


@dataclass(frozen=True, slots=True)
class Event:
    """An agreement, a crisis with mediation, the start of roles in a process, or a mission. Lists have `;` between."""

    event: str
    event_kind: str
    name: str
    day: date
    from_precision: str
    iso3: str
    source: str
    unresolved: int = 0
    until: date | None = None
    until_precision: str | None = None
    process: str | None = None
    conflict_ids: str | None = None
    stage: str | None = None
    ended: bool | None = None
    ended_on: date | None = None
    talks_outcome: str | None = None
    third_parties_domestic: int | None = None
    third_parties_persons: int | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """A third party's part in an event.

    day, until: as those of the event, or of the role where it has its own. goes_on: the role had not ended when its
    source was kept last; without that a missing `until` is not known.
    """

    event: str
    mediator: str
    kind: str
    role: str
    day: date
    until: date | None
    looked_up: bool
    source: str
    goes_on: bool = False


def frame(table: str, rows: Iterable[Event | Role], order: tuple[str, ...]) -> pl.DataFrame:
    """The table, sorted."""
    held: list[dict[str, Any]] = [asdict(row) for row in rows]
    return pl.DataFrame(held, schema=dict(SCHEMAS[table])).unique(maintain_order=True).sort(*order)
