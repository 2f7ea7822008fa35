"""The hand-made registers of processes of talks (processes_*.csv beside this module), read strictly.

A register has one row a process, mediator and spell of a role. Roles that began on the same day make one event, so that
who joined later is not known earlier; events of one process share its id in the column `process`.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from forestall.errors import SourceError, UnknownCountryError
from forestall.ids import countries
from tools.embed.mediation.days import Day, read

FOLDER = Path(__file__).parent
REGISTERS = ("africa", "mena_europe", "asia_americas")
COLUMNS = (
    *("process", "name", "iso3", "conflict_ids", "mediator", "kind", "role", "since", "until", "ongoing"),
    *("outcome", "source", "checked", "note"),
)
KINDS = ("state", "organisation", "ngo")
ROLES = ("lead", "co-mediator", "facilitator", "host", "guarantor", "witness", "supporter")
OUTCOMES = ("agreement", "ceasefire", "partial", "none", "ongoing", "unknown")

Resolve = Callable[[str], tuple[str, str] | None]
"""From a name or key to (key, kind) of a known mediator, or None."""


@dataclass(frozen=True, slots=True)
class Spell:
    """One row: a mediator's role in a process. resolved: whether `mediator` is a key that names.resolve knows."""

    process: str
    name: str
    iso3: tuple[str, ...]
    conflict_ids: tuple[str, ...]
    mediator: str
    kind: str
    role: str
    since: Day
    until: Day | None
    goes_on: bool
    outcome: str
    source: str
    checked: bool
    resolved: bool


def spells(resolve: Resolve) -> list[Spell]:
    """All rows of the registers that are there, by process and day.

    Raises SourceError for a row that breaks a rule. A mediator nobody knows stays, marked as not resolved.
    """
    found = []
    for register in REGISTERS:
        path = FOLDER / f"processes_{register}.csv"
        if not path.is_file():
            continue
        with path.open(encoding="utf-8", newline="") as handle:
            rows = csv.DictReader(handle)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise SourceError(f"{path.name} has the columns {rows.fieldnames}, expected {', '.join(COLUMNS)}")
            found += [_spell(row, f"{path.name} line {rows.line_num}", resolve) for row in rows]
    return sorted(found, key=lambda one: (one.process, one.since.last, one.mediator, one.role))


def _spell(row: Mapping[str, str], where: str, resolve: Resolve) -> Spell:
    for column, allowed in (("kind", KINDS), ("role", ROLES), ("outcome", OUTCOMES), ("checked", ("yes", "no"))):
        if row[column] not in allowed:
            raise SourceError(f"{where}: {column} {row[column]!r} is none of {', '.join(allowed)}")
    since, until = read(row["since"], where), read(row["until"], where)
    if since is None:
        raise SourceError(f"{where}: no first day")
    if until is not None and until.last < since.last:
        if until.last < since.first:
            raise SourceError(f"{where}: ends {until.last} before it begins {since.first}")
        since = Day(until.last, since.precision)  # began in 2019 and ended in June of it: by June at the latest
    iso3 = tuple(code.strip() for code in row["iso3"].split(";") if code.strip())
    for code in iso3:
        try:
            countries.by_iso3(code)
        except UnknownCountryError as error:
            raise SourceError(f"{where}: {error}") from error
    known = resolve(row["mediator"])
    return Spell(
        process=row["process"].strip(),
        name=row["name"].strip(),
        iso3=iso3,
        conflict_ids=tuple(part.strip() for part in row["conflict_ids"].split(";") if part.strip()),
        mediator=known[0] if known else row["mediator"].strip(),
        kind=known[1] if known else row["kind"],
        role=row["role"],
        since=since,
        until=None if row["ongoing"] == "yes" else until,
        goes_on=row["ongoing"] == "yes",
        outcome=row["outcome"],
        source=row["source"].strip(),
        checked=row["checked"] == "yes",
        resolved=known is not None,
    )
