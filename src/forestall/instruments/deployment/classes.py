"""Classes of team that a plan may choose from: name, cost, reach, how many there are at most."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from forestall.errors import UsageError
from forestall.instruments.deployment.given import text_of

LARGEST_FILE = 100_000
DEEPEST = 4
KEYS = {"name", "cost", "reach_km", "at_most"}
MOST = 10
LARGEST_NUMBER = 1e9
LEAST_DETOUR, MOST_DETOUR = 1.0, 3.0


@dataclass(frozen=True, slots=True)
class TeamClass:
    """One class of team. cost: in units of the budget. at_most: None for no limit."""

    name: str
    cost: float
    reach_km: float
    at_most: int | None = None


def by_road(classes: tuple[TeamClass, ...], detour: float) -> tuple[TeamClass, ...]:
    """Classes whose reach is a way by road, as ones whose reach is the straight way: shorter by the factor `detour`.

    Raises UsageError on a factor that is none: below 1 or above 3.
    """
    if not LEAST_DETOUR <= detour <= MOST_DETOUR:
        raise UsageError(
            f"a detour of {detour:g}: expected the length of a way by road over that of the straight one, "
            f"{LEAST_DETOUR:g} to {MOST_DETOUR:g}"
        )
    return tuple(replace(one, reach_km=one.reach_km / detour) for one in classes)


def read(path: Path) -> tuple[TeamClass, ...]:
    """Classes from a YAML list of {name, cost, reach_km, at_most}. Raises UsageError in one line on anything else."""
    text = text_of(path, LARGEST_FILE, "a YAML list of classes of team")
    try:
        _plain(text, path)
        document = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        raise UsageError(f"{path} is not readable as YAML in UTF-8: give a list of classes of team") from None
    if not isinstance(document, list) or not 1 <= len(document) <= MOST:
        raise UsageError(f"{path}: expected a list of 1 to {MOST} classes, each with name, cost and reach_km")
    found = tuple(_one(item, f"{path}, class {i}") for i, item in enumerate(document, 1))
    if len({one.name for one in found}) < len(found):
        raise UsageError(f"{path}: two classes have the same name")
    return found


def _plain(text: str, path: Path) -> None:
    """Refuse what a list of teams has no need of: aliases, which let a few lines stand for millions, and depth."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise UsageError(f"{path} uses YAML aliases (*name): write the parts out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise UsageError(f"{path} is nested too deep: give a YAML list of classes of team")


def _one(item: Any, where: str) -> TeamClass:
    if not isinstance(item, dict) or set(item) - KEYS or not {"name", "cost", "reach_km"} <= set(item):
        raise UsageError(f"{where}: expected name, cost and reach_km, and at_most if wanted; nothing else")
    if not isinstance(item["name"], str) or not 0 < len(item["name"]) <= 60 or not item["name"].isprintable():
        raise UsageError(f"{where}: the name is a short text")
    for key in ("cost", "reach_km"):
        value = item[key]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= LARGEST_NUMBER:
            raise UsageError(f"{where}: {key} is {str(value)[:40]}, expected a number above 0, at most 1e9")
    most = item.get("at_most")
    if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 0):
        raise UsageError(f"{where}: at_most is {most!r}, expected a whole number")
    return TeamClass(item["name"], float(item["cost"]), float(item["reach_km"]), most)
