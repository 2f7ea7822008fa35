"""The record of mediation as of a day: agreements, crises, processes and missions, and who had which role in them.

Tables `mediation_events` and `mediation_roles` (docs/sources/mediation-record.md), and the agreements of PA-X where the
user has added them. Nothing dated after the day is in a record: an event or role of a later day is left out, and an end
or outcome of a later day is not known yet.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from forestall.instruments.mediation import pax_record
from forestall.instruments.mediation.pax_record import Added
from forestall.store import Workspace

EVENTS = "mediation_events"
ROLES = "mediation_roles"
ENDS = {
    "UCDP Peace Agreement 22.1": date(2021, 12, 31),
    "International Crisis Behavior 14": date(2017, 12, 31),
    "register of processes (forestall)": date(2026, 2, 28),
    "UN political missions (forestall)": date(2026, 10, 31),
}
"""The last day that each series covers."""
REGISTER_ENDS = ENDS["register of processes (forestall)"]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """What was known on a day.

    events: one row an event, by day: event, event_kind (agreement, crisis, process, mission), name, day (of a day known
    to the month or year the last one, from_precision says so), until, process, iso3 and conflict_ids (`;` between),
    stage, ended, ended_on, talks_outcome, third_parties_domestic, third_parties_persons, unresolved (counts), source.
    roles: event, mediator, kind, role, day, until, goes_on, looked_up, source. ends: series and the last day it covers.
    """

    on: date
    events: pl.DataFrame
    roles: pl.DataFrame
    ends: tuple[tuple[str, date], ...]

    def of(self, iso3: str) -> pl.DataFrame:
        """The events of a country's conflicts, by the code of its series."""
        return self.events.filter(pl.col("iso3").str.split(";").list.contains(iso3))


def record(workspace: Workspace, on: date, *, pax: bool = True) -> Record:
    """The record as of a day. pax: with the user's PA-X, if there. Raises StoreError if a table is missing."""
    events, roles, ends = workspace.table(EVENTS), workspace.table(ROLES), dict(ENDS)
    added = pax_record.held(workspace) if pax else None
    if added is not None:
        events, roles = _with_pax(events, roles, added, on)
        ends |= added.ends
    return Record(on, known(events, on), _roles_known(roles, on), tuple(sorted(ends.items())))


def _with_pax(events: pl.DataFrame, roles: pl.DataFrame, added: Added, on: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both records; an agreement that both have stands once, as PA-X has it, with UCDP's judgement of its end.

    Where PA-X dates it later than the day, UCDP's stands.
    """
    signed = set(added.events.filter(pl.col("day") <= on)["event"].to_list())
    both = {event: number for event, number in added.twins.items() if event in signed}
    twins = pl.DataFrame(
        {"event": list(both), "ucdp": [f"ucdp-{number}" for number in both.values()]},
        schema={"event": pl.String, "ucdp": pl.String},
    )
    theirs = events.select(
        pl.col("event").alias("ucdp"), pl.col("ended").alias("_ended"), pl.col("ended_on").alias("_on")
    )
    enriched = (
        added.events.join(twins, on="event", how="left")
        .join(theirs, on="ucdp", how="left")
        .with_columns(pl.col("_ended").alias("ended"), pl.col("_on").alias("ended_on"))
        .select(events.columns)
    )
    doubles = pl.col("event").is_in(twins["ucdp"].implode())
    # Roles of the doubles are kept under PA-X's event: UCDP may name a third party that PA-X does not.
    moved = (
        roles.join(twins.rename({"event": "_pax"}), left_on="event", right_on="ucdp")
        .with_columns(pl.col("_pax").alias("event"))
        .select(roles.columns)
    )
    new = moved.join(added.roles, on=("event", "mediator"), how="anti")
    return (
        pl.concat([events.filter(~doubles), enriched]),
        pl.concat([roles.filter(~doubles), added.roles, new]).unique(maintain_order=True),
    )


def known(events: pl.DataFrame, on: date) -> pl.DataFrame:
    """The events of a day and before it, without what became known later."""
    until, over = pl.col("until"), pl.col("ended_on").is_not_null() & (pl.col("ended_on") > on)
    later = until.is_not_null() & (until > on)
    # The outcome of a process is that of its end; of one that goes on, that of the day to which the register was kept.
    told = (until <= on).fill_null(False) if on < REGISTER_ENDS else ~later
    return (
        events.filter(pl.col("day") <= on)
        .with_columns(
            pl.when(~later).then(until).alias("until"),
            pl.when(~later).then("until_precision").alias("until_precision"),
            # An end without a day may lie before or after: not known.
            pl.when(over)
            .then(False)
            .when(~pl.col("ended") | pl.col("ended_on").is_not_null())
            .then("ended")
            .alias("ended"),
            pl.when(~over).then("ended_on").alias("ended_on"),
            pl.when(told).then("talks_outcome").alias("talks_outcome"),
        )
        .sort("day", "event")
    )


def _roles_known(roles: pl.DataFrame, on: date) -> pl.DataFrame:
    """Roles begun by a day; one that ended later goes on."""
    over = pl.col("until").is_not_null() & (pl.col("until") <= on)
    told = pl.when(over).then("until").alias("until"), (pl.col("goes_on") | (pl.col("until") > on).fill_null(False))
    return roles.filter(pl.col("day") <= on).with_columns(told).sort("event", "mediator", "role")
