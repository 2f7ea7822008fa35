"""The chance that an organisation begins an operation or a part in mediation in the country within five years.

A logistic weighting of the five components of standing (file chances.json, made by benchmarks/partners.py, which says
how it fared). A day uses the weights learned from windows of five years that had ended before it; before 2005 there are
none. Intervals come from weights learned on resampled countries.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from forestall.errors import StoreError
from forestall.instruments.partners.standing import Standing

FILE = "chances.json"
YEARS_AHEAD = 5
LEVEL = 0.8
HIGH = 0.5
BEST = "learned, five components"


@dataclass(frozen=True, slots=True)
class Chance:
    """A chance, 0 to 1, with its interval of 80 %. cases: countries and five-year windows that it was learned from."""

    value: float
    low: float
    high: float
    cases: int


@dataclass(frozen=True, slots=True)
class Fared:
    """How an order did on windows from 2005 to 2024 that the learned one had not seen.

    order: rule, learned or a baseline. cases: those in which any organisation acted. hit1, hit3: share of them in which
    the first, or one of the first three, acted, with the Wilson interval of 95 %. mrr: mean reciprocal rank.
    """

    order: str
    cases: int
    hit1: float
    hit1_low: float
    hit1_high: float
    hit3: float
    hit3_low: float
    hit3_high: float
    mrr: float


def chance(one: Standing, on: date) -> Chance | None:
    """The chance for an organisation as of a day; None before 2005, when no window had ended to learn from."""
    held = _cut(on)
    if held is None:
        return None
    at = one.components()
    draws = sorted(_logistic(weights, at) for weights in held["resampled"])
    value = _logistic(held["weights"], at)
    low, high = (_quantile(draws, share) for share in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    return Chance(value, min(low, value), max(high, value), held["cases"])


def fared(new: bool = False) -> tuple[Fared, ...]:
    """How the orders fared; new: only on organisations that had done nothing in the country before."""
    rows = _held()["scores"][f"all acts, test, {'new entrants' if new else 'any'}"]
    return tuple(
        Fared(
            name,
            one["cases"],
            one["hit1"]["share"],
            one["hit1"]["low"],
            one["hit1"]["high"],
            one["hit3"]["share"],
            one["hit3"]["low"],
            one["hit3"]["high"],
            one["mrr"],
        )
        for name, one in rows.items()
        if isinstance(one, dict)
    )


def high() -> tuple[int, int]:
    """Of organisations with a chance of a half or more in windows from 2005 to 2024: how many acted, of how many."""
    row = next(one for one in _held()["calibration"] if one.get("from") == HIGH)
    return row["acted"], row["organisations"]


def _logistic(weights: Sequence[float], at: Sequence[float]) -> float:
    log_odds = weights[0] + sum(weight * value for weight, value in zip(weights[1:], at, strict=True))
    return 1 / (1 + math.exp(-log_odds))


def _quantile(ascending: Sequence[float], share: float) -> float:
    at = share * (len(ascending) - 1)
    below = math.floor(at)
    above = min(below + 1, len(ascending) - 1)
    return ascending[below] + (at - below) * (ascending[above] - ascending[below])


@cache
def _cut(on: date) -> Mapping[str, Any] | None:
    cuts = _held()["cuts"]
    past = [year for year in cuts if int(year) <= on.year]
    return cuts[max(past, key=int)] if past else None


@cache
def _held() -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = json.loads(files("forestall.instruments.partners").joinpath(FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"the weights of organisations ({FILE}) cannot be read: {error}") from None
    return found
