"""Who was what in which regional organisation on a day.

Table `regional_memberships` (docs/sources/regional.md). The model: one state has at most one standing in one
organisation on a day, and a suspension is a standing of its own, so that the spells of a pair never overlap; a
suspended state is still a member in law. The day on which a change takes effect belongs to what it brings: Mali was out
of ECOWAS on 2025-01-29, its last day in was the 28th.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.store import Workspace

TABLE = "regional_memberships"
KNOWN_TO = date(2026, 2, 28)
"""Changes later than this day are not in the table."""
SOURCE = "treaties, decisions and announcements of the organisations; by year: COW IGO 3"
FULL = ("member", "suspended")
"""Standings of a member in law."""
STATUS = {
    "member": "member",
    "suspended": "suspended",
    "observer": "observer",
    "associate": "observer",
    "partner": "observer",
    "participant": "observer",
}
"""The three words that outlines use, from our finer ones; what is disputed has none."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Membership:
    """One standing of one state in one organisation, on the days `since` to `until`, both within.

    standing: member, suspended, observer, associate, partner, participant (takes part without the founding charter) or
    disputed (the state and the organisation differ on whether it left). since_precision, until_precision: day, month or
    year; a first day known to the year is given as 1 January. until: None where it goes on. member_since: first day of
    unbroken membership, suspensions within it; None if no member. looked_up: whether the date was checked against a
    stored public page. gw_id: None for what is no state of Gleditsch and Ward.
    """

    organisation: str
    iso3: str
    gw_id: int | None
    standing: str
    since: date
    since_precision: str
    until: date | None
    until_precision: str | None
    member_since: date | None
    source: str
    looked_up: bool
    note: str | None

    @property
    def status(self) -> str | None:
        """member, suspended or observer, by `STATUS`; None if disputed."""
        return STATUS.get(self.standing)

    def holds(self, on: date) -> bool:
        """Whether this was the standing on a day."""
        return self.since <= on and (self.until is None or on <= self.until)


def history(
    iso3: str | None = None, organisation: str | None = None, workspace: Workspace | None = None
) -> tuple[Membership, ...]:
    """All spells of a state (code of its series), of an organisation, or of one in the other; by both and day."""
    rows = (workspace or Workspace.open()).table(TABLE)
    if iso3 is not None:
        rows = rows.filter(pl.col("iso3") == iso3)
    if organisation is not None:
        rows = rows.filter(pl.col("organisation") == organisation)
    return tuple(_spells(rows.sort("organisation", "iso3", "membership_from")))


def _spells(rows: pl.DataFrame) -> Iterator[Membership]:
    before: Membership | None = None
    for row in rows.iter_rows(named=True):
        since: date = row["membership_from"]
        full = row["membership"] in FULL
        goes_on = (
            before is not None
            and (before.organisation, before.iso3) == (row["organisation"], row["iso3"])
            and before.until == since - _DAY
        )
        member_since = (before.member_since if before is not None and goes_on else None) or since
        before = Membership(
            row["organisation"],
            row["iso3"],
            row["gw_id"],
            row["membership"],
            since,
            row["from_precision"],
            row["membership_until"],
            row["until_precision"],
            member_since if full else None,
            row["source"],
            row["is_looked_up"],
            row["note"],
        )
        yield before


def memberships(iso3: str, on: date, workspace: Workspace | None = None) -> tuple[Membership, ...]:
    """What a state (ISO3; a forerunner is found under its successor's code) was on a day, by organisation.

    Disputed standings are among them. Raises UsageError before 1946 and UnknownCountryError for a code nobody knows or
    that was no state then and belonged to nothing.
    """
    return _of_day(iso3, on, None, workspace)


def _of_day(iso3: str, on: date, organisation: str | None, workspace: Workspace | None) -> tuple[Membership, ...]:
    """The spells of a state that hold on a day, also of one that belonged before it was a state (CARICOM, PIF)."""
    try:
        state = countries.by_iso3(iso3, on)
    except UnknownCountryError:
        held = tuple(one for one in history(iso3.strip().upper(), organisation, workspace) if one.holds(on))
        if not held:
            raise
        return held
    code = state.series_iso3
    return tuple(one for one in history(code, organisation, workspace) if one.holds(on))


def members(
    organisation: str, on: date, *, standings: tuple[str, ...] = FULL, workspace: Workspace | None = None
) -> tuple[Membership, ...]:
    """Who had one of these standings in an organisation (acronym) on a day, by code; default: members, suspended too.

    Raises UsageError for an acronym that the table does not have.
    """
    held = history(None, organisation, workspace)
    if not held:
        known = ", ".join(acronyms(workspace))
        raise UsageError(f"organisation {organisation[:40]!r} is not in our table: give one of {known}")
    return tuple(one for one in held if one.holds(on) and one.standing in standings)


def status(iso3: str, organisation: str, on: date, workspace: Workspace | None = None) -> str | None:
    """member, suspended, observer, associate, partner, participant or disputed on a day; None if none of these.

    Raises as `memberships` and `members` do.
    """
    if organisation not in acronyms(workspace):
        members(organisation, on, workspace=workspace)
    return next((one.standing for one in _of_day(iso3, on, organisation, workspace)), None)


def overlaps(iso3: str, other: str, on: date, workspace: Workspace | None = None) -> tuple[str, ...]:
    """Organisations of which both states were members on a day, suspended or not. Raises as `memberships`."""
    both = [
        {one.organisation for one in memberships(code, on, workspace) if one.standing in FULL} for code in (iso3, other)
    ]
    return tuple(sorted(both[0] & both[1]))


def acronyms(workspace: Workspace | None = None) -> tuple[str, ...]:
    """All organisations of the table, sorted."""
    return tuple(sorted((workspace or Workspace.open()).table(TABLE)["organisation"].unique().to_list()))


def state_then(iso3: str, on: date) -> str:
    """The name that the state of a code bore on a day; the code itself if there was none."""
    try:
        state = countries.by_iso3(iso3, max(on, countries.FIRST_DAY))
    except UnknownCountryError:
        return iso3
    return state.un_name or state.name
