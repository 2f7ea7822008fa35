"""Who is bound by which treaty on a day, from table treaty_actions.

A state is a party from the day on which its ratification, acceptance, accession or succession counts, which may lie
before the treaty entered into force for it (`in_force`). A withdrawal counts from the day it takes effect; until then
it is a note. An action after the day asked changes nothing. Statuses are those that sources give; none of them says
whether an obligation is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.ids.state_table import State, rows
from forestall.instruments.nonproliferation.treaties.register import ANY, register, treaty
from forestall.instruments.nonproliferation.treaties.register import resolve as _resolve
from forestall.store import Workspace

__all__ = [
    "Action",
    "Status",
    "Total",
    "code",
    "ended",
    "known_to",
    "parties",
    "resolve",
    "standings",
    "status",
    "totals",
]

TABLE, ENDS = "treaty_actions", "treaty_ends"
STATUSES = ("party", "signatory", "suspended", "withdrawn", "none")
CONSENT = frozenset({"ratified", "acceded", "accepted", "succeeded", "rejoined"})
OWN_STANDING = {"BLR": date(1945, 10, 24), "UKR": date(1945, 10, 24)}
"""Members of the United Nations, and parties to treaties, before the first day our table of states has for them."""


@dataclass(frozen=True, slots=True)
class Action:
    """A row of table treaty_actions: what a state did. day: the last day of the month or year where only that is known
    (day_precision), None where nothing is."""

    treaty: str
    iso3: str
    action: str
    day: date | None
    day_precision: str
    in_force: date | None
    source: str
    looked_up: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class Status:
    """How a state stands to a treaty on a day.

    status: party, signatory, suspended, withdrawn or none. since: the day from which that holds, the last day of the
    month or year where only that is known (`since_text`), None where no action is known. source: where the action that
    made it so stands, None without one. known_to: set only if the day asked lies after the treaty's series: the last
    day up to which actions are known. in_force: when the treaty entered into force for a party, None if not known.
    """

    treaty: str
    status: str
    since: date | None
    source: str | None
    known_to: date | None
    note: str | None
    iso3: str = ""
    since_precision: str = "day"
    in_force: date | None = None

    @property
    def since_text(self) -> str | None:
        """The day as precise as it is known: 1994-02-14, 1972-10, 1972; None if it is not."""
        if self.since is None or self.since_precision in ("by", "none"):
            return None
        return self.since.isoformat()[: {"year": 4, "month": 7}.get(self.since_precision, 10)]


@dataclass(frozen=True, slots=True)
class Total:
    """How many states stand how to a treaty on a day. party: without those that suspended it. known_to: last day up to
    which the actions of all states are known, None if the table does not say."""

    treaty: str
    party: int
    signatory: int
    suspended: int
    withdrawn: int
    known_to: date | None

    @property
    def parties(self) -> int:
        """Parties in law, as depositaries count them: those that suspended it among them."""
        return self.party + self.suspended


@dataclass(frozen=True, slots=True)
class _Held:
    """The tables as read: actions by treaty and state, oldest first, and each treaty's last known day."""

    acts: Mapping[str, Mapping[str, tuple[Action, ...]]]
    ends: Mapping[str, date]

    def order(self) -> list[str]:
        """Treaties in the order of the register, then those that only the table has; without those of which the table
        knows nothing, whose parties are not known rather than none."""
        return [key for key in dict.fromkeys((*register(), *self.acts)) if key in self.acts or key in self.ends]

    def opened(self, key: str) -> date:
        """When it could first be signed; where the register has no day, the first action that the table has."""
        given = treaty(key).opened
        if given is not None:
            return given
        days = (act.day for acts in self.acts.get(key, {}).values() for act in acts if act.day is not None)
        return min(days, default=date.max)

    def stands(self, key: str, on: date) -> bool:
        """Whether a treaty had opened by a day and not ended before it."""
        ended = treaty(key).ended
        return self.opened(key) <= on and (ended is None or on <= ended)


def status(iso3: str, on: date, workspace: Workspace | None = None) -> tuple[Status, ...]:
    """How a state stands to every treaty that had opened by a day and not ended, in the order of the register.

    iso3: code or name of the state of that day or of its series (RUS in 1985 is the Soviet Union). Treaties that are
    open only to some states are left out if the state did nothing under them. Raises UnknownCountryError.
    """
    held, mine = _held(workspace), code(iso3, on)
    found = []
    for key in held.order():
        if held.stands(key, on):
            one = _standing(held, key, mine, on)
            if one.status != "none" or one.note or treaty(key).open_to == ANY:
                found.append(one)
    return tuple(found)


def standings(key: str, on: date, workspace: Workspace | None = None) -> tuple[Status, ...]:
    """How each state that existed on a day and had done anything under a treaty stands to it, by code.

    key: of the treaty, or any name of it. Raises UsageError if nobody knows it.
    """
    held = _held(workspace)
    return _standings(held, resolve(key, workspace), on)


def _standings(held: _Held, key: str, on: date) -> tuple[Status, ...]:
    if not held.stands(key, on):
        return ()
    found = (_standing(held, key, iso3, on) for iso3 in sorted(held.acts.get(key, {})) if _exists(iso3, on))
    return tuple(one for one in found if one.status != "none")


def parties(key: str, on: date, workspace: Workspace | None = None) -> tuple[str, ...]:
    """Codes of the states that were parties to a treaty on a day, sorted; one that suspended it is still a party.

    Raises UsageError if nobody knows the treaty.
    """
    return tuple(one.iso3 for one in standings(key, on, workspace) if one.status in ("party", "suspended"))


