"""Who covers which hot spot: countries in crisis by organisations, as a matrix of standing and of powers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from forestall.ids.months import format_month, month_end
from forestall.instruments.partners.crisis import crisis
from forestall.instruments.partners.families import families
from forestall.instruments.partners.standing import FORCE, POLITICAL, REACHES, Standing, standings
from forestall.panel.country_month import country_month, latest_month
from forestall.store import Workspace

VIOLENT = 25
"""Deaths recorded in twelve months from which a country is a hot spot."""


@dataclass(frozen=True, slots=True)
class Cover:
    """How an organisation stands to a hot spot.

    standing: the country's, "" if it has none. may_mediate, may_deploy: whether the register has a basis in force that
    reaches it: it has a standing there, or the organisation acts outside its members. acted: whether it has led an
    operation or had a part in mediation there.
    """

    organisation: str
    standing: str
    may_mediate: bool
    may_deploy: bool
    acted: bool


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A country and the organisations that cover it. deaths: recorded in the twelve months, None if not asked for."""

    gw_id: int
    iso3: str
    name: str
    deaths: float | None
    covers: tuple[Cover, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """An organisation of the matrix: hot spots of which it has a member, suspended or not; members anywhere."""

    organisation: str
    called: str
    name: str
    covered: int
    members: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """The matrix as of a day. columns: organisations that may mediate or deploy and have a member here or have acted
    here, those with most such hot spots first. months: in which
    the deaths were recorded, "" where countries were given. uncovered: hot spots without any organisation of these."""

    on: date
    months: str
    columns: tuple[Column, ...]
    rows: tuple[HotSpot, ...]
    uncovered: tuple[str, ...]


def hot_spots(workspace: Workspace, on: date) -> tuple[tuple[tuple[int, float], ...], str]:
    """Countries with `VIOLENT` deaths or more in the last twelve months recorded by a day, most deaths first, and the
    months. A country of which a month is not known counts with those that are."""
    month = latest_month(workspace)
    while month_end(month) > on:
        month -= 1
    panel = country_month(workspace, as_of=month)
    sums = np.nansum(panel.values[:, -12:], axis=1)
    order = np.argsort(-sums, kind="stable")
    found = tuple((int(panel.units[i]), float(sums[i])) for i in order if sums[i] >= VIOLENT)
    return found, f"{format_month(month - 11)}..{format_month(month)}"


def coverage(workspace: Workspace, on: date) -> Coverage:
    """The matrix of the hot spots of a day. Raises UsageError before the first month of deaths."""
    found, months = hot_spots(workspace, on)
    return of(workspace, on, found, months)


def of(workspace: Workspace, on: date, spots: Sequence[tuple[int, float | None]], months: str = "") -> Coverage:
    """The matrix of given countries: Gleditsch-Ward numbers, each with its deaths in `months` or None."""
    held = [(gw_id, deaths, crisis(workspace, gw_id, on)) for gw_id, deaths in spots]
    by_row = [{one.family.acronym: one for one in standings(workspace, at)} for _, _, at in held]
    named = {one.acronym: one for one in families(workspace, on)}
    counts = {name: sum(_stands(row.get(name)) for row in by_row) for name in named}
    able = [
        name
        for name, family in named.items()
        if (counts[name] or any(row[name].here for row in by_row))
        and {power.power for power in family.powers(on)} & (POLITICAL | FORCE)
    ]
    touched = {name: sum(_stands(row.get(name)) or bool(row[name].here) for row in by_row) for name in able}
    columns = sorted(able, key=lambda name: (-touched[name], -counts[name], len(named[name].members), name))
    rows = tuple(
        HotSpot(gw_id, at.iso3, at.name, deaths, tuple(_cover(row[name]) for name in columns))
        for (gw_id, deaths, at), row in zip(held, by_row, strict=True)
    )
    return Coverage(
        on=on,
        months=months,
        columns=tuple(
            Column(name, named[name].called, named[name].name, counts[name], len(named[name].members))
            for name in columns
        ),
        rows=rows,
        uncovered=tuple(
            row.iso3 for row in rows if not any(one.standing in ("member", "suspended") for one in row.covers)
        ),
    )


def _stands(one: Standing | None) -> bool:
    return one is not None and one.own in ("member", "suspended")


def _cover(one: Standing) -> Cover:
    return Cover(
        organisation=one.family.acronym,
        standing=one.own or "",
        may_mediate=one.reach > REACHES and bool(one.may & POLITICAL),
        may_deploy=one.reach > REACHES and bool(one.may & FORCE),
        acted=bool(one.here),
    )
