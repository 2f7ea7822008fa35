"""Events with third parties as arrays: who had a role when, in whose conflict.

An event is an agreement, a crisis or a process of talks; its countries are those whose conflict it is. Rows follow the
order of their days, so that what was known on a day is a slice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    import numpy.typing as npt

EPOCH = date(1970, 1, 1).toordinal()
FAR = date.max.toordinal() - EPOCH
WEAK = ("supporter", "observer")
"""Roles that many have in talks that few lead: left out. With them the ranking did worse on 2000 to 2014."""


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """Events (e,) by day, their countries (c,) and mediators (m,).

    events: keys; one stands again for each later day on which third parties joined. day: days since 1970 (e,). where:
    event is of that country's conflict, bool (e, c). who: mediator had a role in the event, 0 or 1 (e, m). kinds: of
    each mediator: state, organisation or ngo. last: the last day of the role where that is known, else its first,
    (e, m); a role that goes on has a day far ahead. units: what an event is counted as: talks by their process.
    """

    events: tuple[str, ...]
    day: "npt.NDArray[np.int64]"
    countries: tuple[str, ...]
    where: "npt.NDArray[np.bool_]"
    mediators: tuple[str, ...]
    kinds: tuple[str, ...]
    who: "npt.NDArray[np.float64]"
    last: "npt.NDArray[np.int64]"
    units: tuple[str, ...]

    def known(self, on: date) -> int:
        """How many events lie before a day: the first so many rows."""
        return int(np.searchsorted(self.day, days(on)))

    def touches(self, own: Iterable[str]) -> "npt.NDArray[np.bool_]":
        """Events of the conflicts of any of these countries, (e,)."""
        at = [self.countries.index(one) for one in own if one in self.countries]
        return np.asarray(self.where[:, at].any(axis=1))


def _unit(events: pl.DataFrame) -> pl.Expr:
    """What an event is counted as: roles of one process that began on different days are one process."""
    of_talks = pl.col("event_kind") == "process" if "event_kind" in events.columns else pl.lit(False)
    return pl.when(of_talks).then(pl.coalesce("process", "event")).otherwise("event").alias("unit")


def days(on: date) -> int:
    """Days since 1970."""
    return on.toordinal() - EPOCH


def past(events: pl.DataFrame, roles: pl.DataFrame) -> Past:
    """From frames of events (event, day, iso3 with `;` between codes) and roles (event, mediator, kind, role, day).

    Who joined talks later than others is a row of its own, on the day of joining, so that no row tells of later days.
    Events without a day or a country are left out; those without a known third party stay: talks went on.
    """
    held = events.filter(pl.col("day").is_not_null() & (pl.col("iso3").fill_null("") != "")).select(
        "event", "iso3", pl.col("day").alias("event_day"), _unit(events)
    )
    strong = roles.filter(~pl.col("role").is_in(WEAK))
    joined = strong.join(held, on="event").with_columns(pl.max_horizontal("day", "event_day").alias("day"))
    # Of several roles that began on one day the one that goes on, else the one that ended last.
    order = joined.sort("day", "goes_on", "until", descending=[False, True, True], nulls_last=True, maintain_order=True)
    kept = order.unique(("event", "mediator"), keep="first", maintain_order=True)
    rows = (
        pl.concat(
            [
                held.join(kept, on="event", how="anti").select(
                    "event", "iso3", "unit", pl.col("event_day").alias("day")
                ),
                kept.select("event", "iso3", "unit", "day").unique(),
            ]
        )
        .sort("day", "event")
        .with_row_index("row")
    )
    countries = tuple(sorted({one for text in rows["iso3"].to_list() for one in text.split(";")}))
    at_country = {one: at for at, one in enumerate(countries)}
    where = np.zeros((rows.height, len(countries)), bool)
    for row, text in rows.select("row", "iso3").iter_rows():
        where[row, [at_country[one] for one in text.split(";")]] = True
    kind_of = dict(kept.select("mediator", "kind").unique().sort("mediator", "kind").iter_rows())
    mediators = tuple(sorted(kind_of))
    at_mediator = {one: at for at, one in enumerate(mediators)}
    who = np.zeros((rows.height, len(mediators)))
    last = np.zeros((rows.height, len(mediators)), np.int64)
    for row, mediator, day, until, goes_on in (
        kept.join(rows, on=("event", "day")).select("row", "mediator", "day", "until", "goes_on").iter_rows()
    ):
        who[row, at_mediator[mediator]] = 1.0
        last[row, at_mediator[mediator]] = FAR if goes_on else days(until or day)
    return Past(
        events=tuple(rows["event"].to_list()),
        day=np.array([days(one) for one in rows["day"].to_list()], np.int64),
        countries=countries,
        where=where,
        mediators=mediators,
        kinds=tuple(kind_of[one] for one in mediators),
        who=who,
        last=last,
        units=tuple(rows["unit"].to_list()),
    )
