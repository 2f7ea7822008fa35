"""Who the third parties of UCDP's agreements were, by its own texts, read with the parser of third parties.

The list of third parties (pa_3rd) comes first; the comment on it (c_3rd) tells roles, and who they were where the list
is blank. Corrections by hand, after reading every list beside what the parser made of it, stand in
third_parties_corrections.csv: keys of states and organisations only. The texts are not stored: they name persons.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from forestall.errors import SourceError
from forestall.instruments.mediation.third_parties.parse import parse
from tools.embed.mediation.accords import Told

CORRECTIONS = Path(__file__).with_name("third_parties_corrections.csv")
WHAT = ("add", "drop", "resolved", "unresolved")
UNKNOWN = "unknown"
TOLD = {
    "mediator": re.compile(r"mediat|facilitat(?!e the implementation)|broker|good offices|auspices|sponsor", re.I),
    "host": re.compile(r"\bhost|signed in|held in", re.I),
    "guarantor": re.compile(r"guarant", re.I),
    "witness": re.compile(r"witness|presence", re.I),
}
"""Roles that the comment may add to an actor of the list, where the words it stands in say so themselves."""
Correction = tuple[str, str, str, str, str]
"""What to do, with which key, kind and role, and why."""


@dataclass(frozen=True, slots=True)
class Third:
    """roles: (key, kind, role). domestic, persons: counts. unresolved: pieces of text that nobody could place."""

    roles: tuple[tuple[str, str, str], ...]
    domestic: int
    persons: int
    unresolved: tuple[str, ...]


@cache
def corrections() -> dict[int, tuple[Correction, ...]]:
    """By agreement: (what, key, kind, role). what: add, drop (one role, or all where none is given), resolved (no text
    is left over) or unresolved (one more third party that has no key)."""
    found: dict[int, list[Correction]] = {}
    with CORRECTIONS.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["what"] not in WHAT:
                raise SourceError(f"{CORRECTIONS.name}: {row['what']!r} is none of {', '.join(WHAT)}")
            found.setdefault(int(row["agreement_id"]), []).append(
                (row["what"], row["key"], row["kind"], row["role"], row["note"])
            )
    return {number: tuple(rows) for number, rows in found.items()}


def parsed(told: Told, own: frozenset[str], on: date) -> Third:
    """What the parser makes of the texts, before corrections by hand."""
    listed, comment = parse(told.third, own, on), parse(told.comment, own, on)
    roles: dict[tuple[str, str], set[str]] = {}
    for one in listed.actors:
        roles.setdefault((one.key, one.kind), set()).add(one.role)
    for one in comment.actors:
        key, said = (one.key, one.kind), TOLD.get(one.role)
        if told.third and key in roles and said is not None and said.search(one.segment):
            roles[key].add(one.role)
        elif not told.third and one.role != UNKNOWN:
            roles.setdefault(key, set()).add(one.role)
    counted = listed if told.third else comment
    return Third(_flat(roles), counted.domestic, counted.persons, listed.unresolved)


def of(agreement: int, told: Told, own: frozenset[str], on: date) -> Third:
    """The third parties of an agreement. own: ISO3 codes of the states whose conflict it is. on: its day."""
    found = parsed(told, own, on)
    held: dict[tuple[str, str], set[str]] = {}
    for key, kind, role in found.roles:
        held.setdefault((key, kind), set()).add(role)
    unresolved = found.unresolved
    for what, key, kind, role, note in corrections().get(agreement, ()):
        if what == "add":
            held.setdefault((key, kind), set()).add(role)
        elif what == "drop":
            for one in [one for one in held if one[0] == key]:
                held[one] = (held[one] - {role} or {UNKNOWN}) if role else set()
        else:
            unresolved = () if what == "resolved" else (*unresolved, note)
    return Third(_flat(held), found.domestic, found.persons, unresolved)


def _flat(roles: Mapping[tuple[str, str], set[str]]) -> tuple[tuple[str, str, str], ...]:
    """(key, kind, role), sorted; "unknown" only where no role is told."""
    told = {key: (held - {UNKNOWN}) or held for key, held in roles.items()}
    return tuple((key, kind, role) for (key, kind), held in sorted(told.items()) for role in sorted(held))
