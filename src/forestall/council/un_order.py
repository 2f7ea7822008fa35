"""The names that the United Nations used on a day, and their English alphabetical order."""

import csv
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from forestall.errors import UnknownCountryError
from forestall.ids import countries


@dataclass(frozen=True, slots=True)
class Named:
    """A name that a Member State bore from one day to another."""

    iso3: str
    name: str
    first: date
    last: date


def un_name(iso3: str, on: date) -> str:
    """The name of a Member State in UN lists on a day. Raises UnknownCountryError for a state nobody knows then."""
    for held in _earlier().get(iso3, ()):
        if held.first <= on <= held.last:
            return held.name
    state = countries.by_iso3(iso3, on)
    name = state.un_name or _latest(iso3)
    if not name:
        raise UnknownCountryError(f"{state.name} has no name in lists of UN Member States on {on}")
    return name


def earlier(iso3: str) -> tuple[Named, ...]:
    """The names that a state bore before today's, oldest first."""
    return _earlier().get(iso3, ())


def named(name: str) -> str | None:
    """The code of the state that bore a former name, None if none did."""
    asked = alphabetical(name.strip())
    return next((h.iso3 for held in _earlier().values() for h in held if alphabetical(h.name) == asked), None)


def alphabetical(name: str) -> str:
    """What names are sorted by: letters without accents, in lower case."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()


@lru_cache(maxsize=1)
def _earlier() -> dict[str, tuple[Named, ...]]:
    found: dict[str, list[Named]] = {}
    text = (resources.files("forestall") / "council" / "un_names.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        first, last = date.fromisoformat(row["first"]), date.fromisoformat(row["last"])
        found.setdefault(row["iso3"], []).append(Named(row["iso3"], row["name"], first, last))
    return {iso3: tuple(names) for iso3, names in found.items()}


def _latest(iso3: str) -> str | None:
    """Today's UN name, for states whose own table has no row on the day."""
    return next((s.un_name for s in reversed(countries.lineage(iso3)) if s.iso3 == iso3 and s.un_name), None)
