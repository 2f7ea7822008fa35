"""The country's spells in an organisation, where it sits, and its members' uniformed persons in UN missions."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache

import polars as pl

from forestall.ids.months import format_month
from forestall.instruments.mediation.ranking import Reason
from forestall.instruments.partners.families import Family
from forestall.instruments.peacekeeping import contributors
from forestall.regional.membership import Membership, history
from forestall.regional.organisations import goes_on_as
from forestall.store import Workspace

SERIES = "ipi_month"
DISTANCES = "mediation_distances"
LEAST = 0.01
"""Share of all uniformed persons from which a contribution is worth a word."""


@lru_cache(maxsize=512)
def _history(workspace: Workspace, iso3: str) -> tuple[Membership, ...]:
    return history(iso3, workspace=workspace)


def spells(workspace: Workspace, iso3: str, on: date) -> Mapping[str, tuple[Membership, ...]]:
    """A country's standings begun by a day, oldest first, by the organisation's family, as known on the day."""
    found: dict[str, list[Membership]] = {}
    for one in _history(workspace, iso3):
        if one.since <= on:
            seen = one if one.until is None or one.until <= on else replace(one, until=None, until_precision=None)
            found.setdefault(goes_on_as().get(one.organisation, one.organisation), []).append(seen)
    return {family: tuple(sorted(held, key=lambda one: one.since)) for family, held in found.items()}


def seat(workspace: Workspace, family: Family, iso3: str, on: date) -> Reason | None:
    """Where an organisation sits, and how far that state's border is; None without a seat or a distance.

    The register knows one seat only, that of its last entry: an earlier one is not known.
    """
    of = family.about[0].seat
    if of is None or ", " not in of:
        return None
    city, _, state = of.rpartition(", ")
    source = "register of organisations; minimum distances of borders (mediation_distances)"
    if state == iso3:
        return Reason(f"its seat, {city}, is in the country", True, 0, "km", source, on.isoformat())
    km = _distances(workspace, on.year).get((iso3, state))
    if km is None:
        return None
    where = "next to it" if not km else f"{km:,} km away, border to border"
    return Reason(f"its seat, {city}, is in a state {where}", True, km, "km", source, on.isoformat())


def observer(family: Family, on: date) -> Reason | None:
    """Its status as an observer at the General Assembly on a day; None if the register has none by then."""
    for one in family.about:
        status = one.un_observer
        if status is not None and status.since <= on.isoformat():
            unseen = "" if status.checked else ", not looked up"
            text = f"observer at the UN General Assembly since {status.since} ({status.resolution}{unseen})"
            return Reason(text, True, status.since, "date", status.resolution, status.since)
    return None


@lru_cache(maxsize=16)
def _distances(workspace: Workspace, year: int) -> Mapping[tuple[str, str], int]:
    if DISTANCES not in workspace.names():
        return {}
    rows = workspace.table(DISTANCES).filter(
        pl.col("measured") == "border",
        pl.col("first_year") <= year,
        pl.col("last_year").is_null() | (pl.col("last_year") >= year),
    )
    return {(iso3, other): km for iso3, other, km in rows.select("iso3", "other", "km").drop_nulls().iter_rows()}


@lru_cache(maxsize=32)
def _persons(workspace: Workspace, on: date) -> tuple[int, Mapping[str, int]]:
    """The last month known on a day, and uniformed persons in UN missions in it by state."""
    rows = (
        workspace.table(contributors.MONTHS)
        .filter(pl.col("contributor_series") == SERIES, pl.col("month_id") <= contributors.last_known_month(on))
        .with_columns(persons=pl.sum_horizontal("contributed_troops", "contributed_police", "contributed_experts"))
    )
    if not rows.height:
        return 0, {}
    month = int(str(rows["month_id"].max()))
    totals = rows.filter(pl.col("month_id") == month).group_by("iso3").agg(pl.col("persons").sum())
    return month, dict(totals.iter_rows())


def contributed(workspace: Workspace, family: Family, on: date) -> Reason | None:
    """How many of the uniformed persons in UN missions came from an organisation's members, in the last month known."""
    month, persons = _persons(workspace, on)
    total = sum(persons.values())
    own = sum(persons.get(iso3, 0) for iso3 in family.members)
    if not total or own < LEAST * total:
        return None
    when = format_month(month)
    return Reason(
        f"its members had {own:,} of the {total:,} uniformed persons in UN missions in {when}",
        True,
        own,
        "persons",
        contributors.SERIES[SERIES].source,
        when,
    )
