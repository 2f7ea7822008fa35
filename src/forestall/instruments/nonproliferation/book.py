"""The statuses of all states under the treaties looked at, on a day: what gaps are read from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from forestall.instruments.nonproliferation.treaties import status as engine
from forestall.instruments.nonproliferation.treaties.status import Status
from forestall.store import Workspace


@dataclass(frozen=True, slots=True)
class Book:
    """All statuses of a day; see `book`."""

    on: date
    workspace: Workspace

    def word(self, treaty: str, iso3: str) -> str:
        """party, signatory, suspended, withdrawn or none. iso3: code of the state's series."""
        held = _held(treaty, self.on, self.workspace).get(iso3)
        return "none" if held is None else held.status

    def status(self, treaty: str, iso3: str) -> Status:
        """The status with its day and source; for a state that did nothing under the treaty without them."""
        held = _held(treaty, self.on, self.workspace).get(iso3)
        return held or Status(treaty, "none", None, None, self.known_to(treaty), None, iso3)

    def known_to(self, treaty: str) -> date | None:
        """The last day up to which actions of all states are known, where that lies before the day; else None."""
        end = engine.known_to(treaty, self.workspace)
        return end if end is not None and end < self.on else None

    def source(self, treaty: str) -> str:
        """What the statuses of all states under a treaty rest on: the source that reaches furthest."""
        return _sources(self.workspace).get(treaty, "actions looked up one by one")


def book(on: date, workspace: Workspace) -> Book:
    """The statuses of a day; each treaty is read once a day and kept."""
    return Book(on, workspace)


@lru_cache(maxsize=1024)
def _held(treaty: str, on: date, workspace: Workspace) -> Mapping[str, Status]:
    return {one.iso3: one for one in engine.standings(treaty, on, workspace)}


@lru_cache(maxsize=4)
def _sources(workspace: Workspace) -> Mapping[str, str]:
    held = workspace.table(engine.ENDS).sort("ends")
    return dict(held.select("treaty", "source").iter_rows())
