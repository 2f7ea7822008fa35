"""What a possible mediator has at stake in a conflict, or can bring: people it hosts, operations there, its economy.

Read as of a day: refugees of a year count as known from the year after; an operation's later months are not seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from forestall.ids.months import month_of
from forestall.regional.organisations import goes_on_as
from forestall.store import Workspace

if TYPE_CHECKING:
    import numpy.typing as npt

RECENT_MONTHS = 24
"""An operation that ended within so many months before the day still counts as presence."""
LED_AS = {"WEU": "EU"}
"""An organisation that led operations and whose work another took up without being its successor in the register."""


@dataclass(frozen=True, slots=True, eq=False)
class Stakes:
    """What holds on a day. hosted: refugees by (origin, asylum). hosted_year: the year they speak of, None if none.

    leads: organisations with an operation in a country now or lately, by country. economy: log of GDP in US dollars by
    state, newest published.
    """

    hosted: Mapping[tuple[str, str], int]
    hosted_year: int | None
    leads: Mapping[str, frozenset[str]]
    economy: Mapping[str, float]

    def refugees(self, own: frozenset[str], state: str) -> int:
        """Refugees from any of these countries in a state."""
        return sum(self.hosted.get((one, state), 0) for one in own)

    def present(self, own: frozenset[str]) -> frozenset[str]:
        """Organisations with an operation in any of these countries."""
        return frozenset().union(*(self.leads.get(one, frozenset()) for one in own))


def stakes(workspace: Workspace, on: date) -> Stakes:
    """The stakes as of a day. Raises StoreError if a table is missing."""
    held = workspace.table("mediation_refugees").filter(pl.col("year") < on.year)
    year = max(held["year"].to_list(), default=None)
    hosted = {
        (origin, asylum): persons
        for origin, asylum, persons in held.filter(pl.col("year") == (year or 0))
        .select("iso3", "asylum", "refugees")
        .iter_rows()
    }
    return Stakes(hosted, year, _leads(workspace, on), _economy(workspace, on))


def _leads(workspace: Workspace, on: date) -> Mapping[str, frozenset[str]]:
    month = month_of(on)
    found: dict[str, set[str]] = {}
    for led, iso3 in (
        workspace.table("peace_operations")
        .filter(
            (pl.col("spell_first_month") < month)
            & (pl.col("spell_last_month").is_null() | (pl.col("spell_last_month") >= month - RECENT_MONTHS))
            & pl.col("led_by").is_not_null()
        )
        .select("led_by", "iso3")
        .iter_rows()
    ):
        found.setdefault(iso3, set()).add(LED_AS.get(led) or goes_on_as().get(led, led))
    missions = workspace.table("peace_mission_hosts").filter(
        (pl.col("first") < on) & (pl.col("last").is_null() | (pl.col("last") >= on))
    )
    for iso3 in missions["iso3"].to_list():
        found.setdefault(iso3, set()).add("UN")
    return {iso3: frozenset(led) for iso3, led in found.items()}


def _economy(workspace: Workspace, on: date) -> Mapping[str, float]:
    rows = (
        workspace.table("council_measures")
        .filter((pl.col("measure") == "gdp") & (pl.col("value") > 0) & (pl.col("published") <= on))
        .sort("year")
        .group_by("iso3", maintain_order=True)
        .last()
    )
    return {iso3: float(np.log(value)) for iso3, value in rows.select("iso3", "value").iter_rows()}


def relative(economy: Mapping[str, float], states: "tuple[str, ...]") -> "npt.NDArray[np.float64]":
    """Log GDP less its median over these states, (n,); 0 where it is not known."""
    raw = np.array([economy.get(one, np.nan) for one in states])
    if not np.isfinite(raw).any():
        return np.zeros(len(states))
    return np.asarray(np.nan_to_num(raw - np.nanmedian(raw), nan=0.0))
