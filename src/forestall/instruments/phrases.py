"""How instruments say figures: no more certain than draws have earned, no false precision."""

import datetime
import math
from collections.abc import Sequence

MOST = 0.95


def percent(share: float) -> str:
    """A probability as a whole percentage with open ends; it claims no more than 95 %."""
    if share >= MOST:
        return f"≥{round(100 * MOST)} %"
    if share < 0.01:
        return "<1 %"
    return f"{round(100 * share)} %"


def count(value: float | None) -> str:
    """An estimated number of deaths to two significant figures: 1,450 becomes 1,500; under one as "fewer than 1"."""
    if value is None or math.isnan(value):
        return "not known"
    if value == 0:
        return "0"
    if value < 0.5:
        return "fewer than 1"
    if value < 10:
        return f"{max(1, round(value))}"
    step = 10 ** (math.floor(math.log10(value)) - 1)
    return f"{int(round(value / step) * step):,}"


def listing(items: Sequence[str]) -> str:
    """Items as English writes them: a, b and c."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + " and " + items[-1]


def day(date: datetime.date) -> str:
    """A day in prose: 12 November 1956."""
    return f"{date.day} {date:%B %Y}"


def months(number: float) -> str:
    """A number of months with its noun: 1 month, 2.5 months."""
    return f"{number:g} month{'' if number == 1 else 's'}"


def deaths(recorded: float) -> str:
    """A recorded number of deaths with its noun: no deaths, 1 death, 1,234 deaths."""
    number = round(recorded)
    return "no deaths" if number == 0 else f"{number:,} death{'' if number == 1 else 's'}"


def estimated_deaths(value: float) -> str:
    """An estimated number of deaths with its noun: fewer than 1 death, 1,500 deaths."""
    said = count(value)
    return f"{said} death{'' if said in {'1', 'fewer than 1'} else 's'}"
