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
    until: date | None
    until_precision: str | None
    process: str | None
    iso3: str
    conflict_ids: str | None
    stage: str | None
    ended: bool | None
    ended_on: date | None
    talks_outcome: str | None
    third_parties_domestic: int | None
    third_parties_persons: int | None
    unresolved: int
    source: str


@dataclass(frozen=True, slots=True)
class Role:
    """A third party's part in an event. day, until: as those of the event, or of the role where it has its own."""

    event: str
    mediator: str
    kind: str
    role: str
    day: date
    until: date | None
    looked_up: bool
    source: str


def frame(table: str, rows: Iterable[Event | Role], order: tuple[str, ...]) -> pl.DataFrame:
    """The table, sorted."""
    held: list[dict[str, Any]] = [asdict(row) for row in rows]
    return pl.DataFrame(held, schema=dict(SCHEMAS[table])).unique(maintain_order=True).sort(*order)
