"""Reasons, remembered: unchanged figures and an unchanged ensemble cost one file read instead of fits.

The first country costs nearly as much as all of them, so the reasons of all are worked out together and kept in one
file of the workspace's cache folder. Its name is the digest of all that they follow from.
"""

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

from forestall.errors import ForestallError
from forestall.forecast import analogues, edition, explain, explain_parts
from forestall.forecast.analogues import Case
from forestall.forecast.explain import CASES, STEPS, Driver, Drivers, Reasons
from forestall.forecast.explain_change import Change, Split, changes
from forestall.forecast.models import forestall
from forestall.panel.frame import Panel
from forestall.store import files

# Changes when what a cached file means changes.
FORMAT = 1
KEPT = 12  # files of 2 MB


def run(panel: Panel, cache_dir: Path | None = None) -> Mapping[int, Reasons]:
    """The reasons of every unit of a panel, by unit; from the cache if the very same question was asked before.

    The change is the one since the edition of a month before, made from today's figures (`Panel.cut`): an earlier
    release is usually not at hand, and `Change.note` says so. cache_dir: a folder for files that can be made again
    (`Workspace.cache_dir`); None keeps nothing. A cache that cannot be written or read costs time, never a result.
    """
    asked = key(panel)
    shipped = edition.reasons(asked)
    if shipped is not None:
        return {unit: _read(one) for unit, one in _by_unit(shipped).items()}
    path = None if cache_dir is None else cache_dir / "reasons" / f"{asked}.json"
    if path is not None and path.is_file():
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            held = {unit: _read(one) for unit, one in _by_unit(json.loads(path.read_text("utf-8"))).items()}
            if set(held) == {int(unit) for unit in panel.units}:
                return held
    found = work_out(panel)
    if path is not None:
        with contextlib.suppress(OSError, ForestallError):
            # NaN stands as Python writes it: nobody but this module reads the file.
            files.write(path, json.dumps(document(found)).encode())
            _prune(path.parent)
    return found


def work_out(panel: Panel) -> dict[int, Reasons]:
    """The reasons of every unit, worked out together. A panel of one month has no change."""
    drivers = explain.drivers(panel)
    moved: Mapping[int, Change] = {}
    if panel.months.size > 1:
        moved = changes(panel.cut(panel.as_of - 1), panel)
    return {
        unit: Reasons(unit, drivers[unit], tuple(analogues.similar(panel, unit, k=CASES)), moved.get(unit))
        for unit in (int(each) for each in panel.units)
    }


def document(found: Mapping[int, Reasons]) -> list[dict[str, Any]]:
    """Reasons as plain values."""
    return [asdict(one) for one in found.values()]


def key(panel: Panel) -> str:
    """sha256 of all that the reasons follow from: the panel, the ensemble with its weights, and how it is explained."""
    record = (resources.files("forestall") / "data" / forestall.RECORD).read_bytes()
    asked: dict[str, Any] = {
        "format": FORMAT,
        "version": [forestall.VERSION, explain_parts.VERSION, analogues.VERSION],
        "ensemble": hashlib.sha256(record).hexdigest(),
        "steps": STEPS,
        "panel": panel.digest,
        "as_of": panel.as_of,
        "known_on": None if panel.known_on is None else panel.known_on.isoformat(),
        "target": panel.target,
        "unit_key": panel.unit_key,
        "units": hashlib.sha256(panel.units.tobytes()).hexdigest(),
        "iso3": panel.iso3,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _by_unit(held: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {int(one["unit"]): one for one in held}


def _read(one: dict[str, Any]) -> Reasons:
    """Raises KeyError or TypeError if this does not hold a unit's reasons."""
    change = one["change"]
    if change is not None:
        splits = {"deaths": Split(**change["deaths"]), "p25": Split(**change["p25"])}
        change = Change(**{**change, **splits, "months": tuple(change["months"])})
    return Reasons(
        unit=one["unit"],
        horizons=tuple(_drivers(each) for each in one["horizons"]),
        cases=tuple(
            Case(**{**case, "before": tuple(case["before"]), "after": tuple(case["after"])}) for case in one["cases"]
        ),
        change=change,
    )


def _drivers(one: dict[str, Any]) -> Drivers:
    lists = {name: tuple(Driver(**each) for each in one[name]) for name in ("drivers", "withheld", "small")}
    return Drivers(**{**one, **lists})


def _prune(folder: Path) -> None:
    """Keep the newest files only."""
    held = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in held[KEPT:]:
        path.unlink(missing_ok=True)
