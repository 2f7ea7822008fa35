"""What organisations have done in countries: operations they led, and roles they had in mediation, as of a day.

Three sources, never added up twice: operations in civil conflicts 1993-2016 (table `peace_operations`, Bara & Hultman
2020); operations before, after and of other kinds (operations.csv beside this module, each with its source); roles in
agreements, crises and processes (tables `mediation_events` and `mediation_roles`). The UN is no organisation here.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal

import polars as pl

from forestall.errors import StoreError
from forestall.ids.months import month_end
from forestall.instruments.peacekeeping import operations
from forestall.regional.membership import TABLE
from forestall.regional.organisations import goes_on_as
from forestall.store import Workspace

FILE = "operations.csv"
KNOWN_TO = date(2025, 6, 30)
"""Operations that began or ended later may be missing from operations.csv."""
OPERATIONS = (
    "Bara & Hultman (2020), operations 1993-01 to 2016-12, and our list of other operations from public documents, "
    f"known to {KNOWN_TO}"
)
ROLES = ("lead", "co-mediator", "facilitator", "mediator", "host", "guarantor", "witness", "signatory", "unknown")
"""Roles that count as a part in mediation: observers and supporters of talks do not."""
MILITARY = frozenset({None, "force", "observers", "enforcement", "hybrid"})
"""Forms of operations of armed forces or military observers; the data of Bara & Hultman give none."""
EVENTS, ROLES_TABLE = "mediation_events", "mediation_roles"
Kind = Literal["operation", "mediation"]


@dataclass(frozen=True, slots=True)
class Act:
    """Something that an organisation did in a country.

    organisation: acronym of the family. called: of the organisation itself at the time. first: the first day, or the
    first of the month or year as far as known. last: the last day; None while it goes on or where its end is not known;
    then open_to is the last day on which it is known to have been there. personnel: largest number reported in its
    whole course, persons, only once that is over or the series has ended. event: key of a process, whose phases are
    one, or of another event of mediation. form: of an operation of our list (force, observers, monitors, training,
    hybrid ...), of a part in mediation the role. police: whether it has only police. inside: whether the country had a
    standing in the organisation on the first day.
    """

    organisation: str
    called: str
    iso3: str
    kind: Kind
    what: str
    name: str
    first: date
    last: date | None
    open_to: date | None
    source: str
    looked_up: bool | None
    personnel: float | None = None
    event: str | None = None
    form: str | None = None
    police: bool = False
    inside: bool = True
    note: str | None = None

    def seen(self, on: date) -> "Act":
        """The act as it was known on a day on or after its first: a later end had not come."""
        over = self.last is not None and self.last <= on
        later = not over and on < KNOWN_TO
        return replace(
            self,
            last=self.last if over else None,
            open_to=None if self.open_to is None or on <= self.open_to else self.open_to,
            personnel=self.personnel if over or on > operations.LAST else None,
            note=None if later and self.kind == "operation" else self.note,
        )

    @property
    def armed(self) -> bool:
        """Whether it is an operation of armed forces or military observers, by what is known of it."""
        return self.kind == "operation" and not self.police and self.form in MILITARY

    def open(self, on: date) -> bool:
        """Whether it was going on, by what is known."""
        until = self.last or self.open_to
        return self.first <= on and (until is None or on <= until)


def all_acts(workspace: Workspace) -> tuple[Act, ...]:
    """All acts that are held, by first day, organisation and country. Raises StoreError if a table is missing."""
    return _ordered([*_operations(workspace), *_placed(workspace, _mediation(workspace, date.max))])


@lru_cache(maxsize=64)
def acts(workspace: Workspace, on: date) -> tuple[Act, ...]:
    """The acts that had begun by a day, as they were known then: a later phase of a process is not known."""
    led = (one.seen(on) for one in _operations(workspace) if one.first <= on)
    return _ordered([*led, *(one.seen(on) for one in _placed(workspace, _mediation(workspace, on)))])


def _ordered(found: Iterable[Act]) -> tuple[Act, ...]:
    return tuple(sorted(found, key=lambda one: (one.first, one.organisation, one.iso3, one.what, one.event or "")))


@lru_cache(maxsize=4)
def _operations(workspace: Workspace) -> tuple[Act, ...]:
    return tuple(_placed(workspace, _merged([*_listed(), *_recorded(workspace)])))


def _placed(workspace: Workspace, found: Iterable[Act]) -> Iterator[Act]:
    """The acts, each told whether the country had a standing in the organisation on its first day."""
    spells = _spells(workspace)
    for one in found:
        held = spells.get((one.organisation, one.iso3), ())
        yield replace(one, inside=any(first <= one.first <= last for first, last in held))


def in_country(workspace: Workspace, iso3: str, on: date) -> tuple[Act, ...]:
    """The acts in a country (code of its series) that had begun by a day, by first day."""
    return tuple(one for one in acts(workspace, on) if one.iso3 == iso3)


@lru_cache(maxsize=4)
def _spells(workspace: Workspace) -> dict[tuple[str, str], list[tuple[date, date]]]:
    """First and last days of every standing, by the organisation's family and state."""
    found: dict[tuple[str, str], list[tuple[date, date]]] = {}
    rows = workspace.table(TABLE).select("organisation", "iso3", "membership_from", "membership_until")
    for acronym, iso3, first, last in rows.iter_rows():
        found.setdefault((goes_on_as().get(acronym, acronym), iso3), []).append((first, last or date.max))
    return found


