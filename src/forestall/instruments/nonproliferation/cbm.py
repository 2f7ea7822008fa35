"""Confidence-building measures: what states have agreed to tell, show or leave undone, and what holds between two.

Register cbm.yml beside this module: regimes and measures 1949 to today, each with what it obliges in one line of our
own, its parties, its days and its source. It holds what was agreed, not whether it is carried out.
docs/methods/nonproliferation-confidence.md says how parties and days are read.

A day that is known to the month or year only is read so that a measure counts where it surely held: it begins on the
last day of that month or year and ends on the first. What ended on a day no longer holds on it; suspended likewise.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any, Literal

from forestall.errors import StoreError, UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.instruments.nonproliferation.cbm_days import Span, begins, ends, first_known, told_by
from forestall.instruments.nonproliferation.treaties import status as treaties
from forestall.regional.membership import FULL, memberships
from forestall.store import Workspace
from forestall.store.packaged import read_yaml

FILE = "cbm.yml"
KNOWN_TO = date(2025, 6, 30)
"""Later measures, suspensions and ends are not in the register, but for ends that a text itself sets."""
SOURCE = "texts of the agreements and notices of their parties, each with its symbol or page (cbm.yml)"
Kind = Literal[
    "notification",
    "observation",
    "hotline",
    "verification",
    "information",
    "constraint",
    "non_attack",
    "incidents",
    "commission",
    "register",
]
KINDS: Mapping[str, str] = {
    "notification": "notice in advance",
    "observation": "observation",
    "hotline": "direct line",
    "verification": "verification",
    "information": "exchange of military information",
    "constraint": "limit on forces or deployment",
    "non_attack": "pledge not to attack or use force",
    "incidents": "rules against incidents",
    "commission": "joint commission",
    "register": "transparency register",
}
"""What a measure can offer, with the words for it."""
STANDINGS = ("treaty", "political commitment", "practice")
REACHES = ("bilateral", "regional", "universal")
Status = Literal["in force", "suspended", "signed", "ended"]
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Party:
    """A state by name in a measure. span: its own days; side: 0 or 1 where the measure binds two sides, else None."""

    iso3: str
    span: Span
    side: int | None


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension. since, ended: as far as known, ended the first day after it; by: whose. of: states whose pairs it
    touches, all if empty."""

    since: str
    ended: str | None
    by: str
    of: frozenset[str]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure. kinds: keys of `KINDS`, the chief one first. obliges: one neutral line of our own.

    parties: by name; organisations: acronyms whose members are parties (active: suspended ones are not); treaty: key
    in the register of treaties. proxy: being named or a member stands in for ratification, which is not held. since,
    ended, signed: ISO dates as far as known ("1991", "1991-01"), ended the first day out. standing: of `STANDINGS`.
    reach: of `REACHES`. voluntary: each state chooses what to apply. looked_up: whether the measure, with its date or
    year, was found in a stored public page.
    """

    key: str
    name: str
    kinds: tuple[str, ...]
    obliges: str
    parties: tuple[Party, ...]
    organisations: tuple[str, ...]
    active: bool
    proxy: bool
    treaty: str | None
    signed: str | None
    since: str | None
    ended: str | None
    suspended: tuple[Pause, ...]
    standing: str
    reach: str
    voluntary: bool
    source: str
    looked_up: bool
    note: str | None

    @property
    def until(self) -> date | None:
        """Last day in force; None where it goes on."""
        return None if self.ended is None else ends(self.ended) - _DAY

    @property
    def practical(self) -> bool:
        """Whether it asks for something to be told, shown or left undone that is not left to each state's choice: more
        than a pledge that repeats the Charter."""
        return not self.voluntary and set(self.kinds) != {"non_attack"}

    def status(self, on: date) -> Status | None:
        """Of the measure as such on a day, suspensions aside; None before it was signed."""
        if self.since is None or on < begins(self.since):
            return "signed" if self.signed is not None and begins(self.signed) <= on else None
        return "ended" if self.ended is not None and on >= ends(self.ended) else "in force"

    def pause(self, one: str, two: str, on: date) -> Pause | None:
        """The suspension between two states that a day falls into."""
        for it in self.suspended:
            if (
                begins(it.since) <= on
                and (it.ended is None or on < ends(it.ended))
                and (not it.of or it.of & {one, two})
            ):
                return it
        return None


@dataclass(frozen=True, slots=True)
class Offer:
    """A measure between two states on a day. status: in force, suspended, signed or ended between them.

    since: the first day on which it held between the two, as far as known, ISO; until: the last, None if it goes on.
    basis: why they are parties. note: of the measure, or who suspended it.
    """

    measure: Measure
    status: Status
    since: str | None
    until: str | None
    basis: str
    note: str | None


@cache
def register() -> Mapping[str, Measure]:
    """All measures by key. Raises StoreError if the file is missing or damaged."""
    try:
        found = [_measure(row) for row in read_yaml("forestall.instruments.nonproliferation", FILE)]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"the register of confidence-building measures ({FILE}) cannot be read: {error}") from None
    return {one.key: one for one in found}


def available(iso3: str, other: str, on: date, workspace: Workspace | None = None) -> tuple[Offer, ...]:
    """Measures in force between two states on a day: bilateral ones first, universal ones last, older before newer.

    iso3, other: codes; a forerunner is found under its successor's code (RUS in 1985 is the Soviet Union). Raises as
    `between`.
    """
    return tuple(one for one in between(iso3, other, on, workspace) if one.status == "in force")


def between(iso3: str, other: str, on: date, workspace: Workspace | None = None) -> tuple[Offer, ...]:
    """All measures that have bound or were signed between two states by a day, also suspended and ended ones.

    Raises UsageError for one state with itself or a day before 1946, UnknownCountryError for what was no state.
    """
    one, two = (countries.by_iso3(code, on).series_iso3 for code in (iso3, other))
    if one == two:
        raise UsageError(f"{iso3[:40]!r} and {other[:40]!r} are the same state: give two states")
    held = workspace or Workspace.open()
    asked = _Asked(one, two, on, (_organisations(one, on, held), _organisations(two, on, held)), held)
    offers = (_offer(measure, asked) for measure in register().values())
    return tuple(
        sorted(
            (offer for offer in offers if offer is not None),
            key=lambda it: (REACHES.index(it.measure.reach), it.since or "9999", it.measure.key),
        )
    )


Belongs = Mapping[str, tuple[date, bool]]
"""Acronym to the first day of unbroken membership and whether it is not suspended."""


@lru_cache(maxsize=1024)
def _organisations(iso3: str, on: date, workspace: Workspace) -> Belongs:
    try:
        held = memberships(iso3, on, workspace)
    except UnknownCountryError:
        return {}
    return {
        one.organisation: (one.member_since or one.since, one.standing == "member")
        for one in held
        if one.standing in FULL
    }


@dataclass(frozen=True, slots=True)
class _Asked:
    """Two states, a day, and what each belonged to on it."""

    one: str
    two: str
    on: date
    belongs: tuple[Belongs, Belongs]
    workspace: Workspace


@dataclass(frozen=True, slots=True)
class _Joined:
    """How two states are bound to each other: since when both were in, the first day on which one was out, why, and
    what the table of treaties says where it is not simply that both are parties."""

    since: str | None
    out: date | None
    basis: str
    status: Status | None = None
    note: str | None = None


def _offer(measure: Measure, asked: _Asked) -> Offer | None:
    on, status = asked.on, measure.status(asked.on)
    joined = None if status is None else _joined(measure, asked)
    if status is None or joined is None:
        return None
    if status == "signed":
        return Offer(measure, "signed", None, None, joined.basis, told_by(measure.note, on))
    since = _later(measure.since, joined.since)
    until, note = measure.until, joined.note or told_by(measure.note, on)
    if joined.out is not None:
        until = min(filter(None, (joined.out - _DAY, until)))
    # not begun between the two, or over before both were in
    if since is None or on < begins(since) or (until is not None and until < begins(since)):
        return None
    if until is not None and until < on:
        return Offer(measure, "ended", since, until.isoformat(), joined.basis, note)
    pause = measure.pause(asked.one, asked.two, on)
    if pause is not None:
        return Offer(measure, "suspended", since, None, joined.basis, f"suspended from {pause.since} by {pause.by}")
    return Offer(measure, joined.status or "in force", since, None, joined.basis, note)


def _joined(measure: Measure, asked: _Asked) -> _Joined | None:
    unsure = " (whether each ratified is not held)" if measure.proxy else ""
    for first in (party for party in measure.parties if party.iso3 == asked.one and party.span.started(asked.on)):
        for second in (party for party in measure.parties if party.iso3 == asked.two and party.span.started(asked.on)):
            if first.side is None or first.side != second.side:
                out = min(filter(None, (first.span.out, second.span.out)), default=None)
                return _Joined(_later(first.span.since, second.span.since), out, f"both named as parties{unsure}")
    mine, theirs = asked.belongs
    for acronym in measure.organisations:
        if acronym in mine and acronym in theirs:
            (since_mine, active_mine), (since_theirs, active_theirs) = mine[acronym], theirs[acronym]
            if (active_mine and active_theirs) or not measure.active:
                since = max(since_mine, since_theirs).isoformat()
                return _Joined(since, None, f"both members of {acronym}{unsure}")
    if measure.treaty is not None:
        return _by_treaty(measure.treaty, asked)
    return _Joined(None, None, "open to all states") if measure.reach == "universal" and not measure.parties else None


@lru_cache(maxsize=128)
def _standings(treaty: str, on: date, workspace: Workspace) -> Mapping[str, treaties.Status]:
    return {one.iso3: one for one in treaties.standings(treaty, on, workspace)}


def _by_treaty(treaty: str, asked: _Asked) -> _Joined | None:
    """What the table of treaties holds of two states. A day of withdrawal is the first day out; where a party's day is
    not known, only that it is one by the day asked."""
    held = _standings(treaty, asked.on, asked.workspace)
    both = [held[code] for code in (asked.one, asked.two) if code in held]
    words = {it.status for it in both}
    if len(both) < 2 or not words <= {"party", "suspended", "withdrawn"}:
        return None
    end = treaties.known_to(treaty, asked.workspace)
    known = f", actions known to {end}" if end is not None and end < asked.on else ""
    gone = [it.since for it in both if it.status == "withdrawn" and it.since is not None]
    joined = [_entered(treaty, it, asked.workspace) for it in both]
    since = max((day for day in joined if day is not None), default=None)
    text = None if since is None else since.isoformat()
    if "withdrawn" in words:
        return None if not gone else _Joined(text, min(gone), f"both were parties to {treaty}{known}")
    basis = f"both parties to {treaty}{known}"
    if "suspended" in words:
        paused = "; ".join(f"{it.iso3} from {it.since_text}" for it in both if it.status == "suspended")
        return _Joined(text, None, basis, "suspended", f"suspended by {paused}")
    return _Joined(text, None, basis)


def _entered(treaty: str, standing: treaties.Status, workspace: Workspace) -> date | None:
    """The day from which a state has been, or was, bound; None if not known."""
    if standing.status == "party":
        return standing.in_force or standing.since
    acts = treaties.actions(treaty, standing.iso3, workspace)
    days = [act.in_force or act.day for act in acts if act.action in treaties.CONSENT]
    return next((day for day in days if day is not None), None)


def _later(one: str | None, two: str | None) -> str | None:
    """The later of two dates as far as known; None stands for one that sets no limit."""
    if one is None or two is None:
        return one or two
    return max(one, two, key=begins)


def _measure(row: Mapping[str, Any]) -> Measure:
    kinds, standing, reach = tuple(row["kinds"]), row["standing"], row.get("reach", "bilateral")
    if not set(kinds) <= set(KINDS) or not kinds or standing not in STANDINGS or reach not in REACHES:
        raise ValueError(f"{row['key']}: kinds, standing or reach is none of ours")
    parties = [_party(text, None) for text in row.get("parties", ())]
    parties += [_party(text, side) for side in (0, 1) for text in (row["sides"][side] if "sides" in row else ())]
    for text in (row.get("since"), row.get("ended"), row.get("signed")):
        first_known(text)
    return Measure(
        key=row["key"],
        name=row["name"],
        kinds=kinds,
        obliges=row["obliges"],
        parties=tuple(parties),
        organisations=tuple(row.get("organisations", ())),
        active=bool(row.get("active", False)),
        proxy=bool(row.get("proxy", False)),
        treaty=row.get("treaty"),
        signed=row.get("signed"),
        since=row.get("since"),
        ended=row.get("ended"),
        suspended=tuple(
            Pause(one["since"], one.get("ended"), one["by"], frozenset(one.get("of", ())))
            for one in row.get("suspended", ())
        ),
        standing=standing,
        reach=reach,
        voluntary=bool(row.get("voluntary", False)),
        source=row["source"],
        looked_up=bool(row["looked_up"]),
        note=row.get("note"),
    )


def _party(text: str, side: int | None) -> Party:
    """From "USA", "USA 2002-01-01" or "USA 2002-01-01 2020-11-22": since, and the first day out; - for no own day."""
    iso3, *days = text.split()
    since, ended = (*(None if day == "-" else day for day in days), None, None)[:2]
    return Party(iso3, Span(first_known(since), first_known(ended)), side)
