"""Who votes in the Council on a day, as the rules of voting need it."""

from collections.abc import Mapping
from datetime import date

from forestall.council.members import members
from forestall.errors import UnknownCountryError
from forestall.ids import countries
from forestall.ids.countries import State
from forestall.store import Workspace

_SEAT_PASSED = date(1971, 10, 25)


def seats(on: date, workspace: Workspace | None = None) -> Mapping[str, tuple[str, ...]]:
    """The members of the Council on a day, ISO3, by class of the rule: permanent, elected."""
    sitting = members(on, workspace)
    return {
        "permanent": tuple(sorted(one.iso3 for one in sitting if one.permanent)),
        "elected": tuple(sorted(one.iso3 for one in sitting if not one.permanent)),
    }


def code(country: str, on: date) -> str:
    """The house's code of a state that a person names: its successor's where one carries its seat on.

    Raises UnknownCountryError as `forestall.ids.countries.resolve`.
    """
    try:
        state = countries.resolve(country, on)
    except UnknownCountryError:
        if country.strip().upper() == "CZE" and on < date(1993, 1, 1):
            return "CZE"
        raise
    return _code(state, on)


def _code(state: State, on: date) -> str:
    if state.iso3 == "CSK":
        return "CZE"
    if state.iso3 == "TWN" and on < _SEAT_PASSED:
        return "CHN"
    return state.series_iso3


def name(iso3: str, on: date) -> str:
    """The name the UN used of the state behind a code on a day, else the state's usual name, else the code."""
    asked = "CSK" if iso3 == "CZE" and on < date(1993, 1, 1) else iso3
    if iso3 == "CHN" and on < _SEAT_PASSED:
        return "China"
    try:
        state = countries.by_iso3(asked, on)
    except UnknownCountryError:
        return iso3
    return state.un_name or state.name
