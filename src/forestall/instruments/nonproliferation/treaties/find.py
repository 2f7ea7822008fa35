"""Whether a word means a state or a treaty."""

from datetime import date

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.ids.state_table import rows
from forestall.instruments.nonproliferation.treaties import register, status
from forestall.store import Workspace


class Key(str):
    """The key of a treaty, to tell it from the code of a state."""

    __slots__ = ()


def find(query: str, on: date, workspace: Workspace | None = None) -> str | Key:
    """The code of the state, or the key of the treaty, that a person means on a day.

    An ISO3 code comes first, then a treaty by key or name, then a state by name or number. Raises UnknownCountryError
    for a state that did not exist then, UsageError for a word that nobody knows, with the nearest of both kinds.
    """
    text = query.strip()
    if text.upper() in {row.iso3 for row in rows() if row.iso3}:
        return status.code(text, on)
    try:
        return Key(status.resolve(text, workspace))
    except UsageError:
        pass
    try:
        return status.code(text, on)
    except UnknownCountryError as unknown:
        if "is not known" not in str(unknown):
            raise
    states, treaties = countries.nearest(text, 2, on), register.nearest(text)
    raise UsageError(
        f"{query[:60]!r} is neither a treaty nor a country that we know: nearest are the treaties "
        f"{', '.join(treaties)} and the countries {', '.join(states)}; `forestall treaties` lists all treaties, and "
        "--gaps also takes a region, an organisation, Council or World"
    )


def name_then(iso3: str, on: date) -> str:
    """What the UN called the state of a code on a day; its latest name where the table of states has none then."""
    held = [row for row in rows() if iso3 in (row.iso3, row.series_iso3)]
    then = [row for row in held if row.exists(on)]
    if not held:
        return iso3
    state = (then or held)[-1]
    return state.un_name or state.name
