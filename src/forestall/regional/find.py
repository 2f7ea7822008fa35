"""Whether a word means a state or an organisation."""

from datetime import date

from forestall.errors import UnknownCountryError, UsageError
from forestall.ids import countries
from forestall.ids.state_table import rows


class Acronym(str):
    """The acronym of an organisation, to tell it from the code of a state."""

    __slots__ = ()


def place(query: str, on: date) -> str | Acronym:
    """The code of the state's series, or the acronym of the organisation, that a person means on a day.

    An ISO3 code comes first (CAN is Canada; write "Andean Community"), then an acronym (AU is the African Union, not
    Australia), then a state by name or number, then an organisation by name. Raises UnknownCountryError for a state
    that did not exist then, UsageError for a word that nobody knows.
    """
    from forestall.regional.membership import acronyms

    text = query.strip()
    if text.upper() in {row.iso3 for row in rows() if row.iso3}:
        return state(text, on)
    for acronym in acronyms():
        if text.upper() == acronym.upper():
            return Acronym(acronym)
    try:
        return state(text, on)
    except UnknownCountryError as unknown:
        from forestall.regional.organisations import organisation

        try:
            return Acronym(organisation(text).acronym)
        except UsageError:
            if "is not known" not in str(unknown):
                raise unknown from None
            raise UsageError(
                f"{query[:60]!r} is neither a country nor an organisation that we know: give a country (ISO3, "
                f"Gleditsch-Ward number or name) or one of {', '.join(acronyms())}"
            ) from None


def state(query: str, on: date) -> str:
    """The code of the series of the state that a person means on a day. Raises UnknownCountryError or UsageError."""
    found = countries.resolve(query, on)
    return found.series_iso3
