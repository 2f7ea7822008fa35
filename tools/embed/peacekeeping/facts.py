"""What stands in no file of the raw releases: kinds, hosts, founding documents and days of missions (missions.csv)."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FACTS = Path(__file__).with_name("missions.csv")
KINDS = ("peacekeeping", "political", "observer", "support", "office", "component", "guards")


@dataclass(frozen=True, slots=True)
class Fact:
    """One mission: what the list of missions lacks or has wrong, each day with its `source`.

    counted: among the operations of the UN's own list of peacekeeping operations since 1948. start, end: None where the
    list's date stands. hosts: (ISO3, first, last), None where the mission's own start or end is meant.
    """

    mission: str
    kind: str
    counted: bool
    name: str | None
    headquarters: str | None
    start: date | None
    end: date | None
    founding: str | None
    hosts: tuple[tuple[str, date | None, date | None], ...]
    source: str | None
    note: str | None


@cache
def facts() -> dict[str, Fact]:
    """The facts by mission. Raises ValueError on a kind that we don't have or a mission named twice."""
    found: dict[str, Fact] = {}
    with FACTS.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["kind"] not in KINDS or row["mission"] in found:
                raise ValueError(f"{FACTS.name}: {row['mission']!r}: kind {row['kind']!r} is unknown, or named twice")
            found[row["mission"]] = Fact(
                mission=row["mission"],
                kind=row["kind"],
                counted=row["counted"] == "1",
                name=row["name"] or None,
                headquarters=row["headquarters"] or None,
                start=day(row["start"]),
                end=day(row["end"]),
                founding=row["founding"] or None,
                hosts=tuple(host(text) for text in row["hosts"].split(";") if text),
                source=row["source"] or None,
                note=row["note"] or None,
            )
    return found


def host(text: str) -> tuple[str, date | None, date | None]:
    """`BIH@1992-06-08/1995-12-20` as (BIH, first, last); either day may be missing, and so may both."""
    iso3, _, days = text.partition("@")
    first, _, last = days.partition("/")
    return iso3, day(first), day(last)


def day(text: str) -> date | None:
    """A day, None for an empty field."""
    return date.fromisoformat(text) if text else None