def totals(on: date, workspace: Workspace | None = None) -> tuple[Total, ...]:
    """How many states stand how to every treaty that had opened by a day and not ended, in the register's order."""
    held = _held(workspace)
    return tuple(_total(held, key, on) for key in held.order() if held.stands(key, on))


def ended(iso3: str, on: date, workspace: Workspace | None = None) -> tuple[tuple[str, date], ...]:
    """Treaties under which a state had acted and that ended before a day, with their last day, oldest first.

    Raises UnknownCountryError.
    """
    held, mine = _held(workspace), code(iso3, on)
    found = [(key, treaty(key).ended) for key in held.order() if mine in held.acts.get(key, {})]
    return tuple(sorted(((key, day) for key, day in found if day is not None and day < on), key=lambda one: one[1]))


def _total(held: _Held, key: str, on: date) -> Total:
    words = [one.status for one in _standings(held, key, on)]
    party, signatory, suspended, withdrawn = (words.count(word) for word in STATUSES[:4])
    return Total(key, party, signatory, suspended, withdrawn, held.ends.get(key))


def known_to(key: str, workspace: Workspace | None = None) -> date | None:
    """The last day up to which the actions of all states under a treaty are known, None if the table does not say."""
    return _held(workspace).ends.get(resolve(key, workspace))


def actions(key: str, iso3: str, workspace: Workspace | None = None) -> tuple[Action, ...]:
    """What a state did under a treaty, oldest first, whatever the day."""
    return _held(workspace).acts.get(resolve(key, workspace), {}).get(iso3, ())


def resolve(query: str, workspace: Workspace | None = None) -> str:
    """The key of the treaty that a person means. Raises UsageError if nobody knows it, with the nearest names."""
    return _resolve(query, tuple(_held(workspace).acts))


def code(query: str, on: date) -> str:
    """The code that a state of a day stands under in the table, of any name, code or number.

    Raises UnknownCountryError if nobody knows it or it did not exist, UsageError before 1946.
    """
    wanted = query.strip().upper()
    if wanted in OWN_STANDING and on >= OWN_STANDING[wanted]:
        return wanted
    try:
        return countries.resolve(query, on).series_iso3
    except UnknownCountryError:
        own = _own(query, on)
        if own is None:
            raise
        return own.series_iso3


def _own(query: str, on: date) -> State | None:
    """A state that acted in its own name before our table of states has it, by any name of today."""
    try:
        state = countries.resolve(query)
    except UnknownCountryError:
        return None
    first = OWN_STANDING.get(state.iso3)
    return state if first is not None and first <= on else None


def _standing(held: _Held, key: str, iso3: str, on: date) -> Status:
    """What the actions up to a day come to."""
    end = held.ends.get(key)
    now = Status(key, "none", None, None, end if end is not None and on > end else None, None, iso3)
    signed: Action | None = None
    notice: Action | None = None
    for act in held.acts.get(key, {}).get(iso3, ()):
        if act.day is None or act.day > on:
            continue
        if act.action == "withdrawal_notified":
            notice = act
        elif act.action == "revoked" and notice is not None:
            notice = None
        elif act.action == "signed":
            signed = act
            if now.status == "none":
                now = _set(now, "signatory", act)
        else:
            notice = None if act.action == "withdrew" else notice
            now = _after(now, act, signed)
    if notice is not None and notice.day is not None:
        said = f"withdrawal notified on {notice.day}" + (f"; {notice.note}" if notice.note else "")
        now = replace(now, note="; ".join(part for part in (now.note, said) if part))
    return now


def _after(now: Status, act: Action, signed: Action | None) -> Status:
    if act.action in CONSENT:
        return _set(now, "party", act)
    if act.action == "withdrew":
        return _set(now, "withdrawn", act)
    if act.action == "suspended":
        return _set(now, "suspended", act)
    # A ratification taken back: what the signature made it holds again, from that day.
    return _set(now, "signatory" if signed is not None else "none", act)


def _set(now: Status, word: str, act: Action) -> Status:
    note = act.note
    if act.day_precision == "by":
        note = f"on or before {act.day}" + (f"; {note}" if note else "")
    in_force = act.in_force if word == "party" else None
    return replace(
        now,
        status=word,
        since=act.day,
        since_precision=act.day_precision,
        source=act.source,
        note=note,
        in_force=in_force,
    )


def _exists(iso3: str, on: date) -> bool:
    """Whether a state of this code or its series stood on a day."""
    first = OWN_STANDING.get(iso3)
    if first is not None and first <= on:
        return True
    return any(state.exists(on) for state in _rows_of().get(iso3, ()))


@lru_cache(maxsize=1)
def _rows_of() -> Mapping[str, tuple[State, ...]]:
    found: dict[str, tuple[State, ...]] = {}
    for state in rows():
        for name in {state.iso3, state.series_iso3} - {""}:
            found[name] = (*found.get(name, ()), state)
    return found


def _held(workspace: Workspace | None) -> _Held:
    return _read(Workspace.open() if workspace is None else workspace)


@lru_cache(maxsize=4)
def _read(workspace: Workspace) -> _Held:
    acts: dict[str, dict[str, tuple[Action, ...]]] = {}
    for row in workspace.table(TABLE).iter_rows():  # sorted by treaty, state and day when it was built
        one = Action(*row)
        of_treaty = acts.setdefault(one.treaty, {})
        of_treaty[one.iso3] = (*of_treaty.get(one.iso3, ()), one)
    last = [(key, end) for key, _, end in workspace.table(ENDS).iter_rows()]
    last += [(one.key, one.known_to) for one in register().values() if one.known_to is not None]
    ends: dict[str, date] = {}
    for key, end in last:
        ends[key] = max(end, ends.get(key, end))
    return _Held(acts, ends)
