"""Which states are meant by a country, a region, an organisation, the Security Council or the world, on a day.

Regions are those of UN M49 with the Member States of that day; an organisation has its members, suspended ones too;
the world is the Member States of the United Nations.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from forestall.council import members as council
from forestall.errors import UnknownCountryError, UsageError
from forestall.ids.countries import by_iso3, nearest, states
from forestall.ids.state_table import key_of
from forestall.regional import find, membership
from forestall.regional.organisations import register
from forestall.store import Workspace

Kind = Literal["country", "region", "organisation", "council", "world"]

WIDER = {
    "Sub-Saharan Africa": ("Eastern Africa", "Middle Africa", "Southern Africa", "Western Africa"),
    "Latin America and the Caribbean": ("Caribbean", "Central America", "South America"),
}
"""Sub-regions of M49 that the table of states divides further."""
_COUNCIL = frozenset({"council", "security council", "un security council", "unsc"})
_WORLD = frozenset({"world", "un", "united nations", "all"})


@dataclass(frozen=True, slots=True)
class Group:
    """Some states on a day. key: ISO3, name of the region, acronym, "Council" or "World". members: codes (ISO3) of
    their series, sorted. about: who is in it, and up to when that is known."""

    kind: Kind
    key: str
    name: str
    on: date
    members: tuple[str, ...]
    about: str


@lru_cache(maxsize=64)
def member_states(on: date) -> tuple[str, ...]:
    """The Member States of the United Nations on a day, by code of their series (ISO3), sorted."""
    return tuple(
        sorted(
            one.series_iso3
            for one in states(on, territories=True)
            if one.un_member_since is not None and one.un_member_since <= on
        )
    )


def name_of(iso3: str, on: date) -> str:
    """The name that the state of a code bore on a day; the code if there was none."""
    try:
        return by_iso3(iso3, on).name
    except UnknownCountryError:
        return iso3


def group(place: str, on: date, workspace: Workspace | None = None) -> Group:
    """The states that a person means: a country, a region, an organisation, "Council" or "World".

    Raises UsageError for what nobody knows, UnknownCountryError for a country that was no state on the day.
    """
    key = key_of(place[:200])
    if key in _WORLD:
        return world(on)
    if key in _COUNCIL:
        found = tuple(sorted(one.iso3 for one in council.members(on, workspace)))
        return Group("council", "Council", "Security Council", on, found, f"its members on {on}")
    if key in _regions(on):
        return named(_regions(on)[key][0], on)
    meant = _place(place, on)
    if isinstance(meant, find.Acronym):
        return _organisation(str(meant), on, workspace)
    return country(meant, on)


def world(on: date) -> Group:
    """The Member States of the United Nations on a day."""
    return Group("world", "World", "World", on, member_states(on), f"Member States of the United Nations on {on}")


def country(iso3: str, on: date) -> Group:
    """A single state, by code. Raises UnknownCountryError if there was none on the day."""
    state = by_iso3(iso3, on)
    return Group("country", state.series_iso3, state.name, on, (state.series_iso3,), f"a state on {on}")


def compared(iso3: str, on: date) -> str:
    """The code of the series of a state whose treaties are compared: one that is, or was to become, a Member State or
    observer State of the United Nations.

    Treaties are open to States as their depositaries take them; of others nothing is said. Raises UsageError for these,
    UnknownCountryError if there was no such state on the day.
    """
    state = by_iso3(iso3, on)
    if state.un_member_since is None and state.un_observer_since is None:
        raise UsageError(
            f"{state.name} is neither a Member State nor an observer State of the United Nations: gaps are told of "
            "those only; forestall treaties without --gaps has the acts on record"
        )
    return state.series_iso3


def subregion(iso3: str, on: date) -> Group:
    """The Member States of the sub-region (M49) of a state. Raises UnknownCountryError."""
    state = by_iso3(iso3, on)
    return named(state.subregion or state.region, on)


def region(iso3: str, on: date) -> Group:
    """The Member States of the region (M49) of a state: Africa, Americas, Asia ... Raises UnknownCountryError."""
    return named(by_iso3(iso3, on).region, on)


def named(name: str, on: date) -> Group:
    """The Member States of a region or sub-region (M49) by its name; none if there is no such region."""
    members = _regions(on).get(key_of(name), (name, ()))[1]
    return Group("region", name, name, on, members, "Member States of the United Nations in the region (M49)")


def _organisation(acronym: str, on: date, workspace: Workspace | None) -> Group:
    held = membership.members(acronym, on, workspace=workspace)
    about = register().get(acronym)
    known = "" if on <= membership.KNOWN_TO else f"; changes known to {membership.KNOWN_TO}"
    return Group(
        "organisation",
        acronym,
        acronym if about is None else about.name,
        on,
        tuple(sorted({one.iso3 for one in held})),
        f"its members on {on}, suspended ones too{known}",
    )


def _place(place: str, on: date) -> str | find.Acronym:
    """A country or an organisation. Raises UsageError with what is nearest for a word that is neither."""
    try:
        return find.place(place, on)
    except UnknownCountryError:
        raise  # a land that was no state then; the error says what stood there
    except UsageError:
        near = ", ".join((*nearest(place, on=on), *(name for name, _ in _regions(on).values() if _like(place, name))))
        raise UsageError(
            f"{place[:60]!r} is no country, region of UN M49 or organisation that we know: nearest are {near}; give "
            "one as KAZ, Central Asia, AU, Council or World"
        ) from None


def _like(place: str, name: str) -> bool:
    asked = key_of(place[:100])
    return len(asked) > 3 and (asked in key_of(name) or set(asked.split()) & set(key_of(name).split()) != set())


@lru_cache(maxsize=64)
def _regions(on: date) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Name and Member States of each region and sub-region, by the key of its name."""
    found: dict[str, set[str]] = {}
    members = set(member_states(on))
    wider = {part: name for name, parts in WIDER.items() for part in parts}
    for state in states(on, territories=True):
        if state.series_iso3 in members:
            for name in (state.region, state.subregion, wider.get(state.subregion, "")):
                if name:
                    found.setdefault(name, set()).add(state.series_iso3)
    return {key_of(name): (name, tuple(sorted(codes))) for name, codes in found.items()}
