"""The areas between which seats are divided, and which States lie in each on a day.

Three divisions are in use. `un_groups`: the five regional groups in which the General Assembly elects, as they are
today (data/states.csv). `panel_areas`: the four areas of the High-level Panel (A/59/565). `groups_1946`: the areas of
the London understanding of 1946, which no list of States defines, so nothing can be set against their seats.

Regional groups are today's, on every date: Israel (Western European and Others since 2000), Estonia (Eastern European
since 2004) and others were in no group or another one before. No group exists in law; the groups of five began in 1963
(A/RES/1991 A (XVIII)).
"""

from datetime import date
from functools import lru_cache

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids import countries

UN_GROUPS = (
    "African",
    "Asia-Pacific",
    "Eastern European",
    "Latin American and Caribbean",
    "Western European and Others",
)
PANEL_AREAS = ("Africa", "Asia and Pacific", "Europe", "Americas")
GROUPS_1946 = (
    "Permanent members",
    "Latin America",
    "British Commonwealth",
    "Eastern Europe",
    "Middle East",
    "Western Europe",
)
SCHEMES: dict[str, tuple[str, ...]] = {
    "un_groups": UN_GROUPS,
    "panel_areas": PANEL_AREAS,
    "groups_1946": GROUPS_1946,
}
NAMES = {
    "un_groups": "regional groups of the United Nations",
    "panel_areas": "areas of the High-level Panel (A/59/565)",
    "groups_1946": "areas of the understanding of 1946",
}

_PANEL_OF_GROUP = {
    "African": "Africa",
    "Asia-Pacific": "Asia and Pacific",
    "Eastern European": "Europe",
    "Latin American and Caribbean": "Americas",
    "Western European and Others": "Europe",
}
_PANEL_ELSEWHERE = {"CAN": "Americas", "USA": "Americas", "AUS": "Asia and Pacific", "NZL": "Asia and Pacific"}
"""States of Western Europe and Others that the Panel's areas put elsewhere. With them the areas have the Panel's own
numbers of States on the day of its report: 53, 56, 47 and 35."""


@lru_cache(maxsize=64)
def un_members(on: date) -> dict[str, str | None]:
    """Members of the United Nations on a day: iso3 -> regional group (today's; null for a State that ended before).

    Raises UsageError for a day before 1946.
    """
    found: dict[str, str | None] = {}
    for state in countries.states(on):
        if state.un_member_since is not None and state.un_member_since <= on and state.iso3:
            code = state.series_iso3
            # China's seat is CHN throughout, as in the tables on the Council; the Republic of China held it until 1971.
            found.update({"CHN": "Asia-Pacific"} if code == "TWN" else {code: state.un_group})
    return found


def region_of(iso3: str, group: str | None, scheme: str) -> str | None:
    """The area of a State in a division; null where the division has no list of States, or the State no group.

    Raises UsageError for a division nobody knows.
    """
    if scheme not in SCHEMES:
        raise UsageError(f"division {scheme!r} is not known: give {', '.join(SCHEMES)}")
    if scheme == "groups_1946" or group is None:
        return None
    if scheme == "panel_areas":
        return _PANEL_ELSEWHERE.get(iso3, _PANEL_OF_GROUP[group])
    return group


def area_of(iso3: str, scheme: str) -> str | None:
    """The area of a State of today; null for a code that is no Member's."""
    try:
        group = countries.by_iso3(iso3).un_group
    except UnknownCountryError:
        return None
    return region_of(iso3, group, scheme)


def translated(region: str, scheme: str, to: str) -> str | None:
    """The area of another division that a seat of this one counts to; null if it cannot be said.

    Only regional groups can be told as Panel areas: both groups of Europe go to Europe, although Canada, Australia and
    New Zealand stand for seats of Western Europe and Others too.
    """
    if scheme == to:
        return region
    if scheme == "un_groups" and to == "panel_areas":
        return _PANEL_OF_GROUP.get(region)
    return None
