"""The register of organisations: what each is, its organs for peace and security, and what it may do on which basis.

File organisations.yml beside this module (docs/sources/regional-organisations.md). Headlines are our own words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from forestall.errors import StoreError, UsageError
from forestall.ids.state_table import key_of
from forestall.store.packaged import read_yaml

FILE = "organisations.yml"
POWERS = (
    "mediate",
    "observe",
    "sanction",
    "deploy",
    "suspend",
    "intervene",
    "good_offices",
    "early_warning",
    "collective_defence",
)
"""What an organisation may do for peace and security."""


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ for peace and security. since: the date as far as known (2004, 2004-05-25), None if not known."""

    name: str
    role: str
    since: str | None
    basis: str | None


@dataclass(frozen=True, slots=True)
class Power:
    """What an organisation may do (one of `POWERS`), by which article or decision, since when.

    checked: whether the basis was looked up; None if the register does not say.
    """

    power: str
    basis: str
    since: str | None
    note: str | None
    checked: bool | None

    def held(self, on: date) -> bool:
        """Whether it surely had the power on a day: one known to the year counts from that year's end, one without a
        date not at all."""
        if self.since is None:
            return False
        # "-99" sorts after every month and every day.
        return self.since + "-99" * (2 - self.since.count("-")) <= on.isoformat()


@dataclass(frozen=True, slots=True)
class ObserverStatus:
    """A standing invitation to the General Assembly as an observer. since: ISO day. resolution: UN symbol, with what
    it says of it. checked: whether it was looked up."""

    since: str
    resolution: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation. acronym: the key everywhere. kind: regional, subregional ... as the register has it.

    founded: a day, or a year alone, in ISO form; founded_by says what happened then (signed, in_force, declared,
    renamed). signed, in_force: of its founding instrument, None where not known or without one. dissolved: in the same
    form, None if it goes on. seat: city and ISO3 of the state, None if none. predecessor: acronym of what it followed,
    None if nothing. un_observer: None if the register has no such status. checked: whether its facts were looked up.
    """

    acronym: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    founded: str | None
    founded_by: str | None
    founding_instrument: str | None
    seat: str | None
    dissolved: str | None
    predecessor: str | None
    website: str | None
    regions: tuple[str, ...]
    organs: tuple[Organ, ...]
    powers: tuple[Power, ...]
    headline: str
    sources: tuple[str, ...]
    checked: bool
    note: str | None
    signed: str | None = None
    in_force: str | None = None
    un_observer: ObserverStatus | None = None

    def exists(self, on: date) -> bool:
        """Whether it had been founded and not dissolved by a day; where only a year is known, from its first day."""
        day = on.isoformat()
        return (self.founded is None or self.founded <= day) and (self.dissolved is None or day < self.dissolved)

    def may(self, power: str) -> tuple[Power, ...]:
        """The bases on which it may do something (one of `POWERS`)."""
        return tuple(one for one in self.powers if one.power == power)


@cache
def register() -> Mapping[str, Organisation]:
    """All organisations by acronym. Raises StoreError if the file is missing or damaged."""
    try:
        found = [_organisation(row) for row in read_yaml("forestall.regional", FILE)]
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise StoreError(f"the register of organisations ({FILE}) cannot be read: {error}") from None
    return {one.acronym: one for one in found}


@cache
def goes_on_as() -> Mapping[str, str]:
    """For every acronym of the register that of the organisation that carries its work on: the AU for the OAU, itself
    for one that nothing followed."""
    after = {one.predecessor: one.acronym for one in register().values() if one.predecessor}

    def last(acronym: str) -> str:
        return last(after[acronym]) if acronym in after else acronym

    return {acronym: last(acronym) for acronym in register()}


def organisation(query: str) -> Organisation:
    """The organisation of an acronym, a name or another spelling; case and punctuation don't matter.

    Raises UsageError if nobody knows it.
    """
    key = key_of(query[:200])
    found = _spellings().get(key)
    if found is None:
        raise UsageError(
            f"organisation {query[:60]!r} is not in our register: give one of {', '.join(sorted(register()))}"
        )
    return register()[found]


@cache
def _spellings() -> Mapping[str, str]:
    """Acronym by the key of each spelling; acronyms before names before aliases."""
    found: dict[str, str] = {}
    held = register().values()
    for spellings in (
        [(one.acronym, one.acronym) for one in held],
        [(one.name, one.acronym) for one in held],
        [(alias, one.acronym) for one in held for alias in one.aliases],
    ):
        for spelling, acronym in spellings:
            found.setdefault(key_of(spelling), acronym)
    return found


def _organisation(row: Mapping[str, Any]) -> Organisation:
    return Organisation(
        acronym=str(row["acronym"]),
        name=str(row["name"]),
        aliases=_texts(row.get("aliases")),
        kind=str(row["kind"]),
        founded=_text(row.get("founded")),
        founded_by=_text(row.get("founded_by")),
        founding_instrument=_text(row.get("founding_instrument")),
        seat=_seat(row.get("seat")),
        dissolved=_text(row.get("dissolved")),
        predecessor=_text(row.get("predecessor")),
        website=_text(row.get("website")),
        regions=_texts(row.get("regions")),
        organs=tuple(
            Organ(str(one["name"]), str(one["role"]), _text(one.get("since")), _text(one.get("basis")))
            for one in row.get("organs") or ()
        ),
        powers=tuple(
            Power(
                str(one["power"]),
                str(one["basis"]),
                _text(one.get("since")),
                _text(one.get("note")),
                one["checked"] in (True, "yes") if "checked" in one else None,
            )
            for one in row.get("powers") or ()
        ),
        headline=str(row["headline"]).strip(),
        sources=_texts(row.get("sources")),
        checked=row.get("checked") in (True, "yes"),
        note=_text(row.get("note")),
        signed=_text(row.get("signed")),
        in_force=_text(row.get("in_force")),
        un_observer=_observer(row.get("un_observer")),
    )


def _observer(value: Mapping[str, Any] | None) -> ObserverStatus | None:
    if value is None:
        return None
    checked = value["checked"] in (True, "yes")
    return ObserverStatus(str(value["since"]), " ".join(str(value["resolution"]).split()), checked)


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value).strip()


def _texts(values: Sequence[object] | None) -> tuple[str, ...]:
    return tuple(str(value).strip() for value in values or ())


def _seat(value: object) -> str | None:
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in (value.get("city"), value.get("iso3")) if part) or None
    return _text(value)
