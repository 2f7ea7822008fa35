"""Who has had a role in a country's conflicts before: counts, the last ones, and talks that are going on."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.instruments.mediation.record import Record
from forestall.instruments.mediation.third_parties.lexicon import actors

KINDS = ("agreement", "process", "crisis", "mission")


@dataclass(frozen=True, slots=True)
class Talks:
    """An agreement, a process of talks or a crisis.

    since: when it was signed or began, written as precisely as it is known. mediators: names of all who had a role by
    then; of talks that go on, those whose role goes on. sources: of the roles.
    """

    kind: str
    name: str
    since: str
    mediators: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Here:
    """The record of third parties in a country as of a day.

    counts: agreements, processes of talks, crises and UN political missions on record, whether or not a third party is
    known (a process counts once). often: names of third parties with the number of agreements, processes and crises
    they had a role in, most first. last: the one in which a role was taken last, None if no third party is known.
    running: processes in which a role goes on, the newest roles first. unresolved: names of third parties in the
    sources that no state or organisation could be found for. ends: series and the last day each covers, not after the
    day asked about.
    """

    counts: tuple[tuple[str, int], ...]
    first: date | None
    often: tuple[tuple[str, int], ...]
    last: Talks | None
    running: tuple[Talks, ...]
    unresolved: int
    ends: tuple[tuple[str, date], ...]


def here(record: Record, iso3: str) -> Here:
    """The record of a country, by the code of its series."""
    # Roles of one process that began on different days are events of their own: they count once.
    process = pl.col("event_kind") == "process"
    events = record.of(iso3).with_columns(unit=pl.when(process).then("process").otherwise("event"))
    number = dict(events.group_by("event_kind").agg(pl.col("unit").n_unique()).iter_rows())
    talks = events.filter(pl.col("event_kind") != "mission").sort("day", "event")
    roles = record.roles.join(talks.select("event", "unit"), on="event")
    often = Counter(key for key, _ in roles.select("mediator", "unit").unique().iter_rows())
    taken = talks.filter(pl.col("event").is_in(roles["event"].implode()))
    going = roles.filter(pl.col("goes_on")).join(talks.filter(process).select("event"), on="event", how="semi")
    newest = dict.fromkeys(reversed(going.sort("day", "event")["unit"].to_list()))
    return Here(
        counts=tuple((kind, int(number.get(kind, 0))) for kind in KINDS),
        first=None if talks.is_empty() else talks["day"][0],
        often=tuple((named(key), n) for key, n in sorted(often.items(), key=lambda pair: (-pair[1], pair[0]))),
        last=None if taken.is_empty() else _talks(talks, roles, taken["unit"][-1]),
        running=tuple(_talks(talks, going, unit) for unit in newest),
        unresolved=int(talks["unresolved"].sum()),
        ends=tuple((series, min(day, record.on)) for series, day in record.ends),
    )


def named(key: str) -> str:
    """The name of a third party by its key; the key itself where the lexicon has none."""
    held = actors().get(key)
    return key if held is None else held.name


def _talks(events: pl.DataFrame, roles: pl.DataFrame, unit: str) -> Talks:
    first = events.filter(pl.col("unit") == unit).row(0, named=True)
    held = roles.filter(pl.col("unit") == unit).sort("day", "mediator", "role")
    return Talks(
        kind=first["event_kind"],
        name=first["name"],
        since=first["day"].isoformat()[: {"year": 4, "month": 7}.get(first["from_precision"], 10)],
        mediators=tuple(dict.fromkeys(named(key) for key in held["mediator"])),
        sources=tuple(dict.fromkeys(held["source"])) or (first["source"],),
    )
