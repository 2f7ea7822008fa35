"""When two states last were in a crisis or an armed conflict with each other: table mediation_ties.

Crises are those of ICB in which one was the source of the threat to the other, conflicts those of UCDP in which they
stood on opposite sides, supporters among them. docs/sources/mediation-ties.md gives sources and limits.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import polars as pl

from forestall.ids import countries
from forestall.store import Workspace

TABLE = "mediation_ties"
CRISES_END, CONFLICTS_END = 2017, 2024
"""Last years of ICB and UCDP/PRIO, as in forestall.instruments.mediation.ties, which is slow to load for two years."""
RIVAL_YEARS = 15
"""A pair is rival in the years after a shared crisis or conflict, so many; as there."""


def ends(on: date) -> tuple[int, int]:
    """Last years of crises and of conflicts that an answer for a day rests on."""
    return min(CRISES_END, on.year - 1), min(CONFLICTS_END, on.year - 1)


def rivalries(workspace: Workspace, on: date) -> Mapping[tuple[str, str], tuple[int | None, int | None]]:
    """By pair of codes in order, newest years before that of a day with a crisis and with a conflict, None without."""
    return _by_pair(workspace, on.year - 1)


def last_rivalry(iso3: str, other: str, on: date, workspace: Workspace | None = None) -> tuple[int | None, int | None]:
    """Newest years before that of a day with a crisis and with an armed conflict between two states, None without.

    A year counts from the first of January after it. Raises as `forestall.ids.countries.by_iso3`.
    """
    one, two = sorted(countries.by_iso3(code, on).series_iso3 for code in (iso3, other))
    return rivalries(workspace or Workspace.open(), on).get((one, two), (None, None))


@lru_cache(maxsize=8)
def _by_pair(workspace: Workspace, known: int) -> Mapping[tuple[str, str], tuple[int | None, int | None]]:
    rows = (
        workspace.table(TABLE)
        .filter(pl.col("tie").is_in(("crisis_rivalry", "interstate_conflict")), pl.col("first_year") <= known)
        .with_columns(pl.min_horizontal("last_year", pl.lit(known)).alias("newest"))
        .group_by(
            pl.min_horizontal("iso3", "other").alias("one"), pl.max_horizontal("iso3", "other").alias("two"), "tie"
        )
        .agg(pl.col("newest").max())
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for one, two, tie, newest in rows.select("one", "two", "tie", "newest").iter_rows():
        found.setdefault((one, two), {})[tie] = newest
    return {pair: (of.get("crisis_rivalry"), of.get("interstate_conflict")) for pair, of in found.items()}
