"""Which resolutions of the Security Council on a country name an organisation, or an operation of it, in their title.

Titles only, from table `council_resolutions`: a resolution may speak of an organisation at length without it, so counts
are the least there are.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

import polars as pl

from forestall.instruments.partners.acts import Act
from forestall.regional.organisations import goes_on_as, register
from forestall.store import Workspace

TABLE = "council_resolutions"
SINCE = date(1989, 1, 1)
SOURCE = "titles of resolutions, UN Digital Library (council_resolutions)"
SHORTEST = 4
"""Letters from which a word of capitals is taken for an acronym by itself: CIS, EU and AU are other words too."""
PAIRED = re.compile(r"\b(AU|EU|OAU|OAS|EC)[/-]UN\b|\bUN[/-](AU|EU|OAU|OAS|EC)\b|\bAfrican-led\b")


@dataclass(frozen=True, slots=True)
class Named:
    """Resolutions on a country that name an organisation in the title. last: symbol of the newest, and its day."""

    organisation: str
    resolutions: int
    first: date
    last: date
    last_symbol: str


def resolutions(workspace: Workspace, iso3: str, led: Iterable[Act], on: date) -> tuple[Named, ...]:
    """By organisation, resolutions from 1989 to a day; led: its operations in the country, whose names count too."""
    rows = _titles(workspace).filter(
        pl.col("countries").str.split(" ").list.contains(iso3), pl.col("date") <= on, pl.col("date") >= SINCE
    )
    if not rows.height:
        return ()
    of_operations: dict[str, set[str]] = {}
    for act in led:
        if act.kind == "operation" and len(act.what) >= SHORTEST:
            of_operations.setdefault(act.organisation, set()).add(act.what)
    found: dict[str, list[tuple[date, str]]] = {}
    for symbol, day, title in rows.select("symbol", "date", "title").sort("date").iter_rows():
        for family in _who(title, of_operations):
            found.setdefault(family, []).append((day, symbol))
    return tuple(
        Named(family, len(held), held[0][0], held[-1][0], held[-1][1])
        for family, held in sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    )


def last_day(workspace: Workspace) -> date:
    """The day of the newest resolution that is held."""
    newest = _titles(workspace)["date"].max()
    return newest if isinstance(newest, date) else SINCE


@lru_cache(maxsize=2)
def _titles(workspace: Workspace) -> pl.DataFrame:
    rows: pl.DataFrame = workspace.table(TABLE)
    return rows.select("symbol", "date", "title", "countries").drop_nulls(("date", "title", "countries"))


def _who(title: str, of_operations: dict[str, set[str]]) -> frozenset[str]:
    lower = title.lower()
    found = {family for spelling, family in _spellings() if spelling in lower}
    for family, names in of_operations.items():
        if any(re.search(rf"\b{re.escape(name)}\b", title, re.IGNORECASE) for name in names):
            found.add(family)
    for match in PAIRED.finditer(title):
        acronym = match[1] or match[2] or "AU"
        found.add(goes_on_as()[acronym])
    words = set(re.findall(r"\b[A-Z][A-Z-]+\b", title))
    found |= {family for acronym, family in goes_on_as().items() if len(acronym) >= SHORTEST and acronym in words}
    return frozenset(found)


@cache
def _spellings() -> Sequence[tuple[str, str]]:
    """Names of more than one word, in small letters, with their family."""
    return [
        (spelling.lower(), goes_on_as()[one.acronym])
        for one in register().values()
        for spelling in (one.name, *one.aliases)
        if " " in spelling.strip() and len(spelling) > 2 * SHORTEST and "(" not in spelling
    ]