def _recorded(workspace: Workspace) -> list[Act]:
    frame = workspace.table(operations.TABLE).filter(~pl.col("is_un"))
    known = goes_on_as()
    found = []
    for iso3 in sorted(frame["iso3"].unique()):
        for one in operations.of_country(iso3, workspace=workspace):
            if one.is_un or one.led_by not in known:
                continue
            found.append(
                Act(
                    organisation=known[str(one.led_by)],
                    called=str(one.led_by),
                    iso3=iso3,
                    kind="operation",
                    what=one.operation,
                    name=one.name or one.operation,
                    first=one.first,
                    last=None if one.open_ended else one.last,
                    open_to=operations.LAST if one.open_ended else None,
                    source=operations.SOURCE,
                    looked_up=None,
                    personnel=one.personnel_max,
                    police=one.only_police,
                )
            )
    return found


@cache
def _listed() -> tuple[Act, ...]:
    try:
        text = files("forestall.instruments.partners").joinpath(FILE).read_text("utf-8")
        return tuple(_row(row) for row in csv.DictReader(text.splitlines()))
    except (OSError, KeyError, ValueError) as error:
        raise StoreError(f"the list of operations ({FILE}) cannot be read: {error}") from None


def _row(row: Mapping[str, str]) -> Act:
    return Act(
        organisation=goes_on_as()[row["organisation"]],
        called=row["organisation"],
        iso3=row["iso3"],
        kind="operation",
        what=row["operation"],
        name=row["name"],
        first=first_day(row["since"]),
        last=None if row["until"] in ("", "unknown") else last_day(row["until"]),
        open_to=first_day(row["since"]) if row["until"] == "unknown" else None,
        source=row["source"],
        looked_up=row["checked"] == "yes",
        form=row["kind"],
        police=row["kind"] == "police",
        note=row["note"] or None,
    )


def _merged(found: Iterable[Act]) -> list[Act]:
    """One act where both sources have the same operation in a country at once: our list, which comes first, says when
    it ended, the data how many persons it had."""
    kept: list[Act] = []
    for one in found:
        for at, other in enumerate(kept):
            same = (one.organisation, one.iso3, one.what) == (other.organisation, other.iso3, other.what)
            if same and _touch(one, other):
                # A state may change its number in the middle of an operation; our list knows the end better than data.
                told = other if other.form or _end(other) >= _end(one) else one
                kept[at] = replace(
                    other,
                    first=min(one.first, other.first),
                    last=told.last,
                    open_to=told.open_to,
                    source="; ".join(dict.fromkeys((other.source, one.source))),
                    form=other.form or one.form,
                    personnel=max((p for p in (one.personnel, other.personnel) if p is not None), default=None),
                )
                break
        else:
            kept.append(one)
    return kept


def _end(one: Act) -> date:
    return one.last or one.open_to or date.max


def _touch(one: Act, other: Act) -> bool:
    month = timedelta(days=31)
    return one.first - month <= _end(other) and other.first - month <= _end(one)


@lru_cache(maxsize=4)
def roles(workspace: Workspace) -> pl.DataFrame:
    """Roles of organisations in mediation: mediator, role, day, until, goes_on, looked_up, source, event_kind, name,
    iso3 (`;` between) and `talks`: the process, whose phases are one, or else the event. Empty without the tables."""
    if not {EVENTS, ROLES_TABLE} <= set(workspace.names()):
        return pl.DataFrame()
    events = workspace.table(EVENTS).filter(pl.col("iso3").is_not_null(), pl.col("event_kind") != "mission")
    talks = pl.when(pl.col("event_kind") == "process").then(pl.coalesce("process", "event")).otherwise("event")
    return (
        events.select("event", "event_kind", "name", "iso3", talks.alias("talks"))
        .join(workspace.table(ROLES_TABLE), on="event")
        .filter(pl.col("kind") == "organisation", pl.col("role").is_in(ROLES), pl.col("day").is_not_null())
        .sort("day", "event", "mediator", "role", "iso3", "until", "source")
    )


def _mediation(workspace: Workspace, on: date) -> list[Act]:
    known = goes_on_as()
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in roles(workspace).iter_rows(named=True):
        if row["day"] > on or row["mediator"] not in known:
            continue
        for iso3 in row["iso3"].split(";"):
            found.setdefault((row["talks"], iso3, known[row["mediator"]]), []).append(row)
    return [_talks(rows, talks, iso3, family) for (talks, iso3, family), rows in found.items()]


def _talks(rows: list[dict[str, Any]], talks: str, iso3: str, family: str) -> Act:
    """An organisation's roles in one process or event, as one act from the first to the last day of any."""
    first = rows[0]
    lasts = first["event_kind"] == "process"
    goes_on = any(row["goes_on"] for row in rows) and lasts
    ends = [row["until"] or row["day"] for row in rows]
    unknown = lasts and any(row["until"] is None for row in rows)
    return Act(
        organisation=family,
        called=first["mediator"],
        iso3=iso3,
        kind="mediation",
        what=first["event_kind"],
        name=first["name"],
        first=first["day"],
        last=None if goes_on or unknown else max(ends),
        open_to=max(ends) if unknown and not goes_on else None,
        source=first["source"],
        looked_up=first["looked_up"],
        event=talks,
        form=first["role"],
    )


def first_day(text: str) -> date:
    """The first day that an ISO day, month or year means."""
    return date.fromisoformat(text + "-01" * (2 - text.count("-")))


def last_day(text: str) -> date:
    """The last day that an ISO day, month or year means."""
    if text.count("-") == 2:
        return date.fromisoformat(text)
    first = first_day(text if "-" in text else f"{text}-12")
    return month_end((first.year - 1980) * 12 + first.month)
