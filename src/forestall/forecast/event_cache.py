"""Event probabilities, remembered: an unchanged panel and unchanged tables cost one file read instead of a fit.

The file is small JSON in the workspace's cache folder. Its name is the digest of all that the probabilities follow
from: the panel, the version of the event models, and the content of every table that those could read.
"""

import contextlib
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from forestall.errors import ForestallError
from forestall.forecast import edition, events
from forestall.forecast.event_definitions import EVENTS
from forestall.forecast.events import EventForecast, Training
from forestall.panel.frame import Panel
from forestall.store import Workspace, files

# Changes when what a cached file means changes.
FORMAT = 1
KEPT = 48
UNREAD = frozenset({"skill", "alert_record", "ucdp_cell_year", "ucdp_cell_month", "land_cells"})
"""Tables of our own measurements and of cells, which no event model reads."""
UNREAD_ROOMS = (
    "council_",
    "un_",
    "peace_",
    "place_",
    "regional_",
    "mediation_",
    "treaty_",
    "nuclear_",
    "weapons_",
    "pax_",
    "sipri_",
)
"""How the names of tables begin that other rooms read and no event model does."""


def run(panel: Panel, workspace: Workspace) -> EventForecast:
    """`events.probabilities` of a panel, from the workspace's cache if the very same question was asked before.

    A cache that cannot be written or read costs time, never a result. Raises as `events.probabilities` does.
    """
    asked = key(panel, workspace)
    shipped = edition.events(asked)
    if shipped is not None:
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return _read(shipped, panel)
    path = workspace.cache_dir / "events" / f"{asked}.json"
    if path.is_file():
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return _read(json.loads(path.read_text("utf-8")), panel)
    found = events.probabilities(panel, workspace)
    with contextlib.suppress(OSError, ForestallError):
        files.write(path, json.dumps(document(found), allow_nan=False).encode())
        _prune(path.parent)
    return found


def key(panel: Panel, workspace: Workspace) -> str:
    """sha256 of all that the probabilities follow from."""
    asked: dict[str, Any] = {
        "format": FORMAT,
        "version": events.VERSION,
        "events": [asdict(event) for event in EVENTS],
        "panel": panel.digest,
        "as_of": panel.as_of,
        "known_on": None if panel.known_on is None else panel.known_on.isoformat(),
        "target": panel.target,
        "unit_key": panel.unit_key,
        "units": hashlib.sha256(panel.units.tobytes()).hexdigest(),
        "embedded": {
            name: table.sha256
            for name, table in workspace.manifest().tables.items()
            if name not in UNREAD and not name.startswith(UNREAD_ROOMS)
        },
        "added": [
            [*entry.key, entry.sha256]
            for entry in workspace.catalogue().entries
            if not entry.row.table.startswith(UNREAD_ROOMS)
        ],
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def document(found: EventForecast) -> dict[str, Any]:
    """Event probabilities as plain values, null where not defined."""
    values = [[None if np.isnan(value) else float(value) for value in row] for row in found.values]
    return {
        "units": found.units.tolist(),
        "panel_digest": found.panel_digest,
        "values": values,
        "training": [asdict(record) for record in found.training],
    }


def _read(held: dict[str, Any], panel: Panel) -> EventForecast:
    """Raises ValueError, KeyError or TypeError if the file does not hold the panel's probabilities."""
    if held["units"] != panel.units.tolist() or held["panel_digest"] != panel.digest:
        raise ValueError("these are probabilities of another panel")
    return EventForecast(
        units=panel.units.copy(),
        iso3=panel.iso3,
        events=EVENTS,
        values=np.array([[np.nan if value is None else value for value in row] for row in held["values"]]),
        as_of=panel.as_of,
        target=panel.target,
        unit_key=panel.unit_key,
        panel_digest=panel.digest,
        training=tuple(Training(**record) for record in held["training"]),
    )


def _prune(folder: Path) -> None:
    """Keep the newest files only."""
    held = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in held[KEPT:]:
        path.unlink(missing_ok=True)
